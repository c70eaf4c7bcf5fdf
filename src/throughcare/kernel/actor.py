"""Who acts: a person at a screen, a device, a feed or the house itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal
from uuid import UUID

from throughcare.kernel import content
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
        return called(self.name, self.role)


def called(name: str, role: Role | str | None) -> str:
    """Give a name with the word for the role, as pages and the ledger say it: "Demo-Nurse, Ada (nurse)"."""
    return f"{name} ({role_word(role)})" if role else name


def role_word(role: Role | str) -> str:
    """Give the word for a role, as it stands after a name: "nurse"."""
    return _words().get(str(role), str(role))


@cache
def _words() -> Mapping[str, str]:
    return {row["id"]: row.get("called") or row["title"] for row in content.rows("access/roles.toml", "role")}
