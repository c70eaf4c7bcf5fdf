"""Visits that stand in the ledger, as one reader may see them: of a visit outside, the person reads no date (clinical.md 7.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from throughcare.access import projections, showing
from throughcare.kernel import clock, db
from throughcare.kernel.fhir import Json, decode
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger.present import opened

COMING = frozenset({"proposed", "pending", "booked"})
GONE_AFTER = timedelta(days=1)
# One person's appointments that hold, each with its last version.
_BODIES = """
SELECT c.id, c.version, c.data_class, c.labels, v.subject, v.digest, v.body FROM ledger_current c
JOIN ledger_version v ON v.id = c.id AND v.type = c.type AND v.version = c.version
WHERE c.person_id = %s AND c.type = 'Appointment' AND c.live AND c.status = ANY (%s)
"""


@dataclass(frozen=True, slots=True)
class Coming:
    """One visit ahead: outside it has nothing but that it is one; else its kind, and its time where it has one."""

    outside: bool
    at: datetime | None = None
    kind: str = ""


def coming(lens: Lens, person_id: UUID) -> list[Coming]:
    """Give the visits ahead of a person as the lens cuts them, soonest first."""
    with db.reading(lens), connection.cursor() as cursor:
        cursor.execute(_BODIES, [person_id, list(COMING)])
        rows = cursor.fetchall()
    found = [one for row in rows if (one := _shown(lens, person_id, row)) is not None]
    return sorted(found, key=lambda one: (one.at is None, one.at or clock.now()))


def _shown(lens: Lens, person_id: UUID, row: tuple[Any, ...]) -> Coming | None:
    id_, version, cls, bits, subject, digest, stored = row
    body = decode(opened(stored, digest, (id_, subject), sealed=False) or b"{}")
    kept = showing.Kept("Appointment", id_, version, DataClass(cls), body, person_id, None, bits)
    shown = None if _is_over(body) else showing.show(lens, kept)
    if shown is None:
        return None
    if projections.is_off_site(body):
        return Coming(outside=True)
    said = shown.body
    at = datetime.fromisoformat(str(said["start"])) if said.get("start") else None
    kind = next((str(one["text"]) for one in said.get("serviceType", ()) if one.get("text")), "")
    return Coming(outside=False, at=at, kind=kind)


def _is_over(body: Json) -> bool:
    at = body.get("start") or next((p.get("start") for p in body.get("requestedPeriod", ())), None)
    return bool(at) and datetime.fromisoformat(str(at)) < clock.now() - GONE_AFTER
