"""A measure run over the warehouse for a period: its rows (the evidence), its number, its strata. Set-based, in SQL.

A core is one query that gives a row for each thing owed or exposed:
`person_id, facility, ref, counted_at, excluded, hit, base, cause, begun_at, done_at`. A proportion's rows have base 1; a rate's
events have base 0 and its exposure has no `ref`. What a core reads of the time is the one row of `period`:
`starts, ends, now` (instants of UTC, `ends` not included) and `first, last` (days).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from throughcare.insight.measures.definitions import STRATIFIERS, Definition
from throughcare.insight.measures.periods import Period, set_period
from throughcare.insight.measures.service.exposure import events as events_in
from throughcare.insight.measures.states import OUT, name, number, state
from throughcare.insight.measures.statistics import Estimate

if TYPE_CHECKING:
    import duckdb

COLUMNS = "person_id, facility, ref, counted_at, excluded, hit, base, cause, begun_at, done_at, state"
AGES = ("under 18", "18-24", "25-34", "35-44", "45-54", "55-64", "65+")
BIRTHDAYS = (18, 25, 35, 45, 55, 65)
OF_PERSON = ("sex", "language", "race_ethnicity", "legal_status")
# Each person's strata over time, without gap or overlap, so that a row meets exactly one; combinations by number, ages by the days
# on which the band changes: what is asked of millions of rows is a number.
SEGMENTS = (
    f"""
CREATE OR REPLACE TEMP TABLE segment AS
WITH status AS (
  SELECT person_id, since, kind,
         coalesce(lead(since) OVER (PARTITION BY person_id ORDER BY since, stay_id, number), TIMESTAMP '9999-01-01') AS until
  FROM legal_status
  UNION ALL
  SELECT person_id, TIMESTAMP '0001-01-01', NULL, min(since) FROM legal_status GROUP BY person_id
)
SELECT p.id AS person_id, p.sex, p.language, p.race_ethnicity, s.kind AS legal_status,
       dense_rank() OVER (ORDER BY p.sex, p.language, p.race_ethnicity, s.kind)::SMALLINT AS stratum,
       {", ".join(f"(p.birth_date + INTERVAL {years} YEAR)::DATE AS at_{years}" for years in BIRTHDAYS)},
       coalesce(s.since, TIMESTAMP '0001-01-01') AS since, coalesce(s.until, TIMESTAMP '9999-01-01') AS until
FROM person p LEFT JOIN status s ON s.person_id = p.id AND s.until > s.since
""",  # noqa: S608
    f"CREATE OR REPLACE TEMP TABLE stratum_of AS SELECT DISTINCT stratum, {', '.join(OF_PERSON)} FROM segment",  # noqa: S608
    *(f"ALTER TABLE segment DROP COLUMN {name}" for name in OF_PERSON),
)
BAND = (
    "CASE "
    + " ".join(f"WHEN u.day < s.at_{years} THEN {n}" for n, years in enumerate(BIRTHDAYS))
    + f" WHEN s.at_18 IS NOT NULL THEN {len(BIRTHDAYS)} END::TINYINT"
)
BAND_NAME = "CASE band " + " ".join(f"WHEN {n} THEN '{name}'" for n, name in enumerate(AGES)) + " END"


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


def query(definition: Definition) -> str:
    """Give the query of a measure's rows: of its duties, or of its own core; refuses where it waits for data."""
    if definition.rules:
        from throughcare.insight.measures.service import duties

        return duties.rows(definition)
    if not definition.core:
        raise Waiting(f"{definition.id} waits for {definition.waits_for}.")
    if definition.judged:
        return "SELECT * FROM judged"
    found: str = import_module(f"throughcare.insight.measures.{definition.core}").rows(definition)
    return found


def _core(definition: Definition) -> ModuleType | None:
    """Load a queried measure's core; None where it has none of its own."""
    if definition.rules or definition.judged or not definition.core:
        return None
    return import_module(f"throughcare.insight.measures.{definition.core}")


def weighted(definition: Definition) -> bool:
    """Say whether its rows tell how many doses each stands for."""
    return bool(getattr(_core(definition), "WEIGHTED", False))


def of_doses(definition: Definition, due: str, also: str) -> str:
    """Give the query of a weighted measure's rows over a table of doses due, with more of its columns."""
    found: str = import_module(f"throughcare.insight.measures.{definition.core}").rows(definition, due, also)
    return found


def unit_of_time(definition: Definition) -> str:
    """Name the unit of a rate whose exposure is everybody's time in custody; empty for every other measure."""
    unit = getattr(_core(definition), "unit_of_time", None)
    return str(unit(definition)) if unit else ""


def events(definition: Definition) -> str:
    """Give the query of a measure's rows without everybody's time in custody."""
    found = getattr(_core(definition), "found", None)
    return events_in(found(definition)) if found else query(definition)


def numbered(rows: str) -> str:
    """Give a query's rows with their local day, and by number what they are stratified by; `segment` must be there."""
    return f"""
    SELECT u.*, s.stratum, {BAND} AS band FROM (SELECT *, local_day(counted_at) AS day FROM ({rows})) u
    LEFT JOIN segment s ON s.person_id = u.person_id AND u.counted_at >= s.since AND u.counted_at < s.until
    """  # noqa: S608  (the query is code of ours)


def named(rows: str) -> str:
    """Give numbered rows with the names of their strata."""
    names = ", ".join(f"n.{name}" for name in OF_PERSON)
    return f"SELECT r.* EXCLUDE (stratum, band), {names}, {BAND_NAME} AS age_band FROM ({rows}) r LEFT JOIN stratum_of n ON n.stratum = r.stratum"  # noqa: S608


