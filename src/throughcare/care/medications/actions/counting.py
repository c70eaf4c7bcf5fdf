"""The count of controlled stock by two people at each change of shift, and what corrects the book after a difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet

from throughcare import ledger
from throughcare.care.medications import states, stock_fhir, stock_places
from throughcare.care.medications.actions.differing import as_rule, differ, difference_of, keep_explained
from throughcare.care.medications.actions.stocking import Change, Second, enter, lot_of
from throughcare.care.medications.models import StockCount, StockDifference, StockLot
from throughcare.care.medications.models.stock import CONTROLLED
from throughcare.care.medications.rules import counting, tables
from throughcare.care.medications.rules.counting import Move
from throughcare.custody.models import Facility
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor, called
from throughcare.kernel.errors import Invalid
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import SubjectKind


@dataclass(frozen=True, slots=True)
class CountedLot:
    """How much of one lot was found."""

    stock_id: UUID
    counted: Decimal


@dataclass(frozen=True, slots=True)
class CountDone:
    """A count that was kept, and the differences it found."""

    count_id: UUID
    differences: list[UUID]


@action("medications.count_stock")
def count_stock(
    *,
    actor: Actor,
    intent: UUID | None = None,
    facility_id: UUID,
    place: str,
    counted: Sequence[CountedLot],
    second: Second,
    kind: str = "shift",
) -> CountDone:
    """Keep a count of everything at one place that is counted piece by piece; each difference from the book is opened for report."""
    if kind not in states.COUNT_KINDS:
        raise Invalid("Say whether this is the count of a shift or the inventory.", fields={"kind": "Choose one."})
    lots = {lot.id: lot for lot in to_count(facility_id, place).select_for_update().order_by("id")}
    said = {c.stock_id: c.counted for c in counted if c.stock_id in lots}
    missing = {f"lot-{i}": "Count this one too." for i in lots if i not in said}
    if missing:
        raise Invalid(f"{len(missing)} not counted yet. What you typed is kept.", fields=missing)
    single = _single_nurse(facility_id)
    _refuse_wrong(actor, second, said, single)
    now = clock.now()
    row = StockCount(
        facility_id=facility_id,
        place=place,
        counted_at=now,
        by=actor.label(),
        by_id=actor.id,
        second=called(second.name, second.role),
        second_id=second.id,
        single_nurse=single,
        kind=kind,
        lines=[
            {"stock": str(i), "text": lots[i].text, "lot": lots[i].lot, "book": str(lots[i].balance), "counted": str(n)}
            for i, n in said.items()
        ],
    )
    row.save(force_insert=True)
    _keep(row)
    found = []
    for i, number in said.items():
        lots[i].bump(counted_at=now, counted=number)
        one = differ(actor, lots[i], lots[i].balance, number)
        if one is not None and number != lots[i].balance:
            found.append(one.id)
    return CountDone(row.id, found)


def to_count(facility_id: UUID, place: str = "") -> QuerySet[StockLot]:
    """Give what must be counted, controlled medicines, sharps and keys: what has anything left, and what differs."""
    rows = StockLot.objects.filter(CONTROLLED, facility_id=facility_id)
    rows = rows.filter(place=place) if place else rows
    differing = StockDifference.objects.filter(facility_id=facility_id).exclude(state="explained").values("stock_id")
    return rows.filter(Q(balance__gt=0) | Q(id__in=differing))


def _refuse_wrong(actor: Actor, second: Second, said: dict[UUID, Decimal], single: bool) -> None:
    if second.id == actor.id:
        raise Invalid("The second counter is another person.", fields={"second": "Another person signs here."})
    counters = (counting.Counter(str(actor.id), str(actor.role or "")), counting.Counter(str(second.id), second.role))
    for i, number in said.items():
        wrong = counting.count_problems(counting.Count(str(i), number, counters, single), tables.counting())
        for found in wrong:
            field = f"lot-{i}" if found.code == "quantity" else "second"
            raise Invalid(found.text.en, fields={field: found.text.en})


def _single_nurse(facility_id: UUID) -> bool:
    code = Facility.objects.filter(id=facility_id).values_list("code", flat=True).first()
    return bool(code) and stock_places.single_nurse(str(code))


@action("medications.explain_difference")
def explain_difference(
    *,
    actor: Actor,
    intent: UUID | None = None,
    difference_id: UUID,
    version: int,
    words: str,
    correct: bool,
    second: Second | None = None,
) -> None:
    """Say what explained a difference; the book is corrected by an entry that two people sign, if it was wrong."""
    if not words.strip():
        raise Invalid("Say what explained it.", fields={"words": "Say what explained it."})
    row = difference_of(difference_id, version)
    if correct and not row.stands:
        raise Invalid("The book fits by now: nothing is left to correct. Explain the difference without it.")
    keep_explained(row, actor, words)
    if correct:
        apart = row.counted - row.expected
        enter(actor, lot_of(row.stock_id), Change(Move.CORRECT, apart, reason=words.strip()[:200]), second)


def obstacles(facility_id: UUID, role: str, at: datetime) -> tuple[str, ...]:
    """List in sentences what keeps this role's shift from closing: counts not made, differences not reported."""
    if role not in stock_places.closing_roles():
        return ()
    due = set(to_count(facility_id).values_list("place", flat=True))
    since = at - stock_places.count_good_for()
    made = StockCount.objects.filter(facility_id=facility_id, counted_at__gte=since, counted_at__lte=at)
    open_ = StockDifference.objects.filter(facility_id=facility_id).exclude(state="explained").select_related("stock")
    found = counting.may_close_shift(
        {stock_places.title_of(p) for p in due},
        {stock_places.title_of(p) for p in made.values_list("place", flat=True)},
        [as_rule(d) for d in open_],
    )
    return tuple(f.text.en for f in found)


def _keep(row: StockCount) -> None:
    ledger.record(
        type="StockCount",
        id=row.id,
        subject=(SubjectKind.PLACE, row.facility_id),
        data_class=DataClass.CONTROLLED_COUNT,
        media="throughcare/stock-count",
        body=stock_fhir.count(row),
        happened_at=row.counted_at,
    )
