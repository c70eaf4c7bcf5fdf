"""The PREA coordinator's home: what sexual safety owes, by site; the last screens with what counts for housing. HTTP only."""

from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.intake import policy, safety_reads, views
from throughcare.ui import pages
from throughcare.ui.shapes import ClockShape


@screen("GET", "/sexual-safety/", policy=policy.SAFETY_HOME, name="safety")
def home(request: Request) -> HttpResponse:
    """Show what is due and late, by site; at one site who was screened and what counts for housing."""
    sites = safety_reads.sites(request.lens)
    place = _site(request, {s.id for s in sites})
    owed = safety_reads.owed(request.lens, place)
    screened = safety_reads.screened(request.lens, place) if place else []
    saw(request, *(o.who.person_id for o in owed), *(s.who.person_id for s in screened))
    shown = {
        "sites": views.safety_sites(sites),
        "here": next((s for s in sites if s.id == place), None),
        "owed": [(o, ClockShape(o.duty.opened_at, o.duty.due_at)) for o in owed],
        "screened": screened,
        "late": sum(s.late for s in sites),
        "open": sum(s.screens + s.again + s.offers for s in sites),
    }
    return pages.page(request, "intake/safety.html", shown)


def _site(request: Request, known: set[UUID]) -> UUID | None:
    asked = request.GET.get("site", "")
    if not asked:
        return request.posting.facility_id
    return next((one for one in known if str(one) == asked), None)
