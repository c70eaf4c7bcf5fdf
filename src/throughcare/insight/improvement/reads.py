"""The workspace's reads, each through a lens: what runs and what signals; one measure's chart; its groups; one project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from throughcare.custody import reads as custody
from throughcare.insight.improvement import equity, rules, series, states
from throughcare.insight.improvement.models import Annotation, Cycle, Meeting, Project, Target
from throughcare.insight.improvement.policy import READERS
from throughcare.insight.improvement.rules import Chart, Verdict
from throughcare.insight.measures import definitions
from throughcare.insight.measures.definitions import STRATIFIERS, Definition
from throughcare.insight.numbers import Number
from throughcare.insight.statistics import Point, centre, funnel
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens

M = TypeVar("M", bound=Model)
RECENT = 3  # months in which a signal is news


@dataclass(frozen=True, slots=True)
class Signalled:
    """A measure whose last months say something that chance hardly does, and on which side."""

    measure: Definition
    label: str
    signal: str
    good: bool
    value: float


@dataclass(frozen=True, slots=True)
class Running:
    """A project with the turn it is in, and whether it has gone past its day."""

    project: Project
    cycle: Cycle | None
    place: str
    measure: str
    due: date  # the next day that is owed: of the turn that is open, or of the whole
    overdue: bool


@dataclass(frozen=True, slots=True)
class Workspace:
    """What runs, what was learned, what the charts say, which meetings were held."""

    running: list[Running]
    concluded: list[Running]
    signals: list[Signalled]
    until: date
    meetings: list[tuple[Meeting, str]]
    measures: list[Definition]
    places: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that was changed, its number on the chart, and whether it did anything."""

    number: int
    row: Annotation
    month: str
    place: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Place:
    """One facility beside all: its number over the last months, and whether chance explains it."""

    id: str
    title: str
    number: Number
    value: float | None
    outside: bool


@dataclass(frozen=True, slots=True)
class ChartPage:
    """One measure's chart, everywhere or at a facility, with what was changed, its target, and the facilities side by side."""

    measure: Definition
    until: date
    place: str
    facility: str
    timed: bool
    has_times: bool
    chart: Chart
    numbers: list[tuple[str, Number]]
    changes: list[Changed]
    taken_back: list[Annotation]
    targets: list[Target]
    target: Decimal | None
    funnel: tuple[list[Point], list[Place]]
    recent: tuple[str, ...]
    places: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Division:
    """The groups of one kind, how they compare, and how far apart they are on the whole."""

    kind: str
    groups: list[equity.Group]
    disparity: float | None


@dataclass(frozen=True, slots=True)
class EquityPage:
    """One measure by every kind of group that is recorded."""

    measure: Definition
    until: date
    months: tuple[str, ...]
    value: float | None
    divisions: list[Division]


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """One project with its turns, its meeting points with the chart, and what can be done next."""

    project: Project
    cycles: list[Cycle]
    place: str
    measure: Definition | None


def workspace(lens: Lens) -> Workspace:
    """Give the workspace as far as this reader's places go."""
    READERS.require(lens)
    with_numbers = series.measures(lens)
    with db.reading(lens):
        titles = _titles(lens)
        projects = list(_within(lens, Project.objects.all()).order_by("due_on", "id")[:200])
        last = {c.project_id: c for c in Cycle.objects.filter(project__in=projects).order_by("number")}
        meetings = list(_within(lens, Meeting.objects.all(), whole=False).order_by("-held_on", "-id")[:8])
    known = {m.id: m for m, _ in with_numbers}
    rows = [_running(p, last.get(p.id), titles, known) for p in projects]
    signals = [s for m, one in with_numbers if (s := _signal(m, one)) is not None]
    signals.sort(key=lambda s: (s.good, s.measure.id))
    return Workspace(
        # what is overdue stands first, the longest before the rest
        sorted((r for r in rows if r.project.state == "open"), key=lambda r: (r.due, str(r.project.id))),
        sorted(
            (r for r in rows if r.project.state != "open"),
            key=lambda r: (r.project.due_on, str(r.project.id)),
            reverse=True,
        ),
        signals,
        with_numbers[0][1].until if with_numbers else clock.today(),
        [(m, titles.get(str(m.facility_id), "")) for m in meetings],
        list(known.values()),
        sorted(titles.items(), key=lambda t: t[1]),
    )


