"""The call: one page, one tap. It asks only where."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.emergency import actions, policy, views
from throughcare.care.emergency.rule_table import load_table
from throughcare.care.emergency.screens import posting
from throughcare.custody import reads as custody
from throughcare.kernel.errors import Invalid
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of


@screen("GET", "/code/", policy=policy.CALL, name="code_call")
def call(request: Request) -> HttpResponse:
    """Ask where; one tap calls."""
    return _page(request, request.GET.get("person", ""))


@screen("POST", "/code/", policy=policy.CALL, name="code_called")
def called(request: Request) -> HttpResponse:
    """Call it, and go to its page."""
    post = request.POST
    table = load_table()
    drill = post.get("drill", "") if post.get("complaint") == "drill" else ""
    said = post.get("complaint", "")
    try:
        site = posting.site(request, post.get("facility", ""))
        unit = next((u for u in custody.units(request.lens, site.id) if u.code == post.get("unit", "")), None)
        place = " ".join(p for p in (unit.name if unit else "", post.get("place", "").strip()) if p)
        code_id = actions.call_code(
            actor=request.actor,
            intent=intent_of(request),
            facility_id=site.id,
            unit_id=unit.id if unit else None,
            place=place,
            person_id=_person(request, post.get("person", "")),
            # An officer is not asked what it looks like, and what an officer sees is no complaint in a chart.
            complaint=said if said in table.complaints and request.lens.role in policy.AT_THE_SIDE else "",
            drill=drill,
        )
    except Invalid as refused:
        return _page(request, post.get("person", ""), refused)
    page = "custody_code" if request.lens.role in policy.OFFICERS else "code"
    if not views.may_open(request.lens, page):
        return pages.then(request, reverse("code_call"), "The code is called. Health staff know.")
    return pages.then(request, reverse(page, kwargs={"code_id": code_id}), "The code is called. Health staff know.")


def _page(request: Request, asked: str, refused: Invalid | None = None) -> HttpResponse:
    site = posting.site(request, request.POST.get("facility", ""))
    person_id = _person(request, asked)
    card = people.card(request.lens, person_id) if person_id else None
    where = custody.whereabouts(request.lens, [person_id]).get(person_id) if person_id else None
    if person_id is not None:
        saw(request, person_id)
    units = custody.units(request.lens, site.id)
    here = next((u.code for u in units if where and u.id == where.unit_id), "")
    context = {
        "site": site,
        "card": card,
        "units": units,
        "unit": request.POST.get("unit", here),
        "place": request.POST.get("place", where.cell if where else ""),
        "table": load_table(),
        "asks": request.lens.role in policy.AT_THE_SIDE,
        "officer": request.lens.role in policy.OFFICERS,
        "errors": error_lines(refused),
        "wrong": refused.fields if refused else {},
    }
    return pages.page(request, "emergency/call.html", context, status=422 if refused else 200)


def _person(request: Request, text: str) -> UUID | None:
    """Give the person that was named, if this reader may know of them; a code is called all the same if not."""
    try:
        asked = UUID(text)
    except ValueError:
        return None
    known = people.known_to(request.lens, [asked])
    if request.lens.shut(asked) or asked not in known:
        return None
    return asked if asked in custody.whereabouts(request.lens, [asked]) else None
