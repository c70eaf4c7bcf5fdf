"""The warehouse and its measures: counting all of them over years, one day's dashboard, at one size and at ten times that size.

`SIZE=full` is a state: 12,000 people, 60 months, 65 million doses (needs 15 GB of disk and an hour to make); otherwise 300 people
over 24 months, and 2,400, from which the full size is reckoned: what each size took in CPU is a fixed part and a part for each person
and month (of smaller ones almost all is fixed, and what was reckoned twice too much). Reckoned is not measured, and says so. Made tables (`made_warehouse`): nothing of a ledger is read here.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import Figure, p95, seconds

if TYPE_CHECKING:
    from throughcare.insight.warehouse.files import State
    from throughcare.insight.warehouse.spool import Spool

FULL = os.environ.get("SIZE") == "full"
SIZES = ((1_200, 60), (12_000, 60)) if FULL else ((300, 24), (2_400, 24))
WHOLE = 12_000 * 60  # people and months of the full agency


def figures() -> Iterator[Figure]:
    """Count every measure, and read the pages' numbers, at both sizes."""
    os.environ.update(THROUGHCARE_MODE="test", THROUGHCARE_HOME=tempfile.mkdtemp())
    from throughcare.app import house

    house.django_ready()
    from bench import made_warehouse
    from throughcare.duties import clock_table

    rules = list(clock_table.rules(date(2026, 11, 1)))[:40]
    spent: list[tuple[int, float]] = []
    for people, count in SIZES:
        folder = Path(tempfile.mkdtemp(prefix="warehouse-"))
        try:
            state = made_warehouse.make(
                folder,
                people=people,
                months=made_warehouse.months("2022-01" if FULL else "2025-11", count),
                rules=rules,
            )
            how = f"{people:,} people, {count} months, {state.rows('dose'):,} doses"
            cpu = yield from _figures(folder, how)
            spent.append((people * count, cpu))
        finally:
            shutil.rmtree(folder)
    (small, few), (large, many) = spent
    each = (many - few) / (large - small)
    if not FULL:
        reckoned = (few + each * (WHOLE - small)) / CORES
        yield Figure(
            "all measures counted, reckoned",
            reckoned,
            "s",
            10,
            "12,000 people, 60 months, both cores busy: not measured",
        )


CORES = 2
# What a day brings, in the proportions of the made tables: every row of the last day again, a day later. Of duties, those that
# stood open on the last day are read once more, since they were closed.
DAILY = ("duty", "dose", "communication", "observation", "incident", "arrival", "shift")


def a_day_later(folder: Path) -> Iterator[tuple[str, float]]:
    """Bring a made warehouse up to date by one day as `warehouse update` does, without a ledger: CPU-seconds of each part."""
    from throughcare.insight.warehouse import files, making, writing
    from throughcare.insight.warehouse.spool import Spool

    class Making(making._Making):
        def _units(self) -> None:
            """Leave the units: they stand in custody's list, and here is none."""

    before = files.read(folder)
    assert before is not None
    assert before.last_day is not None
    day = before.last_day + timedelta(days=1)
    with files.writing(folder) as work:
        spool = Spool(work / "spool")
        yield "rows", _spent(lambda: _spooled(spool, folder, before, work))
        con = writing.connect(work)
        one = Making(folder, con, before, spool, day)
        yield "files", _spent(lambda: one.run(making.quiet))
        con.close()
        state = files.State(before.horizon + 1, day, one.tables, sums=before.sums)
        found: list[files.State] = []
        yield "numbers", _spent(lambda: found.append(making.with_results(folder, work, state)))
        files.publish(folder, found[0], before)
        files.sweep(folder, keep_work=True)


def _spent(act: Callable[[], object]) -> float:
    before = time.process_time()
    act()
    return time.process_time() - before


def _spooled(spool: Spool, folder: Path, state: State, work: Path) -> None:
    """Put a day's rows into a spool, row by row as the ledger's feed does."""
    from throughcare.insight.schema import BY_NAME
    from throughcare.insight.warehouse import writing

    con = writing.connect(work)
    for name in DAILY:
        table = BY_NAME[name]
        last = max(m for m in state.tables[name] if len(m) == 7)
        rows = writing.source(folder, table, [state.tables[name][last].file])
        times = ", ".join(f"{c.name} + INTERVAL 1 DAY AS {c.name}" for c in table.columns if c.type == "instant")
        found = con.execute(
            f"SELECT * REPLACE ('+' || id AS id, {times}) FROM ({rows}) WHERE {table.month}::DATE = DATE '{state.last_day}'"
        )
        if name == "duty":
            found = con.execute(
                f"SELECT * REPLACE ('+' || id AS id, {times}) FROM ({rows}) WHERE {table.month}::DATE = DATE '{state.last_day}' "
                f"UNION ALL SELECT * REPLACE (due_at AS closed_at, 'done' AS outcome) FROM ({rows}) WHERE closed_at IS NULL"
            )
        names = [column[0] for column in found.description]
        for values in found.fetchall():
            row = dict(zip(names, values, strict=True))
            if "placed" in row:
                row["facility"] = None
            spool.entries += 1
            spool._ids[name].append(row["id"])
            spool.touched[name].add("" if name != "dose" else last)
            spool.add(table, row)
    spool.flush()
    con.close()


def _figures(folder: Path, how: str) -> Generator[Figure, None, float]:
    from throughcare.insight import numbers
    from throughcare.insight.warehouse import files, making, writing

    found = files.read(folder)
    assert found is not None
    assert found.last_day is not None
    with files.writing(folder) as work, closing(writing.connect(work)) as con:
        before = time.process_time()
        took = seconds(lambda: making.measured(con, folder, found))
        cpu = time.process_time() - before
    yield Figure("all measures counted", took, "s", 10 if FULL else None, how)
    yield Figure("all measures counted, CPU", cpu, "s", None, how)
    months = numbers.months_until(found.last_day, 12)
    numbers.folder = lambda: folder

    def first() -> None:
        numbers._rows.cache_clear()
        numbers.rows(found, months)

    yield Figure("the overview's numbers read at first, p95", p95(first, 20), "ms", 150, how)
    yield Figure("the same, CPU", _spent(lambda: [first() for _ in range(20)]) / 20 * 1000, "ms", None, how)
    yield Figure("and again, p95", p95(lambda: numbers.rows(found, months), 20), "ms", 150, how)
    parts = dict(a_day_later(folder))
    said = ", ".join(f"{name} {spent:.1f}" for name, spent in parts.items())
    yield Figure("a day later, CPU", sum(parts.values()), "s", None, f"{how}: {said}; without reading the ledger")
    return cpu
