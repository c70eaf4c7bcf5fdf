"""The ledger as the API reads it: single statements, prepared once, which also read the epoch and write the read log.

Ordinary entries are read outside a transaction of ours, one statement each. Sealed ones need to tell the database which
classes it may open, so they are read through `db.reading(lens)`, and only where the lens has any.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from throughcare.access import tokens
from throughcare.access.tokens import Bearer
from throughcare.exchange.fhir import gate, months
from throughcare.kernel import db, statement
from throughcare.ledger import body as bodies
from throughcare.ledger.entry import PLENTIFUL


# Not frozen: that would make one take seven times as long, and a page has a hundred.
@dataclass(slots=True, eq=False)
class Row:
    """One version of one resource as it is kept, with what decides who sees it. `body` is None where law destroyed it."""

    kind: str
    id: UUID
    version: int
    person_id: UUID | None
    data_class: str
    labels: int
    written_at: datetime
    position: int
    body: bytes | None = None
    from_at: datetime | None = None
    action: str = ""
    # The id as it is written, where it is known already.
    said: bytes = b""

    @property
    def word(self) -> bytes:
        """Give the id as it is written."""
        if not self.said:
            self.said = str(self.id).encode()
        return self.said


class EpochMoved(Exception):
    """Something that can narrow a lens has changed since the bearer's was made."""


def rows(sql: str, values: Sequence[Any], *, prepare: bool = True) -> list[tuple[Any, ...]]:
    """Run a statement past cursors: bound by the server, and prepared where it comes often."""
    return statement.run(sql, values, prepare=prepare)


COLUMNS = "c.type, c.id, c.version, c.person_id, c.data_class, c.labels, c.written_at, c.position, c.from_at"
BODY = "v.subject::text, v.digest, v.body"
# Where the digest stands in what READ gives: every version has one, whatever became of its body.
_DIGEST = 2 + COLUMNS.count(",") + 1 + 1
# Not a plain join: so each entry's body is looked for in the one partition of its month, and not in all of them.
JOIN = """JOIN LATERAL (
  SELECT x.subject, x.digest, x.body FROM {v} x WHERE x.id = c.id AND x.written_at = c.written_at AND x.position = c.position OFFSET 0
) v ON true"""
# The same in some months only, which are written out; what was written in others has no digest then.
JOIN_WITHIN = """LEFT JOIN LATERAL (
  SELECT x.subject, x.digest, x.body FROM ledger_version x
  WHERE x.id = c.id AND x.written_at = c.written_at AND x.position = c.position AND {within} OFFSET 0
) v ON true"""
LOG_COLUMNS = "user_id, user_name, role, purpose, kind, route, people, classes, note"
AT_LEISURE = "set_config('synchronous_commit', 'off', true) = 'off'"

_READ = f"""
WITH found AS (
  SELECT {COLUMNS}, {BODY} FROM ledger_current c {{join}} WHERE c.type = %s AND c.id = %s
), noted AS (
  INSERT INTO ledger_read ({LOG_COLUMNS})
  SELECT %s, %s, %s, %s, 'read', %s, CASE WHEN f.person_id IS NULL THEN '{{{{}}}}'::uuid[] ELSE ARRAY[f.person_id] END,
    ARRAY[f.data_class], %s FROM found f
  WHERE %s AND f.digest IS NOT NULL AND f.data_class = ANY (%s::text[]) AND f.labels & %s = 0 AND (f.person_id IS NULL OR %s OR f.person_id = ANY (%s::uuid[]))
    AND (SELECT n FROM access_epoch) = %s AND {AT_LEISURE}
  RETURNING 1
)
SELECT e.n, EXISTS (SELECT FROM noted), f.* FROM access_epoch e LEFT JOIN found f ON true
"""  # noqa: S608
READ = _READ.format(join=JOIN.format(v="ledger_version"))


@lru_cache(maxsize=200)
def _read_within(bounds: months.Bounds) -> str:
    return _READ.format(join=JOIN_WITHIN.format(within=months.within(bounds)))


ALONE = """
SELECT DISTINCT ON (v.id) v.type, v.id, v.version, CASE WHEN v.subject_kind = 'person' THEN v.subject END, v.data_class, 0::bigint,
  v.written_at, v.position, v.happened_at, v.subject::text, v.digest, v.body
FROM ledger_version v WHERE v.id = ANY (%s) AND v.type = %s ORDER BY v.id, v.version DESC
"""
SEALED = f"""
SELECT {COLUMNS}, {BODY} FROM ledger_sealed_current c {JOIN.format(v="ledger_sealed_version")} WHERE c.type = %s AND c.id = ANY (%s)
"""  # noqa: S608


