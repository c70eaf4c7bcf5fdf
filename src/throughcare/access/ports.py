"""What access needs and only higher floors know."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from throughcare.access.detecting import Called
from throughcare.kernel.lens import Lens
from throughcare.kernel.ports import Port


class CareRelationship(Protocol):
    """Whether this reader has to do with that person: facility, assignment or an open task (clinical.md 7.4)."""

    def holds(self, lens: Lens, person_id: UUID) -> bool:
        """Tell whether the chart may be opened without saying why."""

    def segment_ended(self, person_id: UUID) -> datetime | None:
        """Give when custody's part ended for this person; custody's lens ends with it (ruling 9)."""


class Family(Protocol):
    """Which ids stand for one person: a merge is a link, so what holds for one chart holds for all of them."""

    def of(self, person_id: UUID) -> frozenset[UUID]:
        """Give the person's own id and those of the charts linked to it."""


class Names(Protocol):
    """How people are called on a page, for the rooms below them."""

    def of(self, person_ids: Iterable[UUID]) -> dict[UUID, str]:
        """Give name and number of each."""

    def alone(self, person_id: UUID) -> str:
        """Give the name without the number; empty for somebody who is not known."""

    def number(self, person_id: UUID) -> str:
        """Give the number by which a person is known here; empty where they have none."""

    def numbered(self, numbers: Iterable[str]) -> dict[str, UUID]:
        """Give who has each of these numbers; a number of nobody, or of several, is left out."""


class Kin(Protocol):
    """How people are called, for whoever asks whether a reader looked at a relative."""

    def called(self, person_ids: Iterable[UUID]) -> dict[UUID, Called]:
        """Give the names of each, past ones and aliases too."""

    def common(self, families: Iterable[str], over: int) -> frozenset[str]:
        """Give those of these words that stand in more people's family names than `over`."""


class Places(Protocol):
    """Which facilities there are, and who is where, for the rooms below custody."""

    def open_now(self) -> dict[UUID, str]:
        """Give the open facilities by name, in the order of their names."""

    def of_person(self, person_id: UUID) -> UUID | None:
        """Give the facility where this person is now."""


class Complaints(Protocol):
    """Whether a person has complained about a reader; who looked at such a complaint is not that reader's to know."""

    def about(self, user_id: UUID, people: Iterable[UUID]) -> bool:
        """Tell whether one of these people has."""


CARE: Port[CareRelationship] = Port("access.care_relationship")
COMPLAINTS: Port[Complaints] = Port("access.complaints")
FAMILY: Port[Family] = Port("access.family")
KIN: Port[Kin] = Port("access.kin")
NAMES: Port[Names] = Port("access.names")
PLACES: Port[Places] = Port("access.places")
