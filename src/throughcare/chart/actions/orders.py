"""Orders and the results that answer them."""

from datetime import datetime
from uuid import UUID

from throughcare.access.labels import class_of
from throughcare.chart import models as m
from throughcare.chart import states
from throughcare.chart.actions.keeping import keep, mine, recorded
from throughcare.chart.events import OrderEnded, OrderPlaced, ResultReceived, ResultReviewed, ResultTold
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass


@action("chart.place_order")
def place_order(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    kind: str,
    text: str,
    system: str = "",
    code: str = "",
    priority: str = "routine",
    reason: str = "",
    standing_order: str = "",
    due_at: datetime | None = None,
    encounter_id: UUID | None = None,
    response_id: UUID | None = None,
    data_class: DataClass = DataClass.CLINICAL,
) -> UUID:
    """Order something; the same open order from the same form is not placed twice."""
    if response_id is not None:
        known = m.Order.objects.filter(
            person_id=person_id, response_id=response_id, kind=kind, text=text, status="active"
        ).first()
        if known is not None:
            return known.id
    row = m.Order.objects.create(
        id=uuid7(),
        person_id=person_id,
        kind=kind,
        text=text,
        system=system,
        code=code,
        priority=priority,
        reason=reason,
        standing_order=standing_order,
        due_at=due_at,
        encounter_id=encounter_id,
        response_id=response_id,
        data_class=class_of([(system, code)], data_class).value,
        facility_id=actor.facility_id,
        **recorded(actor),
    )
    keep(row)
    emit(
        OrderPlaced(
            happened_at=row.recorded_at,
            person_id=person_id,
            facility_id=row.facility_id,
            ref=row.id,
            kind=kind,
            code=code,
            priority=priority,
            standing=bool(standing_order),
        )
    )
    return row.id


@action("chart.end_order")
def end_order(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    order_id: UUID,
    verb: str,
    why: str = "",
    happened_at: datetime | None = None,
) -> None:
    """Complete or revoke an order."""
    row = mine(m.Order, order_id, person_id)
    row.bump(status=states.ORDER.after(row.status, verb), ended_at=happened_at or clock.now(), ended_why=why)
    keep(row, row.ended_at)
    emit(
        OrderEnded(
            happened_at=row.ended_at or clock.now(),
            person_id=person_id,
            facility_id=row.facility_id,
            ref=row.id,
            kind=row.kind,
            outcome=row.status,
        )
    )


@action("chart.cosign_order")
def cosign_order(*, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID) -> None:
    """Co-sign what a nurse ordered under a standing order (ruling 3)."""
    row = mine(m.Order, order_id, person_id)
    if row.recorder_id == actor.id:
        raise NotAllowed("A co-signature is another person's.")
    row.bump(cosigned_at=clock.now(), cosigned_by=actor.label())
    keep(row)
    emit(
        OrderEnded(
            happened_at=clock.now(),
            person_id=person_id,
            facility_id=row.facility_id,
            ref=row.id,
            kind=row.kind,
            outcome="cosigned",
        )
    )


@action("chart.receive_report")
def receive_report(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    text: str,
    system: str = "",
    code: str = "",
    order_id: UUID | None = None,
    urgency: str = "normal",
    effective_at: datetime | None = None,
    data_class: DataClass = DataClass.RESULT,
) -> UUID:
    """File a result; somebody must review it (LAB-01)."""
    row = m.Report.objects.create(
        id=uuid7(),
        person_id=person_id,
        text=text,
        system=system,
        code=code,
        order_id=order_id,
        urgency=urgency,
        effective_at=effective_at or clock.now(),
        data_class=class_of([(system, code)], data_class).value,
        facility_id=actor.facility_id,
        **recorded(actor),
    )
    keep(row, row.effective_at)
    if order_id is not None:
        end_order(actor=actor, person_id=person_id, order_id=order_id, verb="complete")
    emit(
        ResultReceived(
            happened_at=row.recorded_at,
            person_id=person_id,
            facility_id=row.facility_id,
            ref=row.id,
            urgency=urgency,
        )
    )
    return row.id


@action("chart.review_report")
def review_report(*, actor: Actor, intent: UUID | None = None, person_id: UUID, report_id: UUID) -> None:
    """Record that a prescriber has looked at a result (LAB-01)."""
    row = mine(m.Report, report_id, person_id)
    row.bump(reviewed_at=clock.now(), reviewed_by=actor.label())
    keep(row)
    emit(ResultReviewed(happened_at=clock.now(), person_id=person_id, facility_id=row.facility_id, ref=row.id))


@action("chart.tell_result")
def tell_result(*, actor: Actor, intent: UUID | None = None, person_id: UUID, report_id: UUID) -> None:
    """Record that the patient was told, in confidence (LAB-02)."""
    row = mine(m.Report, report_id, person_id)
    row.bump(told_at=clock.now())
    keep(row)
    emit(ResultTold(happened_at=clock.now(), person_id=person_id, facility_id=row.facility_id, ref=row.id))
