"""Numbers as pages show them, worst first; and the people behind one, through the lens.

Numbers come from the warehouse's last state, names and duties from the record: what the lens hides is not named, and the
number it stands behind is not changed by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from throughcare.custody import reads as custody
from throughcare.duties import policy as duties_policy
from throughcare.duties import reads as duties
from throughcare.duties.models import Duty
from throughcare.duties.reads import WorkItem
from throughcare.duties.working_time import working_time
from throughcare.insight import run
from throughcare.insight.definition import Measure
from throughcare.insight.statistics import Limits, Point, centre, control, funnel
from throughcare.insight.warehouse import files, opening, writing
from throughcare.insight.warehouse.files import State
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb

if TYPE_CHECKING:
    import duckdb

COLUMNS = "measure, month, divided_by, stratum, denominator, numerator, days, late, open, refused, excused, gone, median_minutes, longest_minutes"
SHOWN = 60
FEW = 30  # below this many, a place is not called worst


@dataclass(slots=True)
class Number:
    """A measure's number over some months, in one stratum."""

    denominator: int = 0
    numerator: float = 0.0
    days: float = 0.0
    late: int = 0
    open: int = 0
    refused: int = 0
    excused: int = 0
    gone: int = 0
    longest: float | None = None
    median: float | None = None

    def add(self, row: Sequence[object]) -> None:
        """Add a month."""
        counts = [int(v) if isinstance(v, int | float) else 0 for v in (row[4], *row[7:12])]
        self.denominator += counts[0]
        self.late, self.open = self.late + counts[1], self.open + counts[2]
        self.refused, self.excused, self.gone = (
            self.refused + counts[3],
            self.excused + counts[4],
            self.gone + counts[5],
        )
        self.numerator += float(row[5])  # type: ignore[arg-type]
        self.days += float(row[6])  # type: ignore[arg-type]
        self.median = float(row[12]) if row[12] is not None else self.median  # type: ignore[arg-type]
        longest = float(row[13]) if row[13] is not None else None  # type: ignore[arg-type]
        self.longest = max((v for v in (self.longest, longest) if v is not None), default=None)

    def point(self, label: str, measure: Measure) -> Point:
        """Give it as a chart takes it."""
        if measure.kind == "rate":
            return Point(label, self.numerator, self.days / measure.per_days)
        return Point(label, self.numerator, self.denominator)

    def value(self, measure: Measure) -> float | None:
        """Give its share in per cent, or its rate; None where nothing counts."""
        point = self.point("", measure)
        if not point.denominator:
            return None
        return point.numerator / point.denominator * (100 if measure.kind == "share" else 1)

    @property
    def missed(self) -> int:
        """Count what was late or still waits."""
        return self.late + self.open


@dataclass(frozen=True, slots=True)
class Line:
    """One measure on the overview."""

    measure: Measure
    number: Number
    value: float | None
    before: float | None
    worst: str
    worst_id: str
    worst_value: float | None
    history: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Where care is late, worst first; until when the record was read."""

    until: date
    months: tuple[str, ...]
    lines: list[Line]
    nothing: list[Measure]


@dataclass(frozen=True, slots=True)
class Part:
    """One facility, sex or age beside everybody."""

    id: str
    title: str
    number: Number
    value: float | None
    signal: str = ""
    ratio: float | None = None
    difference: float | None = None


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """One measure: its definition, its months with the limits of chance, its places, sexes and ages."""

    measure: Measure
    until: date
    months: tuple[str, ...]
    whole: Number
    value: float | None
    history: list[Limits]
    numbers: list[Number]
    labels: tuple[str, ...]
    middle: float | None
    places: list[Part]
    funnel: tuple[list[Point], list[Limits]]
    strata: Mapping[str, list[Part]]


@dataclass(frozen=True, slots=True)
class Behind:
    """Who and what stands behind a number: what the lens shows, and how many it does not."""

    measure: Measure
    month: str
    facility: str
    state: str
    total: int
    duties: list[WorkItem]
    people: list[tuple[run.UnitRow, str, str]]
    names: Mapping[UUID, tuple[str, str]] = field(default_factory=dict)
    why: Sequence[tuple[str, int]] = ()

    @property
    def shown(self) -> int:
        """Count what is shown."""
        return len(self.duties) + len(self.people)


def folder() -> Path:
    """Say where the warehouse lies."""
    return Path(settings.WAREHOUSE)


def _state() -> State:
    found = files.read(folder())
    if found is None or found.last_day is None or not found.files("measure_result"):
        raise NotFound(opening.MISSING)
    return found


def months_until(last: date, count: int) -> tuple[str, ...]:
    """Name the last months, oldest first, the one of `last` included."""
    found, at = [], last.year * 12 + last.month - 1
    for n in range(at - count + 1, at + 1):
        found.append(f"{n // 12}-{n % 12 + 1:02}")
    return tuple(found)


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """Give the process its one engine for numbers: to make one costs more than to ask it. Each request takes a cursor."""
    import duckdb

    return duckdb.connect(config={"memory_limit": "256MB", "threads": 1})


def _rows(state: State, months: Sequence[str], measure: str = "") -> list[tuple[object, ...]]:
    file = folder() / state.files("measure_result")[0]
    said: list[object] = [months[0], months[-1]]
    with _engine().cursor() as con:
        only, more = ("AND measure = ?", [measure]) if measure else ("AND divided_by IN ('', 'facility')", [])
        return con.execute(
            f"SELECT {COLUMNS} FROM read_parquet('{file}') WHERE month >= ? AND month <= ? {only} ORDER BY month",  # noqa: S608
            said + more,
        ).fetchall()


def _within(lens: Lens, rows: Iterable[Sequence[object]]) -> list[Sequence[object]]:
    """Keep what this reader may compare: where the lens has places, those alone, added up as everybody's."""
    if lens.facilities is None:
        return list(rows)
    here = {str(f) for f in lens.facilities}
    mine = [r for r in rows if r[2] == "facility" and r[3] in here]
    return mine + [(*r[:2], "", "", *r[4:]) for r in mine]


