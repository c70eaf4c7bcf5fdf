"""What a person keeps, through a lens: fitness, packs with their refill windows, counts, wishes; and custody's card."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from throughcare.care.medications.actions.kept_fitness import judged, kept_traits, on_watch
from throughcare.care.medications.facility_passes import facility_passes
from throughcare.care.medications.models import KeptCount, KeptFitness, KeptPack, MedicationOrder, RefillRequest
from throughcare.care.medications.rules import kop, tables
from throughcare.care.medications.rules.kop import Eligibility, RefillWindow
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb


@dataclass(frozen=True, slots=True)
class OnePack:
    """A pack with its window, its last count and what should be left today."""

    pack: KeptPack
    window: RefillWindow
    last_count: KeptCount | None


@dataclass(frozen=True, slots=True)
class KeptOrder:
    """An order that the person keeps: may they have the next pack, which have they, what did they ask for."""

    order: MedicationOrder
    may: Eligibility
    rescue: bool
    packs: list[OnePack]
    wish: RefillRequest | None


@dataclass(frozen=True, slots=True)
class Kept:
    """All that one person keeps, and the last finding on whether they may."""

    fitness: KeptFitness | None
    watched: bool
    orders: list[KeptOrder]
    stray: list[OnePack]
    """Packs that the person still has of orders that are over or given at the line now: take them back."""
    to_answer: list[KeptCount]


def kept(lens: Lens, people: Sequence[UUID]) -> Kept:
    """Give what a person keeps."""
    _may(lens, people)
    with db.reading(lens):
        fitness = KeptFitness.objects.filter(person_id__in=people).order_by("-recorded_at").first()
        orders = MedicationOrder.objects.filter(person_id__in=people, mode="KOP", status="active")
        live = list(orders.filter(ends_at__gt=clock.now()).order_by("text"))
        packs = list(
            KeptPack.objects.filter(person_id__in=people, state="kept").select_related("order").order_by("issued_at")
        )
        counts = KeptCount.objects.filter(pack__in=packs).order_by("pack_id", "-recorded_at").distinct("pack_id")
        last = {c.pack_id: c for c in counts}
        wishes = {w.order_id: w for w in RefillRequest.objects.filter(person_id__in=people, state="asked")}
        unanswered = KeptCount.objects.filter(person_id__in=people, flagged=True, answered_at__isnull=True)
        to_answer = list(unanswered.select_related("pack").order_by("recorded_at"))
        watched = any(on_watch(p) for p in people[:1])
    by_order: dict[UUID, list[OnePack]] = defaultdict(list)
    for pack in packs:
        window = kop.refill_window(pack.issued_on, tables.kop(), pack.supply_days)
        by_order[pack.order_id].append(OnePack(pack, window, last.get(pack.id)))
    mine = {o.id for o in live}
    return Kept(
        fitness,
        watched,
        [
            KeptOrder(o, judged(o, fitness), kept_traits(o).rescue, by_order.get(o.id, []), wishes.get(o.id))
            for o in live
        ],
        [p for order_id, held in by_order.items() if order_id not in mine for p in held],
        to_answer,
    )


def order(lens: Lens, people: Sequence[UUID], order_id: UUID) -> KeptOrder:
    """Give one order that the person keeps."""
    found = next((o for o in kept(lens, people).orders if o.order.id == order_id), None)
    if found is None:
        raise NotFound("There is no such kept medicine here. It may be over, or given at the line.")
    return found


def pack(lens: Lens, people: Sequence[UUID], pack_id: UUID) -> KeptPack:
    """Give one pack of this person."""
    _may(lens, people)
    with db.reading(lens):
        row = KeptPack.objects.select_related("order").filter(id=pack_id, person_id__in=people).first()
    if row is None:
        raise NotFound("There is no such pack here.")
    return row


@dataclass(frozen=True, slots=True)
class Card:
    """What custody may know of kept medicines: how many packs, until when. No name of a medicine, no reason (ruling 8)."""

    packs: int
    until: date | None
    as_of: datetime


def card(lens: Lens, people: Sequence[UUID]) -> Card:
    """Give the card of what the person may have on them; officers see nothing else of it."""
    for person_id in people:
        lens.require(Verb.OPERATIONAL, DataClass.OPERATIONAL_ALERT, person_id=person_id)
    with db.reading(lens):
        rows = KeptPack.objects.filter(person_id__in=people, state="kept")
        days = list(rows.values_list("lasts_to", flat=True))
    return Card(len(days), max(days, default=None), clock.now())


@dataclass(frozen=True, slots=True)
class Mine:
    """One of my kept medicines as the kiosk shows it."""

    order: MedicationOrder
    opens_on: date | None
    lasts_to: date | None
    open_now: bool
    asked_at: datetime | None
    answer: str


def mine(lens: Lens) -> list[Mine]:
    """Give the reader's own kept medicines, with when the next pack may be asked for and what was answered."""
    person_id = lens.own()
    found = kept(lens, [person_id])
    with db.reading(lens):
        answered = RefillRequest.objects.filter(person_id=person_id, state="declined")
        answers = {r.order_id: r.answer for r in answered.order_by("recorded_at")}
    return [_mine(o, answers.get(o.order.id, "")) for o in found.orders]


def _mine(row: KeptOrder, answer: str) -> Mine:
    today = clock.now().astimezone(facility_passes(row.order.facility_id).zone).date()
    newest = row.packs[-1] if row.packs else None
    return Mine(
        row.order,
        newest.window.opens_on if newest else None,
        newest.window.lasts_to if newest else None,
        newest is None or today >= newest.window.opens_on,
        row.wish.recorded_at if row.wish else None,
        answer,
    )


def _may(lens: Lens, people: Sequence[UUID]) -> None:
    for person_id in people:
        lens.require(Verb.READ, DataClass.MEDICATION, person_id=person_id)
