"""Reading the ledger, through a lens: history of a resource, the log of who read, the feed for other systems."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from throughcare.kernel import db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.fhir import decode
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.ledger import body as bodies
from throughcare.ledger.entry import PLENTIFUL
from throughcare.ledger.models import Read, SealedVersion, Version
from throughcare.ledger.opening import opens


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version as the history page shows it."""

    position: int
    version: int
    action: str
    actor: str
    reason: str
    source: str
    happened_at: datetime
    recorded_at: datetime
    written_at: datetime
    hash: str
    body: Any


def history(lens: Lens, kind: str, id: UUID, *, subjects: Collection[UUID] | None = None) -> list[VersionRow]:
    """Give every version of a resource, newest first; refuses as not found what the lens does not show whole.

    Where `subjects` are given (a person's ids), a resource that is in another's chain is not found either.
    """
    with db.reading(lens):
        rows: list[Version | SealedVersion] = list(
            Version.objects.filter(type=kind, resource_id=id).order_by("-version")
        )
        if not rows:
            rows = list(SealedVersion.objects.filter(type=kind, resource_id=id).order_by("-version"))
        strange = bool(rows) and subjects is not None and rows[0].subject not in subjects
        if not rows or strange or not _shown(lens, rows[0]):
            raise NotFound("There is no such entry here.")
        return [_row(v) for v in rows]


def _shown(lens: Lens, version: Version | SealedVersion) -> bool:
    person = version.subject if version.subject_kind == "person" else None
    may = lens.may(Verb.READ, DataClass(version.data_class), person_id=person)
    return may and opens(lens, version.type, version.resource_id)


def _row(v: Version | SealedVersion) -> VersionRow:
    stored = bytes(v.body) if v.body is not None else None
    if stored is not None and isinstance(v, SealedVersion):
        stored = bodies.unseal(stored, bound_to=bytes(v.digest))
    return VersionRow(
        position=v.position,
        version=v.version,
        action=v.action,
        actor=v.actor,
        reason=v.reason,
        source=v.source,
        happened_at=v.happened_at,
        recorded_at=v.recorded_at,
        written_at=v.written_at,
        hash=bytes(v.hash).hex(),
        body=decode(bodies.unpack(stored, (v.resource_id, v.subject))) if stored is not None else None,
    )


@dataclass(frozen=True, slots=True)
class Header:
    """Where a resource stands: its last version, whose it is, its class and labels, and whether it still holds."""

    version: int
    person_id: UUID | None
    data_class: DataClass
    labels: int
    live: bool


def header(kind: str, id: UUID) -> Header | None:
    """Give where a resource stands, or None where there is none or the transaction may not see its class."""
    columns = "version, person_id, data_class, labels, live"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM ledger_current WHERE type = %s AND id = %s UNION ALL "  # noqa: S608
            f"SELECT {columns} FROM ledger_sealed_current WHERE type = %s AND id = %s",
            [kind, id, kind, id],
        )
        row = cursor.fetchone()
    if row is None and kind in PLENTIFUL:
        return _alone(id, kind)
    return Header(row[0], row[1], DataClass(row[2]), row[3], row[4]) if row else None


def _alone(id: UUID, kind: str) -> Header | None:
    """Give where one of a plentiful type stands that has its first version alone."""
    v = Version.objects.filter(resource_id=id, type=kind).defer("body").first()
    person = v.subject if v is not None and v.subject_kind == "person" else None
    return Header(v.version, person, DataClass(v.data_class), 0, True) if v is not None else None


def last_body(kind: str, id: UUID) -> Any:
    """Give an entry as it was last written, for the room that keeps it anew; None where there is none or law destroyed it."""
    last = Version.objects.filter(type=kind, resource_id=id).order_by("-version").first()
    return _row(last).body if last is not None else None


def written_between(lens: Lens, subjects: Iterable[UUID], since: datetime, until: datetime | None) -> list[Version]:
    """List the headers of what was written in these chains in a time, newest first; what the lens hides is absent."""
    with db.reading(lens):
        rows = Version.objects.filter(subject__in=list(subjects), recorded_at__gte=since).defer("body")
        if until is not None:
            rows = rows.filter(recorded_at__lte=until)
        shown = {c.value for c in DataClass if lens.may(Verb.READ, c)}
        found = rows.filter(data_class__in=shown).order_by("-position")
        return [v for v in found if opens(lens, v.type, v.resource_id)]


def who_read(lens: Lens, person_ids: Iterable[UUID], *, limit: int = 200) -> list[Read]:
    """List who opened this person's record, newest first; the patient may ask, and who keeps the audit log."""
    people = list(person_ids)
    for person in people:
        lens.require(Verb.READ, DataClass.AUDIT_LOG, person_id=person)
    with db.reading(lens):
        return list(Read.objects.filter(people__overlap=people).order_by("-id")[:limit])


def feed(cursor_tx: int, *, limit: int = 10_000) -> tuple[list[tuple[int, str, UUID, int]], int]:
    """Give what was written since a horizon, and the next horizon.

    Reads by transaction and snapshot, never by position: entries that commit late are not lost (design.md 6).
    Each row is (position, type, id, version). Only ordinary entries leave by this feed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        horizon = cursor.fetchone()[0]
        cursor.execute(
            "SELECT position, type, id, version, tx::text::bigint FROM ledger_version "
            "WHERE tx >= %s::text::xid8 AND tx < %s::text::xid8 ORDER BY tx, position",
            [str(cursor_tx), str(horizon)],
        )
        rows = cursor.fetchall()
    return [row[:4] for row in rows[:limit]], (rows[limit][4] if len(rows) > limit else horizon)


AT_LEISURE = " FROM set_config('synchronous_commit', 'off', true)"


def log_read(
    lens: Lens, *, route: str, people: Iterable[UUID], classes: Iterable[DataClass], kind: str = "read", note: str = ""
) -> None:
    """Write one row of the read log. Ordinary reads don't wait for the disk; print, export and break-glass do."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_read (user_id, user_name, role, purpose, kind, route, people, classes, note) "
            "SELECT %s, %s, %s, %s, %s, %s, %s::uuid[], %s::text[], %s" + (AT_LEISURE if kind == "read" else ""),
            [
                lens.user_id,
                lens.user_name,
                lens.role.value,
                lens.purpose.value,
                kind,
                route,
                sorted(set(people)),
                sorted({c.value for c in classes}),
                note,
            ],
        )


def close_block() -> int:
    """Chain the reads logged so far into a block; the ticker does it every minute."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_read_close()")
        return int(cursor.fetchone()[0])


def make_months(ahead: int = 3) -> None:
    """Make the partitions of the months ahead, so that an append never waits for one; the ticker does it every day."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_months(%s)", [ahead])
