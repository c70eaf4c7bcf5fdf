"""One measure's chart with what was changed and by when it shall be better, and its groups compared; each through a lens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet

from throughcare.insight.improvement import equity, rules, series
from throughcare.insight.improvement.models import Annotation, Target
from throughcare.insight.improvement.policy import READERS
from throughcare.insight.improvement.reads.places import M, within
from throughcare.insight.improvement.rules import Chart, Verdict
from throughcare.insight.measures.definitions import STRATIFIERS, Definition
from throughcare.insight.numbers import Number
from throughcare.insight.sources import titles_here
from throughcare.insight.statistics import Point, centre, funnel
from throughcare.kernel import db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens

RECENT = 3  # months in which a signal is news


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


def chart_page(lens: Lens, measure_id: str, *, facility: str = "", timed: bool = False) -> ChartPage:
    """Give one measure's chart; another's facility is not found."""
    READERS.require(lens)
    place = series.place_of(lens, facility)
    found = series.of(lens, measure_id)
    titles = titles_here(lens)
    if place and place not in titles:
        raise NotFound("There is no such facility.")
    with db.reading(lens):
        rows = list(_beside(Annotation.objects.all(), measure_id, place).order_by("since", "at"))
        targets = list(_beside(Target.objects.all(), measure_id, place).order_by("-since", "-at"))
    numbers = found.by_month(place)
    standing = [r for r in rows if r.taken_back_at is None]
    breaks = {r.since.strftime("%Y-%m") for r in standing if r.new_limits}
    has_times = not place and any(n.median is not None for _, n in numbers)
    drawn = chart(found.measure, numbers, breaks, timed=timed and has_times)
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
        drawn,
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
    titles, divisions = titles_here(lens), []
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


def annotation(lens: Lens, id: UUID) -> Annotation:
    """Give one annotation; one of a facility that is not the reader's is not found."""
    READERS.require(lens)
    with db.reading(lens):
        row = within(lens, Annotation.objects.filter(id=id)).first()
    if row is None:
        raise NotFound("There is no such annotation.")
    return row


def chart(
    measure: Definition, numbers: Sequence[tuple[str, Number]], breaks: set[str], *, timed: bool, until: str = ""
) -> Chart:
    """Make the chart of some months: of their numbers, or of the times until done."""
    if timed:
        return rules.times([m for m, _ in numbers], [n.median for _, n in numbers], changes=breaks, until=until)
    points = [n.point(m, measure) for m, n in numbers]
    return rules.chart(points, rate=measure.is_rate, changes=breaks, until=until)


def _verdict(
    measure: Definition, numbers: Sequence[tuple[str, Number]], breaks: set[str], since: str, *, timed: bool
) -> Verdict:
    before = chart(measure, numbers, {b for b in breaks if b < since}, timed=timed, until=since)
    return rules.verdict(before, since, "lower" if timed or measure.better == "lower" else "higher")


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
