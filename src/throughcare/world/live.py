"""The living agency: while a demonstration runs, people keep arriving, asking and moving, and staff do some of their work.

Who visits sees something change within a minute or two: below that, the tempo is raised over what a world of this size
would have (TEMPO). When the clock is moved by hand, time passes at the true rates.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from django.db.models import Max

from throughcare.care.sick_call.models import CareRequest
from throughcare.duties.models import RosterShift
from throughcare.exchange.hl7v2 import mllp
from throughcare.kernel import clock
from throughcare.people.models import Identifier
from throughcare.world import apart, cupboards, hours, laboratory, medicines, population, recent, staff
from throughcare.world.cast import SYSTEM, Casting
from throughcare.world.messages import Booking, admission
from throughcare.world.past import DAY, ZONE, Period, site_of
from throughcare.world.population import Somebody
from throughcare.world.recent import Coming, Playing
from throughcare.world.scenes import Stage
from throughcare.world.shares import about, shares

log = logging.getLogger(__name__)

# What happens at least, in minutes between two, while a visitor may be looking.
TEMPO = {"arrivals": 12.0, "requests": 3.0, "moves": 5.0, "court": 20.0}
LIVING = timedelta(minutes=2)  # a longer step means that the clock was moved by hand
PATIENCE = timedelta(minutes=45)  # how long staff leave what is new to a visitor before they do it themselves
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Live:
    """The agency in motion, from one tick to the next."""

    playing: Playing
    last: datetime
    door: tuple[str, int] | None = None

    def tick(self) -> int:
        """Let happen what happened since the last tick; gives how many scenes were played."""
        now = clock.now()
        since, self.last = self.last, now
        if now <= since:
            return 0
        before = self.playing.counted
        self._plan(since, now)
        self._play(now)
        medicines.give_due(self.playing.stage, now, patience=PATIENCE if now - since <= LIVING else timedelta())
        _keep_roster(self.playing.stage, now)
        return self.playing.counted - before

    def _plan(self, since: datetime, now: datetime) -> None:
        playing, random = self.playing, self.playing.stage.random
        people = playing.period.people
        local = since.astimezone(ZONE)
        elapsed = (now - since) / HOUR
        living = now - since <= LIVING

        def come(name: str, a_day: float, awake: float = 24.0) -> int:
            true = a_day / awake * elapsed
            return about(random, max(true, elapsed * 60 / TEMPO[name]) if living else true)

        waking = 6 <= local.hour < 22
        arriving = come("arrivals", playing.stage.shares.admissions(local.weekday(), local.month, people))
        for _ in range(arriving):
            self._arrival(_between(random, since, now))
        for _ in range(come("requests", playing.stage.shares.a_day("requests", people), 16) if waking or living else 0):
            playing.at(_between(random, since, now), lambda at: recent.ask(playing, at))
        for _ in range(come("moves", playing.stage.shares.a_day("internal_moves", people) + 2)):
            playing.at(_between(random, since, now), lambda at: recent.move(playing, at))
        for _ in range(arriving):  # as many leave as come
            playing.at(_between(random, since, now), lambda at: recent.release(playing, at))
        for _ in range(about(random, playing.stage.shares.body["day"]["lockdowns"] * (elapsed / 24))):
            playing.at(_between(random, since, now), lambda at: recent.lockdown(playing, at))
        orders = laboratory.a_day(playing.stage, people) * (elapsed / 24)
        laboratory.go_on(playing.stage, playing.at, playing.crowd.any, orders, now)
        self._hours(since, now, living=living)
        if local.hour != now.astimezone(ZONE).hour:
            playing.at(now, lambda at: recent.work_off(playing, at))
            if now.astimezone(ZONE).hour in cupboards.SHIFTS:
                playing.at(now, lambda at: (cupboards.deliver(playing.stage, at), cupboards.count(playing.stage, at)))

    def _hours(self, since: datetime, now: datetime, *, living: bool) -> None:
        """Let the dangerous hours go on: rounds at every tick, the rest at its true rate."""
        playing, random = self.playing, self.playing.stage.random
        shares, people = playing.stage.shares, playing.period.people
        kinds = (
            ("risk_assessments", hours.assess_risk),
            ("hospital_trips", hours.to_hospital),
            ("drills", hours.drill),
            ("placements", apart.place),
            ("restraints", apart.hold),
        )
        for name, scene in kinds:
            for _ in range(about(random, shares.a_day(name, people) * ((now - since) / DAY))):
                playing.at(_between(random, since, now), lambda at, play=scene: play(playing, at))  # type: ignore[misc]
        if living:
            playing.at(now, lambda at: hours.look_around(playing, at, ahead=timedelta()))
        else:
            hours.plan_rounds(playing, since, now)

    def _arrival(self, at: datetime) -> None:
        playing = self.playing
        who = playing.casting.draw(arriving=True)
        site = site_of(playing.stage.shares, who, playing.stage.random, "admissions")
        coming = Coming(who)
        accused = playing.stage.random.random() < 0.67
        playing.at(at, lambda moment: self._book(coming, site, moment, accused=accused))
        recent.plan_care(playing, coming, site, at, patience=PATIENCE)

    def _book(self, coming: Coming, site: str, at: datetime, *, accused: bool) -> None:
        """Let custody's system say it, over its own wire where that is open."""
        who, crowd = coming.who, self.playing.crowd
        if self.door is not None and self._send(Booking(who, site, "IN", at, accused)):
            held = Identifier.objects.filter(system=SYSTEM, value=who.number, until=None).first()
            if held is not None:
                coming.who = replace(who, id=held.person_id)
                crowd.add(Somebody(held.person_id, site, who.language == "es", accused=accused))
            return
        recent.book(self.playing, who, site, accused=accused)

    def _send(self, booking: Booking) -> bool:
        """Send the message; false where nobody listens, and then it is booked by hand."""
        if self.door is None:
            return False
        try:
            return b"|AA|" in mllp.send(*self.door, admission(booking), timeout=20)
        except OSError:
            return False

    def _play(self, now: datetime) -> None:
        try:
            self.playing.play(now)
        except Exception as failure:  # noqa: BLE001  (one scene that fails must not stop the agency)
            log.error("a scene failed: [%s]", type(failure).__name__)


