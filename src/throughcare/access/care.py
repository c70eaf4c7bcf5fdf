"""What stands between a reader and one person's record before any class of data is asked for."""

from enum import Enum
from uuid import UUID

from throughcare.access import conditions, lenses
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role


class Relation(Enum):
    """Open; open once a reason is given; or closed, which looks like a record that is not there."""

    OPEN = "open"
    NEEDS_REASON = "needs_reason"
    CLOSED = "closed"


# These read across the agency by their office; what they see is decided class by class, and all of it is logged.
BY_OFFICE = frozenset({Role.HIM, Role.PREA, Role.OMBUDS, Role.PAROLE, Role.COMMUNITY, Role.OPERATOR})


def relation(lens: Lens, person_id: UUID) -> Relation:
    """Say how the reader stands to this person. A denial beats everything; custody's part ends with its segment."""
    if lens.shut(person_id):
        return Relation.CLOSED
    if lens.role is Role.PATIENT:
        return Relation.OPEN if lens.person_id == person_id else Relation.CLOSED
    if person_id in lens.opened or person_id in lens.reasoned:
        return Relation.OPEN
    bench = conditions.bench_of(lens)
    if lens.role in lenses.CUSTODY_ROLES:
        ended = bench.segment_ended(person_id)
        return Relation.OPEN if not ended and bench.cares(lens, person_id) else Relation.CLOSED
    if lens.role in BY_OFFICE or bench.cares(lens, person_id):
        return Relation.OPEN
    return Relation.CLOSED if lens.role in lenses.NO_REASON_HELPS else Relation.NEEDS_REASON
