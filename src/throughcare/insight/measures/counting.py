"""Every measure counted at once: for each month, everywhere and by each stratifier, with intervals.

The cores are the same as for any one period (`running`): run once over the whole record, their rows fall into the months of the
agency's calendar. All duties are one pass. Measures judged person by person look back from the record's last day, and from
quarters before it; such a number stands in the month its period ends in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from throughcare.insight.measures import histories, running
from throughcare.insight.measures.definitions import Definition, counting
from throughcare.insight.measures.running import OUT, Period
from throughcare.insight.measures.service import duties, exposure
from throughcare.insight.measures.service.doses_due import doses
from throughcare.insight.measures.statistics import Z95, poisson

if TYPE_CHECKING:
    import duckdb

BEGINNING = date(1900, 1, 1)
NOT_SAID = "not said"
# One row for each measure, month, stratum of one kind (of everybody: none), and what became of it.
PARTS = """
CREATE OR REPLACE TEMP TABLE part (
  measure VARCHAR, month VARCHAR, divided_by VARCHAR, stratum VARCHAR, state VARCHAR, n DOUBLE, base DOUBLE, longest DOUBLE)
"""
MIDDLES = "CREATE OR REPLACE TEMP TABLE middle (measure VARCHAR, month VARCHAR, median_minutes DOUBLE)"


def counted(con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition], last_day: date, zone: ZoneInfo) -> str:
    """Count measures over the whole record until the end of its last day; give the query of all results."""
    period = Period(BEGINNING, last_day, zone, _end(last_day, zone))
    running.set_period(con, period.row())
    running.make_segments(con)
    con.execute(PARTS)
    con.execute(MIDDLES)
    running.stand_on(con, running.BY_MONTH)
    found = [d for d in definitions if not d.waits_for]
    queried = [d for d in found if not d.rules and not d.judged]
    _count_duties(con, [d for d in found if d.rules], last_day)
    _count_queried(con, [d for d in queried if not running.weighted(d)], last_day)
    _count_exposure(con, [d for d in queried if running.unit_of_time(d)])
    _count_doses(con, [d for d in queried if running.weighted(d)])
    _count_judged(con, [d for d in found if d.judged], last_day, zone)
    _tell(con, definitions)
    return results()


def _end(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), zone).astimezone(UTC)


# --- rows into parts ------------------------------------------------------------------------------------------------------

MONTH = "(year(day) * 12 + month(day) - 1)::SMALLINT AS month_number"
MONTH_NAME = "(month_number // 12)::VARCHAR || '-' || lpad((month_number % 12 + 1)::VARCHAR, 2, '0')"
TOOK = "(epoch(coalesce(done_at, (SELECT now FROM period))) - epoch(begun_at)) / 60"
WAITED = "state IN ('met', 'late', 'open')"
LONGEST = f"max({TOOK}) FILTER ({WAITED})"
MEDIANS_FOR = 24  # months back: what a page shows


def _add(
    con: duckdb.DuckDBPyConnection,
    rows: str,
    *,
    key: str = "measure",
    month: str = "month_number",
    of: str = f"count(*) AS n, sum(base) AS base, {LONGEST} AS longest",
    told: str = "state, n, base, longest",
    joined: str = "",
) -> None:
    """Add numbered rows (`running.numbered`) to the parts: of everybody, and by each stratifier.

    One pass over the rows sums each way of dividing by itself. Sums of all ways together would hardly be fewer than the rows: a
    facility, an age, a language and a legal status of one month are seldom met twice. `key` names the measure, or what is
    `joined` to name it; `told` are a part's last columns, then.
    """
    always = f"{key}, {month}, state"
    ways = ", ".join((f"({always})", *(f"({always}, {name})" for name in ("facility", "band", "stratum"))))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE summed AS
        SELECT {always}, facility, band, stratum, grouping(facility) = 0 AS by_facility, grouping(band) = 0 AS by_band,
               grouping(stratum) = 0 AS by_stratum, {of}
        FROM ({rows}) GROUP BY GROUPING SETS ({ways})
        """  # noqa: S608
    )
    one = [
        ("''", "''", "NOT by_facility AND NOT by_band AND NOT by_stratum", ""),
        ("'facility'", "facility", "by_facility", ""),
        ("'age_band'", running.BAND_NAME, "by_band", ""),
        *(
            (f"'{name}'", f"n.{name}", "by_stratum", "LEFT JOIN stratum_of n USING (stratum)")
            for name in running.OF_PERSON
        ),
    ]
    each = " UNION ALL ".join(
        f"SELECT {key}, {month}, state, n, base, longest, {way} AS divided_by, coalesce({stratum}, '{NOT_SAID}') AS stratum "  # noqa: S608
        f"FROM summed s {names} WHERE {which}"
        for way, stratum, which, names in one
    )
    named = MONTH_NAME if month == "month_number" else month
    con.execute(
        f"INSERT INTO part SELECT measure, {named}, divided_by, stratum, {told} FROM ({each}) {joined}"  # noqa: S608
    )
    con.execute("DROP TABLE summed")