def stated(definition: Definition, rows: str = "", *, by_number: bool = False) -> str:
    """Give a measure's rows with what became of each, as `state` or as `state_number`; of other rows of the same columns where they are said."""
    said = state(misses=definition.misses, refusals=definition.refusals, word=number if by_number else name)
    return f"SELECT *, {said} AS {'state_number' if by_number else 'state'} FROM ({rows or query(definition)})"  # noqa: S608


def run(
    con: duckdb.DuckDBPyConnection, definition: Definition, period: Period, *, strata: bool = True
) -> tuple[Number, ...]:
    """Judge a measure for a period: the whole first, then each stratum of each of its stratifiers.

    Afterwards `measured` holds the rows: the evidence behind each number.
    """
    measure(con, definition, period)
    whole = _numbers(con, definition, "", "''")
    if not strata:
        return tuple(whole)
    parts = [n for name in definition.stratifiers for n in _numbers(con, definition, name, name)]
    return (*whole, *parts)


def measure(con: duckdb.DuckDBPyConnection, definition: Definition, period: Period) -> None:
    """Fill `measured` with a measure's rows in a period."""
    set_period(con, period.row())
    stand_on(con, ROW_BY_ROW)
    if definition.judged:
        from throughcare.insight.measures import histories

        keep_judged(con, histories.judged(con, definition, period.zone))
    make_segments(con)
    con.execute(f"CREATE OR REPLACE TEMP TABLE measured AS {named(numbered(stated(definition)))}")


# What some cores stand on, row by row or summed by month (`warehouse/summing.py`): the same columns, so the same query.
ROW_BY_ROW = (
    "CREATE OR REPLACE TEMP VIEW time_held AS SELECT *, 1 AS days FROM person_day",
    "CREATE OR REPLACE TEMP VIEW dose_due AS SELECT *, 1 AS n FROM dose WHERE kind = 'administration'",
    "CREATE OR REPLACE TEMP VIEW given_run AS SELECT id, person_id, facility, codes, local_day(happened_at) AS day, "
    "local_day(happened_at) AS last, happened_at FROM dose "
    "WHERE kind = 'administration' AND status = 'completed' AND NOT not_done",
)
BY_MONTH = (
    "CREATE OR REPLACE TEMP VIEW time_held AS SELECT * FROM person_month",
    "CREATE OR REPLACE TEMP VIEW dose_due AS SELECT *, NULL AS id, NULL::TIMESTAMP AS happened_at FROM dose_month",
    "CREATE OR REPLACE TEMP VIEW given_run AS SELECT * FROM medicine_course",
)


def make_segments(con: duckdb.DuckDBPyConnection) -> None:
    """Make what rows are stratified by."""
    for step in SEGMENTS:
        con.execute(step)


def stand_on(con: duckdb.DuckDBPyConnection, views: Sequence[str]) -> None:
    """Say what cores read of days and doses."""
    for view in views:
        con.execute(view)


def keep_judged(con: duckdb.DuckDBPyConnection, rows: Sequence[tuple[Any, ...]], also: Sequence[str] = ()) -> None:
    """Fill `judged` with the rows of people judged one by one, with more columns of whole numbers where each row has them."""
    import pyarrow as pa

    instant = pa.timestamp("us")
    names = (
        "person_id",
        "facility",
        "ref",
        "counted_at",
        "excluded",
        "hit",
        "base",
        "cause",
        "begun_at",
        "done_at",
        *also,
    )
    types = (pa.string(), pa.string(), pa.string(), instant, pa.bool_(), pa.bool_(), pa.float64(), pa.string(), instant, instant, *(pa.int32() for _ in also))  # fmt: skip
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    table = pa.table([pa.array(c, t) for c, t in zip(columns, types, strict=True)], names=list(names))
    con.register("rows_judged", table)
    con.execute("CREATE OR REPLACE TEMP TABLE judged AS SELECT * FROM rows_judged")
    con.unregister("rows_judged")


def _numbers(con: duckdb.DuckDBPyConnection, definition: Definition, name: str, column: str) -> list[Number]:
    assert not name or name in STRATIFIERS  # noqa: S101
    counts = f"state NOT IN {OUT}"
    found = con.execute(
        f"""
        SELECT coalesce({column}, 'not said') AS stratum,
               count(*) FILTER (state = 'met'),
               coalesce(sum(base) FILTER ({counts}), 0),
               count(*) FILTER (NOT {counts}),
               median(epoch(done_at) - epoch(begun_at)) FILTER ({counts}) / 60,
               max(epoch(done_at) - epoch(begun_at)) FILTER ({counts}) / 60
        FROM measured GROUP BY stratum ORDER BY stratum
        """  # noqa: S608  (the column is one of the stratifiers)
    ).fetchall()
    if not found and not name:
        found = [("", 0, 0, 0, None, None)]
    return [_number(definition, name, row) for row in found]


def _number(definition: Definition, name: str, row: Sequence[Any]) -> Number:
    stratum, hits, base, excluded, median, longest = row
    base = float(base)
    estimate = definition.estimate(hits, base)
    return Number(name, stratum, hits, base, excluded, estimate, definition.small(hits, base), median, longest)


def evidence(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Give the rows behind the last number: who, which resource, when, and where it counts. Only for who may see them."""
    found = con.execute(f"SELECT {COLUMNS} FROM measured WHERE ref IS NOT NULL ORDER BY counted_at, person_id, ref")  # noqa: S608
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