def one(
    bearer: Bearer, kind: str, id: UUID, *, route: str, note: str = "", logged: bool = True
) -> tuple[Row | None, bool]:
    """Find a resource's present version; tell whether the statement has logged the reading already.

    It logs by itself what the lens shows whole of everybody. What needs a closer look is logged by whoever shows it.
    """
    who = gate.reader(bearer)
    values = [
        kind, id, who.id, who.name, who.role, who.purpose, route, note, logged and gate.logs(bearer, kind),
        who.free, who.telling, who.everyone, gate.standing(bearer), bearer.epoch,
    ]  # fmt: skip
    found = statement.run(_read_within(months.of_id(id)), values)[0]
    if found[2] is not None and found[_DIGEST] is None:  # its last version is of another month
        found = statement.run(READ, values)[0]
    if found[0] != bearer.epoch:
        raise EpochMoved
    if found[2] is not None:
        return _row(found[2:], sealed=False), found[1]
    if kind in PLENTIFUL and (alone := rows(ALONE, [[id], kind])):
        return _row(alone[0], sealed=False), False
    return next(iter(sealed_rows(bearer, kind, [id])), None), False


def sealed_rows(bearer: Bearer, kind: str, ids: Sequence[UUID]) -> list[Row]:
    """Find sealed resources that the database opens to this lens."""
    if not gate.sealed(bearer.lens):
        return []
    with db.reading(bearer.lens):
        return [_row(r, sealed=True) for r in rows(SEALED, [kind, list(ids)])]


VERSIONS = """
SELECT v.type, v.id, v.version, CASE WHEN v.subject_kind = 'person' THEN v.subject END, v.data_class,
  coalesce(c.labels, 0), v.written_at, v.position, v.happened_at, v.subject::text, v.digest, v.body, v.action
FROM {v} v LEFT JOIN {c} c ON c.type = v.type AND c.id = v.id
WHERE v.id = %s AND v.type = %s ORDER BY v.version DESC
"""


def versions(bearer: Bearer, kind: str, id: UUID) -> list[Row]:
    """Give every version of a resource, newest first, each with today's labels."""
    found = [
        _version(r, sealed=False) for r in rows(VERSIONS.format(v="ledger_version", c="ledger_current"), [id, kind])
    ]
    if found or not gate.sealed(bearer.lens):
        return found
    with db.reading(bearer.lens):
        sql = VERSIONS.format(v="ledger_sealed_version", c="ledger_sealed_current")
        return [_version(r, sealed=True) for r in rows(sql, [id, kind])]


EPOCH: statement.Ask = ("SELECT n FROM access_epoch", ())


def require_epoch(bearer: Bearer) -> None:
    """Begin again where the lens may have been narrowed meanwhile."""
    require_told(bearer, rows(*EPOCH))


def require_told(bearer: Bearer, told: statement.Rows) -> None:
    """Begin again where that is what EPOCH was answered."""
    if told[0][0] != bearer.epoch:
        raise EpochMoved


NOTE = f"""
INSERT INTO ledger_read ({LOG_COLUMNS}) SELECT %s, %s, %s, %s, 'read', %s, %s::uuid[], %s::text[], %s WHERE {AT_LEISURE}
"""


def note(bearer: Bearer, route: str, shown: Iterable[Row], words: str = "") -> None:
    """Write the read log of what was shown."""
    seen = list(shown)
    statement.run(NOTE, [*_looking(bearer, route, seen), words])


def _looking(bearer: Bearer, route: str, seen: Sequence[Row]) -> list[Any]:
    """Say who looks by which way at whom and what."""
    who = gate.reader(bearer)
    # By the number: an identifier of its own hashes and compares ten times as slowly.
    people = list({r.person_id.int: r.person_id for r in seen if r.person_id is not None}.values())
    people.sort()
    return [who.id, who.name, who.role, who.purpose, route, people, sorted({r.data_class for r in seen})]


