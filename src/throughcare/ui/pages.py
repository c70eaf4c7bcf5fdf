"""Render a whole page or one block of it, with what every page needs and nothing kept by the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import engines
from jinja2 import Environment

from throughcare.kernel import clock as kernel_clock
from throughcare.ui import wording
from throughcare.ui.shapes import KeyHint, NavItem, Toast, Viewer

ENGINE = "jinja2"
NOBODY = Viewer()


def base_context(request: HttpRequest) -> dict[str, Any]:
    """Return what every layout needs; `app` sets `request.viewer`, `.nav`, `.toasts` and `.demo`."""
    viewer: Viewer = getattr(request, "viewer", NOBODY)
    nav: Sequence[NavItem] = getattr(request, "nav", ())
    toasts: Sequence[Toast] = getattr(request, "toasts", ())
    keys: Sequence[KeyHint] = ()
    return {
        "request": request,
        "viewer": viewer,
        "nav": nav,
        "toasts": toasts,
        "keys": keys,
        "demo": getattr(request, "demo", getattr(settings, "THROUGHCARE_DEMO", False)),
        "now": kernel_clock.now(),
        "lang": wording.language(),
        "csrf_token": get_token(request),
        "path": request.path,
        "query": request.GET.get("q", ""),
    }


def _environment() -> Environment:
    env: Environment = engines[ENGINE].env  # type: ignore[attr-defined]
    return env


def _respond(text: str, status: int) -> HttpResponse:
    response = HttpResponse(text, status=status)
    response["Cache-Control"] = "no-store"
    return response


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render a whole page that no browser or proxy keeps."""
    full = base_context(request) | dict(context or {})
    return _respond(_environment().get_template(template).render(full), status)


def fragment(
    request: HttpRequest,
    template: str,
    block: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render one `{% block %}` of a page's template, for a swap."""
    loaded = _environment().get_template(template)
    full = loaded.new_context(base_context(request) | dict(context or {}))
    return _respond("".join(loaded.blocks[block](full)), status)


def page_or_fragment(
    request: HttpRequest,
    template: str,
    block: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render the block when htmx asks for it, else the whole page, so that both ways work."""
    if request.headers.get("HX-Request") == "true":
        return fragment(request, template, block, context, status=status)
    return page(request, template, context, status=status)


def problem(
    request: HttpRequest,
    status: int,
    *,
    happened: str = "",
    kept: str = "",
    next_step: str = "",
) -> HttpResponse:
    """Say in one page what happened, what was kept and what to do next."""
    known = status if status in (400, 403, 404, 409, 422, 500) else 500
    words = {
        "status_code": status,
        "title": wording.t(f"problem.{known}.title"),
        "happened": happened or wording.t(f"problem.{known}.happened"),
        "kept": kept or wording.t(f"problem.{known}.kept"),
        "next_step": next_step or wording.t(f"problem.{known}.next"),
    }
    return page(request, "ui/problem.html", words, status=status)
