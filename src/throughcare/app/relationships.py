"""Fills access' ports: who has to do with whom now, and which charts stand for one person (clinical.md 7.4, ruling 9)."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from throughcare.custody.models import Facility
from throughcare.custody.policy import OFFICERS
from throughcare.custody.relationship import AtTheFacility
from throughcare.duties.models import Duty
from throughcare.kernel.lens import Lens
from throughcare.people.family import family
from throughcare.people.models import Identifier, Person


class Families:
    """Says which charts stand for one person."""

    def of(self, person_id: UUID) -> frozenset[UUID]:
        """Ask the people room."""
        return family(person_id)


class PeopleNames:
    """Calls people by name and number."""

    def of(self, person_ids: Iterable[UUID]) -> dict[UUID, str]:
        """Ask the people room."""
        found = Person.objects.filter(id__in=set(person_ids))
        numbers = dict(
            Identifier.objects.filter(person__in=found, until=None).order_by("-since").values_list("person_id", "value")
        )
        return {p.id: f"{p.family}, {p.given} · {numbers.get(p.id, 'no number')}" for p in found}


class FacilityNames:
    """Calls facilities by name."""

    def open_now(self) -> dict[UUID, str]:
        """Ask custody."""
        return dict(Facility.objects.filter(closed_on=None).order_by("name").values_list("id", "name"))


class CareRelationships(AtTheFacility):
    """A person who is, lately was, or soon comes where the reader works; or with whom the reader has an open task."""

    def holds(self, lens: Lens, person_id: UUID) -> bool:
        """Tell whether the chart may be opened without saying why; an officer's tie ends with the segment, task or not."""
        if super().holds(lens, person_id):
            return True
        return lens.role not in OFFICERS and _tasks(lens).filter(person_id__in=family(person_id)).exists()


def _tasks(lens: Lens) -> QuerySet[Duty]:
    mine = Q(owner_id=lens.user_id)
    if lens.facilities is not None:
        mine |= Q(owner=None, owner_role=lens.role.value, facility_id__in=lens.facilities)
    return Duty.objects.filter(mine, closed_at=None)
