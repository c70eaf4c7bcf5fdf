"""Packs that people keep: handed over and signed for, refilled in their window, counted, taken back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model

from throughcare import ledger
from throughcare.care.medications import states, stock_fhir
from throughcare.care.medications.actions.keeping import order_of
from throughcare.care.medications.actions.kept_fitness import eligible, lapse_fitness, settle
from throughcare.care.medications.actions.stocking import Change, enter, lot_of
from throughcare.care.medications.events import (
    DoseRecorded,
    FirstDoseRecorded,
    KeptCountAnswered,
    KeptCountFlagged,
    KeptPackEnded,
    PackIssued,
    RefillAsked,
    RefillDeclined,
)
from throughcare.care.medications.facility_passes import facility_passes
from throughcare.care.medications.models import KeptCount, KeptPack, MedicationOrder, RefillRequest, StockLot
from throughcare.care.medications.policy import GIVERS
from throughcare.care.medications.rules import kop, tables
from throughcare.care.medications.rules.counting import Move
from throughcare.care.medications.rules.kop import Lapse
from throughcare.care.medications.rules.timing import Kind, doses_per_day, from_json
from throughcare.chart.actions.keeping import mine, recorded
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.fhir import Json
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.family import family

FINDINGS = {"explained": None, "failed": Lapse.FAILED_CHECK, "hoarding": Lapse.HOARDING}


@dataclass(frozen=True, slots=True)
class Issue:
    """A pack as it is handed over: from stock (`stock_id`), or sent by the pharmacy under the person's name."""

    quantity: Decimal
    lot: str = ""
    expires_on: date | None = None
    signed_how: str = ""
    stock_id: UUID | None = None
    early_why: str = ""


@action("medications.issue_pack")
def issue_pack(*, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, issue: Issue) -> UUID:
    """Hand a pack over: the person may keep it, has signed, and a pack before it is nearly used up. Gives the pack."""
    if actor.role not in GIVERS:
        raise NotAllowed("A nurse hands a pack over.")
    order = order_of(person_id, order_id)
    now = clock.now()
    _may_be_issued(order, now)
    lot = lot_of(issue.stock_id) if issue.stock_id else None
    wrong = _wrong(order, issue, lot, now)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    row = _pack(actor, order, issue, lot, now)
    row.save(force_insert=True)
    _keep(row, "MedicationDispense", stock_fhir.pack(row))
    if lot is not None:
        enter(actor, lot, Change(Move.REMOVE, issue.quantity, person_id=person_id, order_id=order.id))
    _use_up_former(actor, order, row)
    _fill(order, row)
    about: dict[str, Any] = {"happened_at": now, "person_id": person_id, "facility_id": actor.facility_id}
    emit(PackIssued(ref=order.id, **about))
    if order.first_dose_at is None:
        MedicationOrder.objects.filter(id=order.id).update(first_dose_at=now)
        emit(FirstDoseRecorded(ref=order.id, **about))
        if order.home_medicine_id is not None:
            emit(DoseRecorded(ref=order.home_medicine_id, **about))
    return row.id


def _may_be_issued(order: MedicationOrder, now: datetime) -> None:
    if order.mode != "KOP":
        raise Invalid("This medicine is given at the line. A prescriber changes that, with a new order.")
    if order.status != "active" or order.ends_at <= now:
        raise Stale("This order is not in force any more. Nothing was handed over.")
    may = eligible(order)
    if not may.allowed:
        raise Invalid(may.findings[0].text.en, fields={"fit": may.findings[0].text.en})


def _wrong(order: MedicationOrder, issue: Issue, lot: StockLot | None, now: datetime) -> dict[str, str]:
    wrong, today = {}, _today(order, now)
    most = _most(order)
    if issue.quantity <= 0:
        wrong["quantity"] = "Enter how many are in the pack."
    elif most is not None and issue.quantity > most:
        wrong["quantity"] = f"At most {most.normalize():f}: {tables.kop().supply_days} days."
    if lot is not None and lot.code != order.code:
        wrong["stock"] = "This lot is another medicine. Scan the pack again."
    if lot is not None and lot.balance < issue.quantity:
        wrong["stock"] = f"The book has {lot.balance.normalize():f} of this lot. Choose another, or count it first."
    if lot is None and not issue.lot.strip():
        wrong["lot"] = "Write the lot number on the pack."
    expires = lot.expires_on if lot is not None else issue.expires_on
    if expires is not None and expires < today + timedelta(days=1):
        wrong["expires_on"] = "This pack has expired. Send it back."
    if issue.signed_how not in states.SIGNED_HOW:
        wrong["signed_how"] = "The person signs for the pack."
    former = _kept(order).order_by("-issued_on").first()
    if former is not None and not issue.early_why.strip():
        window = kop.refill_window(former.issued_on, tables.kop(), former.supply_days)
        if today < window.opens_on:
            wrong["early_why"] = (
                f"The last pack lasts to {former.lasts_to:%-d %b}; a refill is due from {window.opens_on:%-d %b}. Say why now."
            )
    return wrong


