"""The lens: what one user, in one role, at these places, for this purpose, may see. Default deny.

It is assembled by `access`; every function of a room's `reads.py` takes it first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.vocabulary import SEALED, DataClass, Purpose, Role, Verb


@dataclass(frozen=True, slots=True)
class Grant:
    """What the matrix gives a role for one class: verbs, and the condition that must also hold."""

    verbs: frozenset[Verb]
    condition: str = ""


NOTHING = Grant(frozenset())

# Conditions that a room settles on each entry, by its row filter or a projection. Every other one asks for a consent or an
# authority on record for that person, and the lens refuses without it. The matrix' own list must be the same (tested).
SETTLED_BY_ROW = frozenset(
    {
        "need", "author", "own", "own_reply", "sexual_safety", "source", "dose_only", "med_name_only", "accommodation",
        "housing", "place_and_time", "hidden_offsite_date", "incident_only", "accounting", "aggregate_min_11",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lens:
    """One reader's view of the record.

    `facilities` is None where the role works across the agency; `person_id` is set where the lens is one
    person's own; `opened` are the people whose chart break-glass has opened, until its hour ends.
    """

    user_id: UUID
    user_name: str
    role: Role
    facilities: frozenset[UUID] | None
    purpose: Purpose = Purpose.TREAT
    grants: Mapping[DataClass, Grant] = field(default_factory=dict)
    person_id: UUID | None = None
    opened: frozenset[UUID] = frozenset()
    consented: Mapping[UUID, frozenset[DataClass]] = field(default_factory=dict)

    def grant(self, data_class: DataClass) -> Grant:
        """Give the matrix' cell for this class; nothing where it says nothing."""
        return self.grants.get(data_class, NOTHING)

    def may(self, verb: Verb, data_class: DataClass, *, person_id: UUID | None = None) -> bool:
        """Tell whether the reader may do this, for that person where one is named."""
        if self.person_id is not None and person_id is not None and person_id != self.person_id:
            return False
        grant = self.grant(data_class)
        if verb not in grant.verbs:
            return person_id in self.opened and verb is Verb.READ and self._glass_opens(data_class)
        if grant.condition and grant.condition not in SETTLED_BY_ROW:
            return person_id is not None and data_class in self.consented.get(person_id, frozenset())
        return True

    def require(self, verb: Verb, data_class: DataClass, *, person_id: UUID | None = None) -> None:
        """Refuse unless `may`."""
        if not self.may(verb, data_class, person_id=person_id):
            raise NotAllowed(f"Your role [{self.role}] may not {verb} this part of the record.")

    def sealed_classes(self, verb: Verb) -> frozenset[DataClass]:
        """Name the sealed classes that the database may open to this reader, for that verb."""
        return frozenset(c for c in SEALED if verb in self.grant(c).verbs)

    def _glass_opens(self, data_class: DataClass) -> bool:
        return data_class not in SEALED and Verb.READ not in self.grant(data_class).verbs
