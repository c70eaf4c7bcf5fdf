"""The sheet for hours in which nothing else works: every due dose of a facility on paper, drawn with or without a request."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from throughcare.access import lenses
from throughcare.care.medications import pass_views, views
from throughcare.care.medications.reads import passes
from throughcare.kernel import clock
from throughcare.kernel.ids import derived
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role
from throughcare.ui import pages
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import t

AHEAD = timedelta(hours=12)
TEMPLATE = "medications/downtime.html"


def sheet(lens: Lens, facility_id: UUID, printed_by: str) -> tuple[dict[str, Any], set[UUID]]:
    """Give the sheet of a facility for twelve hours, and whose data stands on it."""
    found = passes.line(lens, facility_id, ahead=AHEAD)
    expected = passes.coming(lens, facility_id, ahead=AHEAD)
    people = [p for p in [*found.people, *expected] if p.doses or p.as_needed]
    paper = PrintNote(
        title=t("medications.downtime.title"),
        as_of=clock.now(),
        facility=found.facility.name,
        url="",
        printed_by=printed_by,
        keep=t("medications.downtime.keep"),
    )
    rows = [_drawn(p) for p in people]
    return {
        "paper": paper,
        "people": rows,
        "urgent": [p for p in rows if any(d["leased"] or d["critical"] for d in p["doses"])],
        "phone": found.facility.nurse_phone,
        "passes": found.spans,
    }, {p.who.person_id for p in people}


def _drawn(found: passes.PassPerson) -> dict[str, Any]:
    drawn = pass_views.person(found)
    for dose, row in zip(drawn["doses"], found.doses, strict=True):
        dose["due_at"] = row.due_at
        dose["status_words"] = views.status_words(row.status) if row.recorded_at else ""
    return drawn


def text(facility_id: UUID) -> str:
    """Draw the sheet for the file that is kept for a dead network, as the house itself."""
    name = t("medications.downtime.by_house")
    lens = lenses.make(derived("actor", "downtime"), name, Role.RN, facilities=frozenset({facility_id}))
    context: Mapping[str, Any] = sheet(lens, facility_id, name)[0]
    request = HttpRequest()
    request.path = ""
    return pages.page(request, TEMPLATE, context).content.decode()
