"""Doses that a person asks for: not sooner than their interval, not more than their most in 24 hours, and what they did (2.3, MED-05)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from throughcare.care.medications import states
from throughcare.care.medications.actions.giving import (
    Outcome,
    after_charting,
    refuse_held,
    refuse_unjudged,
    two_where_leased,
    wall,
)
from throughcare.care.medications.actions.keeping import doses_of, keep_dose, order_of, write_doses
from throughcare.care.medications.actions.stocking import Second
from throughcare.care.medications.actions.two_people import beside
from throughcare.care.medications.dose_ids import dose_id
from throughcare.care.medications.events import AsNeededDoseGiven, AsNeededEffectRecorded
from throughcare.care.medications.given_as_needed import given_as_needed, reach
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.rules import windows
from throughcare.care.medications.rules.statuses import Status
from throughcare.care.medications.rules.timing import Kind, Timing, from_json
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.people.family import family


def taken_around(order: MedicationOrder, timing: Timing, at: datetime) -> list[datetime]:
    """Give when this medicine was taken around a moment, as far as its limits look."""
    people, near = family(order.person_id), reach([timing.min_interval_minutes])
    charts = dict.fromkeys(people, order.person_id)
    return given_as_needed({order.id: order.person_id}, charts, at - near, at + near).get(order.id, [])


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a dose that was asked for: what it is for, how it was before (0 to 10), how much, and what stands beside it,
    such as the value measured and the lot.
    """

    reason: str
    before: str = ""
    amount: Decimal | None = None
    detail: Mapping[str, str] | None = None


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
    detail: Mapping[str, str] | None = None,
    second: Second | None = None,
) -> Outcome:
    """Give a dose that the person asked for: not past its limits, not past what the order holds, and by two where a tablet has it.

    `before` is how it was before the dose (a 0-10 scale); the effect is asked for by MED-05. `detail` holds the value measured and
    the lot, as of other doses.
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
    allowed = windows.may_give_as_needed(given_at, taken_around(order, timing, given_at), timing)
    if not allowed.allowed:
        when = f" Earliest: {_moment(allowed.earliest, now)}." if allowed.earliest else ""
        raise Invalid(f"Not yet: {allowed.reason}.{when}", fields={"at": allowed.reason})
    beside_it = beside(actor, detail, second)
    refuse_held(order, beside_it, given_at)
    two_where_leased([(order, second)], now)
    row = as_needed_row(actor, order, given_at, now, Said(reason, before, amount, beside_it))
    after_charting(actor, person_id, [row], now)
    emit(
        AsNeededDoseGiven(
            happened_at=given_at, person_id=person_id, facility_id=actor.facility_id, ref=row.id, route=order.route
        )
    )
    return Outcome(row.id, row.status, row.version)


def _moment(at: datetime, now: datetime) -> str:
    """Say a moment by the wall's clock, with its day where that is another than today."""
    today = clock.local(at).date() == clock.local(now).date()
    return wall(at) if today else f"{clock.local(at):%a} {clock.local(at).day} {clock.local(at):%b, %H:%M}"


def as_needed_row(actor: Actor, order: MedicationOrder, at: datetime, now: datetime, said: Said) -> Dose:
    """Make and keep the dose of an order that was asked for."""
    moment = at.replace(microsecond=at.microsecond // 1000 * 1000)
    told = {"for": said.reason.strip()[:120], "before": said.before, **(said.detail or {})}
    row = Dose(
        id=dose_id(order.id, moment),
        due_at=moment,
        person_id=order.person_id,
        order=order,
        pass_code=states.AS_NEEDED,
        amount=said.amount or order.amount,
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
        detail={k: v for k, v in told.items() if v},
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