def overview(lens: Lens, *, span: int = 3, history: int = 12) -> Overview:
    """List every measure over the last months, worst first: by how much is missed at the least, as far as numbers can say."""
    state = _state()
    assert state.last_day is not None  # noqa: S101
    months = months_until(state.last_day, max(history, 2 * span))
    now, before = set(months[-span:]), set(months[-2 * span : -span])
    whole: dict[str, Number] = defaultdict(Number)
    past: dict[str, Number] = defaultdict(Number)
    places: dict[str, dict[str, Number]] = defaultdict(lambda: defaultdict(Number))
    by_month: dict[str, dict[str, Number]] = defaultdict(lambda: defaultdict(Number))
    for row in _within(lens, _rows(state, months)):
        name, month = str(row[0]), str(row[1])
        if row[2] == "facility":
            if month in now:
                places[name][str(row[3])].add(row)
            continue
        by_month[name][month].add(row)
        if month in now:
            whole[name].add(row)
        if month in before:
            past[name].add(row)
    titles = _titles(lens)
    lines, nothing = [], []
    for measure in run.measures(state.last_day):
        number = whole.get(measure.id, Number())
        value = number.value(measure)
        if value is None:
            nothing.append(measure)
            continue
        worst_id, worst = _worst(measure, places[measure.id])
        told = tuple(v for m in months if (v := by_month[measure.id][m].value(measure)) is not None)
        lines.append(
            Line(
                measure, number, value, past[measure.id].value(measure), titles.get(worst_id, ""), worst_id, worst, told
            )
        )
    lines.sort(key=lambda line: (line.measure.kind == "rate", -_surely_missed(line), line.measure.id))
    return Overview(state.last_day, months[-span:], lines, nothing)


def _surely_missed(line: Line) -> float:
    """Say how large the missed share is at the least (lower end of its interval)."""
    n = line.number.denominator
    if line.measure.kind == "rate" or not n:
        return 0.0
    missed, z = 1.0 - line.number.numerator / n, run.Z
    half: float = z * ((missed * (1 - missed) + z * z / (4 * n)) / n) ** 0.5
    return float((missed + z * z / (2 * n) - half) / (1 + z * z / n))


def _worst(measure: Measure, places: Mapping[str, Number]) -> tuple[str, float | None]:
    sign = 1 if measure.better == "higher" else -1
    found = [
        (sign * value, place, value)
        for place, number in places.items()
        if (value := number.value(measure)) is not None and (measure.kind == "rate" or number.denominator >= FEW)
    ]
    return (min(found)[1], min(found)[2]) if found else ("", None)


def _titles(lens: Lens) -> dict[str, str]:
    return {str(f.id): f.short_name for f in custody.facilities(lens)} | {"unknown": "Place not known"}


