"""Doors: the one way in which a page is reached. A route that no policy guards cannot be written.

@screen("GET", "/people/<uuid:person_id>/", policy=policy.CHART, name="chart")
def chart(request: Request, person_id: UUID) -> HttpResponse: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path

from throughcare.access.models import Posting
from throughcare.access.policy import Policy
from throughcare.access.ports import CARE
from throughcare.kernel import db
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotAllowed, Refused
from throughcare.kernel.lens import Lens
from throughcare.ledger import reads as ledger_reads
from throughcare.ui import pages


class Request(HttpRequest):
    """A request behind a door: its lens and actor are there."""

    lens: Lens
    actor: Actor
    posting: Posting


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


ROUTES: list[Route] = []


def screen(method: str, path_: str, *, policy: Policy, name: str, log: str = "read") -> Callable[[View], View]:
    """Put a page behind a door. A GET is read through the lens in one transaction, and logged in it.

    The person named in the path, and those a page adds by `saw(request, …)`, stand in the read log.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, **kwargs: Any) -> HttpResponse:
            try:
                if not policy.public and request.lens is None:
                    return _to_sign_in(request)
                policy.require(request.lens)
                if person_id := kwargs.get("person_id"):
                    enter(request, person_id)
                if method == "GET" and not policy.public:
                    return _read(request, view, kwargs, policy, name, log)
                return view(request, **kwargs)
            except Refused as refused:
                return refusal(request, refused)

        ROUTES.append(Route(method, path_, policy, name, guarded, view.__module__))
        return guarded

    return decorate


def enter(request: Any, person_id: UUID) -> None:
    """Let the reader to this person's record, or ask why (care relationship, clinical.md 7.4)."""
    lens: Lens | None = request.lens
    if lens is None:
        return
    if lens.person_id is not None and lens.person_id != person_id:
        raise NotAllowed("This is not your record.")
    saw(request, person_id)
    if person_id not in lens.opened and lens.person_id is None and not CARE().holds(lens, person_id):
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


def _read(request: Any, view: View, kwargs: dict[str, Any], policy: Policy, name: str, kind: str) -> HttpResponse:
    with db.reading(request.lens):
        response = view(request, **kwargs)
        ledger_reads.log_read(
            request.lens,
            route=name,
            people=getattr(request, "seen_people", ()),
            classes=policy.classes(),
            kind=kind,
        )
    return response


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return HttpResponseRedirect(f"/sign-in/?next={request.path}")
    return refusal(request, NotAllowed("You are signed out. What you typed is still on this page: sign in again."))


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Answer with a page that says what happened, what was kept and what to do next."""
    return pages.problem(request, refused.status, happened=refused.sentence)


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
            return HttpResponse("This page does not take that.", status=405, headers={"Allow": ", ".join(methods)})
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
