"""The publish gate: a table of 10,000 cells, and one quarter against twenty earlier editions (made counts; no database)."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bench.measure import Figure, seconds
from throughcare.insight.gate import demonstration, registry
from throughcare.insight.gate.board import Told
from throughcare.insight.gate.cells import Counts, Draft, added_up
from throughcare.insight.gate.periods import period_of, previous
from throughcare.insight.gate.release import Release, decide
from throughcare.insight.gate.tables import Dimension, Table, dimension_from

SIDE = 99
EDITIONS = 20
LAST = "2026-Q1"


def figures() -> Iterator[Figure]:
    """Give the gate's figures."""
    wide = _wide()
    released: list[Release] = []
    taken = seconds(lambda: released.append(decide("wide", [wide])))
    hidden = sum(not row.numerator.is_shown for row in released[0].tables[0].rows)
    how = f"{len(wide.rows)} cells, {hidden} hidden, {len(released[0].exposed)} within reach"
    yield Figure("suppression of a 10,000-cell table", taken, "s", 10.0, how)
    earlier: list[Told] = []
    for back in range(EDITIONS, 0, -1):
        quarter = previous(LAST, back)
        earlier.append(decide(quarter, demonstration.drafts(quarter), earlier, identities=registry.identities()).told)
    now = demonstration.drafts(LAST)
    taken = seconds(lambda: released.append(decide(LAST, now, earlier, identities=registry.identities())))
    cells = sum(len(told.cells) for told in earlier)
    how = f"{len(now)} tables; {cells} cells told before; {len(released[-1].exposed)} within reach"
    yield Figure("one quarter against 20 editions", taken, "s", 600.0, how)


def _wide() -> Draft:
    """Fill a table of 100 by 100 with many small counts."""
    chance = random.Random(1)
    say = {"en": "made", "es": "hecho"}
    dimensions = tuple(_line(name, say) for name in ("rows", "columns"))
    table = Table("wide", "person", "1", "wide", say, say, "made", say, say, dimensions, unit="count")
    leaves = {
        (f"rows{row}", f"columns{column}"): Counts(
            int(chance.choice([0, chance.uniform(1, 15), chance.expovariate(0.01)])), 0
        )
        for row in range(SIDE)
        for column in range(SIDE)
    }
    period = period_of("quarter", LAST)
    assert period is not None
    return Draft(table, period, added_up(table, leaves))


def _line(name: str, say: dict[str, str]) -> Dimension:
    nodes = [{"id": "all", "title": say}]
    nodes += [{"id": f"{name}{place}", "title": say, "parent": "all"} for place in range(SIDE)]
    return dimension_from({"id": name, "title": say, "nodes": nodes})
