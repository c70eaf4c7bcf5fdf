"""Orders from the chart: placed from the catalogue, ended with a reason, their results entered by hand. HTTP only."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, screen
from throughcare.chart import actions, catalogue, inbox, policy, resulting
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import ONE, Again
from throughcare.chart.views import ordered
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.ui.forms import moment_of
from throughcare.ui.wording import t

ORDER = ONE + "orders/<uuid:service_request_id>/"


@screen("GET", ONE + "orders/", policy=policy.READ, name="chart_orders")
def orders(request: Request, person_id: UUID) -> HttpResponse:
    """Show what is ordered, and the place to order more."""
    return _orders(request, person_id)


@screen("POST", ONE + "orders/", policy=policy.WRITE, name="chart_orders")
def place(request: Request, person_id: UUID) -> HttpResponse:
    """Order one thing of the catalogue."""
    post = request.POST
    return frame.attempt(
        request,
        lambda intent: actions.order_item(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            item=post.get("item", ""),
            priority=post.get("priority", ""),
            reason=post.get("reason", ""),
            detail=post.get("detail", ""),
        ),
        lambda again: _orders(request, person_id, again),
        lambda _: frame.go(request, "chart_orders", person_id, t("chart.ordered")),
    )


@screen("POST", ORDER + "end/", policy=policy.WRITE, name="chart_order_end")
def end(request: Request, person_id: UUID, service_request_id: UUID) -> HttpResponse:
    """Say that an order is done, or take it back with the reason."""
    verb, why = request.POST.get("verb", ""), request.POST.get("why", "").strip()

    def act(intent: UUID | None) -> None:
        if verb not in ("complete", "revoke"):
            raise Invalid("Choose what became of the order. Nothing was changed.")
        if verb == "revoke" and len(why) < 3:
            raise Invalid("Say why the order is taken back. It still stands.", fields={"why": "Say why."})
        actions.end_order(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            order_id=service_request_id,
            verb=verb,
            why=why[:200],
            version=frame.version_of(request),
        )

    return frame.attempt(
        request,
        act,
        lambda again: _orders(request, person_id, again),
        lambda _: frame.go(request, "chart_orders", person_id, t(f"chart.order_{verb}d")),
    )


@screen("GET", ORDER + "result/", policy=policy.ENTER, name="chart_result_enter")
def result(request: Request, person_id: UUID, service_request_id: UUID) -> HttpResponse:
    """Show the lines of a result to enter by hand."""
    return _result(request, person_id, service_request_id)


@screen("POST", ORDER + "result/", policy=policy.ENTER, name="chart_result_enter")
def enter(request: Request, person_id: UUID, service_request_id: UUID) -> HttpResponse:
    """File a result that came on paper or was measured here; it goes to the prescriber's inbox."""
    order = _order(request, person_id, service_request_id)

    def act(intent: UUID | None) -> UUID:
        typed = frame.typed(request)
        known = catalogue.for_code(order.system, order.code)
        return actions.file_result(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            order_id=service_request_id,
            text=order.text[:160],
            lines=resulting.read(known.analytes if known else (), typed),
            words=typed.get("words", ""),
            said=typed.get("said", ""),
            effective_at=_moment(typed.get("day", ""), typed.get("time", "")),
        )

    return frame.attempt(
        request,
        act,
        lambda again: _result(request, person_id, service_request_id, again),
        lambda id_: frame.go(request, "chart_result", person_id, t("chart.result_filed"), report_id=id_),
    )


def _orders(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    live, over = inbox.orders(request.lens, frame.family(request, person_id))
    context = {
        "live": live,
        "over": over,
        "groups": ordered.groups(request.lens.role),
        "fields": ordered.fields(again.typed if again else {}, again.wrong if again else {}),
        "kinds": ordered.KIND_TITLES,
        "chosen": (again.typed if again else {}).get("item", ""),
        "item_error": (again.wrong if again else {}).get("item", ""),
        "may_enter": policy.ENTER.allows(request.lens, person_id),
    }
    return frame.page(request, person_id, "chart/orders.html", "chart_orders", context, again)


def _result(request: Request, person_id: UUID, order_id: UUID, again: Again | None = None) -> HttpResponse:
    order = _order(request, person_id, order_id)
    known = catalogue.for_code(order.system, order.code)
    context = {
        "order": order,
        "questions": ordered.result_fields(known, again.typed if again else {}, again.wrong if again else {}),
    }
    return frame.page(request, person_id, "chart/result_enter.html", "chart_orders", context, again)


def _order(request: Request, person_id: UUID, order_id: UUID) -> inbox.Order:
    found, live = find_order(request, person_id, order_id)
    # A specialist's report comes days after the visit that ended its order (SPC-03).
    if found is None or (not live and found.kind != "specialty"):
        raise NotFound("There is no such open order here.")
    return found


def find_order(request: Request, person_id: UUID, order_id: UUID) -> tuple[inbox.Order | None, bool]:
    """Give an order of the person's list (none where it has no such), and whether it is in force."""
    live, over = inbox.orders(request.lens, frame.family(request, person_id))
    found = next((o for o in [*live, *over] if o.id == order_id), None)
    return found, found in live


def _moment(day: str, time: str) -> datetime | None:
    if not day.strip():
        return None
    try:
        return moment_of(day, time, otherwise="00:00")
    except ValueError:
        raise Invalid(
            "The result is not filed yet. Everything you typed is kept.",
            fields={"day": "Write the day and the time at which it was taken."},
        ) from None
