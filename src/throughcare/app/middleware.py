"""What every answer carries, and what every page knows of its reader."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from throughcare.app import viewing
from throughcare.custody import reads as custody
from throughcare.kernel import clock

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; worker-src 'self'"
)


WATCHED = frozenset({"/healthz", "/readyz"})  # asked by number, not by name, by whoever watches the machine


class HeadersMiddleware:
    """Answer under our own names alone, and set the headers that keep a page to itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and add what is missing."""
        if request.path not in WATCHED:
            request.get_host()  # refuses a name that is not ours
        _refuse_nothing(request)
        response = self.get_response(request)
        # A page whose form leads on to a registered app names that app's site, and no other.
        sends_to = f"form-action 'self' {getattr(response, 'sends_to', '')}".rstrip()
        response.headers.setdefault("Content-Security-Policy", CSP.replace("form-action 'self'", sends_to))
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if not request.path.startswith(f"/{settings.STATIC_URL}".replace("//", "/")):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _refuse_nothing(request: HttpRequest) -> None:
    """Refuse the byte 0, which nobody types and PostgreSQL keeps in no text, before a page asks with it."""
    form = request.content_type == "application/x-www-form-urlencoded"
    if "%00" in request.META.get("QUERY_STRING", "") or (form and b"%00" in request.body):
        raise BadRequest("This holds a byte that is no character. Nothing was changed.")


class ZoneMiddleware:
    """Let a request go by the clocks on the walls of the facility that it is made from."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer within that zone; where it is the agency's, there is nothing to do."""
        actor = getattr(request, "actor", None)
        zone = custody.zone_of(actor.facility_id) if actor is not None and actor.facility_id else ""
        if zone in ("", settings.TIME_ZONE):
            return self.get_response(request)
        with clock.within(zone):
            return self.get_response(request)


class ViewerMiddleware:
    """Give the page its viewer, the places he may go to and, on a page of one person, their banner and the parts of that chart."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Fill them when a page asks, so that a save or a poll pays nothing."""
        request.demo = settings.THROUGHCARE_DEMO
        request.viewer = SimpleLazyObject(lambda: viewing.viewer(request))
        request.opens = lambda address: viewing.opens(request, address)
        request.nav = SimpleLazyObject(lambda: viewing.nav(request))
        request.around = SimpleLazyObject(lambda: viewing.around(request))
        request.about = SimpleLazyObject(lambda: viewing.about(request))
        return self.get_response(request)