def per_day(order: MedicationOrder) -> Decimal | None:
    """Say how many units a day the order takes; nothing where it is as needed."""
    timing = from_json(order.timing)
    if timing.kind is Kind.PRN or order.amount is None:
        return None
    return Decimal(str(doses_per_day(timing))) * order.amount


def _most(order: MedicationOrder) -> Decimal | None:
    daily = per_day(order)
    return None if not daily else daily * tables.kop().supply_days


def _pack(actor: Actor, order: MedicationOrder, issue: Issue, lot: StockLot | None, now: datetime) -> KeptPack:
    daily = per_day(order)
    days = max(1, int(issue.quantity // daily)) if daily else tables.kop().supply_days
    today = _today(order, now)
    new = uuid7()
    return KeptPack(
        id=new,
        person_id=order.person_id,
        data_class=order.data_class,
        facility_id=actor.facility_id,
        order=order,
        stock_id=lot.id if lot else None,
        number=f"K{new.int % 10**10:010d}",
        text=order.text,
        lot=lot.lot if lot else issue.lot.strip()[:20],
        expires_on=lot.expires_on if lot else issue.expires_on,
        quantity=issue.quantity,
        per_day=daily,
        supply_days=days,
        issued_at=now,
        issued_on=today,
        lasts_to=kop.refill_window(today, tables.kop(), days).lasts_to,
        signed_how=issue.signed_how,
        early_why=issue.early_why.strip()[:200],
        **recorded(actor),
    )


def _today(order: MedicationOrder, now: datetime) -> date:
    return now.astimezone(facility_passes(order.facility_id).zone).date()


def _kept(order: MedicationOrder) -> Any:
    """Packs of the same medicine that the person still has, under this order or the one it replaced."""
    rows = KeptPack.objects.filter(person_id__in=family(order.person_id), state="kept")
    return rows.filter(order__code=order.code) if order.code else rows.filter(order=order)


def _use_up_former(actor: Actor, order: MedicationOrder, new: KeptPack) -> None:
    for former in _kept(order).exclude(id=new.id).filter(lasts_to__lte=new.issued_on).select_for_update():
        former.bump(state=states.PACK.after(former.state, "use_up"), ended_at=new.issued_at, ended_why="refilled")
        _keep(former, "MedicationDispense", stock_fhir.pack(former))
        _tell_ended(actor, former)


def _tell_ended(actor: Actor, pack: KeptPack) -> None:
    about: dict[str, Any] = {"person_id": pack.person_id, "facility_id": actor.facility_id, "ref": pack.id}
    emit(KeptPackEnded(happened_at=clock.now(), **about))


def _fill(order: MedicationOrder, pack: KeptPack) -> None:
    for wish in RefillRequest.objects.select_for_update().filter(order=order, state="asked"):
        wish.bump(state=states.REFILL.after(wish.state, "fill"), pack=pack)
        _keep(wish, "RefillRequest", stock_fhir.refill(wish), "throughcare/refill-request")


@action("medications.take_back_pack")
def take_back_pack(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    pack_id: UUID,
    version: int,
    verb: str,
    why: str,
    left: Decimal | None = None,
) -> None:
    """Say that a person has a pack no more: taken back, used up or lost, with how many were left in it."""
    if verb not in ("take_back", "use_up", "lose"):
        raise Invalid("Choose what became of the pack.", fields={"verb": "Choose one."})
    if not why.strip():
        raise Invalid("Say why.", fields={"why": "Say why."})
    row = mine(KeptPack, pack_id, person_id, version)
    row.bump(state=states.PACK.after(row.state, verb), ended_at=clock.now(), ended_why=why.strip()[:200], left=left)
    _keep(row, "MedicationDispense", stock_fhir.pack(row))
    _tell_ended(actor, row)
    settle(actor, person_id)


@action("medications.ask_refill")
def ask_refill(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, channel: str = "told"
) -> UUID:
    """Ask for the next pack; asked twice, it is one wish. Gives the wish."""
    order = order_of(person_id, order_id)
    if order.mode != "KOP" or order.status != "active":
        raise Invalid("This medicine has no packs to refill now. A nurse can tell you more.")
    row = RefillRequest.objects.filter(order=order, state="asked").first()
    if row is not None:
        return row.id
    row = RefillRequest(
        person_id=person_id,
        data_class=order.data_class,
        facility_id=order.facility_id,
        order=order,
        channel=channel[:8],
        **recorded(actor),
    )
    row.save(force_insert=True)
    _keep(row, "RefillRequest", stock_fhir.refill(row), "throughcare/refill-request")
    emit(
        RefillAsked(
            happened_at=row.recorded_at,
            person_id=person_id,
            facility_id=actor.facility_id or row.facility_id,
            ref=order.id,
        )
    )
    return row.id


@action("medications.decline_refill")
def decline_refill(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, refill_id: UUID, version: int, why: str
) -> None:
    """Say why the next pack is not given; the person can read it."""
    if not why.strip():
        raise Invalid("Say why; the person reads it.", fields={"why": "Say why; the person reads it."})
    row = mine(RefillRequest, refill_id, person_id, version)
    row.bump(state=states.REFILL.after(row.state, "decline"), answer=why.strip()[:200])
    _keep(row, "RefillRequest", stock_fhir.refill(row), "throughcare/refill-request")
    emit(RefillDeclined(happened_at=clock.now(), person_id=person_id, facility_id=actor.facility_id, ref=row.order_id))


@dataclass(frozen=True, slots=True)
class PackCounted:
    """What a count of a pack came to."""

    count_id: UUID
    expected: Decimal
    flagged: bool
    words: str


@action("medications.count_pack")
def count_pack(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, pack_id: UUID, counted: Decimal
) -> PackCounted:
    """Count what is left in a pack against what should be left; far apart, a nurse speaks with the person."""
    pack = mine(KeptPack, pack_id, person_id)
    if pack.state != "kept":
        raise Stale("The person does not have this pack any more.")
    if counted < 0:
        raise Invalid("Enter an amount of 0 or more.", fields={"counted": "Enter an amount of 0 or more."})
    expected, flagged, words = _judge(pack, counted)
    row = KeptCount(
        person_id=person_id,
        data_class=pack.data_class,
        facility_id=actor.facility_id,
        pack=pack,
        counted=counted,
        expected=expected,
        flagged=flagged,
        **recorded(actor),
    )
    row.save(force_insert=True)
    _keep(row, "KeptCount", stock_fhir.kept_count(row), "throughcare/kept-count")
    if flagged:
        emit(
            KeptCountFlagged(
                happened_at=row.recorded_at, person_id=person_id, facility_id=actor.facility_id, ref=row.id
            )
        )
    return PackCounted(row.id, expected, flagged, words)


def _judge(pack: KeptPack, counted: Decimal) -> tuple[Decimal, bool, str]:
    today = _today(pack.order, clock.now())
    if pack.per_day is None:
        # As needed: any number down from what was issued is right; more than that can't be.
        flagged = counted > pack.quantity
        return pack.quantity, flagged, "There are more than were issued." if flagged else "Counted."
    found = kop.check_count(pack.quantity, pack.per_day, pack.issued_on, today, counted, tables.kop())
    return found.expected, found.flagged, found.text.en


@action("medications.answer_count")
def answer_count(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    count_id: UUID,
    version: int,
    finding: str,
    words: str,
) -> None:
    """Write what the talk about a count found; a failed check or hoarding ends the finding that the person may keep packs."""
    if finding not in FINDINGS:
        raise Invalid("Choose what you found.", fields={"finding": "Choose one."})
    if not words.strip():
        raise Invalid("Write what you spoke about.", fields={"words": "Write what you spoke about."})
    row = mine(KeptCount, count_id, person_id, version)
    row.bump(finding=finding, words=words.strip()[:300], answered_at=clock.now())
    _keep(row, "KeptCount", stock_fhir.kept_count(row), "throughcare/kept-count")
    emit(KeptCountAnswered(happened_at=clock.now(), person_id=person_id, facility_id=actor.facility_id, ref=row.id))
    lapse = FINDINGS[finding]
    if lapse is not None:
        lapse_fitness(actor=actor, person_id=person_id, why=lapse.value, at=clock.now(), facility_id=actor.facility_id)


def _keep(row: Model, kind: str, body: Json, media: str = "fhir") -> None:
    ledger.record(
        type=kind,
        id=row.pk,
        person_id=row.person_id,  # type: ignore[attr-defined]
        data_class=DataClass(row.data_class),  # type: ignore[attr-defined]
        media=media,
        body=body,
    )
