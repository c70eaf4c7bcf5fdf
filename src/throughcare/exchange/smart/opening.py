"""Apps from a chart, and the apps that somebody let in."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.utils import translation

from throughcare.access.doors import Request, screen
from throughcare.chart.screens import frame
from throughcare.exchange.smart import actions, ours, policy, reads
from throughcare.exchange.smart.addresses import origin_of
from throughcare.kernel.errors import NotFound
from throughcare.ui import pages
from throughcare.ui.wording import t

CHART = "/people/<uuid:person_id>/apps/"


@screen("GET", CHART, policy=policy.CHART, name="chart_apps")
def of_chart(request: Request, person_id: UUID) -> HttpResponse:
    """List the apps that open on this person."""
    found = reads.from_charts(request.lens)
    response = frame.page(request, person_id, "smart/chart.html", "chart_apps", {"apps": found})
    response.sends_to = " ".join(sorted({origin_of(a.launch_uri) for a in found}))  # type: ignore[attr-defined]
    return response


@screen("POST", CHART + "<uuid:app_id>/", policy=policy.CHART, name="chart_app")
def open_app(request: Request, person_id: UUID, app_id: UUID) -> HttpResponse:
    """Open an app on this person: it comes back with what it is given here, and asks."""
    word = actions.launch(actor=request.actor, app_id=app_id, user_id=request.lens.user_id, person_id=person_id)
    uri = next((a.launch_uri for a in reads.from_charts(request.lens) if a.id == app_id), "")
    joined = "&" if "?" in uri else "?"
    response = HttpResponse(status=303)
    response.headers["Location"] = f"{uri}{joined}{urlencode({'iss': ours.fhir_base(), 'launch': word})}"
    return response


@screen("GET", "/account/apps/", policy=policy.ALLOW, name="my_apps")
def mine(request: Request) -> HttpResponse:
    """List the apps that may read for whoever is signed in."""
    lang = pages.language_of(request) if request.lens.person_id else "en"
    return pages.page(request, "smart/mine.html", {"permissions": reads.mine(request.lens)}, lang=lang)


@screen("POST", "/account/apps/<uuid:permission_id>/stop/", policy=policy.ALLOW, name="my_app_stop")
def stop(request: Request, permission_id: UUID) -> HttpResponse:
    """Stop one of one's own."""
    if permission_id not in {p.id for p in reads.mine(request.lens)}:
        raise NotFound("This permission has ended already.")
    actions.end_permission(actor=request.actor, permission_id=permission_id, why="stopped by its owner")
    with translation.override(pages.language_of(request) if request.lens.person_id else "en"):
        return pages.then(request, "/account/apps/", t("smart.stopped"))
