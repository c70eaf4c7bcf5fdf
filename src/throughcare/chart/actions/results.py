"""Results: entered by hand or received, reviewed with a plan, told to the patient (LAB-01, LAB-02)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare.access.labels import class_of
from throughcare.chart import models as m
from throughcare.chart import resulting
from throughcare.chart.actions.keeping import keep, mine, recorded
from throughcare.chart.actions.observations import Measured, observe
from throughcare.chart.actions.orders import end_order
from throughcare.chart.events import (
    ConsultReportReceived,
    ConsultReportReviewed,
    ResultReceived,
    ResultReviewed,
    ResultTold,
)
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.rows import insert
from throughcare.kernel.vocabulary import DataClass

TOLD = ("in_person", "letter", "phone")


@action("chart.file_result")
def file_result(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    text: str,
    lines: Sequence[Measured] = (),
    words: str = "",
    said: str = "normal",
    system: str = "",
    code: str = "",
    order_id: UUID | None = None,
    effective_at: datetime | None = None,
) -> UUID:
    """File a result with its lines; it is as urgent as its worst line, and never less than was said."""
    if not lines and len(words.strip()) < 3:
        raise Invalid("The result is not filed yet.", fields={"words": "Write at least one value, or what was found."})
    if said not in resulting.URGENCY:
        raise Invalid("The result is not filed yet.", fields={"said": "Say whether it is normal."})
    if effective_at is not None and effective_at > clock.now():
        raise Invalid("The result is not filed yet.", fields={"day": "This time lies ahead. Write when it was taken."})
    order = mine(m.Order, order_id, person_id) if order_id is not None else None
    if order is not None and order.status != "active" and not awaits_report(order):
        raise Stale("This order has ended already. Nothing was filed; what you typed is still on your page.")
    system, code = (order.system, order.code) if order is not None else (system, code)
    return receive_report(
        actor=actor,
        person_id=person_id,
        text=text,
        system=system,
        code=code,
        order_id=order_id,
        urgency=resulting.urgency_of((one.interpretation for one in lines), said),
        effective_at=effective_at,
        words=words,
        lines=[replace(one, effective_at=effective_at or clock.now()) for one in lines],
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
    words: str = "",
    outside: bool = False,
    lines: Sequence[Measured] = (),
) -> UUID:
    """File a result; somebody must review it (LAB-01), unless it came with the record of another health service."""
    row = row_of_report(
        actor,
        person_id,
        text,
        system=system,
        code=code,
        order_id=order_id,
        urgency=urgency,
        effective_at=effective_at,
        data_class=data_class,
        words=words,
        outside=outside,
    )
    insert([row])
    if lines:
        observe(actor=actor, person_id=person_id, measured=lines, report_id=row.id)
    keep(row, row.effective_at)
    order = answer_order(actor, row)
    if outside:
        return row.id
    emit(
        ResultReceived(
            asked=order.kind if order else "",
            happened_at=row.recorded_at,
            person_id=person_id,
            facility_id=row.facility_id,
            ref=row.id,
            urgency=urgency,
            said=tuple((line.code, line.value_text) for line in lines if line.value_text),
        )
    )
    return row.id


def awaits_report(order: m.Order) -> bool:
    """Tell whether an order has ended by a specialist's visit whose report has not come (SPC-03)."""
    if order.kind != "specialty" or order.status != "completed":
        return False
    return not m.Report.objects.filter(order_id=order.id).exclude(status="entered-in-error").exists()


def answer_order(actor: Actor, row: m.Report) -> m.Order | None:
    """End the order that a report answers; of a specialist's, tell that it came. Gives the order."""
    order = m.Order.objects.filter(id=row.order_id).first() if row.order_id is not None else None
    if order is None:
        return None
    if order.status == "active":
        seen = row.effective_at if order.kind == "specialty" else None
        end_order(actor=actor, person_id=row.person_id, order_id=order.id, verb="complete", happened_at=seen)
    if order.kind == "specialty":
        about = {"person_id": row.person_id, "facility_id": row.facility_id, "ref": order.id}
        emit(ConsultReportReceived(happened_at=row.recorded_at, **about))
    return order


def row_of_report(
    actor: Actor,
    person_id: UUID,
    text: str,
    *,
    system: str,
    code: str,
    effective_at: datetime | None,
    order_id: UUID | None = None,
    urgency: str = "normal",
    data_class: DataClass = DataClass.RESULT,
    words: str = "",
    outside: bool = False,
) -> m.Report:
    """Make the row of a result, not yet written."""
    return m.Report(
        id=uuid7(),
        person_id=person_id,
        text=text,
        system=system,
        code=code,
        order_id=order_id,
        urgency=urgency,
        words=words.strip()[:4200],
        outside=outside,
        effective_at=effective_at or clock.now(),
        data_class=class_of([(system, code)], data_class).value,
        facility_id=actor.facility_id,
        **recorded(actor),
    )


@action("chart.review_report")
def review_report(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    report_id: UUID,
    plan: str,
    words: str = "",
    version: int | None = None,
) -> None:
    """Record that a prescriber has looked at a result, and what follows from it: without a plan it stays (LAB-01)."""
    row = mine(m.Report, report_id, person_id, version)
    if row.reviewed_at is not None:
        raise Stale(f"This result was reviewed already, by {row.reviewed_by}. Nothing was changed.")
    resulting.check_plan(row.urgency, plan, words)
    row.bump(reviewed_at=clock.now(), reviewed_by=actor.label(), plan=plan, plan_words=words.strip()[:1000])
    keep(row)
    about: dict[str, Any] = {"happened_at": clock.now(), "person_id": person_id, "facility_id": row.facility_id}
    emit(ResultReviewed(ref=row.id, urgency=row.urgency, **about))
    if row.order_id is not None and m.Order.objects.filter(id=row.order_id, kind="specialty").exists():
        emit(ConsultReportReviewed(ref=row.order_id, **about))


@action("chart.review_normals")
def review_normals(*, actor: Actor, intent: UUID | None = None, report_ids: Sequence[UUID]) -> int:
    """Review many normal results at once, each with a letter to the person; anything else among them refuses all."""
    rows = list(m.Report.objects.select_for_update().filter(id__in=report_ids).order_by("id"))
    if not rows or len(rows) != len(set(report_ids)):
        raise Invalid("Nothing was signed.", fields={"reports": "Choose at least one result of this page."})
    if any(r.urgency != "normal" or not r.judged or r.status not in ("final", "corrected", "amended") for r in rows):
        raise Invalid(
            "Nothing was signed.", fields={"reports": "One of these is not plainly normal: open it and read it."}
        )
    if any(r.reviewed_at is not None for r in rows):
        raise Stale("Somebody reviewed one of these meanwhile. Nothing was signed; open the list again.")
    for row in rows:
        review_report(actor=actor, person_id=row.person_id, report_id=row.id, plan="letter")
    return len(rows)


@action("chart.tell_result")
def tell_result(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, report_id: UUID, how: str = "in_person"
) -> None:
    """Record that the patient was told, in confidence (LAB-02)."""
    row = mine(m.Report, report_id, person_id)
    if how not in TOLD:
        raise Invalid("Nothing was recorded.", fields={"how": "Say how the person was told."})
    if row.reviewed_at is None:
        raise Stale("Nobody has reviewed this result yet: review it first, then tell the person.")
    row.bump(told_at=clock.now(), told_by=actor.label(), told_how=how)
    keep(row)
    emit(ResultTold(happened_at=clock.now(), person_id=person_id, facility_id=row.facility_id, ref=row.id))
