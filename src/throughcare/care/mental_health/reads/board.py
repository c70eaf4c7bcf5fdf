"""Who is on watch at a facility, who comes on watch, and the round as the one who walks it needs it. Constant in queries."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from throughcare.care.mental_health import states
from throughcare.care.mental_health.models import DoorTag, Watch, WatchFinding, WatchObserver
from throughcare.care.mental_health.rule_table import load_table
from throughcare.custody import policy as custody_policy
from throughcare.custody import reads as custody
from throughcare.custody.models import ScheduledEvent
from throughcare.kernel import db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people


@dataclass(frozen=True, slots=True)
class Line:
    """One person on watch: order, whereabouts, when they were last seen, who stands there, and when the next look is."""

    watch: Watch
    who: people.Card
    where: custody.Whereabouts | None
    observer: WatchObserver | None
    assessed_at: datetime | None
    findings: int
    going_at: datetime | None = None

    @property
    def place(self) -> str:
        """Say the door, or how the person is out."""
        if self.where is None:
            return ""
        return self.where.cell or self.where.unit or self.where.facility

    @property
    def due_at(self) -> datetime:
        """Give when the limit is reached: of a check, of an observer in place, or of the relief."""
        table, row = load_table(), self.watch
        if row.level == "staggered":
            return row.last_seen_at + table.rounds.limit
        if self.observer is not None:
            return self.observer.since + table.relief
        return max(row.last_seen_at, row.level_since) + table.in_place

    @property
    def alarm_at(self) -> datetime:
        """Give when the phone sounds."""
        table = load_table()
        return self.due_at - (table.rounds.limit - table.rounds.alarm)

    @property
    def turn(self) -> datetime:
        """Give when somebody should look next; lists stand in this order."""
        row = self.watch
        return row.next_check_at if row.level == "staggered" and row.next_check_at else self.due_at


def board(lens: Lens, facility_id: UUID) -> list[Line]:
    """Give everybody on watch at a facility, the one to be seen next first; whoever another house watches stands last."""
    lens.require(Verb.READ, DataClass.OPERATIONAL_ALERT)
    with db.reading(lens):
        rows = _at(lens, facility_id)
        return _lines(lens, list(rows))


def coming(lens: Lens, facility_id: UUID) -> list[Line]:
    """Give who is on watch elsewhere and is to be brought here: the receiver knows before the van leaves."""
    with db.reading(lens):
        plans = ScheduledEvent.objects.filter(to_facility_id=facility_id, kind="transfer", state="planned").values_list(
            "person_id", "starts_at"
        )
        at = dict(plans)
        families = people.families(lens, at)
        whose = {chart: own for own, charts in families.items() for chart in (own, *charts)}
        rows = Watch.objects.filter(person_id__among=list(whose), state__in=states.RUNNING).exclude(
            facility_id=facility_id
        )
        return _lines(lens, list(rows), {row.person_id: at[whose[row.person_id]] for row in rows})


def rounds(lens: Lens, facility_id: UUID) -> list[Line]:
    """Give the round of a facility as officers may know it: whom to see, at which door, by when. Nothing of care."""
    with db.reading(lens):
        rows = list(_at(lens, facility_id))
        if lens.role in custody_policy.OFFICERS:
            seen = _seen_by_custody(lens, [row.person_id for row in rows])
            rows = [row for row in rows if row.person_id in seen]
        return _lines(lens, rows)


def one_of_round(lens: Lens, facility_id: UUID, watch_id: UUID) -> Line:
    """Give one person of the round; whoever is not on it looks as if they were not there."""
    found = next((line for line in rounds(lens, facility_id) if line.watch.id == watch_id), None)
    if found is None:
        raise NotFound("This person is not on the round here.")
    return found


def behind_door(lens: Lens, facility_id: UUID, code: str) -> tuple[str, list[UUID]]:
    """Say which door a code stands at, and whose watches are behind it."""
    with db.reading(lens):
        tag = DoorTag.objects.filter(code=code, facility_id=facility_id, ended_at=None).first()
    if tag is None:
        return "", []
    return tag.place, [line.watch.id for line in rounds(lens, facility_id) if tag.place in (line.place, _unit(line))]


def door_codes(lens: Lens, facility_id: UUID) -> dict[str, str]:
    """Give the code of each door of a facility, for a device that must know them without a network."""
    with db.reading(lens):
        rows = DoorTag.objects.filter(facility_id=facility_id, ended_at=None)
        return dict(rows.values_list("place", "code"))


def findings(lens: Lens, facility_id: UUID | None, *, closed: int = 0) -> list[tuple[WatchFinding, people.Card]]:
    """Give the findings that wait for their answer, the oldest first; and the last few that were answered."""
    lens.require(Verb.READ, DataClass.GRIEVANCE)
    with db.reading(lens):
        rows = WatchFinding.objects.all()
        places = {facility_id} if facility_id else lens.facilities
        if places is not None:
            rows = rows.filter(facility_id__in=places)
        found = list(rows.filter(state="open").order_by("found_at")[:200])
        if closed:
            found += rows.exclude(state="open").order_by("-answered_at")[:closed]
        cards = people.cards(lens, [r.person_id for r in found])
    return [(r, cards[r.person_id]) for r in found if r.person_id in cards]


def tags(lens: Lens, facility_id: UUID, unit: str) -> list[DoorTag]:
    """Give the tags of a unit's doors, for printing."""
    with db.reading(lens):
        return list(DoorTag.objects.filter(facility_id=facility_id, unit=unit, ended_at=None).order_by("place"))


def _at(lens: Lens, facility_id: UUID) -> QuerySet[Watch]:
    if not custody_policy.sees(lens, facility_id):
        raise NotFound("There is no such facility here.")
    rows = Watch.objects.filter(facility_id=facility_id, state__in=states.RUNNING)
    return rows.exclude(person_id__in=lens.denied) if lens.denied else rows


def _lines(lens: Lens, rows: Sequence[Watch], going: dict[UUID, datetime] | None = None) -> list[Line]:
    ids = [row.id for row in rows]
    whom = [row.person_id for row in rows]
    cards, where = people.cards(lens, whom), custody.whereabouts(lens, whom)
    posts = {p.watch_id: p for p in WatchObserver.objects.filter(watch_id__among=ids, until=None)}
    counted = (
        Watch.objects.filter(id__among=ids)
        .values_list("id")
        .annotate(
            last=Max("assessments__at"), waiting=Count("findings", filter=Q(findings__state="open"), distinct=True)
        )
    )
    more = {id_: (last, waiting) for id_, last, waiting in counted}
    lines = [
        Line(
            row,
            cards[row.person_id],
            where.get(row.person_id),
            posts.get(row.id),
            *more[row.id],
            (going or {}).get(row.person_id),
        )
        for row in rows
        if row.person_id in cards
    ]
    return sorted(lines, key=lambda line: (line.watch.rests_since is not None, line.turn))


def _seen_by_custody(lens: Lens, whom: Collection[UUID]) -> set[UUID]:
    families = people.families(lens, whom)
    charts: Iterable[UUID] = {chart for family in families.values() for chart in family} | set(whom)
    housed = set(custody_policy.housed_now(lens).filter(person_id__in=charts).values_list("person_id", flat=True))
    return {own for own in whom if {own, *families.get(own, ())} & housed}


def _unit(line: Line) -> str:
    return line.where.unit if line.where else ""
