"""Tonight at each site; a site's emergency equipment and its checks; somebody who floats. HTTP only."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.custody import reads as custody
from throughcare.duties.titles import role_title
from throughcare.kernel.errors import Invalid, NotFound, Refused, Stale
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of, whole_or_none
from throughcare.ui.shapes import ClockShape
from throughcare.workforce import actions, policy, reads, rule_table
from throughcare.workforce.staff_screens import staff as _staff  # noqa: F401  (its doors stand with these)


@screen("GET", "/tonight/", policy=policy.TONIGHT, name="tonight")
def tonight(request: Request) -> HttpResponse:
    """Show who is on, who is on call, what is uncovered and what is missing, site by site."""
    context = {
        "sites": reads.tonight(request.lens),
        "capabilities": rule_table.capabilities(),
        "title_of": role_title,
        "may_roster": policy.FLOATS.allows(request.lens),
    }
    return pages.page_or_fragment(request, "workforce/tonight.html", "rows", context)


@screen("GET", "/equipment/", policy=policy.EQUIPMENT, name="equipment")
def equipment(request: Request) -> HttpResponse:
    """Show a site's emergency equipment."""
    return _equipment(request)


@screen("POST", "/equipment/check/", policy=policy.EQUIPMENT, name="equipment_check")
def check(request: Request) -> HttpResponse:
    """Keep what a round found."""
    site = _site(request)
    looks = [
        actions.Look(
            p.row.id,
            request.POST.get(f"found-{p.row.id}", ""),
            _count(request.POST.get(f"n-{p.row.id}", "")),
            request.POST.get(f"words-{p.row.id}", ""),
        )
        for p in reads.equipment(request.lens, site)
    ]
    try:
        wrong = actions.check_equipment(
            actor=request.actor, intent=intent_of(request), facility_id=site, looks=[x for x in looks if x.found]
        )
    except (Invalid, Stale) as refused:
        return _equipment(request, refused)
    said = "All is ready." if not wrong else f"Kept. {wrong} not ready: it is shown to the administrator."
    return pages.then(request, reverse("equipment"), said)


@screen("POST", "/equipment/", policy=policy.LISTS, name="equipment_list")
def listed(request: Request) -> HttpResponse:
    """List a piece of equipment."""
    post = request.POST
    try:
        actions.list_equipment(
            actor=request.actor,
            intent=intent_of(request),
            facility_id=_site(request),
            kind=post.get("kind", ""),
            place=post.get("place", ""),
            least=_count(post.get("least", "")) or 0,
        )
    except (Invalid, Stale) as refused:
        return _equipment(request, refused)
    return pages.then(request, reverse("equipment"), "On the list. Check it now.")


def _equipment(request: Request, refused: Refused | None = None) -> HttpResponse:
    site = _site(request)
    pieces = reads.equipment(request.lens, site)
    context = {
        "place": custody.facility(request.lens, site).short_name,
        "pieces": [(p, ClockShape(p.row.checked_at or p.row.listed_at, p.due_at)) for p in pieces],
        "findings": {k: title for k, (title, _) in rule_table.findings().items()},
        "kinds": rule_table.kinds(),
        "may_list": policy.LISTS.allows(request.lens),
        "typed": request.POST.dict() if refused else {},
        "errors": error_lines(refused),
    }
    return pages.page(request, "workforce/equipment.html", context, status=refused.status if refused else 200)


def _site(request: Request) -> UUID:
    if request.posting.facility_id is None:
        raise NotFound("Choose a facility first.")
    return request.posting.facility_id


def _count(text: str) -> int | None:
    return whole_or_none(text, digits=3)
