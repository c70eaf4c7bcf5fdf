"""The only writers of what waits for somebody: put it before them, say what became of it, take that back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from throughcare import ledger
from throughcare.custody.models import Placement
from throughcare.exchange import fhir_rows
from throughcare.exchange.events import CameFromOutside, OutsideSettled
from throughcare.exchange.models import Incoming
from throughcare.kernel import clock, events
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.family import families

ANSWERS = ("seen", "acted", "not_ours")


@dataclass(frozen=True, slots=True)
class Arrived:
    """One thing that came: what, whose, and where it stands in the record."""

    kind: str
    person_id: UUID
    about_type: str
    about_id: UUID
    data_class: DataClass
    title: str = ""
    urgency: str = "routine"


@action("exchange.put_before_somebody")
def put_before_somebody(*, actor: Actor, arrived: Sequence[Arrived], sender: str) -> list[UUID]:
    """Open for each thing what somebody must see, with an owner and a clock; papers of one person that come together are one.

    What waits already stands as it is: it shows what the record says now.
    """
    titles = {one.about_id: one.title[:200] for one in arrived}
    waiting = {}
    for row in Incoming.objects.filter(about_id__in=list(titles), state="waiting"):
        waiting[row.about_id] = row.id
        if titles[row.about_id] not in ("", row.title):
            row.bump(title=titles[row.about_id])
    papers: dict[UUID, Incoming] = {}
    made: list[Incoming] = []
    for one in (a for a in arrived if a.about_id not in waiting):
        if one.kind == "document" and one.person_id in papers:
            papers[one.person_id].others.append(str(one.about_id))
            continue
        row = _row(one, sender)
        made.append(row)
        if one.kind == "document":
            papers[one.person_id] = row
    places = _places([row.person_id for row in made])
    for row in made:
        row.facility_id = places.get(row.person_id)
    Incoming.objects.bulk_create(made)
    for row in made:
        _keep(row)
        _tell(row)
    return [*waiting.values(), *(row.id for row in made)]


@action("exchange.settle_incoming")
def settle_incoming(
    *, actor: Actor, intent: UUID | None = None, incoming_id: UUID, answer: str, words: str = ""
) -> UUID:
    """Say that it was seen, what was done about it, or that it is not for us and why; its clock ends. Gives its id."""
    if answer not in ANSWERS:
        raise Invalid("Say what became of it.", fields={"answer": "Choose one."})
    said = words.strip()
    if answer != "seen" and len(said) < 3:
        asked = "Say in a few words what was done." if answer == "acted" else "Say in a few words why it is not for us."
        raise Invalid(f"{asked} What you typed is kept.", fields={"words": asked})
    row = _of(incoming_id)
    if row.state != "waiting":
        raise Stale("Somebody has answered this already. Nothing was changed; the page shows what they said.")
    return close(row, actor, answer, said)


@action("exchange.reopen_incoming")
def reopen_incoming(*, actor: Actor, intent: UUID | None = None, incoming_id: UUID) -> UUID:
    """Take an answer back: it waits again, with its first clock. Gives its id."""
    row = _of(incoming_id)
    if row.state == "waiting":
        raise Stale("It waits already. Nothing was changed.")
    if row.kind == "consent":
        raise Invalid("A decision on a consent stands. Revoke the consent, or ask for it to be sent again.")
    row.bump(state="waiting", words="", settled_at=None, settled_by="")
    _keep(row)
    _tell(row, again=True)
    return row.id


def close(row: Incoming, actor: Actor, answer: str, words: str) -> UUID:
    """Write the answer, and tell the clock; for the actions of this folder."""
    row.bump(state=answer, words=words[:1000], settled_at=clock.now(), settled_by=actor.label()[:160])
    _keep(row)
    events.emit(
        OutsideSettled(
            happened_at=clock.now(), person_id=row.person_id, facility_id=row.facility_id, ref=row.id, answer=answer
        )
    )
    return row.id


def held(incoming_id: UUID) -> Incoming:
    """Fetch one that waits, to change it."""
    row = _of(incoming_id)
    if row.state != "waiting":
        raise Stale("Somebody has answered this already. Nothing was changed; the page shows what they said.")
    return row


def _of(incoming_id: UUID) -> Incoming:
    row = Incoming.objects.select_for_update().filter(id=incoming_id).first()
    if row is None:
        raise NotFound("There is no such thing here.")
    return row


def _row(one: Arrived, sender: str) -> Incoming:
    return Incoming(
        id=uuid7(),
        person_id=one.person_id,
        kind=one.kind,
        about_type=one.about_type,
        about_id=one.about_id,
        others=[],
        data_class=one.data_class.value,
        title=one.title[:200],
        urgency=one.urgency,
        sender=sender[:160],
        received_at=clock.now(),
    )


def _places(people: Sequence[UUID]) -> dict[UUID, UUID]:
    """Give where each person is held now; a linked chart's place is its family's. Whoever is nowhere is absent."""
    if not people:
        return {}
    known = families(people)
    charts = {chart for charts in known.values() for chart in charts}
    held_at = dict(
        Placement.objects.filter(person_id__in=charts, until=None, cancelled=False).values_list(
            "person_id", "facility_id"
        )
    )
    return {own: held_at[c] for own, charts in known.items() for c in charts if c in held_at}


def _tell(row: Incoming, *, again: bool = False) -> None:
    events.emit(
        CameFromOutside(
            happened_at=clock.now() if again else row.received_at,
            person_id=row.person_id,
            facility_id=row.facility_id,
            ref=row.id,
            kind=row.kind,
            urgency=row.urgency,
            inside=row.facility_id is not None,
            received_at=row.received_at,
        )
    )


def _keep(row: Incoming) -> None:
    ledger.record(
        type="Incoming",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass(row.data_class),
        body=fhir_rows.incoming(row),
        media="throughcare/Incoming",
        happened_at=row.settled_at or row.received_at,
    )
