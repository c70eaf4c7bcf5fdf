"""Where people are housed now, for actions and handlers: what pages show of it goes through a lens (`reads/where.py`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughcare.custody.models import Away, Move, Placement, Stay
from throughcare.custody.reads.places import HOUSED


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody is housed: facility, unit with its kind, and what to call the place; all empty where nowhere.

    The place is the cell where it is known for certain, else the unit; `place_id` is that of whichever it is.
    """

    facility_id: UUID | None = None
    unit: str = ""
    unit_kind: str = ""
    place: str = ""
    place_id: UUID | None = None


def home_now(charts: Iterable[UUID]) -> Home:
    """Say where a person is housed now, whichever of their charts holds the stay."""
    rows = Placement.objects.filter(HOUSED, person_id__in=list(charts))
    held = rows.select_related("unit", "bed__cell").first()
    if held is None:
        return Home()
    unit, cell = held.unit, held.bed.cell if held.bed and held.confirmed else None
    return Home(
        held.facility_id,
        unit.code if unit else "",
        unit.kind if unit else "",
        cell.code if cell else unit.name if unit else "",
        cell.id if cell else unit.id if unit else None,
    )


def facilities_now(person_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Give the facility at which each of these people is housed; who is housed nowhere is left out."""
    rows = Placement.objects.filter(HOUSED, person_id__in=set(person_ids))
    return dict(rows.values_list("person_id", "facility_id"))


@dataclass(frozen=True, slots=True)
class WayOut:
    """How somebody came to be out of the agency's hands: since when, by which move (or, where no move did it, by which stay)."""

    id: UUID
    since: datetime


def way_out(charts: Iterable[UUID]) -> WayOut | None:
    """Say how a person is gone; none for who is here, out for a while (court, hospital, furlough), or was never booked.

    In the community with no house of ours over them, or escaped, is gone too, though the stay runs: nobody here gives them
    anything. Whichever chart of the person holds a stay that is not gone, they are here.
    """
    mine = list(charts)
    escaped = dict(
        Away.objects.filter(HOUSED, person_id__in=mine, kind="escape").values_list("person_id", "opened_by_id")
    )
    if Placement.objects.filter(HOUSED, person_id__in=mine).exclude(person_id__in=escaped).exists():
        return None
    if Away.objects.filter(HOUSED, person_id__in=mine).exclude(kind="escape").exists():
        return None
    stays = Stay.objects.filter(person_id__in=mine).exclude(state="cancelled")
    last = stays.order_by("-state", "-ended_at").first()  # an open one says more than one that has ended
    if last is None:
        return None
    moves = Move.objects.filter(stay_id=last.id, cancelled_at=None)
    out = (
        moves.filter(kind__in=("escape",) if last.person_id in escaped else ("release", "death")).order_by("-n").first()
    )
    if last.state == "ended" and last.ended_at is not None:
        return WayOut(out.id if out is not None and out.happened_at == last.ended_at else last.id, last.ended_at)
    return WayOut(out.id, out.happened_at) if out else None


def way_out_before(move_id: UUID) -> WayOut | None:
    """Give the way out from which a move brought somebody back, of an escape or out of the community."""
    trip = Away.objects.filter(closed_by_id=move_id, cancelled=False).first()
    if trip is not None and trip.opened_by_id is not None:
        return WayOut(trip.opened_by_id, trip.since)
    back = Move.objects.filter(id=move_id).first()
    if back is None:
        return None
    out = (
        Move.objects.filter(stay_id=back.stay_id, kind="release", cancelled_at=None, n__lt=back.n)
        .order_by("-n")
        .first()
    )
    return WayOut(out.id, out.happened_at) if out else None


def admission_taken_back(charts: Iterable[UUID], since: datetime) -> UUID | None:
    """Give the last admission of a person that was cancelled since then: a booking put right is taken back and made anew."""
    taken_back = Move.objects.filter(person_id__in=list(charts), kind="admit", cancelled_at__gte=since)
    return taken_back.order_by("-cancelled_at").values_list("id", flat=True).first()


def last_out_at(charts: Iterable[UUID]) -> datetime | None:
    """Give when the last stay of a person ended; none who never had one that did."""
    ended = Stay.objects.filter(person_id__in=list(charts), state="ended")
    return ended.order_by("-ended_at").values_list("ended_at", flat=True).first()
