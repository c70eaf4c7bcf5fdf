"""A measure run over the warehouse for a period: its rows (the evidence), its number, its strata. Set-based, in SQL.

A core is one query that gives a row for each thing owed or exposed:
`person_id, facility, ref, counted_at, excluded, hit, base, cause, begun_at, done_at`. A proportion's rows have base 1; a rate's
events have base 0 and its exposure has no `ref`. What a core reads of the time is the one row of `period`:
`starts, ends, now` (instants of UTC, `ends` not included) and `first, last` (days).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.statistics import Estimate, poisson, wilson

if TYPE_CHECKING:
    import duckdb

COLUMNS = "person_id, facility, ref, counted_at, excluded, hit, base, cause, begun_at, done_at"
AGE_BANDS = "CASE WHEN age < 18 THEN 'under 18' WHEN age < 25 THEN '18-24' WHEN age < 35 THEN '25-34' WHEN age < 45 THEN '35-44' WHEN age < 55 THEN '45-54' WHEN age < 65 THEN '55-64' WHEN age >= 65 THEN '65+' END"


class Waiting(ValueError):
    """A measure whose room isn't there yet has no number."""


@dataclass(frozen=True, slots=True)
class Number:
    """What a measure says of one stratum: counts, the number with its interval, and whether it may be shown as one."""

    stratifier: str
    stratum: str
    numerator: int
    denominator: float
    excluded: int
    estimate: Estimate | None
    small: bool
    median_minutes: float | None = None
    longest_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days from `first` to `last`, and how far the record reaches."""

    first: date
    last: date
    zone: ZoneInfo
    now: datetime

    def row(self) -> dict[str, Any]:
        """Give the one row that cores read."""
        starts = datetime.combine(self.first, time(), self.zone)
        ends = datetime.combine(self.last + timedelta(days=1), time(), self.zone)
        instants = {"starts": starts, "ends": ends, "now": self.now}
        return {name: at.astimezone(UTC).replace(tzinfo=None) for name, at in instants.items()} | {
            "first": self.first,
            "last": self.last,
        }


def query(definition: Definition) -> str:
    """Give the query of a measure's rows: of its duties, or of its own core; refuses where it waits for data."""
    if definition.rules:
        from throughcare.insight.measures.service import duties

        return duties.rows(definition)
    if not definition.core:
        raise Waiting(f"{definition.id} waits for {definition.waits_for}.")
    found: str = import_module(f"throughcare.insight.measures.{definition.core}").rows(definition)
    return found


def run(
    con: duckdb.DuckDBPyConnection, definition: Definition, period: Period, *, strata: bool = True
) -> tuple[Number, ...]:
    """Judge a measure for a period: the whole first, then each stratum of each of its stratifiers.

    Afterwards `measured` holds the rows: the evidence behind each number.
    """
    _set_period(con, period)
    if definition.core.startswith("quality."):
        from throughcare.insight.measures import histories

        _keep(con, histories.judged(con, definition, period.zone))
        measure_rows(con, "SELECT * FROM judged")
    else:
        measure_rows(con, query(definition))
    whole = _numbers(con, definition, "", "''")
    if not strata:
        return tuple(whole)
    parts = [n for name in definition.stratifiers for n in _numbers(con, definition, name, name)]
    return (*whole, *parts)


def _set_period(con: duckdb.DuckDBPyConnection, period: Period) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE period (starts TIMESTAMP, ends TIMESTAMP, now TIMESTAMP, first DATE, last DATE)"
    )
    con.execute("INSERT INTO period VALUES ($starts, $ends, $now, $first, $last)", period.row())


def _keep(con: duckdb.DuckDBPyConnection, rows: Sequence[tuple[Any, ...]]) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE judged (person_id TEXT, facility TEXT, ref TEXT, counted_at TIMESTAMP, "
        "excluded BOOLEAN, hit BOOLEAN, base DOUBLE, cause TEXT, begun_at TIMESTAMP, done_at TIMESTAMP)"
    )
    if rows:
        con.executemany("INSERT INTO judged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def measure_rows(con: duckdb.DuckDBPyConnection, rows: str) -> None:
    """Fill `measured` with a query's rows and what they are stratified by."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE measured AS
        WITH core AS ({rows}),
        aged AS (
          SELECT c.*, p.sex, p.language,
                 coalesce(p.race_ethnicity, array_to_string(p.race_codes, ' ')) AS race_ethnicity,
                 date_diff('year', p.birth_date, local_day(c.counted_at))
                   - CASE WHEN strftime(p.birth_date, '%m%d') > strftime(local_day(c.counted_at), '%m%d') THEN 1 ELSE 0 END AS age
          FROM core c LEFT JOIN person p ON p.id = c.person_id
        )
        SELECT a.*, {AGE_BANDS} AS age_band, l.kind AS legal_status
        FROM aged a ASOF LEFT JOIN (
          SELECT person_id AS whose, since, kind FROM legal_status
        ) l ON l.whose = a.person_id AND a.counted_at >= l.since
        """  # noqa: S608  (the query is code of ours)
    )


def _numbers(con: duckdb.DuckDBPyConnection, definition: Definition, name: str, column: str) -> list[Number]:
    found = con.execute(
        f"""
        SELECT coalesce({column}, 'not said') AS stratum,
               count(*) FILTER (hit AND NOT excluded),
               coalesce(sum(base) FILTER (NOT excluded), 0),
               count(*) FILTER (excluded),
               median(epoch(done_at) - epoch(begun_at)) FILTER (NOT excluded) / 60,
               max(epoch(done_at) - epoch(begun_at)) FILTER (NOT excluded) / 60
        FROM measured GROUP BY stratum ORDER BY stratum
        """  # noqa: S608  (the column is one of the stratifiers)
    ).fetchall()
    if not found and not name:
        found = [("", 0, 0, 0, None, None)]
    return [_number(definition, name, row) for row in found]


def _number(definition: Definition, name: str, row: Sequence[Any]) -> Number:
    stratum, hits, base, excluded, median, longest = row
    base = float(base)
    if definition.kind == "rate":
        estimate = poisson(hits, base, definition.per)
        small = hits < definition.smallest_count
    else:
        estimate = wilson(hits, round(base))
        small = base < definition.smallest_base
    return Number(name, stratum, hits, base, excluded, estimate, small, median, longest)


def evidence(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Give the rows behind the last number: who, which resource, when, and where it counts. Only for who may see them."""
    found = con.execute(f"SELECT {COLUMNS} FROM measured WHERE ref IS NOT NULL ORDER BY counted_at, person_id, ref")  # noqa: S608
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
