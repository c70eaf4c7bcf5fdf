"""Orders: written, spoken or by standing order; checked before they stand; signed, held, changed, renewed, stopped.

What was ordered is never edited: a change is a new order that replaces the old one. A check that can't run stops the order
until somebody who may says why it goes on (ruling 11 exempts emergency medicines).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from throughcare.care.medications import checking, formulary, psychotropics, states
from throughcare.care.medications.actions.keeping import keep_order, keep_override, order_of
from throughcare.care.medications.actions.kept_back import tell_owed_back
from throughcare.care.medications.actions.laying import AHEAD, lay, take_back
from throughcare.care.medications.actions.stocking import in_the_house
from throughcare.care.medications.checking import Alert, Checked
from throughcare.care.medications.events import (
    MedicineDecided,
    MedicineOrdered,
    OpioidTreatmentOrdered,
    OrderHeld,
    OrderRenewed,
    OrderResumed,
    OrderSigned,
    OrderStopped,
    StandingOrderUsed,
)
from throughcare.care.medications.facility_passes import facility_passes
from throughcare.care.medications.formulary import Product
from throughcare.care.medications.models import MedicationOrder, OrderOverride
from throughcare.care.medications.policy import PRESCRIBERS
from throughcare.care.medications.rules import gates as law
from throughcare.care.medications.rules import tables, windows
from throughcare.care.medications.rules import timing as timings
from throughcare.chart import actions as chart
from throughcare.chart.actions.keeping import mine, recorded
from throughcare.chart.models import HomeMedicine
from throughcare.kernel import clock, rows
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.content import ContentError
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.people.family import family

DECISIONS = ("continue", "bridge", "change", "stop")


@dataclass(frozen=True, slots=True)
class Prescription:
    """What is asked for. `product` is its RxNorm code, empty for a medicine that the formulary does not know.

    `amount` counts units of the product (2 tablets, 10 units); `timing` is the structured timing as JSON; `reasons` answer
    alerts by their key; `gates` hold what the law asks (rules/gates.py), by field.
    """

    product: str
    timing: Mapping[str, Any]
    indication: str
    text: str = ""
    amount: Decimal | None = None
    unit: str = ""
    route: str = ""
    mode: str = "DOT"
    priority: str = "routine"
    starts_at: datetime | None = None
    days: int = 30
    as_needed_for: str = ""
    holds: tuple[str, ...] = ()
    prepare: str = ""
    source: str = "written"
    prescriber: str = ""
    prescriber_id: UUID | None = None
    standing_order: str = ""
    emergency: bool = False
    off_formulary_why: str = ""
    gates: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    home_medicine_id: UUID | None = None


@action("medications.place_order")
def place_order(*, actor: Actor, intent: UUID | None = None, person_id: UUID, asked: Prescription) -> UUID:
    """Order a medicine: gates of law, then checks, then the order with its doses laid out. Gives the order."""
    return _place(actor, person_id, asked, None).id


@action("medications.check_order")
def check_order(*, actor: Actor, person_id: UUID, asked: Prescription) -> Checked | None:
    """Say what the checks say of an order that is not placed, and write nothing; none while its timing can't be read.

    An action, because a sealed medicine takes part in the check and the reader's own lens would not find it.
    """
    try:
        timing = timings.from_json(dict(asked.timing))
    except timings.TimingError:
        return None
    return checking.check(person_id, wanted(asked, timing))


@action("medications.change_order")
def change_order(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    order_id: UUID,
    version: int,
    asked: Prescription,
    why: str,
) -> UUID:
    """Replace an order by another in one act: the old one stops, the new one stands, no dose is due twice."""
    old = order_of(person_id, order_id, version)
    if not why.strip():
        raise Invalid("Say why it changes.", fields={"why": "Say why it changes."})
    return replace_order(actor, old, asked, f"Replaced: {why.strip()}").id


def replace_order(actor: Actor, old: MedicationOrder, asked: Prescription, why: str) -> MedicationOrder:
    """Stop an order and place another in its stead, inside an action."""
    ended = _end(actor, old, "stop", why)
    row = _place(actor, old.person_id, replace(asked, home_medicine_id=None), old)
    tell_owed_back(ended, row)
    return row


@action("medications.renew_order")
def renew_order(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    order_id: UUID,
    version: int,
    days: int = 30,
    reasons: Mapping[str, str] | None = None,
) -> UUID:
    """Let an order go on under a new one from the moment at which the old one ends (MED-02), checked anew."""
    old = order_of(person_id, order_id, version)
    if old.status not in states.LIVE:
        raise Stale("This order is over. Order the medicine anew.")
    if renewed := renewals([old]):
        # Two of them would begin together, and each would bring its dose.
        raise Stale(f"This order is renewed already, until {clock.local(renewed[0].ends_at):%Y-%m-%d}. Open that one.")
    starts = max(old.ends_at, clock.now())
    asked = replace(as_prescription(old), starts_at=starts, days=days, reasons=reasons or {}, source="written")
    new = _place(actor, person_id, asked, old)
    if old.status == "on-hold":
        hold_all([new], old.held_why)  # what is held does not begin anew because its time is over
    emit(OrderRenewed(happened_at=clock.now(), person_id=person_id, facility_id=old.facility_id, ref=old.id))
    return new.id


def renewals(orders: Sequence[MedicationOrder]) -> list[MedicationOrder]:
    """Give the live orders under which these go on, fetched to be changed: whatever becomes of an order becomes of its renewal too."""
    found: list[MedicationOrder] = []
    last = list(orders)
    while last:
        live = MedicationOrder.objects.select_for_update().filter(replaces__in=last, status__in=states.LIVE)
        last = list(live.order_by("id"))
        found += last
    return found


def as_prescription(row: MedicationOrder) -> Prescription:
    """Give what would have to be asked for to get this order again."""
    return Prescription(
        product=row.code,
        text=row.text,
        timing=row.timing,
        indication=row.indication,
        amount=row.amount,
        unit=row.unit,
        route=row.route,
        mode=row.mode,
        as_needed_for=row.as_needed_for,
        holds=tuple(row.holds),
        prepare=row.prepare,
        off_formulary_why=row.off_formulary_why,
        gates=row.gates,
    )


def _place(actor: Actor, person_id: UUID, asked: Prescription, replaces: MedicationOrder | None) -> MedicationOrder:
    now = clock.now()
    product = _product(asked)
    timing = _timing(asked)
    starts = asked.starts_at or now
    ends = ends_at(asked, timing, starts, facility_passes(actor.facility_id).zone)
    _gates(actor, person_id, asked, product, (starts, ends, now))
    found = checking.check(person_id, wanted(asked, timing, replaces.id if replaces else None))
    unanswered = [a for a in found.must_answer if not asked.reasons.get(a.key, "").strip()]
    if unanswered and not _exempt(asked, product):
        raise Invalid(
            unanswered[0].sentence,
            fields={f"reason-{a.key}": a.sentence for a in unanswered},
        )
    row = order_row(actor, person_id, asked, product, timing, (starts, ends, now), found, replaces)
    row.save(force_insert=True)
    keep_order(row)
    for alert in found.must_answer:
        if asked.reasons.get(alert.key, "").strip():
            _override(actor, row, alert, asked.reasons[alert.key], now)
    if row.status == "active":
        lay([row], now + AHEAD)
    _tell_ordered(row, asked, now)
    return row


def wanted(asked: Prescription, timing: timings.Timing, instead_of: UUID | None = None) -> checking.Wanted:
    """Give an order as the checks ask for it."""
    return checking.Wanted(
        product=asked.product,
        text=asked.text,
        timing=timing,
        amount=asked.amount,
        instead_of=instead_of,
        home_medicine_id=asked.home_medicine_id,
        for_seizure=asked.emergency,
    )


def _product(asked: Prescription) -> Product | None:
    """Give the product asked for; while the formulary can't be read a medicine is ordered by its name, past a named reason."""
    try:
        return formulary.load().product(asked.product) if asked.product else None
    except ContentError as unread:
        sentence = "The formulary can't be read now. Tell the pharmacy. What can't wait is ordered by its name, with your reason."
        raise Invalid(sentence, fields={"product": sentence}) from unread


