"""Numbers as pages show them: all measures, worst first, and one measure whole. They come from the warehouse's last state.

A reader with places sees those alone; one who may see no people sees numbers in aggregate only (`pooling`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from throughcare.custody import reads as custody
from throughcare.duties.working_time import working_time
from throughcare.insight import numbers, policy, pooling
from throughcare.insight.gate import registry
from throughcare.insight.measures import definitions
from throughcare.insight.measures.definitions import CLOCK, Definition
from throughcare.insight.measures.statistics import Estimate
from throughcare.insight.numbers import Number, Row, months_until, total
from throughcare.insight.statistics import Limits, Point, centre, control, funnel
from throughcare.insight.warehouse.files import State
from throughcare.kernel import clock
from throughcare.kernel.errors import NotFound
from throughcare.kernel.ids import derived
from throughcare.kernel.lens import Lens

GROUPS = ("late", "quality", "events")
# Strata of identities that everybody knows, as the gate's content names them and as they are counted.
KNOWN_AS = {("sex", "women"): ("sex", "female"), ("age", "under-18"): ("age_band", "under 18")}
STALE = timedelta(days=2)  # after so long without a whole day more, numbers are called old


@dataclass(frozen=True, slots=True)
class Freshness:
    """Until which day the record was read, when that was done, and whether a day is missing by now."""

    until: date
    updated_at: datetime | None
    stale: bool


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


def fresh(state: State) -> Freshness:
    """Say how old a state's numbers are."""
    until = numbers.last_day(state)
    return Freshness(until, state.read_at, working_time().day_of(clock.now()) - until >= STALE)


def within(lens: Lens, rows: Iterable[Row]) -> list[Row]:
    """Keep what this reader may compare: where the lens has places, those alone, added up as everybody's."""
    if lens.facilities is None:
        return list(rows)
    here = {str(f) for f in lens.facilities}
    mine = [r for r in rows if r.divided_by == "facility" and r.stratum in here]
    return mine + [r._replace(divided_by="", stratum="") for r in mine]


def titles(lens: Lens) -> dict[str, str]:
    """Name the facilities."""
    return {str(f.id): f.short_name for f in custody.facilities(lens)}


def spanned(rows: Sequence[Row], measure: Definition, months: Iterable[str]) -> list[Row]:
    """Give the rows that make a measure's number over some months: all of them, or the last where each looks back by itself."""
    wanted = set(months)
    found = [r for r in rows if r.month in wanted]
    if not measure.judged:
        return found
    last = max((r.month for r in found), default="")
    return [r for r in found if r.month == last]


def added(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, Number]:
    """Add rows up by a key."""
    found: dict[str, Number] = defaultdict(Number)
    for row in rows:
        found[key(row)].add(row)
    return dict(found)


def overview(lens: Lens, *, span: int = 3, history: int = 12) -> Overview:
    """List every measure over the last months, worst first: by how much is missed at the least, as far as numbers can say."""
    state = numbers.held()
    until = numbers.last_day(state)
    months = months_until(until, max(history, 2 * span))
    by_measure: dict[str, list[Row]] = defaultdict(list)
    for row in within(lens, numbers.rows(state, months)):
        by_measure[row.measure].append(row)
    named, found, lines, nothing = titles(lens), definitions.measures(until), [], []
    told = {d.rules for d in found if d.area != CLOCK}
    for measure in found:
        if measure.area == CLOCK and measure.rules in told:
            continue  # a measure of content says the same of this clock
        line = _line(measure, by_measure.get(measure.id, []), months, span, named, aggregate=policy.aggregate(lens))
        if line is None:
            nothing.append(measure)
        else:
            lines.append(line)
    lines.sort(key=lambda one: (GROUPS.index(one.group), -surely_missed(one), one.measure.id))
    return Overview(fresh(state), months[-span:], lines, nothing)


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
    state = numbers.held()
    until, aggregate = numbers.last_day(state), policy.aggregate(lens)
    measure = definitions.find(measure_id, until)
    if measure is None:
        raise NotFound("There is no such measure.")
    months = months_until(until, history)
    rows = within(lens, numbers.rows(state, months, measure.id))
    everybody = [r for r in rows if not r.divided_by]
    recent = spanned(rows, measure, months[-span:])
    whole = total(r for r in recent if not r.divided_by)
    if aggregate and not pooling.enough(whole, measure):
        whole, recent, everybody = Number(), [], []
    labels, by_month = _months(measure, everybody, months, aggregate=aggregate)
    value = whole.value(measure)
    places = _places(lens, measure, recent, value, aggregate=aggregate)
    compared = [p.number.point(p.title, measure) for p in places]
    points = [n.point(m, measure) for n, m in zip(by_month, labels, strict=True)]
    shown = sorted({r.month for r in recent}) if measure.judged else months[-span:]
    return MeasurePage(
        measure,
        fresh(state),
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


def divided(measure: Definition, rows: Sequence[Row]) -> dict[str, dict[str, Number]]:
    """Give the strata of each kind that a measure is divided by."""
    return {kind: added((r for r in rows if r.divided_by == kind), lambda r: r.stratum) for kind in measure.stratifiers}


def pooled(measure: Definition, rows: Sequence[Row]) -> dict[str, dict[str, Number]]:
    """Give the same to who may see no people: small strata together, and no kind that would give somebody away."""
    found = {kind: pooling.pooled(parts, measure) for kind, parts in divided(measure, rows).items()}
    places = found.get("facility", {})
    return {kind: beside_places(kind, parts, places, measure) for kind, parts in found.items()}


def beside_places(
    kind: str, parts: dict[str, Number], places: Mapping[str, Number], measure: Definition
) -> dict[str, Number]:
    """Give the pooled strata of a kind, or none where the pooled facilities beside them would give somebody away."""
    return parts if all(pooling.may_stand_beside(parts, one, places, at, measure) for one, at in _twins(kind)) else {}


def _twins(kind: str) -> list[tuple[str, str]]:
    """Name the strata of a kind that are known to be the people of one facility, with its id."""
    found = []
    for identity in registry.identities():
        place = dict(identity.there).get("facility")
        for here in identity.here:
            told = KNOWN_AS.get(here)
            if told and told[0] == kind and place:
                found.append((told[1], str(derived("facility", place))))
    return found


def _part(measure: Definition, id_: str, title: str, number: Number, whole: float | None, signal: str = "") -> Part:
    estimate = number.estimate(measure)
    if estimate is None or whole is None:
        return Part(id_, title, number, estimate, signal)
    ratio = estimate.value / whole if whole else None
    return Part(id_, title, number, estimate, signal, ratio, estimate.value - whole)
