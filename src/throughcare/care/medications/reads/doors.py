"""Moves and who covers each medicine: of one person, of a facility's doors today and tomorrow, and as paper that travels along."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from throughcare.care.medications import states
from throughcare.care.medications.dose_ids import due_at_of
from throughcare.care.medications.models import Crossing, CrossingLine, Dose, MedicationOrder
from throughcare.care.medications.rules import timing as timings
from throughcare.care.medications.rules.covering import Door
from throughcare.care.medications.rules.statuses import TAKEN
from throughcare.care.medications.rules.timing.model import Dose as Amount
from throughcare.care.medications.rules.timing.wording import dose_words
from throughcare.care.medications.taken_along import taken_along
from throughcare.custody.models import Facility
from throughcare.duties.ports import ABILITIES, SiteGap
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people

AHEAD = timedelta(hours=48)
SHOWN = 300


@dataclass(frozen=True, slots=True)
class CrossingRow:
    """One move with its lines, and the names of both ends."""

    crossing: Crossing
    lines: list[CrossingLine]
    source: str
    target: str
    gaps: list[SiteGap] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One move on the board of doors."""

    crossing: Crossing
    who: people.Card
    source: str
    target: str
    lacking: list[str]
    gaps: list[SiteGap] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Taken:
    """One medicine on the paper that goes along: how it is taken, when last, when next."""

    order: MedicationOrder
    how: str
    last: datetime | None
    line: CrossingLine | None


def crossings(lens: Lens, family: Sequence[UUID]) -> list[CrossingRow]:
    """Give a person's moves that are not over, the next one first, and the last three that are."""
    _may(lens, family)
    with db.reading(lens):
        mine = Crossing.objects.filter(person_id__in=family, sealed=False)
        rows = list(mine.filter(state__in=states.CROSSING_OPEN).order_by("leaves_at"))
        rows += list(mine.filter(state="over").order_by("-leaves_at")[:3])
        return _rows(rows)


def crossing(lens: Lens, family: Sequence[UUID], crossing_id: UUID) -> CrossingRow:
    """Give one move of a person."""
    _may(lens, family)
    with db.reading(lens):
        row = Crossing.objects.filter(id=crossing_id, person_id__in=family, sealed=False).first()
        if row is None:
            raise NotFound("There is no such move here.")
        return _rows([row])[0]


def observed_crossings(lens: Lens, family: Sequence[UUID]) -> list[CrossingRow]:
    """Give a person's moves as the doses of a sealed programme cross them: to who may see those, and to nobody else."""
    if not all(lens.may(Verb.SUMMARY, DataClass.PART2, person_id=p) for p in family):
        return []
    with db.reading(lens):
        mine = Crossing.objects.filter(person_id__in=family, sealed=True, state__in=states.CROSSING_OPEN)
        return _rows(list(mine.order_by("leaves_at")))


def _rows(rows: Sequence[Crossing]) -> list[CrossingRow]:
    lines: dict[UUID, list[CrossingLine]] = {}
    for line in CrossingLine.objects.filter(crossing_id__in=[r.id for r in rows]).order_by("-critical", "text"):
        lines.setdefault(line.crossing_id, []).append(line)
    names, gaps = _names(rows), _gaps(rows)
    return [
        CrossingRow(
            r,
            lines.get(r.id, []),
            names.get(r.from_facility_id, ""),
            names.get(r.to_facility_id, r.place),
            met(lines.get(r.id, []), gaps.get(r.to_facility_id, [])),
        )
        for r in rows
    ]


def _gaps(rows: Sequence[Crossing]) -> dict[UUID | None, list[SiteGap]]:
    """Give what the sites can't do to which these moves go, while doses fall in their shadows."""
    going = [r for r in rows if r.to_facility_id and r.state in states.CROSSING_OPEN]
    found: dict[UUID | None, list[SiteGap]] = {}
    if going:
        since, until = min(r.leaves_at for r in going), max(r.until for r in going)
        for gap in ABILITIES().gaps({r.to_facility_id for r in going if r.to_facility_id}, since, until):
            found.setdefault(gap.facility_id, []).append(gap)
    return found


def met(lines: Sequence[CrossingLine], gaps: Sequence[SiteGap]) -> list[SiteGap]:
    """Give those gaps in which a dose of these lines is due; of observed treatment alone where it is that which is missing."""
    return [
        gap
        for gap in gaps
        if any(
            gap.since <= due_at_of(dose) < gap.until
            for line in lines
            if gap.capability == "nursing_24h" or (gap.capability == "opioid_programme" and line.opioid_treatment)
            for dose in line.doses
        )
    ]


