"""How long each class of record is kept, and what would be past its period: nothing is purged from here. HTTP only."""

from django.http import HttpResponse

from throughcare.access.doors import Request, saw, screen
from throughcare.kernel import clock
from throughcare.oversight import policy, retention_reads, rule_table
from throughcare.ui import pages
from throughcare.ui.shapes import PageKeys
from throughcare.ui.wording import t


@screen("GET", "/retention/", policy=policy.RETENTION, name="retention")
def retention(request: Request) -> HttpResponse:
    """Show the schedule with its sources, and how much is past each period."""
    shown = {
        "lines": [(line, retention_reads.listed(line.kept)) for line in retention_reads.schedule(request.lens)],
        "longer": rule_table.exceptions(),
        "today": clock.now(),
    }
    return pages.page(request, "oversight/retention.html", shown)


@screen("GET", "/retention/<slug:class_id>/", policy=policy.RETENTION, name="retention_due")
def due(request: Request, class_id: str) -> HttpResponse:
    """List who is past the period of one class of record, and what keeps some of them longer."""
    after = request.GET.get("after", "")[:80]
    kept, rows, following = retention_reads.due(request.lens, class_id, after)
    saw(request, *(row.who.person_id for row in rows))
    keys = PageKeys(
        len(rows),
        older=f"?after={following}" if following else "",
        newer="?" if after else "",
        noun=t("oversight.people"),
        by_time=False,
    )
    return pages.page(request, "oversight/retention_due.html", {"kept": kept, "rows": rows, "pages": keys})
