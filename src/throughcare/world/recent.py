"""The last days, played one scene after another in the order of time, each under a clock that is held at its moment."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from throughcare.custody import actions as custody
from throughcare.custody.making import Spot
from throughcare.duties import actions as duties
from throughcare.duties.models import OPEN, Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused
from throughcare.kernel.vocabulary import Role
from throughcare.reentry import one_call
from throughcare.world import laboratory, medicines, programme, scenes, vaccines, withdrawal
from throughcare.world.cast import Casting, Character
from throughcare.world.past import ZONE, Period, at_minute, site_of, van_time
from throughcare.world.population import Population, Somebody
from throughcare.world.scenes import FEED, Stage
from throughcare.world.shares import about

Scene = Callable[[datetime], object]
# Duties that staff work off without a page of their own yet: by the button on the duty.
WORKED = (
    *("INT-05-TEST", "INT-08-RESCREEN", "INT-09", "INT-07", "INT-04-DOSE", "INT-04-DECIDE", "TRN-01", "TRN-03"),
    *("SUI-07-MOVE", "SUI-07-APART", "SUI-07-COURT", "SUI-07-RELEASE", "SUI-07-CONTACT"),
    *("WDR-02", "WDR-03", "WDR-04", "IHA-01", "IHA-02", "IHA-03-VACCINE"),
    *(
        "MHS-01",
        "MHS-02",
        "MHS-02-URGENT",
        "MHC-01",
        "CHR-02",
        "DEN-01",
        "DEN-02",
        "SCR-01",
        "SCR-06",
        "CUS-01",
        "CUS-02",
    ),
    *(
        "INT-03",
        "INT-03-LATER",
        "INT-03-ASK",
        "INT-09-REASSESS",
        "INT-09-EVENT",
        "INT-10",
        "LAB-01",
        "LAB-02",
        "REL-CONTACT-7",
    ),
    *programme.WORKED,
    *("REL-01", "REL-01-PLAN", "REL-01-UNPLANNED", "REL-MED", "REL-MH", "REL-REFER", "REL-CONTACT-1"),
)
PRISONS = ("macdougall-walker", "cheshire", "osborn", "robinson", "willard-cybulski", "brooklyn", "corrigan", "garner")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(slots=True)
class Playing:
    """Scenes to come, by time; what happens may bring others about."""

    stage: Stage
    crowd: Population
    casting: Casting
    period: Period
    scenes: list[tuple[datetime, int, Scene]] = field(default_factory=list)
    counted: int = 0
    refused: int = 0

    def at(self, when: datetime, scene: Scene) -> None:
        """Let a scene come at a time."""
        self.counted += 1
        heapq.heappush(self.scenes, (when, self.counted, scene))

    def on_shift(self, facility_id: UUID | None, role: Role, at: datetime) -> Actor:
        """Give one of the role, by dice of the place and the hour: rounds come at moments that nobody can foresee, and must not
        move the dice of everything else."""
        return self.stage.staff.at(facility_id, role, at, Random(f"{facility_id}:{role}:{at:%Y%m%d%H}")).actor

    def play(self, until: datetime, progress: Callable[[float], object] = lambda part: None) -> None:
        """Play what comes up to a time; a scene that no longer fits (the person left) is passed over."""
        begun = self.scenes[0][0] if self.scenes else until
        while self.scenes and self.scenes[0][0] <= until:
            when, _, scene = heapq.heappop(self.scenes)
            try:
                with clock.frozen(when):
                    scene(when)
            except Refused:
                self.refused += 1
            progress((when - begun) / max(until - begun, MINUTE))


def plan_day(playing: Playing, day: datetime) -> None:
    """Lay out a day's scenes."""
    shares, random, people = playing.stage.shares, playing.stage.random, playing.period.people
    local = (day + 6 * HOUR).astimezone(ZONE)
    weekday = local.weekday() < 5
    for _ in range(about(random, shares.admissions(local.weekday(), local.month, people))):
        who = playing.casting.draw(arriving=True)
        site = site_of(shares, who, random, "admissions")
        plan_arrival(playing, who, site, van_time(shares, day, random))
    for _ in range(about(random, shares.a_day("requests", people))):
        playing.at(at_minute(day, random.randint(6 * 60, 22 * 60)), lambda at: ask(playing, at))
    for _ in range(about(random, shares.a_day("transfers", people) if weekday else 0)):
        playing.at(at_minute(day, random.randint(8 * 60, 13 * 60)), lambda at: _transfer(playing, at))
    for _ in range(about(random, shares.a_day("court_trips", people) if weekday else 0)):
        playing.at(at_minute(day, random.randint(300, 500)), lambda at: _court(playing, at))
    for _ in range(about(random, shares.a_day("internal_moves", people))):
        playing.at(at_minute(day, random.randint(480, 1200)), lambda at: move(playing, at))
    for _ in range(about(random, shares.admissions(2, local.month, people) * (1.2 if weekday else 0.2))):
        playing.at(at_minute(day, random.randint(540, 1020)), lambda at: release(playing, at))
    for _ in range(about(random, shares.body["day"]["lockdowns"])):
        playing.at(at_minute(day, random.randint(480, 1300)), lambda at: lockdown(playing, at))
    laboratory.plan_day(playing.stage, playing.at, playing.crowd.any, people, day)
    for hour in range(1, 24, 2):
        playing.at(at_minute(day, hour * 60 + 20), lambda at: work_off(playing, at))


