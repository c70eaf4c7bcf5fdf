"""The synthetic agency takes its medicine: courses of the past in bulk, and staff who give what is due.

Every person draws regimens by their problems from content/world/medicines.toml; each dose meets its fate by the rates of
clinical.md 2.0 (refused, did not come, late, not available), by dice that belong to the dose: the same seed, the same sheet.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from hashlib import blake2b
from random import Random
from struct import Struct
from typing import Any
from uuid import UUID

from throughcare.care.medications import actions, formulary
from throughcare.care.medications.actions import Charted, Prescription
from throughcare.care.medications.bulk import Became, Course, lay_courses
from throughcare.care.medications.models import Dose
from throughcare.chart.models import HomeMedicine
from throughcare.custody.homes import facilities_now
from throughcare.kernel import content
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused
from throughcare.kernel.vocabulary import Role
from throughcare.world import cupboards
from throughcare.world.cast import Character
from throughcare.world.past import DAY, Life
from throughcare.world.processes import meanwhile, parts
from throughcare.world.scenes import Stage

PATH = "world/medicines.toml"
FREQUENCIES = "medications/frequencies.toml"
SHEET = 3 * DAY  # how far back the sheet of doses reaches in a new world
LASTS = 80.0  # days after which an order of the past was written anew
RENEWED = "Renewed."
TOGETHER = 300  # orders in one transaction
LONG = timedelta(hours=2)
LOOK_BACK = timedelta(hours=5)
FOUR = Struct("!4Q")
RUNNING = timedelta(minutes=100)  # the pass that is still on its way


@dataclass(frozen=True, slots=True)
class Rates:
    """How often a dose meets each fate."""

    refused: float
    no_show: float
    late: float
    not_available: float


@dataclass(frozen=True, slots=True)
class Stint:
    """A time that somebody was housed at one facility, and why what they took there was stopped at its end."""

    facility_id: UUID
    since: datetime
    until: datetime | None
    why: str


def regimens(who: Character) -> list[Mapping[str, Any]]:
    """Draw what somebody takes; the same person takes the same."""
    random = Random(f"regimens:{who.id}")
    has = {str(p["id"]) for p in who.problems} | {f"level-{n}" for n in range(3, who.level + 1)} | {"anyone"}
    drawn = [row for row in content.rows(PATH, "regimen") if random.random() < row["share"]]
    return [row for row in drawn if row["when"] in has]


def prescription(row: Mapping[str, Any], *, days: int, checked_at: datetime) -> Prescription:
    """Give a regimen as it is ordered, with what the law asks answered."""
    product = formulary.load().product(str(row["product"]))
    gates = {}
    if product is not None and product.has("psychotropic"):
        said = {"history_taken": "yes", "medicines_reviewed": "yes", "consent": "given"}
        gates = {**said, "diagnosis": str(row["indication"])}
    if product is not None and product.controlled:
        gates["monitoring_checked_at"] = checked_at.isoformat()
        days = min(days, 90)
    return Prescription(
        product=str(row["product"]),
        timing=timing_of(str(row["frequency"])),
        indication=str(row["indication"]),
        amount=Decimal(row.get("amount", 1)),
        mode=str(row.get("mode", "DOT")),
        as_needed_for="wheezing" if str(row["frequency"]).startswith("as_needed") else "",
        days=days,
        gates=gates,
    )


@lru_cache(maxsize=64)
def timing_of(frequency: str) -> Mapping[str, Any]:
    """Give a frequency's timing."""
    found: Mapping[str, Any] = next(r["timing"] for r in content.rows(FREQUENCIES, "frequency") if r["id"] == frequency)
    return found


def courses(life: Life, stints: Sequence[Stint], now: datetime, sheet: timedelta) -> list[Course]:
    """Give the orders of what somebody takes, over as much of their stay as the sheet reaches back: each follows the last."""
    found: list[Course] = []
    random = Random(f"course:{life.who.id}")
    for stint in reversed(stints):
        ends = stint.until or now
        latest = min(LASTS, max(0.05, (ends - stint.since) / DAY - 0.5))
        for row in regimens(life.who):
            ordered, stopped, why = ends - random.uniform(0.02, latest) * DAY, stint.until, stint.why
            while True:
                found.append(
                    Course(
                        life.who.id,
                        stint.facility_id,
                        prescription(row, days=90, checked_at=ordered),
                        ordered,
                        stopped,
                        why,
                    )
                )
                if ordered <= max(stint.since + DAY, now - sheet):
                    break
                stopped, why = ordered, RENEWED
                ordered = max(stint.since + DAY / 2, ordered - LASTS * DAY)
    return found