def _middle(con: duckdb.DuckDBPyConnection, rows: str, last_day: date) -> None:
    """Add the median times to done of the months that pages show, by measure."""
    since = months_before(last_day, MEDIANS_FOR)
    con.execute(
        f"""
        INSERT INTO middle SELECT measure, {MONTH_NAME}, took / 60 FROM (
          SELECT measure, {MONTH}, median(datediff('second', begun_at, done_at)) AS took
          FROM (SELECT *, local_day(counted_at) AS day FROM ({rows}) WHERE counted_at >= TIMESTAMP '{since}')
          WHERE begun_at IS NOT NULL AND done_at IS NOT NULL AND {WAITED} AND day > DATE '{since}' GROUP BY ALL)
        """  # noqa: S608
    )


def _count_duties(con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition], last_day: date) -> None:
    """Count all clocks in one pass, and then every measure that is made of one or several."""
    if not definitions:
        return
    pairs = ", ".join(f"('{d.id}', '{rule}', '{d.refusals}')" for d in definitions for rule in d.rules)
    con.execute(f"CREATE OR REPLACE TEMP TABLE clock_of AS SELECT * FROM (VALUES {pairs}) v(measure, rule, refusals)")  # noqa: S608
    rows = f"SELECT *, {running.state(misses=True, refusals='stays')} AS state FROM ({duties.every_rule()})"  # noqa: S608
    _add(
        con,
        f"SELECT *, {MONTH} FROM ({running.numbered(rows)})",  # noqa: S608
        key="rule",
        told="CASE WHEN state = 'refused' AND refusals = 'leaves' THEN 'left' ELSE state END, n, base, longest",
        joined="JOIN clock_of USING (rule)",
    )
    _middle(con, f"SELECT * FROM ({rows}) JOIN clock_of USING (rule)", last_day)  # noqa: S608


def _count_queried(con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition], last_day: date) -> None:
    """Count what cores find, all of them in one query; of a rate only its events, since the time is everybody's."""
    if not definitions:
        return
    each = (
        f"SELECT '{d.id}' AS measure, {running.COLUMNS} FROM ({running.stated(d, running.events(d))})"  # noqa: S608
        for d in definitions
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE found AS {' UNION ALL '.join(each)}")
    _add(con, f"SELECT *, {MONTH} FROM ({running.numbered('SELECT * FROM found')})")  # noqa: S608
    _middle(con, "SELECT * FROM found", last_day)
    con.execute("DROP TABLE found")


def _count_exposure(con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition]) -> None:
    """Count everybody's time in custody once, and tell it in the unit of each rate."""
    if not definitions:
        return
    units = ", ".join(f"('{d.id}', {exposure.HOURS[running.unit_of_time(d)]})" for d in definitions)
    held = running.numbered(exposure.time_in_custody("hour"))
    _add(
        con,
        f"SELECT *, 'hours' AS kind, 'time' AS state, {MONTH} FROM ({held})",  # noqa: S608
        key="kind",
        # Hours are kept to the thousandth: as whole numbers their sum is exact, in whatever order it is made.
        of="count(*) AS n, sum(round(base * 1000)::BIGINT)::DOUBLE AS base, NULL::DOUBLE AS longest",
        told="state, n, base / 1000 / unit, longest",
        joined=f", (VALUES {units}) v(measure, unit)",
    )


