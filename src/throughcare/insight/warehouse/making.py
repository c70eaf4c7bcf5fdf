"""Building and bringing up to date: one path for both; a first build is an update from nothing.

1. the feed since the last horizon goes into a spool, by table and month;
2. stays, moves and all that names its own facility; then placements, and who was placed elsewhere than before;
3. each month of each table in which something changed is written anew, with the facility of its people;
4. the days; then one rename shows the new state.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from throughcare.duties.working_time import working_time
from throughcare.insight.flatten import FLATTEN
from throughcare.insight.measures import counting, definitions
from throughcare.insight.resources import tables as resources
from throughcare.insight.schema import BY_NAME, TABLES, Table
from throughcare.insight.warehouse import closing, files, opening, placing, summing, writing
from throughcare.insight.warehouse.files import WHOLE, State
from throughcare.insight.warehouse.spool import Spool
from throughcare.kernel import clock
from throughcare.ledger import feed

if TYPE_CHECKING:
    import duckdb

log = logging.getLogger(__name__)
FIRST = ("stay", "legal_status", "move", "facility", "person")
MADE = ("placement", "person_day", "unit", "measure_result", *summing.SUMS, *resources.QUERIES)
Say = Callable[[str], None]


def quiet(_: str) -> None:
    """Say nothing."""


@dataclass
class Report:
    """What an update did."""

    horizon: int
    entries: int
    files: int
    rows: int
    left_out: Counter[str] = field(default_factory=Counter)


def build(folder: Path, *, say: Say = quiet) -> Report:
    """Make the warehouse from the whole ledger; the state before stays visible until the new one is whole."""
    return _make(folder, State(), say)


def update(folder: Path, *, say: Say = quiet) -> Report:
    """Bring the warehouse up to the ledger's present horizon; where there is none yet, build it."""
    return _make(folder, None, say)


def _make(folder: Path, start: State | None, say: Say) -> Report:
    with files.writing(folder) as work:
        old = files.read(folder)
        start = start or old or State()
        horizon = feed.horizon()
        last_day = working_time().day_of(clock.now()) - timedelta(days=1)
        spool = Spool(work / "spool")
        for portion in feed.entries(start.horizon, horizon, tuple(FLATTEN)):
            spool.take(portion)
        spool.flush()
        say(f"{spool.entries} entries read")
        con = writing.connect(work)
        try:
            making = _Making(folder, con, start, spool, max(last_day, start.last_day or last_day))
            tables = making.run(say)
        finally:
            con.close()
        state = State(horizon, making.last_day, tables, read_at=clock.now(), sums=summing.edition())
        say("counting measures")
        state = with_results(folder, work, state)
        files.publish(folder, state, old)
        files.sweep(folder, keep_work=True)
        closing.close(folder, state)
        written = state.every_file() - start.every_file()
        rows = sum(state.rows(name) for name in state.tables)
        return Report(horizon, spool.entries, len(written), rows, spool.left_out)


def with_results(folder: Path, work: Path, state: State) -> State:
    """Count every measure over a state, and demand and capacity by the hour, and give the state with the numbers."""
    time = working_time()
    assert state.last_day is not None  # noqa: S101  (whoever makes a state names its last day)
    con = writing.connect(work)
    try:
        made = {"measure_result": measured(con, folder, state)}
        resources.prepare(con, time.end_of_day(state.last_day))
        for name, query in resources.QUERIES.items():
            part = writing.write(con, folder, BY_NAME[name], WHOLE, query)
            made[name] = {WHOLE: part} if part else {}
    finally:
        con.close()
    return replace(state, tables={k: v for k, v in {**state.tables, **made}.items() if v})


def measured(con: duckdb.DuckDBPyConnection, folder: Path, state: State) -> files.Months:
    """Count every measure over a state in a fresh engine, and write the numbers; the engine then has the state's views."""
    time, table = working_time(), BY_NAME["measure_result"]
    assert state.last_day is not None  # noqa: S101
    opening.views(con, folder, state)
    opening.day_macro(con, time.zone, _years(state))
    rows = counting.counted(con, definitions.measures(state.last_day), state.last_day, time.zone)
    part = writing.write(con, folder, table, WHOLE, rows)
    return {WHOLE: part} if part else {}