def _names(rows: Sequence[Crossing]) -> dict[UUID | None, str]:
    ids = {i for r in rows for i in (r.from_facility_id, r.to_facility_id) if i}
    return dict(Facility.objects.filter(id__in=ids).values_list("id", "short_name"))


def board(lens: Lens, facility_id: UUID | None) -> tuple[list[BoardRow], bool]:
    """Give the moves of today and tomorrow through a facility's doors, those that lack something first; and if there are more."""
    lens.require(Verb.READ, DataClass.MEDICATION)
    with db.reading(lens):
        rows = Crossing.objects.filter(sealed=False, state__in=states.CROSSING_OPEN, leaves_at__lte=clock.now() + AHEAD)
        places = {facility_id} if facility_id else lens.facilities
        if places is not None:
            rows = rows.filter(Q(from_facility_id__in=places) | Q(to_facility_id__in=places))
        rows = rows.filter(Q(waiting__gt=0) | Q(state="planned") | Q(until__gt=clock.now()))
        found = sorted(rows.order_by("-uncovered", "leaves_at")[: SHOWN + 1], key=_harm)
        shown = found[:SHOWN]
        cards = people.cards(lens, [r.person_id for r in shown])
        lines = CrossingLine.objects.filter(crossing_id__in=[r.id for r in shown]).exclude(lacks=[])
        lacking: dict[UUID, list[str]] = {}
        open_: dict[UUID, list[CrossingLine]] = {}
        for line in lines.order_by("-critical", "text"):
            lacking.setdefault(line.crossing_id, []).append(line.text)
            open_.setdefault(line.crossing_id, []).append(line)
        names, gaps = _names(shown), _gaps(shown)
    return [
        BoardRow(
            r,
            cards[r.person_id],
            names.get(r.from_facility_id, ""),
            names.get(r.to_facility_id, r.place),
            lacking.get(r.id, []),
            met(open_.get(r.id, []), gaps.get(r.to_facility_id, [])),
        )
        for r in shown
    ], len(found) > SHOWN


def _harm(row: Crossing) -> tuple[bool, bool, datetime]:
    return row.uncovered == 0, row.waiting == 0, row.act_by or row.leaves_at


def paper(lens: Lens, family: Sequence[UUID], crossing_id: UUID, lang: str) -> tuple[CrossingRow, list[Taken]]:
    """Give every medicine in force at a move, as the other side or the person needs it on paper."""
    found = crossing(lens, family, crossing_id)
    return found, taken(lens, family, lang, found.lines)


def take_home(lens: Lens, family: Sequence[UUID], lang: str) -> list[Taken]:
    """Give every medicine that a person goes home with, at any moment: with the last release's cover where there is one."""
    _may(lens, family)
    with db.reading(lens):
        door = Crossing.objects.filter(person_id__in=family, door=Door.RELEASE.value).exclude(state="cancelled")
        last = door.order_by("-leaves_at").first()
        lines = list(CrossingLine.objects.filter(crossing_id=last.id)) if last else []
    return taken(lens, family, lang, lines)


def taken(lens: Lens, family: Sequence[UUID], lang: str, lines: Sequence[CrossingLine]) -> list[Taken]:
    """Give the orders in force, or that ended because the person left, each with how, when last, and its cover.

    What was on hold as they left was not taken, and is not on the paper that goes along.
    """
    with db.reading(lens):
        now = Q(person_id__in=family, status="active", ends_at__gt=clock.now())
        orders = list(MedicationOrder.objects.filter(now | taken_along(family) & Q(held_why="")).order_by("text"))
        given = Dose.objects.filter(
            order_id__in=[o.id for o in orders],
            due_at__gte=clock.now() - timedelta(days=4),
            status__in=[s.value for s in TAKEN],
        )
        last: dict[UUID | None, datetime | None] = dict(
            given.order_by("happened_at").values_list("order_id", "happened_at")
        )
    by_order = {x.order_id: x for x in lines}
    return [Taken(o, how_taken(o, lang), last.get(o.id), by_order.get(o.id)) for o in orders]


def how_taken(order: MedicationOrder, lang: str) -> str:
    """Say how much and when, in the language of who takes it."""
    amount = dose_words(Amount(order.amount, order.unit), lang) if order.amount and order.unit.strip() else ""
    words = timings.words(timings.from_json(order.timing), lang)
    return ", ".join(w for w in (amount, words) if w)


def _may(lens: Lens, family: Sequence[UUID]) -> None:
    for person_id in family:
        lens.require(Verb.READ, DataClass.MEDICATION, person_id=person_id)