def _exempt(asked: Prescription, product: Product | None) -> bool:
    return asked.emergency and product is not None and (product.has("emergency") or product.has("emergency_if_seizure"))


def _timing(asked: Prescription) -> timings.Timing:
    try:
        return timings.from_json(dict(asked.timing))
    except timings.TimingError as wrong:
        raise Invalid(str(wrong), fields={"frequency": str(wrong)}) from wrong


def ends_at(asked: Prescription, timing: timings.Timing, starts: datetime, zone: ZoneInfo) -> datetime:
    """Say when an order that starts then ends; refuse one that would last less than a day or more than 366."""
    if timing.kind in (timings.Kind.ONCE, timings.Kind.STAT):
        return starts + timedelta(days=1)
    days = timings.days_covered(timing) or asked.days
    if not 1 <= days <= 366:
        raise Invalid("An order lasts 1 to 366 days.", fields={"days": "1 to 366"})
    return timings.lasting(timing, starts, days, zone)


def _gates(
    actor: Actor,
    person_id: UUID,
    asked: Prescription,
    product: Product | None,
    when: tuple[datetime, datetime, datetime],
) -> None:
    starts, ends, now = when
    missing = []
    if product is None and not asked.text.strip():
        missing.append(law.Gate("product", "Choose the medicine, or name one that is not on the formulary.", ""))
    if not asked.indication.strip():
        missing.append(law.Gate("indication", "Say what it is for.", ""))
    if (
        timings.Kind(str(asked.timing.get("kind"))) is not timings.Kind.SLIDING
        and not asked.amount
        and not asked.timing.get("steps")
    ):
        missing.append(law.Gate("amount", "Say how much.", ""))
    missing += _units(asked, product)
    about = _asked(actor, asked, product, starts, ends)
    if product is not None and product.schedule:
        about = replace(about, supplied_since=_supplied_since(person_id, product, starts))
    missing += law.missing(about, now, tables.orders())
    if missing:
        raise Invalid(missing[0].sentence, fields={g.field: g.sentence for g in missing})