READ_AND_NOTE = f"""
WITH noted AS (
  INSERT INTO ledger_read ({LOG_COLUMNS}) SELECT %s, %s, %s, %s, 'read', %s, %s::uuid[], %s::text[], '' WHERE {AT_LEISURE} RETURNING 1
), wanted AS (
  SELECT {COLUMNS}, {BODY} FROM unnest(%s::text[], %s::uuid[]) AS w (type, id)
  JOIN ledger_current c ON c.type = w.type AND c.id = w.id {JOIN.format(v="ledger_version")}
)
SELECT e.n, w.* FROM access_epoch e LEFT JOIN wanted w ON true
"""  # noqa: S608


def read_and_note(
    bearer: Bearer, route: str, shown: Sequence[Row], lacking: Sequence[Row]
) -> dict[tuple[str, UUID], Row]:
    """Read the bodies that are lacking, log all that is shown, and make sure that the lens still holds: one statement."""
    wanted = [[r.kind for r in lacking], [r.id for r in lacking]]
    found = statement.run(READ_AND_NOTE, [*_looking(bearer, route, shown), *wanted])
    if found[0][0] != bearer.epoch:
        raise EpochMoved
    read = [_row(r[1:], sealed=False) for r in found if r[1] is not None]
    return {(r.kind, r.id): r for r in read}


ELSEWHERE = f"""
SELECT e.n, c.position, {BODY} FROM access_epoch e
LEFT JOIN (unnest(%s::uuid[], %s::timestamptz[], %s::bigint[]) AS c (id, written_at, position) {JOIN.format(v="ledger_version")}) ON true
"""  # noqa: S608


def completed(bearer: Bearer, found: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Give rows of COLUMNS and BODY that were read with JOIN_WITHIN with the bodies of other months, and look that the lens still holds."""
    lacking = [r for r in found if r[-2] is None]
    if not lacking:
        return list(found)
    rest = statement.run(ELSEWHERE, [[r[1] for r in lacking], [r[6] for r in lacking], [r[7] for r in lacking]])
    if rest[0][0] != bearer.epoch:
        raise EpochMoved
    bodies_ = {r[1]: r[2:] for r in rest}
    return [r if r[-2] is not None else (*r[:-3], *bodies_[r[7]]) for r in found]


_OF_IDS = f"SELECT {COLUMNS}, {BODY} FROM ledger_current c {{join}} WHERE c.type = %s AND c.id = ANY (%s)"  # noqa: S608


@lru_cache(maxsize=200)
def _of_ids_within(bounds: months.Bounds | None) -> str:
    join = JOIN.format(v="ledger_version") if bounds is None else JOIN_WITHIN.format(within=months.within(bounds))
    return _OF_IDS.format(join=join)


def of_ids(bearer: Bearer, kind: str, ids: Sequence[UUID]) -> list[Row]:
    """Find these as they stand: in one month, where all of their ids were made in it."""
    guesses = {months.of_id(id_) for id_ in ids}
    found = rows(_of_ids_within(guesses.pop() if len(guesses) == 1 else None), [kind, list(ids)])
    return list(unpacked(completed(bearer, found)))


def fresh(bearer: Bearer, secret: str) -> Bearer | None:
    """Make the bearer's lens anew."""
    return tokens.bearer(secret, fresh=True)


def unpacked(found: Iterable[tuple[Any, ...]], *, sealed: bool = False) -> Iterator[Row]:
    """Give rows of COLUMNS and BODY as they are shown."""
    return (_row(r, sealed=sealed) for r in found)


def _row(r: tuple[Any, ...], *, sealed: bool) -> Row:
    kind, id_, version, person, cls, bits, written, position, from_at, subject, digest, stored = r[:12]
    said = str(id_).encode()
    body = opened(said, subject, digest, stored, sealed)
    return Row(kind, id_, version, person, cls, bits, written, position, body, from_at, "", said)


def _version(r: tuple[Any, ...], *, sealed: bool) -> Row:
    kind, id_, version, person, cls, bits, written, position, _, subject, digest, stored, action = r
    said = str(id_).encode()
    body = opened(said, subject, digest, stored, sealed)
    return Row(kind, id_, version, person, cls, bits, written, position, body, None, action, said)


def opened(said: bytes, subject: str, digest: bytes, stored: bytes | None, sealed: bool) -> bytes | None:
    if stored is None:
        return None
    packed = bodies.unseal(bytes(stored), bound_to=bytes(digest)) if sealed else bytes(stored)
    return bodies.unpack_as(packed, said, subject.encode())
