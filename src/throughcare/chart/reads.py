"""Every read of the chart, through a lens. `people` is always a person's whole family of merged ids."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, QuerySet
from django.db.models.functions import Lower, Trim

from throughcare.access.labels import OUTSIDE
from throughcare.chart import models as m
from throughcare.chart.policy import Sight, sight
from throughcare.chart.states import TAKEN_BACK
from throughcare.chart.units import said
from throughcare.kernel import db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.fhir import decode
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.ledger import body as bodies

Measurement = m.Observation
LIVE = ("active", "on-hold", "draft")


@dataclass(frozen=True, slots=True)
class Summary:
    """What fits on one page: what matters now, as far as `sight` shows it."""

    sight: Sight
    problems: list[m.Condition]
    allergies: list[m.Allergy]
    medicines: list[m.HomeMedicine]
    orders: list[m.Order]
    flags: list[m.Flag]
    vitals: dict[str, list[m.Observation]]
    notes: list[m.Note]
    responses: list[m.FormResponse]
    documents: list[m.Attachment]


def summary(lens: Lens, people: Sequence[UUID]) -> Summary:
    """Give the one-page summary, cut as the reader's role asks: a constant number of queries however long the history."""
    seen = sight(lens, people)
    of = seen.of
    with db.reading(lens):
        return Summary(
            sight=seen,
            problems=list(of(m.Condition).filter(status="active").order_by("text")[:60]),
            allergies=allergies(lens, people),
            medicines=list(of(m.HomeMedicine).filter(status="active").order_by("text")[:60]),
            orders=list(of(m.Order).filter(status__in=LIVE).order_by("due_at", "id")[:40]),
            flags=list(_flags(lens, of(m.Flag), people).filter(until=None).order_by("-since")[:20]),
            vitals=_by_code(of(m.Observation), 24),
            notes=list(of(m.Note).exclude(status="draft").order_by("-happened_at").defer("text")[:8]),
            responses=list(of(m.FormResponse).exclude(status="draft").order_by("-signed_at").defer("posted")[:8]),
            documents=list(of(m.Attachment).filter(status="current").order_by("-recorded_at")[:8]),
        )


def _flags(lens: Lens, rows: QuerySet[Any], people: Sequence[UUID]) -> QuerySet[Any]:
    """Leave out what a flag says of self-harm for readers outside to whom mental health was not released (52-146d)."""
    released = all(lens.may(Verb.READ, DataClass.MENTAL_HEALTH, person_id=person) for person in people)
    if lens.role not in OUTSIDE or released:
        return rows
    return rows.exclude(code__contains="suicid").exclude(code__contains="self_harm")


@dataclass(slots=True)
class Prior:
    """What another chart, which may be this person's, says at once: read only, nothing linked (ruling 12)."""

    problems: list[str]
    medicines: list[str]
    allergies: list[str]
    flags: list[str]
    suicide: list[str]


def prior(lens: Lens, people: Sequence[UUID]) -> dict[UUID, Prior]:
    """Give the last problems, medicines, allergies and suicide history of these charts; four queries for all of them."""
    found = {one: Prior([], [], [], [], []) for one in people}
    if not found:
        return found
    seen = sight(lens, people)
    with db.reading(lens):
        for problem in seen.of(m.Condition).filter(status="active").order_by("-recorded_at"):
            found[problem.person_id].problems.append(words_of(seen, problem))
        for taken in seen.of(m.HomeMedicine).filter(status="active").order_by("-recorded_at"):
            found[taken.person_id].medicines.append(taken.text)
        for allergy in seen.of(m.Allergy).filter(status="active").order_by("none_known", "text"):
            found[allergy.person_id].allergies.append(allergy.text)
        for mark in seen.of(m.Flag).order_by("-since"):
            held = found[mark.person_id]
            (held.suicide if "suicid" in mark.code or "self_harm" in mark.code else held.flags).append(mark.text)
    return found


UNSAID = "In a clinician's own words, not shown to this role"


def words_of(seen: Sight, row: Any) -> str:
    """Give what a row says: under a cut only what its code says, for words typed beside it may say why."""
    return str(row.text) if seen.entire(row) or row.code else UNSAID


def problems(lens: Lens, people: Sequence[UUID]) -> tuple[Sight, list[m.Condition]]:
    """Give the problem list with what is over, and what of it this reader sees whole."""
    seen = sight(lens, people)
    with db.reading(lens):
        return seen, list(seen.of(m.Condition).order_by("text", "id")[:200])


def called(lens: Lens, codes: Collection[tuple[str, str]], *, least: int) -> dict[tuple[str, str], str]:
    """Give by system and code the words that at least so many people's charts have beside it: how the house calls it."""
    found: dict[tuple[str, str], str] = {}
    for model in (m.Condition, m.Allergy):
        rows = (
            model._default_manager.filter(code__in={code for _, code in codes}, data_class=DataClass.CLINICAL)
            .exclude(status="entered-in-error")
            .values("system", "code", same=Lower(Trim("text")))
            .annotate(charts=Count("person_id", distinct=True), words=Min("text"))
            .filter(charts__gte=least)
            .order_by("charts", "-same")
        )
        found |= {(row["system"], row["code"]): row["words"].strip() for row in rows if row["same"]}
    return {pair: words for pair, words in found.items() if pair in codes}


