"""The synthetic agency takes its medicine: courses of the past in bulk, and staff who give what is due.

Every person draws regimens by their problems from content/world/medicines.toml; each dose meets its fate by the rates of
clinical.md 2.0 (refused, did not come, late, not available), by dice that belong to the dose: the same seed, the same sheet.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
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
from throughcare.world.scenes import Stage

PATH = "world/medicines.toml"
FREQUENCIES = "medications/frequencies.toml"
SHEET = 3 * DAY  # how far back the sheet of doses reaches in a new world
LONG = timedelta(hours=2)
LOOK_BACK = timedelta(hours=5)
RUNNING = timedelta(minutes=100)  # the pass that is still on its way


@dataclass(frozen=True, slots=True)
class Rates:
    """How often a dose meets each fate."""

    refused: float
    no_show: float
    late: float
    not_available: float


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


def courses(here: Mapping[UUID, tuple[Life, UUID]], now: datetime) -> dict[UUID, list[Course]]:
    """Give what everybody who is here takes, facility by facility."""
    found: dict[UUID, list[Course]] = defaultdict(list)
    for life, where in here.values():
        random = Random(f"course:{life.who.id}")
        latest = min(80.0, max(0.05, (now - life.admitted) / DAY - 0.5))
        for row in regimens(life.who):
            ordered = now - random.uniform(0.02, latest) * DAY
            found[where].append(Course(life.who.id, where, prescription(row, days=90, checked_at=ordered), ordered))
    return found


def past_courses(stage: Stage, everybody: Sequence[Life], now: datetime, *, sheet: timedelta = SHEET) -> int:
    """Lay down the orders of those who are here and the doses of the last days; gives how many doses were charted.

    The pass that runs now is left to be given.
    """
    homes = facilities_now(life.who.id for life in everybody if life.left is None)
    here = {life.who.id: (life, homes[life.who.id]) for life in everybody if life.who.id in homes}
    charted = 0
    for where, found in sorted(courses(here, now).items(), key=lambda item: str(item[0])):
        doctor = stage.worker(where, Role.PROVIDER, now)
        nurse = stage.worker(where, Role.LPN, now)
        size = max(20, int(300 / max(1.0, sheet / SHEET)))
        for start in range(0, len(found), size):
            charted += lay_courses(
                actor=doctor,
                nurse=nurse,
                courses=found[start : start + size],
                doses_from=now - sheet,
                until=now - RUNNING,
                fate=Fate(stage),
            )
    return charted


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
        line, own = Random(f"line:{person_id}:{due_at}"), Random(f"dose:{person_id}:{product}:{due_at}")
        if line.random() < self.rates.no_show:
            return Became("no-show", due_at + LONG / 2, line.choice(self.absences))
        late = line.random() < self.rates.late
        minutes = line.uniform(122, 150) if late else line.uniform(-20, 28)
        at = due_at + timedelta(minutes=minutes)
        if own.random() < self.rates.refused:
            return Became("refused", at, own.choice(self.refusals), {"capacity": "yes"})
        if own.random() < self.rates.not_available:
            return Became("not-available", at, "out-of-stock")
        return Became("given", at)


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
