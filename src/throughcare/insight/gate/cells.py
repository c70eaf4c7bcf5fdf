"""Every count that a table tells or lets one work out, each under one name wherever it stands, and how they add up.

A cell's name leaves out what is not divided ("all", "state"), so that two tables which share a margin share its cells.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from .tables import Dimension, Identity, Period, Table

PERIOD = "period"
At = tuple[str, ...]  # one node per dimension of the table, in its order


class Cell(NamedTuple):
    """One count: of what, and where."""

    quantity: str
    at: tuple[tuple[str, str], ...]


class Row(NamedTuple):
    """What is known to hold: low ≤ sum of weight × cell ≤ high."""

    cells: tuple[Cell, ...]
    weights: tuple[int, ...]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of one row of a draft."""

    numerator: int
    denominator: float


@dataclass(frozen=True, slots=True)
class Draft:
    """A table filled for one period: every row of its lattice; true counts, which never leave the gate."""

    table: Table
    period: Period
    rows: Mapping[At, Counts]

    def counts(self) -> Iterator[tuple[Cell, int, At]]:
        """Give each cell of the draft with its true count and the row it is told by."""
        for at, row in self.rows.items():
            met, *others = self.table.quantities
            yield cell_at(self.table, met, self.period.id, at), row.numerator, at
            if others:
                whole = int(row.denominator)
                yield cell_at(self.table, others[0], self.period.id, at), whole - row.numerator, at
                yield cell_at(self.table, others[1], self.period.id, at), whole, at


def cell_at(table: Table, quantity: str, period: str, at: At) -> Cell:
    """Return the name of a count at these nodes of the table."""
    places = [(one.id, node) for one, node in zip(table.dimensions, at, strict=True) if node != one.top]
    return Cell(quantity, tuple(sorted([*places, (PERIOD, period)])))


def lattice(table: Table) -> list[At]:
    """List every row of a table: each node of each dimension with each of the others."""
    return [tuple(at) for at in product(*([node.id for node in one.axis.nodes] for one in table.dimensions))]


def added_up(table: Table, leaves: Mapping[At, Counts]) -> dict[At, Counts]:
    """Return all rows of a table from its finest ones; only for dimensions that add up."""
    rows = {at: (counts.numerator, counts.denominator) for at, counts in leaves.items()}
    for place, one in enumerate(table.dimensions):
        for parent, children in reversed(one.children().items()):
            others = {at[:place] + at[place + 1 :] for at in rows if at[place] in children}
            for rest in others:
                parts = [rows.get((*rest[:place], child, *rest[place:]), (0, 0)) for child in children]
                rows[(*rest[:place], parent, *rest[place:])] = (sum(n for n, _ in parts), sum(d for _, d in parts))
    return {at: Counts(*rows.get(at, (0, 0))) for at in lattice(table)}


def rows_within(table: Table, period: str) -> Iterator[Row]:
    """Give what holds between the cells of one table in one period."""
    for quantity in table.quantities:
        for place, one in enumerate(table.dimensions):
            yield from _along(table, quantity, period, place, one)
    if table.has_complement:
        met, rest, whole = table.quantities
        for at in lattice(table):
            parts = [cell_at(table, name, period, at) for name in (met, rest)]
            yield _sums(cell_at(table, whole, period, at), parts)


def _along(table: Table, quantity: str, period: str, place: int, one: Dimension) -> Iterator[Row]:
    spans = [[node.id for node in other.axis.nodes] for number, other in enumerate(table.dimensions) if number != place]
    for parent, children in one.children().items():
        for rest in product(*spans):
            total, *parts = (
                cell_at(table, quantity, period, (*rest[:place], node, *rest[place:])) for node in (parent, *children)
            )
            yield from _total(total, parts, adds=one.adds)


def rows_over_time(table: Table, period: Period, exists: Callable[[Cell], bool]) -> Iterator[Row]:
    """Give what holds between a longer period and its quarters, as far as these are counted."""
    if table.over_time == "none" or period.quarters == (period.id,):
        return
    for quantity in table.quantities:
        for at in lattice(table):
            total = cell_at(table, quantity, period.id, at)
            parts = [cell_at(table, quantity, quarter, at) for quarter in period.quarters]
            there = [part for part in parts if exists(part)]
            if not there:
                continue
            if table.over_time == "sum" and len(there) < len(parts):
                yield _at_most(there, total)
            elif table.over_time == "sum" or len(there) == len(parts):
                yield from _total(total, parts, adds=table.over_time == "sum")
            else:
                yield from (_at_most([part], total) for part in there)


def rows_of_identity(identity: Identity, cells: Mapping[Cell, int]) -> Iterator[Row]:
    """Give an identity for every count that it speaks of."""
    here, there = dict(identity.here), dict(identity.there)
    for cell in cells:
        places = dict(cell.at)
        if not all(places.get(name) == node for name, node in here.items()):
            continue
        for name in here:
            places.pop(name, None)
        clash = any(places.get(name, node) != node for name, node in there.items())
        same = Cell(cell.quantity, tuple(sorted({**places, **there}.items())))
        if not clash and same in cells and same != cell:
            yield _sums(cell, [same])


def _total(total: Cell, parts: list[Cell], *, adds: bool) -> Iterator[Row]:
    if adds:
        yield _sums(total, parts)
        return
    yield Row((total, *parts), (1, *(-1 for _ in parts)), float("-inf"), 0)
    yield from (_at_most([part], total) for part in parts)


def _sums(total: Cell, parts: list[Cell]) -> Row:
    return Row((total, *parts), (1, *(-1 for _ in parts)), 0, 0)


def _at_most(parts: list[Cell], total: Cell) -> Row:
    return Row((total, *parts), (1, *(-1 for _ in parts)), 0, float("inf"))
