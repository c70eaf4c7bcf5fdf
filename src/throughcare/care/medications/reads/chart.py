"""One person's medicines through a lens: what is ordered, what was brought from outside, and every dose of the last days."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from throughcare.care.medications import brought as home
from throughcare.care.medications import states, waiting_entries
from throughcare.care.medications.dose_ids import due_at_of
from throughcare.care.medications.given_as_needed import given_as_needed, reach
from throughcare.care.medications.models import Dose, MedicationOrder, OrderOverride
from throughcare.care.medications.rules.timing import Kind, from_json
from throughcare.care.medications.rules.windows import DAY, free_from
from throughcare.care.medications.waiting_entries import WaitingEntry
from throughcare.chart.models import HomeMedicine
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb

RECENT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Medicines:
    """What a person takes here: in force, held, over; what they brought that nobody has decided on; what they took as they left."""

    active: list[MedicationOrder]
    held: list[MedicationOrder]
    over: list[MedicationOrder]
    undecided: list[HomeMedicine]
    last_given: dict[UUID, datetime]
    next_due: dict[UUID, datetime]
    before: list[MedicationOrder] = field(default_factory=list)
    """What the last way out of custody ended and nobody has ordered since, of the last year."""


@dataclass(frozen=True, slots=True)
class Given:
    """One dose on the sheet of doses: what became of it, as the reader may see it."""

    id: UUID
    due_at: datetime
    status: str
    happened_at: datetime | None
    by: str
    reason: str
    amended: bool
    unjudged: bool = False
    """A tablet's entry says that it was swallowed, and waits to be judged."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One order's line on the sheet: its doses day by day."""

    order: MedicationOrder
    days: dict[date, list[Given]]


@dataclass(frozen=True, slots=True)
class OneOrder:
    """One order with what was said to its alerts, its last doses, and from when one that is asked for may be given."""

    order: MedicationOrder
    overrides: list[OrderOverride]
    doses: list[Given]
    earliest: datetime | None = None


def medicines(lens: Lens, people: Sequence[UUID]) -> Medicines:
    """Give the person's medicines; who sees a summary sees the list and no doses."""
    _may(lens, people, Verb.SUMMARY)
    with db.reading(lens):
        since = clock.now() - RECENT
        rows = list(MedicationOrder.objects.filter(person_id__in=people).order_by("text", "recorded_at"))
        undecided = list(home.undecided(people).order_by("-critical", "text")[:40])
        live = [r.id for r in rows if r.status in states.LIVE]
        last, following = _around(live)
    return Medicines(
        active=[r for r in rows if r.status == "active"],
        held=[r for r in rows if r.status == "on-hold"],
        over=[r for r in rows if r.ended_at is not None and r.ended_at >= since],
        undecided=undecided,
        last_given=last,
        next_due=following,
        before=_before(rows),
    )


def _before(rows: Sequence[MedicationOrder]) -> list[MedicationOrder]:
    left = [r for r in rows if r.left_by and r.status == "stopped" and r.ended_at and r.ended_at > clock.now() - YEAR]
    last = max(left, key=lambda r: r.ended_at or r.recorded_at, default=None)
    if last is None or last.ended_at is None:
        return []
    since = {r.code or r.text for r in rows if r.recorded_at > last.ended_at}
    return [r for r in left if r.left_by == last.left_by and (r.code or r.text) not in since]


def _around(orders: Sequence[UUID]) -> tuple[dict[UUID, datetime], dict[UUID, datetime]]:
    """Give each order's last given and next due dose, of the month around now: two reads however long the history."""
    now = clock.now()
    near = Dose.objects.filter(
        order_id__in=orders, due_at__gte=now - timedelta(days=31), due_at__lt=now + timedelta(days=4)
    )
    last: dict[UUID, datetime] = {}
    following: dict[UUID, datetime] = {}
    for order_id, due_at, status, at in near.order_by("due_at").values_list(
        "order_id", "due_at", "status", "happened_at"
    ):
        if status in GIVEN and at is not None:
            last[order_id] = max(at, last.get(order_id, at))
        elif status == states.EXPECTED:
            following.setdefault(order_id, due_at)
    return last, following


YEAR = timedelta(days=366)
GIVEN = ("given", "given-late", "given-early", "self-administered", "partial")