@dataclass(slots=True)
class Coming:
    """One who comes; whoever books them may know them by another id."""

    who: Character


def book(playing: Playing, who: Character, site: str, *, accused: bool) -> None:
    """Book somebody who has come."""
    scenes.arrive(playing.stage, who, playing.crowd.door(site), accused=accused)
    playing.crowd.add(Somebody(who.id, site, who.language == "es", accused=accused))


def plan_arrival(playing: Playing, who: Character, site: str, at: datetime, *, until: str = "housed") -> None:
    """Lay out an arrival: booked, looked at, screened, housed; `until` says where it stops."""
    accused = playing.stage.random.random() < 0.67
    playing.at(at, lambda moment: book(playing, who, site, accused=accused))
    if until != "arrived":
        plan_care(playing, Coming(who), site, at, until=until)


def plan_care(
    playing: Playing,
    coming: Coming,
    site: str,
    at: datetime,
    *,
    until: str = "housed",
    patience: timedelta = timedelta(),
) -> None:
    """Lay out what health does with somebody who came: looked at, screened, housed."""
    random, stage = playing.stage.random, playing.stage
    late = random.random() < stage.shares.rate("late")

    def look(moment: datetime) -> None:
        out = until == "sent_out"
        scenes.look(stage, coming.who, moment, out=out)
        if out:
            back = moment + timedelta(hours=6)
            custody.send_out(
                actor=FEED, person_id=coming.who.id, kind="hospital", place="Emergency department", expected_back=back
            )

    def house(moment: datetime) -> None:
        spot = playing.crowd.bed(site)
        custody.move_within(actor=FEED, person_id=coming.who.id, unit_id=spot.unit_id, bed_id=spot.bed_id)

    look_at = at + random.uniform(3, 13) * MINUTE * (3 if late else 1) + patience / 4
    longest = 30 if until == "half" else 150
    screen_at = look_at + random.uniform(15, longest) * MINUTE + (3.5 * HOUR if late else 0 * HOUR) + patience
    playing.at(look_at, look)
    if until in ("looked", "sent_out"):
        return
    playing.at(screen_at, lambda moment: scenes.screen(stage, coming.who, moment, half=until == "half"))
    if until == "housed":
        playing.at(screen_at + 8 * MINUTE, lambda moment: act_at_once(playing, coming.who.id, moment))
        playing.at(screen_at + 20 * MINUTE, house)
        playing.at(
            screen_at + 50 * MINUTE,
            lambda moment: medicines.order_for_arrival(stage, coming.who.id, coming.who, moment),
        )
        where = playing.crowd.sites[site].id
        playing.at(screen_at + 5 * MINUTE, lambda moment: programme.report(stage, coming.who, where, moment))


def work_off(playing: Playing, at: datetime, ahead: timedelta = 2 * HOUR) -> None:
    """Let staff work off what falls due in the next hours; a few they don't get to in time."""
    programme.line(playing.stage, at)
    programme.keep_record(playing.stage, at)
    soon = Duty.objects.filter(OPEN, rule__in=WORKED, due_at__lt=at + ahead, opened_at__lt=at - 10 * MINUTE)
    for duty in soon.order_by("due_at", "person_id", "rule")[:400]:
        if duty.due_at > at - 6 * HOUR and playing.stage.random.random() < playing.stage.shares.rate("late"):
            continue
        done(playing, duty, at)


def act_at_once(playing: Playing, person_id: UUID, at: datetime) -> None:
    """Let somebody act on the urgent findings of a screening."""
    for duty in Duty.objects.filter(OPEN, person_id=person_id, rule="INT-03").order_by("opened_at", "about"):
        done(playing, duty, at)


def done(playing: Playing, duty: Duty, at: datetime) -> None:
    """Let one who may do it close a duty, as the button on its page does."""
    role = Role.RN if duty.owner_role == "prea" else Role(duty.owner_role)
    try:
        if any(room.work(playing.stage, duty, at) for room in (withdrawal, programme, laboratory, vaccines)):
            return
        duties.close_duty(actor=playing.stage.worker(duty.facility_id, role, at), duty_id=duty.id)
    except Refused:
        playing.refused += 1