def _count_doses(con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition]) -> None:
    """Sum the doses due once, and tell of each measure what became of them; a sum has no one wait."""
    if not definitions:
        return
    kept = "facility, stratum, band, excluded, hit, cause"
    con.execute(
        "CREATE OR REPLACE TEMP TABLE due AS SELECT *, NULL AS person_id, NULL AS ref, NULL::TIMESTAMP AS counted_at, "  # noqa: S608
        "NULL::TIMESTAMP AS begun_at, NULL::TIMESTAMP AS done_at "
        f"FROM (SELECT {MONTH}, {kept}, sum(base) AS base, sum(n) AS n FROM ({running.numbered(doses())}) GROUP BY ALL)"
    )
    for definition in definitions:
        rows = running.stated(definition, running.of_doses(definition, "due", ", month_number, stratum, band"))
        of = "sum(n) AS n, sum(base) AS base, NULL::DOUBLE AS longest"
        _add(con, f"SELECT *, '{definition.id}' AS measure FROM ({rows})", of=of)  # noqa: S608


def _count_judged(
    con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition], last_day: date, zone: ZoneInfo
) -> None:
    """Count the people judged: all measures and periods at once, each in the month its period ends in."""
    periods, judged = judged_periods(con, last_day, zone), []
    for period, definition, rows in histories.judge_all(con, definitions, periods, zone):
        judged += [(*row, definition.id, period.last.strftime("%Y-%m")) for row in rows]
    if not judged:
        return
    running.keep_judged(con, judged, ("measure", "month"))
    each = (
        f"SELECT * FROM ({running.stated(d)}) WHERE measure = '{d.id}'"  # noqa: S608
        for d in definitions
    )
    all_of_them = running.numbered(" UNION ALL ".join(each))
    _add(con, all_of_them, month="month")


def judged_periods(con: duckdb.DuckDBPyConnection, last_day: date, zone: ZoneInfo) -> list[Period]:
    """Give the periods that people are judged over: to the last day, and to the ends of months before it, as far as people were here."""
    said = counting()["judged"]
    first = con.execute("SELECT min(day) FROM person_day").fetchall()[0][0]
    found, last = [], last_day
    for n in range(int(said["points"])):
        if first is None or last < first:
            break
        start = months_before(last + timedelta(days=1), int(said["months"]))
        found.append(Period(start, last, zone, _end(last, zone)))
        last = months_before(last_day.replace(day=1), (n + 1) * int(said["every_months"]) - 1) - timedelta(days=1)
    return found


def month_period(month: str, last_day: date, zone: ZoneInfo) -> Period:
    """Give one month of the agency's calendar as a period, as far as the record reaches."""
    first = date.fromisoformat(f"{month}-01")
    return Period(first, min(_month_end(first), last_day), zone, _end(last_day, zone))


def looks_back() -> int:
    """Say over how many months people are judged."""
    return int(counting()["judged"]["months"])


