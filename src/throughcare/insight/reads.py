"""Numbers as pages show them: all measures, worst first, and one measure whole.

A reader with places sees those alone; one who may see no people sees whole quarters (`sources`), in aggregate only (`pooling`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from throughcare.insight import policy, pooling
from throughcare.insight.measures import definitions
from throughcare.insight.measures.definitions import CLOCK, Definition
from throughcare.insight.measures.statistics import Estimate
from throughcare.insight.numbers import Number, Row, total
from throughcare.insight.sources import Freshness, source, titles
from throughcare.insight.statistics import Limits, Point, centre, control, funnel
from throughcare.insight.strata import added, divided, pooled, spanned
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens

GROUPS = ("late", "quality", "events")


@dataclass(frozen=True, slots=True)
class Line:
    """One measure on the overview."""

    measure: Definition
    number: Number
    estimate: Estimate
    before: float | None
    worst: str
    worst_id: str
    worst_value: float | None
    history: tuple[float, ...]

    @property
    def value(self) -> float:
        """Give its number."""
        return self.estimate.value

    @property
    def group(self) -> str:
        """Say under which heading it stands: what may be late, clinical quality, or events and all else."""
        if self.measure.area == "quality":
            return "quality"
        return "late" if self.measure.misses else "events"


@dataclass(frozen=True, slots=True)
class Overview:
    """Every measure that has a number, and those that have none yet."""

    fresh: Freshness
    months: tuple[str, ...]
    lines: list[Line]
    nothing: list[Definition]

    def of(self, group: str) -> list[Line]:
        """Give the lines of one group."""
        return [line for line in self.lines if line.group == group]


@dataclass(frozen=True, slots=True)
class Part:
    """One facility, sex or age beside everybody."""

    id: str
    title: str
    number: Number
    estimate: Estimate | None
    signal: str = ""
    ratio: float | None = None
    difference: float | None = None

    @property
    def value(self) -> float | None:
        """Give its number."""
        return self.estimate.value if self.estimate else None


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """One measure: its definition, its months with the limits of chance, its places and other strata."""

    measure: Definition
    fresh: Freshness
    months: tuple[str, ...]
    whole: Number
    estimate: Estimate | None
    history: list[Limits]
    numbers: list[Number]
    labels: tuple[str, ...]
    middle: float | None
    places: list[Part]
    funnel: tuple[list[Point], list[Limits]]
    strata: Mapping[str, list[Part]]
    aggregate: bool


def overview(lens: Lens, *, span: int = 3, history: int = 12) -> Overview:
    """List every measure over the last months, worst first: by how much is missed at the least, as far as numbers can say."""
    told, aggregate = source(lens, max(history, 2 * span)), policy.aggregate(lens)
    months = told.months
    by_measure: dict[str, list[Row]] = defaultdict(list)
    for row in told.rows():
        by_measure[row.measure].append(row)
    named, found, lines, nothing = titles(lens), definitions.measures(told.until), [], []
    said = {d.rules for d in found if d.area != CLOCK}
    for measure in found:
        if measure.area == CLOCK and measure.rules in said:
            continue  # a measure of content says the same of this clock
        rows = [] if aggregate and pooling.tells_another(measure, found) else by_measure.get(measure.id, [])
        line = _line(measure, rows, months, span, named, aggregate=aggregate)
        if line is None:
            nothing.append(measure)
        else:
            lines.append(line)
    lines.sort(key=lambda one: (GROUPS.index(one.group), -surely_missed(one), one.measure.id))
    return Overview(told.fresh, months[-span:], lines, nothing)


def _line(
    measure: Definition,
    rows: Sequence[Row],
    months: Sequence[str],
    span: int,
    named: Mapping[str, str],
    *,
    aggregate: bool,
) -> Line | None:
    everybody = [r for r in rows if not r.divided_by]
    number = total(spanned(everybody, measure, months[-span:]))
    estimate = number.estimate(measure)
    if estimate is None or (aggregate and not pooling.enough(number, measure)):
        return None
    places = added((r for r in spanned(rows, measure, months[-span:]) if r.divided_by), lambda r: r.stratum)
    by_month = added(everybody, lambda r: r.month)
    past = total(spanned(everybody, measure, months[-2 * span : -span]))
    if aggregate:
        places = pooling.pooled(places, measure)
        by_month = by_month if pooling.months_shown(list(by_month.values()), measure) else {}
        past = past if pooling.enough(past, measure) else Number()
    worst_id, worst = _worst(measure, places)
    shown = tuple(v for m in months if m in by_month and (v := by_month[m].value(measure)) is not None)
    return Line(measure, number, estimate, past.value(measure), named.get(worst_id, ""), worst_id, worst, shown)


def surely_missed(line: Line) -> float:
    """Say how large the missed share is at the least (the end of its interval); 0 where not to meet it is no miss."""
    return 100 - line.estimate.high if line.measure.misses else 0.0


def _worst(measure: Definition, places: Mapping[str, Number]) -> tuple[str, float | None]:
    if measure.better == "none":
        return "", None
    sign = 1 if measure.better == "higher" else -1
    found = [
        (sign * value, place, value)
        for place, number in places.items()
        if (value := number.value(measure)) is not None and not number.small(measure)
    ]
    if len(found) < 2 or min(found)[0] == max(found)[0]:
        return "", None  # too few to compare, or no difference
    return min(found)[1], min(found)[2]


def measure_page(lens: Lens, measure_id: str, *, span: int = 3, history: int = 24) -> MeasurePage:
    """Give one measure whole; refuses as not found what there is no measure of."""
    told, aggregate = source(lens, history), policy.aggregate(lens)
    measure = definitions.find(measure_id, told.until)
    if measure is None:
        raise NotFound("There is no such measure.")
    months, rows = told.months, told.rows(measure.id)
    everybody = [r for r in rows if not r.divided_by]
    recent = spanned(rows, measure, months[-span:])
    whole = total(r for r in recent if not r.divided_by)
    known = definitions.measures(told.until)
    if aggregate and (pooling.tells_another(measure, known) or not pooling.enough(whole, measure)):
        whole, recent, everybody = Number(), [], []
    labels, by_month = _months(measure, everybody, months, aggregate=aggregate)
    value = whole.value(measure)
    places = _places(lens, measure, recent, value, aggregate=aggregate)
    compared = [p.number.point(p.title, measure) for p in places]
    points = [n.point(m, measure) for n, m in zip(by_month, labels, strict=True)]
    shown = sorted({r.month for r in recent}) if measure.judged else months[-span:]
    return MeasurePage(
        measure,
        told.fresh,
        tuple(shown) or months[-span:],
        whole,
        whole.estimate(measure),
        control(points, rate=measure.is_rate),
        by_month,
        labels,
        centre(points),
        places,
        (compared, funnel(compared, rate=measure.is_rate)),
        _strata(lens, measure, recent, value, aggregate=aggregate),
        aggregate,
    )


def _months(
    measure: Definition, rows: Sequence[Row], months: Sequence[str], *, aggregate: bool
) -> tuple[tuple[str, ...], list[Number]]:
    """Give the months with their numbers, from the first in which there was anything; of a judged measure its own alone."""
    found = added(rows, lambda r: r.month)
    if measure.judged:
        labels = tuple(sorted(found))
    else:
        first = next((n for n, m in enumerate(months) if m in found), len(months) - 1)
        labels = tuple(months[first:])
    listed = [found.get(m, Number()) for m in labels]
    if aggregate and not pooling.months_shown(listed, measure):
        return (), []
    return labels, listed


def _places(
    lens: Lens, measure: Definition, recent: Sequence[Row], whole: float | None, *, aggregate: bool
) -> list[Part]:
    found = added((r for r in recent if r.divided_by == "facility"), lambda r: r.stratum)
    if aggregate:
        found = pooling.pooled(found, measure)
    named = titles(lens)
    points = [n.point(place, measure) for place, n in found.items()]
    signals = [t.signal for t in funnel(points, rate=measure.is_rate)] or [""] * len(points)
    parts = [
        _part(measure, place, named.get(place, place), n, whole, "" if n.small(measure) else signal)
        for (place, n), signal in zip(found.items(), signals, strict=True)
    ]
    sign = -1 if measure.better == "lower" else 1
    return sorted(parts, key=lambda p: (p.value is None, sign * (p.value or 0), p.title))


def _strata(
    lens: Lens, measure: Definition, recent: Sequence[Row], whole: float | None, *, aggregate: bool
) -> dict[str, list[Part]]:
    if lens.facilities is not None:
        return {}
    found = pooled(measure, recent) if aggregate else divided(measure, recent)
    return {
        kind: [_part(measure, name, name, n, whole) for name, n in sorted(parts.items())]
        for kind, parts in found.items()
        if kind != "facility"
    }


def _part(measure: Definition, id_: str, title: str, number: Number, whole: float | None, signal: str = "") -> Part:
    estimate = number.estimate(measure)
    if estimate is None or whole is None:
        return Part(id_, title, number, estimate, signal)
    ratio = estimate.value / whole if whole else None
    return Part(id_, title, number, estimate, signal, ratio, estimate.value - whole)
