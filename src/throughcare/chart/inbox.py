"""What waits for a prescriber's eyes: results to review and to tell, orders and notes to co-sign (clinical.md 2.10).

A result belongs to whoever ordered it while they are on shift; else it stands in the pool at once. It goes where the
person now is: a result of somebody who was moved waits at the receiving facility.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from throughcare.access import labels
from throughcare.chart import models as m
from throughcare.chart.policy import sight
from throughcare.chart.reads import shown
from throughcare.chart.states import TAKEN_BACK
from throughcare.custody.models import Placement
from throughcare.duties import cover
from throughcare.duties.models import Duty
from throughcare.kernel import db
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import SEALED, DataClass, Role, Verb
from throughcare.ledger.models import Current
from throughcare.people import reads as people

Order = m.Order
MOST = 300
PLAIN = (DataClass.CLINICAL.value, DataClass.RESULT.value)  # whoever opens the inbox sees these
SEVERITY = {"critical": 0, "abnormal": 1, "normal": 2}
PRESCRIBERS = (Role.PROVIDER.value, Role.PSYCH.value)
WITHIN = {"critical": timedelta(minutes=60), "abnormal": timedelta(days=2), "normal": timedelta(days=5)}  # LAB-01


@dataclass(frozen=True, slots=True)
class Waiting:
    """One result in the inbox: whose, how urgent, what stands out, by when, and who ordered it."""

    report: m.Report
    who: people.Card
    outstanding: str
    opened_at: datetime
    due_at: datetime
    ordered_by: str
    mine: bool
    covered: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """Results to review, worst first: the reader's own and the pool; what others on shift hold; and whom to tell."""

    mine: list[Waiting]
    others: list[Waiting]
    to_tell: list[Waiting]


@dataclass(frozen=True, slots=True)
class Unsigned:
    """One order or note that waits for a second signature."""

    kind: str
    row: Any
    who: people.Card
    due_at: datetime | None


def inbox(lens: Lens, facility_id: UUID | None) -> Inbox:
    """Give the inbox of a facility; queries do not grow with the number of results."""
    lens.require(Verb.READ, DataClass.RESULT)
    with db.reading(lens):
        here = _here(lens, facility_id)
        rows = _with_labels(
            "DiagnosticReport", m.Report.objects.filter(here, outside=False).exclude(status="entered-in-error")
        )
        open_ = rows.filter(Q(reviewed_at=None) | Q(told_at=None)).select_related("order").order_by("effective_at")
        found = _may_see(lens, list(open_[:MOST]))
        lines = _lines(lens, found, facility_id)
    unread = sorted((w for w in lines if w.report.reviewed_at is None), key=_order)
    return Inbox(
        mine=[w for w in unread if w.mine or not w.covered],
        others=[w for w in unread if not w.mine and w.covered],
        to_tell=sorted((w for w in lines if w.report.reviewed_at is not None), key=_order),
    )


def unsigned(lens: Lens, facility_id: UUID | None) -> list[Unsigned]:
    """Give what waits for a second signature at a facility, oldest first; nobody co-signs their own."""
    lens.require(Verb.WRITE, DataClass.CLINICAL)
    with db.reading(lens):
        here = _here(lens, facility_id) & ~Q(recorder_id=lens.user_id)
        orders = m.Order.objects.filter(here, cosigned_at=None, status__in=("active", "completed"))
        orders = orders.exclude(standing_order="").order_by("recorded_at")
        notes = m.Note.objects.filter(here, cosign_asked=True, cosigned_at=None, status="signed").order_by("signed_at")
        found = [
            *(("ServiceRequest", row) for row in _may_see(lens, list(_with_labels("ServiceRequest", orders)[:MOST]))),
            *(("Composition", row) for row in _may_see(lens, list(_with_labels("Composition", notes)[:MOST]))),
        ]
        cards = people.cards(lens, {row.person_id for _, row in found})
        due = _due("INT-04-COSIGN", "IHA-01-COSIGN", about=[row.id for _, row in found])
    known = [(kind, row) for kind, row in found if row.person_id in cards]
    return [Unsigned(kind, row, cards[row.person_id], due.get(row.id)) for kind, row in known]


def report(lens: Lens, family: Sequence[UUID], report_id: UUID) -> tuple[m.Report, list[m.Observation]] | None:
    """Give one result with its lines, or None where there is none for this reader."""
    seen = sight(lens, family)
    with db.reading(lens):
        row = m.Report.objects.filter(seen.rows_whole("Report"), id=report_id).select_related("order").first()
        if row is None:
            return None
        lines = m.Observation.objects.filter(seen.rows_whole("Observation"), report_id=row.id).order_by("id")
        return row, list(lines.exclude(status="entered-in-error"))