def _years(state: State) -> tuple[int, int]:
    """Say from which year to which its rows are: fewer changes of clocks to look at, row by row."""
    found = [int(m[:4]) for months in state.tables.values() for m in months if m[:4].isdigit()]
    last = state.last_day.year if state.last_day else max(found, default=2026)
    return min(found, default=last) - 1, max([*found, last]) + 1


class _Making:
    """One making of a state from the state before and a spool."""

    def __init__(
        self, folder: Path, con: duckdb.DuckDBPyConnection, start: State, spool: Spool, last_day: date
    ) -> None:
        self.folder, self.con, self.start, self.spool = folder, con, start, spool
        self.last_day = last_day
        self.tables = {name: dict(months) for name, months in start.tables.items()}

    def run(self, say: Say) -> dict[str, files.Months]:
        """Write everything that changed and give the files of the new state."""
        for name in FIRST:
            self._changed(BY_NAME[name], placed=False)
        self._units()
        since = self._placements()
        for table in TABLES:
            if table.name in MADE or (table.name in FIRST and "placed" not in table.names):
                continue
            self._changed(table, placed="placed" in table.names)
            if "placed" in table.names:
                self._moved(table)
        self._days(since)
        self._sums()
        say(f"{sum(len(m) for m in self.tables.values())} files")
        return {name: months for name, months in self.tables.items() if months}

    # --- rows of resources ------------------------------------------------------------------------------------------

    def _changed(self, table: Table, *, placed: bool) -> None:
        """Write the months of a table in which the spool has something, or in which a changed row lay."""
        if table.name not in self.spool.touched:
            return
        touched = self.spool.files(table.name, "touched")
        listed = ", ".join(f"'{f}'" for f in touched)
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT touched FROM read_parquet([{listed}])"  # noqa: S608
        )
        for month in sorted(self.spool.months[table.name] | self._lay_in(table)):
            old = self._source(table, [month])
            new = self._new(table, month)
            rows = f"SELECT o.* FROM ({old}) o ANTI JOIN touched t ON o.{table.of} = t.touched UNION ALL BY NAME {new}"  # noqa: S608
            self._write(table, month, self._at_place(table, rows) if placed else rows)

    def _new(self, table: Table, month: str) -> str:
        listed = ", ".join(f"'{f}'" for f in self.spool.files(table.name, month))
        return f"SELECT * FROM read_parquet([{listed}])" if listed else self._none(table)  # noqa: S608

    def _lay_in(self, table: Table) -> set[str]:
        """Say in which months the changed rows of a table lay before."""
        months = self.start.tables.get(table.name, {})
        known = self.spool.touched[table.name]
        look = [m for m in months if "" in known or m in known]
        if not look:
            return set()
        found = self.con.execute(
            f"SELECT DISTINCT o.filename FROM ({self._source(table, look, named=True)}) o "  # noqa: S608
            f"SEMI JOIN touched t ON o.{table.of} = t.touched"
        ).fetchall()
        return self._months_of(table, found)

    def _moved(self, table: Table) -> None:
        """Write the months again in which people have rows who were placed elsewhere than before."""
        months = self.start.tables.get(table.name, {})
        first = self.con.execute("SELECT strftime(min(since), '%Y-%m') FROM moved").fetchall()[0][0]
        same = {m for m in months if self.tables.get(table.name, {}).get(m) == months[m]}
        look = [m for m in same if first is not None and (m in (WHOLE, "none") or m >= first)]
        if not look:
            return
        at = table.month or "recorded_at"
        found = self.con.execute(
            f"SELECT DISTINCT o.filename FROM ({self._source(table, look, named=True)}) o "  # noqa: S608
            f"JOIN moved d ON o.person_id = d.person_id AND o.placed AND o.{at} >= d.since"
        ).fetchall()
        for month in sorted(self._months_of(table, found)):
            self._write(table, month, self._at_place(table, self._source(table, [month])))

    def _at_place(self, table: Table, rows: str) -> str:
        """Give rows the facility where their person was placed at their time, or last before it."""
        at = table.month or "recorded_at"
        return (
            f"SELECT r.* REPLACE (CASE WHEN r.placed THEN p.facility ELSE r.facility END AS facility) FROM ({rows}) r "  # noqa: S608
            f"ASOF LEFT JOIN placement p ON r.person_id = p.person_id AND r.{at} >= p.since"
        )

    # --- made tables ------------------------------------------------------------------------------------------------

    def _placements(self) -> object:
        """Write placements; give the first moment from which days differ, and leave who moved in `moved`."""
        for name in ("move", "stay", "legal_status"):
            self._view(BY_NAME[name])
        before = self._source(BY_NAME["placement"], [WHOLE], of=self.start)
        self.con.execute(f"CREATE TEMP TABLE placement_before AS {before}")
        legal = self._source(BY_NAME["legal_status"], [WHOLE], of=self.start)
        self.con.execute(f"CREATE TEMP VIEW legal_before AS {legal}")
        self.con.execute(f"CREATE TEMP TABLE placement AS {placing.PLACEMENT}")
        self.con.execute(f"CREATE TEMP TABLE moved AS {placing.MOVED}")
        self._write(BY_NAME["placement"], WHOLE, "SELECT * FROM placement")
        return self.con.execute(placing.DAYS_DIFFER).fetchall()[0][0]

    def _days(self, since: object) -> None:
        """Write the months of days that changed or have come since."""
        if since is None and self.last_day == self.start.last_day:
            return
        table, zone = BY_NAME["person_day"], working_time().zone
        first = min(
            (d for d in (getattr(since, "date", lambda: None)(), self.start.last_day) if d is not None), default=None
        )
        if first is None:
            return
        for month in placing.months(first - timedelta(days=1), self.last_day):
            days = placing.bounds(month, self.last_day, zone)
            self.con.execute(
                "CREATE OR REPLACE TEMP TABLE day_bounds (day DATE, starts TIMESTAMP, ends TIMESTAMP, shift INT)"
            )
            self.con.executemany("INSERT INTO day_bounds VALUES (?, ?, ?, ?)", days)
            self._write(table, month, placing.PERSON_DAYS)

    def _sums(self) -> None:
        """Write the sums of each month whose rows changed; all of them where what they depend on changed."""
        opening.day_macro(self.con, working_time().zone, _years(State(last_day=self.last_day, tables=self.tables)))
        same = self.start.sums == summing.edition()
        for name, base in summing.SUMS.items():
            before, now = self.start.tables.get(base, {}), self.tables.get(base, {})
            for month in sorted(before.keys() | now.keys()):
                if not same or before.get(month) != now.get(month):
                    rows = f"({self._source(BY_NAME[base], [month])})"
                    self._write(BY_NAME[name], month, summing.query(name, rows))

    def _units(self) -> None:
        """Write the units as they now stand in custody's list; the ledger has none of their own."""
        from throughcare.custody.models import Unit

        spool, table = Spool(self.spool.folder / "units"), BY_NAME["unit"]
        for unit in Unit.objects.values("id", "facility_id", "code", "name", "kind"):
            row = {k: str(v) for k, v in unit.items()} | {"facility": str(unit["facility_id"])}
            spool.add(table, row | {"data_class": "demographics"})
        spool.flush()
        listed = ", ".join(f"'{f}'" for f in spool.files(table.name, WHOLE))
        self._write(table, WHOLE, f"SELECT * FROM read_parquet([{listed}])" if listed else self._none(table))  # noqa: S608

    # --- files ------------------------------------------------------------------------------------------------------

    def _write(self, table: Table, month: str, rows: str) -> None:
        part = writing.write(self.con, self.folder, table, month, rows)
        months = self.tables.setdefault(table.name, {})
        if part is None:
            months.pop(month, None)
        else:
            months[month] = part

    def _source(self, table: Table, months: list[str], *, of: State | None = None, named: bool = False) -> str:
        held = (of.tables if of else self.tables).get(table.name, {})
        query = writing.source(self.folder, table, [held[m].file for m in months if m in held])
        return query.replace("])", "], filename = true)") if named else query

    def _none(self, table: Table) -> str:
        return writing.source(self.folder, table, [])

    def _view(self, table: Table) -> None:
        names = [p.file for _, p in sorted(self.tables.get(table.name, {}).items())]
        self.con.execute(f"CREATE TEMP VIEW {table.name} AS {writing.source(self.folder, table, names)}")

    def _months_of(self, table: Table, found: list[tuple[str]]) -> set[str]:
        by_file = {str(self.folder / p.file): m for m, p in self.tables.get(table.name, {}).items()}
        return {by_file[name] for (name,) in found}
