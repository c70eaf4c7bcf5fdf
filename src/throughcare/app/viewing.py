"""What every page's top bar knows: who reads, as what, where, in which shift; and where they can go."""

import re
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from throughcare.access import doors
from throughcare.care.emergency import reads as emergency
from throughcare.chart import banner
from throughcare.chart.screens import frame
from throughcare.custody import policy as custody_policy
from throughcare.custody.models import Facility
from throughcare.duties import cover
from throughcare.duties.working_time import working_time
from throughcare.kernel import clock, content
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role
from throughcare.ui import wording
from throughcare.ui.shapes import Action, BannerShape, NavItem, Part, Viewer

PLACES = "access/places.toml"
BAR = 7
# Addresses are told apart by their page, whoever they name: so that each page is sought once.
_ID, _ANY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), str(UUID(int=0))
AT_THE_KIOSK = frozenset({Role.PATIENT})


def viewer(request: Any) -> Viewer:
    """Give who reads this page."""
    lens: Lens | None = getattr(request, "lens", None)
    if lens is None or request.posting is None:
        return Viewer()
    facility_id = request.posting.facility_id
    now = clock.now()
    span = working_time().shift_at(now)
    colleagues = [o for o in cover.there(facility_id, [lens.role.value]) if not o.on_call]
    return Viewer(
        name=lens.user_name,
        role_title=request.posting.title or _titles().get(lens.role.value, lens.role.value),
        facility_name=_facility(facility_id) if facility_id else "All facilities",
        agency_name="",
        shift=span.shift.title,
        shift_opened_at=span.starts,
        shift_closes_at=span.ends,
        colleagues=max(0, len({o.user_id for o in colleagues} - {lens.user_id})),
        signed_in=True,
        switch_href=_address("switch"),
        account_href=_address("account"),
        search_href=_address("find") if _may(lens, "find") else "",
        call_href=_call(request, lens),
        alarms=[_alarm(lens, one) for one in emergency.running(lens, _told_of(request, lens, facility_id))],
    )


def _call(request: Any, lens: Lens) -> str:
    """Give where a code is called; on a page about somebody, for them."""
    address = _address("code_call") if _may(lens, "code_call") else ""
    found = getattr(request, "resolver_match", None)
    person = found.kwargs.get("person_id") if found else None
    return f"{address}?person={person}" if address and person else address


def _told_of(request: Any, lens: Lens, posted: UUID | None) -> UUID | None:
    """Give the place whose codes this page tells of: the one that a wall shows, else where the reader is posted."""
    found = getattr(request, "resolver_match", None)
    shown = found.kwargs.get("facility_id") if found and found.url_name == "custody_wall" else None
    return shown if shown and custody_policy.sees(lens, shown) else posted


def _alarm(lens: Lens, one: emergency.Running) -> Action:
    """Draw a code that runs here: where and since when, for everybody on site."""
    page = next((name for name in ("code", "custody_code") if _may(lens, name)), "")
    at = f"{clock.local(one.called_at):%H:%M}"
    said = wording.t("emergency.running_drill" if one.drill else "emergency.running", place=one.place, at=at)
    return Action(said, reverse(page, kwargs={"code_id": one.id}) if page else "")


def nav(request: Any) -> list[NavItem]:
    """Give the places that this reader may enter, by group; those that stand in the bar itself are marked."""
    lens: Lens | None = getattr(request, "lens", None)
    if lens is None or lens.role in AT_THE_KIOSK:
        return []
    return _items(lens, request.path, _site(request))


def opens(request: Any, address: str) -> bool:
    """Tell whether an address opens to this reader's role; what only its own page can say (a record, a site) it says itself."""
    lens: Lens | None = getattr(request, "lens", None)
    name = _named(_ID.sub(_ANY, address.partition("?")[0]))
    if lens is None or not name:
        return True
    return _may(lens, name) and (_site(request) is not None or name not in _of_one_site())


def _site(request: Any) -> UUID | None:
    posting = getattr(request, "posting", None)
    found: UUID | None = posting.facility_id if posting is not None else None
    return found


def _of_one_site() -> frozenset[str]:
    """Name the places that are one facility's page."""
    return frozenset(row["id"] for row in content.rows(PLACES, "place") if row.get("one_site"))


@lru_cache(maxsize=2048)
def _named(address: str) -> str:
    route = doors.route_of(address)
    return route.name if route else ""


def around(request: Any) -> list[Part]:
    """Give the parts of the chart that this page belongs to, for pages of floors below the chart; else nothing."""
    lens, person_id = _person(request)
    return frame.around(lens, request.resolver_match.url_name, person_id) if lens and person_id else []


def about(request: Any) -> BannerShape | None:
    """Give the banner of the person this page is about, for pages of floors below the chart; None where there is nobody."""
    lens, person_id = _person(request)
    try:
        return banner.of(lens, person_id) if lens and person_id else None
    except NotFound:
        return None


def _person(request: Any) -> tuple[Lens | None, UUID | None]:
    found = request.resolver_match
    person_id = found.kwargs.get("person_id") if found else None
    return getattr(request, "lens", None), person_id if isinstance(person_id, UUID) else None


def _items(lens: Lens, path: str, facility_id: UUID | None) -> list[NavItem]:
    open_to = [
        row
        for row in content.rows(PLACES, "place")
        if _address(row["id"]) and _lists(lens, row["id"]) and (facility_id or not row.get("one_site"))
    ]
    first = _first(lens.role.value) or [row["id"] for row in open_to][:BAR]
    return [
        NavItem(
            wording.t(row["word"]),
            _address(row["id"]),
            current=path == _address(row["id"]),
            group=wording.t(f"house.group.{row['group']}"),
            rank=first.index(row["id"]) + 1 if row["id"] in first else 0,
        )
        for row in open_to
    ]


def _first(role: str) -> list[str]:
    return next((list(row["places"]) for row in content.rows(PLACES, "bar") if row["id"] == role), [])


def _may(lens: Lens, name: str) -> bool:
    route = doors.page(name)
    return route is not None and route.policy.allows(lens)


def _lists(lens: Lens, name: str) -> bool:
    """Tell whether a list opens now: where a role needs an authority (a sample, an audit), one that it has."""
    route = doors.page(name)
    return route is not None and route.policy.allows(lens) and all(lens.may(*need) for need in route.policy.needs)


@cache
def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=64)
def _facility(facility_id: UUID) -> str:
    found = Facility.objects.filter(id=facility_id).values_list("name", flat=True).first()
    return found or ""


def _titles() -> dict[str, str]:
    return {row["id"]: row["title"] for row in content.rows("access/roles.toml", "role")}
