"""When the passes of a facility are, in its own zone, and how early and late a dose may be there."""

from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from throughcare.care.medications.models import MedicationOrder
from throughcare.care.medications.rules import tables, windows
from throughcare.custody.models import Facility
from throughcare.kernel import clock, content


@dataclass(frozen=True, slots=True)
class FacilityPasses:
    """The facility's code in content, the local times of its passes by their code, and the zone in which they are meant."""

    code: str
    times: dict[str, time]
    zone: ZoneInfo


def facility_passes(facility_id: UUID | None) -> FacilityPasses:
    """Give the passes of a facility; the agency's own where none is named."""
    return _facility_passes(facility_id, content.stamp())


def window_of(order: MedicationOrder, facility_id: UUID | None = None) -> windows.Window:
    """Give an order's window at a facility: where the person is housed, else where it was ordered."""
    return window_at(windows.WindowClass(order.window_class), facility_id or order.facility_id)


def window_at(key: windows.WindowClass, facility_id: UUID | None) -> windows.Window:
    """Give the window of a class at a facility: its own where it set one in content, else the agency's."""
    return _window_at(key, facility_id, content.stamp())


@lru_cache(maxsize=2048)
def _window_at(key: windows.WindowClass, facility_id: UUID | None, _: tuple[str, int]) -> windows.Window:
    return windows.window_for(key, tables.windows(), facility_passes(facility_id).code)


@lru_cache(maxsize=256)
def _facility_passes(facility_id: UUID | None, _: tuple[str, int]) -> FacilityPasses:
    facility = Facility.objects.filter(id=facility_id).first() if facility_id else None
    code, zone = (facility.code, facility.zone) if facility else ("", "")
    return FacilityPasses(code, tables.passes().times(code), ZoneInfo(zone) if zone else clock.zone())
