"""Every read of sick call, through a lens: the queue, one request with what the nurse needs beside it, the person's own list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet

from throughcare.care.sick_call import history, rules, slots, standing, states
from throughcare.care.sick_call.models import CareRequest, NoShow
from throughcare.care.sick_call.rule_table import Protocol, load_protocols, load_table
from throughcare.chart import reads as chart
from throughcare.chart.models import HomeMedicine, Observation
from throughcare.duties.models import Duty
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people

QUARTER = timedelta(days=90)
ACT_WITHIN = timedelta(minutes=15)  # red-flag words; the duty's own clock is the content's (SCR-00)
RANK = {"emergent": 0, "urgent": 1, "mental": 2, "dental": 2, "routine": 3, "non-clinical": 4, "": 3}


@dataclass(frozen=True, slots=True)
class Line:
    """One request on the queue, with the clock that runs for it now."""

    request: CareRequest
    who: people.Card
    due_at: datetime
    what: str
    lane: str


@dataclass(frozen=True, slots=True)
class Round:
    """The daily round of the boxes: by when it waits, and who made the last one."""

    due_at: datetime | None
    last_at: datetime | None
    last_by: str


@dataclass(frozen=True, slots=True)
class Desk:
    """One request, and beside it what triage needs: 90 days of requests, vitals, medicines, protocols (clinical.md 2.0)."""

    request: CareRequest
    who: people.Card
    flags: tuple[rules.RedFlag, ...]
    floor: rules.Floor
    repeat: rules.Repeat
    unresolved: tuple[rules.Unresolved, ...]
    earlier: list[CareRequest]
    vitals: dict[str, list[Observation]]
    medicines: list[HomeMedicine]
    protocols: tuple[Protocol, ...]
    likely: tuple[Protocol, ...]
    no_shows: list[NoShow]
    free: list[datetime]


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of a clinic's day, who is seen in it, and how many more could be."""

    at: datetime
    visits: list[tuple[CareRequest, people.Card]]
    free: int


def queue(lens: Lens, facility_id: UUID | None = None) -> list[Line]:
    """Give the open requests at the reader's facilities: red flags first, then by what is due next."""
    lens.require(Verb.READ, DataClass.REQUEST)
    with db.reading(lens):
        rows = CareRequest.objects.filter(state__in=states.WAITING)
        places = {facility_id} if facility_id else lens.facilities
        if places is not None:
            rows = rows.filter(facility_id__in=places)
        requests = list(rows.order_by("received_at")[:300])
        cards = people.cards(lens, [r.person_id for r in requests])
    lines = [_line(r, cards[r.person_id]) for r in requests]
    order = {"now": 0, "shift": 1, "later": 2}
    return sorted(lines, key=lambda line: (order[line.lane], RANK[line.request.priority], line.due_at))


def collection(lens: Lens, facility_id: UUID) -> Round:
    """Tell whether today's round of the boxes is still to be made at a facility, and by when (SCR-01)."""
    lens.require(Verb.READ, DataClass.REQUEST)
    with db.reading(lens):
        rounds = Duty.objects.filter(person=None, rule="SCR-01", subject_id=facility_id)
        waits = rounds.filter(closed_at=None).first()
        last = rounds.filter(outcome="done").order_by("-closed_at").first()
    return Round(
        waits.due_at if waits else None, last.closed_at if last else None, last.closed_by.split(",")[0] if last else ""
    )


def _line(row: CareRequest, who: people.Card) -> Line:
    table = load_table()
    received = row.received_at or row.submitted_at
    promised = rules.promise(received, symptom=row.symptom, table=table)
    if row.paged and row.triaged_at is None:
        return Line(row, who, received + ACT_WITHIN, "Red-flag words: act now", "now")
    if row.triaged_at is None:
        lane = "now" if promised.triaged_by < clock.now() else "shift"
        return Line(row, who, promised.triaged_by, "Triage the request", lane)
    if row.seen_at is None:
        due = row.scheduled_for or promised.seen_by or received + timedelta(days=table.provider_days)
        lane = "now" if row.priority == "emergent" or due < clock.now() else "shift"
        return Line(row, who, due, "See the person face to face" if row.symptom else "Answer the person", lane)
    return Line(row, who, row.seen_at + timedelta(days=1), "Answer the person", "later")


def desk(lens: Lens, person_id: UUID, request_id: UUID) -> Desk:
    """Give one request with everything beside it that triage needs."""
    lens.require(Verb.READ, DataClass.REQUEST, person_id=person_id)
    with db.reading(lens):
        row = _one(person_id, request_id)
        family = people.family(lens, person_id)
        earlier = list(_quarter(family).exclude(id=row.id)[:40])
        past = history.of(row, family)
        summary = chart.vitals(lens, family, each=20)
        medicines = _medicines(lens, family)
        no_shows = list(NoShow.objects.filter(request=row).order_by("visit_at", "said_by"))
        who = people.card(lens, person_id)
        free = _free(row) if row.state in ("triaged", "scheduled") else []
    return _desk(row, who, earlier, past, summary, medicines, no_shows, free)


def _free(row: CareRequest) -> list[datetime]:
    clinic, now = load_table().clinic, clock.now()
    taken = standing.by_slot(row.facility_id, now - timedelta(hours=1), now + timedelta(days=4), clinic)
    own, plans = standing.own(row.person_id, without=row.id), standing.plans(row.person_id)
    return slots.free(now, clinic, taken=taken, own=own, plans=plans)


