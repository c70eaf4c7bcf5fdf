"""The timeline by day: what happened, by whom, and where it opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.urls import reverse

from throughcare.chart.reads import Moment
from throughcare.chart.views.summary import form_title
from throughcare.kernel import clock

KINDS = {
    "Encounter": "Visit",
    "Composition": "Note",
    "QuestionnaireResponse": "Form",
    "ServiceRequest": "Order",
    "DiagnosticReport": "Result",
    "Condition": "Problem",
    "DocumentReference": "Document",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    moment: Moment
    kind: str
    title: str
    href: str
    wrong: bool


def by_day(found: Sequence[Moment], person_id: UUID) -> list[tuple[date, list[Entry]]]:
    """Group what happened by the facility's day."""
    days: dict[date, list[Entry]] = {}
    for one in found:
        days.setdefault(clock.local(one.at).date(), []).append(_entry(one, person_id))
    return list(days.items())


def _entry(one: Moment, person_id: UUID) -> Entry:
    title = form_title(one.title) if one.kind == "QuestionnaireResponse" else one.title.replace("_", " ")
    return Entry(one, KINDS[one.kind], title, _href(one, person_id), one.status == "entered-in-error")


def _href(one: Moment, person_id: UUID) -> str:
    if one.kind == "Composition":
        return reverse("chart_note", kwargs={"person_id": person_id, "note_id": one.id})
    if one.kind == "QuestionnaireResponse":
        return reverse("chart_response", kwargs={"person_id": person_id, "response_id": one.id})
    if one.kind == "DocumentReference":
        return reverse("chart_document", kwargs={"person_id": person_id, "document_id": one.id})
    return reverse("chart_history", kwargs={"person_id": person_id, "kind": one.kind, "id": one.id})
