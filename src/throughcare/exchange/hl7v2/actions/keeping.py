"""What all writers of messages share: the row to change, its bytes, its locks, and keeping what was decided in the ledger."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from throughcare import ledger
from throughcare.exchange.events import (
    MessageHeld,
    MessageSettled,
    ResultHeld,
    ResultUnordered,
)
from throughcare.exchange.hl7v2 import laboratory, panels, whom
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.rules import place_of, type_of
from throughcare.exchange.hl7v2.where import resolve
from throughcare.exchange.models import Message
from throughcare.kernel import clock, events
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotFound, Stale
from throughcare.kernel.events import Event
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import DataClass
from throughcare.people import actions as people

FEED = Actor.feed("HL7 v2")
_AGENCY = derived("agency")
ASKING: dict[str, type[Event]] = {"order": ResultUnordered}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message: its row, its status, and the answer that is owed to the sender."""

    message_id: UUID
    status: str
    answer: str
    hold: str = ""


def close(row: Message, status: str, by: Actor, why: str) -> None:
    """Settle a row: it waits no more."""
    row.status, row.hold, row.waits_for = status, "", ""
    row.settled_at, row.settled_by, row.why = clock.now(), by.label()[:160], why
    row.version += 1


def held_message(message_id: UUID) -> Message:
    """Fetch a held message to change it; one that is settled is refused."""
    row = Message.objects.select_for_update().filter(id=message_id).first()
    if row is None:
        raise NotFound("There is no such message.")
    if row.status != "held":
        raise Stale("Somebody, or another message, has settled this one already. Nothing was changed.")
    return row


def asking_message(message_id: UUID, asks: str = "") -> Message:
    """Fetch an applied message that still wants something of somebody; one that is settled is refused."""
    row = Message.objects.select_for_update().filter(id=message_id).first()
    if row is None:
        raise NotFound("There is no such message.")
    if not row.asks or (asks and row.asks != asks):
        raise Stale("Somebody has settled this one already. Nothing was changed.")
    return row


def bytes_of(row: Message) -> bytes:
    """Give what a message says: as it came, or as somebody corrected it last."""
    corrected = row.corrections.order_by("-n").first()
    return bytes(corrected.raw if corrected is not None else row.raw or b"")


def numbers_of(said: Facts) -> list[people.Number]:
    """Give the numbers by which a message names people."""
    identifiers = [one for person in said.people for one in person.identifiers]
    identifiers += [one for merge in said.merges for one in merge.identifiers]
    return whom.numbers(identifiers, said.sender)


def facility_of(said: Facts) -> UUID | None:
    """Whose board a held message stands on: that of the facility it names, else the agency's."""
    place = place_of(said)
    spot = resolve(place) if place else None
    return spot.facility_id if spot else None


def lock_people(said: Facts) -> None:
    """Messages about one person wait for each other, in one order of locks whatever the order of their numbers."""
    lock_all([said])


def lock_all(messages: Iterable[Facts]) -> None:
    """Lock the people of these messages, in the same one order."""
    keys = sorted({key for said in messages for key in whom.keys(numbers_of(said))})
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(k) FROM (SELECT k FROM unnest(%s::bigint[]) WITH ORDINALITY AS a (k, n) "
                "ORDER BY n) AS held",
                [[_number(key) for key in keys]],
            )


def lock(key: str) -> None:
    """Let one transaction after the other work on a key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(key)])


def _number(key: str) -> int:
    return int.from_bytes(hashlib.sha256(f"exchange {key}".encode()).digest()[:8], signed=True)


def keep(row: Message) -> None:
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
        "asks": row.asks,
    }
    corrected = row.corrections.order_by("-n").first() if row.status == "held" or row.settled_at else None
    if corrected is not None:
        body["correction"] = f"{corrected.n} {bytes(corrected.digest).hex()}"
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


def held(row: Message, said: Facts) -> MessageHeld:
    """Make the event of a message that waits; of results it says how urgent they are."""
    about = {"person_id": row.person_id, "facility_id": row.facility_id, "ref": row.id}
    if type_of(said) in ("ORU", "OUL"):
        urgency = laboratory.urgency(panels.panels(said))
        return ResultHeld(happened_at=row.received_at, **about, hold=row.hold, urgency=urgency)
    return MessageHeld(happened_at=row.received_at, **about, hold=row.hold)


def tell_of_asking(row: Message) -> None:
    """Tell the clock that an applied message still wants something of somebody."""
    if row.asks:
        kind = ASKING[row.asks]
        events.emit(kind(happened_at=row.received_at, person_id=row.person_id, facility_id=row.facility_id, ref=row.id))


def settled(row: Message) -> MessageSettled:
    """Make the event of a message that waits no more."""
    at: datetime = row.settled_at or clock.now()
    return MessageSettled(happened_at=at, person_id=row.person_id, facility_id=row.facility_id, ref=row.id)
