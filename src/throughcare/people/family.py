"""Which charts stand for one person: a merge is a link of depth one, so a family is a survivor and those that point to it."""

from uuid import UUID

from django.db.models import Q

from throughcare.people.models import Person


def family(person_id: UUID) -> frozenset[UUID]:
    """Give the person's own id and those of all charts linked to it."""
    survivor = Person.objects.filter(id=person_id).values_list("survivor_id", flat=True).first() or person_id
    linked = Person.objects.filter(Q(id=survivor) | Q(survivor_id=survivor)).values_list("id", flat=True)
    return frozenset(linked) | {person_id}
