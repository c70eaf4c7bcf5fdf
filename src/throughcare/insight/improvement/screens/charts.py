"""One measure: its chart with what was changed and what it is to reach, and its groups compared. HTTP only."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.insight import policy as insight
from throughcare.insight.improvement import actions, policy, questions, reads, views
from throughcare.insight.improvement.screens.asked import HOME, day, place_of, typed_in, wrong_in
from throughcare.insight.views import month_span
from throughcare.kernel.errors import Invalid, Refused
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of

CHART = HOME + "charts/<str:measure>/"


@screen("GET", CHART, policy=policy.READERS, name="improvement_chart")
def chart(request: Request, measure: str) -> HttpResponse:
    """Show a measure's chart, with what was changed and the facilities side by side."""
    return _chart(request, measure)


@screen("POST", CHART + "annotations/", policy=policy.TEAM, name="improvement_annotate")
def annotate(request: Request, measure: str) -> HttpResponse:
    """Write on the chart what was changed."""
    post = request.POST
    try:
        actions.annotate(
            actor=request.actor,
            intent=intent_of(request),
            measure=measure,
            facility_id=place_of(request, post.get("facility", "")),
            since=day(post.get("since", ""), "since"),
            words=post.get("words", ""),
            new_limits=bool(post.get("new_limits")),
        )
    except Refused as refused:
        return _chart(request, measure, refused)
    return pages.then(request, _address(measure, post.get("facility", "")), "It stands on the chart.")


@screen("POST", CHART + "annotations/<uuid:annotation_id>/back/", policy=policy.TEAM, name="improvement_take_back")
def take_back(request: Request, measure: str, annotation_id: UUID) -> HttpResponse:
    """Take a wrong annotation back."""
    try:
        actions.take_annotation_back(
            actor=request.actor,
            intent=intent_of(request),
            annotation=_mine(request, annotation_id),
            why=request.POST.get("why", ""),
        )
    except Invalid as refused:
        return _chart(request, measure, refused)
    return pages.then(
        request, _address(measure, request.POST.get("facility", "")), "Taken off the chart; it stays in the list."
    )


@screen("POST", CHART + "targets/", policy=policy.LEAD, name="improvement_target")
def target(request: Request, measure: str) -> HttpResponse:
    """Set a target."""
    post = request.POST
    try:
        actions.set_target(
            actor=request.actor,
            intent=intent_of(request),
            measure=measure,
            facility_id=place_of(request, post.get("facility", "")),
            value=post.get("value", ""),
            since=day(post.get("target_since", ""), "target_since"),
            why=post.get("target_why", ""),
        )
    except Refused as refused:
        return _chart(request, measure, refused)
    return pages.then(request, _address(measure, post.get("facility", "")), "The target stands on the chart.")


@screen("GET", HOME + "equity/<str:measure>/", policy=policy.READERS, name="improvement_equity")
def equity(request: Request, measure: str) -> HttpResponse:
    """Show how groups compare with everybody."""
    found = reads.equity_page(request.lens, measure)
    divisions = [
        (d, *views.ratios(d), views.groups(d, found.measure), views.disparity(found, d)) for d in found.divisions
    ]
    context = {
        "found": found,
        "measure": found.measure,
        "value": views.told(found.value, found.measure),
        "months": month_span(found.months),
        "divisions": divisions,
    }
    return pages.page(request, "improvement/equity.html", context)


def _chart(request: Request, measure: str, refused: Refused | None = None) -> HttpResponse:
    asked = request.POST if refused else request.GET
    found = reads.chart_page(
        request.lens, measure, facility=asked.get("facility", ""), timed=asked.get("chart", "") == "time"
    )
    wrong, typed = wrong_in(refused), typed_in(request, refused)
    funnel_says, funnel = views.funnel(found)
    context = {
        "page": found,
        "measure": found.measure,
        "says": views.sentence(found),
        "drawings": views.over_time(found),
        "kind_help": views.kind_help(found.chart),
        "months": views.months(found),
        "funnel": funnel,
        "funnel_says": funnel_says,
        "places": views.places(found.funnel[1], found.measure),
        "recent": month_span(found.recent),
        "latest": found.recent[-1],
        "may_write": policy.TEAM.allows(request.lens),
        "may_lead": policy.LEAD.allows(request.lens),
        "people": insight.PEOPLE.allows(request.lens),
        "annotation_fields": questions.annotation(typed, wrong),
        "target_fields": questions.target(found.measure, typed, wrong),
        "typed": typed,
        "errors": error_lines(refused),
    }
    return pages.page(request, "improvement/chart_page.html", context, status=refused.status if refused else 200)


def _mine(request: Request, annotation_id: UUID) -> UUID:
    reads.annotation(request.lens, annotation_id)
    return annotation_id


def _address(measure: str, facility: str) -> str:
    found = reverse("improvement_chart", kwargs={"measure": measure})
    return f"{found}?facility={facility}" if facility else found
