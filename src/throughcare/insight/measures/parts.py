"""Rows of measures added up into parts: of everybody and by each way of dividing, for each month, by what became of them.

All is told in numbers, and named only in the results (`telling`): to group millions of rows by names costs more than to read
them. What is longer than a number (who, which resource) stays behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.periods import months_before
from throughcare.insight.measures.running import OF_PERSON
from throughcare.insight.measures.states import STATES

if TYPE_CHECKING:
    import duckdb

NOT_SAID = "not said"
MEDIANS_FOR = 24  # months back: what a page shows
# Ways of dividing; the number of one is its place here, that of everybody is 0.
WAYS = ("", "facility", "age_band", *OF_PERSON)

# One row for each measure, month, stratum of one way (-1: not said), and what became of it (`states.STATES`).
PART = """
CREATE OR REPLACE TEMP TABLE part (measure SMALLINT, month_number SMALLINT, way TINYINT, stratum SMALLINT, state_number TINYINT,
  n DOUBLE, base DOUBLE, longest DOUBLE)
"""
MIDDLE = "CREATE OR REPLACE TEMP TABLE middle (measure SMALLINT, month_number SMALLINT, median_minutes DOUBLE)"
PLACE_OF = "CREATE OR REPLACE TEMP TABLE place_of (facility VARCHAR, place SMALLINT)"
# Of a combination of strata (`running.SEGMENTS`), the number of each by itself.
GROUP_OF = "CREATE OR REPLACE TEMP TABLE group_of AS SELECT *, {} FROM stratum_of".format(  # noqa: S608
    ", ".join(
        f"CASE WHEN coalesce({name}, '{NOT_SAID}') <> '{NOT_SAID}' THEN dense_rank() OVER (ORDER BY {name})::SMALLINT ELSE -1 END AS {name}_number"
        for name in OF_PERSON
    )
)
TOLD_AS = """
CREATE OR REPLACE TEMP TABLE told_as AS
SELECT unnest(?::SMALLINT[]) AS what, unnest(?::SMALLINT[]) AS measure, unnest(?::DOUBLE[]) AS unit, unnest(?::TINYINT[]) AS refused
"""
NARROW = """
CREATE OR REPLACE TEMP TABLE narrow AS
SELECT what::SMALLINT AS what, ({month})::SMALLINT AS month_number, state_number, place, band, stratum, {kept}
FROM ({rows}) r LEFT JOIN place_of USING (facility)
"""

MONTH = "year(day) * 12 + month(day) - 1"
WAITED = f"state_number IN ({', '.join(str(STATES.index(state)) for state in ('met', 'late', 'open'))})"
MINUTES = "(epoch(coalesce(done_at, (SELECT now FROM period))) - epoch(begun_at)) / 60"


@dataclass(frozen=True, slots=True)
class Told:
    """As which measure the rows of a number count, in which unit their base is told, and whether a refusal leaves them out."""

    what: int
    measure: str
    unit: float = 1.0
    refused: str = "refused"


class Parts:
    """The parts of some measures, in tables of the session: `part`, `middle`, and what names their numbers."""

    def __init__(self, con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition], last_day: date) -> None:
        self.con = con
        self.numbers = {definition.id: n for n, definition in enumerate(definitions)}
        self.medians_since = months_before(last_day, MEDIANS_FOR)
        for table in (PART, MIDDLE, PLACE_OF, GROUP_OF):
            con.execute(table)

    def add(self, rows: str, told: Sequence[Told], *, places: str) -> None:
        """Add rows of `running.numbered`, each with `what` and `state_number`: one of each counts one; and the medians of their waits.

        `places` is a table that holds their facilities.
        """
        took = f"CASE WHEN {WAITED} AND day > DATE '{self.medians_since}' THEN datediff('second', begun_at, done_at) END AS took"
        kept = f"base, CASE WHEN {WAITED} THEN {MINUTES} END AS longest, {took}"
        self._narrow(rows, told, places, MONTH, kept)
        self._sum("count(*) AS n, sum(base) AS base, max(longest) AS longest")
        self.con.execute(
            "INSERT INTO middle SELECT measure, month_number, median(took) / 60 "
            "FROM narrow JOIN told_as USING (what) WHERE took IS NOT NULL GROUP BY measure, month_number"
        )
        self.con.execute("DROP TABLE narrow")

    def add_weighted(
        self, rows: str, told: Sequence[Told], *, places: str, n: str, base: str, scale: int = 1, month: str = MONTH
    ) -> None:
        """Add numbered rows of which each stands for so many and so much: two expressions, the second in units of one by `scale`.

        A sum has no one wait, and no median.
        """
        self._narrow(rows, told, places, month, f"{n} AS n, {base} AS base")
        self._sum(f"sum(n) AS n, sum(base)::DOUBLE / {scale} AS base, NULL::DOUBLE AS longest")
        self.con.execute("DROP TABLE narrow")

    def _narrow(self, rows: str, told: Sequence[Told], places: str, month: str, kept: str) -> None:
        """Leave in `narrow` the rows in numbers, and in `told_as` what their numbers are told as."""
        self.con.execute(
            "INSERT INTO place_of SELECT facility, (SELECT count(*) FROM place_of) + row_number() OVER () "  # noqa: S608
            f"FROM (SELECT DISTINCT facility FROM {places}) ANTI JOIN place_of USING (facility) WHERE facility <> '{NOT_SAID}'"
        )
        self.con.execute(NARROW.format(rows=rows, month=month, kept=kept))
        as_told = [(t.what, self.numbers[t.measure], t.unit, STATES.index(t.refused)) for t in told]
        self.con.execute(TOLD_AS, [list(column) for column in zip(*as_told, strict=True)] or [[]] * 4)

    def _sum(self, of: str) -> None:
        """Sum the narrow rows each way by itself: sums of all ways together would hardly be fewer than the rows, since a facility,
        an age, a language and a legal status of one month are seldom met twice."""
        for column, ways in (("", ("",)), ("place", ("facility",)), ("band", ("age_band",)), ("stratum", OF_PERSON)):
            by = f", {column}" if column else ""
            self.con.execute(
                f"CREATE OR REPLACE TEMP TABLE summed AS SELECT what, month_number, state_number{by}, {of} FROM narrow "  # noqa: S608
                f"GROUP BY what, month_number, state_number{by}"
            )
            for way in ways:
                named = "LEFT JOIN group_of USING (stratum)" if way in OF_PERSON else ""
                number = f"{way}_number" if named else column or "0"
                self.con.execute(
                    f"INSERT INTO part SELECT measure, month_number, {WAYS.index(way)}, coalesce({number}, -1), "  # noqa: S608
                    f"CASE WHEN state_number = {STATES.index('refused')} THEN refused ELSE state_number END, n, base / unit, longest "
                    f"FROM summed {named} JOIN told_as USING (what)"
                )
        self.con.execute("DROP TABLE summed")
