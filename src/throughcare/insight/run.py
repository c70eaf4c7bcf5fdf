"""Measures counted: for every month and facility, by sex and age, with intervals; and the units behind any one number.

Counting is by the engine, in queries over one state of the warehouse, so a number and the people behind it can't differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from throughcare.duties import clock_table
from throughcare.insight import service, timeliness
from throughcare.insight.definition import Measure

if TYPE_CHECKING:
    import duckdb

AGE = """CASE WHEN birth_date IS NULL THEN 'unknown'
  ELSE (CASE WHEN years < 18 THEN 'under 18' WHEN years < 25 THEN '18-24' WHEN years < 35 THEN '25-34' WHEN years < 45 THEN '35-44'
        WHEN years < 55 THEN '45-54' WHEN years < 65 THEN '55-64' ELSE '65+' END) END"""
Z = 1.959964


def measures(on: date) -> list[Measure]:
    """List every measure of the service as defined on a day: those of access and safety, then one for each clock."""
    return [*service.MEASURES, *timeliness.measures(clock_table.rules(on).values())]


def find(measure_id: str, on: date) -> Measure | None:
    """Find a measure by its id."""
    return next((m for m in measures(on) if m.id == measure_id), None)


def queries(found: Iterable[Measure]) -> Sequence[tuple[str, bool, str]]:
    """Give each query once with its kind and whether it is counted by person: all clocks are one pass."""
    chosen = list(found)
    one: list[tuple[str, bool, str]] = [(m.kind, m.by_person, m.query) for m in chosen if not m.rule]
    return one + ([("share", True, timeliness.UNITS)] if any(m.rule for m in chosen) else [])


def prepare(con: duckdb.DuckDBPyConnection, known: datetime) -> None:
    """Make what counting stands on: until when the record is whole, and each person's strata."""
    con.execute("CREATE OR REPLACE TEMP TABLE known AS SELECT ?::TIMESTAMP AS known", [known])
    con.execute(
        "CREATE OR REPLACE TEMP VIEW strata AS SELECT id AS person_id, coalesce(sex, 'unknown') AS sex, birth_date FROM person"
    )


def _at(query: str) -> str:
    return query.replace("$known", "(SELECT known FROM known)")


def counted(con: duckdb.DuckDBPyConnection, found: Iterable[Measure]) -> str:
    """Give the query of all results: one row for each measure, month and stratum."""
    parts = []
    for number, (kind, by_person, query) in enumerate(queries(found)):
        name = f"counted_{number}"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS {_rates(query) if kind == 'rate' else _shares(query, by_person)}"
        )
        parts.append(f"SELECT * FROM {name}")  # noqa: S608
    per = ", ".join(f"('{m.id}', '{m.version}', {m.per_days})" for m in found)
    return f"""
WITH told(measure, version, per_days) AS (VALUES {per})
SELECT c.*, t.version, {_value()} AS value, {_low()} AS low, {_high()} AS high
FROM ({" UNION ALL BY NAME ".join(parts)}) c JOIN told t USING (measure)
"""  # noqa: S608


def _shares(query: str, by_person: bool) -> str:
    sets = "(measure, month), (measure, month, facility)" + (
        ", (measure, month, sex), (measure, month, age)" if by_person else ""
    )
    names = ("facility", "sex", "age") if by_person else ("facility",)
    by = "CASE " + " ".join(f"WHEN grouping({n}) = 0 THEN '{n}'" for n in names) + " ELSE '' END"
    stratum = "CASE " + " ".join(f"WHEN grouping({n}) = 0 THEN {n}" for n in names) + " ELSE '' END"
    person = "LEFT JOIN strata p USING (person_id)" if by_person else ""
    more = f", coalesce(sex, 'unknown') AS sex, {AGE.replace('years', _YEARS)} AS age" if by_person else ""
    return f"""
SELECT measure, month, {by} AS divided_by, {stratum} AS stratum,
  count(*) FILTER (state IN ('met', 'late', 'open')) AS denominator, (count(*) FILTER (state = 'met'))::DOUBLE AS numerator,
  count(*) FILTER (state = 'late') AS late, count(*) FILTER (state = 'open') AS open,
  count(*) FILTER (state = 'refused') AS refused, count(*) FILTER (state = 'excused') AS excused,
  count(*) FILTER (state = 'left') AS gone, 0::DOUBLE AS days,
  median(minutes) FILTER (state IN ('met', 'late', 'open')) AS median_minutes,
  max(minutes) FILTER (state IN ('met', 'late', 'open')) AS longest_minutes
FROM (SELECT u.measure, strftime(local_day(u.moment), '%Y-%m') AS month, coalesce(u.facility, 'unknown') AS facility, u.state, u.minutes{more}
      FROM ({_at(query)}) u {person})
GROUP BY GROUPING SETS ({sets})
"""  # noqa: S608


_YEARS = "datediff('year', birth_date, local_day(u.moment))"


