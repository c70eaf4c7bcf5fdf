"""An invented agency's scorecard, through the real gate: invented sites, invented shares, the same on every machine."""

import hashlib
import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

from throughcare.kernel import content

from . import registry, writing
from .board import Told
from .cells import At, Counts, Draft, added_up
from .editions import Edition, Listed, PublishedTable
from .periods import period_of, words_of
from .release import decide
from .tables import BadTable, Dimension, Table, dimension_from

FILE = "gate/demonstration.toml"
WOMEN_AT = "demo-fern"


def publish(root: Path) -> list[str]:
    """Write the demonstration's editions under `root`, oldest first, and return their names."""
    listed: list[Listed] = []
    for edition, tables in editions(root):
        listed.append(Listed(edition.id, edition.period["id"], edition.published_on))
        writing.write(root, writing.files_of(edition, tables), edition.id, listed)
    return [one.id for one in listed]


def editions(root: Path) -> Iterator[tuple[Edition, tuple[PublishedTable, ...]]]:
    """Give each invented edition with its tables, each decided after all before it."""
    body = content.load(FILE)
    earlier: list[Told] = []
    for quarter in body["quarters"]:
        release = decide(quarter, drafts(quarter), earlier, identities=registry.identities())
        if not release.may_be_published:
            raise BadTable(f"The invented edition [{quarter}] leaves a hidden count within reach. Change its shares.")
        earlier.append(release.told)
        yield _edition(root, quarter, body, tuple(one.id for one in release.tables)), release.tables


def drafts(quarter: str) -> list[Draft]:
    """Return every registered table filled with invented counts."""
    body = content.load(FILE)
    place = dimension_from(body["facility"])
    period = period_of("quarter", quarter)
    if period is None:
        raise BadTable(f"[{quarter}] is no quarter.")
    tables = list(registry.tables(place).values())
    return [Draft(one, period, _rows(one, tables, quarter, body)) for one in tables]


def _rows(table: Table, tables: list[Table], quarter: str, body: Mapping[str, Any]) -> dict[At, Counts]:
    """Fill a table from groups that are counted once for all tables of its measure."""
    groups = {one.id: one for other in tables if other.measure == table.measure for one in other.dimensions}
    leaves: dict[At, Counts] = {}
    for nodes, met, people in _counted(
        table.measure, [one for one in groups.values() if one.id != "facility"], quarter, body
    ):
        at = tuple(nodes[one.id] for one in table.dimensions)
        before = leaves.get(at, Counts(0, 0))
        leaves[at] = Counts(before.numerator + met, before.denominator + people)
    return added_up(table, leaves)


def _counted(
    measure: str, groups: list[Dimension], quarter: str, body: Mapping[str, Any]
) -> Iterator[tuple[dict[str, str], int, int]]:
    figures = next(row for row in body["measure"] if row["id"] == measure)
    chance = _chance(measure, quarter)
    for number, site in enumerate(body["site"]):
        for share, nodes in _shares(groups):
            if nodes.get("sex") == ("men" if site["id"] == WOMEN_AT else "women"):
                continue
            people = round(figures["a_quarter"] * site["share"] * share * chance.uniform(0.94, 1.06))
            percent = figures["percent"] - 2.2 * number * chance.random() + _trend(measure, quarter)
            spread = chance.gauss(0, (people * percent * max(0.0, 100 - percent)) ** 0.5 / 100)
            met = round(people * percent / 100 + spread)
            yield {**nodes, "facility": site["id"]}, max(0, min(met, people)), people


def _shares(groups: list[Dimension]) -> Iterator[tuple[float, dict[str, str]]]:
    leaves = [[node.id for node in one.axis.nodes if node.parent is not None] for one in groups]
    for nodes in product(*leaves):
        share = 1.0
        for node, group in zip(nodes, leaves, strict=True):
            if "women" not in group:  # sex goes by site
                share *= 2 * (len(group) - group.index(node)) / (len(group) * (len(group) + 1))
        yield share, dict(zip((one.id for one in groups), nodes, strict=True))


def _chance(*names: Any) -> random.Random:
    seed = hashlib.sha256(repr(names).encode()).digest()
    return random.Random(int.from_bytes(seed[:8]))  # noqa: S311 (invented numbers, the same each time)


def _trend(measure: str, quarter: str) -> float:
    year, number = quarter.split("-Q")
    steps = int(year) * 4 + int(number) - 8102
    return steps * (0.9 if len(measure) % 3 else -0.6)


def _edition(root: Path, quarter: str, body: Mapping[str, Any], tables: tuple[str, ...]) -> Edition:
    period = period_of("quarter", quarter)
    if period is None:
        raise BadTable(f"[{quarter}] is no quarter.")
    on = period.end + timedelta(days=body["published_after_days"])
    signed = tuple({"part": part, "on": (on - timedelta(days=1)).isoformat()} for part in ("clinical", "privacy"))
    span = {"id": quarter, "start": period.start.isoformat(), "end": period.end.isoformat()}
    return Edition(
        quarter, root / quarter, span, words_of(quarter), on.isoformat(), True, None, (), signed, tuple(sorted(tables))
    )
