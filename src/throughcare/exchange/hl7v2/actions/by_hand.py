"""What people do at the exceptions board: try again, correct, name or register the person, dismiss with a reason."""

import hashlib
from uuid import UUID

from throughcare.chart import actions as chart
from throughcare.exchange.hl7v2 import whom
from throughcare.exchange.hl7v2.actions.keeping import (
    Receipt,
    asking_message,
    bytes_of,
    close,
    held_message,
    keep,
    numbers_of,
    settled,
)
from throughcare.exchange.hl7v2.actions.receiving import accepts
from throughcare.exchange.hl7v2.actions.waiting import by_hand
from throughcare.exchange.hl7v2.charting import results
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.rules import Answer, judge
from throughcare.exchange.models import Correction, Message
from throughcare.kernel import clock, events
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import uuid7
from throughcare.people import actions as people

LARGEST = 64 * 1024


@action("exchange.replay_message")
def replay_message(*, actor: Actor, intent: UUID | None = None, message_id: UUID) -> Receipt:
    """Try a held message again, as somebody asks; what is still missing is said again."""
    row = held_message(message_id)
    said = parse(bytes_of(row))
    return by_hand(row, said, actor)


@action("exchange.dismiss_message")
def dismiss_message(*, actor: Actor, intent: UUID | None = None, message_id: UUID, why: str) -> None:
    """Take a held message off the board without applying it; the reason stands beside it for ever."""
    if len(why.strip()) < 3:
        raise Invalid("Say why, in a few words.", fields={"why": "Say why, in a few words."})
    row = held_message(message_id)
    close(row, "refused", actor, why.strip())
    row.save()
    keep(row)
    events.emit(settled(row))


@action("exchange.name_person")
def name_person(*, actor: Actor, intent: UUID | None = None, message_id: UUID, person_id: UUID) -> Receipt:
    """Say whom a held message is about: the number becomes that person's, and the message is tried again."""
    row = held_message(message_id)
    said = parse(bytes_of(row))
    numbers = numbers_of(said)
    if not numbers:
        raise Invalid("This message carries no number that could be a person's. Dismiss it, or ask the sender.")
    if whom.is_of_two(said):
        raise Invalid("This message is about two numbers. Register or name each of them on its own chart first.")
    unheld = [one for one in numbers if not whom.holders([one])]
    if unheld:
        people.correct(actor=actor, person_id=person_id, demographics=whom.as_is(person_id), numbers=unheld)
    row.person_id, row.named = person_id, True
    return by_hand(row, said, actor)


@action("exchange.register_person")
def register_person(*, actor: Actor, intent: UUID | None = None, message_id: UUID) -> Receipt:
    """Open a chart with what a held message says of somebody whom nobody here knows, and try it again."""
    row = held_message(message_id)
    said = parse(bytes_of(row))
    who = said.person
    if who is None or not who.names:
        raise Invalid("This message does not say a name. Choose a person who is here already, or ask the sender.")
    numbers = [one for one in numbers_of(said) if not whom.holders([one])]
    people.register(actor=actor, demographics=whom.demographics(who, None), numbers=numbers, source=row.door)
    return by_hand(row, said, actor)


@action("exchange.correct_message")
def correct_message(*, actor: Actor, intent: UUID | None = None, message_id: UUID, raw: bytes, why: str) -> Receipt:
    """Keep a corrected wording beside the bytes that came, and try the message again by it; the bytes never change.

    It stays the same message of the same sender: whoever means another one asks for it to be sent.
    """
    if len(why.strip()) < 3:
        raise Invalid("Say why, in a few words. What you typed is kept.", fields={"why": "Say why, in a few words."})
    row = held_message(message_id)
    if len(raw) > LARGEST:
        raise Invalid("This is longer than a message can be. Nothing was changed.", fields={"text": "Shorten it."})
    if raw == bytes_of(row):
        raise Invalid("This is what the message says already.", fields={"text": "Change what is wrong in it."})
    said = parse(raw)
    verdict = judge(said, accepts())
    if verdict.answer is not Answer.ACCEPT:
        first = verdict.reasons[0]
        raise Invalid(
            "It can't be understood like this. Nothing was changed; what you typed is kept.",
            fields={"text": f"{first.place}: {first.sentence}"},
        )
    if said.header is None or (said.header.sender, said.header.control_id) != (row.sender, row.control_id):
        raise Invalid(
            "The sender and the id of a message stay as they came.",
            fields={"text": "Put the sender (MSH-3, MSH-4) and the id (MSH-10) back as they were."},
        )
    Correction.objects.create(
        id=uuid7(),
        message=row,
        n=row.corrections.count() + 1,
        raw=raw,
        digest=hashlib.sha256(raw).digest(),
        by=actor.label()[:160],
        at=clock.now(),
        why=why.strip()[:1000],
    )
    row.trigger = said.trigger[:20]
    return by_hand(row, said, actor)


@action("exchange.link_result")
def link_result(*, actor: Actor, intent: UUID | None = None, message_id: UUID, order_id: UUID) -> None:
    """Say which order the results of a message answer; each report of it that has none is linked to that order."""
    row = asking_message(message_id, "order")
    if row.person_id is None:
        raise Invalid("This message is about nobody yet. Say first whom it is about.")
    linked = 0
    for report in results.reports_of(row.person_id, parse(bytes_of(row))):
        if report.order_id is None:
            chart.link_order(actor=actor, person_id=report.person_id, report_id=report.id, order_id=order_id)
            linked += 1
    _settle_asking(row, actor, f"Linked: {linked}.")


@action("exchange.settle_asking")
def settle_asking(*, actor: Actor, intent: UUID | None = None, message_id: UUID, why: str) -> None:
    """Say that an applied message wants nothing more, with the reason: a result that needs no order, a request declined."""
    if len(why.strip()) < 3:
        raise Invalid("Say why, in a few words.", fields={"settled": "Say why, in a few words."})
    _settle_asking(asking_message(message_id), actor, why.strip()[:1000])


def _settle_asking(row: Message, actor: Actor, why: str) -> None:
    row.asks = ""
    close(row, "applied", actor, why)
    row.save()
    keep(row)
    events.emit(settled(row))