def measure_page(lens: Lens, measure_id: str, *, span: int = 3, history: int = 24) -> MeasurePage:
    """Give one measure whole; refuses as not found what there is no measure of."""
    state = _state()
    assert state.last_day is not None  # noqa: S101
    measure = run.find(measure_id, state.last_day)
    if measure is None:
        raise NotFound("There is no such measure.")
    months = months_until(state.last_day, history)
    rows = _within(lens, _rows(state, months, measure.id))
    by_month = _add(rows, lambda r: r[2] == "", 1)
    recent = [r for r in rows if r[1] in months[-span:]]
    whole = _add(recent, lambda r: r[2] == "", 0).get(measure.id, Number())
    first = next((n for n, m in enumerate(months) if m in by_month), 0)  # nothing is drawn before there was a record
    recent_months, months = months[-span:], months[first:]
    numbers = [by_month.get(m, Number()) for m in months]
    points = [n.point(m, measure) for n, m in zip(numbers, months, strict=True)]
    places = _add(recent, lambda r: r[2] == "facility", 3)
    titles = _titles(lens)
    compared = [n.point(titles.get(place, titles["unknown"]), measure) for place, n in places.items()]
    told = funnel(compared, rate=measure.kind == "rate")
    signals = [t.signal for t in told] or [""] * len(compared)
    value = whole.value(measure)
    parts = [
        _part(measure, place, titles.get(place, titles["unknown"]), n, value, signal)
        for (place, n), signal in zip(places.items(), signals, strict=True)
    ]
    sign = 1 if measure.better == "higher" else -1
    parts.sort(key=lambda p: (p.value is None, sign * (p.value or 0), p.title))
    strata = {
        kind: [_part(measure, k, k, n, value) for k, n in sorted(_add(recent, lambda r, k=kind: r[2] == k, 3).items())]
        for kind in ("sex", "age")
        if lens.facilities is None
    }
    return MeasurePage(
        measure,
        state.last_day,
        recent_months,
        whole,
        value,
        control(points, rate=measure.kind == "rate"),
        numbers,
        months,
        centre(points),
        parts,
        (compared, told),
        strata,
    )


def _add(rows: Iterable[Sequence[object]], keep: object, key: int) -> dict[str, Number]:
    found: dict[str, Number] = defaultdict(Number)
    for row in rows:
        if keep(row):  # type: ignore[operator]
            found[str(row[key])].add(row)
    return dict(found)


def _part(measure: Measure, id_: str, title: str, number: Number, whole: float | None, signal: str = "") -> Part:
    value = number.value(measure)
    known = value is not None and whole is not None
    ratio = value / whole if known and whole else None  # type: ignore[operator]
    difference = value - whole if known else None  # type: ignore[operator]
    return Part(id_, title, number, value, signal, ratio, difference)


def behind(lens: Lens, measure_id: str, *, month: str, facility: str = "", state: str = "missed") -> Behind:
    """Give what stands behind a number of a month, as far as this lens shows it; the number itself is not changed."""
    held = _state()
    assert held.last_day is not None  # noqa: S101
    measure = run.find(measure_id, held.last_day)
    place = _place(lens, facility)
    if measure is None or month not in months_until(held.last_day, 120):
        raise NotFound("There is no such number.")
    wanted = {"missed": ("late", "open"), "met": ("met",), "refused": ("refused",)}.get(state, ("late", "open"))
    con = writing.connect(folder() / files.WORK)
    try:
        opening.views(con, folder(), _only(held, measure, month))
        opening.day_macro(con, working_time().zone, (int(month[:4]) - 1, int(month[:4]) + 1))
        run.prepare(con, working_time().end_of_day(held.last_day).replace(tzinfo=None))
        found = run.units(con, measure, month, place, states=wanted)
        if lens.facilities is not None:
            found = [u for u in found if u.facility in {str(f) for f in lens.facilities}]
        why = run.why(con, [u.unit for u in found]) if measure.rule and state == "missed" else []
    finally:
        con.close()
    with db.reading(lens):
        if measure.rule:
            shown = _duties(lens, found)
            names = duties.names(i.person_id for i in shown if i.person_id)
            return Behind(measure, month, facility, state, len(found), shown, [], names, why)
        return Behind(measure, month, facility, state, len(found), [], _people(lens, found))


def _place(lens: Lens, facility: str) -> str | None:
    if facility and lens.facilities is not None and facility not in {str(f) for f in lens.facilities}:
        raise NotFound("There is no such number.")
    return facility or None


def _only(state: State, measure: Measure, month: str) -> State:
    """Cut a state to the files that can hold a month of a measure: of duties and doses, the month and its neighbours."""
    year, number = (int(part) for part in month.split("-"))
    near = {f"{n // 12}-{n % 12 + 1:02}" for n in (year * 12 + number - 2, year * 12 + number - 1, year * 12 + number)}
    cut = {name: state.tables[name] for name in state.tables}
    for name in ("duty", "dose", "observation", "communication", "incident", "arrival"):
        cut[name] = {m: p for m, p in state.tables.get(name, {}).items() if m in near}
    return State(state.horizon, state.last_day, cut)


def _duties(lens: Lens, found: Sequence[run.UnitRow]) -> list[WorkItem]:
    order = {UUID(u.unit): n for n, u in enumerate(found)}
    rows = Duty.objects.filter(duties_policy.rows(lens), id__in=list(order))
    return sorted(duties.items(rows, clock.now()), key=lambda i: order[i.id])[:SHOWN]


def _people(lens: Lens, found: Sequence[run.UnitRow]) -> list[tuple[run.UnitRow, str, str]]:
    shown = [
        u for u in found if u.person_id and lens.may(Verb.READ, DataClass(u.data_class), person_id=UUID(u.person_id))
    ][:SHOWN]
    names = duties.names(UUID(u.person_id) for u in shown if u.person_id)
    return [(u, *names.get(UUID(str(u.person_id)), ("", ""))) for u in shown]
