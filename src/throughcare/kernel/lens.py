"""The lens: what one user, in one role, at these places, for this purpose, may see. Default deny.

It is assembled by `access`; every function of a room's `reads.py` takes it first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from throughcare.kernel.actor import role_word
from throughcare.kernel.errors import NotAllowed, NotFound
from throughcare.kernel.vocabulary import BEYOND_GLASS, SEALED, DataClass, Purpose, Role, Verb


@dataclass(frozen=True, slots=True)
class Grant:
    """What the matrix gives a role for one class: verbs, and the condition that must also hold. A cell may hold several."""

    verbs: frozenset[Verb]
    condition: str = ""


# Conditions that are settled on each entry, by its author, its relation or a projection. Every other one asks for a consent
# or an authority on record for that person, and the lens refuses without it. The matrix' own list must be the same (tested).
SETTLED_BY_ROW = frozenset(
    {
        "need", "author", "own", "own_reply", "sexual_safety", "source", "dose_only", "med_name_only", "accommodation",
        "housing", "place_and_time", "hidden_offsite_date", "incident_only", "accounting", "aggregate_min_11",
    }
)  # fmt: skip

# Who may read whole may also read what was cut from it.
IMPLIED = {
    Verb.READ: frozenset({Verb.READ}),
    Verb.SUMMARY: frozenset({Verb.SUMMARY, Verb.READ}),
    Verb.OPERATIONAL: frozenset({Verb.OPERATIONAL, Verb.READ}),
    Verb.WRITE: frozenset({Verb.WRITE}),
}


class Judge(Protocol):
    """Decides whether the condition of a matrix cell is met; `access.conditions` holds the one in use."""

    def met(
        self, lens: "Lens", condition: str, data_class: DataClass, person_id: UUID | None, author_id: UUID | None
    ) -> bool:
        """Tell whether it is met for this person and this author."""


@dataclass(frozen=True, slots=True)
class Lens:
    """One reader's view of the record.

    `facilities` is None where the role works across the agency; `person_id` is set where the lens is one
    person's own; `opened` are the people whose chart break-glass has opened, until its hour ends; `denied` are
    people whose record is closed to this user, which beats everything else.
    """

    user_id: UUID
    user_name: str
    role: Role
    facilities: frozenset[UUID] | None
    purpose: Purpose = Purpose.TREAT
    grants: Mapping[DataClass, tuple[Grant, ...]] = field(default_factory=dict)
    person_id: UUID | None = None
    opened: frozenset[UUID] = frozenset()
    consented: Mapping[UUID, frozenset[DataClass]] = field(default_factory=dict)
    denied: frozenset[UUID] = frozenset()
    # People for whom this user gave a reason with one click (no care relationship otherwise), while it holds.
    reasoned: frozenset[UUID] = frozenset()
    # People whose Part 2 record a medical emergency has opened to this user (42 CFR 2.51).
    emergencies: frozenset[UUID] = frozenset()
    trainings: frozenset[str] = frozenset()
    judge: Judge | None = field(default=None, compare=False, repr=False)

    def own(self) -> UUID:
        """Give whose own record this lens reads; refuse as not found where it is nobody's own."""
        if self.person_id is None:
            raise NotFound("There is no such page for you.")
        return self.person_id

    def cell(self, data_class: DataClass) -> tuple[Grant, ...]:
        """Give what the matrix says of this class; nothing where it says nothing."""
        return self.grants.get(data_class, ())

    def grant(self, data_class: DataClass) -> Grant:
        """Give the cell in one: all its verbs; its condition where there is one for all of them."""
        cell = self.cell(data_class)
        conditions = {grant.condition for grant in cell}
        return Grant(frozenset(v for g in cell for v in g.verbs), conditions.pop() if len(conditions) == 1 else "")

    def could(self, verb: Verb, data_class: DataClass) -> bool:
        """Tell whether the matrix gives this at all, under whatever condition: for doors, before a person is named."""
        return any(not IMPLIED[verb].isdisjoint(grant.verbs) for grant in self.cell(data_class))

    def may(
        self, verb: Verb, data_class: DataClass, *, person_id: UUID | None = None, author_id: UUID | None = None
    ) -> bool:
        """Tell whether the reader may do this, for that person and of that author where they are named."""
        if self.shut(person_id):
            return False
        if self.by(verb, data_class, person_id=person_id, author_id=author_id) is not None:
            return True
        return person_id in self.opened and verb in (Verb.READ, Verb.SUMMARY) and data_class not in BEYOND_GLASS

    def by(
        self, verb: Verb, data_class: DataClass, *, person_id: UUID | None = None, author_id: UUID | None = None
    ) -> Grant | None:
        """Give the grant of the matrix by which this is so, its condition met; None where there is none."""
        for grant in self.cell(data_class):
            fits = not IMPLIED[verb].isdisjoint(grant.verbs)
            if fits and self._met(grant.condition, data_class, person_id, author_id):
                return grant
        return None

    def shut(self, person_id: UUID | None) -> bool:
        """Tell whether this person's record is closed to the reader, whatever else holds."""
        if person_id is None:
            return False
        return person_id in self.denied or (self.person_id is not None and person_id != self.person_id)

    def require(
        self, verb: Verb, data_class: DataClass, *, person_id: UUID | None = None, author_id: UUID | None = None
    ) -> None:
        """Refuse unless `may`."""
        if not self.may(verb, data_class, person_id=person_id, author_id=author_id):
            raise NotAllowed(f"Your role ({role_word(self.role)}) may not {verb} this part of the record.")

    def sealed_classes(self, verb: Verb) -> frozenset[DataClass]:
        """Name the sealed classes that the database may open to this reader, for that verb."""
        wanted = {Verb.READ, Verb.SUMMARY} if verb is Verb.READ else {verb}
        return frozenset(c for c in SEALED if any(not wanted.isdisjoint(g.verbs) for g in self.cell(c)))

    def _met(self, condition: str, data_class: DataClass, person_id: UUID | None, author_id: UUID | None) -> bool:
        if not condition:
            return True
        if self.judge is not None:
            return self.judge.met(self, condition, data_class, person_id, author_id)
        if condition in SETTLED_BY_ROW:
            return True
        return person_id is not None and data_class in self.consented.get(person_id, frozenset())
