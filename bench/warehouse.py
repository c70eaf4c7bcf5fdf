"""The warehouse and its measures: counting all of them over years, one day's dashboard, at one size and at ten times that size.

`SIZE=full` is a state: 12,000 people, 60 months, 65 million doses (needs 15 GB of disk and an hour to make); otherwise 1,200 people
over 12 months, and 120. Made tables (`made_warehouse`): nothing of a ledger is read here.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bench.measure import Figure, p95, seconds

FULL = os.environ.get("SIZE") == "full"
SIZES = ((1_200, 60), (12_000, 60)) if FULL else ((120, 12), (1_200, 12))


def figures() -> Iterator[Figure]:
    """Count every measure, and read the pages' numbers, at both sizes."""
    os.environ.update(THROUGHCARE_MODE="test", THROUGHCARE_HOME=tempfile.mkdtemp())
    from throughcare.app import house

    house.django_ready()
    from bench import made_warehouse
    from throughcare.duties import clock_table

    rules = list(clock_table.rules(date(2026, 11, 1)))[:40]
    for people, count in SIZES:
        folder = Path(tempfile.mkdtemp(prefix="warehouse-"))
        try:
            state = made_warehouse.make(
                folder,
                people=people,
                months=made_warehouse.months("2022-01" if FULL else "2025-11", count),
                rules=rules,
            )
            yield from _figures(folder, state, f"{people:,} people, {count} months, {state.rows('dose'):,} doses")
        finally:
            shutil.rmtree(folder)


def _figures(folder: Path, state: object, how: str) -> Iterator[Figure]:
    from throughcare.insight import reads
    from throughcare.insight.warehouse import files, making

    found = files.read(folder)
    assert found is not None
    assert found.last_day is not None
    with files.writing(folder) as work:
        took = seconds(lambda: making.with_results(folder, work, found))
    yield Figure("all measures counted", took, "s", 10 if FULL else None, how)
    months = reads.months_until(found.last_day, 12)
    reads.folder = lambda: folder
    yield Figure("the overview's numbers read, p95", p95(lambda: reads._rows(found, months), 20), "ms", 150, how)
