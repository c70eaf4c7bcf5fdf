"""Proof from outside: does every chain hold, is every body what was written, is nothing cut off?"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import connection, transaction
from zstandard import ZstdError

from throughcare.ledger import anchors as anchoring
from throughcare.ledger import body as bodies
from throughcare.ledger import destruction
from throughcare.ledger.present import misindexed

PORTION = 5000


@dataclass(slots=True)
class VerifyReport:
    """What was checked, and the first thing of each kind that is broken."""

    entries: int = 0
    anchors: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Tell whether nothing is broken."""
        return not self.broken


def run(anchors: Path | None = None, *, progress: Callable[[int], None] = lambda _: None) -> VerifyReport:
    """Check links, heads, bodies, present state and read log; and against `anchors`, the signed file kept elsewhere."""
    report = VerifyReport()
    for sealed in (False, True):
        report.broken += _structure(sealed)
        report.broken += _bodies(sealed, report, progress)
        report.broken += _gone_without_order(sealed)
    report.broken += [f"read log: block [{n}] was changed or rows of it are missing" for (n,) in _rows(BLOCKS)]
    if report.sound:  # a body that was changed says nothing of how it is to be found
        report.broken += [
            f"entry: [{kind}/{id_}] is not found by what it says" for kind, id_ in islice(misindexed(), 1)
        ]
    if anchors is not None:
        report.broken += _against(anchors, report)
    return report


BLOCKS = "SELECT * FROM ledger_broken_blocks()"


def _structure(sealed: bool) -> Iterator[str]:
    where = "sealed entry" if sealed else "entry"
    for position, what in _rows("SELECT * FROM ledger_broken_links(%s)", sealed):
        yield f"{where} at position [{position}]: {what}"
    for (subject,) in _rows("SELECT * FROM ledger_broken_heads(%s)", sealed):
        yield f"{where}: the chain of [{subject}] does not end where its head says"
    for kind, id_ in _rows("SELECT * FROM ledger_broken_current(%s)", sealed):
        yield f"{where}: the present state of [{kind}/{id_}] is not its last version"


def _bodies(sealed: bool, report: VerifyReport, progress: Callable[[int], None]) -> Iterator[str]:
    for position, id_, subject, salt, digest, stored in _sealed_bodies() if sealed else _open_bodies():
        report.entries += 1
        if not _intact(salt, digest, stored, (id_, subject), sealed):
            yield f"{'sealed ' if sealed else ''}entry at position [{position}]: its body is not what was written"
            return
        if report.entries % PORTION == 0:
            progress(report.entries)


def _open_bodies() -> Iterator[tuple[Any, ...]]:
    """Give them as they lie on the disk, one portion in memory at a time."""
    with transaction.atomic():
        connection.ensure_connection()
        with connection.connection.cursor(name="ledger_bodies") as cursor:
            cursor.itersize = PORTION
            cursor.execute(
                "SELECT position, id, subject, salt, digest, body FROM ledger_version WHERE body IS NOT NULL"
            )
            yield from cursor


def _sealed_bodies() -> Iterator[tuple[Any, ...]]:
    after = 0
    while rows := _rows("SELECT * FROM ledger_sealed_bodies(%s, %s)", after, PORTION):
        yield from rows
        after = rows[-1][0]


def _gone_without_order(sealed: bool) -> Iterator[str]:
    """Find a body that is gone though no entry says by whose order."""
    gone = {position for (position,) in _rows("SELECT * FROM ledger_destroyed(%s)", sealed)}
    if gone - set(destruction.ordered(sealed)):
        where = "sealed entry" if sealed else "entry"
        first = min(gone - set(destruction.ordered(sealed)))
        yield f"{where} at position [{first}]: its body is gone, and no order to destroy it is in the ledger"


def _intact(salt: bytes, digest: bytes, stored: bytes, own: bodies.Own, sealed: bool) -> bool:
    try:
        packed = bodies.unseal(bytes(stored), bound_to=bytes(digest)) if sealed else bytes(stored)
        return bodies.digest(bytes(salt), bodies.unpack(packed, own)) == bytes(digest)
    except (InvalidTag, ZstdError, ValueError):
        return False


def _against(path: Path, report: VerifyReport) -> Iterator[str]:
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            problem = anchoring.check(json.loads(line))
        except (ValueError, KeyError, TypeError):
            problem = "can't be read"
        report.anchors += 1
        if problem:
            yield f"anchor on line [{number}]: {problem}"
            return


def _rows(sql: str, *values: bool | int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall())
