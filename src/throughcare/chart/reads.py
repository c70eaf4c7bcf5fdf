"""Every read of the chart, through a lens. `people` is always a person's whole family of merged ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from throughcare.chart import models as m
from throughcare.chart.policy import visible
from throughcare.kernel import db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.fhir import decode
from throughcare.kernel.lens import Lens
from throughcare.ledger import body as bodies

LIVE = ("active", "on-hold", "draft")


@dataclass(frozen=True, slots=True)
class Summary:
    """What fits on one page: what matters now."""

    problems: list[m.Condition]
    allergies: list[m.Allergy]
    medicines: list[m.HomeMedicine]
    orders: list[m.Order]
    flags: list[m.Flag]
    vitals: dict[str, list[m.Observation]]
    notes: list[m.Note]
    reports: list[m.Report]
    responses: list[m.FormResponse]
    encounters: list[m.Encounter]


def summary(lens: Lens, people: Sequence[UUID]) -> Summary:
    """Give the one-page summary: a constant number of queries however long the history."""
    with db.reading(lens):
        return Summary(
            problems=list(_of(lens, m.Condition, people).filter(status="active").order_by("text")[:60]),
            allergies=allergies(lens, people),
            medicines=list(_of(lens, m.HomeMedicine, people).filter(status="active").order_by("text")[:60]),
            orders=list(_of(lens, m.Order, people).filter(status__in=LIVE).order_by("due_at", "id")[:40]),
            flags=list(_of(lens, m.Flag, people).filter(until=None)[:20]),
            vitals=vitals(lens, people),
            notes=list(_of(lens, m.Note, people).exclude(status="draft").order_by("-happened_at")[:8]),
            reports=list(_of(lens, m.Report, people).order_by("-effective_at")[:8]),
            responses=list(
                _of(lens, m.FormResponse, people).exclude(status="draft").order_by("-signed_at").defer("posted")[:8]
            ),
            encounters=list(_of(lens, m.Encounter, people).order_by("-started_at")[:8]),
        )


def allergies(lens: Lens, people: Sequence[UUID]) -> list[m.Allergy]:
    """Give the active allergies (or the statement that none is known)."""
    with db.reading(lens):
        return list(_of(lens, m.Allergy, people).filter(status="active").order_by("none_known", "text"))


def vitals(lens: Lens, people: Sequence[UUID], *, each: int = 60) -> dict[str, list[m.Observation]]:
    """Give the last measurements by code, oldest first, for sparklines and trends."""
    with db.reading(lens):
        rows = (
            _of(lens, m.Observation, people)
            .filter(category__in=("vital-signs", "survey", "laboratory"))
            .exclude(status="entered-in-error")
            .order_by("-effective_at")[: each * 8]
        )
        found: dict[str, list[m.Observation]] = {}
        for row in rows:
            found.setdefault(row.code, []).append(row)
    return {code: list(reversed(rows[:each])) for code, rows in found.items()}


def trend(lens: Lens, people: Sequence[UUID], code: str, *, limit: int = 200) -> list[m.Observation]:
    """Give one measurement over time, oldest first."""
    with db.reading(lens):
        rows = _of(lens, m.Observation, people).filter(code=code).exclude(status="entered-in-error")
        return list(reversed(rows.order_by("-effective_at")[:limit]))


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline."""

    at: datetime
    kind: str
    id: UUID
    title: str
    by: str
    status: str


def timeline(lens: Lens, people: Sequence[UUID], *, before: datetime | None = None, limit: int = 50) -> list[Moment]:
    """Give what happened, newest first, paged by time."""
    with db.reading(lens):
        found = [
            *_moments(lens, people, m.Encounter, "Encounter", "started_at", "kind", "responsible", before, limit),
            *_moments(lens, people, m.Note, "Composition", "happened_at", "title", "recorded_by", before, limit),
            *_moments(
                lens, people, m.FormResponse, "QuestionnaireResponse", "signed_at", "form", "signed_by", before, limit
            ),
            *_moments(lens, people, m.Order, "ServiceRequest", "recorded_at", "text", "recorded_by", before, limit),
            *_moments(lens, people, m.Report, "DiagnosticReport", "effective_at", "text", "recorded_by", before, limit),
            *_moments(lens, people, m.Condition, "Condition", "recorded_at", "text", "recorded_by", before, limit),
            *_moments(
                lens, people, m.Attachment, "DocumentReference", "recorded_at", "title", "recorded_by", before, limit
            ),
        ]
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)[:limit]


