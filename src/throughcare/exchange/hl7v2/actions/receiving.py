"""A message comes in: its bytes are kept, it is judged, applied if it can be, and answered. A repeat changes nothing.

Order of safety: the bytes are kept in the same transaction as everything else, and what fails is undone to a savepoint,
so that a message which can't be applied is still durable, held with an owner.
"""

import hashlib
import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection

from throughcare.exchange.events import MessageRefused
from throughcare.exchange.hl7v2.acknowledge import acknowledge
from throughcare.exchange.hl7v2.actions.keeping import (
    FEED,
    Receipt,
    facility_of,
    held,
    keep,
    lock,
    lock_people,
    tell_of_asking,
)
from throughcare.exchange.hl7v2.actions.settling import kind_of, settle
from throughcare.exchange.hl7v2.actions.waiting import free_also, retry_waiting
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.problems import Problem, odd
from throughcare.exchange.hl7v2.rules import ANY_PROCESSING, Accepts, Answer, Verdict, event_time, judge, type_of
from throughcare.exchange.models import Message
from throughcare.kernel import clock, events
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import uuid7

log = logging.getLogger(__name__)
# Where somebody is comes first: a sender whose clock, or whose zone, is off by less than a day is believed but for the time.
CLOCKS_APART = timedelta(hours=24)
_TRIES = 3


def accepts() -> Accepts:
    """Say what this house takes: production messages only, unless everybody in it is invented."""
    return ANY_PROCESSING if settings.THROUGHCARE_DEMO else Accepts()


def receive(raw: bytes, door: str, *, apply: bool = True) -> tuple[Receipt, bytes]:
    """Keep and apply one message, then give the receipt and the acknowledgement; only both or neither leave this call.

    If anything beyond the savepoint fails, the message is kept again by itself, held as failed.
    """
    said = parse(raw)
    verdict = judge(said, accepts())
    for attempt in range(_TRIES):
        try:
            receipt = receive_message(actor=FEED, raw=raw, door=door[:80], apply=apply)
            return receipt, acknowledgement(receipt, said, verdict)
        except OperationalError as error:  # a deadlock or a lost connection: the whole message is tried again
            log.warning("a message is tried again: %s", kind_of(error))
            connection.close_if_unusable_or_obsolete()
            if attempt == _TRIES - 1:
                raise
        except (DatabaseError, ValueError, TypeError, LookupError) as error:
            if not apply:
                raise
            log.error("a message could not be applied at all: %s", kind_of(error))
            apply = False
    raise AssertionError("every try ends by returning or raising")


def acknowledgement(receipt: Receipt, said: Facts, verdict: Verdict) -> bytes:
    """Write what is answered to the sender."""
    answer = Answer(receipt.answer)
    problems = verdict.problems if answer is not Answer.ACCEPT else tuple(p for p in verdict.problems if not p.stops)
    return acknowledge(said.header, answer, problems, now=clock.now(), own_id=receipt.message_id.hex[:20])


@action("exchange.receive_message")
def receive_message(*, actor: Actor, raw: bytes, door: str, apply: bool = True) -> Receipt:
    """Keep one message for ever and do what it says, if that can be done now; a repeat is answered as the first was."""
    said = parse(raw)
    verdict = judge(said, accepts())
    row = row_of(raw, said, verdict, door, clock.now())
    also: tuple[UUID, ...] = ()
    lock(f"message {row.sender} {row.control_id}")
    first = _first(row)
    if first is not None:
        return _repeat(row, first)
    if verdict.answer is not Answer.ACCEPT:
        return _refuse(row, verdict)
    other = Message.objects.filter(sender=row.sender, control_id=row.control_id, repeat_of=None)
    # Laboratories count their ids anew; their reports are known by their own numbers, and what is older changes nothing.
    if type_of(said) == "ADT" and other.exclude(status="refused").exists():
        row.hold, row.sentence = (
            "other_content",
            "A message with this id came before, with other content. Say which counts.",
        )
    elif not apply:
        row.hold, row.sentence = "failed", "Something of ours failed while this was applied. It is kept; try it again."
    else:
        lock_people(said)
        also = settle(row, said)
    return decided(row, said, also, fresh=True)


def decided(row: Message, said: Facts, also: tuple[UUID, ...] = (), *, fresh: bool = False) -> Receipt:
    """Write what a message came to, tell of it, and try what it sets free; for the actions of this folder."""
    _stand(row, said)
    row.save(force_insert=fresh)
    _tell(row, said)
    if row.status != "held":
        free_also(also, None)
        retry_waiting(row, said)
    return Receipt(row.id, row.status, row.answer, row.hold)


def concluded(row: Message, said: Facts) -> None:
    """Do the same for one of a parcel, whose rows are written, and whose waiting messages are tried, at its end."""
    _stand(row, said)
    _tell(row, said)


def _stand(row: Message, said: Facts) -> None:
    row.status = "held" if row.hold else "applied"
    row.facility_id = facility_of(said) if row.hold else None


def _tell(row: Message, said: Facts) -> None:
    keep(row)
    if row.status == "held":
        events.emit(held(row, said))
    else:
        tell_of_asking(row)


def row_of(raw: bytes, said: Facts, verdict: Verdict, door: str, now: datetime) -> Message:
    """Give the row of a message as it came, before anything is decided but its answer."""
    header = said.header
    happened, problems = times_and_troubles(said, verdict, now)
    return Message(
        id=uuid7(),
        raw=raw,
        digest=hashlib.sha256(raw).digest(),
        sender=header.sender if header else "",
        control_id=header.control_id if header else "",
        trigger=said.trigger[:20],
        door=door,
        received_at=now,
        happened_at=happened,
        status="held",
        answer=verdict.answer.value,
        problems=problems,
    )


def times_and_troubles(said: Facts, verdict: Verdict, now: datetime) -> tuple[datetime | None, list[dict[str, object]]]:
    """Give when a message's event happened, if it says so, and what was odd about it, as its row keeps both."""
    problems = [_problem(one) for one in verdict.problems[:50]]
    at = event_time(said)
    happened = at.at if at else None
    if happened is not None and timedelta() < happened - now <= CLOCKS_APART:
        happened = now
        problems.append(_problem(odd("EVN", 6, "The time lies ahead of ours; taken as the time of receipt.")))
    return happened, problems


def _problem(one: Problem) -> dict[str, object]:
    return {
        "segment": one.segment,
        "row": one.row,
        "field": one.field,
        "sentence": one.sentence,
        "code": one.code.value,
        "stops": one.stops,
    }


def _first(row: Message) -> Message | None:
    if not row.control_id:
        return None
    same = Message.objects.filter(sender=row.sender, control_id=row.control_id, digest=row.digest, repeat_of=None)
    return same.only("id", "answer", "status", "hold", "person_id", "happened_at").first()


def _repeat(row: Message, first: Message) -> Receipt:
    row.raw, row.repeat_of, row.status, row.answer, row.problems = None, first, "repeated", first.answer, []
    row.save(force_insert=True)
    return Receipt(row.id, row.status, row.answer)


def _refuse(row: Message, verdict: Verdict) -> Receipt:
    row.status = "refused"
    row.sentence = " ".join(f"{one.place}: {one.sentence}" for one in verdict.reasons[:5])
    row.save(force_insert=True)
    keep(row)
    events.emit(MessageRefused(happened_at=row.received_at, ref=row.id, answer=row.answer))
    return Receipt(row.id, row.status, row.answer)
