"""The feed in bulk: the last version of whatever was written between two horizons, with its body, some thousand at a time.

Ordinary entries alone; by transaction and snapshot, never by position (design.md 6).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from throughcare.kernel.fhir import decode
from throughcare.ledger import body as bodies
from throughcare.ledger.destruction import TYPE as DESTRUCTION

PORTION = 5000


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """The last version of one resource before a horizon; no body where law had it destroyed."""

    type: str
    id: UUID
    version: int
    subject_kind: str
    subject: UUID
    data_class: str
    recorded_at: datetime
    body: bytes | None


def horizon() -> int:
    """Give the transaction before which everything has ended: the next cursor of a consumer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


LAST = """
SELECT v.type, v.id, v.version, v.subject_kind, v.subject, v.data_class, v.recorded_at, v.body
FROM ledger_version v
WHERE v.tx >= %s::text::xid8 AND v.tx < %s::text::xid8 AND v.type = ANY (%s)
  AND NOT EXISTS (SELECT FROM ledger_version n
                  WHERE n.id = v.id AND n.type = v.type AND n.version > v.version AND n.tx < %s::text::xid8)
"""
OF_DESTROYED = """
SELECT v.type, v.id, v.version, v.subject_kind, v.subject, v.data_class, v.recorded_at, v.body
FROM ledger_version v
WHERE v.type = %s AND v.id = %s AND NOT (v.tx >= %s::text::xid8 AND v.tx < %s::text::xid8) AND v.version = (
  SELECT max(n.version) FROM ledger_version n WHERE n.id = v.id AND n.type = v.type AND n.tx < %s::text::xid8)
"""


def entries(since: int, until: int, types: Collection[str]) -> Iterator[list[FeedEntry]]:
    """Give the last versions of these types written from one horizon to the next, in portions, each resource once.

    A resource of which a body was destroyed in between comes again, with or without what is left of it.
    """
    span: list[str | list[str]] = [str(since), str(until), [*types, DESTRUCTION], str(until)]
    destroyed: list[str] = []
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(LAST, span)
        while rows := cursor.fetchmany(PORTION):
            found = [_entry(row) for row in rows]
            destroyed += [decode(e.body)["of"] for e in found if e.type == DESTRUCTION and e.body]
            yield [e for e in found if e.type != DESTRUCTION]
    yield [entry for of in dict.fromkeys(destroyed) for entry in _destroyed(of, types, since, until)]


def _destroyed(of: str, types: Collection[str], since: int, until: int) -> list[FeedEntry]:
    kind, _, id_ = of.partition("/")
    if kind not in types:
        return []
    with connection.cursor() as cursor:
        cursor.execute(OF_DESTROYED, [kind, id_, str(since), str(until), str(until)])
        return [_entry(row) for row in cursor.fetchall()]


def _entry(row: tuple[Any, ...]) -> FeedEntry:
    kind, id_, version, subject_kind, subject, data_class, recorded_at, stored = row
    body = bodies.unpack(bytes(stored), (id_, subject)) if stored is not None else None
    return FeedEntry(kind, id_, version, subject_kind, subject, data_class, recorded_at, body)
