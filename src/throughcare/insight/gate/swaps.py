"""Swaps: the smallest tables that the public can't tell from the true one, found without a solver.

In a table whose sums are told, one count can be larger if a sibling in the same line is smaller, and the same crosswise in every
other division: eight counts of a table with three divisions, and as many of those who were not. Each swap is checked against all
that is known before it counts as proof, so that it can only miss what a linear program would find, never claim too much.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from .board import Board, Variable
from .cells import PERIOD, cell_at, lattice
from .tables import Dimension, Table

NEAR = 1e-6
CLOSEST = 5  # siblings that are tried in each division, the cheapest first
Signed = tuple[tuple[str, int], ...]  # nodes of one division, each with the way it moves


@dataclass(frozen=True, slots=True)
class Move:
    """A table that the public can't tell from the true one once `hide` is hidden."""

    hide: list[int]
    places: list[int]
    values: list[float]


def slack(one: Variable, cost: float, *, by_code: bool) -> tuple[float, float, float]:
    """Return how far a count may move up and down in a table that the public can't rule out, and what hiding it costs."""
    if one.may_be_hidden:
        down = one.value - (one.rules.small_to + 1) if one.about_persons and by_code else one.value
        return float("inf"), float(max(down, 0)), cost
    low, high = one.coded() if by_code else one.uncoded()
    return max(high - one.value, 0.0), max(one.value - low, 0.0), 0.0


def cost(one: Variable) -> float:
    """Return what is lost by hiding a count: large ones, totals and denominators are what people come for."""
    depth = len(one.cell.at)
    kind = 3.0 if one.cell.quantity.endswith(":all") else 1.0
    return float(kind * (1 + one.value) ** 0.5 * 4.0 ** max(0, 3 - depth))


