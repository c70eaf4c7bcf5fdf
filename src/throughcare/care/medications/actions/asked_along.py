"""A dose that was asked for, as a tablet charted it without a network: it happened, so it stands, and a person looks at what is wrong."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from throughcare.care.medications.actions.as_needed import Said, as_needed_row, taken_around
from throughcare.care.medications.actions.giving import after_charting, refuse_held
from throughcare.care.medications.actions.sent import SentEvent, doubled, stopped_at
from throughcare.care.medications.dose_ids import dose_id as name_dose
from throughcare.care.medications.events import AsNeededDoseGiven
from throughcare.care.medications.leased import leases_of
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.rules import windows
from throughcare.care.medications.rules.statuses import Status
from throughcare.care.medications.rules.timing import Kind, from_json
from throughcare.care.medications.rules.windows import DAY
from throughcare.care.medications.traits import double_kills
from throughcare.devices.entries import Taken
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit


def chart_asked(
    nurse: Actor, event: SentEvent, facility_id: UUID, now: datetime, device_id: UUID | None = None
) -> Taken:
    """Write a dose that was asked for, inside an action: it happened, so it stands. One past its limits is told of (MED-06); one past
    what the order holds, or without the value, is put before a person.
    """
    order = MedicationOrder.objects.select_for_update().filter(id=event.order_id).first() if event.order_id else None
    if order is None or order.person_id != event.person_id or order.timing.get("kind") != Kind.PRN:
        return Taken("kept", "unknown_dose", "There is no such order of this person.")
    if event.status != Status.GIVEN or event.happened_at > now + DAY:
        return Taken("kept", "not_a_status", "An as-needed dose is given, or it is not written at all.")
    timing = from_json(order.timing)
    given = taken_around(order, timing, event.happened_at)
    allowed = windows.may_give_as_needed(event.happened_at, given, timing).allowed
    against = _against_hold(order, event)
    at = min(event.happened_at, now)
    while Dose.objects.filter(id=name_dose(order.id, _whole(at)), due_at=_whole(at)).exists():
        at -= timedelta(milliseconds=1)
    detail = {**(event.detail or {}), "second": event.second}
    said = Said(event.reason or "asked", detail.pop("before", ""), event.amount, detail)
    row = as_needed_row(nurse, order, at, now, said)
    after_charting(nurse, order.person_id, [row], now)
    about: dict[str, Any] = {"person_id": row.person_id, "facility_id": row.facility_id}
    emit(AsNeededDoseGiven(happened_at=at, ref=row.id, route=order.route, **about))
    if not allowed:
        return doubled(row, facility_id, now, against)
    flag = _asked_flag(order, event, at, device_id)
    return Taken("applied", flag or ("incomplete" if against else ""), against)


def _against_hold(order: MedicationOrder, event: SentEvent) -> str:
    """Say in a sentence what the order held against a dose that a tablet gave; nothing where it let it be given."""
    try:
        refuse_held(order, event.detail or {}, event.happened_at)
    except Invalid as refused:
        return refused.sentence[:240]
    return ""


def _asked_flag(order: MedicationOrder, event: SentEvent, at: datetime, device_id: UUID | None) -> str:
    stopped = stopped_at(order)
    if stopped and stopped < at:
        return "after_stop"
    owner = leases_of([order.id], event.happened_at).get(order.id) if double_kills(order) else None
    return "without_lease" if owner not in (None, device_id) and not event.second else ""


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
