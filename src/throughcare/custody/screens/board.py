"""The officer's board: a page for one officer, a wall for a unit, the same on a phone; lockdowns begin and end here."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.custody import actions, policy, reads, views
from throughcare.kernel import clock
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.ui import pages
from throughcare.ui.forms import intent_of
from throughcare.ui.shapes import Section


@screen("GET", "/custody/board/", policy=policy.BOARD, name="custody_board")
def board(request: Request) -> HttpResponse:
    """Show what officers must do at the reader's facility, or in one unit of it."""
    site = own_site(request, request.GET.get("facility", ""))
    wanted = request.GET.get("unit", "")
    units = reads.units(request.lens, site.id)
    unit = next((u for u in units if u.code == wanted), None)
    shown = reads.board(request.lens, site.id, unit.id if unit else None)
    saw(request, *(line.person_id for line in shown.lines))
    here, page = f"{reverse('custody_board')}?facility={site.code}", views.person_page(request.lens)
    context = {
        "site": site,
        "unit": unit,
        "board": shown,
        "alert": views.alert,
        "page": page,
        "told": [line for line in shown.lines if line.alerts],
        "leaving": views.leaving(shown.lines, site.zone, page),
        "tabs": [
            Section("All units", here, "open" if unit else "current"),
            *(Section(u.name, f"{here}&unit={u.code}", "current" if u == unit else "open") for u in units),
        ],
        "may_move": policy.MOVE.allows(request.lens),
        "refresh": f"{here}&unit={unit.code}" if unit else here,
        "wall_url": reverse("custody_wall", kwargs={"facility_id": site.id}) + (f"?unit={unit.code}" if unit else ""),
    }
    return pages.page_or_fragment(request, "custody/board.html", "rows", context)


@screen("GET", "/custody/wall/<uuid:facility_id>/", policy=policy.BOARD, name="custody_wall")
def wall(request: Request, facility_id: UUID) -> HttpResponse:
    """Show the board large, without names, for a place where others can see it."""
    site = reads.facility(request.lens, within(request.lens, facility_id))
    wanted = request.GET.get("unit", "")
    unit = next((u for u in reads.units(request.lens, site.id) if u.code == wanted), None)
    shown = reads.board(request.lens, site.id, unit.id if unit else None)
    saw(request, *(line.person_id for line in shown.lines))
    there = clock.local(clock.now(), site.zone)
    context = {
        "board_title": f"{unit.name} · {site.short_name}" if unit else site.short_name,
        "board_url": request.get_full_path(),
        "rows": views.wall(shown, there),
        "quiet": shown.quiet,
    }
    return pages.page_or_fragment(request, "custody/wall.html", "board", context)


@screen("POST", "/custody/lockdown/<uuid:facility_id>/", policy=policy.LOCKDOWN, name="custody_lockdown")
def lockdown(request: Request, facility_id: UUID) -> HttpResponse:
    """Say that nobody moves in a unit, or in the whole facility."""
    site = reads.facility(request.lens, within(request.lens, facility_id))
    wanted = request.POST.get("unit", "")
    unit = next((u for u in reads.units(request.lens, site.id) if u.code == wanted), None)
    if wanted and unit is None:
        raise NotFound("There is no such unit here. Nothing was changed.")
    actions.start_lockdown(
        actor=request.actor, intent=intent_of(request), facility_id=site.id, unit_id=unit.id if unit else None
    )
    where = unit.name if unit else site.short_name
    return pages.then(request, f"{reverse('custody_board')}?facility={site.code}", f"{where} is locked down.")


@screen(
    "POST",
    "/custody/lockdown/<uuid:facility_id>/<uuid:lockdown_id>/end/",
    policy=policy.LOCKDOWN,
    name="custody_lockdown_end",
)
def lockdown_end(request: Request, facility_id: UUID, lockdown_id: UUID) -> HttpResponse:
    """Say that people move again."""
    site = reads.facility(request.lens, within(request.lens, facility_id))
    if lockdown_id not in {r.id for r in reads.lockdowns(request.lens, site.id)}:
        raise NotFound("This lockdown has ended already, or it is not here. Nothing was changed.")
    actions.end_lockdown(actor=request.actor, intent=intent_of(request), lockdown_id=lockdown_id)
    return pages.then(request, f"{reverse('custody_board')}?facility={site.code}", "The lockdown has ended.")


def within(lens: Lens, facility_id: UUID) -> UUID:
    """Give the facility if it is one of the reader's; what isn't looks as if it were not there."""
    if not policy.sees(lens, facility_id):
        raise NotFound("There is no such facility here.")
    return facility_id


def own_site(request: Request, code: str = "") -> reads.FacilityRow:
    """Give the facility that was asked for, else where the reader is posted, else the first that is open."""
    if code:
        asked = reads.facility_by_code(request.lens, code)
        if asked is None:
            raise NotFound("There is no such facility here.")
        within(request.lens, asked.id)
        return asked
    if request.posting.facility_id is not None:
        return reads.facility(request.lens, request.posting.facility_id)
    return reads.facilities(request.lens, open_only=True)[0]
