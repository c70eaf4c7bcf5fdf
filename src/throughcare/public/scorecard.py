"""The scorecard: measures as all standing editions together show them, ready to be drawn. Editions in, plain rows out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from throughcare.insight.gate import editions
from throughcare.insight.gate.editions import Axis, Edition, Listed, Node, PublishedRow, PublishedTable, Shown

STATE, ALL = "state", "all"
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Point:
    """One period's figure."""

    period: str
    title: Words
    row: PublishedRow


@dataclass(frozen=True, slots=True)
class Place:
    """One facility's figures, newest last."""

    node: Node
    points: tuple[Point, ...]

    @property
    def now(self) -> PublishedRow:
        """Return the newest figure."""
        return self.points[-1].row


@dataclass(frozen=True, slots=True)
class Stratum:
    """One group's newest figure."""

    node: Node
    row: PublishedRow


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: what it means, how the whole state does, and each site."""

    id: str
    version: str
    kind: str
    domain: str
    title: Words
    summary: Words
    numerator: Words
    denominator: Words
    unit: str
    direction: str
    rounding: int
    edition: str
    files: Mapping[str, str]
    trend: tuple[Point, ...]
    sites: tuple[Place, ...]
    strata: tuple[tuple[Words, tuple[Stratum, ...]], ...]

    @property
    def now(self) -> PublishedRow | None:
        """Return the newest figure of the whole state."""
        return self.trend[-1].row if self.trend else None

    @property
    def change(self) -> str:
        """Say better, worse, or unclear: clear only where neither figure lies in the other's range."""
        return change(self.trend, self.direction)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What the newest standing edition says, with the trend from all that stand."""

    root: Path
    edition: Edition | None
    listed: tuple[Listed, ...]
    standing: tuple[Edition, ...]
    measures: tuple[Measure, ...]
    demonstration: bool

    def sites(self) -> tuple[Node, ...]:
        """List the facilities that any measure shows, by name."""
        found = {place.node.id: place.node for measure in self.measures for place in measure.sites}
        return tuple(sorted(found.values(), key=lambda node: node.title["en"]))

    def headline(self, count: int = 6) -> tuple[Measure, ...]:
        """Choose what stands first: whole-population measures, one of each domain in turn."""
        groups = [[m for m in measures if not m.strata] for _, measures in self.domains()]
        turns = [m for turn in zip_longest(*groups) for m in turn if m is not None]
        return tuple(turns[:count])

    def domains(self) -> tuple[tuple[str, tuple[Measure, ...]], ...]:
        """Group the measures by domain, in the order in which the edition lists them."""
        names = dict.fromkeys(measure.domain for measure in self.measures)
        return tuple((name, tuple(m for m in self.measures if m.domain == name)) for name in names)


def read(root: Path) -> Scorecard:
    """Read all that is published under a folder; nothing published is an empty scorecard."""
    standing = editions.standing(root)
    newest = standing[0] if standing else None
    tables = [(edition, [edition.table(name) for name in edition.tables]) for edition in standing]
    demonstration = any(editions.read(root, one.id).demonstration for one in editions.listed(root))
    measures = tuple(_measure(table, newest, tables) for table in tables[0][1]) if newest else ()
    return Scorecard(root, newest, editions.listed(root), standing, measures, demonstration)


def change(points: tuple[Point, ...], direction: str) -> str:
    """Say how the newest figure stands to the one before: better, worse, higher, lower, unclear, or nothing if there is none."""
    shown = [point.row for point in points if point.row.value.number is not None]
    if len(shown) < 2 or not points[-1].row.value.is_shown:
        return ""
    before, now = shown[-2], shown[-1]
    if _within(now, before) or _within(before, now):
        return "unclear"
    rose = (now.value.number or 0) > (before.value.number or 0)
    if direction not in ("higher", "lower"):
        return "higher" if rose else "lower"
    return "better" if rose is (direction == "higher") else "worse"


def _within(row: PublishedRow, other: PublishedRow) -> bool:
    number = row.value.number
    if number is None or other.low is None or other.high is None:
        return True
    return other.low <= number <= other.high


def _measure(table: PublishedTable, newest: Edition, tables: Iterable[tuple[Edition, list[PublishedTable]]]) -> Measure:
    same = [t for _, listed in tables for t in listed if t.id == table.id]  # newest edition first
    said: Mapping[str, Any] = table.measure
    return Measure(
        id=table.id,
        version=str(said.get("version", table.version)),
        kind=table.kind,
        domain=table.domain,
        title=table.title,
        summary=table.summary,
        numerator=said.get("numerator", {}),
        denominator=said.get("denominator", {}),
        unit=said.get("unit", "percent"),
        direction=said.get("direction", "none"),
        rounding=table.rounding,
        edition=newest.id,
        files=table.files,
        trend=_points(same, STATE),
        sites=_sites(table, same),
        strata=_strata(table),
    )


def _axis(table: PublishedTable, id: str) -> Axis | None:
    return next((axis for axis in table.axes if axis.id == id), None)


def _whole(table: PublishedTable, **at: str) -> tuple[PublishedRow, ...]:
    """Return the rows at these nodes and at the top of every other dimension but the period."""
    other = {axis.id: ALL for axis in table.axes if axis.id not in ("period", "facility", *at)}
    if _axis(table, "facility") is not None and "facility" not in at:
        other["facility"] = STATE
    return table.rows_at(**other, **at)


def _points(same: list[PublishedTable], facility: str) -> tuple[Point, ...]:
    """Return a place's figure of each shortest period; where two editions show one, the newer's."""
    found: dict[str, Point] = {}
    for table in same:
        axis = _axis(table, "facility")
        if axis is not None and all(node.id != facility for node in axis.nodes):
            continue
        rows = _whole(table, facility=facility) if axis is not None else _whole(table)
        for row in rows:
            point = _point(table, row)
            if point is not None:
                found.setdefault(point.period, point)
    return tuple(found[period] for period in sorted(found))


def _point(table: PublishedTable, row: PublishedRow) -> Point | None:
    axis = _axis(table, "period")
    if axis is None:
        return None
    parents = {node.parent for node in axis.nodes}
    node = axis.node(row.at["period"])
    return None if node.id in parents else Point(node.id, node.title, row)


def _sites(table: PublishedTable, same: list[PublishedTable]) -> tuple[Place, ...]:
    axis = _axis(table, "facility")
    if axis is None:
        return ()
    above = {node.parent for node in axis.nodes}
    places = [Place(node, _points(same, node.id)) for node in axis.nodes if node.id != STATE and node.id not in above]
    return tuple(place for place in places if place.points)


def _strata(table: PublishedTable) -> tuple[tuple[Words, tuple[Stratum, ...]], ...]:
    found = []
    for axis in table.axes:
        if axis.id in ("period", "facility"):
            continue
        last = _last_period(table)
        groups = tuple(
            Stratum(node, row)
            for node in axis.nodes
            if node.id != ALL
            for row in _whole(table, **{axis.id: node.id})
            if row.at.get("period") == last
        )
        found.append((axis.title, groups))
    return tuple(found)


def _last_period(table: PublishedTable) -> str | None:
    axis = _axis(table, "period")
    if axis is None:
        return None
    parents = {node.parent for node in axis.nodes}
    return max((node.id for node in axis.nodes if node.id not in parents), default=None)


def reason(shown: Shown) -> str:
    """Return why a number is not shown, or nothing where it is."""
    return shown.reason or ""
