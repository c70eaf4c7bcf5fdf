"""Does each entry still say what its row says? Rows are rendered again and compared with the bytes that were kept.

An entry of an older renderer whose rendering has changed since is written anew with the reason `format`; no old entry is
touched. An entry of today's renderer that differs is a fault: somebody changed a row past its action, or a mapper forgot.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.fhir import Json, decode, encode
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger.append import RENDERER, keep
from throughcare.ledger.entry import Entry, SubjectKind, describe
from throughcare.ledger.present import opened

# Gives the resources of these ids as their rows render now; an id whose row this renderer does not know is left out.
Render = Callable[[Sequence[UUID]], dict[UUID, Json]]
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
        while rows := _read(WALK, sealed, [*after, sorted(_renderers), PORTION]):
            _compare(rows, sealed, report)
            after = (rows[-1].type, rows[-1].id)
    return report


def turn(share: int = TURNS) -> Report:
    """Compare what was written since the last turn, and the next share of all the rest; in thirty days, everything."""
    report, at = Report(), _where()
    horizon = _horizon()
    for sealed in (False, True):
        after = FIRST
        while rows := _read(CHANGED, sealed, [*after, sorted(_renderers), str(at.horizon), str(horizon), PORTION]):
            _compare(rows, sealed, report)
            after = (rows[-1].type, rows[-1].id)
    rows = _read(WALK, at.sealed, [*at.after, sorted(_renderers), max(PORTION, _how_many(at.sealed) // share)])
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


_ROWS = """
SELECT c.type, c.id, v.renderer, v.digest, v.body, v.media, v.subject_kind, v.subject, v.data_class, v.happened_at
FROM {current} c JOIN {version} v ON v.type = c.type AND v.id = c.id AND v.version = c.version
WHERE v.body IS NOT NULL AND """
WALK = _ROWS + "(c.type, c.id) > (%s, %s) AND c.type = ANY (%s) ORDER BY c.type, c.id LIMIT %s"
CHANGED = _ROWS + (
    "(c.type, c.id) > (%s, %s) AND c.type = ANY (%s) AND v.tx >= %s::xid8 AND v.tx < %s::xid8 "
    "ORDER BY c.type, c.id LIMIT %s"
)
ONE = _ROWS + "c.type = %s AND c.id = %s"


def _read(sql: str, sealed: bool, values: list[Any]) -> list[Present]:
    names = ("ledger_sealed_current", "ledger_sealed_version") if sealed else ("ledger_current", "ledger_version")
    with db.writing(CHECKER), connection.cursor() as cursor:
        cursor.execute(sql.format(current=names[0], version=names[1]), values)
        return [_present(row, sealed) for row in cursor.fetchall()]


def _present(row: tuple[Any, ...], sealed: bool) -> Present:
    kind, id_, renderer, digest, stored, media, subject_kind, subject, data_class, happened_at = row
    body = opened(stored, digest, sealed=sealed) or b""
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
        name = "ledger_sealed_current" if sealed else "ledger_current"
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass(%s)", [name])
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
    again = _read(ONE, sealed, [row.type, row.id])
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
    was, is_ = decode(kept), decode(encode(now))
    return tuple(sorted(name for name in {*was, *is_} if was.get(name) != is_.get(name)))


def _renew(row: Present, body: Json) -> int:
    """Append a version with the reason `format`, unless the row changed meanwhile; then the next night looks again."""
    new = encode(body)
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
        **asdict(describe(body)),
    )
    try:
        with db.writing(CHECKER, reason="format") as work:
            work.action = "ledger.format"
            work.entries.append(entry)
            keep(work)  # holds the head of the chain: nobody else keeps anything of this subject until the end
            if encode(_rendered(row.type, [row.id]).get(row.id)) != new:
                raise _Moved
    except _Moved:
        return 0
    return 1


class _Moved(Exception):
    """The row changed while its entry was written anew."""
