"""Does each entry still say what its row says? Rows are rendered again and compared with the bytes that were kept.

An entry of an older renderer whose rendering has changed since is written anew with the reason `format`; no old entry is
touched. An entry of today's renderer that differs is a fault: somebody changed a row past its action, or a mapper forgot.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.fhir import Json, decode, encode
from throughcare.kernel.vocabulary import SEALED, DataClass
from throughcare.ledger.append import RENDERER, keep_now
from throughcare.ledger.entry import PLENTIFUL, Entry, SubjectKind, describe
from throughcare.ledger.present import opened

# Gives the resources of these ids as their rows render now; an id whose row this renderer does not know is left out.
Render = Callable[[Sequence[UUID]], dict[UUID, Json]]
# Given for an entry whose words stand in the ledger alone: no row holds what it could be compared with.
ALONE: Json = {}
_renderers: dict[str, list[Render]] = {}
# Whoever checks reads what nobody else reads in one go; it shows nothing but names of fields.
CHECKER = Actor.system("ledger check")
PORTION = 500
# A turn every quarter of an hour, thirty days long.
TURNS = 30 * 96
FIRST = ("", UUID(int=0))


@dataclass(frozen=True, slots=True)
class Differs:
    """One entry that is not what its row says: which fields, never their values."""

    type: str
    id: UUID
    fields: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.type}/{self.id}: {', '.join(self.fields)}"


@dataclass(slots=True)
class Report:
    """What was compared, what was written anew for its format, and what differs though it should not."""

    compared: int = 0
    renewed: int = 0
    faults: list[Differs] = field(default_factory=list)


def render_with(kind: str, render: Render) -> None:
    """Let `render` render resources of this type; several rooms may keep one type."""
    known = _renderers.setdefault(kind, [])
    if render not in known:
        known.append(render)


def clear() -> None:
    """Forget all renderers; the wiring names them anew."""
    _renderers.clear()


def check() -> Report:
    """Compare all present entries with their rows."""
    report = Report()
    for sealed in (False, True):
        after = FIRST
        while rows := _read(WALK, sealed, type=after[0], id=after[1], known=sorted(_renderers)):
            _compare(rows, sealed, report)
            after = (rows[-1].type, rows[-1].id)
    return report


def turn(share: int = TURNS) -> Report:
    """Compare what was written since the last turn, and the next share of all the rest; in thirty days, everything."""
    report, at = Report(), _where()
    horizon = _horizon()
    between = {"known": sorted(_renderers), "since": str(at.horizon), "until": str(horizon)}
    for sealed in (False, True):
        after = FIRST
        while rows := _read(CHANGED, sealed, type=after[0], id=after[1], **between):
            _compare(rows, sealed, report)
            after = (rows[-1].type, rows[-1].id)
    many = max(PORTION, _how_many(at.sealed) // share)
    rows = _read(WALK, at.sealed, type=at.after[0], id=at.after[1], known=sorted(_renderers), limit=many)
    _compare(rows, at.sealed, report)
    if rows:
        _remember(Where(horizon, at.sealed, (rows[-1].type, rows[-1].id)))
    else:
        _remember(Where(horizon, not at.sealed, FIRST))
    return report


@dataclass(frozen=True, slots=True)
class Present:
    """The last version of one resource: whose it is, by which renderer, and its bytes."""

    type: str
    id: UUID
    renderer: int
    body: bytes
    media: str
    subject: tuple[SubjectKind, UUID]
    data_class: DataClass
    happened_at: datetime


_COLUMNS = "v.type, v.id, v.renderer, v.digest, v.body, v.media, v.subject_kind, v.subject, v.data_class, v.happened_at"
_ROWS = f"""
SELECT {_COLUMNS}
FROM {{current}} c JOIN {{version}} v ON v.type = c.type AND v.id = c.id AND v.version = c.version
WHERE v.body IS NOT NULL AND """  # noqa: S608
WALK = "(v.type, v.id) > (%(type)s, %(id)s) AND v.type = ANY (%(known)s) "
CHANGED = WALK + "AND v.tx >= %(since)s::xid8 AND v.tx < %(until)s::xid8 "
ONE = "v.type = %(type)s AND v.id = %(id)s "
_ORDER = "ORDER BY {} LIMIT %(limit)s"
# Those of a plentiful type that stand alone; %(from)s lets the walk go along the index of ids.
_ALONE = f"""
SELECT {_COLUMNS} FROM ledger_version v
WHERE v.body IS NOT NULL AND v.type = %(kind)s AND v.version = 1 AND v.id >= %(from)s
  AND NOT EXISTS (SELECT FROM ledger_current c WHERE c.type = v.type AND c.id = v.id) AND """  # noqa: S608


def _read(which: str, sealed: bool, **values: Any) -> list[Present]:
    """Give the next present entries in the order of type and id: those with a row of their own, and those that stand alone."""
    names = ("ledger_sealed_current", "ledger_sealed_version") if sealed else ("ledger_current", "ledger_version")
    values = {"limit": PORTION, "from": FIRST[1], **values}
    with db.writing(CHECKER), connection.cursor() as cursor:
        cursor.execute(_ROWS.format(current=names[0], version=names[1]) + which + _ORDER.format("v.type, v.id"), values)
        rows = cursor.fetchall()
        for kind in () if sealed else sorted(PLENTIFUL):
            if values["type"] <= kind:
                at = values["id"] if values["type"] == kind else FIRST[1]
                cursor.execute(_ALONE + which + _ORDER.format("v.id"), {**values, "kind": kind, "from": at})
                rows += cursor.fetchall()
    return [_present(row, sealed) for row in sorted(rows, key=lambda r: (r[0], r[1].bytes))[: values["limit"]]]


def _present(row: tuple[Any, ...], sealed: bool) -> Present:
    kind, id_, renderer, digest, stored, media, subject_kind, subject, data_class, happened_at = row
    body = opened(stored, digest, (id_, subject), sealed=sealed) or b""
    whose = (SubjectKind(subject_kind), subject)
    return Present(kind, id_, renderer, body, media, whose, DataClass(data_class), happened_at)


@dataclass(frozen=True, slots=True)
class Where:
    """How far the turns have come."""

    horizon: int
    sealed: bool
    after: tuple[str, UUID]


def _where() -> Where:
    with connection.cursor() as cursor:
        cursor.execute("SELECT horizon, sealed, after_type, after_id FROM ledger_check")
        row = cursor.fetchone()
    return Where(row[0], row[1], (row[2], row[3])) if row else Where(_horizon(), False, FIRST)


def _remember(where: Where) -> None:
    with db.writing(CHECKER), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_check AS k (horizon, sealed, after_type, after_id, at) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (id) DO UPDATE SET horizon = excluded.horizon, sealed = excluded.sealed, "
            "after_type = excluded.after_type, after_id = excluded.after_id, at = excluded.at",
            [where.horizon, where.sealed, *where.after, clock.now()],
        )


def _horizon() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def _how_many(sealed: bool) -> int:
    with connection.cursor() as cursor:
        name = "ledger_sealed_version" if sealed else "ledger_version"  # a resource has one version or more
        cursor.execute(
            "SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = to_regclass(%s)",
            [name],
        )
        return int(cursor.fetchone()[0])


def _rendered(kind: str, ids: Sequence[UUID]) -> dict[UUID, Json]:
    found: dict[UUID, Json] = {}
    with db.writing(CHECKER):
        for render in _renderers[kind]:
            found |= render(ids)
    return found


def _compare(rows: list[Present], sealed: bool, report: Report) -> None:
    for kind in sorted({row.type for row in rows}):
        alike = [row for row in rows if row.type == kind]
        now = _rendered(kind, [row.id for row in alike])
        for row in alike:
            report.compared += 1
            if _fields(row.body, now.get(row.id)):
                _settle(row, sealed, report)


def _settle(row: Present, sealed: bool, report: Report) -> None:
    """Look again at one that differed: an action may have changed it between the two looks."""
    again = _read(ONE, sealed, type=row.type, id=row.id)
    body = _rendered(row.type, [row.id]).get(row.id)
    if not again or not (fields := _fields(again[0].body, body)):
        return
    if again[0].renderer < RENDERER and body is not None:
        report.renewed += _renew(again[0], body)
    else:
        report.faults.append(Differs(row.type, row.id, fields))


def _fields(kept: bytes, now: Json | None) -> tuple[str, ...]:
    if now is None:
        return ("no row",)
    if now is ALONE:
        return ()
    was, is_ = decode(kept), decode(encode(now))
    return tuple(sorted(name for name in {*was, *is_} if was.get(name) != is_.get(name)))


def _renew(row: Present, body: Json) -> int:
    """Append a version with the reason `format`, unless the row changed meanwhile; then the next night looks again."""
    new, said = encode(body), describe(row.type, body, sealed=row.data_class in SEALED)
    entry = Entry(
        subject_kind=row.subject[0],
        subject=row.subject[1],
        type=row.type,
        id=row.id,
        data_class=row.data_class,
        body=new,
        media=row.media,
        person_id=row.subject[1] if row.subject[0] is SubjectKind.PERSON else None,
        happened_at=row.happened_at,
        code=said.code,
        status=said.status,
        live=said.live,
        index=said.index,
    )
    try:
        with db.writing(CHECKER, reason="format") as work:
            work.action = "ledger.format"
            work.entries.append(entry)
            keep_now(work)  # holds the head of the chain: nobody else keeps anything of this subject until the end
            if encode(_rendered(row.type, [row.id]).get(row.id)) != new:
                raise _Moved
    except _Moved:
        return 0
    return 1


class _Moved(Exception):
    """The row changed while its entry was written anew."""
