"""The cupboards of the synthetic agency: deliveries lot by lot, packs that can't be scanned, counts by two at each change of
shift, what is dropped and wasted before a witness, and the count that differs. Rates are `[D]` values of content/world/medicines.toml.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from django.db.models import Count

from throughcare.care.medications import actions, formulary
from throughcare.care.medications.actions import Change, CountedLot, Received, Second
from throughcare.care.medications.actions.counting import to_count
from throughcare.care.medications.models import MedicationOrder, StockDifference, StockLot
from throughcare.care.medications.models.stock import CONTROLLED
from throughcare.care.medications.rules.counting import MEDICINE
from throughcare.kernel import content
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused
from throughcare.kernel.vocabulary import Role
from throughcare.world.scenes import Stage

PATH = "world/medicines.toml"
SHIFTS = (7, 15, 23)  # local hours at which shifts change and two people count
# So many products of a facility lie in its book in a new world, the most ordered first, and everything controlled.
USUAL = 12


@dataclass(frozen=True, slots=True)
class Rates:
    """How often what happens to stock; `[D]`."""

    unscannable: float
    wasted: float
    differs: float
    old: float
    days: int


def rates() -> Rates:
    """Give the rates of content."""
    body = content.load(PATH)
    said: Mapping[str, Any] = body["stock"]
    return Rates(float(body["unscannable"]), said["wasted"], said["differs"], said["expires_soon"], int(said["days"]))


def deliver(stage: Stage, now: datetime) -> int:
    """Let each facility have what its people take, two lots of each product; gives how many lots came."""
    rows = (
        MedicationOrder.objects.filter(status="active").exclude(code="").values_list("facility_id", "code", "schedule")
    )
    wanted: dict[UUID, list[tuple[str, str, int]]] = defaultdict(list)
    for facility_id, code, schedule, n in rows.annotate(n=Count("id")).order_by("facility_id", "-n", "code"):
        if facility_id is not None and (schedule or len(wanted[facility_id]) < USUAL):
            wanted[facility_id].append((code, schedule, n))
    held = set(StockLot.objects.filter(balance__gt=0).values_list("facility_id", "code"))
    counted = set(StockLot.objects.exclude(kind=MEDICINE).values_list("facility_id", flat=True))
    came = 0
    for facility_id, products in wanted.items():
        pharmacist = stage.worker(facility_id, Role.RN, now)
        lots = [
            one
            for code, schedule, n in products
            if (facility_id, code) not in held
            for one in _lots(facility_id, code, schedule, n, now)
        ]
        if facility_id not in counted:
            lots += _things(facility_id)
        if lots:
            came += len(actions.receive_delivery(actor=pharmacist, facility_id=facility_id, received=lots))
    return came


def _lots(facility_id: UUID, code: str, schedule: str, orders: int, now: datetime) -> list[Received]:
    product = formulary.load().product(code)
    if product is None:
        return []
    rate, random = rates(), Random(f"delivery:{facility_id}:{code}:{now.date()}")
    place = "controlled" if schedule else "refrigerator" if product.critical == "insulin" else "cart"
    found = []
    for part in (1, 2):
        old = random.random() < rate.old
        unread = random.random() < rate.unscannable
        found.append(
            Received(
                place=place,
                quantity=Decimal(max(20, orders * rate.days) // part),
                lot=f"S{random.randrange(10**6):06}",
                product=code,
                expires_on=(now + timedelta(days=random.randint(20, 50) if old else random.randint(120, 700))).date(),
                unscannable="The label is torn" if unread else "",
                order_form=f"{random.randrange(10**9):09}" if product.schedule == "CII" else "",
            )
        )
    return found


def _things(facility_id: UUID) -> list[Received]:
    """Give what is counted beside medicines: needles and keys, as content/world/medicines.toml has them."""
    random = Random(f"things:{facility_id}")
    return [
        Received(
            place="controlled",
            quantity=Decimal(thing["quantity"]),
            lot=f"{thing['kind'][0].upper()}{random.randrange(10**4):04}",
            text=thing["text"],
            unit=thing["unit"],
            kind=thing["kind"],
        )
        for thing in content.load(PATH)["counted"]
    ]


def count(stage: Stage, at: datetime) -> int:
    """Let two people count what is controlled at each facility; a rare count differs, and is reported at once."""
    held = StockLot.objects.filter(CONTROLLED, balance__gt=0)
    places = held.values_list("facility_id", "place").distinct()
    done = 0
    for facility_id, place in sorted(places, key=str):
        nurse, second = _two(stage, facility_id, at)
        if second is None:
            continue
        random = Random(f"count:{facility_id}:{place}:{at}")
        lots = list(to_count(facility_id, place).order_by("id"))
        odd = random.choice(lots).id if lots and random.random() < rates().differs else None
        said = [CountedLot(lot.id, max(Decimal(0), lot.balance - (lot.id == odd))) for lot in lots]
        try:
            found = actions.count_stock(actor=nurse, facility_id=facility_id, place=place, counted=said, second=second)
        except Refused:
            stage.refused.append("count")
            continue
        done += 1
        for row in StockDifference.objects.filter(id__in=found.differences, reported_at=None):
            words = "Counted again by both; looked in the cart and the waste. Not found."
            actions.report_difference(actor=nurse, difference_id=row.id, version=row.version, words=words)
    return done


def waste(stage: Stage, lot_id: UUID, facility_id: UUID, at: datetime) -> bool:
    """Let one unit of a controlled lot be dropped and wasted before a second person."""
    nurse, second = _two(stage, facility_id, at)
    if second is None:
        return False
    change = Change("waste", Decimal(1), reason="Dropped on the floor at the line", at=at)
    try:
        actions.change_stock(actor=nurse, stock_id=lot_id, change=change, second=second)
    except Refused:
        stage.refused.append("waste")
        return False
    return True


def controlled_lots() -> dict[tuple[UUID, str], UUID]:
    """Give the lot from which controlled doses are taken, by facility and product: the first to expire first."""
    rows = StockLot.objects.exclude(schedule="").filter(balance__gt=5).order_by("-expires_on", "-id")
    return {(f, code): lot for f, code, lot in rows.values_list("facility_id", "code", "id")}


def _two(stage: Stage, facility_id: UUID, at: datetime) -> tuple[Actor, Second | None]:
    """Give a nurse and a second one of another name; none where only one works there."""
    nurse = stage.worker(facility_id, Role.LPN, at)
    for _ in range(4):
        other = stage.worker(facility_id, Role.RN, at)
        if other.id != nurse.id:
            return nurse, Second(other.id, other.name, str(other.role))
    return nurse, None