class Swaps:
    """Finds swaps on a board; tables are known by what they count."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._tables = {quantity: table for table, _ in board.spans() for quantity in table.quantities}
        self._places = {
            (table.id, quantity, period.id, at): place
            for table, period in board.spans()
            for at in lattice(table)
            for quantity in table.quantities
            if (place := board.now.get(cell_at(table, quantity, period.id, at))) is not None
        }
        self._options: dict[tuple[str, str], list[Signed]] = {}
        self._slack: dict[bool, dict[int, tuple[str, float, float, float, bool]]] = {False: {}, True: {}}

    def find(self, target: int, by: float, *, by_code: bool, may_hide: bool) -> Move | None:
        """Return the cheapest swap found that moves the target by so much; without hiding anything more, unless it may."""
        cell = self.board.variables[target].cell
        table = self._tables.get(cell.quantity)
        if table is None or not all(one.adds for one in table.dimensions):
            return None
        nodes, period = dict(cell.at), dict(cell.at)[PERIOD]
        at = [nodes.get(one.id, one.top) for one in table.dimensions]
        best: tuple[float, Move] | None = None
        for parts in _quantities(table, cell.quantity):
            for signs in product(*self._near(table, parts, period, at, by, by_code=by_code, may_hide=may_hide)):
                below = best[0] if best else float("inf")
                found = self._weigh(table, parts, period, signs, by, below, by_code=by_code, may_hide=may_hide)
                if found is not None and self._holds(found[1]):
                    best = found
                if best is not None and not best[0]:
                    return best[1]
        return best[1] if best else None

    def _near(
        self, table: Table, parts: Signed, period: str, at: list[str], by: float, *, by_code: bool, may_hide: bool
    ) -> list[list[Signed]]:
        """Return for each division the few ways to swap that cost least where the others stay."""
        found = []
        for place, one in enumerate(table.dimensions):
            priced, free = [], 0
            still: list[Signed] = [((node, 1),) for node in at]
            for number, signed in enumerate(self._ways(one, at[place])):
                still[place] = signed
                weighed = self._weigh(
                    table, parts, period, tuple(still), by, float("inf"), by_code=by_code, may_hide=may_hide
                )
                if weighed is not None:
                    priced.append((weighed[0], number, signed))
                    free += not weighed[0]
                if free == CLOSEST:
                    break  # none that follows is cheaper than nothing
            found.append([signed for _, _, signed in sorted(priced)[:CLOSEST]])
        return found

    def _ways(self, one: Dimension, node: str) -> list[Signed]:
        key = (one.id, node)
        if key not in self._options:
            children = one.children()
            siblings = next((among for among in children.values() if node in among), ())
            if not siblings:
                self._options[key] = [tuple((n, 1) for n in path) for path in _down(children, node)]
            else:
                own = next(_down(children, node))
                self._options[key] = [
                    (*((n, 1) for n in own), *((n, -1) for n in path))
                    for other in siblings
                    if other != node
                    for path in _down(children, other)
                ]
        return self._options[key]

    def _weigh(
        self,
        table: Table,
        parts: Signed,
        period: str,
        signs: tuple[Signed, ...],
        by: float,
        below: float,
        *,
        by_code: bool,
        may_hide: bool,
    ) -> tuple[float, Move] | None:
        """Return what a swap costs and the table it leads to; None where a count can't move so far, or it costs as much as another."""
        price, move = 0.0, Move([], [], [])
        for quantity, sign in parts:
            for nodes in product(*signs):
                way = sign
                for _, one in nodes:
                    way *= one
                place = self._places.get((table.id, quantity, period, tuple(n for n, _ in nodes)))
                if place is None:
                    return None
                up, down, lost, may_be_hidden = self._slack_of(place, by_code=by_code)
                step = way * by
                if step > up + NEAR or -step > down + NEAR:
                    return None
                variable = self.board.variables[place]
                value = variable.value + step
                if may_be_hidden and not variable.low - NEAR <= value <= variable.high + NEAR:
                    if not may_hide:
                        return None
                    price += lost
                    if price >= below:
                        return None
                    move.hide.append(place)
                move.places.append(place)
                move.values.append(value)
        return price, move

    def _slack_of(self, place: int, *, by_code: bool) -> tuple[float, float, float, bool]:
        """Return how far a count may move, what hiding it costs and whether it may be hidden; worked out anew once it was hidden."""
        variable = self.board.variables[place]
        kept = self._slack[by_code].get(place)
        if kept is None or kept[0] != variable.code:
            kept = (
                variable.code,
                *slack(variable, cost(variable), by_code=by_code),
                variable.may_be_hidden,
            )
            self._slack[by_code][place] = kept
        return kept[1:]

    def _holds(self, move: Move) -> bool:
        """Check everything that is known of the counts that move."""
        changed = dict(zip(move.places, move.values, strict=True))
        variables = self.board.variables
        for row in {row for place in move.places for row in variables[place].rows}:
            places, weights, low, high = self.board.rows[row]
            now = sum(w * changed.get(p, variables[p].value) for p, w in zip(places, weights, strict=True))
            if not low - NEAR <= now <= high + NEAR:
                return False
        return True


def _quantities(table: Table, target: str) -> list[Signed]:
    """Return which counts move with the target, and which way: those who were, those who were not, and all of them."""
    if not table.has_complement:
        return [((target, 1),)]
    met, rest, whole = table.quantities
    if target == whole:
        return [((whole, 1), (met, 1)), ((whole, 1), (rest, 1))]
    other = rest if target == met else met
    return [((target, 1), (other, -1)), ((target, 1), (whole, 1))]


def _down(children: dict[str, tuple[str, ...]], node: str) -> Iterator[tuple[str, ...]]:
    """Give the ways from a node down to a finest one, itself first."""
    if not children.get(node):
        yield (node,)
        return
    for child in children[node]:
        for path in _down(children, child):
            yield (node, *path)


__all__ = ["Move", "Swaps", "cost", "slack"]
