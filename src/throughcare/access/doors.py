"""Doors: the one way in which a page is reached. A route that no policy guards cannot be written.

@screen("GET", "/people/<uuid:person_id>/", policy=policy.CHART, name="chart")
def chart(request: Request, person_id: UUID) -> HttpResponse: ...
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, URLPattern, path, resolve

from throughcare.access import care, limits
from throughcare.access.models import Posting
from throughcare.access.policy import Policy
from throughcare.kernel import db
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotAllowed, NotFound, Refused
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Purpose
from throughcare.ledger import reads as ledger_reads
from throughcare.ui import pages
from throughcare.ui.shapes import Viewer


class Request(HttpRequest):
    """A request behind a door: its lens and actor are there."""

    lens: Lens
    actor: Actor
    posting: Posting
    viewer: Viewer


View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Route:
    """One door: method, path, policy and the page behind it."""

    method: str
    path: str
    policy: Policy
    name: str
    view: View
    module: str


# A page that asks whether something changed, and hears that nothing did, has shown nobody anything: no reading to log.
NOTHING_SHOWN = 204

ROUTES: list[Route] = []
_PAGES: dict[str, Route] = {}


def screen(
    method: str, path_: str, *, policy: Policy, name: str, log: str = "read", owes: str = ""
) -> Callable[[View], View]:
    """Put a page behind a door. A GET is read through the lens in one transaction, and logged in it.

    The person named in the path, and those a page adds by `saw(request, …)`, stand in the read log. `owes` names what
    a sign-in that is not complete may still do here (`password`, `second_factor`, or `any` to leave).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, **kwargs: Any) -> HttpResponse:
            try:
                if turned := _turned_away(request, policy, owes):
                    return turned
                return _pass(request, view, kwargs)
            except NeedsWhy as needs:
                return ask_why(request, needs)
            except Refused as refused:
                return refusal(request, refused)

        def _pass(request: Any, view: View, kwargs: dict[str, Any]) -> HttpResponse:
            reads_now = method == "GET" and not policy.public
            with db.reading(request.lens) if reads_now else nullcontext():
                policy.require(request.lens)
                if person_id := kwargs.get("person_id"):
                    enter(request, person_id)
                    policy.require(request.lens, person_id)
                response = view(request, **kwargs)
                if reads_now and response.status_code != NOTHING_SHOWN:
                    _log(request, policy, name, log)
            return response

        route = Route(method, path_, policy, name, guarded, view.__module__)
        ROUTES.append(route)
        if method == "GET":
            _PAGES.setdefault(name, route)
        return guarded

    return decorate


def enter(request: Any, person_id: UUID) -> None:
    """Let the reader to this person's record, or ask why (care relationship, clinical.md 7.4)."""
    lens: Lens | None = request.lens
    if lens is None:
        return
    relation = care.relation(lens, person_id)
    if relation is care.Relation.CLOSED:
        raise NotFound("There is no such record here.")
    saw(request, person_id)
    if relation is care.Relation.NEEDS_REASON:
        raise NeedsWhy(person_id)


class NeedsWhy(Refused):
    """The chart opens with a reason: a click for a care relationship, break-glass otherwise."""

    status = 403

    def __init__(self, person_id: UUID) -> None:
        super().__init__("You have no task with this person now. Say why you need the record, and it opens.")
        self.person_id = person_id


def saw(request: Any, *people: UUID) -> None:
    """Add people whose data a page shows to what is logged of this reading."""
    seen = getattr(request, "seen_people", None)
    if seen is None:
        seen = request.seen_people = set()
    seen.update(people)


def route_of(address: str) -> Route | None:
    """Give the page behind an address of ours, if it is one that can be read."""
    try:
        found = resolve(address.partition("?")[0])
    except Resolver404:
        return None
    return page(found.url_name or "")


def page(name: str) -> Route | None:
    """Give the page of this name."""
    return _PAGES.get(name)


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Say in a page what was refused; what was typed is still in the browser. A form that saves itself says it in its place."""
    if request.headers.get("X-Autosave"):
        return HttpResponse(status=refused.status, headers={"X-Sentence": refused.sentence})
    return pages.problem(request, refused.status, happened=refused.sentence)


def ask_why(request: Any, needs: NeedsWhy) -> HttpResponse:
    """Ask for the reason that opens this record."""
    shown = {
        "person_id": needs.person_id,
        "reasons": limits.reasons(),
        "may_break": limits.of_role(request.lens.role).break_glass,
        "next": request.get_full_path() if request.method == "GET" else "",
    }
    return pages.page(request, "access/why.html", shown, status=needs.status)


def _log(request: Any, policy: Policy, name: str, kind: str) -> None:
    lens: Lens = request.lens
    people: set[UUID] = getattr(request, "seen_people", set())
    if not lens.opened.isdisjoint(people):
        lens = replace(lens, purpose=Purpose.BREAK_GLASS)
    ledger_reads.log_read(lens, route=name, people=people, classes=policy.classes(), kind=kind)


def _turned_away(request: Any, policy: Policy, owes: str) -> HttpResponse | None:
    must = getattr(request, "must", "")
    if must and not policy.public and owes not in (must, "any"):
        return HttpResponseRedirect(OWED[must])
    if policy.public or request.lens is not None:
        return None
    if request.user.is_authenticated:
        raise NotAllowed("You have no posting now, so there is nothing to open. Ask who administers accounts.")
    if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
        if request.path.startswith("/kiosk/"):
            return HttpResponseRedirect(KIOSK)
        return HttpResponseRedirect(f"/sign-in/?{urlencode({'next': request.get_full_path()})}")
    raise NotAllowed(
        "You are signed out. What you typed is still on this page: sign in in another tab, then send it again."
    )


# Where people in custody come in.
KIOSK = "/kiosk/sign-in/"
# Where a sign-in that is not complete is sent first.
OWED = {"password": "/account/password/", "second_factor": "/account/second-factor/"}


def urlpatterns() -> list[URLPattern]:
    """Give Django's patterns: one per path, its methods side by side."""
    by_path: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        methods = by_path.setdefault(route.path, {})
        if route.method in methods:
            raise RuntimeError(f"two pages at [{route.method} {route.path}]")
        methods[route.method] = route
    return [path(p.lstrip("/"), _by_method(m), name=next(iter(m.values())).name) for p, m in by_path.items()]


def _by_method(methods: dict[str, Route]) -> View:
    def dispatch(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        method = "GET" if request.method == "HEAD" else request.method or "GET"
        route = methods.get(method)
        if route is None:
            answer = pages.problem(request, 405)
            answer["Allow"] = ", ".join(methods)
            return answer
        return route.view(request, **kwargs)

    if any(getattr(r.view, "csrf_exempt", False) for r in methods.values()):
        dispatch.csrf_exempt = True  # type: ignore[attr-defined]
    return dispatch


def table() -> list[dict[str, Any]]:
    """List all doors: method, path, policy, roles (`throughcare routes`)."""
    rows = [
        {"method": r.method, "path": r.path, "policy": r.policy.name, "roles": r.policy.roles(), "name": r.name}
        for r in ROUTES
    ]
    return sorted(rows, key=lambda r: (r["path"], r["method"]))
