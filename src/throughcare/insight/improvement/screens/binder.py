"""The binder of standards: all of it, one sheet, and the whole as a ZIP. HTTP only."""

from django.http import HttpResponse

from throughcare.access.doors import Request, screen
from throughcare.insight.improvement import binding, policy, standards
from throughcare.insight.views import base, interval, month_span, told
from throughcare.ui import pages
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import t

STANDARDS = "/insight/standards/"


@screen("GET", STANDARDS, policy=policy.BINDER, name="standards")
def all_standards(request: Request) -> HttpResponse:
    """Show the binder of standards on one sheet after the other, as it is printed."""
    return _binder(request, "")


@screen("GET", STANDARDS + "one/<slug:standard>/", policy=policy.BINDER, name="standard", log="print")
def one_standard(request: Request, standard: str) -> HttpResponse:
    """Show one standard's sheet."""
    return _binder(request, standard)


@screen("GET", STANDARDS + "binder.zip", policy=policy.BINDER, name="standards_zip", log="export")
def standards_zip(request: Request) -> HttpResponse:
    """Give the binder as a ZIP: a PDF, its numbers as CSV, their digests."""
    found = standards.binder(request.lens)
    answer = HttpResponse(binding.as_zip(found, standards.agency()), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="standards-{found.until.isoformat()}.zip"'
    return answer


def _binder(request: Request, only: str) -> HttpResponse:
    found = standards.binder(request.lens, only)
    shown = {
        s.measure.id: (
            told(s.estimate.value if s.estimate else None, s.measure),
            interval(s.estimate),
            base(s.number, s.measure),
        )
        for one in found.standards
        for s in one.shown
    }
    paper = PrintNote(
        title=t("standards.title"), as_of=found.made_at, facility=standards.agency(), printed_by=request.lens.user_name
    )
    months = month_span(found.months) if found.months else "–"
    context = {"found": found, "shown": shown, "months": months, "only": only, "paper": paper}
    return pages.page(request, "improvement/standards.html", context)