def chart_page(lens: Lens, measure_id: str, *, facility: str = "", timed: bool = False) -> ChartPage:
    """Give one measure's chart; another's facility is not found."""
    READERS.require(lens)
    place = series.place_of(lens, facility)
    found = series.of(lens, measure_id)
    titles = _titles(lens)
    if place and place not in titles:
        raise NotFound("There is no such facility.")
    with db.reading(lens):
        rows = list(_beside(Annotation.objects.all(), measure_id, place).order_by("since", "at"))
        targets = list(_beside(Target.objects.all(), measure_id, place).order_by("-since", "-at"))
    numbers = found.by_month(place)
    standing = [r for r in rows if r.taken_back_at is None]
    breaks = {r.since.strftime("%Y-%m") for r in standing if r.new_limits}
    has_times = not place and any(n.median is not None for _, n in numbers)
    chart = _chart(found.measure, numbers, breaks, timed=timed and has_times)
    changes = [
        Changed(
            n,
            row,
            row.since.strftime("%Y-%m"),
            titles.get(str(row.facility_id), ""),
            _verdict(found.measure, numbers, breaks, row.since.strftime("%Y-%m"), timed=timed and has_times),
        )
        for n, row in enumerate(standing, 1)
    ]
    recent = found.months[-RECENT:]
    current = next((t.value for t in targets if t.since <= found.until), None)
    return ChartPage(
        found.measure,
        found.until,
        titles.get(place, ""),
        place,
        timed and has_times,
        has_times,
        chart,
        numbers,
        changes,
        [r for r in rows if r.taken_back_at is not None],
        targets,
        current if not (timed and has_times) else None,
        _funnel(found, recent, titles),
        recent,
        sorted(titles.items(), key=lambda t: t[1]),
    )


def equity_page(lens: Lens, measure_id: str) -> EquityPage:
    """Compare the groups of a measure over twelve months; only who sees the whole agency compares groups of people."""
    READERS.require(lens)
    found = series.of(lens, measure_id)
    measure, months = found.measure, found.months[-12:]
    titles, divisions = _titles(lens), []
    for kind in sorted(STRATIFIERS, key=lambda k: k == "facility"):
        numbers = {k: n for k, n in found.groups(kind, months).items() if n.denominator}
        points = [n.point(titles.get(k, k), measure) for k, n in sorted(numbers.items())]
        if not points or (kind != "facility" and lens.facilities is not None):
            continue
        base = [n.numerator if measure.is_rate else n.denominator for _, n in sorted(numbers.items())]
        least = measure.smallest_count if measure.is_rate else measure.smallest_base
        groups = equity.groups(points, rate=measure.is_rate, base=base, least=least)
        divisions.append(Division(kind, groups, equity.disparity(groups, centre(points))))
    return EquityPage(measure, found.until, months, centre([found.over(months).point("", measure)]), divisions)


def project(lens: Lens, id: UUID) -> ProjectPage:
    """Give one project; one of a facility that is not the reader's is not found."""
    READERS.require(lens)
    with db.reading(lens):
        row = _within(lens, Project.objects.filter(id=id)).first()
        if row is None:
            raise NotFound("There is no such project.")
        cycles = list(row.cycles.order_by("number"))
    return ProjectPage(
        row, cycles, _titles(lens).get(str(row.facility_id), ""), definitions.find(row.measure, clock.today())
    )


# --- inside -----------------------------------------------------------------------------------------------------------------


