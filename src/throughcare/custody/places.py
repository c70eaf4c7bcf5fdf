"""Places as the steps ask for them, read from the database under lock."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from throughcare.custody.making import Spot
from throughcare.custody.models import Bed, Facility, Placement, Unit
from throughcare.custody.refusals import UnknownPlace
from throughcare.custody.rules import is_open
from throughcare.kernel import clock


@dataclass(slots=True)
class PlacesNow:
    """Places for one action; each facility is read once."""

    facilities: dict[UUID, Facility] = field(default_factory=dict)

    def checked(self, spot: Spot, at: datetime) -> Spot:
        """Give the spot with its unit filled in; refuse one that is not a place at that time."""
        facility = self.facility(spot.facility_id)
        if not is_open(facility.opened_on, facility.closed_on, clock.local(at, facility.zone).date()):
            raise UnknownPlace(f"[{facility.short_name}] took nobody at that time. Nothing was changed.")
        unit_id = spot.unit_id
        if spot.bed_id is not None:
            unit_id = Bed.objects.filter(id=spot.bed_id).values_list("unit_id", flat=True).first()
            if unit_id is None or spot.unit_id not in (None, unit_id):
                raise UnknownPlace("There is no such bed in that unit. Nothing was changed.")
        if unit_id is not None and not Unit.objects.filter(id=unit_id, facility_id=spot.facility_id).exists():
            raise UnknownPlace("There is no such unit in that facility. Nothing was changed.")
        return replace(spot, unit_id=unit_id)

    def facility(self, facility_id: UUID) -> Facility:
        """Give a facility."""
        if facility_id not in self.facilities:
            found = Facility.objects.filter(id=facility_id).first()
            if found is None:
                raise UnknownPlace("There is no such facility. Nothing was changed.")
            self.facilities[facility_id] = found
        return self.facilities[facility_id]

    def taken(self, bed_id: UUID, person_id: UUID) -> bool:
        """Tell whether somebody else is confirmed in this bed; the bed's row is held, so that two can't both take it."""
        Bed.objects.select_for_update(no_key=True).filter(id=bed_id).first()
        return (
            Placement.objects.filter(bed_id=bed_id, confirmed=True, until=None, cancelled=False)
            .exclude(person_id=person_id)
            .exists()
        )