def _moments(
    lens: Lens,
    people: Sequence[UUID],
    model: type[Any],
    kind: str,
    at: str,
    title: str,
    by: str,
    before: datetime | None,
    limit: int,
) -> list[Moment]:
    rows = _of(lens, model, people).filter(**{f"{at}__isnull": False})
    if model in (m.Note, m.FormResponse):
        rows = rows.exclude(status="draft")
    if before is not None:
        rows = rows.filter(**{f"{at}__lt": before})
    values = rows.order_by(f"-{at}").values_list(at, "id", title, by, "status")[:limit]
    return [Moment(when, kind, id_, str(what), who, state) for when, id_, what, who, state in values]


def draft_of(lens: Lens, person_id: UUID, response_id: UUID) -> m.FormResponse:
    """Give a form with its answers so far."""
    with db.reading(lens):
        row: m.FormResponse | None = _of(lens, m.FormResponse, [person_id]).filter(id=response_id).first()
    if row is None:
        raise NotFound("There is no such form here.")
    return row


def responses(lens: Lens, people: Sequence[UUID], form: str | None = None) -> list[m.FormResponse]:
    """Give the signed forms, newest first."""
    with db.reading(lens):
        rows = _of(lens, m.FormResponse, people).exclude(status="draft")
        return list((rows.filter(form=form) if form else rows).order_by("-signed_at")[:100])


def sealed_responses(lens: Lens, people: Sequence[UUID], form: str) -> list[tuple[m.SealedResponse, Any]]:
    """Give the sealed forms that the database shows this reader, with their answers decrypted."""
    with db.reading(lens):
        rows = m.SealedResponse.objects.filter(person_id__in=people, form=form).order_by("-signed_at")
        return [(r, decode(bodies.unpack(bodies.unseal(bytes(r.body), bound_to=r.id.bytes)))) for r in rows]


def notes(lens: Lens, people: Sequence[UUID], *, limit: int = 50) -> list[m.Note]:
    """Give the notes, newest first: signed ones, and the reader's own drafts."""
    with db.reading(lens):
        rows = _of(lens, m.Note, people).order_by("-happened_at")[: limit * 2]
        return [r for r in rows if r.status != "draft" or r.recorder_id == lens.user_id][:limit]


def attachment(lens: Lens, person_id: UUID, attachment_id: UUID) -> tuple[m.Attachment, m.Blob]:
    """Give one document with its bytes."""
    with db.reading(lens):
        row = _of(lens, m.Attachment, [person_id]).filter(id=attachment_id).select_related("blob").first()
    if row is None:
        raise NotFound("There is no such document here.")
    return row, row.blob


def attachments(lens: Lens, people: Sequence[UUID]) -> list[m.Attachment]:
    """List the documents, newest first, without their bytes."""
    with db.reading(lens):
        return list(_of(lens, m.Attachment, people).filter(status="current").order_by("-recorded_at")[:100])


def shown(row: m.Observation) -> str:
    """Write a measurement as people say it: 128/82 mmHg, 36.8 Cel."""
    if row.components:
        values = "/".join(c["value"] for c in row.components)
        return f"{values} {row.components[0]['unit']}".replace("mm[Hg]", "mmHg")
    if row.value is not None:
        exact = row.value.quantize(Decimal(1).scaleb(-row.value_places))
        return f"{exact} {row.unit}".strip()
    return row.value_text


def _of(lens: Lens, model: type[Any], people: Sequence[UUID]) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(visible(lens, people))
    return rows
