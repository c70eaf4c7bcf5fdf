"""Legal holds: of one person's record, and all that stand in the agency."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughcare.access.actions.record import in_force
from throughcare.access.models import Hold
from throughcare.access.ports import FAMILY, NAMES
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role

# How many holds one page shows; more than these is an agency's own list to keep.
MOST = 500
KEEPERS = frozenset({Role.HIM, Role.HSA})


@dataclass(frozen=True, slots=True)
class HoldRow:
    """One legal hold; `until` is set where it has ended, `asked_at` where its end is asked for."""

    id: UUID
    version: int
    person_id: UUID
    authority: str
    why: str
    by: str
    since: datetime
    until: datetime | None
    ended_by: str
    ended_why: str
    asked_at: datetime | None
    asked_by: str
    asked_by_id: UUID | None
    asked_why: str
    person: str = ""


def holds(lens: Lens, person_id: UUID) -> list[HoldRow]:
    """List a person's legal holds, those that stand first; for who keeps the records."""
    if lens.role is not Role.HIM:
        raise NotAllowed("This is for who keeps the records.")
    rows = Hold.objects.filter(person_id__in=FAMILY().of(person_id)).order_by("-since")
    return sorted((_row(r) for r in rows), key=lambda r: r.until is not None)


def standing(lens: Lens) -> list[HoldRow]:
    """List the holds that stand in the agency, those first whose end is asked for; a record closed to the reader is absent."""
    if lens.role not in KEEPERS:
        raise NotAllowed("This is for who keeps the records, and for who ends a hold.")
    rows = [
        r for r in Hold.objects.filter(in_force()).order_by("asked_at", "since")[:MOST] if not lens.shut(r.person_id)
    ]
    names = NAMES().of([r.person_id for r in rows])
    return [_row(r, names.get(r.person_id, "")) for r in rows]


def _row(r: Hold, person: str = "") -> HoldRow:
    return HoldRow(
        r.id, r.version, r.person_id, r.authority, r.why, r.by, r.since, r.until, r.ended_by, r.ended_why,
        r.asked_at, r.asked_by, r.asked_by_id, r.asked_why, person,
    )  # fmt: skip
