"""The publish gate: tables of 10,000 cells in two and in three divisions, and one quarter against twenty earlier editions (made counts; no database)."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from functools import partial
from itertools import product

from bench.measure import Figure, seconds
from throughcare.insight.gate import demonstration, registry
from throughcare.insight.gate.board import Told
from throughcare.insight.gate.cells import Counts, Draft, added_up
from throughcare.insight.gate.periods import period_of, previous
from throughcare.insight.gate.release import Release, decide
from throughcare.insight.gate.tables import Dimension, Table, dimension_from

SIDE, EDGE = 99, 20
EDITIONS = 20
LAST = "2026-Q1"


def figures() -> Iterator[Figure]:
    """Give the gate's figures."""
    released: list[Release] = []
    for name, made in (("two", _made(("rows", "columns"), SIDE)), ("three", _made(("rows", "columns", "depth"), EDGE))):
        before = time.process_time()
        taken = seconds(partial(_decided, released, made))
        cpu = time.process_time() - before
        hidden = sum(not row.numerator.is_shown for row in released[-1].tables[0].rows)
        how = f"{len(made.rows)} cells, {hidden} hidden, {len(released[-1].exposed)} within reach; {cpu:.1f} s of CPU"
        yield Figure(f"suppression of a 10,000-cell table in {name} divisions", taken, "s", 10.0, how)
    earlier: list[Told] = []
    for back in range(EDITIONS, 0, -1):
        quarter = previous(LAST, back)
        earlier.append(decide(quarter, demonstration.drafts(quarter), earlier, identities=registry.identities()).told)
    now = demonstration.drafts(LAST)
    taken = seconds(lambda: released.append(decide(LAST, now, earlier, identities=registry.identities())))
    cells = sum(len(told.cells) for told in earlier)
    how = f"{len(now)} tables; {cells} cells told before; {len(released[-1].exposed)} within reach"
    yield Figure("one quarter against 20 editions", taken, "s", 600.0, how)


def _decided(released: list[Release], made: Draft) -> None:
    released.append(decide("made", [made]))


def _made(names: tuple[str, ...], side: int) -> Draft:
    """Fill a table of so many places each way with many small counts."""
    chance = random.Random(1)
    say = {"en": "made", "es": "hecho"}
    dimensions = tuple(_line(name, say, side) for name in names)
    table = Table("wide", "person", "1", "wide", say, say, "made", say, say, dimensions, unit="count")
    leaves = {
        tuple(f"{name}{place}" for name, place in zip(names, at, strict=True)): Counts(
            int(chance.choice([0, chance.uniform(1, 15), chance.expovariate(0.01)])), 0
        )
        for at in product(range(side), repeat=len(names))
    }
    period = period_of("quarter", LAST)
    assert period is not None
    return Draft(table, period, added_up(table, leaves))


def _line(name: str, say: dict[str, str], side: int) -> Dimension:
    nodes = [{"id": "all", "title": say}]
    nodes += [{"id": f"{name}{place}", "title": say, "parent": "all"} for place in range(side)]
    return dimension_from({"id": name, "title": say, "nodes": nodes})
