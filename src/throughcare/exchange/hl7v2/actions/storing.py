"""Clinical messages are stored first and charted after: what is answered is durable, and charting makes nobody wait.

Storing is one insert for all that came at the same moment. Charting goes in the order in which messages came, one hand at
a time, so that a person's later word never comes before an earlier one. Custody's messages take the whole way at once.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import DatabaseError, connection

from throughcare.duties import actions as duties
from throughcare.exchange.hl7v2.actions.keeping import FEED, lock_people
from throughcare.exchange.hl7v2.actions.receiving import decided, row_of
from throughcare.exchange.hl7v2.actions.settling import kind_of, settle
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.rules import Answer, Verdict, type_of
from throughcare.exchange.models import Message
from throughcare.kernel import events
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor

log = logging.getLogger(__name__)
STORED_FIRST = frozenset({"ORU", "OUL", "VXU", "RSP", "MDM"})
PARCEL = 32
_HAND = 7_204_511  # the advisory lock of whoever charts


@dataclass(frozen=True, slots=True)
class Came:
    """One message as it came, read and judged."""

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
def store_messages(*, actor: Actor, came: Sequence[Came], door: str) -> list[UUID | None]:
    """Keep what came, all by one insert; gives the id of each, and none for what was here before."""
    rows = []
    for one in came:
        row = row_of(one.raw, one.said, one.verdict, door)
        row.status = "received"
        rows.append(row)
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    kept = set(Message.objects.filter(id__in=[row.id for row in rows]).values_list("id", flat=True))
    return [row.id if row.id in kept else None for row in rows]


@action("exchange.chart_messages")
def chart_messages(*, actor: Actor, most: int = PARCEL, apply: bool = True) -> int:
    """Chart the messages that were stored longest ago; gives how many. Only one hand charts at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_HAND])
        if not cursor.fetchone()[0]:
            return 0
    rows = list(Message.objects.filter(status="received").order_by("received_at", "id")[:most])
    with duties.together():
        for row in rows:
            _chart(row, apply=apply)
            events.drain()
    return len(rows)


def _chart(row: Message, *, apply: bool) -> None:
    said = parse(bytes(row.raw or b""))
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
