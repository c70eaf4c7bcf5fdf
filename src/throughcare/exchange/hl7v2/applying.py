"""Applying one understood message: the person is found or registered, and custody's record is brought in line.

What custody should say is told by `history.fold` over all messages about the person; here the difference between that
and what custody says now becomes custody's own actions. Anything that can't be done raises a Hold and is undone.
"""

from dataclasses import replace
from uuid import UUID

from throughcare.care.intake import actions as intake
from throughcare.custody import legal
from throughcare.custody.models import Move
from throughcare.custody.rules import INSIDE
from throughcare.exchange.documents import actions as documents
from throughcare.exchange.documents import messages
from throughcare.exchange.hl7v2 import whom
from throughcare.exchange.hl7v2.charting import BY_TYPE, subject
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.facts import Person as Who
from throughcare.exchange.hl7v2.facts import Visit
from throughcare.exchange.hl7v2.history import STAY_EVENTS, Effect, Happening, History, Spot, fold
from throughcare.exchange.hl7v2.holding import Applied, Hold
from throughcare.exchange.hl7v2.reconciling import Reconciliation
from throughcare.exchange.hl7v2.rules import EVENTS, event_of, person_of, place_of, type_of
from throughcare.exchange.hl7v2.where import required, resolve
from throughcare.exchange.models import Message
from throughcare.kernel import content
from throughcare.kernel.actor import Actor
from throughcare.people import actions as people
from throughcare.people.models import Person

# What custody's messages say to custody; a note and its own segment are read with it, the rest is listed.
USED = frozenset({"MSH", "EVN", "PID", "PV1", "MRG", "ZCU", "SFT"})

REGISTERING = frozenset({"A01", "A04", "A28"})
DESCRIBING = frozenset({"A01", "A04", "A08", "A28", "A31"})
FLAGGING = frozenset({"A01", "A04", "A08"})
_WAITING = {
    "A01": "This person is in custody under an earlier arrival, and no release of it has come.",
    "A02": "This person is not in custody here, so there is nothing to move.",
    "A03": "This person is not in custody here, so there is nothing to end.",
    "A11": "No arrival of this person has come that could be cancelled.",
    "A12": "No move of this person has come that could be cancelled.",
    "A13": "No release of this person has come that could be cancelled.",
}


def apply(row: Message, said: Facts, actor: Actor) -> Applied:
    """Bring people and custody in line with this message; raise Hold, or a room's refusal, where that can't be."""
    charting = BY_TYPE.get(type_of(said))
    applied = charting(row, said, actor) if charting is not None else _applied(row, said, actor)
    return _beside(row, said, actor, applied)


def _beside(row: Message, said: Facts, actor: Actor, applied: Applied) -> Applied:
    """Put before a clinician what the message says of the person beside its errand: allergies, diagnoses, procedures."""
    if row.person_id is None or row.raw is None or type_of(said) == "RSP":
        return applied
    if not any(one.name in messages.ITEMS for one in said.segments):
        return applied
    waiting = documents.receive_said_beside(
        actor=actor, raw=bytes(row.raw), document=messages.document(said), person_id=row.person_id
    )
    if not waiting:
        return applied
    return replace(applied, sentence=f"{applied.sentence} Beside it, {waiting} put before a clinician.")


def _applied(row: Message, said: Facts, actor: Actor) -> Applied:
    event = event_of(said)
    if event == "A40":
        return _propose_merges(row, said, actor)
    person = _person(row, said, actor)
    row.person_id = person.id
    left = subject.uncharted(said, USED)
    if event not in STAY_EVENTS:
        return Applied(f"{EVENTS[event]}: recorded.", left=left)
    one = _happening(row, said)
    row.story, row.booking = _story(one), one.booking
    history = _history(person, row, one, actor)
    if not history.stays:
        return Applied(f"{EVENTS[event]}: recorded.", left=left)
    outcome = Reconciliation(person.id, row, actor, history).run(event)
    if event in FLAGGING and said.custody.officer_flags:
        intake.report_by_officer(actor=actor, person_id=person.id, flags=_flags(said.custody.officer_flags))
    also = tuple(one for one, effect in history.effects.items() if effect is not Effect.WAITING)
    return Applied(outcome, also=also, left=left)


# --- who ------------------------------------------------------------------------------------------------------------------


def _person(row: Message, said: Facts, actor: Actor) -> Person:
    who, event = person_of(said) or Who(), event_of(said)
    numbers = whom.numbers(who.identifiers, said.sender)
    person = subject.named_at_board(row) or whom.known(who, numbers)
    if person is None:
        if event not in REGISTERING:
            keys = whom.keys(numbers)
            sentence = "It is applied by itself when somebody with this number arrives; or say whom it is about."
            raise Hold("unknown_person", sentence, keys[0] if keys else "")
        person_id = people.register(
            actor=actor, demographics=whom.demographics(who, None), numbers=numbers, source=row.door
        )
        return Person.objects.get(id=person_id)
    if event in DESCRIBING and _is_newest_description(person.id, row):
        people.correct(
            actor=actor, person_id=person.id, demographics=whom.demographics(who, person), numbers=_new(person, numbers)
        )
        person.refresh_from_db()
    return person


def _new(person: Person, numbers: list[people.Number]) -> list[people.Number]:
    held = {(one.system, one.value) for one in people.person_numbers(person)}
    return [one for one in numbers if (one.system, one.value) not in held and not whom.holders([one])]


def _is_newest_description(person_id: UUID, row: Message) -> bool:
    """True where no later message has described the person already: an old address must not undo a new one."""
    later = Message.objects.filter(person_id=person_id, status="applied", happened_at__gt=row.happened_at)
    return not later.filter(trigger__in=[f"ADT^{event}" for event in DESCRIBING]).exclude(id=row.id).exists()


