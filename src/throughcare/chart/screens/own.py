"""The kiosk's pages of a person's own chart: results that were reviewed, and health in short. HTTP only."""

from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, saw, screen
from throughcare.chart import own, policy
from throughcare.ui import pages


@screen("GET", "/kiosk/results/", policy=policy.OWN_RESULTS, name="kiosk_results")
def own_results(request: Request) -> HttpResponse:
    """Show a person the results that a clinician has looked at; values once they were told."""
    lang = pages.language_of(request)
    rows = own.own_results(request.lens, _own(request), lang)
    return pages.page(request, "chart/kiosk_results.html", {"rows": rows}, lang=lang)


@screen("GET", "/kiosk/health/", policy=policy.OWN_HEALTH, name="kiosk_health")
def own_health(request: Request) -> HttpResponse:
    """Show a person their problems in plain words, and their allergies."""
    lang = pages.language_of(request)
    found = own.own_health(request.lens, _own(request), lang)
    return pages.page(request, "chart/kiosk_health.html", {"found": found}, lang=lang)


def _own(request: Request) -> UUID:
    person_id = request.lens.own()
    saw(request, person_id)
    return person_id
