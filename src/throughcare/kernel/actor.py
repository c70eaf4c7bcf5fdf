"""Who acts: a person at a screen, a device, a feed or the house itself."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role

Kind = Literal["staff", "patient", "feed", "device", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """One who changes the record: stored as text in the ledger, so that history outlives accounts."""

    kind: Kind
    id: UUID
    name: str
    role: Role | None = None
    facility_id: UUID | None = None
    source: str = "screen"

    @classmethod
    def system(cls, name: str) -> "Actor":
        """Name a part of the house that acts by itself, such as the ticker."""
        return cls("system", derived("actor", name), name, source=name)

    @classmethod
    def feed(cls, name: str) -> "Actor":
        """Name an outside system that sends to us, such as custody's."""
        return cls("feed", derived("actor", name), name, source=name)

    def label(self) -> str:
        """Give the words that stand in the ledger for ever."""
        return f"{self.name} ({self.role})" if self.role else self.name
