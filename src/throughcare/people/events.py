"""What the people room tells the others."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PersonRegistered(Event):
    """A new chart was opened."""

    name: ClassVar[str] = "person_registered"


@dataclass(frozen=True, kw_only=True)
class MergeProposed(Event):
    """Two charts look like one person's."""

    name: ClassVar[str] = "merge_proposed"


@dataclass(frozen=True, kw_only=True)
class MergeDeclined(Event):
    """A person found that two charts are two people's; `ref` is the proposal."""

    name: ClassVar[str] = "merge_declined"


@dataclass(frozen=True, kw_only=True)
class PeopleMerged(Event):
    """A person linked two charts; `person_id` survives."""

    name: ClassVar[str] = "people_merged"
    loser_id: UUID


@dataclass(frozen=True, kw_only=True)
class PeopleUnmerged(Event):
    """A person took the link away."""

    name: ClassVar[str] = "people_unmerged"
    loser_id: UUID


@dataclass(frozen=True, kw_only=True)
class PersonDied(Event):
    """The person has died."""

    name: ClassVar[str] = "died"
