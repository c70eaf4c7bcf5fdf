"""Who comes and who goes: the lists by which a nurse prepares arrivals and departures, and custody's plans of a person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from throughcare.custody.models import Away, Move, Placement, ScheduledEvent
from throughcare.custody.policy import OFFICERS, housed_now
from throughcare.custody.reads.places import HOUSED
from throughcare.custody.reads.where import Whereabouts, whereabouts
from throughcare.kernel import clock
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people

DAY = timedelta(hours=24)
CAME = {"admit": "New arrival", "transfer": "Transfer", "return": "Return"}
LEFT = {"transfer": "Transfer", "release": "Release", "death": "Died", "escape": "Escaped"}


@dataclass(frozen=True, slots=True)
class Movement:
    """One coming or going, done or planned. `ref` is the move, or the plan."""

    ref: UUID
    who: people.Card
    kind: str
    at: datetime
    place: str
    cell: str
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class Movements:
    """A facility's day of comings and goings."""

    came: list[Movement]
    coming: list[Movement]
    going: list[Movement]
    left: list[Movement]
    out: list[Movement]


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One of custody's plans with a person."""

    id: UUID
    person_id: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime | None
    place: str
    confidence: str
    state: str


def movements(lens: Lens, facility_id: UUID, *, back: timedelta = DAY, ahead: timedelta = DAY) -> Movements:
    """Give who came and left within `back`, who is out, and who comes and goes within `ahead`. Constant in queries."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS)
    since = clock.now() - back
    done = Move.objects.filter(cancelled_at=None, happened_at__gte=since).select_related("from_facility", "to_facility")
    came = list(done.filter(to_facility_id=facility_id, kind__in=CAME).order_by("-happened_at"))
    came = [m for m in came if not (m.kind == "return" and m.from_facility_id == facility_id and not m.place)]
    left = list(done.filter(from_facility_id=facility_id, kind__in=LEFT).order_by("-happened_at"))
    plans_in = _coming(lens, facility_id, ahead)
    plans_out = [p for p in _going(lens, facility_id, ahead) if p.kind != "visit"]
    ids = {x.person_id for rows in (came, left, plans_in, plans_out) for x in rows}
    away = _away_of(lens, facility_id)
    ids |= set(away)
    cards, where = people.cards(lens, ids), whereabouts(lens, ids)
    shown = ids if lens.role not in OFFICERS else set(where)
    return Movements(
        came=[
            _done(m, cards, where, CAME, m.from_facility.short_name if m.from_facility else m.place)
            for m in came
            if m.person_id in shown
        ],
        coming=_from_there(plans_in, cards, where),
        going=[_plan(p, cards, where) for p in plans_out if p.person_id in shown],
        left=[
            _done(m, cards, where, LEFT, m.to_facility.short_name if m.to_facility else m.place)
            for m in left
            if m.person_id in shown
        ],
        out=sorted((_out(cards[own], where[own]) for own in away if own in where), key=lambda m: m.at),
    )


def incoming(lens: Lens, facility_id: UUID, *, ahead: timedelta = DAY) -> list[Movement]:
    """List who comes by transfer; the place is the one that they come from."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS)
    rows = _coming(lens, facility_id, ahead)
    ids = {r.person_id for r in rows}
    cards, where = people.cards(lens, ids), whereabouts(lens, ids)
    return _from_there(rows, cards, where)


def outgoing(
    lens: Lens, facility_id: UUID, *, ahead: timedelta = DAY, kinds: tuple[str, ...] = ("court", "transfer", "release")
) -> list[Movement]:
    """List who goes: the court list, the 24-hour transfer list, expected releases."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS)
    rows = [r for r in _going(lens, facility_id, ahead) if r.kind in kinds]
    ids = {r.person_id for r in rows}
    cards, where = people.cards(lens, ids), whereabouts(lens, ids)
    return [_plan(r, cards, where) for r in rows]


def plans(lens: Lens, person_id: UUID, *, state: str = "planned") -> list[PlanRow]:
    """List custody's plans with one person, next first."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS, person_id=person_id)
    rows = ScheduledEvent.objects.filter(person_id__in=people.family(lens, person_id), state=state)
    return [
        PlanRow(
            r.id,
            r.person_id,
            r.kind,
            r.starts_at,
            r.ends_at,
            r.to_facility.short_name if r.to_facility else r.place,
            r.confidence,
            r.state,
        )
        for r in rows.select_related("to_facility").order_by("starts_at")
    ]


def _planned(ahead: timedelta) -> QuerySet[ScheduledEvent]:
    now = clock.now()
    soon = Q(starts_at__gte=now - timedelta(hours=6), starts_at__lte=now + ahead)
    return ScheduledEvent.objects.filter(soon, state="planned").select_related("to_facility").order_by("starts_at")


def _coming(lens: Lens, facility_id: UUID, ahead: timedelta) -> list[ScheduledEvent]:
    return list(_planned(ahead).filter(kind="transfer", to_facility_id=facility_id))


def _going(lens: Lens, facility_id: UUID, ahead: timedelta) -> list[ScheduledEvent]:
    here = housed_now(lens).filter(facility_id=facility_id).values("person_id")
    return list(_planned(ahead).filter(person_id__in=here))


def _away_of(lens: Lens, facility_id: UUID) -> list[UUID]:
    here: QuerySet[Placement] = housed_now(lens).filter(facility_id=facility_id)
    away = Away.objects.filter(until=None, cancelled=False, person_id__in=here.values("person_id"))
    return list(away.values_list("person_id", flat=True))


def _done(
    m: Move, cards: dict[UUID, people.Card], where: dict[UUID, Whereabouts], words: dict[str, str], place: str
) -> Movement:
    now = where.get(m.person_id)
    return Movement(m.id, cards[m.person_id], words[m.kind], m.happened_at, place, now.cell if now else "")


def _plan(p: ScheduledEvent, cards: dict[UUID, people.Card], where: dict[UUID, Whereabouts]) -> Movement:
    here = where.get(p.person_id)
    to_here = p.to_facility.short_name if p.to_facility else p.place
    return Movement(
        p.id, cards[p.person_id], p.kind.capitalize(), p.starts_at, to_here, here.place if here else "", p.confidence
    )


def _from_there(
    rows: Sequence[ScheduledEvent], cards: dict[UUID, people.Card], where: dict[UUID, Whereabouts]
) -> list[Movement]:
    """Draw plans to come here: the other place is the one where each is housed until then."""
    here = Placement.objects.filter(HOUSED, person_id__in=[r.person_id for r in rows])
    there = dict(here.values_list("person_id", "facility__short_name"))
    return [replace(_plan(r, cards, where), place=there.get(r.person_id, "")) for r in rows if r.person_id in cards]


def _out(card: people.Card, w: Whereabouts) -> Movement:
    return Movement(
        w.stay_id, card, w.away.capitalize(), w.away_since or clock.now(), w.away_place, w.cell or w.unit, ""
    )
