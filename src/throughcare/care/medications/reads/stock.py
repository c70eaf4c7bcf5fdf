"""Stock through a lens: what lies where, one lot with its entries, what to count, differences and who must know."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from throughcare.care.medications import stock_places
from throughcare.care.medications.actions.counting import to_count as lots_to_count
from throughcare.care.medications.actions.differing import as_rule
from throughcare.care.medications.models import StockCount, StockDifference, StockEntry, StockLot
from throughcare.care.medications.rules import counting, tables
from throughcare.care.medications.rules.counting import KEY, LossReport
from throughcare.custody.models import Facility
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb

QUARTER = timedelta(days=90)
# [D] The inventory is owed every two years; it is asked for a month before.
INVENTORY = timedelta(days=700)


@dataclass(frozen=True, slots=True)
class Shelf:
    """One lot on the list, with what is to be seen at once."""

    lot: StockLot
    place: str
    low: bool
    expiring: bool
    expired: bool
    differs: bool


@dataclass(frozen=True, slots=True)
class OneLot:
    """One lot with its newest entries and its open difference."""

    lot: StockLot
    place: str
    entries: list[StockEntry]
    difference: StockDifference | None


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """The controlled lots of one place, and the last count there."""

    id: str
    title: str
    lots: list[StockLot]
    last: StockCount | None
    inventory_at: datetime | None = None

    @property
    def inventory_due(self) -> bool:
        """Tell whether the last inventory is nearly two years old, or none was ever made (21 CFR 1304.11)."""
        return self.inventory_at is None or clock.now() - self.inventory_at > INVENTORY


@dataclass(frozen=True, slots=True)
class Differences:
    """What is open, what was explained of late, and who must be told."""

    open: list[StockDifference]
    explained: list[StockDifference]
    report: LossReport


def shelves(lens: Lens, facility_id: UUID, place: str = "") -> list[Shelf]:
    """Give the lots of a facility that have anything left: differing, expired, expiring and low ones first."""
    _require(lens, facility_id)
    with db.reading(lens):
        held = StockLot.objects.filter(facility_id=facility_id, balance__gt=0)
        here = held.filter(place=place) if place else held
        rows = list(here.order_by("text", "expires_on", "lot")[:1000])
        differing = set(_open(facility_id).values_list("stock_id", flat=True))
    left: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        left[row.place, row.text] += row.balance
    today, soon, low = clock.now().date(), stock_places.expiring(), stock_places.low_units()
    found = [
        Shelf(
            row,
            stock_places.title_of(row.place),
            low=row.kind != KEY and left[row.place, row.text] <= low,
            expiring=row.expires_on is not None and today <= row.expires_on <= today + soon,
            expired=row.expires_on is not None and row.expires_on < today,
            differs=row.id in differing,
        )
        for row in rows
    ]
    return sorted(found, key=lambda s: (not s.differs, not s.expired, not s.expiring, not s.low))


def unscannable(lens: Lens, facility_id: UUID) -> int:
    """Count the lots of the last quarter whose code could not be scanned when they came in."""
    _require(lens, facility_id)
    with db.reading(lens):
        since = clock.now() - QUARTER
        came = StockEntry.objects.filter(stock__facility_id=facility_id, number=1, recorded_at__gte=since)
        return came.exclude(stock__unscannable="").count()


def lot(lens: Lens, stock_id: UUID) -> OneLot:
    """Give one lot; another facility's is not there."""
    with db.reading(lens):
        row = StockLot.objects.filter(id=stock_id).first()
        if row is None or not _sees(lens, row.facility_id):
            raise NotFound("There is no such stock here.")
        _require(lens, row.facility_id)
        entries = StockEntry.objects.filter(stock=row).order_by("-number")[:200]
        difference = StockDifference.objects.filter(stock=row).exclude(state="explained").first()
        return OneLot(row, stock_places.title_of(row.place), list(entries), difference)


def counts(lens: Lens, facility_id: UUID) -> list[PlaceCount]:
    """Give each place that holds controlled medicines, with its lots and its last count."""
    _require(lens, facility_id)
    with db.reading(lens):
        by_place: dict[str, list[StockLot]] = defaultdict(list)
        for row in lots_to_count(facility_id).order_by("text", "lot"):
            by_place[row.place].append(row)
        made = StockCount.objects.filter(facility_id=facility_id).order_by("place", "-counted_at").distinct("place")
        last = {row.place: row for row in made}
        listed = {row.place: row.counted_at for row in made.exclude(kind="shift")}
    return [
        PlaceCount(p.id, p.title, by_place[p.id], last.get(p.id), listed.get(p.id))
        for p in stock_places.places()
        if by_place.get(p.id)
    ]


def differences(lens: Lens, facility_id: UUID) -> Differences:
    """Give the differences of a facility, open ones first found first, and what the rules say of them together."""
    _require(lens, facility_id)
    with db.reading(lens):
        open_ = list(_open(facility_id).select_related("stock").order_by("found_at"))
        over = StockDifference.objects.filter(facility_id=facility_id, explained_at__gte=clock.now() - QUARTER)
        explained = list(over.select_related("stock").order_by("-explained_at")[:50])
    theft = any(d.theft for d in open_)
    return Differences(
        open_, explained, counting.loss_report([as_rule(d) for d in open_], tables.counting(), theft=theft)
    )


def lots_of(lens: Lens, facility_id: UUID, code: str) -> list[StockLot]:
    """Give the lots of one product at a facility that may be handed out: not expired, the first to expire first."""
    return lots_for(lens, facility_id, {code}).get(code, [])


def lots_for(lens: Lens, facility_id: UUID, codes: set[str]) -> dict[str, list[StockLot]]:
    """Give the lots of several products that may be handed out, each product's first to expire first; in one read."""
    if not lens.could(Verb.READ, DataClass.CONTROLLED_COUNT) or not _sees(lens, facility_id):
        return {}
    found: dict[str, list[StockLot]] = defaultdict(list)
    with db.reading(lens):
        rows = StockLot.objects.filter(facility_id=facility_id, code__in=codes - {""}, balance__gt=0)
        for lot in rows.exclude(expires_on__lt=clock.now().date()).order_by("code", "expires_on", "lot"):
            found[lot.code].append(lot)
    return dict(found)


def facility_name(facility_id: UUID) -> str:
    """Give the name of the facility whose stock it is."""
    return Facility.objects.filter(id=facility_id).values_list("name", flat=True).first() or ""


def _open(facility_id: UUID) -> QuerySet[StockDifference]:
    return StockDifference.objects.filter(facility_id=facility_id).exclude(state="explained")


def _require(lens: Lens, facility_id: UUID) -> None:
    lens.require(Verb.READ, DataClass.CONTROLLED_COUNT)
    if not _sees(lens, facility_id):
        raise NotFound("There is no such stock here.")


def _sees(lens: Lens, facility_id: UUID) -> bool:
    return lens.facilities is None or facility_id in lens.facilities
