"""Which charts stand for one person: a merge is a link of depth one, so a family is a survivor and those that point to it."""

from collections.abc import Iterable
from uuid import UUID

from throughcare.kernel import db, statement

Family = tuple[UUID, ...]

# What an action asked itself, beside what whoever began it gave to know.
ASKED = "family, asked"
# Asked many times in every move, so written out: composing the joins anew each time took longer than the answer.
LINKED = """
    SELECT p.id, p.survivor_id, linked.id, beside.id FROM people_person p
    LEFT JOIN people_person linked ON linked.survivor_id = p.id
    LEFT JOIN people_person beside ON beside.survivor_id = p.survivor_id
    WHERE p.id = ANY (%s)
"""


def family(person_id: UUID) -> frozenset[UUID]:
    """Give the person's own id and those of all charts linked to it; an action asks once, until `ask_anew`."""
    found = db.once(("family", person_id), lambda: families([person_id]))
    if (work := db.unit_or_none()) is not None and ("family", person_id) not in work.known:
        work.known["family", person_id] = found
        work.known[ASKED, person_id] = True
    return frozenset(found.get(person_id, ())) | {person_id}


def ask_anew() -> None:
    """Forget what this action has asked: it changed a link, or waited for somebody who may have."""
    known = db.unit().known
    for person_id in [key[1] for key in known if isinstance(key, tuple) and key[0] == ASKED]:
        known.pop((ASKED, person_id))
        known.pop(("family", person_id), None)


def families(person_ids: Iterable[UUID]) -> dict[UUID, Family]:
    """Give for each chart all of the same person, the one that stands for them first. One query, however many."""
    found: dict[UUID, dict[UUID, None]] = {}
    for own, survivor, linked, beside in statement.run(LINKED, [list(set(person_ids))]):
        members = found.setdefault(own, {own if survivor is None else survivor: None})
        members.update({one: None for one in (linked, beside) if one is not None})
    return {own: tuple(members) for own, members in found.items()}
