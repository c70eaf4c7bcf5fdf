"""Doses that a person asks for: not sooner than their interval, not more than their most in 24 hours, and what they did (2.3, MED-05)."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from throughcare.care.medications import states
from throughcare.care.medications.actions.giving import Outcome, after_charting, refuse_unjudged, wall
from throughcare.care.medications.actions.keeping import doses_of, keep_dose, order_of, write_doses
from throughcare.care.medications.dose_ids import dose_id
from throughcare.care.medications.events import AsNeededDoseGiven, AsNeededEffectRecorded
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.rules import statuses, windows
from throughcare.care.medications.rules.statuses import Status
from throughcare.care.medications.rules.timing import Kind, Timing, from_json
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.people.family import family

DAY = timedelta(hours=24)
LONGEST_CHAIN = 12  # orders, each in the other's place, that one day can hold


def given_before(
    order: MedicationOrder, timing: Timing, at: datetime, after: timedelta = timedelta(0)
) -> tuple[datetime, ...]:
    """Give when this medicine was taken before a moment (and so long `after` it), as far back as its limits look.

    A changed or renewed order begins no new day: what was given under the one it replaced, or under another order of the same
    product, counts too.
    """
    back = max(DAY, timedelta(minutes=timing.min_interval_minutes))
    asked = Q(order_id__in=_chain(order))
    if order.code:
        asked |= Q(order__person_id__in=family(order.person_id), order__code=order.code, pass_code=states.AS_NEEDED)
    near = Dose.objects.filter(asked, due_at__gt=at - back, status__in=sorted(statuses.TAKEN))
    if after:
        near = near.filter(due_at__lt=at + after)
    return tuple(sorted(t for t in near.values_list("happened_at", flat=True) if t))


def _chain(order: MedicationOrder) -> list[UUID]:
    """Give this order and those in whose place it stands, the nearest first."""
    found, row = [order.id], order
    while row.replaces_id is not None and len(found) < LONGEST_CHAIN:
        row = MedicationOrder.objects.only("id", "replaces_id").get(id=row.replaces_id)
        found.append(row.id)
    return found


@action("medications.give_as_needed")
def give_as_needed(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    order_id: UUID,
    reason: str,
    at: datetime | None = None,
    before: str = "",
    amount: Decimal | None = None,
    stock: str = "",
) -> Outcome:
    """Give a dose that the person asked for: not sooner than its interval, not more than its most in 24 hours.

    `before` is how it was before the dose (a 0-10 scale); the effect is asked for by MED-05.
    """
    order = order_of(person_id, order_id)
    now = clock.now()
    given_at = at or now
    if order.status != "active":
        raise Stale("This order is not in force any more. Nothing was charted.")
    if not reason.strip():
        raise Invalid("Say what it is for.", fields={"reason": "Say what it is for."})
    if at is None:
        refuse_unjudged(person_id, [order_id])
    timing = from_json(order.timing)
    if timing.kind is not Kind.PRN:
        raise Invalid("This order is not as needed: chart its dose on the list of due doses.")
    allowed = windows.may_give_as_needed(given_at, given_before(order, timing, given_at), timing)
    if not allowed.allowed:
        when = f" Earliest: {wall(allowed.earliest)}." if allowed.earliest else ""
        raise Invalid(f"Not yet: {allowed.reason}.{when}", fields={"at": allowed.reason})
    row = as_needed_row(actor, order, given_at, now, reason.strip()[:120], before, amount, stock)
    after_charting(actor, person_id, [row], now)
    emit(
        AsNeededDoseGiven(
            happened_at=given_at, person_id=person_id, facility_id=actor.facility_id, ref=row.id, route=order.route
        )
    )
    return Outcome(row.id, row.status, row.version)


def as_needed_row(
    actor: Actor,
    order: MedicationOrder,
    at: datetime,
    now: datetime,
    reason: str,
    before: str,
    amount: Decimal | None,
    stock: str = "",
) -> Dose:
    """Make and keep the dose of an order that was asked for."""
    moment = at.replace(microsecond=at.microsecond // 1000 * 1000)
    row = Dose(
        id=dose_id(order.id, moment),
        due_at=moment,
        person_id=order.person_id,
        order=order,
        pass_code=states.AS_NEEDED,
        amount=amount or order.amount,
        critical=order.time_critical,
        controlled=bool(order.schedule),
        status=Status.GIVEN.value,
        version=2,
        happened_at=at,
        recorded_at=now,
        facility_id=actor.facility_id,
        by=actor.label(),
        by_id=actor.id,
        reason=None,
        detail={k: v for k, v in (("for", reason), ("before", before), ("stock", stock)) if v},
    )
    row.save(force_insert=True)
    keep_dose(row)
    return row


@action("medications.record_effect")
def record_effect(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, dose_id: UUID, after: str, words: str = ""
) -> None:
    """Write down whether an as-needed dose helped (MED-05)."""
    (row,) = doses_of(person_id, [dose_id])
    if not after.strip():
        raise Invalid("Say how it is now.", fields={"after": "Choose 0 to 10."})
    row.detail = {
        **(row.detail or {}),
        "after": after.strip()[:4],
        **({"effect": words.strip()[:200]} if words else {}),
    }
    row.version += 1
    write_doses([row])
    emit(
        AsNeededEffectRecorded(happened_at=clock.now(), person_id=person_id, facility_id=actor.facility_id, ref=row.id)
    )
