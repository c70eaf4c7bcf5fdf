"""Many courses of the past at once, for the synthetic agency and for taking over an older system: the same orders, doses
and ledger entries as ordering and charting make one by one; a test holds that.

What is taken over was checked elsewhere: an order says so instead of naming an edition of our checks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from throughcare.care.medications import formulary, states
from throughcare.care.medications.actions.ending import TIME_IS_OVER
from throughcare.care.medications.actions.giving import LINE_RAN_LATE
from throughcare.care.medications.actions.keeping import keep_dose, keep_order
from throughcare.care.medications.actions.laying import expected, make_months
from throughcare.care.medications.actions.ordering import Prescription, ends_at, order_row
from throughcare.care.medications.checking import Checked
from throughcare.care.medications.dose_ids import dose_id
from throughcare.care.medications.facility_passes import facility_passes, window_of
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.rules import statuses, windows
from throughcare.care.medications.rules.statuses import Status
from throughcare.care.medications.rules.timing import from_json
from throughcare.kernel import statement
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor

TAKEN_OVER = Checked("checked where it was taken over from", ())
COLUMNS = (
    "id", "due_at", "person_id", "order_id", "pass_code", "amount", "critical", "controlled", "status", "version",
    "happened_at", "recorded_at", "facility_id", "by", "by_id", "reason", "detail",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Course:
    """One medicine that a person has been taking: what was ordered, where, when; and when and why it was stopped early."""

    person_id: UUID
    facility_id: UUID
    asked: Prescription
    ordered_at: datetime
    stopped_at: datetime | None = None
    stopped_why: str = ""


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one dose of the past: its status (given becomes early or late by its window), when, and why."""

    status: str
    at: datetime
    reason: str = ""
    detail: dict[str, str] | None = None


Fate = Callable[[Course, datetime], Became | None]


@action("medications.lay_courses")
def lay_courses(
    *,
    actor: Actor,
    nurse: Actor,
    courses: Sequence[Course],
    doses_from: datetime,
    until: datetime,
    fate: Fate,
) -> int:
    """Write orders of the past by one prescriber, and what one nurse charted; gives the number of doses charted.

    An order whose time is over `until` then, or that was stopped, has ended. Doses due before `doses_from` are not laid: their
    sheet stays where it was kept. Where `fate` gives nothing, the dose is still expected.
    """
    make_months(since=doses_from)
    orders = [_order(actor, course) for course in courses]
    doses: list[Dose] = []
    for order, course in zip(orders, courses, strict=True):
        ends = min(until, course.stopped_at or until)
        mine = _doses(nurse, order, course, (max(doses_from, order.starts_at), ends), fate)
        taken = (d.happened_at for d in mine if d.happened_at and Status(d.status) in statuses.TAKEN)
        order.doses_until = until if order.mode != "KOP" else None
        order.first_dose_at = next(taken, None)
        doses += mine
        keep_order(order)
        if course.stopped_at is not None:
            _end(order, "stop", course.stopped_at, course.stopped_why)
        elif order.ends_at <= until:
            _end(order, "end", order.ends_at, TIME_IS_OVER)
    MedicationOrder.objects.bulk_create(orders, batch_size=500)
    _insert(doses)
    charted = [d for d in doses if d.status != statuses.Status.EXPECTED]
    for dose in charted:
        keep_dose(dose)
    return len(charted)


def _order(actor: Actor, course: Course) -> MedicationOrder:
    timing = from_json(dict(course.asked.timing))
    product = formulary.load().product(course.asked.product)
    ends = ends_at(course.asked, timing, course.ordered_at, facility_passes(course.facility_id).zone)
    when = (course.ordered_at, ends, course.ordered_at)
    row = order_row(actor, course.person_id, course.asked, product, timing, when, TAKEN_OVER, None)
    row.facility_id = course.facility_id
    row.recorded_at = course.ordered_at
    return row


def _end(order: MedicationOrder, verb: str, at: datetime, why: str) -> None:
    order.status, order.version = states.ORDER.after(order.status, verb), order.version + 1
    order.ended_at, order.ended_why = at, why[:200]
    keep_order(order)


def _doses(
    nurse: Actor, order: MedicationOrder, course: Course, span: tuple[datetime, datetime], fate: Fate
) -> list[Dose]:
    rows = []
    for due_at, pass_code, amount in expected(order, *span, order.facility_id):
        row = Dose(
            id=dose_id(order.id, due_at),
            due_at=due_at,
            person_id=order.person_id,
            order=order,
            pass_code=pass_code,
            amount=amount,
            critical=order.time_critical,
            controlled=bool(order.schedule),
        )
        became = fate(course, due_at)
        if became is not None:
            _chart(nurse, order, row, became, course.facility_id)
        rows.append(row)
    return rows


def _chart(nurse: Actor, order: MedicationOrder, row: Dose, became: Became, facility_id: UUID) -> None:
    status, reason = Status(became.status), became.reason
    if status is Status.GIVEN:
        status = statuses.given_as(windows.judge(row.due_at, became.at, window_of(order)))
        reason = reason or (LINE_RAN_LATE if status is Status.GIVEN_LATE else "")
    row.status, row.version = status.value, 2
    row.happened_at = row.recorded_at = became.at
    row.facility_id, row.by, row.by_id = facility_id, nurse.label(), nurse.id
    row.reason, row.detail = reason or None, became.detail


def _insert(rows: Sequence[Dose]) -> None:
    """Write doses by COPY: it is the fastest way in."""
    if not rows:
        return
    statement.send()
    with connection.cursor() as cursor, cursor.copy(f"COPY medications_dose ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(tuple(_value(row, name) for name in COLUMNS))


def _value(row: Dose, name: str) -> Any:
    value = getattr(row, name)
    if name == "detail" and value is not None:
        return Jsonb(value)
    return value
