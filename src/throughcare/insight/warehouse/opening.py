"""Reading the warehouse: an engine in this process whose views are one state's tables; linked records count as one person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from throughcare.insight.schema import TABLES
from throughcare.insight.warehouse import files, writing
from throughcare.insight.warehouse.files import State
from throughcare.kernel.errors import NotFound

if TYPE_CHECKING:
    import duckdb

MISSING = "There is no warehouse yet. Make it with `throughcare warehouse build`."
LINKS = """
CREATE TABLE link AS
WITH RECURSIVE chain AS (
  SELECT id AS person_id, survivor_id, 1 AS depth FROM person WHERE survivor_id IS NOT NULL
  UNION ALL
  SELECT c.person_id, p.survivor_id, c.depth + 1 FROM chain c JOIN person p ON p.id = c.survivor_id
  WHERE p.survivor_id IS NOT NULL AND c.depth < 20
)
SELECT person_id, arg_max(survivor_id, depth) AS survivor_id FROM chain GROUP BY person_id
"""


def opened(folder: Path, *, zone: ZoneInfo, work: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open the present state: a view a table, and `local_day(at)` for the agency's day; refuses where there is none."""
    state = files.read(folder)
    if state is None:
        raise NotFound(MISSING)
    con = writing.connect(work or folder / files.WORK)
    views(con, folder, state)
    day_macro(con, zone)
    return con


def views(con: duckdb.DuckDBPyConnection, folder: Path, state: State) -> None:
    """Make the views of a state; where records were linked, every row is its surviving person's."""
    for table in TABLES:
        con.execute(f"CREATE VIEW {table.name} AS {writing.source(folder, table, state.files(table.name))}")
    con.execute(LINKS)
    if not con.execute("SELECT count(*) FROM link").fetchall()[0][0]:
        return
    for table in TABLES:
        if "person_id" in table.names:
            rows = writing.source(folder, table, state.files(table.name))
            con.execute(
                f"CREATE OR REPLACE VIEW {table.name} AS SELECT r.* REPLACE (coalesce(k.survivor_id, r.person_id) AS person_id) "  # noqa: S608
                f"FROM ({rows}) r LEFT JOIN link k ON k.person_id = r.person_id"
            )


def day_macro(con: duckdb.DuckDBPyConnection, zone: ZoneInfo, years: tuple[int, int] = (2000, 2045)) -> None:
    """Make `local_time(at)` and `local_day(at)`: the agency's time and day of a moment in UTC, on both sides of each change of clocks."""
    months = [(year, month) for year in range(years[0], years[1] + 1) for month in range(1, 13)]
    changes = [found for month in months if (found := _change(zone, *month))]
    body = _shift(changes, _ahead(zone, year_start(years[0])))
    con.execute(f"CREATE OR REPLACE MACRO local_time(t) AS t + to_seconds({body})")
    con.execute(f"CREATE OR REPLACE MACRO local_day(t) AS (t + to_seconds({body}))::DATE")


def _shift(changes: Sequence[tuple[datetime, int]], before: int) -> str:
    """Write the seconds ahead of UTC at `t`, halving the changes: of ten years of them four are looked at, not twenty."""
    if not changes:
        return str(before)
    middle = len(changes) // 2
    at, then = changes[middle]
    earlier, later = _shift(changes[:middle], before), _shift(changes[middle + 1 :], then)
    return f"CASE WHEN t < TIMESTAMP '{at:%Y-%m-%d %H:%M:%S}' THEN {earlier} ELSE {later} END"


def year_start(year: int) -> datetime:
    """Give the first moment of a year in UTC."""
    return datetime(year, 1, 1, tzinfo=UTC)


def _ahead(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _change(zone: ZoneInfo, year: int, month: int) -> tuple[datetime, int] | None:
    """Find when in a month clocks change, and the seconds ahead of UTC from then on."""
    low = datetime(year, month, 1, tzinfo=UTC)
    high = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    if _ahead(zone, low) == _ahead(zone, high):
        return None
    while (high - low).total_seconds() > 1:
        middle = low + (high - low) / 2
        low, high = (middle, high) if _ahead(zone, middle) == _ahead(zone, low) else (low, middle)
    return high.replace(microsecond=0), _ahead(zone, high)
