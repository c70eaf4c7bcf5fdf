"""One referral to a specialist outside: who waits is asked again, who was seen has a report that comes and is read. HTTP only."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, screen
from throughcare.chart import actions, inbox, policy
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import Again
from throughcare.chart.screens.orders import ORDER, find_order
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.ui.forms import moment_of
from throughcare.ui.wording import t

HERE = ORDER + "specialist/"


@screen("GET", HERE, policy=policy.READ, name="chart_specialist")
def specialist(request: Request, person_id: UUID, service_request_id: UUID) -> HttpResponse:
    """Show where a referral stands, and what is owed of it."""
    return _page(request, person_id, service_request_id)


@screen("POST", HERE + "asked/", policy=policy.WRITE, name="chart_specialist_asked")
def asked(request: Request, person_id: UUID, service_request_id: UUID) -> HttpResponse:
    """Keep how somebody is who waits."""
    post = request.POST
    return _act(
        request,
        person_id,
        service_request_id,
        lambda intent: actions.recheck_waiting(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            order_id=service_request_id,
            since=post.get("since", ""),
            words=post.get("words", ""),
        ),
        "chart.waiting_kept_worse" if post.get("since") == "worse" else "chart.waiting_kept",
    )


@screen("POST", HERE + "seen/", policy=policy.WRITE, name="chart_specialist_seen")
def seen(request: Request, person_id: UUID, service_request_id: UUID) -> HttpResponse:
    """Say on which day the specialist saw the person."""
    return _act(
        request,
        person_id,
        service_request_id,
        lambda intent: actions.specialist_seen(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            order_id=service_request_id,
            version=frame.version_of(request),
            at=_moment(request),
        ),
        "chart.specialist_seen_said",
    )


@screen("POST", HERE + "not-seen/", policy=policy.WRITE, name="chart_specialist_not_seen")
def not_seen(request: Request, person_id: UUID, service_request_id: UUID) -> HttpResponse:
    """Take back that the specialist saw the person."""
    return _act(
        request,
        person_id,
        service_request_id,
        lambda intent: actions.specialist_not_seen(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            order_id=service_request_id,
            version=frame.version_of(request),
            why=request.POST.get("why", ""),
        ),
        "chart.specialist_not_seen_said",
    )


def _act(
    request: Request, person_id: UUID, order_id: UUID, act: Callable[[UUID | None], object], said: str
) -> HttpResponse:
    return frame.attempt(
        request,
        act,
        lambda again: _page(request, person_id, order_id, again),
        lambda _: frame.go(request, "chart_specialist", person_id, t(said), service_request_id=order_id),
    )


def _page(request: Request, person_id: UUID, order_id: UUID, again: Again | None = None) -> HttpResponse:
    order = _order(request, person_id, order_id)
    context = {
        "order": order,
        "report": inbox.report_of(request.lens, frame.family(request, person_id), order_id),
        "asking": frame.fields("waiting", again),
        "visit": frame.fields("specialist_visit", again),
        "may_enter": policy.ENTER.allows(request.lens, person_id),
    }
    return frame.page(request, person_id, "chart/specialist.html", "chart_orders", context, again)


def _order(request: Request, person_id: UUID, order_id: UUID) -> inbox.Order:
    found, _ = find_order(request, person_id, order_id)
    if found is None or found.kind != "specialty":
        raise NotFound("There is no such referral here.")
    return found


def _moment(request: Request) -> datetime:
    try:
        return moment_of(request.POST.get("day", ""), request.POST.get("time", ""), otherwise="00:01")
    except ValueError:
        raise Invalid("Nothing was changed.", fields={"day": "Write the day of the visit."}) from None
