"""The history of any fact: every version, who, when, why, by which action and from where, and what changed between two."""

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access import reads as access
from throughcare.access.doors import Request, screen
from throughcare.access.policy import LABELS
from throughcare.chart import policy
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import ONE
from throughcare.chart.views import told, versions
from throughcare.chart.views.summary import form_title
from throughcare.custody import reads as custody
from throughcare.kernel.errors import NotFound
from throughcare.ledger import labels
from throughcare.ledger import reads as ledger
from throughcare.ledger.reads import VersionRow
from throughcare.ui.deeds import deed, from_where
from throughcare.ui.wording import t


@screen("GET", ONE + "history/<slug:kind>/<uuid:id>/", policy=policy.HISTORY, name="chart_history")
def history(request: Request, person_id: UUID, kind: str, id: UUID) -> HttpResponse:
    """Show every version of one fact of this person, and what one of them changed."""
    rows = ledger.history(request.lens, kind, id, subjects=frame.family(request, person_id))
    _hide_labelled(request, person_id, kind, id)
    here = reverse("chart_history", kwargs={"person_id": person_id, "kind": kind, "id": id})
    chosen = versions.chosen(rows, request.GET.get("v", ""))
    before = versions.before(rows, chosen)
    names = _names(request, [rows[0], chosen, before])
    context = {
        "kind": told.kind(kind),
        "called": versions.called(rows, names),
        "versions": versions.lines(rows, here),
        "chosen": chosen,
        "did": deed(chosen.action),
        "by": from_where(chosen.actor),
        "source": from_where(chosen.source) if chosen.source else t("chart.a_page"),
        "changes": versions.changes(rows, chosen, names),
        "technical": versions.technical(rows, chosen),
        "before": before,
        "type": kind,
        "labels_href": _labels_href(request, person_id, kind, id),
    }
    return frame.page(request, person_id, "chart/history.html", "", context)


def _names(request: Request, rows: Iterable[VersionRow | None]) -> dict[str, str]:
    """Give what the ids in these versions are called: staff, places, and forms by their titles."""
    ids = versions.ids_in(rows)
    found = {**custody.place_names(request.lens, ids), **access.staff_names(request.lens, ids)}
    forms = {form: form_title(name) for row in rows if row for form, name in versions.forms_in(row.body)}
    return {str(one): name for one, name in found.items()} | forms


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