def _supplied_since(person_id: UUID, product: Product, starts: datetime) -> datetime:
    """Say since when this controlled drug is supplied without a day between, by whichever of its orders (ruling 13)."""
    table = tables.orders()
    # What ended before this has no say: an order that follows it and lasts until now is too long a supply by itself.
    reach = table.monitoring_after + table.following * 2
    rows = MedicationOrder.objects.filter(
        person_id__in=family(person_id), schedule__gt="", starts_at__lt=starts, ends_at__gt=starts - reach
    ).exclude(status="entered-in-error")
    since = starts
    for row in rows.order_by("-starts_at").only("ingredients", "starts_at", "ends_at", "ended_at"):
        if (
            product.ingredients & set(row.ingredients)
            and min(row.ended_at or row.ends_at, row.ends_at) > since - table.following
        ):
            since = row.starts_at
    return since


def _units(asked: Prescription, product: Product | None) -> list[law.Gate]:
    """Refuse an amount in another unit than the doses are counted in: `40 mg` must never be laid out as 40 tablets."""
    counted = product.unit if product is not None else asked.unit
    named = {asked.unit, *(dose.unit for dose in timings.amounts(_timing(asked)))} - {"", counted}
    if not named:
        return []
    said = (
        f"This is counted in [{counted}], and the order says [{', '.join(sorted(named))}]. Say how many of the first."
    )
    return [law.Gate("amount", said, "")]


def _asked(actor: Actor, asked: Prescription, product: Product | None, starts: datetime, ends: datetime) -> law.Asked:
    gates = asked.gates
    checked = gates.get("monitoring_checked_at", "")
    return law.Asked(
        psychotropic=bool(product and product.has("psychotropic")),
        schedule=product.schedule if product else "",
        never_kop=bool(product and product.has("never_kop")),
        opioid_treatment=bool(product and product.has("moud")),
        mode=asked.mode,
        source=asked.source,
        emergency=_exempt(asked, product),
        starts_at=starts,
        ends_at=ends,
        by_prescriber=actor.role in PRESCRIBERS or actor.kind == "system",
        prescriber_named=bool(asked.prescriber.strip()),
        standing_order=asked.standing_order,
        on_formulary=product is not None and not product.has("restricted"),
        off_formulary_why=asked.off_formulary_why,
        role=actor.role.value if actor.role else "",
        history_taken=gates.get("history_taken") == "yes",
        medicines_reviewed=gates.get("medicines_reviewed") == "yes",
        diagnosis=gates.get("diagnosis", ""),
        emergency_plan=gates.get("emergency_plan", ""),
        consent=gates.get("consent", ""),
        monitoring_checked_at=datetime.fromisoformat(checked) if checked else None,
    )


