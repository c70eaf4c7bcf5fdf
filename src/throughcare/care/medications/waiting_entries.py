"""Entries of tablets that were kept and say that a dose was swallowed: until somebody judges them, that dose is not given again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from throughcare.care.medications.rules.statuses import TAKEN, Status
from throughcare.kernel import statement
from throughcare.ui.forms import id_or_none

DOSE = "dose"
# What such an entry says: something of the dose went in, or was at least handed over.
SWALLOWED = tuple(sorted(TAKEN | {Status.DIVERTED}))
# Few wait at any time, and the index of what waits to be looked at holds no others.
WAITING = """
SELECT e.id, e.version, e.person_id, e.about_id, e.body::text, e.happened_at, e.received_at, e.why, e.sentence, d.name, b.user_name
  FROM devices_deviceevent e JOIN devices_device d ON d.id = e.device_id LEFT JOIN devices_devicebundle b ON b.id = e.bundle_id
 WHERE e.reviewed_at IS NULL AND e.why <> '' AND e.outcome = 'kept' AND e.kind = %s
   AND e.person_id = ANY (%s) AND e.body ->> 'status' = ANY (%s)
 ORDER BY e.received_at, e.sequence
"""


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """One kept entry; `about` is the dose, or the order of one that was asked for."""

    id: UUID
    version: int
    person_id: UUID
    about: UUID
    asked_for: bool
    said: str
    happened_at: datetime | None
    received_at: datetime
    why: str
    sentence: str
    device: str
    by: str


def waiting(people: Iterable[UUID]) -> list[WaitingEntry]:
    """Give the kept entries of swallowed doses of these people (all their charts), oldest first; one statement."""
    rows = statement.run(WAITING, [DOSE, list(people), list(SWALLOWED)])
    return [found for row in rows if (found := _entry(row)) is not None]


def about(people: Iterable[UUID]) -> frozenset[UUID]:
    """Name the doses, and the orders of what was asked for, that wait to be judged."""
    return frozenset(entry.about for entry in waiting(people))


def _entry(row: Sequence[Any]) -> WaitingEntry | None:
    id_, version, person_id, dose_id, text, happened_at, received_at, why, sentence, device, by = row
    body: Mapping[str, Any] = orjson.loads(text)
    of = named(dose_id, body)
    if of is None:
        return None
    said = str(body["status"])
    stamps = (happened_at, received_at)
    return WaitingEntry(id_, version, person_id, of, dose_id is None, said, *stamps, why, sentence, device, by or "")


def named(dose_id: UUID | None, body: Mapping[str, Any]) -> UUID | None:
    """Name what an entry is about: its dose, or the order of one that was asked for; none where it can't be read."""
    return dose_id or id_or_none(body.get("order_id"))
