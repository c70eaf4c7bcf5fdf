"""Clinical messages are stored first and charted after: what is answered is durable, and charting makes nobody wait.

Storing is one insert for all that came at the same moment. Charting goes in the order in which messages came, one hand at
a time, so that a person's later word never comes before an earlier one. Custody's messages take the whole way at once.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper

from throughcare.duties import actions as duties
from throughcare.exchange.hl7v2.actions.keeping import FEED, Receipt, lock_people
from throughcare.exchange.hl7v2.actions.parcels import chart_together
from throughcare.exchange.hl7v2.actions.receiving import accepts, decided, row_of, times_and_troubles
from throughcare.exchange.hl7v2.actions.settling import Undone, kind_of, settle
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.rules import Answer, Verdict, judge, type_of
from throughcare.exchange.models import Message
from throughcare.kernel import clock, events
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor

log = logging.getLogger(__name__)
STORED_FIRST = frozenset({"ORU", "OUL", "VXU", "RSP", "MDM"})
PARCEL = 32
_HAND = 7_204_511  # the advisory lock of whoever charts


@dataclass(frozen=True, slots=True)
class Came:
    """One message as it came, read as far as its answer depends on it, and judged. `said` may be a glance."""

    raw: bytes
    said: Facts
    verdict: Verdict

    @property
    def can_wait(self) -> bool:
        """Tell whether it is answered when it is stored: it is understood, has an id, and is about care, not about custody."""
        header = self.said.header
        named = header is not None and bool(header.control_id)
        return named and self.verdict.answer is Answer.ACCEPT and type_of(self.said) in STORED_FIRST


@action("exchange.store_messages")
def store_messages(*, actor: Actor, came: Sequence[Came], door: str) -> list[Receipt]:
    """Keep what came, all by one insert, in its order; what was here before is kept as a repeat, with the answer of the first."""
    now = clock.now()
    rows = [_row(one, door, now + timedelta(microseconds=n)) for n, one in enumerate(came)]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP + ", ".join([_ONE] * len(rows)) + _ONCE, [value for row in rows for value in row])
        kept = {one for (one,) in cursor.fetchall()}
        repeats = [row for row in rows if row[0] not in kept]
        answers = _repeated(cursor, repeats) if repeats else {}
    return [
        Receipt(row[0], "received", row[7]) if row[0] in kept else Receipt(row[0], "repeated", answers[row[0]])
        for row in rows
    ]


_COLUMNS = "id, raw, digest, sender, control_id, trigger, door, answer, received_at, happened_at, problems"
_EMPTY = """version, hold, sentence, waits_for, named, booking, story, "left", asks, settled_by, why"""
_BLANK = "1, '', '', '', false, '', '{}', '[]', '', '', ''"
_KEEP = f"INSERT INTO exchange_message ({_COLUMNS}, status, {_EMPTY}) VALUES "  # noqa: S608
_ONE = f"(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'received', {_BLANK})"
# Whoever stores the same at this moment is waited for.
_ONCE = " ON CONFLICT (sender, control_id, digest) WHERE repeat_of_id IS NULL AND NOT control_id = '' DO NOTHING RETURNING id"
_AGAIN = f"""
INSERT INTO exchange_message (id, digest, sender, control_id, trigger, door, answer, received_at, happened_at, problems,
  status, repeat_of_id, {_EMPTY})
SELECT r.id, m.digest, m.sender, m.control_id, r.trigger, r.door, m.answer, r.received_at, r.happened_at, '[]',
  'repeated', m.id, {_BLANK}
FROM (VALUES :rows) AS r (id, digest, sender, control_id, trigger, door, received_at, happened_at)
JOIN exchange_message m ON m.sender = r.sender AND m.control_id = r.control_id AND m.digest = r.digest AND m.repeat_of_id IS NULL
RETURNING id, answer
"""  # noqa: S608
_REPEAT = "(%s::uuid, %s::bytea, %s, %s, %s, %s, %s::timestamptz, %s::timestamptz)"
_Row = tuple[UUID, bytes, bytes, str, str, str, str, str, datetime, datetime | None, str]


def _row(one: Came, door: str, now: datetime) -> _Row:
    row = row_of(one.raw, one.said, one.verdict, door, now)
    words = row.sender, row.control_id, row.trigger, row.door, row.answer
    return row.id, one.raw, bytes(row.digest), *words, now, row.happened_at, json.dumps(row.problems)


def _repeated(cursor: CursorWrapper, rows: list[_Row]) -> dict[UUID, str]:
    """Keep that these came again; give what each is answered, as the first of its kind was."""
    values = [(id_, digest, *words, now, at) for id_, _, digest, *words, _, now, at, _ in rows]
    sql = _AGAIN.replace(":rows", ", ".join([_REPEAT] * len(values)))
    cursor.execute(sql, [one for row in values for one in row])
    return dict(cursor.fetchall())


@action("exchange.chart_messages")
def chart_messages(*, actor: Actor, most: int = PARCEL, apply: bool = True, together: bool = False) -> int:
    """Chart the messages that were stored longest ago; gives how many. Only one hand charts at a time.

    Each is charted to a savepoint of its own; `together`, in one go, which raises Undone where one must be undone.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_HAND])
        if not cursor.fetchone()[0]:
            return 0
    rows = list(Message.objects.filter(status="received").order_by("received_at", "id")[:most])
    with duties.together():
        if together:
            chart_together([(row, _read(row)) for row in rows])
        else:
            for row in rows:
                _chart(row, apply=apply)
                events.drain()
    return len(rows)


def _read(row: Message) -> Facts:
    said = parse(bytes(row.raw or b""))
    # It was stored after a glance; what else is odd about it stands with it from now on.
    row.happened_at, row.problems = times_and_troubles(said, judge(said, accepts()), row.received_at)
    return said


def _chart(row: Message, *, apply: bool) -> None:
    said = _read(row)
    also: tuple[UUID, ...] = ()
    if apply:
        lock_people(said)
        also = settle(row, said)
    else:
        row.hold = "failed"
        row.sentence = "Something of ours failed while this was applied. It is kept; try it again."
    row.version += 1
    decided(row, said, also)


def chart_all() -> int:
    """Chart until nothing waits; gives how many."""
    done = 0
    while count := chart_some():
        done += count
    return done


def chart_some() -> int:
    """Chart a parcel; what breaks it is tried alone, and held where it breaks again."""
    try:
        try:
            return chart_messages(actor=FEED, together=True)
        except Undone as undone:
            log.info("a parcel of messages is charted one by one: %s", kind_of(undone))
        return chart_messages(actor=FEED)
    except (DatabaseError, ValueError, TypeError, LookupError) as error:
        log.error("messages could not be charted together: %s", kind_of(error))
        connection.close_if_unusable_or_obsolete()
    try:
        return chart_messages(actor=FEED, most=1)
    except (DatabaseError, ValueError, TypeError, LookupError) as error:
        log.error("a message could not be charted: %s", kind_of(error))
        connection.close_if_unusable_or_obsolete()
        return chart_messages(actor=FEED, most=1, apply=False)
