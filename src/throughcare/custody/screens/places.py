"""The agency's places, for whoever administers them: sites with their codes, and the units of one."""

from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, screen
from throughcare.custody import policy, reads, views
from throughcare.ui import pages


@screen("GET", "/custody/places/", policy=policy.PLACES, name="custody_places")
def places(request: Request) -> HttpResponse:
    """Show all sites, open and closed, with the codes by which other systems name them."""
    return pages.page(request, "custody/places.html", {"table": views.facilities(reads.facilities(request.lens))})


@screen("GET", "/custody/places/<uuid:facility_id>/", policy=policy.PLACES, name="custody_place")
def place(request: Request, facility_id: UUID) -> HttpResponse:
    """Show one site and its units."""
    site = reads.facility(request.lens, facility_id)
    facts = [
        ("Town", site.town or "not known"),
        ("Kind", f"{site.kind}, {site.sex}"),
        ("Security", site.level or "not known"),
        ("Capacity", str(site.capacity) if site.capacity is not None else "not known"),
        ("Nurse's number", site.nurse_phone or "none"),
        ("Time zone", site.zone),
    ]
    context = {"site": site, "facts": facts, "table": views.units(reads.counted_units(request.lens, facility_id))}
    return pages.page(request, "custody/place.html", context)