def reports(lens: Lens, family: Sequence[UUID], *, limit: int = 30) -> list[m.Report]:
    """Give a person's results, newest first."""
    with db.reading(lens):
        rows = m.Report.objects.filter(sight(lens, family).rows_whole("Report")).exclude(status="entered-in-error")
        return list(rows.order_by("-effective_at")[:limit])


def orders(lens: Lens, family: Sequence[UUID]) -> tuple[list[m.Order], list[m.Order]]:
    """Give a person's open orders, soonest first, and the last that ended."""
    with db.reading(lens):
        rows = m.Order.objects.filter(sight(lens, family).rows_whole("Order")).exclude(status="entered-in-error")
        live = list(rows.filter(status__in=("active", "on-hold")).order_by("due_at", "id")[:100])
        return live, list(rows.exclude(status__in=("active", "on-hold", "draft")).order_by("-ended_at")[:30])


def report_of(lens: Lens, family: Sequence[UUID], order_id: UUID) -> m.Report | None:
    """Give the report that answers an order, the newest, as far as this reader sees it."""
    with db.reading(lens):
        rows = m.Report.objects.filter(sight(lens, family).rows_whole("Report"), order_id=order_id)
        found: m.Report | None = rows.exclude(status="entered-in-error").order_by("-recorded_at").first()
        return found


def is_plain(row: m.Report) -> bool:
    """Tell whether a result is normal beyond doubt: finished, and each of its lines called normal by somebody."""
    return row.urgency == "normal" and row.judged and row.status in ("final", "amended", "corrected")


def _here(lens: Lens, facility_id: UUID | None) -> Q:
    """Filter to people who are at a facility now; those who are nowhere stay with the facility that recorded."""
    places = {facility_id} if facility_id else lens.facilities
    if places is None:
        return Q()
    housed = Placement.objects.filter(until=None, cancelled=False)
    return _of(housed.filter(facility_id__in=places)) | Q(facility_id__in=places) & ~_of(housed)


def _of(housed: QuerySet[Placement]) -> Q:
    """Filter to these people, and to the charts that are linked to theirs."""
    people = housed.values("person_id")
    return Q(person_id__in=people) | Q(person__survivor_id__in=people)


def _with_labels(kind: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    standing = Current.objects.filter(type=kind, resource_id=OuterRef("pk")).values("labels")
    found: QuerySet[Any] = rows.annotate(
        label_bits=Coalesce(Subquery(standing[:1]), Value(0), output_field=BigIntegerField())
    )
    return found


def _may_see(lens: Lens, rows: list[Any]) -> list[Any]:
    """Keep the rows that this reader sees whole; only where the matrix asks for a condition is it asked person by person."""
    plain = {c.value for c in DataClass if c not in SEALED and lens.may(Verb.READ, c)}

    def sees(row: Any) -> bool:
        asked = {DataClass(row.data_class), *labels.classes_of(row.label_bits, lens.role)}
        return all(c.value in plain or lens.may(Verb.READ, c, person_id=row.person_id) for c in asked)

    return [row for row in rows if sees(row) and not lens.shut(row.person_id)]


def _lines(lens: Lens, rows: list[m.Report], facility_id: UUID | None) -> list[Waiting]:
    cards = people.cards(lens, {r.person_id for r in rows})
    there = {o.user_id for o in cover.there(facility_id, PRESCRIBERS) if not o.on_call}
    due = _due("LAB-01", "LAB-02", about=[r.id for r in rows])
    worst = _outstanding(rows)
    return [
        Waiting(
            report=r,
            who=cards[r.person_id],
            outstanding=worst.get(r.id, ""),
            opened_at=r.recorded_at,
            due_at=due.get(r.id) or r.recorded_at + WITHIN[r.urgency],
            ordered_by=r.order.recorded_by.split(",")[0] if r.order else "",
            mine=r.order is not None and r.order.recorder_id == lens.user_id,
            covered=r.order is not None and r.order.recorder_id in there,
        )
        for r in rows
        if r.person_id in cards
    ]


def _outstanding(rows: list[m.Report]) -> dict[UUID, str]:
    """Give for each result the lines that are not normal, in words."""
    found: dict[UUID, list[str]] = {}
    lines = m.Observation.objects.filter(report_id__in=[r.id for r in rows]).exclude(interpretation="")
    classes = {r.id: r.data_class for r in rows}
    for line in lines.exclude(status__in=TAKEN_BACK).order_by("id"):
        if line.report_id is not None and line.data_class in (classes[line.report_id], *PLAIN):
            found.setdefault(line.report_id, []).append(f"{line.text} {shown(line)}")
    return {report: " · ".join(said[:4]) for report, said in found.items()}


def _due(*rules: str, about: Iterable[UUID]) -> dict[UUID, datetime]:
    rows = Duty.objects.filter(rule__in=rules, about__in=list(about), closed_at=None).values_list("about", "due_at")
    return {about: due for about, due in rows if about is not None}


def _order(one: Waiting) -> tuple[int, datetime]:
    return SEVERITY[one.report.urgency], one.due_at
