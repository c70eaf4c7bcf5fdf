"""Where people are housed now, for actions and handlers: what pages show of it goes through a lens (`reads/where.py`)."""

from collections.abc import Iterable
from uuid import UUID

from throughcare.custody.models import Placement
from throughcare.custody.reads.places import HOUSED


def facilities_now(person_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Give the facility at which each of these people is housed; who is housed nowhere is left out."""
    rows = Placement.objects.filter(HOUSED, person_id__in=set(person_ids))
    return dict(rows.values_list("person_id", "facility_id"))
