"""Every read of intake, through a lens: the queue, one arrival with its answers, what the answers did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from throughcare.care.intake import answering, desk_rules
from throughcare.care.intake.answering import Asked
from throughcare.care.intake.judging import judge, open_positives, responses_of
from throughcare.care.intake.models import Arrival, Effect
from throughcare.care.intake.rules import Decision
from throughcare.chart import forms
from throughcare.kernel import db
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import LANE_ORDER, DataClass, Lane, Verb
from throughcare.people import reads as people

LOOK_WITHIN = timedelta(minutes=15)  # INT-00; the duty's own clock is the content's
SCREEN_WITHIN = timedelta(hours=4)  # INT-02


@dataclass(frozen=True, slots=True)
class Waiting:
    """One person on the intake queue."""

    arrival_id: UUID
    person_id: UUID
    name: str
    number: str
    state: str
    lane: str
    arrived_at: datetime
    due_at: datetime
    officer_flags: Sequence[str]
    language: str


@dataclass(frozen=True, slots=True)
class Work:
    """One arrival as the screening page shows it."""

    arrival: Arrival
    asked: Asked
    effects: list[Effect]
    open_positives: tuple[forms.Positive, ...]
    decision: Decision


def require_test_is_for(lens: Lens, person_id: UUID) -> None:
    """Refuse, in a sentence, where nothing says that a pregnancy test is for this person (INT-06)."""
    lens.require(Verb.READ, DataClass.REPRODUCTIVE)
    kin = people.family(lens, person_id)
    with db.reading(lens):
        if not answering.test_is_for(kin, answering.sex_of(person_id)):
            raise Invalid(desk_rules.NOT_FOR)


def queue(lens: Lens, facility_id: UUID | None = None) -> list[Waiting]:
    """Give who waits at the reader's facilities: worst harm first, then by arrival (ruling 1)."""
    lens.require(Verb.READ, DataClass.CLINICAL)
    with db.reading(lens):
        rows = Arrival.objects.filter(state__in=("arrived", "looked", "sent_out"))
        places = {facility_id} if facility_id else lens.facilities
        if places is not None:
            rows = rows.filter(facility_id__in=places)
        arrivals = list(rows.order_by("arrived_at")[:200])
        cards = people.cards(lens, [a.person_id for a in arrivals])
    found = [_waiting(a, cards[a.person_id]) for a in arrivals]
    return sorted(found, key=lambda w: (LANE_ORDER[Lane(w.lane)], w.due_at))


def _waiting(arrival: Arrival, card: people.Card) -> Waiting:
    limit = LOOK_WITHIN if arrival.state == "arrived" else SCREEN_WITHIN
    return Waiting(
        arrival_id=arrival.id,
        person_id=arrival.person_id,
        name=card.name,
        number=card.number,
        state=arrival.state,
        lane=arrival.lane,
        arrived_at=arrival.arrived_at,
        due_at=arrival.arrived_at + limit,
        officer_flags=arrival.officer_flags,
        language=card.speaks,
    )


def arrival_of(lens: Lens, person_id: UUID, arrival_id: UUID) -> Arrival:
    """Give one arrival of one person."""
    lens.require(Verb.READ, DataClass.CLINICAL, person_id=person_id)
    with db.reading(lens):
        row = Arrival.objects.select_related("screening", "person").filter(id=arrival_id, person_id=person_id)
        found = next(iter(row), None)
    if found is None:
        raise NotFound("There is no such arrival here.")
    return found


def work(lens: Lens, person_id: UUID, arrival_id: UUID) -> Work:
    """Give an arrival with its answers so far, what they did and what is still open."""
    with db.reading(lens):
        arrival = arrival_of(lens, person_id, arrival_id)
        asked = answering.of_screening(arrival, sex=arrival.person.sex)
        shown = list(Effect.objects.filter(arrival=arrival).exclude(state="withdrawn").order_by("-called_at", "key"))
        done = responses_of(asked, shown)
        return Work(arrival, asked, shown, open_positives(asked, done), judge(asked, done))


def said_allergies(family: Sequence[UUID]) -> tuple[tuple[str, ...], bool]:
    """Give the allergies said in a screening that is not signed yet, and whether the person said there are none."""
    drafts = Arrival.objects.filter(person_id__in=family, state__in=("arrived", "looked", "sent_out"))
    posted = drafts.order_by("-arrived_at").values_list("screening__posted", flat=True).first() or {}
    said = next(iter(posted.get("has-allergies", [])), "")
    rows = sorted(name for name in posted if name.startswith("allergy.substance:"))
    names = [text.strip() for row in rows for text in posted[row] if text.strip()]
    return tuple(names or ["something, not named yet"]) if said == "yes" else (), said == "no"


def latest(lens: Lens, family: Sequence[UUID]) -> Arrival | None:
    """Give the last arrival of a person."""
    with db.reading(lens):
        return Arrival.objects.filter(person_id__in=family).order_by("-arrived_at").first()
