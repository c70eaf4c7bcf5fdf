"""One search for everybody: by a fragment of a name, an alias, a number or a cell."""

from django.http import HttpResponse

from throughcare.access.doors import Request, saw, screen
from throughcare.custody import policy, reads, views
from throughcare.ui import pages


@screen("GET", "/find/", policy=policy.FIND, name="find")
def find(request: Request) -> HttpResponse:
    """Show who matches. What was typed is not logged; whose names were shown is."""
    text = request.GET.get("q", "")[:80]
    rows, more = reads.find(request.lens, text) if text.strip() else ([], False)
    saw(request, *(r.who.person_id for r in rows))
    context = {
        "text": text,
        "table": views.found(rows, views.person_page(request.lens)),
        "more": more,
        "asked": bool(text.strip()),
    }
    return pages.page_or_fragment(request, "custody/find.html", "rows", context)
