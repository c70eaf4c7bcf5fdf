"""Lists of a facility: who is here, who comes and who goes, what custody plans."""

from datetime import timedelta

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.custody import policy, reads, views
from throughcare.custody.screens.board import own_site
from throughcare.ui import pages
from throughcare.ui.shapes import Section

WEEK = timedelta(days=7)


@screen("GET", "/custody/roster/", policy=policy.MOVEMENTS, name="roster")
def roster(request: Request) -> HttpResponse:
    """Show who is housed at a facility, unit by unit: the first that has people, where none is named."""
    site = own_site(request, request.GET.get("facility", ""))
    wanted = request.GET.get("unit", "")
    units = reads.counted_units(request.lens, site.id)
    first = next((u for u in units if u.people), units[0] if units else None)
    unit = next((u for u in units if u.code == wanted), first)
    rows = reads.present(request.lens, site.id, unit.id if unit else None)
    saw(request, *(r.who.person_id for r in rows))
    here = f"{reverse('roster')}?facility={site.code}"
    context = {
        "site": site,
        "unit": unit,
        "table": views.roster(rows, views.person_page(request.lens)),
        "sites": _sites(request, "roster", site),
        "tabs": [
            Section(u.name, f"{here}&unit={u.code}", "current" if u == unit else "open", str(u.people)) for u in units
        ],
    }
    return pages.page(request, "custody/roster.html", context)


@screen("GET", "/custody/movements/", policy=policy.MOVEMENTS, name="movements")
def movements(request: Request) -> HttpResponse:
    """Show who came and left since yesterday, who is out, who comes and goes until tomorrow."""
    site = own_site(request, request.GET.get("facility", ""))
    day = reads.movements(request.lens, site.id)
    saw(request, *(m.who.person_id for rows in (day.came, day.coming, day.going, day.left, day.out) for m in rows))
    zone, page = site.zone, views.person_page(request.lens)
    context = {
        "site": site,
        "sites": _sites(request, "movements", site),
        "coming": views.movements(
            "Coming", day.coming, "Nobody is announced to come in the next 24 hours.", zone, page, "From"
        ),
        "going": views.movements("Going", day.going, "Nobody leaves in the next 24 hours.", zone, page, "To"),
        "out": views.movements("Out now", day.out, "Nobody is out.", zone, page, "At"),
        "came": views.movements(
            "Came since yesterday", day.came, "Nobody came in the last 24 hours.", zone, page, "From"
        ),
        "left": views.movements(
            "Left since yesterday", day.left, "Nobody left in the last 24 hours.", zone, page, "To"
        ),
    }
    return pages.page_or_fragment(request, "custody/movements.html", "rows", context)


@screen("GET", "/custody/schedule/", policy=policy.MOVEMENTS, name="custody_schedule")
def schedule(request: Request) -> HttpResponse:
    """Show what custody plans with the people here in the next seven days, day by day."""
    site = own_site(request, request.GET.get("facility", ""))
    going = reads.outgoing(request.lens, site.id, ahead=WEEK, kinds=("court", "transfer", "release", "visit"))
    coming = reads.incoming(request.lens, site.id, ahead=WEEK)
    saw(request, *(m.who.person_id for m in (*going, *coming)))
    zone, page = site.zone, views.person_page(request.lens)
    context = {
        "site": site,
        "sites": _sites(request, "custody_schedule", site),
        "going": views.movements(
            "People here", going, "Nothing is planned for the next seven days.", zone, page, "Where"
        ),
        "coming": views.movements("Coming by transfer", coming, "No transfer to here is planned.", zone, page, "From"),
    }
    return pages.page(request, "custody/schedule.html", context)


def _sites(request: Request, name: str, current: reads.FacilityRow) -> list[Section]:
    """Offer other facilities to those who work at several."""
    open_sites = [f for f in reads.facilities(request.lens, open_only=True) if policy.sees(request.lens, f.id)]
    if len(open_sites) < 2:
        return []
    return [
        Section(f.short_name, f"{reverse(name)}?facility={f.code}", "current" if f.id == current.id else "open")
        for f in open_sites
    ]
