"""The clinic's day as who plans it reads it: who, where, when and how soon; never what was asked or why (clinical.md 7.3).

A request is read here by its times alone, through the class of appointments; its words and its kind stay where they are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from throughcare.care.sick_call import rules, slots, standing, states
from throughcare.care.sick_call.models import CareRequest
from throughcare.care.sick_call.ports import OUTSIDE, OutsideVisit
from throughcare.care.sick_call.rule_table import load_table
from throughcare.custody import reads as custody
from throughcare.custody.models import Placement
from throughcare.custody.reads import Whereabouts
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people
from throughcare.people.family import families

LISTED = 60
DAYS_AHEAD = 5
# Only these columns are read of a request: none says why.
COLUMNS = (
    "id", "version", "person_id", "facility_id", "state", "received_at", "submitted_at", "priority", "symptom",
    "scheduled_for", "seen_at",
)  # fmt: skip
SOON = ("emergent", "urgent")


@dataclass(frozen=True, slots=True)
class Waits:
    """One person who waits for a time, or whose time passed without them: how soon, since when, by when, and what is free."""

    id: UUID
    version: int
    person_id: UUID
    who: people.Card
    place: str
    soon: str
    since: datetime
    due_at: datetime
    missed_at: datetime | None
    gone: bool
    free: list[datetime] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of a day: who, from where, how soon, whether they were seen, and what stands in its way."""

    id: UUID
    person_id: UUID
    who: people.Card
    place: str
    at: datetime
    soon: str
    state: str
    in_the_way: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of the clinic with its visits and how many more could be."""

    at: datetime
    visits: list[Visit]
    free: int


@dataclass(frozen=True, slots=True)
class Outside:
    """One visit at another place."""

    who: people.Card
    from_place: str
    at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Day:
    """A facility's day: its clinic slot by slot, and who goes out."""

    on: date
    slots: list[Slot]
    outside: list[Outside]

    @property
    def visits(self) -> list[Visit]:
        """Give the visits by time."""
        return [visit for slot in self.slots for visit in slot.visits]

    @property
    def free(self) -> int:
        """Count the places that are left."""
        return sum(max(0, slot.free) for slot in self.slots)

    @property
    def clashes(self) -> int:
        """Count the visits that something stands in the way of."""
        return sum(bool(visit.in_the_way) for visit in self.visits)


@dataclass(frozen=True, slots=True)
class Planned:
    """One person's visit to plan: what is planned now, what else is planned with them, and what is free."""

    waits: Waits
    scheduled_for: datetime | None
    open: bool
    plans: list[slots.Busy]


def soon(priority: str) -> str:
    """Say how soon, and no more: a triage to dental or mental health would say why."""
    return priority if priority in SOON else "routine"


def over(now: datetime) -> bool:
    """Tell whether today's clinic is over."""
    return clock.local(now).time() >= load_table().clinic.closes


def waiting(lens: Lens, facility_id: UUID) -> tuple[list[Waits], int]:
    """Give who waits for a time at a facility, the worst harm first, then by when they must be seen; and how many in all."""
    lens.require(Verb.READ, DataClass.APPOINTMENT)
    now = clock.now()
    with db.reading(lens):
        rows = (
            _here(facility_id)
            .filter(Q(state="triaged") | Q(state="scheduled", scheduled_for__lt=now), seen_at=None)
            .exclude(priority="non-clinical")
        )
        found = [w for w in _waits(lens, list(rows.order_by("received_at")[:1000]), facility_id) if not w.gone]
        found.sort(key=lambda w: (_rank(w.soon), w.due_at, w.since))
        return _with_free(found[:LISTED], facility_id), len(found)


def days(lens: Lens, facility_id: UUID, first: date, number: int = 1) -> list[Day]:
    """Give a facility's days, slot by slot. The same number of queries for one day and for seven."""
    lens.require(Verb.READ, DataClass.APPOINTMENT)
    starts = datetime.combine(first, time.min, clock.zone())
    ends = datetime.combine(first + timedelta(days=number), time.min, clock.zone())
    with db.reading(lens):
        rows = CareRequest.objects.filter(
            facility_id=facility_id, scheduled_for__gte=starts, scheduled_for__lt=ends
        ).exclude(state="withdrawn")
        visits = _visits(lens, list(rows.order_by("scheduled_for", "id").only(*COLUMNS)), facility_id)
        outside = _outside(lens, facility_id, starts, ends)
    return [_day(first + timedelta(days=n), visits, outside) for n in range(number)]


def one(lens: Lens, person_id: UUID, request_id: UUID, facility_id: UUID) -> Planned:
    """Give one visit to plan."""
    lens.require(Verb.READ, DataClass.APPOINTMENT, person_id=person_id)
    with db.reading(lens):
        row = CareRequest.objects.only(*COLUMNS).filter(id=request_id, person_id=person_id).first()
        if row is None or row.triaged_at is None:
            raise NotFound("There is no visit to plan here.")
        found = _with_free(_waits(lens, [row], facility_id), facility_id, most=12)
        if not found:
            raise NotFound("This person is at another facility now. Their visit is planned there.")
        coming = [p for p in standing.plans(person_id) if p.ends > clock.now()]
    is_open = row.state in ("triaged", "scheduled") and row.seen_at is None
    return Planned(found[0], row.scheduled_for, is_open, sorted(coming, key=lambda p: p.starts)[:8])