def sheet(lens: Lens, people: Sequence[UUID], zone: ZoneInfo, *, days: int = 7) -> tuple[list[date], list[SheetRow]]:
    """Give the sheet of doses (MAR): every order with doses in the last days, and each dose's one status."""
    _may(lens, people, Verb.READ)
    now = clock.now()
    today = now.astimezone(zone).date()
    shown = [today - timedelta(days=n) for n in range(days - 1, -1, -1)]
    since = datetime.combine(shown[0], datetime.min.time(), tzinfo=zone)
    until = datetime.combine(today + timedelta(days=1), datetime.min.time(), tzinfo=zone)
    with db.reading(lens):
        rows = list(
            Dose.objects.filter(
                person_id__in=people, due_at__gte=since, due_at__lt=until, order_id__isnull=False
            ).order_by("due_at")
        )
        orders = {o.id: o for o in MedicationOrder.objects.filter(id__in={r.order_id for r in rows})}
        unjudged = waiting_entries.about(people)
    lines: dict[UUID, dict[date, list[Given]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        lines[row.order_id or row.id][row.due_at.astimezone(zone).date()].append(_given(row, unjudged))
    ordered = sorted(lines, key=lambda i: (not orders[i].time_critical, orders[i].text, orders[i].starts_at))
    return shown, [SheetRow(orders[i], dict(lines[i])) for i in ordered]


def order(lens: Lens, people: Sequence[UUID], order_id: UUID) -> OneOrder:
    """Give one order of this person with its reasons and its last doses."""
    _may(lens, people, Verb.READ)
    with db.reading(lens):
        row = MedicationOrder.objects.filter(id=order_id, person_id__in=people).first()
        if row is None:
            raise NotFound("There is no such order here.")
        now = clock.now()
        doses = Dose.objects.filter(order_id=row.id, due_at__gte=now - RECENT, due_at__lt=now + timedelta(days=4))
        return OneOrder(
            order=row,
            overrides=list(OrderOverride.objects.filter(order=row).order_by("at")),
            doses=[_given(d) for d in doses.order_by("-due_at")[:60]],
            earliest=_earliest(row, people, now),
        )


def _earliest(row: MedicationOrder, people: Sequence[UUID], now: datetime) -> datetime | None:
    """Say from when a dose that is asked for may be given; none for what has its times, or where nothing stands against it."""
    timing = from_json(row.timing)
    if timing.kind is not Kind.PRN or row.status != "active":
        return None
    charts = dict.fromkeys(people, row.person_id)
    given = given_as_needed({row.id: row.person_id}, charts, now - reach([timing.min_interval_minutes]), now + DAY)
    free = free_from(given.get(row.id, ()), timing)
    return free if free and free > now else None


@dataclass(frozen=True, slots=True)
class OneDose:
    """One dose with its order."""

    dose: Given
    order: MedicationOrder | None
    detail: dict[str, str]
    version: int


def dose(lens: Lens, people: Sequence[UUID], dose_id: UUID) -> OneDose:
    """Give one dose of this person."""
    _may(lens, people, Verb.READ)
    with db.reading(lens):
        row = (
            Dose.objects.select_related("order")
            .filter(id=dose_id, due_at=due_at_of(dose_id), person_id__in=people, order_id__isnull=False)
            .first()
        )
        if row is None:
            raise NotFound("This dose is not due any more: its order was stopped or changed.")
        return OneDose(_given(row, waiting_entries.about(people)), row.order, row.detail or {}, row.version)


def unjudged(lens: Lens, people: Sequence[UUID]) -> list[tuple[WaitingEntry, str]]:
    """Give the kept entries of this person's swallowed doses, oldest first, each with the medicine it is of."""
    _may(lens, people, Verb.READ)
    with db.reading(lens):
        found = waiting_entries.waiting(people)
        named = [e.about for e in found if not e.asked_for]
        doses = Dose.objects.filter(id__in=named, due_at__in=[due_at_of(i) for i in named], person_id__in=people)
        orders = dict(doses.values_list("id", "order__text"))
        asked = [e.about for e in found if e.asked_for]
        orders |= dict(MedicationOrder.objects.filter(id__in=asked, person_id__in=people).values_list("id", "text"))
    return [(e, orders.get(e.about) or "") for e in found]


def brought(lens: Lens, people: Sequence[UUID], medicine_id: UUID | None) -> HomeMedicine | None:
    """Give a medicine that the person brought from outside; none where none is named."""
    if medicine_id is None:
        return None
    _may(lens, people, Verb.READ)
    with db.reading(lens):
        row = HomeMedicine.objects.filter(id=medicine_id, person_id__in=people).first()
    if row is None:
        raise NotFound("There is no such medicine here.")
    return row


def unsigned(lens: Lens) -> list[MedicationOrder]:
    """Give the orders at the reader's facilities that wait for a prescriber's signature, oldest first."""
    lens.require(Verb.READ, DataClass.MEDICATION)
    with db.reading(lens):
        rows = MedicationOrder.objects.filter(signed_at__isnull=True).exclude(status="entered-in-error")
        if lens.facilities is not None:
            rows = rows.filter(facility_id__in=lens.facilities)
        return list(rows.order_by("recorded_at")[:200])


def _may(lens: Lens, people: Sequence[UUID], verb: Verb) -> None:
    for person_id in people:
        lens.require(verb, DataClass.MEDICATION, person_id=person_id)


def _given(row: Dose, unjudged: Collection[UUID] = ()) -> Given:
    stands = (row.status, row.happened_at, row.by or "", row.reason or "")
    return Given(row.id, row.due_at, *stands, amended=row.version > 2, unjudged=row.id in unjudged)
