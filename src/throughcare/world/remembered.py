"""What is remembered of the time before the boundary, in bulk: what charts say, what clocks heard of who was admitted, screened,
assessed and released, and what people asked for.

All dice are thrown first, in one order; what they gave is then written facility by facility, so that two processes can.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from uuid import UUID

from throughcare.care.sick_call.bulk import Answered, lay_requests
from throughcare.chart.actions import Measured, Part
from throughcare.chart.bulk import Facts, Problem, lay_facts
from throughcare.custody.actions.places import facility_id
from throughcare.custody.events import Admitted, Released
from throughcare.duties import actions as duties
from throughcare.kernel.actor import Actor
from throughcare.kernel.events import Event
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.world import laboratory, vaccines
from throughcare.world.past import DAY, Life, Period
from throughcare.world.processes import parts, shared
from throughcare.world.scenes import FEED, Stage
from throughcare.world.shares import Shares, about, pick
from throughcare.world.told import Told

Write = Callable[[], object]
Writes = dict[str, list[Write]]  # what is to be written, by the site whose it is
TOGETHER = 500  # people whose past clocks hear in one transaction
LOINC, ICD = "http://loinc.org", "http://hl7.org/fhir/sid/icd-10-cm"
KINDS = {"york": "both", "corrigan": "both", "hartford": "jail", "bridgeport": "jail", "new-haven": "jail"}
CHRONIC = {"hypertension", "asthma", "diabetes", "hiv", "seizures", "heart", "hepatitis-c"}
# What follows a booking: after how many hours at the earliest and the latest, and from when on it is late.
AFTER_BOOKING: tuple[tuple[str, float, float, float], ...] = (
    ("quick_look_done", 0.05, 0.22, 0.6),
    ("tb_symptom_screen_done", 0.6, 3.6, 5.5),
    ("screening_signed", 0.6, 3.6, 5.5),
    ("risk_screens_done", 0.6, 3.6, 5.5),
    ("care_information_given", 0.6, 3.6, 27),
    ("pregnancy_test_read", 0.6, 3.6, 12),
    ("withdrawal_screen_done", 20, 23.5, 26),
    ("withdrawal_screen_done", 43, 46.5, 50),
    ("withdrawal_screen_done", 67, 70, 74),
    ("tb_test_done", 12, 30, 60),
    ("prea_screen_done", 10, 66, 80),
    ("mental_health_screen_done", 60, 260, 350),
    ("initial_assessment_done", 60, 250, 350),
    ("oral_screen_done", 60, 250, 350),
    ("vaccines_reviewed", 60, 250, 350),
)


def lay(stage: Stage, everybody: Sequence[Life], period: Period, *, processes: int) -> None:
    """Lay down charts, what clocks heard and requests, facility by facility, by one process or two."""
    writes: Writes = defaultdict(list)
    for draw in (_charts, _told_of, _requests):
        for site, some in draw(stage, everybody, period).items():
            writes[site].extend(some)
    shared({site: len(some) for site, some in writes.items()}, lambda site: _write(writes[site]), processes)


def _write(some: Sequence[Write]) -> int:
    for write in some:
        write()
    return len(some)


def _charts(stage: Stage, everybody: Sequence[Life], period: Period) -> Writes:
    """Give what the charts of those who are here say: problems, allergies, measurements, results, vaccines."""
    here: dict[str, list[Life]] = defaultdict(list)
    for life in everybody:
        if life.left is None:
            here[life.site].append(life)
    found: Writes = {}
    for site, lives in sorted(here.items()):
        nurse = stage.worker(facility_id(site), Role.RN, period.boundary)
        found[site] = [partial(_lay_facts, nurse, some, period) for some in parts(lives, 200)]
    return found


def _lay_facts(nurse: Actor, lives: Sequence[Life], period: Period) -> None:
    lay_facts(actor=nurse, charts=[_facts_of(life, period) for life in lives], source="taken over")


def _facts_of(life: Life, period: Period) -> Facts:
    return Facts(
        life.who.id,
        [Problem(p["text"], ICD, p["code"]) for p in life.who.problems],
        [life.who.allergy] if life.who.allergy else [],
        list(_measured(life, period)),
        laboratory.past(life.who, life.admitted, period.boundary),
        vaccines.past(life.who, life.admitted, period.boundary),
    )


def _measured(life: Life, period: Period) -> Iterator[Measured]:
    """Measure somebody every few months: weight and blood pressure."""
    random = Random(f"measured:{life.who.id}")
    codes = {p["id"] for p in life.who.problems}
    weight, upper = random.randint(128, 240), random.randint(112, 132) + (18 if "hypertension" in codes else 0)
    here = min((period.boundary - life.admitted) / DAY, 420.0)
    for n in range(1, 1 + min(5, int(here // 80) + 1) if codes else 2):
        at = period.boundary - (here * n / 6 + random.random() * 10 + 0.5) * DAY
        if at < life.admitted:
            continue
        weight, upper = weight + random.randint(-5, 5), upper + random.randint(-6, 4)
        parts = (_part("8480-6", upper), _part("8462-4", round(upper * 0.62)))
        yield Measured(LOINC, "29463-7", "Weight", Decimal(weight), "[lb_av]", effective_at=at)
        yield Measured(LOINC, "85354-9", "Blood pressure", parts=parts, effective_at=at)


def _part(code: str, value: int) -> Part:
    return Part(LOINC, code, Decimal(value), "mm[Hg]")


def _told_of(stage: Stage, everybody: Sequence[Life], period: Period) -> Writes:
    """Give what the clocks hear of the past: bookings, what staff did, releases, and who was reached after one."""
    followed: dict[UUID, list[Event]] = {}
    for life in sorted(everybody, key=lambda one: one.admitted < period.begins):
        told = (
            _followed(stage, life, period) if life.admitted >= period.begins else _standing(stage.random, life, period)
        )
        followed[life.who.id] = list(told)
    by_site: dict[str, list[Life]] = defaultdict(list)
    for life in everybody:
        by_site[life.site].append(life)
    nurses = {site: stage.worker(facility_id(site), Role.RN, period.boundary) for site in sorted(by_site)}
    reached = {life.who.id: one for life in everybody if (one := _contact(stage, life, period)) is not None}
    reaching = sorted({life.site for life in everybody if life.who.id in reached})
    planners = {site: stage.worker(facility_id(site), Role.PLANNER, period.boundary) for site in reaching}
    found: Writes = {}
    for site, nurse in nurses.items():
        found[site] = []
        for some in parts(by_site[site], TOGETHER):
            said: tuple[tuple[Actor, list[Event]], ...] = (
                (FEED, [_admitted(life) for life in some if life.admitted >= period.begins]),
                (nurse, [event for life in some for event in followed[life.who.id]]),
                (FEED, [_released(life) for life in some if life.left]),
                (planners.get(site, FEED), [reached[life.who.id] for life in some if life.who.id in reached]),
            )
            found[site].extend(partial(_hear, actor, events) for actor, events in said if events)
    return found


def _hear(actor: Actor, events: Sequence[Event]) -> None:
    duties.hear_many(actor=actor, events=sorted(events, key=lambda e: e.happened_at))


def _requests(stage: Stage, everybody: Sequence[Life], period: Period) -> Writes:
    """Give what people asked for before the boundary, read, seen and answered; some of it late."""
    random, rate, shares = stage.random, stage.shares.rate, stage.shares
    by_site: dict[str, list[Answered]] = defaultdict(list)
    for n in range(period.days):
        day = period.begins + n * DAY
        for _ in range(about(random, shares.a_day("requests", period.people))):
            at = day + timedelta(minutes=random.randint(6 * 60, 22 * 60))
            life = _present(everybody, at, random)
            if life is not None:
                by_site[life.site].append(_answered(life, at, random, rate("late"), shares))
    found: Writes = {}
    for site, asked in sorted(by_site.items()):
        nurse = stage.worker(facility_id(site), Role.RN, period.boundary)
        seen = [one for one in asked if one.seen_at < period.boundary]
        found[site] = [partial(lay_requests, actor=nurse, requests=some) for some in parts(seen, 200)]
    return found


def _present(everybody: Sequence[Life], at: datetime, random: Random) -> Life | None:
    for _ in range(40):
        life = random.choice(everybody)
        if (life.moved or life.admitted) < at and (life.left is None or life.left > at + 2 * DAY):
            return life
    return None


def _answered(life: Life, at: datetime, random: Random, late: float, shares: Shares) -> Answered:
    row = pick(random, shares.askings, [a["share"] for a in shares.askings])
    spanish = life.who.language == "es"
    read = at + timedelta(hours=random.uniform(0.5, 9))
    seen = (
        at + timedelta(hours=random.uniform(25, 34))
        if random.random() < late
        else read + timedelta(hours=random.uniform(0.7, 12))
    )
    return Answered(
        life.who.id,
        facility_id(life.site),
        row["kind"],
        row["es" if spanish else "en"],
        at,
        read,
        seen,
        row["findings"],
        row["answer"],
        row["answer_es"] if spanish else "",
        language="es" if spanish else "en",
        protocol=row.get("protocol", ""),
        resolved=random.random() < 0.7,
    )


def _admitted(life: Life) -> Admitted:
    site = life.first_site or life.site
    return Admitted(
        happened_at=life.admitted,
        person_id=life.who.id,
        facility_id=facility_id(site),
        ref=derived("world", "booking", str(life.who.id)),
        facility_kind=KINDS.get(site, "prison"),
        legal_status="accused" if life.accused else "sentenced",
        sex=life.who.sex,
    )


def _followed(stage: Stage, life: Life, period: Period) -> Iterator[Event]:
    random, end = stage.random, min(life.left or period.boundary, period.boundary)
    for what, earliest, latest, late in AFTER_BOOKING:
        slow = random.random() < stage.shares.rate("late")
        hours = random.uniform(latest, late) if slow else random.uniform(earliest, latest)
        at = life.admitted + timedelta(hours=hours)
        if at < end:
            yield _told(life, what, at, _facts(what, life))


def _facts(what: str, life: Life) -> dict[str, object]:
    if what == "screening_signed":
        return {"signed_by_role": "rn", "disposition": "general"}
    if what == "prea_screen_done":
        return {"reason": "arrival", "arrived_at": life.admitted, "prior_victim": False, "prior_abuser": False}
    if what == "mental_health_screen_done":
        return {"positive": life.who.level >= 3}
    if what == "initial_assessment_done":
        return {"chronic": bool(life.who.problems), "significant_findings": False, "age": _age(life)}
    return {}


def _standing(random: Random, life: Life, period: Period) -> Iterator[Event]:
    """Tell what runs for somebody who has been here for long: the yearly assessment, the caseload, the chronic clinic."""
    if life.left is not None:
        return
    months = 11.6 if life.who.problems or _age(life) >= 50 else 33
    ago = min(random.random() * months * 30.4, max(1.0, (period.boundary - life.admitted) / DAY - 1))
    yield _told(life, "initial_assessment_done", period.boundary - ago * DAY, _facts("initial_assessment_done", life))
    here = max(1.0, (period.boundary - life.admitted) / DAY - 1)
    if life.who.level >= 3:
        seen = period.boundary - min(random.uniform(0, 92), here) * DAY
        yield _told(life, "mental_health_caseload_added", seen, {"level": life.who.level})
    if CHRONIC & {p["id"] for p in life.who.problems}:
        seen = period.boundary - min(random.uniform(0, 31), here) * DAY
        yield _told(life, "chronic_enrolled", seen, {"control": random.choice(("good", "good", "fair", "poor"))})


def _age(life: Life) -> int:
    return (life.admitted.date() - life.who.birth_date).days // 365


def _told(life: Life, what: str, at: datetime, facts: dict[str, object]) -> Told:
    return Told(
        what=what,
        happened_at=at,
        person_id=life.who.id,
        facility_id=facility_id(life.site),
        ref=_ref(what, life.who.id, at),
        facts=facts,
    )


def _ref(what: str, person: UUID, at: datetime) -> UUID:
    return derived("world", what, str(person), at.isoformat())


def _released(life: Life) -> Released:
    assert life.left is not None  # noqa: S101  (asked of those only who have left)
    return Released(
        happened_at=life.left,
        person_id=life.who.id,
        facility_id=facility_id(life.site),
        ref=_ref("released", life.who.id, life.left),
        planned=life.planned,
        destination="discharged",
        ends_custody=True,
    )


def _contact(stage: Stage, life: Life, period: Period) -> Told | None:
    """Let planners reach most of those who left without warning."""
    if life.left is None or life.planned:
        return None
    at = life.left + timedelta(hours=stage.random.uniform(2, 26))
    reached = at < period.boundary and stage.random.random() < 0.93
    return _told(life, "release_contact_made", at, {"day": 1}) if reached else None
