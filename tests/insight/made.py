"""Made tables: the warehouse's tables in memory, with the rows that a test says."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from throughcare.insight.measures import counting, definitions
from throughcare.insight.schema import BY_NAME, TABLES
from throughcare.insight.warehouse import opening, summing, writing

HARTFORD = ZoneInfo("America/New_York")
LAST_DAY = date(2026, 10, 31)


def tables(**rows: list[dict]) -> duckdb.DuckDBPyConnection:
    """Make every table; those that are named hold these rows."""
    con = duckdb.connect()
    for table in TABLES:
        con.execute(f"CREATE TABLE {table.name} AS {writing.source(Path(), table, [])}")
        for row in rows.get(table.name, []):
            filled = {c.name: False if c.type == "bool" and not c.null else None for c in table.columns} | row
            con.execute(f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(filled))})", list(filled.values()))
    opening.day_macro(con, HARTFORD, (2025, 2027))
    add_up(con)
    return con


def add_up(con: duckdb.DuckDBPyConnection) -> None:
    """Make the summed tables from the others."""
    for name, base in summing.SUMS.items():
        columns = ", ".join(BY_NAME[name].names)
        con.execute(f"DELETE FROM {name}")
        con.execute(f"INSERT INTO {name} BY NAME SELECT {columns} FROM ({summing.query(name, base)})")


def results(con: duckdb.DuckDBPyConnection, *wanted: str) -> dict[tuple[str, str, str, str], dict]:
    """Count measures: each row by measure, month, by and stratum."""
    chosen = [m for m in definitions.measures(LAST_DAY) if m.id in wanted]
    found = con.execute(counting.counted(con, chosen, LAST_DAY, HARTFORD))
    names = [d[0] for d in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    assert set(names) == set(BY_NAME["measure_result"].names)
    return {(r["measure"], r["month"], r["divided_by"], r["stratum"]): r for r in rows}


def at(text: str) -> datetime:
    """Read a time in Hartford as the tables hold it."""
    return datetime.fromisoformat(text).replace(tzinfo=HARTFORD).astimezone(UTC).replace(tzinfo=None)
