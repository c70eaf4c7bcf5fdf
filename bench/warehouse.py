"""The warehouse and its measures: counting all of them over years, one day's dashboard, at one size and at ten times that size.

`SIZE=full` is a state: 12,000 people, 60 months, 65 million doses (needs 15 GB of disk and an hour to make); otherwise 60 people over
12 months, and 600, from which the full size is reckoned: what each size took in CPU is a fixed part and a part for each person and
month. Reckoned is not measured, and says so. Made tables (`made_warehouse`): nothing of a ledger is read here.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Generator, Iterator
from datetime import date
from pathlib import Path

from bench.measure import Figure, p95, seconds

FULL = os.environ.get("SIZE") == "full"
SIZES = ((1_200, 60), (12_000, 60)) if FULL else ((60, 12), (600, 12))
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


def _figures(folder: Path, how: str) -> Generator[Figure, None, float]:
    from throughcare.insight import numbers
    from throughcare.insight.warehouse import files, making

    found = files.read(folder)
    assert found is not None
    assert found.last_day is not None
    with files.writing(folder) as work:
        before = time.process_time()
        took = seconds(lambda: making.with_results(folder, work, found))
        cpu = time.process_time() - before
    yield Figure("all measures counted", took, "s", 10 if FULL else None, how)
    yield Figure("all measures counted, CPU", cpu, "s", None, how)
    months = numbers.months_until(found.last_day, 12)
    numbers.folder = lambda: folder

    def first() -> None:
        numbers._rows.cache_clear()
        numbers.rows(found, months)

    yield Figure("the overview's numbers read at first, p95", p95(first, 20), "ms", 150, how)
    yield Figure("and again, p95", p95(lambda: numbers.rows(found, months), 20), "ms", 150, how)
    return cpu
