"""Where people are housed now, for actions and handlers: what pages show of it goes through a lens (`reads/where.py`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from throughcare.custody.models import Placement
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
