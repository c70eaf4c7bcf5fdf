"""What the clock makes of an event: moves first, then what it ends and closes, then what it opens."""

from collections.abc import Sequence
from uuid import UUID

from throughcare.duties import moves, rulebook
from throughcare.duties.desk import Closing, Desk, Opening, actor_label, cause, subject_of
from throughcare.duties.models import Duty
from throughcare.duties.rule import Facts, Rule, matches
from throughcare.duties.rulebook import Hearing, Rulebook
from throughcare.kernel.events import Event
from throughcare.kernel.fhir import decode, encode


def heeds(event: Event) -> bool:
    """Tell whether the clock has anything to do with an event; most it hasn't, and then nothing is read."""
    return event.name in rulebook.HEEDED or rulebook.at(event.happened_at).heeds(event.name)


def take_in(events: Sequence[Event]) -> Desk:
    """Do all that these events ask, in their order, on one desk; the caller flushes."""
    desk = Desk.over(events)
    for event in events:
        _hear(desk, event)
    return desk


def _hear(desk: Desk, event: Event) -> None:
    book = rulebook.at(event.happened_at)
    facts: Facts = decode(encode(event.payload()))
    # What this very event brought back, it does not end.
    restored = moves.apply(desk, book, event)
    for hearings, goes_on in ((book.ending, False), (book.closing, True)):
        # Found before anything closes: what follows on a closing is not closed by the very event that opened it.
        found = [(h, _concerned(desk, h[0], event, facts)) for h in hearings.get(event.name, ())]
        for hearing, duties in found:
            standing = [d for d in duties if d.closed_at is None and d.id not in restored]
            _close_by(desk, book, hearing, event, facts, standing, goes_on=goes_on)
    for hearing in book.opening.get(event.name, ()):
        _open_by(desk, hearing, event, facts)


def _close_by(
    desk: Desk, book: Rulebook, hearing: Hearing, event: Event, facts: Facts, duties: list[Duty], *, goes_on: bool
) -> None:
    _, trigger = hearing
    if not matches(trigger.when, facts):
        return
    reason = "" if trigger.outcome == "done" else event.name.replace("_", " ")
    closing = Closing(trigger.outcome, event.happened_at, actor_label(), reason, event.name, event.ref, facts)
    for duty in duties:
        desk.close(book, duty, closing, goes_on=goes_on)


def _concerned(desk: Desk, rule: Rule, event: Event, facts: Facts) -> list[Duty]:
    """Find what an event closes: the rule's open duties of the person, or of the one thing the event is about."""
    subject = subject_of(rule, event)
    if subject is None:
        return []
    mine = [d for d in desk.of(subject) if d.rule == rule.id]
    if rule.each != "thing" or event.name in rulebook.WHOLE_PERSON:
        return mine
    things = {str(event.ref), *(str(r) for r in facts.get("refs", ()))}
    return [d for d in mine if str(d.about) in things]


def _open_by(desk: Desk, hearing: Hearing, event: Event, facts: Facts) -> None:
    rule, trigger = hearing
    origin, subject = cause(rule, event), subject_of(rule, event)
    if origin is None or subject is None or origin in desk.told or not matches(trigger.when, facts):
        return
    desk.told.add(origin)
    desk.begin(
        rule,
        Opening(
            subject_id=subject,
            person_id=event.person_id if rule.subject == "person" else None,
            facility_id=event.facility_id or _facility_of(desk, subject),
            trigger=event.name,
            cause=origin,
            opened_at=event.happened_at,
            facts=facts,
            ref=event.ref,
            about=event.ref if rule.each == "thing" else None,
        ),
    )


def _facility_of(desk: Desk, subject: UUID) -> UUID | None:
    known = [(d.opened_at, d.facility_id) for d in desk.of(subject) if d.facility_id] + desk.placed_apart(subject)
    return max(known, key=lambda one: one[0])[1] if known else None
