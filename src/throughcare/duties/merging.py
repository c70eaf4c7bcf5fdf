"""Families of linked charts: a merge is a link, so whoever asks for a person's duties asks for all ids of the family."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from throughcare.kernel.events import Event
from throughcare.people import family


class Families:
    """Which charts are linked to which."""

    def __init__(self) -> None:
        self._members: dict[UUID, tuple[UUID, ...]] = {}

    def join(self, members: Iterable[UUID]) -> None:
        """Note that these charts are one person's."""
        family = tuple(dict.fromkeys(m for given in members for m in self.of(given)))
        for member in family:
            self._members[member] = family

    def of(self, id: UUID) -> tuple[UUID, ...]:
        """Give all ids of the family; an id without links is its own."""
        return self._members.get(id, (id,))

    def part(self, id: UUID) -> None:
        """Note that this chart stands for itself again."""
        rest = tuple(m for m in self.of(id) if m != id)
        for member in rest:
            self._members[member] = rest
        self._members.pop(id, None)


def before(events: Sequence[Event]) -> tuple[Families, set[UUID]]:
    """Give how charts were linked before these events, and everybody in the families they concern; one query."""
    asked = {e.person_id for e in events if e.person_id}
    links = [(e, loser) for e in events if (loser := getattr(e, "loser_id", None)) is not None and e.person_id]
    asked |= {loser for _, loser in links}
    found = families(asked)
    everyone = asked | {member for one in asked for member in found.of(one)}
    for event, loser in reversed(links):
        if event.name == "people_merged":
            found.part(loser)
        elif event.person_id is not None:
            found.join([event.person_id, loser])
    return found, everyone


def families(people: Iterable[UUID]) -> Families:
    """Look up the linked charts of these people, in one query."""
    found, asked = Families(), set(people)
    if not asked:
        return found
    for members in family.families(asked).values():
        if len(members) > 1:
            found.join(members)
    return found
