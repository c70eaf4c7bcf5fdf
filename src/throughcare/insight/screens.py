"""The pages of insight: where care is late, one measure with its charts, what stands behind a number. HTTP only."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.custody import reads as custody
from throughcare.duties import views as duty_views
from throughcare.insight import behind as reading
from throughcare.insight import charts, policy, reads, views
from throughcare.kernel.errors import NotFound
from throughcare.ui import pages

MEASURE = "/insight/measures/<str:measure>/"


@screen("GET", "/insight/", policy=policy.NUMBERS, name="insight")
def overview(request: Request) -> HttpResponse:
    """Show where care is late, worst first."""
    try:
        found = reads.overview(request.lens)
    except NotFound as missing:
        return pages.page(request, "insight/nothing.html", {"words": missing.sentence})
    context = {
        "found": found,
        "groups": [(name, [views.line(one) for one in found.of(name)]) for name in reads.GROUPS],
        "nothing": found.nothing,
        "months": views.month_span(found.months),
        "fresh": found.fresh,
        "aggregate": views.aggregate(told=policy.aggregate(request.lens)),
    }
    return pages.page(request, "insight/overview.html", context)


@screen("GET", MEASURE, policy=policy.NUMBERS, name="insight_measure")
def measure(request: Request, measure: str) -> HttpResponse:
    """Show one measure: its definition, its months, its facilities, sexes and ages."""
    found = reads.measure_page(request.lens, measure)
    one = found.measure
    scale = 1.0 if one.is_rate else 100.0
    points, told = found.funnel
    run_title, funnel_title = views.run_sentence(found), views.funnel_sentence(found)
    context = {
        "page": found,
        "measure": one,
        "value": views.told(found.estimate.value if found.estimate else None, one),
        "interval": views.interval(found.estimate),
        "per": views.per(one),
        "small": found.estimate is not None and found.whole.small(one),
        "fresh": found.fresh,
        "months": views.month_span(found.months),
        "latest": found.labels[-1] if found.labels else "",
        "run": charts.run_chart(
            views.named(found.history), found.middle, run_title, unit="" if one.is_rate else "%", scale=scale
        ),
        "run_title": run_title,
        "history": views.history(found, scale),
        "funnel": charts.funnel_plot(
            points,
            told,
            funnel_title,
            unit="" if one.is_rate else "%",
            scale=scale,
            rate=one.is_rate,
            size=one.per if one.is_rate else 1.0,
        ),
        "funnel_title": funnel_title,
        "places": [views.part(p, one) for p in found.places],
        "strata": {kind: [views.part(p, one, kind) for p in parts] for kind, parts in found.strata.items()},
        "aggregate": views.aggregate(told=found.aggregate, base=one.smallest_base),
        "people": policy.PEOPLE.allows(request.lens),
        "definition": views.definition(one),
        "became": [] if found.aggregate else views.became(one, found.whole),
    }
    return pages.page(request, "insight/measure.html", context)


@screen("GET", MEASURE + "behind/", policy=policy.PEOPLE, name="insight_behind")
def behind(request: Request, measure: str) -> HttpResponse:
    """Show the duties and people behind a number, as far as the lens shows them."""
    asked = request.GET
    facility = views.facility_id(asked.get("facility", ""))
    month = views.month_of(asked.get("month", ""))
    found = reading.behind(request.lens, measure, month=month, facility=facility, state=asked.get("state", ""))
    saw(request, *(d.person_id for d in found.duties if d.person_id))
    saw(request, *(UUID(u.person_id) for u, _, _ in found.people if u.person_id))
    context = {
        "found": found,
        "measure": found.measure,
        "month": views.month_words(found.month),
        "place": custody.facility(request.lens, UUID(facility)).short_name
        if facility and facility not in views.NAMED
        else "",
        "rows": [views.duty_row(d, found.names) for d in found.duties],
        "clock_of": duty_views.clock_of,
        "minutes": views.minutes,
        "back": reverse("insight_measure", kwargs={"measure": measure}),
    }
    return pages.page(request, "insight/behind.html", context)