def _propose_merges(row: Message, said: Facts, actor: Actor) -> Applied:
    sender = said.sender
    for merge in said.merges:
        survivor = whom.known(merge.survivor, whom.numbers(merge.survivor.identifiers, sender))
        given_up = whom.numbers(merge.identifiers, sender)
        losers = whom.holders(given_up)
        if survivor is None or len(losers) != 1:
            missing = whom.numbers(merge.survivor.identifiers, sender) if survivor is None else given_up
            sentence = "One of the two numbers is nobody's here. It waits until that person is known."
            raise Hold("unknown_person", sentence, whom.keys(missing)[0] if missing else "")
        row.person_id = survivor.id
        people.propose_merge(
            actor=actor,
            a=survivor.id,
            b=losers[0].id,
            reasons=("custody's system says that both numbers are one person's",),
            source=row.door,
        )
    return Applied("Proposed: one person has both numbers. Somebody decides.")


# --- what happened --------------------------------------------------------------------------------------------------------


def _happening(row: Message, said: Facts) -> Happening:
    event, place = event_of(said), place_of(said)
    if row.happened_at is None:
        raise Hold("not_taken", "The message does not say when this happened.")
    spot = required(place) if event in ("A01", "A02") else resolve(place) if event == "A13" and place else None
    status = _word("legal_status", said.custody.legal_status)
    booking = said.visit.number if said.visit else ""
    status = status if status in INSIDE else ""
    is_dead = bool(said.person and said.person.is_dead)
    leads_to = ending(said.visit, is_dead=is_dead) if event == "A03" else ""
    return Happening(row.id, event, row.happened_at, booking[:40], spot, status, leads_to)


def _story(one: Happening) -> dict[str, str]:
    spot = one.spot
    facts = {"event": one.event, "legal_status": one.legal_status, "ending": one.ending}
    if spot is not None:
        facts |= {"facility": str(spot.facility_id), "unit": str(spot.unit_id or ""), "bed": str(spot.bed_id or "")}
        facts["bed_named"] = spot.bed_named
    return facts


def _history(person: Person, row: Message, one: Happening, actor: Actor) -> History:
    """Tell the history with this message, and with those that wait if they fit now; hold it where it does not fit."""
    family = [person.id, *Person.objects.filter(survivor=person).values_list("id", flat=True)]
    applied = [*_messages(family, row, status="applied"), *_moves_of_others(family, actor)]
    waiting = _messages(family, row, status="held", hold="out_of_order")
    for with_it in (waiting, []):
        history = fold([one, *applied, *with_it])
        fits = history.effects[row.id] is not Effect.WAITING
        if fits and all(history.effects[past.message_id] is not Effect.WAITING for past in applied):
            return history
    raise Hold("out_of_order", f"{_WAITING[one.event]} It waits for that message.", whom.key_of(person.id))


def _messages(family: list[UUID], row: Message, **having: str) -> list[Happening]:
    rows = Message.objects.filter(person_id__in=family, happened_at__isnull=False, **having).exclude(id=row.id)
    found = []
    for one in rows.exclude(story={}).only("id", "happened_at", "booking", "story"):
        story, spot = one.story, None
        if story.get("facility"):
            spot = Spot(UUID(story["facility"]), _id(story["unit"]), _id(story["bed"]), story["bed_named"])
        words = (story["legal_status"], story["ending"])
        if one.happened_at is not None:
            found.append(Happening(one.id, story["event"], one.happened_at, one.booking, spot, *words))
    return found


_EVENT_OF = {"admit": "A01", "transfer": "A02", "internal": "A02", "release": "A03"}


def _moves_of_others(family: list[UUID], actor: Actor) -> list[Happening]:
    """What people here, or the synthetic agency, recorded themselves: the feed's messages must fit it."""
    moves = Move.objects.filter(person_id__in=family, cancelled_at=None, kind__in=_EVENT_OF).exclude(
        source=actor.source
    )
    found = []
    for move in moves.select_related("stay"):
        spot = None
        if move.to_facility_id and move.kind != "release":
            spot = Spot(move.to_facility_id, move.to_unit_id, move.to_bed_id, move.bed_named)
        found.append(Happening(move.id, _EVENT_OF[move.kind], move.happened_at, move.stay.booking_number, spot))
    return found


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None


def ending(visit: Visit | None, *, is_dead: bool) -> str:
    """Where a release leads, in custody's words: `died`, a segment in the community or under supervision, or nothing."""
    if is_dead or (visit is not None and visit.disposition in ("20", "40", "41", "42")):
        return "died"
    words = (visit.disposition, visit.discharged_to) if visit else ()
    return next(filter(None, (_word("destination", word) for word in words)), "")


def _flags(words: tuple[str, ...]) -> tuple[str, ...]:
    """Give what an officer reports as intake's codes; a word that is none is passed on as written, for the nurse to read."""
    codes = {row["id"]: str(row["code"]) for row in content.rows(whom.PATH, "officer_flag")}
    return tuple(codes.get(" ".join(word.upper().split()), word.strip()) for word in words)


def _word(table: str, text: str) -> str:
    """Give custody's own word for a legal status as a sender writes it; empty where it is none."""
    word = " ".join(text.upper().split())
    listed = {row["id"]: str(row["segment"]) for row in content.rows(whom.PATH, table)}
    own = {row["id"].upper(): str(row["id"]) for row in content.rows(legal.PATH, "status")}
    published = {row["published"]: str(row["id"]) for row in content.rows(legal.PATH, "status") if "published" in row}
    return listed.get(word) or own.get(word) or published.get(word) or ""
