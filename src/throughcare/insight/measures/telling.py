"""Parts told as results: one row for each measure, month and stratum, with its number, its interval and what became of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.parts import NOT_SAID, WAYS
from throughcare.insight.measures.running import AGES, OF_PERSON
from throughcare.insight.measures.states import OUT, STATES
from throughcare.insight.measures.statistics import Z95, poisson

if TYPE_CHECKING:
    import duckdb

MONTH_NAME = "(r.month_number // 12)::VARCHAR || '-' || lpad((r.month_number % 12 + 1)::VARCHAR, 2, '0')"
# What a stratum's number is called, by its way of dividing.
NAME_OF = " UNION ALL ".join(
    (
        "CREATE OR REPLACE TEMP TABLE name_of AS SELECT 0 AS way, 0 AS stratum, '' AS name",
        f"SELECT {WAYS.index('facility')}, place, facility FROM place_of",  # noqa: S608
        f"SELECT {WAYS.index('age_band')}, unnest(range({len(AGES)})), unnest({list(AGES)})",
        *(
            f"SELECT DISTINCT {WAYS.index(name)}, {name}_number, {name} FROM group_of WHERE {name}_number >= 0"  # noqa: S608
            for name in OF_PERSON
        ),
    )
)


def prepare(con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition]) -> None:
    """Leave in `told` what a number needs of its definition, in `sets` the parts of each number together, in `chance` the exact
    bounds of each count of events."""
    rows = [
        (
            n,
            d.id,
            d.version,
            d.is_rate,
            d.per,
            d.smallest_base,
            d.smallest_count,
            [WAYS.index(way) for way in ("", *d.stratifiers)],
        )
        for n, d in enumerate(definitions)
    ]
    told = ("SMALLINT number", "VARCHAR measure", "VARCHAR version", "BOOLEAN rate", "DOUBLE per", "DOUBLE base", "DOUBLE events", "TINYINT[] ways")  # fmt: skip
    _fill(con, "told", told, rows)
    con.execute(NAME_OF)
    con.execute(f"CREATE OR REPLACE TEMP TABLE sets AS {_sets()}")
    counts = con.execute(
        "SELECT DISTINCT numerator FROM sets WHERE number IN (SELECT number FROM told WHERE rate)"
    ).fetchall()
    bounds = [(n, e.low, e.high) for (n,) in counts if (e := poisson(round(n), 1.0)) is not None]
    _fill(con, "chance", ("DOUBLE events", "DOUBLE low", "DOUBLE high"), bounds)


def _fill(
    con: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    """Make a table of columns given as lists: one statement, where a row at a time costs as much as to count."""
    said = ", ".join("unnest(?::{}[]) AS {}".format(*column.split()) for column in columns)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {said}", [[row[n] for row in rows] for n in range(len(columns))]
    )


def _sets() -> str:
    """Give the query of the parts of each number together.

    Sums of fractions depend on their order in the last digits; rounded, the same rows are the same bytes.
    """
    counts = ", ".join(
        f"coalesce(sum(n) FILTER (state_number = {STATES.index(state)}), 0)::BIGINT AS {name}"
        for state, name in (
            ("late", "late"),
            ("open", "open"),
            ("refused", "refused"),
            ("excused", "excused"),
            ("left", "gone"),
        )
    )
    out = ", ".join(str(STATES.index(state)) for state in OUT)
    return f"""
    SELECT p.measure AS number, month_number, way, stratum,
           round(coalesce(sum(p.base) FILTER (state_number NOT IN ({out})), 0), 9)::DOUBLE AS denominator,
           coalesce(sum(n) FILTER (state_number = {STATES.index("met")}), 0)::DOUBLE AS numerator, {counts}, max(longest) AS longest_minutes
    FROM part p JOIN told ON number = p.measure WHERE list_contains(ways, way) GROUP BY p.measure, month_number, way, stratum
    """  # noqa: S608


def results() -> str:
    """Give the query of all results: one row for each measure, month and stratum."""
    share = "numerator / denominator"
    square = Z95 * Z95
    centre = f"(({share} + {square} / (2 * denominator)) / (1 + {square} / denominator))"
    half = f"({Z95} / (1 + {square} / denominator) * sqrt({share} * (1 - {share}) / denominator + {square} / (4 * denominator * denominator)))"
    return f"""
    SELECT r.* EXCLUDE (number, month_number, way, stratum), t.measure, {MONTH_NAME} AS month, ({list(WAYS)})[r.way + 1] AS divided_by,
           coalesce(s.name, '{NOT_SAID}') AS stratum, t.version, m.median_minutes,
           CASE WHEN rate THEN numerator < t.events ELSE denominator < t.base END AS small,
           CASE WHEN denominator > 0 THEN {share} * CASE WHEN rate THEN t.per ELSE 100 END END AS value,
           CASE WHEN denominator > 0 THEN CASE WHEN rate THEN c.low / denominator * t.per
                WHEN numerator = 0 THEN 0 ELSE greatest(0, ({centre} - {half}) * 100) END END AS low,
           CASE WHEN denominator > 0 THEN CASE WHEN rate THEN c.high / denominator * t.per
                WHEN numerator = denominator THEN 100 ELSE least(100, ({centre} + {half}) * 100) END END AS high
    FROM sets r JOIN told t USING (number) LEFT JOIN chance c ON c.events = r.numerator AND t.rate
    LEFT JOIN middle m ON m.measure = r.number AND m.month_number = r.month_number AND r.way = 0
    LEFT JOIN name_of s ON s.way = r.way AND s.stratum = r.stratum
    """  # noqa: S608
