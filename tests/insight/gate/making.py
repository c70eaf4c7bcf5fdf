"""Made tables for the tests of the gate: dimensions, counts at chance, and drafts of them."""

import random

from throughcare.insight.gate.cells import Counts, Draft, added_up
from throughcare.insight.gate.periods import period_of
from throughcare.insight.gate.tables import Dimension, Rules, Table, dimension_from

RULES = Rules()


def words(text: str) -> dict[str, str]:
    return {"en": text, "es": text}


def dimension(
    name: str, *leaves: str, top: str = "all", groups: dict[str, tuple[str, ...]] | None = None, **more
) -> Dimension:
    """Make a dimension: top, groups (name → leaves) if any, and leaves."""
    nodes = [{"id": top, "title": words(top)}]
    parent = {leaf: group for group, members in (groups or {}).items() for leaf in members}
    nodes += [{"id": group, "title": words(group), "parent": top} for group in groups or {}]
    nodes += [{"id": leaf, "title": words(leaf), "parent": parent.get(leaf, top)} for leaf in leaves]
    return dimension_from({"id": name, "title": words(name), "nodes": nodes, **more})


def table(*dimensions: Dimension, kind: str = "person", id: str = "T", **more) -> Table:
    settings = {"measure": "M", "unit": "percent", "version": "1", "domain": "test", "rules": RULES} | more
    say = words("words")
    return Table(
        id=id, kind=kind, dimensions=dimensions, title=say, summary=say, numerator=say, denominator=say, **settings
    )


def draft(
    of: Table, leaves: dict[tuple[str, ...], tuple[int, float]], quarter: str = "2026-Q1", span: str = "quarter"
) -> Draft:
    period = period_of(span, quarter)
    assert period is not None
    return Draft(of, period, added_up(of, {at: Counts(*pair) for at, pair in leaves.items()}))


def leaves_of(of: Table) -> list[tuple[str, ...]]:
    from itertools import product

    parents = [one.children() for one in of.dimensions]
    ends = [
        [n.id for n in one.axis.nodes if n.id not in below] for one, below in zip(of.dimensions, parents, strict=True)
    ]
    return [tuple(at) for at in product(*ends)]


def at_chance(of: Table, seed: int, quarter: str = "2026-Q1", *, people: int = 60, share: float = 0.2) -> Draft:
    """Fill a table at chance: many small counts, some none, a few large."""
    chance = random.Random(seed)
    filled = {}
    for at in leaves_of(of):
        whole = int(chance.choice([0, chance.uniform(1, 15), chance.expovariate(1 / people), people * 4]))
        filled[at] = (sum(chance.random() < share for _ in range(whole)), whole)
    return draft(of, filled, quarter)