def _rates(query: str) -> str:
    name = query.split("'")[1]
    return f"""
SELECT '{name}' AS measure, d.month, CASE WHEN grouping(d.facility) = 0 THEN 'facility' ELSE '' END AS divided_by,
  CASE WHEN grouping(d.facility) = 0 THEN coalesce(d.facility, '') ELSE '' END AS stratum,
  0 AS denominator, sum(coalesce(e.events, 0))::DOUBLE AS numerator, 0 AS late, 0 AS open, 0 AS refused, 0 AS excused, 0 AS gone,
  sum(d.days) AS days, NULL::DOUBLE AS median_minutes, NULL::DOUBLE AS longest_minutes
FROM (SELECT coalesce(facility, 'unknown') AS facility, strftime(day, '%Y-%m') AS month, sum(hours) / 24 AS days FROM person_day GROUP BY ALL) d
LEFT JOIN (SELECT coalesce(facility, 'unknown') AS facility, strftime(local_day(moment), '%Y-%m') AS month, count(*) AS events
           FROM ({_at(query)}) GROUP BY ALL) e USING (facility, month)
GROUP BY GROUPING SETS ((d.month), (d.month, d.facility))
"""  # noqa: S608


def _value() -> str:
    return """CASE WHEN t.per_days > 0 THEN CASE WHEN days > 0 THEN numerator / days * t.per_days END
                   WHEN denominator > 0 THEN numerator / denominator * 100 END"""


def _low() -> str:
    # Wilson's interval of a share; Byar's approximation of Poisson's of a rate.
    share = f"greatest(0, ({_centre()} - {_half()}) * 100)"
    rate = f"CASE WHEN numerator = 0 THEN 0 ELSE numerator * pow(1 - 1 / (9 * numerator) - {Z} / (3 * sqrt(numerator)), 3) / days * t.per_days END"
    return f"CASE WHEN t.per_days > 0 THEN CASE WHEN days > 0 THEN {rate} END WHEN denominator > 0 THEN {share} END"


def _high() -> str:
    share = f"least(100, ({_centre()} + {_half()}) * 100)"
    more = f"(numerator + 1) * pow(1 - 1 / (9 * (numerator + 1)) + {Z} / (3 * sqrt(numerator + 1)), 3)"
    return f"CASE WHEN t.per_days > 0 THEN CASE WHEN days > 0 THEN {more} / days * t.per_days END WHEN denominator > 0 THEN {share} END"


def _centre() -> str:
    return f"((numerator / denominator + {Z * Z} / (2 * denominator)) / (1 + {Z * Z} / denominator))"


def _half() -> str:
    share = "(numerator / denominator)"
    inner = f"sqrt({share} * (1 - {share}) / denominator + {Z * Z} / (4 * denominator * denominator))"
    return f"({Z} / (1 + {Z * Z} / denominator) * {inner})"


# --- the units behind a number --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit behind a number."""

    unit: str
    person_id: str | None
    facility: str | None
    at: datetime
    state: str
    minutes: float | None
    data_class: str


def units(
    con: duckdb.DuckDBPyConnection, measure: Measure, month: str, facility: str | None, *, states: Iterable[str] = ()
) -> list[UnitRow]:
    """Give the units behind a measure's number of a month, at a facility or everywhere, longest first."""
    more = "state, minutes" if measure.kind == "share" else "'event' AS state, NULL::DOUBLE AS minutes"
    chosen = list(states) if measure.kind == "share" else []
    only = "AND state IN (SELECT unnest(?::VARCHAR[]))" if chosen else ""
    said: list[Any] = [month, facility, facility, *([chosen] if chosen else [])]
    rows = con.execute(
        f"SELECT unit, person_id, facility, moment, {more}, data_class FROM ({_at(measure.query)}) "  # noqa: S608
        f"WHERE strftime(local_day(moment), '%Y-%m') = ? AND (?::VARCHAR IS NULL OR coalesce(facility, 'unknown') = ?) {only} "
        "ORDER BY minutes DESC NULLS LAST, moment, unit",
        said,
    ).fetchall()
    return [UnitRow(*row) for row in rows]


WHY = """
SELECT
  count(*) FILTER (EXISTS (SELECT 1 FROM lockdown l WHERE l.facility = d.facility AND l.start_at < d.until
                           AND coalesce(l.end_at, d.until) > d.opened_at)) AS lockdown,
  count(*) FILTER (EXISTS (SELECT 1 FROM placement p WHERE p.person_id = d.person_id AND p.away AND p.since < d.until
                           AND coalesce(p.until, d.until) > d.opened_at)) AS away,
  count(*) FILTER (EXISTS (SELECT 1 FROM move m WHERE m.person_id = d.person_id AND m.kind = 'transfer' AND NOT m.cancelled
                           AND m.happened_at BETWEEN d.opened_at AND d.until)) AS moved,
  count(*) FILTER (NOT EXISTS (SELECT 1 FROM shift s WHERE (s.facility = d.facility OR s.facility IS NULL)
                               AND s.role = d.owner_role AND s.start_at < d.due_at AND s.end_at > d.opened_at)) AS nobody
FROM (SELECT *, least(coalesce(closed_at, (SELECT known FROM known)), (SELECT known FROM known)) AS until FROM duty
      WHERE id IN (SELECT unnest(?::VARCHAR[]))) d
"""


def why(con: duckdb.DuckDBPyConnection, duty_ids: Sequence[str]) -> list[tuple[str, int]]:
    """Count what stood in the way of these duties while they were open; one duty may have several reasons, or none known."""
    names = ("lockdown", "away", "moved", "nobody")
    if not duty_ids:
        return []
    found = con.execute(WHY, [list(duty_ids)]).fetchall()[0]
    return sorted(((n, c) for n, c in zip(names, found, strict=True) if c), key=lambda p: -p[1])
