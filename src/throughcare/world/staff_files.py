"""Staff files of one site of the synthetic agency, and the nurse who floats by night: licences, trainings, reviews (STF-*)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from throughcare.access import actions as access
from throughcare.access.models import User
from throughcare.custody.models import Facility
from throughcare.duties.rulebook import place
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.workforce import actions, rule_table, rules, staff_files
from throughcare.workforce.staff_files import Done

SITE = "hartford"
FLOATS = "float-rn"
# A site without a night nurse, and one that shares its nurse with it.
BY_NIGHT = ("robinson", "cheshire")
YEAR = timedelta(days=365)


def begin(workers: list[tuple[str, Role]], random: Random, *, actor: Actor) -> int:
    """Begin the files of these members of staff, with a past that is in order; gives how many."""
    today = clock.today()
    for username, role in workers:
        user = User.objects.values_list("id", flat=True).get(username=username)
        started = today - timedelta(days=random.randint(20, 900))
        staff_files.begin_file(actor=actor, user_id=user, started_on=started)
        staff_files.record_all_done(actor=actor, user_id=user, done=_past(role, started, today, random))
        for kind in ("licence", "cpr") if role in rule_table.health_professionals() else ("cpr",):
            ends = today + timedelta(days=random.randint(10, 700))
            staff_files.record_credential(actor=actor, user_id=user, kind=kind, expires_on=ends)
    return len(workers)


def put_float(since: datetime, days: int, *, actor: Actor) -> None:
    """Let one nurse cover two sites each night: in person at one after the other, by telephone at the other."""
    sites = [Facility.objects.filter(code=code, closed_on=None).first() for code in BY_NIGHT]
    first, second = sites
    if first is None or second is None:
        return
    user = User.objects.filter(username=FLOATS).first()
    user_id = user.id if user else derived("world", "staff", FLOATS)
    if user is None:
        access.create_account(actor=actor, username=FLOATS, name="Demo-Nurse, Uma", user_id=user_id)
        for site in (first, second):
            access.post(actor=actor, user_id=user_id, role=Role.RN, facility_id=site.id)
    working = place(None).working
    for n in range(days):
        day = working.day_of(since + timedelta(days=n))
        night = working.shift_at(working.moment(day, datetime.min.time()) + timedelta(hours=27))
        half = night.starts + (night.ends - night.starts) / 2
        stops = [rules.Stop(first.id, night.starts, half), rules.Stop(second.id, half, night.ends)]
        actions.float_between(actor=actor, user_id=user_id, role=Role.RN, stops=stops, phone="4790")


def _past(role: Role, started: date, today: date, random: Random) -> list[Done]:
    """Give what somebody did since they began: on time, with a few days to spare."""
    done = [Done("basic_orientation", started)]
    officer = role in rule_table.officers()
    for kind, after, hours in (("full_orientation", 60, None), ("suicide_training_initial", 30, Decimal(8))):
        done.append(Done(kind, started + timedelta(days=after), hours))
    if officer:
        done.append(Done("officer_health_training", started + timedelta(days=45)))
    yearly = started + YEAR - timedelta(days=random.randint(20, 60))
    while yearly <= today:
        done.append(Done("suicide_training_yearly", yearly, Decimal(2)))
        if role in rule_table.health_professionals():
            done += [Done("continuing_education", yearly, Decimal(12)), Done("performance_review", yearly)]
        yearly += YEAR
    return [one for one in done if one.on <= today]