def _chart(
    measure: Definition, numbers: Sequence[tuple[str, Number]], breaks: set[str], *, timed: bool, until: str = ""
) -> Chart:
    if timed:
        return rules.times([m for m, _ in numbers], [n.median for _, n in numbers], changes=breaks, until=until)
    points = [n.point(m, measure) for m, n in numbers]
    return rules.chart(points, rate=measure.is_rate, changes=breaks, until=until)


def _verdict(
    measure: Definition, numbers: Sequence[tuple[str, Number]], breaks: set[str], since: str, *, timed: bool
) -> Verdict:
    before = _chart(measure, numbers, {b for b in breaks if b < since}, timed=timed, until=since)
    return rules.verdict(before, since, "lower" if timed or measure.better == "lower" else "higher")


def _signal(measure: Definition, found: series.Series) -> Signalled | None:
    chart = _chart(measure, found.by_month(), set(), timed=False)
    if chart.kind == "run":
        return None  # of so few months nothing is called news
    news = [v for v in chart.values[-RECENT:] if v.signals]
    if not news or news[-1].value is None or news[-1].centre is None:
        return None
    last = news[-1]
    assert last.value is not None and last.centre is not None  # noqa: S101
    if measure.better == "none":
        return None  # where neither way is better, nothing is called better or worse
    good = (last.value > last.centre) == (measure.better == "higher")
    return Signalled(measure, last.label, last.signals[0], good, last.value)


def _funnel(found: series.Series, recent: Sequence[str], titles: dict[str, str]) -> tuple[list[Point], list[Place]]:
    numbers = {k: n for k, n in found.groups("facility", recent).items() if n.denominator and k in titles}
    points = [n.point(titles[k], found.measure) for k, n in numbers.items()]
    told = funnel(points, rate=found.measure.is_rate)
    places = [
        Place(k, titles[k], n, t.value, t.signal == "outside")
        for (k, n), t in zip(numbers.items(), told, strict=bool(told))
    ]
    sign = -1 if found.measure.better == "lower" else 1
    return points, sorted(places, key=lambda p: (p.value is None, sign * (p.value or 0), p.title))


def _beside(rows: QuerySet[M], measure: str, place: str) -> QuerySet[M]:
    """Keep what stands beside a chart: the agency's, and on a facility's chart its own."""
    where = Q(facility_id=None) | Q(facility_id=place) if place else Q(facility_id=None)
    return rows.filter(where, measure=measure)


def _within(lens: Lens, rows: QuerySet[M], *, whole: bool = True) -> QuerySet[M]:
    if lens.facilities is None:
        return rows
    where = Q(facility_id__in=lens.facilities)
    return rows.filter(where | Q(facility_id=None) if whole else where)


def _running(project: Project, cycle: Cycle | None, titles: dict[str, str], known: dict[str, Definition]) -> Running:
    measure = known.get(project.measure)
    owed = cycle is not None and cycle.state in states.OWED
    due = min(project.due_on, cycle.due_on) if cycle is not None and owed else project.due_on
    place = titles.get(str(project.facility_id), "")
    return Running(project, cycle, place, measure.title if measure else project.measure, due, due < clock.today())


def _titles(lens: Lens) -> dict[str, str]:
    found = {str(f.id): f.short_name for f in custody.facilities(lens)}
    return found if lens.facilities is None else {k: v for k, v in found.items() if UUID(k) in lens.facilities}


def place(lens: Lens, said: str) -> UUID | None:
    """Read a facility that this reader may write about; None for the whole agency."""
    found = series.place_of(lens, said)
    if found and found not in _titles(lens):
        raise NotFound("There is no such facility.")
    return UUID(found) if found else None


def annotation(lens: Lens, id: UUID) -> Annotation:
    """Give one annotation; one of a facility that is not the reader's is not found."""
    READERS.require(lens)
    with db.reading(lens):
        row = _within(lens, Annotation.objects.filter(id=id)).first()
    if row is None:
        raise NotFound("There is no such annotation.")
    return row
