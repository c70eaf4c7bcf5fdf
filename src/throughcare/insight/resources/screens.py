"""The pages of demand and capacity: where care waits, one facility by the hour. HTTP only."""

from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, screen
from throughcare.duties.titles import role_title
from throughcare.insight.resources import policy, reads, views
from throughcare.insight.views import minutes
from throughcare.kernel.errors import NotFound
from throughcare.ui import pages


@screen("GET", "/insight/resources/", policy=policy.RESOURCES, name="resources")
def overview(request: Request) -> HttpResponse:
    """Show where care waits and for what, and the facilities side by side."""
    try:
        found = reads.overview(request.lens)
    except NotFound as missing:
        return pages.page(request, "insight/nothing.html", {"words": missing.sentence})
    context = {
        "found": found,
        "says": views.said(found),
        "queue": views.queue,
        "minutes": minutes,
        "per_day": views.per_day,
        "came": reads.CAME,
    }
    return pages.page(request, "resources/overview.html", context)


@screen("GET", "/insight/resources/<uuid:facility_id>/", policy=policy.RESOURCES, name="resources_facility")
def facility(request: Request, facility_id: UUID) -> HttpResponse:
    """Show one facility by the hour of the day."""
    found = reads.facility(request.lens, facility_id)
    context = {
        "page": found,
        "charts": [views.waiting(found), views.coming(found), views.staffed(found)],
        "queue": views.queue,
        "service": views.service,
        "minutes": minutes,
        "per_day": views.per_day,
        "role": role_title,
    }
    return pages.page(request, "resources/facility.html", context)
