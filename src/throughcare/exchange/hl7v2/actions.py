"""The only writers of messages: keep the bytes, judge, apply if it can be applied, and say what became of it.

Order of safety: the bytes are kept in the same transaction as everything else, and what fails is undone to a savepoint,
so that a message which can't be applied is still durable, held with an owner. A repeat changes nothing.
"""

import hashlib
import logging
import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction

from throughcare import ledger
from throughcare.custody.refusals import Ahead, AlreadyIn, NotIn, OutOfOrder
from throughcare.exchange.events import MessageHeld, MessageRefused, MessageSettled
from throughcare.exchange.hl7v2 import applying, whom
from throughcare.exchange.hl7v2.acknowledge import acknowledge
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.holding import RETRIED, Applied, Hold
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.problems import Problem, odd
from throughcare.exchange.hl7v2.rules import ANY_PROCESSING, Accepts, Answer, Verdict, event_time, judge, place_of
from throughcare.exchange.hl7v2.where import normal, resolve
from throughcare.exchange.models import Message
from throughcare.kernel import clock, db, events
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Refused, Stale
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.people import actions as people
from throughcare.people.models import Person

log = logging.getLogger(__name__)
FEED = Actor.feed("HL7 v2")
_AGENCY = derived("agency")
# Where somebody is comes first: a sender whose clock, or whose zone, is off by less than a day is believed but for the time.
CLOCKS_APART = timedelta(hours=24)
_TRIES = 3
_MOST_WAITING = 500


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message: its row, its status, and the answer that is owed to the sender."""

    message_id: UUID
    status: str
    answer: str
    hold: str = ""


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
            return receipt, _acknowledgement(receipt, said, verdict)
        except OperationalError as error:  # a deadlock or a lost connection: the whole message is tried again
            log.warning("a message is tried again: %s", _kind(error))
            connection.close_if_unusable_or_obsolete()
            if attempt == _TRIES - 1:
                raise
        except (DatabaseError, ValueError, TypeError, LookupError) as error:
            if not apply:
                raise
            log.error("a message could not be applied at all: %s", _kind(error))
            apply = False
    raise AssertionError("every try ends by returning or raising")


def _acknowledgement(receipt: Receipt, said: Facts, verdict: Verdict) -> bytes:
    answer = Answer(receipt.answer)
    problems = verdict.problems if answer is not Answer.ACCEPT else tuple(p for p in verdict.problems if not p.stops)
    return acknowledge(said.header, answer, problems, now=clock.now(), own_id=receipt.message_id.hex[:20])


@action("exchange.receive_message")
def receive_message(*, actor: Actor, raw: bytes, door: str, apply: bool = True) -> Receipt:
    """Keep one message for ever and do what it says, if that can be done now; a repeat is answered as the first was."""
    said = parse(raw)
    verdict = judge(said, accepts())
    row = _row(raw, said, verdict, door)
    also: tuple[UUID, ...] = ()
    _lock(f"message {row.sender} {row.control_id}")
    first = _first(row)
    if first is not None:
        return _repeat(row, first)
    if verdict.answer is not Answer.ACCEPT:
        return _refuse(row, verdict)
    other = Message.objects.filter(sender=row.sender, control_id=row.control_id, repeat_of=None)
    if other.exclude(status="refused").exists():
        row.hold, row.sentence = (
            "other_content",
            "A message with this id came before, with other content. Say which counts.",
        )
    elif not apply:
        row.hold, row.sentence = "failed", "Something of ours failed while this was applied. It is kept; try it again."
    else:
        _lock_people(said)
        also = _settle(row, said)
    row.status = "held" if row.hold else "applied"
    row.facility_id = _facility(said) if row.hold else None
    row.save(force_insert=True)
    _keep(row)
    if row.status == "held":
        events.emit(_held(row))
    else:
        _free_also(also, None)
        _retry_waiting(row, said)
    return Receipt(row.id, row.status, row.answer, row.hold)


@action("exchange.replay_message")
def replay_message(*, actor: Actor, intent: UUID | None = None, message_id: UUID) -> Receipt:
    """Try a held message again, as somebody asks; what is still missing is said again."""
    row = _held_message(message_id)
    said = parse(_bytes(row))
    return _by_hand(row, said, actor)


@action("exchange.dismiss_message")
def dismiss_message(*, actor: Actor, intent: UUID | None = None, message_id: UUID, why: str) -> None:
    """Take a held message off the board without applying it; the reason stands beside it for ever."""
    if len(why.strip()) < 3:
        raise Invalid("Say why, in a few words.", fields={"why": "Say why, in a few words."})
    row = _held_message(message_id)
    _close(row, "refused", actor, why.strip())
    row.save()
    _keep(row)
    events.emit(_settled(row))


@action("exchange.name_person")
def name_person(*, actor: Actor, intent: UUID | None = None, message_id: UUID, person_id: UUID) -> Receipt:
    """Say whom a held message is about: the number becomes that person's, and the message is tried again."""
    row = _held_message(message_id)
    said = parse(_bytes(row))
    numbers = _numbers(said)
    if not numbers:
        raise Invalid("This message carries no number that could be a person's. Dismiss it, or ask the sender.")
    if whom.is_of_two(said):
        raise Invalid("This message is about two numbers. Register or name each of them on its own chart first.")
    unheld = [one for one in numbers if not whom.holders([one])]
    if unheld:
        people.correct(actor=actor, person_id=person_id, demographics=whom.as_is(person_id), numbers=unheld)
    row.person_id, row.named = person_id, True
    return _by_hand(row, said, actor)


