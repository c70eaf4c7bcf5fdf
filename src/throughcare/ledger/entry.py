"""One entry of the ledger before it is written."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from throughcare.kernel.vocabulary import SEALED, DataClass
from throughcare.ledger.searching import NOTHING, Index, of_body

# There are millions of these, and hardly one has a second version: the first stands by itself, with no row in
# `ledger_current`, until a second, a label or an end comes. SQL knows it as `ledger_plentiful`.
PLENTIFUL = frozenset({"MedicationAdministration"})


class SubjectKind(StrEnum):
    """Whose chain an entry stands in."""

    PERSON = "person"
    PLACE = "place"
    STAFF = "staff"
    STOCK = "stock"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class Entry:
    """A version of one resource: its bytes, and by what it is found."""

    subject_kind: SubjectKind
    subject: UUID
    type: str
    id: UUID
    data_class: DataClass
    body: bytes
    media: str = "fhir"
    person_id: UUID | None = None
    happened_at: datetime | None = None
    labels: int = 0
    code: str = ""
    status: str = ""
    live: bool = True
    first: bool = False
    index: Index = NOTHING
    # What `body` says, until it is described: most of what an import renders is never kept, and need not be described.
    said: dict[str, Any] | None = field(default=None, repr=False, compare=False)

    @property
    def alone(self) -> bool:
        """Tell whether it is its own present state, and needs no row beside it."""
        return self.first and self.type in PLENTIFUL and self.live and not self.labels and not self.sealed

    @property
    def sealed(self) -> bool:
        """Tell whether it belongs in the sealed pair of tables."""
        return self.data_class in SEALED


# What a body says of itself where it no longer holds.
_OVER = frozenset({"entered-in-error", "inactive", "rejected"})


@dataclass(frozen=True, slots=True)
class Said:
    """What the present-state index takes from a body: by which code and status it is found, and whether it holds."""

    code: str
    status: str
    live: bool
    index: Index = NOTHING


UNSAID = Said("", "", live=True)


def described(entry: Entry, *, searched: bool = True) -> Entry:
    """Give an entry with what the present-state index says of it; by what it is searched only where it is searched."""
    if entry.said is None:
        return entry
    found = describe(entry.type, entry.said, sealed=entry.sealed, searched=searched)
    live = entry.live and found.live
    return replace(entry, said=None, code=found.code, status=found.status, live=live, index=found.index)


def describe(kind: str, body: dict[str, Any], *, sealed: bool = False, searched: bool = True) -> Said:
    """Take from a resource what the present-state index says of it, so that the index can be made anew from bodies."""
    code = body.get("code") or body.get("questionnaire") or ""
    if isinstance(code, dict):
        codings = code.get("coding") or []
        code = codings[0].get("code", "") if codings else ""
    status = body.get("status", "")
    said = status if isinstance(status, str) else ""
    over = said in _OVER or body.get("active") is False or _verified(body) in _OVER
    lean = sealed or not searched or kind in PLENTIFUL
    return Said(str(code)[:120], said, live=not over, index=NOTHING if lean else of_body(kind, body))


def _verified(body: dict[str, Any]) -> str:
    # Conditions and allergies say in their verification status that they were entered in error.
    state = body.get("verificationStatus")
    codings = state.get("coding") if isinstance(state, dict) else None
    return str(codings[0].get("code", "")) if codings else ""