def _between(random: Random, since: datetime, now: datetime) -> datetime:
    return since + random.random() * (now - since)


def begin(door: tuple[str, int] | None = None) -> Live | None:
    """Take up the agency where it stands now; nothing where the database holds none."""
    made = _last_number()
    if not made:
        return None
    now = clock.now()
    random = Random()
    crowd = population.now(population.sites(), random)
    stage = Stage(shares(), staff.found(), random)
    casting = Casting(stage.shares, random.randrange(1 << 30), now.astimezone(ZONE).date(), made)
    playing = Playing(stage, crowd, casting, Period(len(crowd.people), 1, now))
    _take_up(playing, now)
    return Live(playing, now, door)


def _last_number() -> int:
    last = Identifier.objects.filter(system=SYSTEM, value__regex=r"^T[0-9]{7}$").aggregate(last=Max("value"))["last"]
    return int(last[1:]) if last else 0


def _take_up(playing: Playing, now: datetime) -> None:
    """Let go on what was going on: requests that are not answered. Arrivals who wait are left to visitors."""
    for row in CareRequest.objects.filter(state__in=("received", "triaged"), facility_id__isnull=False):
        one = playing.crowd.people.get(row.person_id)
        if one is not None and row.facility_id is not None:
            recent.follow(playing, row.id, one, row.facility_id, now, urgent=False, read=row.state == "triaged")


def _keep_roster(stage: Stage, now: datetime) -> None:
    """Write two more days when the roster runs out."""
    if not RosterShift.objects.filter(starts__gt=now + DAY).exists():
        last = RosterShift.objects.aggregate(last=Max("starts"))["last"] or now - DAY
        staff.put_on(stage.staff, max(last, now - DAY) + DAY, 2)
