"""The one-page summary of a person, their results, one measurement over time, and what happened when. HTTP only."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_datetime

from throughcare.access.doors import NOTHING_SHOWN, Request, screen
from throughcare.chart import banner, earlier, inbox, policy, reads
from throughcare.chart.ports import REQUESTS
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import ONE
from throughcare.chart.views import measured, moments, summary
from throughcare.chart.views.fields import DOCUMENTS
from throughcare.custody import reads as custody
from throughcare.duties import policy as duties_policy
from throughcare.duties import reads as duties
from throughcare.kernel.errors import NotFound
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.ui import pages
from throughcare.ui.shapes import KeyHint, PageKeys

PAGE = 50
DUTIES = 6  # a summary fits a laptop; the rest is on the worklist


@screen("GET", ONE, policy=policy.CHART, name="chart")
def chart(request: Request, person_id: UUID) -> HttpResponse:
    """Show what matters now, on one page, as far as this reader may see it."""
    family = frame.family(request, person_id)
    found = reads.summary(request.lens, family)
    named = request.lens.may(Verb.READ, DataClass.DEMOGRAPHICS, person_id=person_id)
    waiting = (
        summary.open_duties(duties.of_person(request.lens, person_id))
        if duties_policy.DUTY.allows(request.lens)
        else []
    )
    context = {
        "duties": waiting[:DUTIES],
        "more_duties": max(0, len(waiting) - DUTIES),
        "problems": summary.problems(found.problems, found.sight),
        "medicines": summary.medicines(found.medicines, found.sight),
        "allergies": found.allergies,
        "flags": found.flags,
        "orders": found.orders,
        "measured": measured.lasts(found.vitals, person_id)[:9],
        "notes": list(zip(found.notes, summary.notes(found.notes, found.sight), strict=True)),
        "responses": summary.signed_forms(found.responses, found.sight),
        "document_kinds": DOCUMENTS,
        "documents": [(d, found.sight.entire(d)) for d in found.documents],
        "plans": summary.plans(custody.plans(request.lens, person_id)[:4]) if named else [],
        "earlier": earlier.of(request, person_id),
        "words_of": reads.words_of,
        "sight": found.sight,
        "reads_whole": policy.READ.allows(request.lens, person_id),
        "requests": REQUESTS().recent(request.lens, family)[:6],
        "who_looked": _who_looked(request, person_id),
        "sees_medicines": policy.TAKEN.allows(request.lens, person_id),
        "keys": [KeyHint("n", "note"), KeyHint("v", "vital signs")]
        if policy.WRITE.allows(request.lens, person_id)
        else [],
    }
    return frame.page(request, person_id, "chart/summary.html", "chart", context)


@screen("GET", ONE + "banner/", policy=policy.CHART, name="chart_banner")
def banner_now(request: Request, person_id: UUID) -> HttpResponse:
    """Give the banner as it is now, for a page that stands open; nothing where the page has it already."""
    shown = banner.of(request.lens, person_id)
    if request.headers.get("X-Seen") == shown.mark:
        return HttpResponse(status=NOTHING_SHOWN)
    return pages.fragment(request, "chart/frame.html", "banner", {"banner": shown})


def _who_looked(request: Request, person_id: UUID) -> str:
    if not request.lens.may(Verb.READ, DataClass.AUDIT_LOG, person_id=person_id):
        return ""
    try:
        return reverse("who-looked", kwargs={"person_id": person_id})
    except NoReverseMatch:
        return ""


@screen("GET", ONE + "results/", policy=policy.READ, name="chart_results")
def results(request: Request, person_id: UUID) -> HttpResponse:
    """Show the newest of each measurement with its line, and how it changed."""
    found = reads.vitals(request.lens, frame.family(request, person_id))
    context = {
        "measured": measured.lasts(found, person_id),
        "reports": inbox.reports(request.lens, frame.family(request, person_id)),
        "keys": [KeyHint("v", "vital signs")],
    }
    return frame.page(request, person_id, "chart/results.html", "chart_results", context)


@screen("GET", ONE + "trends/<slug:code>/", policy=policy.READ, name="chart_trend")
def trend(request: Request, person_id: UUID, code: str) -> HttpResponse:
    """Show one measurement over time; the title is the answer, the table and the download stand below."""
    rows = _trend(request, person_id, code)
    download = reverse("chart_trend_csv", kwargs={"person_id": person_id, "code": code})
    context = {"trend": measured.trend(rows, download), "rows": list(reversed(rows)), "shown": reads.shown}
    return frame.page(request, person_id, "chart/trend.html", "chart_results", context)


@screen("GET", ONE + "trends/<slug:code>/table.csv", policy=policy.READ, name="chart_trend_csv", log="export")
def trend_csv(request: Request, person_id: UUID, code: str) -> HttpResponse:
    """Give one measurement as a table to keep; the export is logged, and the table names nobody."""
    table = measured.table(_trend(request, person_id, code))
    name = f'attachment; filename="{code}.csv"'
    return HttpResponse(table, content_type="text/csv", headers={"Content-Disposition": name})


def _trend(request: Request, person_id: UUID, code: str) -> list[reads.Measurement]:
    rows = reads.trend(request.lens, frame.family(request, person_id), code)
    if not rows:
        raise NotFound("Nothing of this kind was measured here.")
    return rows


@screen("GET", ONE + "timeline/", policy=policy.READ, name="chart_timeline")
def timeline(request: Request, person_id: UUID) -> HttpResponse:
    """Show what happened, newest first, paged by time."""
    before = _moment(request.GET.get("before", ""))
    found = reads.timeline(request.lens, frame.family(request, person_id), before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    here = reverse("chart_timeline", kwargs={"person_id": person_id})
    older = f"{here}?before={shown[-1].at.isoformat().replace('+00:00', 'Z')}" if len(found) > PAGE else ""
    context = {
        "days": moments.by_day(shown, person_id),
        "pages": PageKeys(len(shown), older=older, newer=here if before else "", noun="entries"),
    }
    return frame.page(request, person_id, "chart/timeline.html", "chart_timeline", context)


def _moment(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