def vaccines(lens: Lens, people: Sequence[UUID]) -> tuple[Sight, list[m.Immunization]]:
    """Give the doses that are recorded, refused or reported, newest first, and what of them this reader sees whole."""
    seen = sight(lens, people)
    with db.reading(lens):
        rows = seen.of(m.Immunization).exclude(status="entered-in-error")
        return seen, list(rows.order_by("-given_at", "text", "id")[:300])


def medicines(lens: Lens, people: Sequence[UUID]) -> tuple[Sight, list[m.HomeMedicine]]:
    """Give the home medicines, and what of them this reader sees whole."""
    seen = sight(lens, people)
    with db.reading(lens):
        rows = seen.of(m.HomeMedicine).filter(status="active")
        return seen, list(rows.order_by("text", "id")[:100])


def stopped_medicines(lens: Lens, people: Sequence[UUID]) -> list[m.HomeMedicine]:
    """Give the home medicines that a prescriber did not take on, newest first, to whoever sees them whole."""
    seen = sight(lens, people)
    with db.reading(lens):
        rows = seen.of(m.HomeMedicine).filter(stopped_at__isnull=False, status="inactive")
        return [r for r in rows.order_by("-stopped_at")[:40] if seen.entire(r)]


def allergies(lens: Lens, people: Sequence[UUID]) -> list[m.Allergy]:
    """Give the active allergies (or the statement that none is known), to whoever sees at least a summary."""
    with db.reading(lens):
        seen = sight(lens, people).of(m.Allergy).filter(status="active")
        return db.once(("allergies", *people), lambda: list(seen.order_by("none_known", "text")))


def vitals(lens: Lens, people: Sequence[UUID], *, each: int = 60) -> dict[str, list[m.Observation]]:
    """Give the last measurements by code, oldest first, for sparklines and trends."""
    with db.reading(lens):
        return _by_code(_of(lens, m.Observation, people), each)


def _by_code(rows: QuerySet[Any], each: int) -> dict[str, list[m.Observation]]:
    rows = rows.filter(category__in=("vital-signs", "survey", "laboratory")).exclude(status__in=TAKEN_BACK)
    found: dict[str, list[m.Observation]] = {}
    for row in rows.order_by("-effective_at")[: each * 8]:
        found.setdefault(row.code, []).append(row)
    return {code: list(reversed(rows[:each])) for code, rows in found.items()}


def trend(lens: Lens, people: Sequence[UUID], code: str, *, limit: int = 200) -> list[m.Observation]:
    """Give one measurement over time, oldest first."""
    with db.reading(lens):
        rows = _of(lens, m.Observation, people).filter(code=code).exclude(status__in=TAKEN_BACK)
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


def signed(lens: Lens, people: Sequence[UUID], response_id: UUID) -> m.FormResponse:
    """Give one signed form."""
    with db.reading(lens):
        row: m.FormResponse | None = _of(lens, m.FormResponse, people).filter(id=response_id).first()
    if row is None or row.status == "draft":
        raise NotFound("There is no such signed form here.")
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


def note(lens: Lens, people: Sequence[UUID], note_id: UUID) -> tuple[m.Note, list[m.Note]]:
    """Give one note with what was added to it; another's draft is not there."""
    with db.reading(lens):
        row: m.Note | None = _of(lens, m.Note, people).filter(id=note_id).first()
        if row is None or (row.status == "draft" and row.recorder_id != lens.user_id):
            raise NotFound("There is no such note here.")
        added = _of(lens, m.Note, people).filter(addends_id=note_id).exclude(status="draft").order_by("signed_at")
        return row, list(added)


def draft_for(lens: Lens, people: Sequence[UUID], form: str) -> m.FormResponse | None:
    """Give the draft of a form that was begun from the chart, if there is one."""
    with db.reading(lens):
        drafts = _of(lens, m.FormResponse, people).filter(form=form, purpose="", ref=None, status="draft")
        found: m.FormResponse | None = drafts.order_by("-started_at").first()
    return found


def drafts(lens: Lens, people: Sequence[UUID]) -> list[m.FormResponse]:
    """Give the forms that were begun from the chart and are not signed."""
    with db.reading(lens):
        return list(_of(lens, m.FormResponse, people).filter(purpose="", ref=None, status="draft").defer("posted")[:40])


def attachment(lens: Lens, people: Sequence[UUID], attachment_id: UUID) -> tuple[m.Attachment, m.Blob]:
    """Give one document with its bytes."""
    with db.reading(lens):
        row = _of(lens, m.Attachment, people).filter(id=attachment_id).select_related("blob").first()
    if row is None:
        raise NotFound("There is no such document here.")
    return row, row.blob


def attachments(lens: Lens, people: Sequence[UUID]) -> list[m.Attachment]:
    """List the documents, newest first, without their bytes."""
    with db.reading(lens):
        return list(_of(lens, m.Attachment, people).filter(status="current").order_by("-recorded_at")[:100])


def shown(row: m.Observation) -> str:
    """Write a measurement as people say it: 128/82 mmHg, 98.2 °F."""
    if row.components:
        values = "/".join(c["value"] for c in row.components)
        return f"{values} {said(row.components[0]['unit'])}".strip()
    if row.value is not None:
        exact = row.value.quantize(Decimal(1).scaleb(-row.value_places))
        return f"{row.comparator}{exact}{'' if row.unit == '%' else ' '}{said(row.unit)}".strip()
    return row.value_text


def _of(lens: Lens, model: type[Any], people: Sequence[UUID]) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(sight(lens, people).rows_whole(model.__name__))
    return rows