@action("exchange.register_person")
def register_person(*, actor: Actor, intent: UUID | None = None, message_id: UUID) -> Receipt:
    """Open a chart with what a held message says of somebody whom nobody here knows, and try it again."""
    row = _held_message(message_id)
    said = parse(_bytes(row))
    who = said.person
    if who is None or not who.names:
        raise Invalid("This message does not say a name. Choose a person who is here already, or ask the sender.")
    numbers = [one for one in _numbers(said) if not whom.holders([one])]
    people.register(actor=actor, demographics=whom.demographics(who, None), numbers=numbers, source=row.door)
    return _by_hand(row, said, actor)


@action("exchange.retry_place")
def retry_place(*, actor: Actor, code: str) -> int:
    """Try every message that waits for this place again; give how many could be applied."""
    return _retry([f"place:{normal(code)}"[:300]])


@action("exchange.retry_person")
def retry_person(*, actor: Actor, person_id: UUID) -> int:
    """Try every message that waits for something about this person again; give how many could be applied."""
    return _retry([whom.key_of(person_id), *whom.keys(whom.numbers_of(person_id))])


@action("exchange.retry_due")
def retry_due(*, actor: Actor) -> int:
    """Try messages again that lay in the future when they came, and do no more."""
    done = 0
    due = Message.objects.select_for_update().filter(status="held", hold="ahead", happened_at__lte=clock.now())
    for row in due.order_by("happened_at")[:_MOST_WAITING]:
        done += _by_hand(row, parse(_bytes(row)), actor).status == "applied"
    return done


def _by_hand(row: Message, said: Facts, by: Actor) -> Receipt:
    _lock_people(said)
    if _try(row, said, by=by):
        _retry_waiting(row, said)
    return Receipt(row.id, row.status, row.answer, row.hold)


# --- receiving ------------------------------------------------------------------------------------------------------------


def _row(raw: bytes, said: Facts, verdict: Verdict, door: str) -> Message:
    header, now = said.header, clock.now()
    problems = [_problem(one) for one in verdict.problems[:50]]
    at = event_time(said)
    happened = at.at if at else None
    if happened is not None and timedelta() < happened - now <= CLOCKS_APART:
        happened = now
        problems.append(_problem(odd("EVN", 6, "The time lies ahead of ours; taken as the time of receipt.")))
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
    _keep(row)
    events.emit(MessageRefused(happened_at=row.received_at, ref=row.id, answer=row.answer))
    return Receipt(row.id, row.status, row.answer)


def _settle(row: Message, said: Facts) -> tuple[UUID, ...]:
    """Apply to a savepoint; set on the row what it came to. Gives the messages that it set free."""
    row.hold, row.sentence, row.waits_for = "", "", ""
    before = (row.person_id, row.stay_id)
    try:
        applied = _attempt(row, said)
    except Hold as hold:
        row.hold, row.sentence, row.waits_for = hold.hold, hold.sentence, hold.waits_for
    except (AlreadyIn, NotIn, OutOfOrder) as refused:
        row.hold, row.sentence = "out_of_order", refused.sentence
        row.waits_for = whom.key_of(row.person_id) if row.person_id else ""
    except Ahead as refused:
        row.hold, row.sentence = "ahead", refused.sentence
    except Refused as refused:
        row.hold, row.sentence = "not_taken", refused.sentence
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001
        # whatever it is, the message must outlive it; its text may hold what the sender wrote, so only its kind is logged
        log.error("message %s could not be applied: %s", row.id, _kind(error))
        row.hold, row.sentence = "failed", "Something of ours failed while this was applied. It is kept; try it again."
    else:
        row.sentence = applied.sentence
        return applied.also
    if row.hold in ("two_people", "other_person", "unknown_person", "failed") or not _exists(row.person_id):
        row.person_id, row.stay_id = before
    row.stay_id = before[1]
    return ()


def _attempt(row: Message, said: Facts) -> Applied:
    work = db.unit()
    entries, told = len(work.entries), len(work.events)
    try:
        with transaction.atomic():
            applied = applying.apply(row, said, FEED)
            events.drain()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            return applied
    except BaseException:
        del work.entries[entries:]
        del work.events[told:]
        raise