def stints(life: Life, home: UUID | None) -> list[Stint]:
    """Give where somebody was housed and until when, in order; `home` is where they are now."""
    last_site = life.spots.get(life.site)
    last = home or (last_site.facility_id if last_site else None)
    found = []
    if life.moved is not None and (first := life.spots.get(life.first_site)) is not None:
        found.append(Stint(first.facility_id, life.admitted, life.moved, "Moved; ordered again there."))
    if last is not None:
        found.append(Stint(last, life.moved or life.admitted, life.left, "Left custody."))
    return found


def past_courses(stage: Stage, everybody: Sequence[Life], now: datetime, *, sheet: timedelta = SHEET) -> int:
    """Lay down the orders of those who are here and the doses of the last days; gives how many doses were charted.

    The pass that runs now is left to be given. It is one process's work: of a long sheet, what the departed took is as much.
    """
    homes = facilities_now(life.who.id for life in everybody)
    here = [(life, homes[life.who.id]) for life in everybody if life.who.id in homes]
    found = _by_facility(here, now, sheet)
    return sum(_lay(stage, found, now, sheet, where) for where in found)


@contextmanager
def of_the_departed(
    stage: Stage, everybody: Sequence[Life], now: datetime, *, sheet: timedelta, processes: int
) -> Iterator[Callable[[], int]]:
    """Lay down what those took who left within the sheet, by another process meanwhile; gives how to wait for how many doses.

    A sheet that reaches back no further than the days that are laid for everybody leaves them out.
    """
    gone = [(life, None) for life in everybody if life.left is not None and life.left >= now - sheet]
    found = _by_facility(gone if sheet > SHEET else [], now, sheet)
    lay = partial(_lay, stage, found, now, sheet)
    if processes == 1 or not found:
        yield lambda: sum(map(lay, found))
        return
    actions.make_months(since=now - sheet)  # two processes can't make the same
    with meanwhile(list(found), lay) as charted:
        yield charted


def _by_facility(
    lives: Iterable[tuple[Life, UUID | None]], now: datetime, sheet: timedelta
) -> dict[UUID, list[Course]]:
    found: dict[UUID, list[Course]] = defaultdict(list)
    for life, home in lives:
        for course in courses(life, stints(life, home), now, sheet):
            if course.stopped_at is None or course.stopped_at > now - sheet:
                found[course.facility_id].append(course)
    return found


def _lay(stage: Stage, found: Mapping[UUID, Sequence[Course]], now: datetime, sheet: timedelta, where: UUID) -> int:
    random = Random(f"sheet:{where}")
    doctor = stage.staff.at(where, Role.PROVIDER, now, random).actor
    nurse = stage.staff.at(where, Role.LPN, now, random).actor
    done = 0
    for some in parts(found[where], TOGETHER):
        done += lay_courses(
            actor=doctor,
            nurse=nurse,
            courses=some,
            doses_from=now - sheet,
            until=now - RUNNING,
            fate=Fate(stage),
        )
    return done


class Fate:
    """What becomes of each dose, by dice that belong to the dose."""

    def __init__(self, stage: Stage) -> None:
        rate, body = stage.shares.rate, content.load(PATH)
        self.rates = Rates(rate("refused"), rate("no_show"), rate("late"), float(body["not_available"]))
        self.refusals, self.absences = list(body["refusal_reasons"]), list(body["no_show_reasons"])

    def __call__(self, course: Course, due_at: datetime) -> Became:
        """Draw the fate of a dose of the past."""
        return self.of(course.person_id, course.asked.product, due_at)

    def of(self, person_id: UUID, product: str, due_at: datetime) -> Became:
        """Draw the fate of a dose; who does not come misses the whole line, not one medicine."""
        absent, reason, late, moment = _dice(f"line:{person_id}:{due_at}")
        if absent < self.rates.no_show:
            return Became("no-show", due_at + LONG / 2, self.absences[int(reason * len(self.absences))])
        minutes = 122 + moment * 28 if late < self.rates.late else moment * 48 - 20
        at = due_at + timedelta(minutes=minutes)
        refused, reason, missing, _ = _dice(f"dose:{person_id}:{product}:{due_at}")
        if refused < self.rates.refused:
            return Became("refused", at, self.refusals[int(reason * len(self.refusals))], {"capacity": "yes"})
        if missing < self.rates.not_available:
            return Became("not-available", at, "out-of-stock")
        return Became("given", at)


def _dice(words: str) -> tuple[float, float, float, float]:
    """Throw four dice, each from 0 to below 1, by words: a generator takes ten times as long to be seeded for a dose."""
    thrown: Any = FOUR.unpack(blake2b(words.encode(), digest_size=32).digest())
    return tuple((one >> 11) * 2.0**-53 for one in thrown)


