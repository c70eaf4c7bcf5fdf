"""The lines of an export: entries as they are kept, each as its lens shows it, with today's `meta`. What is shown whole is never read as JSON.

The lens is asked once for a person, class and labels, and its answer holds for all such entries of a step.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from throughcare.access.tokens import Bearer
from throughcare.exchange.fhir import gate, resource
from throughcare.exchange.fhir.store import Row
from throughcare.ledger import body as bodies

# id, version, person, class, labels, written at, subject, digest, body, whether it is of before the horizon
Found = tuple[Any, ...]
DATABASE_BEGINS = datetime(2000, 1, 1, tzinfo=UTC)
_NOT_ASKED: Any = object()
_seconds: dict[int, bytes] = {}


def shown(
    bearer: Bearer, kind: str, found: Iterable[Found], asked: tuple[str, ...], *, sealed: bool, since: int | None
) -> tuple[list[bytes], set[UUID], set[str]]:
    """Give what is shown, and of whom and which classes it is. `asked` are searches of which an entry must answer one."""
    said: list[bytes] = []
    decided: dict[tuple[bytes | None, str, int], tuple[str, ...] | None] = {}
    used: set[tuple[bytes | None, str, int]] = set()
    own = _Own()
    for id_, version, person, cls, bits, at, subject, digest, stored, _ in found:
        key = (person, cls, bits)
        cuts = decided.get(key, _NOT_ASKED)
        if cuts is _NOT_ASKED:
            who = None if person is None else UUID(bytes=person)
            cuts = decided[key] = gate.cuts(bearer, kind, who, cls, bits)
        written = int.from_bytes(at, signed=True)
        if cuts is None or stored is None or (since is not None and written < since):
            continue
        own_id = id_.encode()
        packed = bodies.unseal(bytes(stored), bound_to=bytes(digest)) if sealed else stored
        body = bodies.unpack_as(packed, own_id, own[subject])
        line: bytes | None = None
        if not cuts and not asked:
            line = resource.spliced(kind, own_id, version, _instant(written), bits, cls, body)
        if line is None:
            when = DATABASE_BEGINS + timedelta(microseconds=written)
            row = Row(kind, UUID(id_), version, None, cls, bits, when, 0, body)
            line = resource.shown(row, (*cuts, *asked))
        if line is not None:
            said.append(line)
            used.add(key)
    return said, {UUID(bytes=person) for person, _, _ in used if person is not None}, {cls for _, cls, _ in used}


class _Own(dict[bytes, bytes]):
    """Subjects in words: many entries are of one."""

    def __missing__(self, key: bytes) -> bytes:
        self[key] = str(UUID(bytes=key)).encode()
        return self[key]


def _instant(written: int) -> bytes:
    """Write an instant as `isoformat` does, without the zone; seconds are written once for all that fall into one."""
    second, micro = divmod(written, 1_000_000)
    words = _seconds.get(second)
    if words is None:
        if len(_seconds) > 10_000:
            _seconds.clear()
        words = _seconds[second] = (DATABASE_BEGINS + timedelta(seconds=second)).isoformat()[:-6].encode()
    return b"%b.%06d" % (words, micro) if micro else words
