"""When the passes of a facility are, in its own zone: what laying out doses asks for."""

from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from throughcare.care.medications.rules import tables
from throughcare.custody.models import Facility
from throughcare.kernel import content


@dataclass(frozen=True, slots=True)
class FacilityPasses:
    """The local times of passes by their code, and the zone in which they are meant."""

    times: dict[str, time]
    zone: ZoneInfo


def facility_passes(facility_id: UUID | None) -> FacilityPasses:
    """Give the passes of a facility; the agency's own where none is named."""
    return _facility_passes(facility_id, content.stamp())


@lru_cache(maxsize=256)
def _facility_passes(facility_id: UUID | None, _: tuple[str, int]) -> FacilityPasses:
    facility = Facility.objects.filter(id=facility_id).first() if facility_id else None
    code, zone = (facility.code, facility.zone) if facility else ("", "America/New_York")
    return FacilityPasses(tables.passes().times(code), ZoneInfo(zone))