def months_before(day: date, months: int) -> date:
    """Give the same day so many months before, or the last of its month."""
    at = day.year * 12 + day.month - 1 - months
    first = date(at // 12, at % 12 + 1, 1)
    return first if day.day == 1 else min(first + timedelta(days=day.day - 1), _month_end(first))


def _month_end(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


# --- parts into results ---------------------------------------------------------------------------------------------------


def _tell(con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition]) -> None:
    """Leave in `told` what a number needs of its definition, and in `chance` the exact bounds of each count of events."""
    columns: list[list[object]] = [
        list(column)
        for column in zip(
            *(
                (d.id, d.version, d.is_rate, d.per, d.smallest_base, d.smallest_count, ["", *d.stratifiers])
                for d in definitions
            ),
            strict=True,
        )
    ]
    told = ("VARCHAR measure", "VARCHAR version", "BOOLEAN rate", "DOUBLE per", "DOUBLE base", "DOUBLE events", "VARCHAR[] stratifiers")  # fmt: skip
    _fill(con, "told", told, columns or [[] for _ in told])
    sets = _sets("AND measure IN (SELECT measure FROM told WHERE rate)")
    counts = con.execute(f"SELECT DISTINCT numerator FROM ({sets})").fetchall()  # noqa: S608
    bounds = [(n, e.low, e.high) for (n,) in counts if (e := poisson(round(n), 1.0)) is not None]
    _fill(
        con,
        "chance",
        ("DOUBLE events", "DOUBLE low", "DOUBLE high"),
        [[row[i] for row in bounds] for i in range(3)],
    )


def _fill(
    con: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], values: Sequence[Sequence[object]]
) -> None:
    """Make a table of columns given as lists: one statement, where a row at a time costs as much as to count."""
    said = ", ".join("unnest(?::{}[]) AS {}".format(*column.split()) for column in columns)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {said}", list(values))


def _sets(only: str = "") -> str:
    # Sums of fractions depend on their order in the last digits; rounded, the same rows are the same bytes.
    counts = ", ".join(
        f"coalesce(sum(n) FILTER (state = '{s}'), 0)::BIGINT AS {name}"
        for s, name in (
            ("late", "late"),
            ("open", "open"),
            ("refused", "refused"),
            ("excused", "excused"),
            ("left", "gone"),
        )
    )
    return f"""
    SELECT measure, month, divided_by, stratum,
           round(coalesce(sum(base) FILTER (state NOT IN {OUT}), 0), 9)::DOUBLE AS denominator,
           coalesce(sum(n) FILTER (state = 'met'), 0)::DOUBLE AS numerator, {counts}, max(longest) AS longest_minutes
    FROM part WHERE TRUE {only} GROUP BY measure, month, divided_by, stratum
    """  # noqa: S608


def results() -> str:
    """Give the query of all results from the parts: one row for each measure, month and stratum."""
    share = "numerator / denominator"
    square = Z95 * Z95
    centre = f"(({share} + {square} / (2 * denominator)) / (1 + {square} / denominator))"
    half = f"({Z95} / (1 + {square} / denominator) * sqrt({share} * (1 - {share}) / denominator + {square} / (4 * denominator * denominator)))"
    return f"""
    SELECT r.*, t.version, m.median_minutes,
           CASE WHEN rate THEN numerator < t.events ELSE denominator < t.base END AS small,
           CASE WHEN denominator > 0 THEN {share} * CASE WHEN rate THEN t.per ELSE 100 END END AS value,
           CASE WHEN denominator > 0 THEN CASE WHEN rate THEN c.low / denominator * t.per
                WHEN numerator = 0 THEN 0 ELSE greatest(0, ({centre} - {half}) * 100) END END AS low,
           CASE WHEN denominator > 0 THEN CASE WHEN rate THEN c.high / denominator * t.per
                WHEN numerator = denominator THEN 100 ELSE least(100, ({centre} + {half}) * 100) END END AS high
    FROM ({_sets()}) r JOIN told t USING (measure) LEFT JOIN chance c ON c.events = r.numerator AND t.rate
    LEFT JOIN middle m ON m.measure = r.measure AND m.month = r.month AND r.divided_by = ''
    WHERE list_contains(t.stratifiers, r.divided_by)
    """  # noqa: S608
