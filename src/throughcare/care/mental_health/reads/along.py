"""The round as a phone takes it along, through its carrier's lens: people, what officers are told of them, doors."""

from uuid import UUID

from throughcare.care.mental_health.models import DoorTag
from throughcare.care.mental_health.reads import board
from throughcare.custody import reads as custody
from throughcare.kernel import db
from throughcare.kernel.lens import Lens


def lines(lens: Lens, facility_id: UUID) -> tuple[list[board.Line], dict[UUID, list[custody.AlertLine]]]:
    """Give who is to be seen here, the next first, and for each what officers are told now."""
    found = board.rounds(lens, facility_id)
    phone = custody.facility(lens, facility_id).nurse_phone
    return found, custody.alerts_of(lens, [line.watch.person_id for line in found], phone=phone)


def doors(lens: Lens, facility_id: UUID) -> list[tuple[str, str]]:
    """Give the codes of the facility's doors with what stands on them; of the doors behind which nobody is watched too."""
    with db.reading(lens):
        rows = DoorTag.objects.filter(facility_id=facility_id, ended_at=None).order_by("place")
        return list(rows.values_list("code", "place"))
