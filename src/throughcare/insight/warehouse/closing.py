"""Whole quarters as they were first counted, kept beside the states: what somebody is told who sees numbers in aggregate only.

A number that grows by the day tells what each day brought, three months that roll on tell the month they left, and a correction
tells of one person. So a quarter is kept once, some days after its end (content/measures/counting.toml), and never counted again.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from throughcare.insight.gate.periods import previous, quarter_of
from throughcare.insight.measures import definitions
from throughcare.insight.schema import BY_NAME, VERSION
from throughcare.insight.warehouse import files, writing
from throughcare.insight.warehouse.files import State

if TYPE_CHECKING:
    import duckdb

TOLD = "told/quarters"  # deeper than a state's files, so that no sweep meets them
KEPT = 8


def months_of(quarter: str) -> tuple[str, str, str]:
    """Name the months of a quarter, written as 2026-Q3."""
    last = int(quarter[-1]) * 3
    first, middle, third = (f"{quarter[:4]}-{month:02}" for month in range(last - 2, last + 1))
    return first, middle, third


def ended(last_day: date) -> list[str]:
    """Name the last quarters that are old enough to be kept on a day, oldest first."""
    settled = last_day - timedelta(days=int(definitions.counting()["aggregate"]["settle_days"]))
    running = quarter_of(settled + timedelta(days=1))
    return [previous(running, back) for back in range(KEPT, 0, -1)]


def file(folder: Path, quarter: str) -> Path:
    """Say where a quarter is kept."""
    return folder / TOLD / f"{quarter}.{VERSION}.parquet"


def kept(folder: Path, last_day: date) -> list[str]:
    """Name the quarters that are kept, oldest first."""
    return [quarter for quarter in ended(last_day) if file(folder, quarter).exists()]


def close(folder: Path, state: State) -> list[str]:
    """Keep the quarters that have settled and were not kept before; give their names. A kept one is never written again."""
    due = [q for q in (ended(state.last_day) if state.last_day else ()) if not file(folder, q).exists()]
    if not due or not state.files("measure_result"):
        return []
    for place in ((folder / TOLD).parent, folder / TOLD):
        place.mkdir(mode=0o700, exist_ok=True)
    con = writing.connect(folder / files.WORK)
    try:
        return [quarter for quarter in due if _keep(folder, con, state, quarter)]
    finally:
        con.close()


def _keep(folder: Path, con: duckdb.DuckDBPyConnection, state: State, quarter: str) -> bool:
    results, draft = BY_NAME["measure_result"], folder / files.WORK / "quarter.parquet"
    rows = writing.source(folder, results, state.files(results.name))
    months = ", ".join(f"'{month}'" for month in months_of(quarter))
    if not writing.draw_up(con, draft, results, f"SELECT * FROM ({rows}) WHERE month IN ({months})"):  # noqa: S608
        return False
    draft.replace(file(folder, quarter))
    return True