def _here(facility_id: UUID) -> QuerySet[CareRequest]:
    """Give the open requests of a facility, and of those who are there now, wherever they asked."""
    placed = Placement.objects.filter(facility_id=facility_id, until=None, cancelled=False).values("person_id")
    rows = CareRequest.objects.filter(state__in=states.WAITING).only(*COLUMNS)
    return rows.filter(Q(facility_id=facility_id) | Q(person_id__in=placed))


def _waits(lens: Lens, rows: Sequence[CareRequest], facility_id: UUID) -> list[Waits]:
    cards, where = _who(lens, {row.person_id for row in rows})
    table, now, found = load_table(), clock.now(), []
    for row in rows:
        held = where.get(row.person_id)
        if row.person_id not in cards or (held is not None and held.facility_id not in (None, facility_id)):
            continue  # somebody who was moved waits where they are now
        received = row.received_at or row.submitted_at
        due = rules.promise(received, symptom=row.symptom, table=table).seen_by
        found.append(
            Waits(
                row.id,
                row.version,
                row.person_id,
                cards[row.person_id],
                held.place if held else "",
                soon(row.priority),
                received,
                due or received + timedelta(days=table.provider_days),
                row.scheduled_for if row.scheduled_for and row.scheduled_for < now else None,
                held is None,
            )
        )
    return found


def _with_free(found: Sequence[Waits], facility_id: UUID, most: int = 3) -> list[Waits]:
    """Put beside each the next times that are free for them. As many queries for one as for sixty."""
    now, clinic = clock.now(), load_table().clinic
    until = now + timedelta(days=DAYS_AHEAD + 1)
    taken = standing.by_slot(facility_id, now - timedelta(hours=1), until, clinic)
    kin = families([w.person_id for w in found])
    charts = {chart for members in kin.values() for chart in members}
    own, plans = standing.own_of(charts), standing.plans_of(charts)
    done = []
    for w in found:
        theirs = kin.get(w.person_id, (w.person_id,))
        free = slots.free(
            now,
            clinic,
            taken=taken,
            own=[at for chart in theirs for request, at in own.get(chart, ()) if request != w.id],
            plans=[plan for chart in theirs for plan in plans.get(chart, ())],
            days=DAYS_AHEAD,
            most=most,
        )
        done.append(replace(w, free=free))
    return done


def _visits(lens: Lens, rows: Sequence[CareRequest], facility_id: UUID) -> list[Visit]:
    cards, where = _who(lens, {row.person_id for row in rows})
    kin = families(list(cards))
    charts = {chart for members in kin.values() for chart in members}
    first = min((row.scheduled_for for row in rows if row.scheduled_for), default=None)
    plans, now, found = standing.plans_of(charts, first), clock.now(), []
    for row in rows:
        if row.person_id not in cards or row.scheduled_for is None:
            continue
        at, state = row.scheduled_for, "planned"
        if row.seen_at is not None:
            state = "seen"
        elif at < now:
            state = "missed"
        theirs = [plan for chart in kin.get(row.person_id, ()) for plan in plans.get(chart, ())]
        way = _in_the_way(at, where.get(row.person_id), theirs, facility_id) if state == "planned" else ""
        place = where[row.person_id].place if row.person_id in where else ""
        found.append(Visit(row.id, row.person_id, cards[row.person_id], place, at, soon(row.priority), state, way))
    return found


def _in_the_way(at: datetime, held: Whereabouts | None, plans: Iterable[slots.Busy], facility_id: UUID) -> str:
    """Say what stands in the way of a planned visit: gone, elsewhere, away, or a plan at that hour."""
    if held is None:
        return "gone"
    if held.facility_id != facility_id:
        return f"at {held.facility}"
    for plan in plans:
        if plan.starts <= at < plan.ends:
            return plan.what
    return ""


def _outside(lens: Lens, facility_id: UUID, starts: datetime, ends: datetime) -> list[Outside]:
    here = Placement.objects.filter(facility_id=facility_id, until=None, cancelled=False)
    charts = set(here.values_list("person_id", flat=True))
    told: Sequence[OutsideVisit] = OUTSIDE().between(charts, starts, ends)
    cards, where = _who(lens, {visit.person_id for visit in told})
    return [
        Outside(cards[v.person_id], where[v.person_id].place if v.person_id in where else "", v.at, v.place)
        for v in told
        if v.person_id in cards
    ]


def _day(on: date, visits: Sequence[Visit], outside: Sequence[Outside]) -> Day:
    clinic = load_table().clinic
    at: dict[datetime, list[Visit]] = {slot: [] for slot in slots.day_of(on, clinic)}
    for visit in visits:
        if clock.local(visit.at).date() == on:
            at.setdefault(slots.slot_of(visit.at, clinic), []).append(visit)
    found = [
        Slot(slot, at[slot], clinic.places - len({v.person_id for v in at[slot] if v.state != "seen"}))
        for slot in sorted(at)
    ]
    return Day(on, found, [o for o in outside if clock.local(o.at).date() == on])


def _who(lens: Lens, ids: Collection[UUID]) -> tuple[Mapping[UUID, people.Card], Mapping[UUID, Whereabouts]]:
    """Give cards and places of those whom this lens may know an appointment of."""
    open_ = [p for p in ids if lens.may(Verb.READ, DataClass.APPOINTMENT, person_id=p)]
    return people.cards(lens, open_), custody.whereabouts(lens, open_)


def _rank(soon_: str) -> int:
    return {"emergent": 0, "urgent": 1}.get(soon_, 2)
