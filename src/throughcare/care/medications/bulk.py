"""Many courses of the past at once, for the synthetic agency and for taking over an older system: the same orders, doses
and ledger entries as ordering and charting make one by one; a test holds that.

What is taken over was checked elsewhere: an order says so instead of naming an edition of our checks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import orjson
from django.db import connection

from throughcare.care.medications import fhir, formulary, states
from throughcare.care.medications.actions.ending import TIME_IS_OVER
from throughcare.care.medications.actions.giving import LINE_RAN_LATE
from throughcare.care.medications.actions.keeping import CHARTED_ONCE, keep_order, keep_rendered
from throughcare.care.medications.actions.laying import expected, make_months
from throughcare.care.medications.actions.ordering import Prescription, ends_at, order_row
from throughcare.care.medications.checking import Checked
from throughcare.care.medications.dose_ids import dose_id
from throughcare.care.medications.facility_passes import facility_passes, window_of
from throughcare.care.medications.models import MedicationOrder
from throughcare.care.medications.rules import statuses, windows
from throughcare.care.medications.rules.statuses import Status
from throughcare.care.medications.rules.timing import from_json
from throughcare.kernel import statement
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor

TAKEN_OVER = Checked("checked where it was taken over from", ())
COLUMNS = (
    "id", "due_at", "pass_code", "amount", "status", "version", "happened_at", "recorded_at", "reason", "detail",
    "person_id", "order_id", "critical", "controlled", "facility_id", "by", "by_id",
)  # fmt: skip
# Letters that COPY would take for its own.
ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NOTHING = "\\N"


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


@dataclass(slots=True)
class Laid:
    """One dose as it is laid: thirteen million of them come by here, and a row of Django's costs more than all else of one."""

    id: UUID
    person_id: UUID
    due_at: datetime
    pass_code: str
    amount: Decimal | None
    status: str = states.EXPECTED
    version: int = 1
    happened_at: datetime | None = None
    reason: str | None = None
    detail: dict[str, str] | None = None


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
    doses: list[tuple[MedicationOrder, list[Laid]]] = []
    for order, course in zip(orders, courses, strict=True):
        ends = min(until, course.stopped_at or until)
        mine = _doses(order, course, (max(doses_from, order.starts_at), ends), fate)
        taken = (d.happened_at for d in mine if d.happened_at and Status(d.status) in statuses.TAKEN)
        order.doses_until = until if order.mode != "KOP" else None
        order.first_dose_at = next(taken, None)
        doses.append((order, mine))
        keep_order(order)
        if course.stopped_at is not None:
            _end(order, "stop", course.stopped_at, course.stopped_why)
        elif order.ends_at <= until:
            _end(order, "end", order.ends_at, TIME_IS_OVER)
    MedicationOrder.objects.bulk_create(orders, batch_size=500)
    _insert(nurse, doses)
    return sum(_keep(order, mine) for order, mine in doses)


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


def _doses(order: MedicationOrder, course: Course, span: tuple[datetime, datetime], fate: Fate) -> list[Laid]:
    rows, window = [], window_of(order)
    for due_at, pass_code, amount in expected(order, *span, order.facility_id):
        row = Laid(dose_id(order.id, due_at), order.person_id, due_at, pass_code, amount)
        became = fate(course, due_at)
        if became is not None:
            _chart(row, became, window)
        rows.append(row)
    return rows


def _chart(row: Laid, became: Became, window: windows.Window) -> None:
    status, reason = Status(became.status), became.reason
    if status is Status.GIVEN:
        status = statuses.given_as(windows.judge(row.due_at, became.at, window))
        reason = reason or (LINE_RAN_LATE if status is Status.GIVEN_LATE else "")
    row.status, row.version, row.happened_at = status.value, CHARTED_ONCE, became.at
    row.reason, row.detail = reason or None, became.detail


def _keep(order: MedicationOrder, rows: Sequence[Laid]) -> int:
    common = fhir.ordered(order.person_id, order.id, order.code)
    charted = [row for row in rows if row.status != states.EXPECTED]
    for row in charted:
        keep_rendered(row, fhir.dose_of(row, common))
    return len(charted)


def _insert(nurse: Actor, doses: Sequence[tuple[MedicationOrder, Sequence[Laid]]]) -> None:
    """Write doses by COPY: it is the fastest way in."""
    statement.send()
    with connection.cursor() as cursor, cursor.copy(f"COPY medications_dose ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for order, rows in doses:
            mine = (order.person_id, order.id, *(str(yes)[0] for yes in (order.time_critical, bool(order.schedule))))
            open_ = "\t".join(map(str, (*mine, NOTHING, NOTHING, NOTHING)))
            charted = "\t".join(map(str, (*mine, order.facility_id, nurse.label().translate(ESCAPED), nurse.id)))
            copy.write("".join([f"{_line(row)}\t{charted if row.happened_at else open_}\n" for row in rows]))


def _line(row: Laid) -> str:
    amount = NOTHING if row.amount is None else row.amount
    at = row.happened_at or NOTHING
    reason = NOTHING if row.reason is None else row.reason.translate(ESCAPED)
    detail = NOTHING if row.detail is None else orjson.dumps(row.detail).decode().translate(ESCAPED)
    code = row.pass_code.translate(ESCAPED)
    return f"{row.id}\t{row.due_at}\t{code}\t{amount}\t{row.status}\t{row.version}\t{at}\t{at}\t{reason}\t{detail}"
