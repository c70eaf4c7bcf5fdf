"""Stock: received, moved, taken for a dose, returned, wasted, destroyed. Every move is an entry; none is ever changed.

A move that the book can't bear is refused, except one: a dose in the hand is given, and what the book lacks is a difference
to be explained (ruling 11).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from throughcare import ledger
from throughcare.care.medications import formulary, stock_fhir
from throughcare.care.medications.actions.differing import differ
from throughcare.care.medications.models import Dose, StockEntry, StockLot
from throughcare.care.medications.policy import GIVERS
from throughcare.care.medications.rules import counting
from throughcare.care.medications.rules.counting import SIGN, WITNESSED, Move
from throughcare.care.medications.stock_places import place_ids
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor, called
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import SubjectKind

STOCKERS = GIVERS | {Role.PHARMACY}


@dataclass(frozen=True, slots=True)
class Second:
    """The other one who saw it and signed, proved by badge and PIN before the action is called."""

    id: UUID
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Received:
    """What came in. `product` is its RxNorm code, empty for what the formulary does not know; `ndc` eleven digits."""

    place: str
    quantity: Decimal
    lot: str
    product: str = ""
    text: str = ""
    unit: str = ""
    ndc: str = ""
    gtin: str = ""
    expires_on: date | None = None
    schedule: str = ""
    unscannable: str = ""
    order_form: str = ""
    kind: str = counting.MEDICINE


@dataclass(frozen=True, slots=True)
class Change:
    """One move of a lot as somebody says it."""

    move: str
    quantity: Decimal
    reason: str = ""
    to_place: str = ""
    person_id: UUID | None = None
    order_id: UUID | None = None
    dose_id: UUID | None = None
    at: datetime | None = None
    order_form: str = ""


@action("medications.receive_stock")
def receive_stock(*, actor: Actor, intent: UUID | None = None, facility_id: UUID, received: Received) -> UUID:
    """Take one lot into the book at its place, made if it is new there. Gives the lot."""
    _allowed(actor)
    return _receive(actor, facility_id, received)


@action("medications.receive_delivery")
def receive_delivery(
    *, actor: Actor, intent: UUID | None = None, facility_id: UUID, received: Sequence[Received]
) -> list[UUID]:
    """Take all lots of a delivery into the book, or none of them. Gives the lots."""
    _allowed(actor)
    return [_receive(actor, facility_id, one) for one in received]


def _receive(actor: Actor, facility_id: UUID, received: Received) -> UUID:
    known = _known(received)
    wrong = _wrong(known)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    lot, _ = StockLot.objects.get_or_create(
        facility_id=facility_id,
        place=known.place,
        code=known.product,
        text=known.text,
        ndc=known.ndc,
        lot=known.lot,
        defaults={
            "gtin": known.gtin,
            "expires_on": known.expires_on,
            "unit": known.unit,
            "schedule": known.schedule,
            "kind": known.kind,
            "unscannable": known.unscannable.strip()[:120],
        },
    )
    lot = lot_of(lot.id)
    enter(actor, lot, Change(Move.RECEIVE, known.quantity, order_form=known.order_form))
    return lot.id


def _known(received: Received) -> Received:
    product = formulary.load().product(received.product) if received.product else None
    plain = replace(
        received,
        lot=received.lot.strip()[:20],
        text=received.text.strip()[:200],
        order_form=received.order_form.strip().upper(),
    )
    if product is None:
        return replace(plain, product="", schedule=plain.schedule if plain.kind == counting.MEDICINE else "")
    return replace(
        plain, text=product.label[:200], unit=product.unit[:20], schedule=product.schedule, kind=counting.MEDICINE
    )


def _wrong(received: Received) -> dict[str, str]:
    wrong = {}
    if received.place not in place_ids():
        wrong["place"] = "Choose where it lies."
    if not received.text:
        wrong["text"] = "Scan the pack, or say what it is."
    if not received.unit.strip():
        wrong["unit"] = "Say what is counted, such as tablet."
    if not received.lot:
        wrong["lot"] = "Write the lot number on the pack."
    if received.quantity <= 0:
        wrong["quantity"] = "Enter an amount above 0."
    if received.kind not in counting.MOVES_BY_KIND:
        wrong["kind"] = "Say whether it is a medicine, a sharp or a key."
    form = counting.order_form_problem(received.schedule, received.order_form)
    if form is not None:
        wrong["order_form"] = form.text.en
    if received.expires_on is not None and received.expires_on < clock.now().date():
        wrong["expires_on"] = "This pack has expired. Send it back; don't put it with the rest."
    return wrong


@action("medications.change_stock")
def change_stock(
    *, actor: Actor, intent: UUID | None = None, stock_id: UUID, change: Change, second: Second | None = None
) -> UUID:
    """Move stock: for a dose, back, away, to another place. Some moves need a second person who saw it. Gives the entry."""
    _allowed(actor)
    lot = lot_of(stock_id)
    if actor.facility_id is not None and lot.facility_id != actor.facility_id:
        raise NotAllowed("This stock lies at another facility. Nothing was changed.")
    move = _move(change.move)
    if move not in counting.MOVES_BY_KIND[lot.kind]:
        raise Invalid("Choose what happened.", fields={"move": "Choose one."})
    if move is Move.TRANSFER_OUT:
        return _transfer(actor, lot, change)
    if move in (Move.WASTE, Move.WASTE_REMOVED, Move.DESTROY, Move.SEND_BACK) and not change.reason.strip():
        raise Invalid("Say why.", fields={"reason": "Say why."})
    return enter(actor, lot, change, second).id


def _move(word: str) -> Move:
    try:
        return Move(word)
    except ValueError:
        raise Invalid("Choose what happened.", fields={"move": "Choose one."}) from None


def _transfer(actor: Actor, lot: StockLot, change: Change) -> UUID:
    if change.to_place not in place_ids() or change.to_place == lot.place:
        raise Invalid("Choose another place.", fields={"to_place": "Choose another place."})
    other, _ = StockLot.objects.get_or_create(
        facility_id=lot.facility_id,
        place=change.to_place,
        code=lot.code,
        text=lot.text,
        ndc=lot.ndc,
        lot=lot.lot,
        defaults={
            "gtin": lot.gtin,
            "expires_on": lot.expires_on,
            "unit": lot.unit,
            "schedule": lot.schedule,
            "kind": lot.kind,
        },
    )
    out = enter(actor, lot, change, other=other)
    enter(actor, lot_of(other.id), replace(change, move=Move.TRANSFER_IN), other=lot)
    return out.id


def take_for_doses(actor: Actor, rows: list[Dose]) -> None:
    """Book what charted doses took from the lot that was named; whatever is wrong with the book, the doses stand."""
    for row in rows:
        named = (row.detail or {}).get("stock", "")
        if not named or row.order is None or row.amount is None:
            continue
        lot = _lot_named(named, row)
        if lot is None:
            continue
        if StockEntry.objects.filter(dose_id=row.id, move=Move.REMOVE.value).exists():
            continue
        taken = Change(
            Move.REMOVE, row.amount, person_id=row.person_id, order_id=row.order_id, dose_id=row.id, at=row.happened_at
        )
        enter(actor, lot, taken)


def _lot_named(named: str, row: Dose) -> StockLot | None:
    try:
        lot = StockLot.objects.select_for_update().filter(id=UUID(named)).first()
    except ValueError:
        return None
    fits = lot is not None and row.order is not None and lot.code == row.order.code
    return lot if lot is not None and fits and lot.facility_id == row.facility_id else None


def in_the_house(facility_id: UUID | None, code: str) -> bool:
    """Tell whether a medicine lies here; where a facility books no stock at all, it is taken to lie here (MED-01)."""
    if facility_id is None:
        return True
    booked = StockLot.objects.filter(facility_id=facility_id)
    return booked.filter(code=code, balance__gt=0).exclude(code="").exists() or not booked.exists()


def lot_of(stock_id: UUID) -> StockLot:
    """Fetch a lot to change it; two who move it take turns."""
    lot = StockLot.objects.select_for_update().filter(id=stock_id).first()
    if lot is None:
        raise NotFound("There is no such stock here.")
    return lot


def enter(
    actor: Actor, lot: StockLot, change: Change, second: Second | None = None, other: StockLot | None = None
) -> StockEntry:
    """Write one entry: the only way in which a balance changes. The lot is locked by the caller."""
    move, now = Move(change.move), clock.now()
    _refuse_wrong(actor, lot, move, change, second)
    asked = SIGN[move] * change.quantity
    booked = max(asked, -lot.balance)
    beyond = booked - asked
    row = StockEntry(
        id=uuid7(),
        stock=lot,
        number=lot.entries + 1,
        move=move.value,
        quantity=change.quantity,
        change=booked,
        beyond=beyond,
        balance=lot.balance + booked,
        happened_at=change.at or now,
        recorded_at=now,
        by=actor.label(),
        by_id=actor.id,
        witness=called(second.name, second.role) if second else "",
        witness_id=second.id if second else None,
        person_id=change.person_id,
        order_id=change.order_id,
        dose_id=change.dose_id,
        other=other,
        reason=change.reason.strip()[:200],
        order_form=change.order_form,
    )
    row.save(force_insert=True)
    lot.bump(balance=row.balance, entries=row.number)
    keep_entry(row)
    if beyond and lot.controlled:
        differ(actor, lot, -booked, change.quantity, by_dose=True)
    return row


def _refuse_wrong(actor: Actor, lot: StockLot, move: Move, change: Change, second: Second | None) -> None:
    said = counting.Entry(
        id="",
        move=move,
        quantity=change.quantity,
        by=str(actor.id),
        witness=str(second.id) if second else "",
        order=str(change.order_id or ""),
        person=str(change.person_id or ""),
        reason=change.reason,
    )
    needs_two = lot.controlled or move in (Move.DESTROY, Move.CORRECT)
    for found in counting.problems(said, lot.balance):
        if found.code == "witness" and not needs_two:
            continue
        if found.code == "below_zero" and move is Move.REMOVE:
            continue
        raise Invalid(found.text.en, fields={_FIELD.get(found.code, "quantity"): found.text.en})
    if move in WITNESSED and second is not None and second.id == actor.id:
        raise Invalid("A second person must witness this.", fields={"second": "Another person signs here."})


_FIELD = {"witness": "second", "tied": "order", "reason": "reason"}


def keep_entry(row: StockEntry) -> None:
    """Keep an entry in the chain of its lot."""
    ledger.record(
        type="StockEntry",
        id=row.id,
        subject=(SubjectKind.STOCK, row.stock_id),
        data_class=DataClass.CONTROLLED_COUNT if row.stock.controlled else DataClass.MEDICATION,
        media="throughcare/stock-entry",
        body=stock_fhir.entry(row),
        happened_at=row.happened_at,
    )


def _allowed(actor: Actor) -> None:
    if actor.kind == "staff" and actor.role not in STOCKERS:
        raise NotAllowed("Nurses, prescribers and the pharmacy move stock. Nothing was changed.")
