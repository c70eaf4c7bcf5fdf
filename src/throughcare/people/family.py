"""Which charts stand for one person: a merge is a link of depth one, so a family is a survivor and those that point to it."""

from collections.abc import Iterable
from uuid import UUID

from throughcare.kernel import db
from throughcare.people.models import Person

Family = tuple[UUID, ...]


def family(person_id: UUID) -> frozenset[UUID]:
    """Give the person's own id and those of all charts linked to it."""
    return frozenset(db.once(("family", person_id), lambda: families([person_id])).get(person_id, ())) | {person_id}


def families(person_ids: Iterable[UUID]) -> dict[UUID, Family]:
    """Give for each chart all of the same person, the one that stands for them first. One query, however many."""
    asked = Person.objects.filter(id__among=set(person_ids))
    rows: Iterable[tuple[UUID, UUID | None, UUID | None, UUID | None]] = asked.values_list(
        "id", "survivor_id", "merged_charts__id", "survivor__merged_charts__id"
    )
    found: dict[UUID, dict[UUID, None]] = {}
    for own, survivor, linked, beside in rows:
        members = found.setdefault(own, {own if survivor is None else survivor: None})
        members.update({one: None for one in (linked, beside) if one is not None})
    return {own: tuple(members) for own, members in found.items()}
