"""Render a whole page or one block of it, with what every page needs and nothing kept by the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.template import engines
from django.utils import translation
from jinja2 import Environment, nodes

from throughcare.kernel import clock as kernel_clock
from throughcare.ui import wording
from throughcare.ui.forms import words_of
from throughcare.ui.jinja import full
from throughcare.ui.leading import leading
from throughcare.ui.marks import mark_of
from throughcare.ui.shapes import Action, KeyHint, NavItem, Toast, Viewer

ENGINE = "jinja2"
LANGUAGE_COOKIE = "throughcare_lang"
TOASTS = "ui.toasts"
# What people in custody read: a problem too is said there in the language they chose.
AT_THE_KIOSK = ("/kiosk/", "/my/")
NOBODY = Viewer()


def base_context(request: HttpRequest) -> dict[str, Any]:
    """Return what every layout needs; `app` sets `request.viewer`, `.nav`, `.opens`, `.around`, `.about`, `.toasts`, `.notices`, `.demo`."""
    viewer: Viewer = getattr(request, "viewer", NOBODY)
    nav: Sequence[NavItem] = getattr(request, "nav", ())
    toasts: Sequence[Toast] = [*_toasts(request), *getattr(request, "toasts", ())]
    keys: Sequence[KeyHint] = ()
    return {
        "request": request,
        "viewer": viewer,
        "nav": nav,
        "toasts": toasts,
        "around": getattr(request, "around", ()),
        "about": getattr(request, "about", None),
        "notices": getattr(request, "notices", ()),
        "keys": keys,
        "demo": getattr(request, "demo", getattr(settings, "THROUGHCARE_DEMO", False)),
        "now": kernel_clock.now(),
        "lang": wording.language(),
        "csrf_token": get_token(request),
        "path": request.path,
        "query": request.GET.get("q", ""),
    }


def copy_mark(request: Any) -> str:
    """Say for a copy that leaves as a file who took it, as what, when and of whom; a printed page says it by itself."""
    return mark_of(request.viewer, request.about, full(kernel_clock.now()))


def _environment() -> Environment:
    env: Environment = engines[ENGINE].env  # type: ignore[attr-defined]
    return env


@lru_cache(maxsize=512)
def _ancestors(env: Environment, template: str) -> tuple[str, ...]:
    """Name what a template extends, nearest first; only a name written in the template counts."""
    if env.loader is None:
        return ()
    source, _, _ = env.loader.get_source(env, template)
    extends = env.parse(source).find(nodes.Extends)
    if extends is None:
        return ()
    parent = str(extends.template.as_const())
    return (parent, *_ancestors(env, parent))


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
    lang: str = "",
) -> HttpResponse:
    """Render a whole page that no browser or proxy keeps; `lang` chooses its language (see `language_of`)."""
    with translation.override(lang) if lang else nullcontext():
        full = base_context(request) | dict(context or {})
        with wording.speaking(), leading(getattr(request, "opens", None)):
            text = _environment().get_template(template).render(full)
    response = _respond(text, status)
    if lang and request.COOKIES.get(LANGUAGE_COOKIE) != lang:
        response.set_cookie(LANGUAGE_COOKIE, lang, httponly=True, samesite="Strict", secure=request.is_secure())
    return response


def language_of(request: HttpRequest) -> str:
    """Return the language a patient chose here: by `?lang=`, else as chosen before, else English."""
    asked = (request.GET.get("lang"), request.COOKIES.get(LANGUAGE_COOKIE))
    return next((lang for lang in asked if lang in wording.LANGUAGES), wording.LANGUAGES[0])


class SeeOther(HttpResponseRedirect):
    """Go on by GET, whatever came before."""

    status_code = 303


def then(request: HttpRequest, to: str, message: str = "", *, undo: Action | None = None) -> HttpResponse:
    """Go on to another page after a post, and say there what was done, with the way back."""
    if message:
        waiting = request.session.setdefault(TOASTS, [])
        waiting.append([message, undo.label if undo else "", undo.href if undo else ""])
        request.session.modified = True
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": to})
    return SeeOther(to)


def _toasts(request: HttpRequest) -> Sequence[Toast]:
    session = getattr(request, "session", None)
    if session is None or TOASTS not in session:
        return ()
    return [Toast(said, Action(label, href, "post") if href else None) for said, label, href in session.pop(TOASTS)]


def fragment(
    request: HttpRequest,
    template: str,
    block: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render one `{% block %}` of a page's template, for a swap; what stands outside the block is not run."""
    env = _environment()
    full = env.get_template(template).new_context(base_context(request) | dict(context or {}))
    for parent in _ancestors(env, template):
        for name, inherited in env.get_template(parent).blocks.items():
            full.blocks.setdefault(name, []).append(inherited)
    with wording.speaking(), leading(getattr(request, "opens", None)):
        return _respond("".join(full.blocks[block][0](full)), status)


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
        response = fragment(request, template, block, context, status=status)
    else:
        response = page(request, template, context, status=status)
    response["Vary"] = "HX-Request"
    return response


def problem(
    request: HttpRequest,
    status: int,
    *,
    happened: str = "",
    kept: str = "",
    next_step: str = "",
    typed: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """Say in one page what happened, what was kept and what to do next; `typed` gives back label and text, by default what was posted."""
    # The browser forgets a form that was refused with a page of its own: its words stand on that page.
    typed = typed or (words_of(request) if status in (404, 409, 422, 500) else ())
    known = status if status in (400, 403, 404, 405, 409, 422, 500) else 500
    lang = language_of(request) if request.path.startswith(AT_THE_KIOSK) else ""
    words = {
        "status_code": status,
        "title": wording.t(f"problem.{known}.title", lang=lang),
        "happened": happened or wording.t(f"problem.{known}.happened", lang=lang),
        "kept": kept or wording.t("problem.below" if typed else f"problem.{known}.kept", lang=lang),
        "next_step": next_step or wording.t(f"problem.{known}.next", lang=lang),
        "typed": typed,
        "back": _came_from(request),
    }
    return page(request, "ui/problem.html", words, status=status, lang=lang)


def _came_from(request: HttpRequest) -> str:
    """Give the page of ours from which somebody came here, so that no problem is a dead end; nothing where it is this one."""
    came = urlsplit(request.headers.get("Referer", ""))
    here = came.netloc == request.headers.get("Host") and came.path.startswith("/") and not came.path.startswith("//")
    if not here or (request.method == "GET" and came.path == request.path):
        return ""
    return f"{came.path}?{came.query}" if came.query else came.path