def order_row(
    actor: Actor,
    person_id: UUID,
    asked: Prescription,
    product: Product | None,
    timing: timings.Timing,
    when: tuple[datetime, datetime, datetime],
    found: Checked,
    replaces: MedicationOrder | None,
) -> MedicationOrder:
    """Make an order's row from what is asked for, the formulary's word and the checks'; `when` is start, end and now."""
    starts, ends, now = when
    written = asked.source == "written"
    unit = asked.unit or (product.unit if product else "")
    return MedicationOrder(
        id=uuid7(),
        person_id=person_id,
        data_class=DataClass.MEDICATION.value,
        facility_id=actor.facility_id,
        code=product.rxcui if product else "",
        text=product.label[:200] if product else asked.text.strip()[:200],
        ingredients=sorted(product.ingredients) if product else [],
        amount=asked.amount,
        unit=unit,
        route=asked.route or (product.route if product else "oral"),
        timing=timings.to_json(timing),
        sig=sig_of(asked, timing, unit),
        as_needed_for=asked.as_needed_for[:120],
        holds=list(asked.holds),
        prepare=asked.prepare[:80],
        indication=asked.indication.strip()[:160],
        mode=asked.mode,
        priority=asked.priority,
        starts_at=starts,
        ends_at=ends,
        source=asked.source,
        standing_order=asked.standing_order[:80],
        prescriber=asked.prescriber.strip()[:160] or actor.label(),
        prescriber_id=asked.prescriber_id or (actor.id if written else None),
        signed_at=now if written else None,
        signed_by=actor.label() if written else "",
        replaces=replaces,
        home_medicine_id=asked.home_medicine_id,
        formulary_version=formulary.edition_in_force(),
        on_formulary=product is not None and not product.has("restricted"),
        off_formulary_why=asked.off_formulary_why.strip()[:240],
        window_class=windows.window_class(
            timing,
            time_critical=bool(product and product.window == windows.WindowClass.TIME_CRITICAL),
            opioid_line=bool(product and product.window == windows.WindowClass.OPIOID_LINE),
        ).value,
        time_critical=bool(product and product.time_critical),
        critical=product.critical if product else "",
        schedule=product.schedule if product else "",
        high_alert=bool(product and product.has("high_alert")),
        psychotropic=bool(product and product.has("psychotropic")),
        opioid_treatment=bool(product and product.has("moud")),
        check_edition=found.edition,
        findings=[a.as_json() for a in found.alerts],
        gates=dict(asked.gates),
        **recorded(actor),
    )


def sig_of(asked: Prescription, timing: timings.Timing, unit: str) -> str:
    """Write an order in clear words: how much, how, when, what for."""
    amount = timings.dose_words(timings.Dose(asked.amount, unit)) if asked.amount and unit.strip() else ""
    words = [amount, timings.words(timing, "en")]
    if asked.as_needed_for:
        words.append(f"for {asked.as_needed_for}")
    return ", ".join(w for w in words if w)[:300]


def _override(actor: Actor, row: MedicationOrder, alert: Alert, reason: str, now: datetime) -> None:
    kept = OrderOverride.objects.create(
        id=uuid7(),
        person_id=row.person_id,
        order=row,
        rule=alert.rule[:80],
        grade=alert.grade,
        said=alert.sentence,
        reason=reason.strip()[:300],
        by=actor.label(),
        by_id=actor.id,
        at=now,
    )
    keep_override(kept)


def _tell_ordered(row: MedicationOrder, asked: Prescription, now: datetime) -> None:
    about: dict[str, Any] = {"happened_at": now, "person_id": row.person_id, "facility_id": row.facility_id}
    here = in_the_house(row.facility_id, row.code)
    emit(MedicineOrdered(ref=row.id, priority=row.priority, in_stock=here, **about))
    psychotropics.tell_ordered(row)
    if row.opioid_treatment:
        emit(OpioidTreatmentOrdered(ref=row.id, **about))
    if row.signed_at is None:
        emit(StandingOrderUsed(ref=row.id, source=row.source, **about))
    if asked.home_medicine_id is not None:
        decision = "bridge" if row.source == "standing" else "continue"
        if decision == "continue":
            emit(MedicineDecided(ref=asked.home_medicine_id, decision=decision, **about))


