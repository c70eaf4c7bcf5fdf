"""The pages of insight: where care is late, one measure with its charts, what stands behind a number. HTTP only."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.custody import reads as custody
from throughcare.duties import views as duty_views
from throughcare.duties.titles import role_title
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
        "lines": [views.line(one) for one in found.lines],
        "nothing": found.nothing,
        "months": views.month_span(found.months),
    }
    return pages.page(request, "insight/overview.html", context)


@screen("GET", MEASURE, policy=policy.NUMBERS, name="insight_measure")
def measure(request: Request, measure: str) -> HttpResponse:
    """Show one measure: its definition, its months, its facilities, sexes and ages."""
    found = reads.measure_page(request.lens, measure)
    one = found.measure
    scale = 100.0 if one.kind == "share" else 1.0
    points, told = found.funnel
    run_title, funnel_title = views.run_sentence(found), views.funnel_sentence(found)
    context = {
        "page": found,
        "measure": one,
        "value": views.told(found.value, one),
        "months": views.month_span(found.months),
        "latest": found.labels[-1],
        "run": charts.run_chart(views.named(found.history), found.middle, run_title, unit=one.unit, scale=scale),
        "run_title": run_title,
        "history": views.history(found, scale),
        "funnel": charts.funnel_plot(
            points, told, funnel_title, unit=one.unit, scale=scale, rate=one.kind == "rate", size=one.per_days or 1.0
        ),
        "funnel_title": funnel_title,
        "places": [views.part(p, one) for p in found.places],
        "strata": {kind: [views.part(p, one) for p in parts] for kind, parts in found.strata.items()},
        "people": policy.PEOPLE.allows(request.lens),
        "owner": role_title,
        "minutes": views.minutes,
    }
    return pages.page(request, "insight/measure.html", context)


@screen("GET", MEASURE + "behind/", policy=policy.PEOPLE, name="insight_behind")
def behind(request: Request, measure: str) -> HttpResponse:
    """Show the duties and people behind a number, as far as the lens shows them."""
    asked = request.GET
    facility = views.facility_id(asked.get("facility", ""))
    found = reads.behind(
        request.lens,
        measure,
        month=views.month_of(asked.get("month", "")),
        facility=facility,
        state=asked.get("state", "missed"),
    )
    saw(request, *(d.person_id for d in found.duties if d.person_id))
    saw(request, *(UUID(u.person_id) for u, _, _ in found.people if u.person_id))
    context = {
        "found": found,
        "measure": found.measure,
        "month": views.month_words(found.month),
        "place": custody.facility(request.lens, UUID(facility)).short_name
        if facility and facility != "unknown"
        else "",
        "rows": [views.duty_row(d, found.names) for d in found.duties],
        "clock_of": duty_views.clock_of,
        "minutes": views.minutes,
        "back": reverse("insight_measure", kwargs={"measure": measure}),
    }
    return pages.page(request, "insight/behind.html", context)
