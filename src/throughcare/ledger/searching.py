"""By what an entry is found: hashes of what its body says, and the time it is of. Whoever searches installs the reader of bodies.

The index is a function of the bytes: it is kept in the transaction that appends, and made anew from the versions at will.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Index:
    """What the present row of an entry keeps for searches."""

    terms: tuple[int, ...] = ()
    from_at: datetime | None = None
    to_at: datetime | None = None

    @property
    def array(self) -> str:
        """Write the terms as PostgreSQL reads an array."""
        return "{" + ",".join(map(str, self.terms)) + "}"


NOTHING = Index()
Indexer = Callable[[str, dict[str, Any]], Index]
_indexer: list[Indexer] = []


def index_with(indexer: Indexer) -> None:
    """Let `indexer` say of every entry by what it is found (exchange installs its search parameters here)."""
    _indexer[:] = [indexer]


def of_body(kind: str, body: dict[str, Any]) -> Index:
    """Give by what an entry of this type is found."""
    return _indexer[0](kind, body) if _indexer else NOTHING