# --- the last days and the living agency ----------------------------------------------------------------------------------


def order_for_arrival(stage: Stage, person_id: UUID, who: Character, at: datetime) -> int:
    """Let a prescriber order what somebody takes who has just been screened; gives how many orders stand."""
    where = facilities_now([person_id]).get(person_id)
    if where is None:
        return 0
    doctor = stage.worker(where, Role.PROVIDER, at)
    brought = list(HomeMedicine.objects.filter(person_id=person_id, status="active"))
    return sum(_order(doctor, person_id, row, brought, at) for row in regimens(who))


def order_regimen(doctor: Actor, person_id: UUID, row: Mapping[str, Any], at: datetime) -> bool:
    """Let a prescriber order one regimen of the table."""
    return _order(doctor, person_id, row, [], at)


def _order(
    doctor: Actor, person_id: UUID, row: Mapping[str, Any], brought: Sequence[HomeMedicine], at: datetime
) -> bool:
    """Order one regimen, for the medicine from outside if it is one; what alerts ask is answered."""
    product = formulary.load().product(str(row["product"]))
    name = product.name.casefold() if product else ""
    home = next((m.id for m in brought if m.text.split(" ")[0].casefold() in name), None)
    asked = replace(prescription(row, days=30, checked_at=at), home_medicine_id=home)
    try:
        answered(lambda why: actions.place_order(actor=doctor, person_id=person_id, asked=replace(asked, reasons=why)))
    except Refused:
        return False
    return True


def answered(place: Callable[[dict[str, str]], object]) -> None:
    """Place an order; where alerts ask for reasons, give each its own and place it again."""
    try:
        place({})
    except Refused as refused:
        asked = [name.removeprefix("reason-") for name in refused.fields if name.startswith("reason-")]
        if not asked:
            raise
        place(dict.fromkeys(asked, "Known, wanted, watched."))


def give_due(stage: Stage, until: datetime, *, patience: timedelta = timedelta()) -> int:
    """Let nurses chart what came due, person by person, with the fate that its dice give; gives how many doses.

    With `patience`, what is due waits so long for whoever visits, and is then given now.
    """
    fate, charted, lots = Fate(stage), 0, cupboards.controlled_lots()
    for (person_id, where), doses in _due(until - LOOK_BACK, until):
        said = []
        for dose in doses:
            became = fate.of(person_id, dose.order.code if dose.order else "", dose.due_at)
            if became.at + patience <= until:
                at = until if patience else became.at
                reason = became.reason or ("appointment" if dose.due_at - at > timedelta(minutes=29) else "")
                detail = {**(became.detail or {}), **_handed(dose, where, became.status, lots)}
                said.append(Charted(dose.id, became.status, at, reason, detail=detail))
        if said:
            nurse = stage.worker(where, Role.LPN, until)
            try:
                charted += len(actions.record_doses(actor=nurse, person_id=person_id, charted=said))
            except Refused:
                stage.refused.append("dose")
                continue
            _drop(stage, said, where, until)
    return charted


def _handed(dose: Dose, where: UUID, status: str, lots: Mapping[tuple[UUID, str], UUID]) -> dict[str, str]:
    """Say of a dose that was given whether its pack could be scanned, and which lot a controlled one came from."""
    if status != "given" or dose.order is None:
        return {}
    unread = Random(f"pack:{dose.id}").random() < cupboards.rates().unscannable
    lot = lots.get((where, dose.order.code)) if dose.order.schedule else None
    return {"scan": "no" if unread else "yes", **({"stock": str(lot)} if lot else {})}


def _drop(stage: Stage, said: Sequence[Charted], where: UUID, at: datetime) -> None:
    """Let a controlled dose be dropped now and then: it is wasted before a witness, and another is taken."""
    for one in said:
        lot = (one.detail or {}).get("stock")
        if lot and Random(f"dropped:{one.dose_id}").random() < cupboards.rates().wasted:
            cupboards.waste(stage, UUID(lot), where, at)


def _due(since: datetime, until: datetime) -> Iterator[tuple[tuple[UUID, UUID], list[Dose]]]:
    rows = list(
        Dose.objects.select_related("order")
        .filter(status="expected", due_at__gte=since, due_at__lt=until, order_id__isnull=False)
        .order_by("person_id", "due_at")
    )
    homes = facilities_now(r.person_id for r in rows)
    by_person: dict[tuple[UUID, UUID], list[Dose]] = defaultdict(list)
    for row in rows:
        if row.person_id in homes:
            by_person[row.person_id, homes[row.person_id]].append(row)
    yield from by_person.items()
