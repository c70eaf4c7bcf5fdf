"""The history of any fact: every version, who, when, why, by which action and from where, and what changed between two."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.access.policy import LABELS
from throughcare.chart import policy
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import ONE
from throughcare.chart.views import versions
from throughcare.kernel.errors import NotFound
from throughcare.ledger import labels
from throughcare.ledger import reads as ledger


@screen("GET", ONE + "history/<slug:kind>/<uuid:id>/", policy=policy.HISTORY, name="chart_history")
def history(request: Request, person_id: UUID, kind: str, id: UUID) -> HttpResponse:
    """Show every version of one fact of this person, and what one of them changed."""
    rows = ledger.history(request.lens, kind, id, subjects=frame.family(request, person_id))
    _hide_labelled(request, person_id, kind, id)
    here = reverse("chart_history", kwargs={"person_id": person_id, "kind": kind, "id": id})
    chosen = versions.chosen(rows, request.GET.get("v", ""))
    context = {
        "kind": versions.KINDS.get(kind, kind),
        "versions": versions.lines(rows, here),
        "chosen": chosen,
        "changes": versions.changes(rows, chosen),
        "before": versions.before(rows, chosen),
        "labels_href": _labels_href(request, person_id, kind, id),
    }
    return frame.page(request, person_id, "chart/history.html", "", context)


def _labels_href(request: Request, person_id: UUID, kind: str, id: UUID) -> str:
    """Give the page of this entry's labels, for who may say one."""
    if not LABELS.allows(request.lens, person_id):
        return ""
    return reverse("entry-labels", kwargs={"person_id": person_id, "kind": kind, "id": id})


def _hide_labelled(request: Request, person_id: UUID, kind: str, id: UUID) -> None:
    """Refuse as not found what today's labels hide: history is shown under them (7.2)."""
    people = frame.family(request, person_id)
    seen, bits = policy.sight(request.lens, people), labels.bits(kind, id)
    if any(seen.hides(person, bits) for person in people):
        raise NotFound("There is no such entry here.")
