"""The prescriber's inbox: results worst first, one result with its trend and its plan, and what waits to be co-signed."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.chart import actions, inbox, policy, reads
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import ONE, Again
from throughcare.chart.views import ordered
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.ui import pages
from throughcare.ui.forms import intent_of
from throughcare.ui.shapes import FieldError, KeyHint
from throughcare.ui.wording import t

RESULT = ONE + "results/<uuid:report_id>/"


@screen("GET", "/results/", policy=policy.INBOX, name="results_inbox")
def results(request: Request) -> HttpResponse:
    """Show the results that wait: the reader's own and the pool, what others hold, and whom to tell."""
    return inbox_page(request)


def inbox_page(request: Request, refused: Invalid | None = None) -> HttpResponse:
    """Draw the inbox; a refused signature comes back with what to do."""
    found = inbox.inbox(request.lens, request.posting.facility_id)
    every = [*found.mine, *found.others, *found.to_tell]
    saw(request, *(w.who.person_id for w in every))
    may_review = policy.REVIEW.allows(request.lens)
    plain = [w for w in found.mine if may_review and inbox.is_plain(w.report)]
    context = {
        "mine": [ordered.line(w) for w in found.mine if w not in plain],
        "plain": [ordered.line(w) for w in plain],
        "errors": [FieldError("", sentence) for sentence in (refused.fields.values() if refused else ())],
        "others": [ordered.line(w) for w in found.others],
        "to_tell": [ordered.line(w) for w in found.to_tell],
        "may_review": may_review,
        "keys": [KeyHint("j", "next"), KeyHint("k", "back"), KeyHint("Enter", "open")],
    }
    if refused is not None:
        return pages.page(request, "chart/inbox.html", context, status=422)
    return pages.page_or_fragment(request, "chart/inbox.html", "rows", context)


@screen("GET", RESULT, policy=policy.RESULTS, name="chart_result")
def one(request: Request, person_id: UUID, report_id: UUID) -> HttpResponse:
    """Show one result: its lines, each with its trend beside it, and what was or may be decided."""
    return result_page(request, person_id, report_id)


@screen("POST", RESULT + "review/", policy=policy.REVIEW, name="chart_result_review")
def review(request: Request, person_id: UUID, report_id: UUID) -> HttpResponse:
    """Review a result with its plan; one that is not normal stays without one."""
    plan = request.POST.get("plan", "")

    def onward(_: None) -> HttpResponse:
        if plan in ("order", "refer"):
            return frame.go(request, "chart_orders", person_id, t("chart.reviewed_order_now"))
        return pages.then(request, reverse("results_inbox"), t("chart.reviewed"))

    return frame.attempt(
        request,
        lambda intent: actions.review_report(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            report_id=report_id,
            plan=plan,
            words=request.POST.get("words", ""),
            version=frame.version_of(request),
        ),
        lambda again: result_page(request, person_id, report_id, again),
        onward,
    )


@screen("POST", RESULT + "told/", policy=policy.ENTER, name="chart_result_told")
def told(request: Request, person_id: UUID, report_id: UUID) -> HttpResponse:
    """Record that the person was told, in confidence."""
    return frame.attempt(
        request,
        lambda intent: actions.tell_result(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            report_id=report_id,
            how=request.POST.get("how", ""),
        ),
        lambda again: result_page(request, person_id, report_id, again),
        lambda _: frame.go(request, "chart_result", person_id, t("chart.told"), report_id=report_id),
    )


@screen("GET", "/cosign/", policy=policy.COSIGN, name="cosign")
def unsigned(request: Request) -> HttpResponse:
    """Show the orders and notes that wait for a second signature."""
    found = inbox.unsigned(request.lens, request.posting.facility_id)
    saw(request, *(u.who.person_id for u in found))
    return pages.page(request, "chart/cosign.html", {"lines": [ordered.unsigned(u) for u in found]})


@screen("POST", ONE + "orders/<uuid:service_request_id>/cosign/", policy=policy.COSIGN, name="chart_order_cosign")
def cosign(request: Request, person_id: UUID, service_request_id: UUID) -> HttpResponse:
    """Co-sign an order that was placed under a standing order."""
    actions.cosign_order(
        actor=request.actor, intent=intent_of(request), person_id=person_id, order_id=service_request_id
    )
    return pages.then(request, reverse("cosign"), t("chart.cosigned_now"))


def result_page(request: Request, person_id: UUID, report_id: UUID, again: Again | None = None) -> HttpResponse:
    """Draw one result; a refused post comes back with what was typed."""
    family = frame.family(request, person_id)
    found = inbox.report(request.lens, family, report_id)
    if found is None:
        raise NotFound("There is no such result here.")
    row, lines = found
    before = {line.code: reads.trend(request.lens, family, line.code, limit=60) for line in lines}
    may_call = policy.ENTER.allows(request.lens, person_id)
    may_review = policy.REVIEW.allows(request.lens, person_id) and row.reviewed_at is None and not row.outside
    if again is not None and isinstance(again.refused, Invalid):
        may_review = may_review or "plan" in again.typed
    context = {
        "report": row,
        "state": ordered.state_of(row),
        "lines": [ordered.result_line(line, before[line.code], person_id) for line in lines],
        "plan_fields": ordered.plan_fields(row, again) if may_review else [],
        "may_review": may_review,
        "may_tell": row.reviewed_at is not None
        and row.told_at is None
        and policy.ENTER.allows(request.lens, person_id),
        "told_ways": ordered.TOLD_WAYS,
        "calls": list(row.calls.order_by("called_at")),
        "call_fields": ordered.call_fields(again) if row.urgency == "critical" and may_call else [],
        "papers": list(row.documents.order_by("id")),
        "plans": ordered.PLAN_TITLES,
        "keys": [KeyHint("s", "sign")] if may_review else [],
    }
    return frame.page(request, person_id, "chart/result.html", "chart_results", context, again)
