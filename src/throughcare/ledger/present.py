"""The present state made anew from the versions, at will: what `ledger_current` says stands in versions and labels."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from throughcare.kernel.fhir import decode
from throughcare.ledger import body as bodies
from throughcare.ledger.entry import Said, describe

PORTION = 2000
FIRST = ("", UUID(int=0))
# What a body that law destroyed still says of itself.
GONE = Said("", "", live=False)


@dataclass(frozen=True, slots=True)
class Last:
    """The last version of one resource."""

    position: int
    type: str
    id: UUID
    body: bytes | None


def rebuild(label_bits: Mapping[str, int], *, progress: Callable[[int], None] = lambda _: None) -> int:
    """Write every present row that differs from its last version and its labels; give how many differed."""
    names, bits = list(label_bits), list(label_bits.values())
    changed = read = 0
    for sealed in (False, True):
        for portion in portions(sealed):
            said = [
                describe(last.type, decode(last.body), sealed=sealed) if last.body is not None else GONE
                for last in portion
            ]
            columns: list[list[Any]] = [
                [last.id for last in portion],
                [last.position for last in portion],
                [one.code for one in said],
                [one.status for one in said],
                [one.live for one in said],
                [one.index.array for one in said],
                [one.index.from_at for one in said],
                [one.index.to_at for one in said],
            ]
            changed += _one(
                "SELECT ledger_present(%s, %s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::boolean[], "
                "%s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::int[])",
                sealed,
                *columns,
                names,
                bits,
            )
            read += len(portion)
            progress(read)
        changed += _one("SELECT ledger_present_prune(%s)", sealed)
    return changed


def portions(sealed: bool) -> Iterator[list[Last]]:
    """Give the last version of every resource, some at a time, in the order of id and type."""
    after: tuple[str, UUID] = FIRST
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM ledger_last_versions(%s, %s, %s, %s)", [sealed, *after, PORTION])
            rows = cursor.fetchall()
        if rows:
            yield [_last(row, sealed) for row in rows]
            after = (rows[-1][1], rows[-1][2])
        if len(rows) < PORTION:
            return


def _last(row: tuple[Any, ...], sealed: bool) -> Last:
    position, kind, id_, subject, digest, stored = row
    return Last(position, kind, id_, opened(stored, digest, (id_, subject), sealed=sealed))


def misindexed() -> Iterator[tuple[str, UUID]]:
    """Find the present rows that are not found by what their last version says."""
    for portion in portions(sealed=False):
        said = {
            (one.type, one.id): describe(one.type, decode(one.body)).index for one in portion if one.body is not None
        }
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT type, id, terms, from_at, to_at FROM ledger_current WHERE id = ANY (%s)",
                [[o.id for o in portion]],
            )
            for kind, id_, terms, from_at, to_at in cursor.fetchall():
                found = said.get((kind, id_))
                if found is not None and (list(found.terms), found.from_at, found.to_at) != (terms, from_at, to_at):
                    yield kind, id_


def stand(kind: str, id: UUID) -> None:
    """Write the present row of one that stood alone, before something is said of it that its version can't hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject, digest, body FROM ledger_version WHERE id = %s AND type = %s AND version = 1 AND body IS NOT NULL",
            [id, kind],
        )
        for subject, digest, stored in cursor.fetchall():
            said = describe(kind, decode(opened(stored, digest, (id, subject), sealed=False) or b"{}"))
            cursor.execute("SELECT ledger_stand(%s, %s, %s, %s)", [kind, id, said.code, said.status])


def opened(stored: bytes | None, digest: bytes, own: bodies.Own, *, sealed: bool) -> bytes | None:
    """Give the body of an entry, whose own two ids these are, as it was written; None where it was destroyed."""
    if stored is None:
        return None
    packed = bodies.unseal(bytes(stored), bound_to=bytes(digest)) if sealed else bytes(stored)
    return bodies.unpack(packed, own)


def _one(sql: str, *values: Any) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return int(cursor.fetchone()[0])
