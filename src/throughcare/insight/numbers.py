"""Numbers as they were counted with the warehouse's last state: rows of `measure_result`, kept by edition; added up over months."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.statistics import Estimate
from throughcare.insight.statistics import Point
from throughcare.insight.warehouse import files, opening
from throughcare.insight.warehouse.files import State
from throughcare.kernel.errors import NotFound

if TYPE_CHECKING:
    import duckdb


class Row(NamedTuple):
    """One row of results."""

    measure: str
    month: str
    divided_by: str
    stratum: str
    denominator: float
    numerator: float
    late: int
    open: int
    refused: int
    excused: int
    gone: int
    median_minutes: float | None
    longest_minutes: float | None


COLUMNS = ", ".join(Row._fields)


@dataclass(slots=True)
class Number:
    """A measure's number over some months, in one stratum."""

    denominator: float = 0.0
    numerator: float = 0.0
    late: int = 0
    open: int = 0
    refused: int = 0
    excused: int = 0
    gone: int = 0
    longest: float | None = None
    median: float | None = None  # of the last month added: medians can't be added

    def add(self, row: Row) -> None:
        """Add a month, or another stratum."""
        self.denominator += row.denominator
        self.numerator += row.numerator
        self.late, self.open, self.refused = self.late + row.late, self.open + row.open, self.refused + row.refused
        self.excused, self.gone = self.excused + row.excused, self.gone + row.gone
        self.median = row.median_minutes if row.median_minutes is not None else self.median
        self.longest = max((v for v in (self.longest, row.longest_minutes) if v is not None), default=None)

    def point(self, label: str, measure: Definition) -> Point:
        """Give it as a chart takes it: of a rate, the exposure in units of what it is told for."""
        return Point(label, self.numerator, self.denominator / measure.per if measure.is_rate else self.denominator)

    def estimate(self, measure: Definition) -> Estimate | None:
        """Give its number with its 95 % interval, a share in per cent; None where nothing counts."""
        found = measure.estimate(self.numerator, self.denominator)
        if found is None or measure.is_rate:
            return found
        return Estimate(found.value * 100, found.low * 100, found.high * 100)

    def value(self, measure: Definition) -> float | None:
        """Give its share in per cent, or its rate; None where nothing counts."""
        if not self.denominator:
            return None
        return self.numerator / self.denominator * (measure.per if measure.is_rate else 100)

    def small(self, measure: Definition) -> bool:
        """Say whether it stands on too little to conclude anything."""
        return measure.small(self.numerator, self.denominator)

    @property
    def missed(self) -> int:
        """Count what the service missed: late, or still not done."""
        return self.late + self.open


def total(rows: Iterable[Row]) -> Number:
    """Add rows up."""
    number = Number()
    for row in rows:
        number.add(row)
    return number


def folder() -> Path:
    """Say where the warehouse lies."""
    return Path(settings.WAREHOUSE)


def held() -> State:
    """Give the present state; refuses with what to do where there are no numbers yet."""
    found = files.read(folder())
    if found is None or found.last_day is None or not found.files("measure_result"):
        raise NotFound(opening.MISSING)
    return found


def last_day(state: State) -> date:
    """Give the last whole day of a state with numbers."""
    assert state.last_day is not None  # noqa: S101  (`held` refuses a state without)
    return state.last_day


def months_until(last: date, count: int) -> tuple[str, ...]:
    """Name the last months, oldest first, the one of `last` included."""
    found, at = [], last.year * 12 + last.month - 1
    for n in range(at - count + 1, at + 1):
        found.append(f"{n // 12}-{n % 12 + 1:02}")
    return tuple(found)


def rows(state: State, months: Sequence[str], measure: str = "") -> tuple[Row, ...]:
    """Give the results of some months: of one measure whole, or of all of them by facility. Read once for each edition."""
    return rows_in([folder() / state.files("measure_result")[0]], months, measure)


def rows_in(kept: Sequence[Path], months: Sequence[str], measure: str = "") -> tuple[Row, ...]:
    """Give the same from files that hold results."""
    return _rows(tuple(map(str, kept)), months[0], months[-1], measure)


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """Give the process its one engine for numbers: to make one costs more than to ask it. Each request takes a cursor."""
    import duckdb

    return duckdb.connect(config={"memory_limit": "256MB", "threads": 1})


@lru_cache(maxsize=32)
def _rows(kept: tuple[str, ...], first: str, last: str, measure: str) -> tuple[Row, ...]:
    # A file's name holds its digest: it is never changed, so what was read of it holds as long as it is asked for.
    said: list[object] = [list(kept), first, last]
    only, more = ("AND measure = ?", [measure]) if measure else ("AND divided_by IN ('', 'facility')", [])
    with _engine().cursor() as con:
        found = con.execute(
            f"SELECT {COLUMNS} FROM read_parquet(?) WHERE month >= ? AND month <= ? {only} ORDER BY measure, month, stratum",  # noqa: S608
            said + more,
        ).fetchall()
    return tuple(Row(*row) for row in found)