def day(lens: Lens, facility_id: UUID, on: date) -> list[Slot]:
    """Give a facility's clinic slot by slot; a visit outside the clinic's hours has a line of its own."""
    lens.require(Verb.READ, DataClass.REQUEST)
    clinic = load_table().clinic
    starts = datetime.combine(on, time.min, clock.zone())
    with db.reading(lens):
        rows = CareRequest.objects.filter(
            facility_id=facility_id, scheduled_for__gte=starts, scheduled_for__lt=starts + timedelta(days=1)
        ).exclude(state="withdrawn")
        visits = list(rows.order_by("scheduled_for"))
        cards = people.cards(lens, [v.person_id for v in visits])
    at: dict[datetime, list[tuple[CareRequest, people.Card]]] = {slot: [] for slot in slots.day_of(on, clinic)}
    for visit in visits:
        if visit.scheduled_for is not None and visit.person_id in cards:
            at.setdefault(slots.slot_of(visit.scheduled_for, clinic), []).append((visit, cards[visit.person_id]))
    return [Slot(slot, at[slot], clinic.places - len({v.person_id for v, _ in at[slot]})) for slot in sorted(at)]


def next_to_triage(lens: Lens, facility_id: UUID | None) -> CareRequest | None:
    """Give the request that a nurse reads next: red flags first, then the oldest."""
    waiting = [line for line in queue(lens, facility_id) if line.request.triaged_at is None]
    return waiting[0].request if waiting else None


def _medicines(lens: Lens, family: Sequence[UUID]) -> list[HomeMedicine]:
    """Give what the person takes, as far as this reader may see; under a cut the name alone."""
    seen, rows = chart.medicines(lens, family)
    for row in rows:
        if not seen.entire(row):
            row.dose = row.last_taken = ""
    return rows[:30]


def _desk(
    row: CareRequest,
    who: people.Card,
    earlier: list[CareRequest],
    past: list[rules.PastRequest],
    vitals: dict[str, list[Observation]],
    medicines: list[HomeMedicine],
    no_shows: list[NoShow],
    free: list[datetime],
) -> Desk:
    table, protocols = load_table(), load_protocols()
    text = f"{row.words}\n{row.words_in_english}"
    flags = rules.red_flags(text, table, row.language)
    return Desk(
        request=row,
        who=who,
        flags=flags,
        floor=rules.triage_floor(row.kind, flags, table, worse=row.worse),
        repeat=rules.repeat_complaint(row.complaint, clock.now(), past, table),
        unresolved=rules.unresolved(past, clock.now(), table),
        earlier=earlier,
        vitals=vitals,
        medicines=medicines,
        protocols=protocols,
        likely=rules.likely_complaints(text, protocols),
        no_shows=no_shows,
        free=free,
    )


def mine(lens: Lens) -> list[CareRequest]:
    """Give the requests of the person whose lens this is, newest first."""
    person_id = lens.own()
    with db.reading(lens):
        return list(CareRequest.objects.filter(person_id=person_id).order_by("-submitted_at")[:60])


def my_visits(lens: Lens) -> list[CareRequest]:
    """Give the person's own visits to sick call that are planned and still ahead, soonest first."""
    person_id = lens.own()
    with db.reading(lens):
        rows = CareRequest.objects.filter(person_id=person_id, state="scheduled", scheduled_for__gte=clock.now())
        return list(rows.order_by("scheduled_for")[:20])


def my_request(lens: Lens, request_id: UUID) -> CareRequest:
    """Give one of the person's own requests."""
    person_id = lens.own()
    with db.reading(lens):
        return _one(person_id, request_id)


def my_missed(lens: Lens, row: CareRequest) -> bool:
    """Tell whether the person may still say why a visit of theirs did not take place."""
    if row.scheduled_for is None or row.seen_at is not None or row.scheduled_for >= clock.now() or row.closed_at:
        return False
    with db.reading(lens):
        said = NoShow.objects.filter(request=row, visit_at=row.scheduled_for, said_by="patient")
        return not said.exists()


def to_attest(lens: Lens, facility_id: UUID) -> list[tuple[CareRequest, people.Card]]:
    """Give the visits of the last day that did not take place and on which custody has not said its word."""
    with db.reading(lens):
        said = NoShow.objects.filter(said_by="custody").values("request_id")
        rows = list(
            CareRequest.objects.filter(
                facility_id=facility_id,
                scheduled_for__lt=clock.now(),
                scheduled_for__gt=clock.now() - timedelta(days=1),
                seen_at=None,
            )
            .exclude(id__in=said)
            .order_by("scheduled_for")[:100]
        )
        cards = people.cards(lens, [r.person_id for r in rows])
    return [(r, cards[r.person_id]) for r in rows]


def of_people(lens: Lens, family: Sequence[UUID]) -> list[CareRequest]:
    """Give a person's requests of 90 days, newest first."""
    lens.require(Verb.READ, DataClass.REQUEST)
    with db.reading(lens):
        return list(_quarter(family)[:40])


def _quarter(family: Sequence[UUID]) -> QuerySet[CareRequest]:
    since = clock.now() - QUARTER
    return CareRequest.objects.filter(person_id__in=family, submitted_at__gte=since).order_by("-submitted_at")


def _one(person_id: UUID, request_id: UUID) -> CareRequest:
    row = CareRequest.objects.filter(id=request_id, person_id=person_id).first()
    if row is None:
        raise NotFound("There is no such request here.")
    return row
