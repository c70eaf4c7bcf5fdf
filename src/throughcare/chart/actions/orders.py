"""Orders: placed by whom may, under a standing order where they may not alone, ended, co-signed."""

from datetime import datetime
from uuid import UUID

from throughcare.access.labels import class_of
from throughcare.chart import catalogue, states
from throughcare.chart import models as m
from throughcare.chart.actions.keeping import keep, mine, recorded
from throughcare.chart.events import OrderEnded, OrderPlaced, SpecialtySeen
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
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


@action("chart.order_item")
def order_item(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    item: str,
    priority: str = "routine",
    reason: str = "",
    detail: str = "",
) -> UUID:
    """Order one thing of the catalogue: who may alone, in their name; a nurse under its standing order, to be co-signed."""
    what = catalogue.item(item)
    if not what.allows(actor.role):
        raise NotAllowed(f"[{what.title}] is not for your role to order. Ask a provider; nothing was ordered.")
    wrong = {}
    if priority not in catalogue.PRIORITIES:
        wrong["priority"] = "Choose how soon."
    if what.asks_reason and len(reason.strip()) < 3:
        wrong["reason"] = "Say why, in a few words."
    if wrong:
        raise Invalid("Nothing was ordered. Everything you typed is kept.", fields=wrong)
    return place_order(
        actor=actor,
        person_id=person_id,
        kind=what.kind,
        text=f"{what.title}: {detail.strip()}"[:240] if detail.strip() else what.title,
        system=what.system,
        code=what.code,
        priority=priority,
        reason=reason.strip()[:240],
        standing_order=what.standing_for(actor.role),
        due_at=clock.now() + what.within(priority),
    )


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
    version: int | None = None,
) -> None:
    """Complete or revoke an order."""
    row = mine(m.Order, order_id, person_id, version)
    row.bump(status=states.ORDER.after(row.status, verb), ended_at=happened_at or clock.now(), ended_why=why)
    keep(row, row.ended_at)
    if row.kind == "specialty" and row.status == "completed":
        about = {"person_id": person_id, "facility_id": row.facility_id, "ref": row.id}
        emit(SpecialtySeen(happened_at=row.ended_at or clock.now(), **about))
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
    if actor.kind == "staff" and actor.role not in catalogue.INDEPENDENT:
        raise NotAllowed("A standing order is co-signed by a prescriber. It waits for one.")
    if row.cosigned_at is not None:
        raise Stale(f"This order is co-signed already, by {row.cosigned_by}.")
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
