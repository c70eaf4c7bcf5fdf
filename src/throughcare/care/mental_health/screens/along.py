"""The round without a network: the page that is taken along, the same page without anybody, and its list. HTTP only."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.mental_health import along_views, policy
from throughcare.care.mental_health.reads import along as reads
from throughcare.care.mental_health.round_along import ROUND
from throughcare.devices import going_along
from throughcare.devices.json_doors import answering, here
from throughcare.ui import pages
from throughcare.ui.shapes import Viewer

WORDS = "rounds.along.js."


def _context(request: Request) -> dict[str, Any]:
    """Give what the page's script needs: addresses and sentences. Nobody's data."""
    return {
        "addresses": {"list": reverse("rounds_along_list"), "rounds": reverse("rounds")},
        "words": going_along.wordings(WORDS),
        "tablet": going_along.needs(ROUND, request.lens),
    }


@screen("GET", "/rounds/along/", policy=policy.ROUNDS, name="rounds_along")
def page(request: Request) -> HttpResponse:
    """Show the round that goes along: every look on it is kept on the phone until the house has it."""
    context = {**_context(request), "facility_id": request.posting.facility_id}
    return pages.page(request, "mental_health/along.html", context)


@screen("GET", "/rounds/along/shell/", policy=policy.ROUNDS, name="rounds_along_shell")
def shell(request: Request) -> HttpResponse:
    """Give the page without anybody on it, for hours without a network."""
    context = {**_context(request), "viewer": Viewer(), "nav": (), "facility_id": "shell"}
    return pages.page(request, "mental_health/along_shell.html", context)


@screen("GET", "/rounds/along/list/", policy=policy.ROUNDS, name="rounds_along_list")
@answering
def listed(request: Request) -> HttpResponse:
    """Give the round as it stands now, for a phone that has its network."""
    lines, alerts = reads.lines(request.lens, here(request))
    saw(request, *(line.watch.person_id for line in lines))
    return JsonResponse({**along_views.round_of(request.lens, lines, alerts), "csrf": get_token(request)})