def _kind(error: Exception) -> str:
    """What failed and where, without its text: that may hold what the sender wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "throughcare" in frame.filename] or frames
    return f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}"


def _exists(person_id: UUID | None) -> bool:
    return person_id is not None and Person.objects.filter(id=person_id).exists()


# --- trying again ---------------------------------------------------------------------------------------------------------


def _retry_waiting(row: Message, said: Facts) -> None:
    """Try what waited for this message, its person or its numbers, until nothing more comes free."""
    _retry(_keys(row, said))


def _keys(row: Message, said: Facts) -> list[str]:
    keys = whom.keys(_numbers(said))
    if row.person_id:
        keys += [whom.key_of(row.person_id), *whom.keys(whom.numbers_of(row.person_id))]
    return keys


def _retry(keys: list[str]) -> int:
    wanted, done = set(keys), 0
    progress = True
    while progress:
        progress = False
        waiting = Message.objects.filter(status="held", hold__in=RETRIED, waits_for__in=wanted)
        for one in waiting.order_by("happened_at", "received_at").values_list("id", flat=True)[:_MOST_WAITING]:
            row = Message.objects.select_for_update().filter(id=one, status="held").first()
            if row is None:
                continue
            said = parse(_bytes(row))
            if _try(row, said, by=None):
                wanted.update(_keys(row, said))
                done, progress = done + 1, True
    return done


def _try(row: Message, said: Facts, *, by: Actor | None) -> bool:
    """Try a held message; write what became of it. True when it is applied."""
    before = (row.hold, row.sentence)
    also = _settle(row, said)
    if row.hold:
        if before != (row.hold, row.sentence) or by is not None:
            row.version += 1
            row.save()
            _keep(row)
        return False
    _free_also(also, by)
    _free(row, by)
    return True


def _free_also(also: tuple[UUID, ...], by: Actor | None) -> None:
    for free in Message.objects.select_for_update().filter(id__in=also, status="held", hold="out_of_order"):
        free.sentence = "Applied when what it waited for had come."
        _free(free, by)


def _free(row: Message, by: Actor | None) -> None:
    _close(row, "applied", by or FEED, "")
    row.save()
    _keep(row)
    events.emit(_settled(row))


def _close(row: Message, status: str, by: Actor, why: str) -> None:
    row.status, row.hold, row.waits_for = status, "", ""
    row.settled_at, row.settled_by, row.why = clock.now(), by.label()[:160], why
    row.version += 1


# --- small --------------------------------------------------------------------------------------------------------------------


def _held_message(message_id: UUID) -> Message:
    row = Message.objects.select_for_update().filter(id=message_id).first()
    if row is None:
        raise NotFound("There is no such message.")
    if row.status != "held":
        raise Stale("Somebody, or another message, has settled this one already. Nothing was changed.")
    return row


def _bytes(row: Message) -> bytes:
    return bytes(row.raw or b"")


def _numbers(said: Facts) -> list[people.Number]:
    identifiers = [one for person in said.people for one in person.identifiers]
    identifiers += [one for merge in said.merges for one in merge.identifiers]
    return whom.numbers(identifiers, said.sender)


def _facility(said: Facts) -> UUID | None:
    """Whose board a held message stands on: that of the facility it names, else the agency's."""
    place = place_of(said)
    spot = resolve(place) if place else None
    return spot.facility_id if spot else None


def _lock_people(said: Facts) -> None:
    """Messages about one person wait for each other, in one order of locks whatever the order of their numbers."""
    for key in sorted(whom.keys(_numbers(said))):
        _lock(key)


def _lock(key: str) -> None:
    number = int.from_bytes(hashlib.sha256(f"exchange {key}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _keep(row: Message) -> None:
    """The ledger knows of every message by its digest, and of every decision about it; the bytes stand in the row."""
    body = {
        "sender": row.sender,
        "controlId": row.control_id,
        "event": row.trigger,
        "digest": bytes(row.digest).hex(),
        "status": row.status,
        "answer": row.answer,
        "hold": row.hold,
        "by": row.settled_by,
        "why": row.why,
    }
    ledger.record(
        type="Message",
        id=row.id,
        body={key: value for key, value in body.items() if value},
        data_class=DataClass.DEMOGRAPHICS,
        person_id=row.person_id,
        subject=(ledger.SubjectKind.AGENCY, _AGENCY),
        media="throughcare/Message",
        happened_at=row.happened_at,
    )


def _held(row: Message) -> MessageHeld:
    return MessageHeld(
        happened_at=row.received_at, person_id=row.person_id, facility_id=row.facility_id, ref=row.id, hold=row.hold
    )


def _settled(row: Message) -> MessageSettled:
    at: datetime = row.settled_at or clock.now()
    return MessageSettled(happened_at=at, person_id=row.person_id, facility_id=row.facility_id, ref=row.id)
