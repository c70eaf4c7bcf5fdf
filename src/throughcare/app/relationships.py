"""Fills access' ports: who has to do with whom now, and which charts stand for one person (clinical.md 7.4, ruling 9)."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from throughcare.access.detecting import Called, words
from throughcare.custody.models import Facility, Placement
from throughcare.custody.policy import OFFICERS
from throughcare.custody.relationship import AtTheFacility
from throughcare.duties.models import Duty
from throughcare.kernel.lens import Lens
from throughcare.people.family import family
from throughcare.people.models import Alias, Identifier, Person


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

    def alone(self, person_id: UUID) -> str:
        """Ask the people room."""
        found = Person.objects.filter(id=person_id).first()
        return f"{found.family}, {found.given}" if found is not None else ""

    def number(self, person_id: UUID) -> str:
        """Ask the people room."""
        found = Identifier.objects.filter(person_id=person_id, until=None).order_by("-since")
        return str(found.values_list("value", flat=True).first() or "")

    def numbered(self, numbers: Iterable[str]) -> dict[str, UUID]:
        """Ask the people room."""
        found: dict[str, set[UUID]] = {}
        for value, person_id in Identifier.objects.filter(value__in=set(numbers), until=None).values_list(
            "value", "person_id"
        ):
            found.setdefault(value, set()).add(person_id)
        return {value: people.pop() for value, people in found.items() if len(people) == 1}


class NamesOfPeople:
    """Says how people are called, past names and aliases too."""

    def called(self, person_ids: Iterable[UUID]) -> dict[UUID, Called]:
        """Ask the people room."""
        ids = set(person_ids)
        names: dict[UUID, list[tuple[str, str]]] = {i: [] for i in ids}
        for found in (Person.objects.filter(id__in=ids).values_list("id", "family", "given"), _aliases(ids)):
            for id_, family_name, given in found:
                names[id_].append((family_name, given))
        return {
            id_: Called(
                frozenset().union(*(words(family_name) for family_name, _ in all_names)),
                frozenset(words(f"{family_name} {given}") for family_name, given in all_names),
            )
            for id_, all_names in names.items()
        }

    def common(self, families: Iterable[str], over: int) -> frozenset[str]:
        """Count in the people room."""
        return frozenset(w for w in families if Person.objects.filter(family__icontains=w)[: over + 1].count() > over)


class FacilityNames:
    """Calls facilities by name, and knows who is where."""

    def of_person(self, person_id: UUID) -> UUID | None:
        """Ask custody."""
        here = Placement.objects.filter(person_id__in=family(person_id), until=None, cancelled=False)
        return here.values_list("facility_id", flat=True).first()

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


def _aliases(person_ids: set[UUID]) -> Iterable[tuple[UUID, str, str]]:
    return Alias.objects.filter(person_id__in=person_ids).values_list("person_id", "family", "given")


def _tasks(lens: Lens) -> QuerySet[Duty]:
    mine = Q(owner_id=lens.user_id)
    if lens.facilities is not None:
        mine |= Q(owner=None, owner_role=lens.role.value, facility_id__in=lens.facilities)
    return Duty.objects.filter(mine, closed_at=None)
