"""One entry of the ledger before it is written."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from throughcare.kernel.vocabulary import SEALED, DataClass


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

    @property
    def sealed(self) -> bool:
        """Tell whether it belongs in the sealed pair of tables."""
        return self.data_class in SEALED


def describe(body: dict[str, Any]) -> tuple[str, str]:
    """Take from a resource what the present-state index finds it by: its code and its status."""
    code = body.get("code") or body.get("questionnaire") or ""
    if isinstance(code, dict):
        codings = code.get("coding") or []
        code = codings[0].get("code", "") if codings else ""
    status = body.get("status", "")
    return str(code)[:120], status if isinstance(status, str) else ""
