"""The job that carries exports on: one step after another, in turn, each committed by itself. Whoever is stopped goes on where they were.

The clock's hand only sees that there is something to do: the work is done by a child of it, so that no tick waits for an export.
"""

import logging
import os
import time
from functools import partial
from uuid import UUID

from django.db import connection

from throughcare.access.realtime import real_now
from throughcare.exchange.bulk import actions, reading
from throughcare.exchange.bulk.models import Export
from throughcare.exchange.fhir.store import EpochMoved
from throughcare.kernel import beside as kernel

log = logging.getLogger(__name__)
LOCK = "SELECT pg_try_advisory_lock(hashtextextended(%s, 11))"
UNLOCK = "SELECT pg_advisory_unlock(hashtextextended(%s, 11))"


PATIENCE = 1.0  # seconds after which a child looks whether its parent still lives
_children: list[int] = []


def beside() -> int:
    """Have a process of its own carry on what waits, unless one does already; it ends when nothing waits. Gives how many were started."""
    if _running() or not (actions.waiting() or actions.over(real_now())):
        return 0
    child = kernel.begin(partial(_carry_on, os.getpid()))
    _children.append(child)
    return 1


def _running() -> bool:
    for child in list(_children):
        try:
            ended, code = os.waitpid(child, os.WNOHANG)
        except ChildProcessError:
            ended, code = child, 0
        if ended == 0:
            return True
        if code:
            log.error("exports are begun again: who carried them on ended with %s", os.waitstatus_to_exitcode(code))
        _children.remove(child)
    return False


def _carry_on(parent: int) -> None:
    """Carry on as long as the parent lives: what is stopped in the middle of a step is begun again."""
    os.nice(10)  # people at work come first
    while os.getppid() == parent and go_on(PATIENCE):
        pass


def go_on(seconds: float = 5.0) -> int:
    """Carry on what waits for some seconds, fairly; forget what is over. Gives the steps done."""
    for one in actions.over(real_now()):
        actions.end_export(actor=actions.WORKER, export_id=one, state="over")
    until, done = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        waiting = actions.waiting()
        moved = sum(_turn(one) for one in waiting)
        done += moved
        if not moved:
            break
    return done


def _turn(export_id: UUID) -> bool:
    """Do one step of an export that nobody else has in hand."""
    if not _asked(LOCK, export_id):
        return False
    try:
        export = Export.objects.select_related("token", "user", "posting").filter(id=export_id, state="asked").first()
        return export is not None and _step(export)
    except Exception as failure:  # noqa: BLE001  (one export's failure ends that export and no other; the kind is logged, never its words)
        log.error("export failed: [%s]", type(failure).__name__)
        actions.end_export(
            actor=actions.WORKER,
            export_id=export_id,
            state="failed",
            trouble="Something failed on our side. Ask again.",
        )
        return True
    finally:
        _asked(UNLOCK, export_id)


def _step(export: Export) -> bool:
    for _ in range(5):
        bearer = reading.bearer_of(export)
        if bearer is None:
            words = "The token that asked for this was taken back, or its account or posting has ended."
            actions.end_export(actor=actions.WORKER, export_id=export.id, state="failed", trouble=words)
            return True
        try:
            found = reading.step(export, bearer)
        except EpochMoved:
            continue
        actions.keep_step(actor=actions.WORKER, export_id=export.id, found=found, bearer=bearer)
        return True
    return False


def _asked(sql: str, export_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [str(export_id)])
        return bool(cursor.fetchone()[0])
