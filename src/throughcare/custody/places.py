"""Places as the steps ask for them: read from the database under lock, or held in memory while many are moved at once."""

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
            unit_id = self.unit_of(spot.bed_id)
            if unit_id is None or spot.unit_id not in (None, unit_id):
                raise UnknownPlace("There is no such bed in that unit. Nothing was changed.")
        if unit_id is not None and self.facility_of(unit_id) != spot.facility_id:
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

    def unit_of(self, bed_id: UUID) -> UUID | None:
        """Give the unit that a bed stands in."""
        return Bed.objects.filter(id=bed_id).values_list("unit_id", flat=True).first()

    def facility_of(self, unit_id: UUID) -> UUID | None:
        """Give the facility that a unit belongs to."""
        return Unit.objects.filter(id=unit_id).values_list("facility_id", flat=True).first()

    def taken(self, bed_id: UUID, person_id: UUID) -> bool:
        """Tell whether somebody else is confirmed in this bed; the bed's row is held, so that two can't both take it."""
        Bed.objects.select_for_update(no_key=True).filter(id=bed_id).first()
        return (
            Placement.objects.filter(bed_id=bed_id, confirmed=True, until=None, cancelled=False)
            .exclude(person_id=person_id)
            .exists()
        )


class PlacesInMemory(PlacesNow):
    """Places while many people are moved at once, in the order of time: who lies where is kept here."""

    def __init__(self) -> None:
        super().__init__({f.id: f for f in Facility.objects.all()})
        self._unit_of = dict(Bed.objects.values_list("id", "unit_id"))
        self._facility_of = dict(Unit.objects.values_list("id", "facility_id"))
        confirmed = Placement.objects.filter(confirmed=True, until=None, cancelled=False)
        self._in_bed: dict[UUID | None, UUID] = dict(confirmed.values_list("bed_id", "person_id"))

    def unit_of(self, bed_id: UUID) -> UUID | None:
        """Give the unit that a bed stands in."""
        return self._unit_of.get(bed_id)

    def facility_of(self, unit_id: UUID) -> UUID | None:
        """Give the facility that a unit belongs to."""
        return self._facility_of.get(unit_id)

    def taken(self, bed_id: UUID, person_id: UUID) -> bool:
        """Tell whether somebody else is confirmed in this bed."""
        return self._in_bed.get(bed_id, person_id) != person_id

    def moved(self, before: Placement | None, after: Placement | None) -> None:
        """Follow one person from bed to bed."""
        if before is not None and before.confirmed and self._in_bed.get(before.bed_id) == before.person_id:
            del self._in_bed[before.bed_id]
        if after is not None and after.confirmed:
            self._in_bed[after.bed_id] = after.person_id