@action("medications.decide_medicine")
def decide_medicine(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, medicine_id: UUID, decision: str, why: str = ""
) -> None:
    """Say what becomes of a medicine from outside where no order follows: it is stopped, and the reason stays with it (INT-04)."""
    if decision not in DECISIONS:
        raise Invalid("Choose what becomes of this medicine.", fields={"decision": "Choose one."})
    if actor.role not in PRESCRIBERS and actor.kind != "system":
        raise NotAllowed("A prescriber decides on medicines from outside. Call the one on call.")
    if decision == "stop" and not why.strip():
        raise Invalid("Say why it is stopped: unverified is never the same as withheld.", fields={"why": "Say why."})
    row = mine(HomeMedicine, medicine_id, person_id)
    if decision == "stop":
        chart.stop_medicine(actor=actor, person_id=person_id, medicine_id=row.id, why=why)
    emit(
        MedicineDecided(
            happened_at=clock.now(),
            person_id=person_id,
            facility_id=actor.facility_id,
            ref=row.id,
            decision=decision,
        )
    )


@action("medications.sign_order")
def sign_order(*, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, version: int) -> None:
    """Sign an order that somebody wrote down in a prescriber's name, or began by a standing order (ruling 3)."""
    if actor.role not in PRESCRIBERS:
        raise NotAllowed("Only a prescriber signs an order.")
    row = order_of(person_id, order_id, version)
    if row.signed_at is not None:
        raise Stale("This order is signed already.")
    row.bump(signed_at=clock.now(), signed_by=actor.label())
    keep_order(row)
    about: dict[str, Any] = {"happened_at": clock.now(), "person_id": person_id, "facility_id": row.facility_id}
    emit(OrderSigned(ref=row.id, **about))
    if row.home_medicine_id is not None:
        emit(MedicineDecided(ref=row.home_medicine_id, decision="continue", **about))


@action("medications.hold_order")
def hold_order(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, version: int, why: str
) -> None:
    """Hold an order: its doses to come are taken back until it goes on."""
    if not why.strip():
        raise Invalid("Say why it is held.", fields={"why": "Say why it is held."})
    row = order_of(person_id, order_id, version)
    hold_all([row, *(r for r in renewals([row]) if r.status == "active")], why.strip())


def hold_all(orders: Sequence[MedicationOrder], why: str) -> None:
    """Hold orders inside an action; all their doses to come are taken back at once."""
    now = clock.now()
    for row in orders:
        row.version += 1
        row.status, row.held_why = states.ORDER.after(row.status, "hold"), why[:200]
        keep_order(row)
        emit(OrderHeld(happened_at=now, person_id=row.person_id, facility_id=row.facility_id, ref=row.id))
    rows.update(orders, ["version", "status", "held_why"])
    if orders:
        take_back([row.id for row in orders], now)


@action("medications.resume_order")
def resume_order(*, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, version: int) -> None:
    """Let a held order go on: its doses are laid out again from now."""
    row = order_of(person_id, order_id, version)
    resume_all([row, *(r for r in renewals([row]) if r.status == "on-hold" and r.held_why == row.held_why)])


def resume_all(orders: Sequence[MedicationOrder]) -> None:
    """Let held orders go on inside an action; all their doses are laid out at once, from now on."""
    now = clock.now()
    for row in orders:
        row.version += 1
        row.status, row.held_why, row.doses_until = states.ORDER.after(row.status, "resume"), "", now
        keep_order(row)
        emit(OrderResumed(happened_at=now, person_id=row.person_id, facility_id=row.facility_id, ref=row.id))
    rows.update(orders, ["version", "status", "held_why"])
    psychotropics.tell_resumed(orders)
    if orders:
        lay(orders, now + AHEAD)


@action("medications.stop_order")
def stop_order(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, version: int, why: str
) -> None:
    """Stop an order; doses not yet due are taken back, those due stay to be charted."""
    if not why.strip():
        raise Invalid("Say why it is stopped.", fields={"why": "Say why it is stopped."})
    ended = _end(actor, order_of(person_id, order_id, version), "stop", why.strip())
    tell_owed_back(ended)
    psychotropics.tell_over(ended)


def _end(actor: Actor, row: MedicationOrder, verb: str, why: str) -> list[MedicationOrder]:
    if actor.role not in PRESCRIBERS and actor.role is not Role.RN and actor.kind != "system":
        raise NotAllowed("A prescriber ends an order, or a nurse on a prescriber's word.")
    now = clock.now()
    ended = [row, *renewals([row])]
    for one in ended:
        one.bump(status=states.ORDER.after(one.status, verb), ended_at=now, ended_why=why[:200])
        keep_order(one)
        emit(OrderStopped(happened_at=now, person_id=one.person_id, facility_id=one.facility_id, ref=one.id, why=why))
    take_back([one.id for one in ended], now)
    return ended