def ask(playing: Playing, at: datetime) -> None:
    stage, random = playing.stage, playing.stage.random
    one = playing.crowd.any(random)
    if one is None:
        return
    facility = playing.crowd.sites[one.site].id
    receipt = scenes.ask(stage, one.id, facility, at, spanish=one.spanish)
    follow(playing, receipt.request_id, one, facility, at, urgent=receipt.call_officer)


def follow(
    playing: Playing,
    request: UUID,
    one: Somebody,
    facility: UUID,
    at: datetime,
    *,
    urgent: bool,
    read: bool = False,
) -> None:
    """Lay out what becomes of a request: read, seen, answered; some late, some not brought."""
    random, rate = playing.stage.random, playing.stage.shares.rate
    read_at = at + (random.uniform(3, 12) * MINUTE if urgent else random.uniform(0.5, 9) * HOUR)
    see_at = read_at + random.uniform(0.7, 12) * HOUR
    if random.random() < rate("late"):
        see_at = at + random.uniform(25, 34) * HOUR

    priority = "emergent" if urgent else "urgent" if random.random() < 0.1 else "routine"
    if not read:
        playing.at(read_at, lambda moment: scenes.triage(playing.stage, request, one.id, facility, moment, priority))
    if random.random() < rate("no_show"):
        playing.at(see_at, lambda moment: scenes.missed(playing.stage, request, one.id, facility, moment))
        see_at += random.uniform(3, 12) * HOUR
    playing.at(see_at, lambda moment: scenes.see(playing.stage, request, one.id, facility, moment))


def _transfer(playing: Playing, at: datetime) -> None:
    random = playing.stage.random
    one = playing.crowd.any(random, but="york")
    if one is None:
        return
    target = random.choice([p for p in PRISONS if p != one.site])
    custody.transfer(actor=FEED, person_id=one.id, to=playing.crowd.bed(target))
    one.site = target


def _court(playing: Playing, at: datetime) -> None:
    one = playing.crowd.any(playing.stage.random, accused=True)
    if one is None:
        return
    back = at_minute(at, playing.stage.random.randint(13 * 60, 18 * 60))
    custody.send_out(actor=FEED, person_id=one.id, kind="court", place="Superior Court", expected_back=back)
    one.away = True
    playing.at(back, lambda moment: come_back(playing, one))


def come_back(playing: Playing, one: Somebody) -> None:
    custody.return_in(actor=FEED, person_id=one.id, to=Spot(playing.crowd.sites[one.site].id))
    one.away = False
    spot = playing.crowd.bed(one.site)
    if spot.bed_id is not None:
        custody.move_within(actor=FEED, person_id=one.id, unit_id=spot.unit_id, bed_id=spot.bed_id)


def move(playing: Playing, at: datetime) -> None:
    one = playing.crowd.any(playing.stage.random)
    if one is None:
        return
    spot = playing.crowd.bed(one.site)
    custody.move_within(actor=FEED, person_id=one.id, unit_id=spot.unit_id, bed_id=spot.bed_id)


def release(playing: Playing, at: datetime) -> None:
    """Let somebody go home: the packet in their hand, or sent after who left without warning."""
    one = playing.crowd.any(playing.stage.random)
    if one is None:
        return
    planned = playing.stage.random.random() >= playing.stage.shares.body["stay"]["unplanned_share"]
    # By dice of its own: who hands over must not move the dice of everything else.
    nurse = playing.stage.staff.at(playing.crowd.sites[one.site].id, Role.RN, at, Random(f"gate:{one.id}")).actor
    lang = "es" if one.spanish else "en"
    if planned:
        one_call.give_packet(actor=nurse, person_id=one.id, lang=lang)
    custody.release(actor=FEED, person_id=one.id, planned=planned)
    if not planned:  # nobody waits at the gate: what they need is sent after them
        one_call.give_packet(actor=nurse, person_id=one.id, lang=lang, sent_to="The address they gave")
    del playing.crowd.people[one.id]


def lockdown(playing: Playing, at: datetime) -> None:
    """Lock a unit down for an hour or some."""
    site = playing.crowd.sites[playing.stage.random.choice(sorted(playing.crowd.sites))]
    officer = playing.stage.worker(site.id, Role.CUSTODY, at)
    locked = custody.start_lockdown(actor=officer, facility_id=site.id, unit_id=site.beds[0][0])
    over = at + timedelta(minutes=playing.stage.random.randint(40, 240))
    playing.at(over, lambda moment: custody.end_lockdown(actor=officer, lockdown_id=locked))
