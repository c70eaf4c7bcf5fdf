"""Which other sites' pages may call the API from a browser: those of registered apps that live in one. No cookie ever counts there."""

import time

from throughcare.exchange.smart.addresses import origin_of
from throughcare.exchange.smart.models import App

KEPT = 10.0
_kept: tuple[float, frozenset[str]] = (float("-inf"), frozenset())


def known() -> frozenset[str]:
    """Give the sites of the apps in use."""
    global _kept
    if time.monotonic() - _kept[0] > KEPT:
        rows = App.objects.filter(state="active").exclude(kind="service").values_list("redirect_uris", flat=True)
        _kept = (time.monotonic(), frozenset(origin_of(uri) for uris in rows for uri in uris))
    return _kept[1]


def headers_for(origin: str) -> dict[str, str]:
    """Let a page of a registered app read the answer; nobody else's."""
    if not origin or origin.lower() not in known():
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Vary": "Origin",
        "Access-Control-Expose-Headers": "ETag, Location, Content-Location, Last-Modified, X-Progress, Retry-After",
    }


def preflight(origin: str) -> dict[str, str]:
    """Answer a browser that asks before it sends."""
    found = headers_for(origin)
    if not found:
        return {}
    return {
        **found,
        "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept, Prefer, If-Match, If-None-Match, If-None-Exist",
        "Access-Control-Max-Age": "600",
    }
