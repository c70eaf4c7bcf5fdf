"""Whom a clinical message is about, and what of it is charted nowhere: shared by every kind of message."""

from throughcare.exchange.documents import messages
from throughcare.exchange.hl7v2 import whom
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.facts import Person as Who
from throughcare.exchange.hl7v2.field_names import SEGMENTS
from throughcare.exchange.hl7v2.holding import Hold
from throughcare.exchange.hl7v2.rules import person_of
from throughcare.exchange.models import Message
from throughcare.people.models import Person


def found(row: Message, said: Facts) -> Person:
    """Give the person by number, or as somebody at the board said; hold where nobody here has it: none is registered."""
    named = named_at_board(row)
    if named is not None:
        return named
    who = person_of(said) or Who()
    numbers = whom.numbers(who.identifiers, said.sender)
    person = whom.known(who, numbers)
    if person is None:
        keys = whom.keys(numbers)
        sentence = "It is charted by itself when somebody with this number arrives; or say whom it is about."
        raise Hold("unknown_person", sentence, keys[0] if keys else "")
    return person


def named_at_board(row: Message) -> Person | None:
    """Give the person whom somebody at the board said this message is about."""
    if not row.named or row.person_id is None:
        return None
    person = Person.objects.select_related("survivor").filter(id=row.person_id).first()
    return person and (person.survivor or person)


def uncharted(said: Facts, used: frozenset[str]) -> tuple[str, ...]:
    """Name the segments that a message has and its charting does not use: they are kept with it and shown.

    What `beside` puts before somebody is not among them.
    """
    named = {one.name for one in said.segments}
    beside = messages.READ if named & messages.ITEMS else frozenset()
    rest = dict.fromkeys(one.name for one in said.segments if one.name not in used | beside)
    return tuple(f"{SEGMENTS[name]} ({name})" if name in SEGMENTS else name for name in rest)
