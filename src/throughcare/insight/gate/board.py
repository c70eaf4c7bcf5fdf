"""Everything that the gate knows at once: each count of this draft and of every earlier edition, what the public knows of
it, and all that must hold between them. A count that an edition corrected stands twice, once as it was and once as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .cells import Cell, Row, rows_of_identity, rows_over_time, rows_within
from .primary import BASE, COMPLEMENT, SMALL
from .tables import PERSON, BadTable, Identity, Period, Rules, Table

TOLD, HIDDEN, CHANGE = "", "hidden", "change"
FREE = float("inf")


@dataclass(frozen=True, slots=True)
class Known:
    """One count as an edition left it: the truth, and what was told (a range; none) or why not."""

    value: int
    low: float = 0
    high: float = FREE
    code: str = HIDDEN


@dataclass(frozen=True, slots=True)
class Told:
    """What one edition told, with the truth behind it; kept inside the gate for those that follow."""

    edition: str
    tables: tuple[tuple[Table, Period], ...]
    cells: Mapping[Cell, Known]


@dataclass(slots=True)
class Variable:
    """One count on the board."""

    cell: Cell
    value: int
    rules: Rules
    about_persons: bool
    low: float = 0
    high: float = FREE
    code: str = HIDDEN
    editable: bool = False
    rows: list[int] = field(default_factory=list)

    @property
    def is_exact(self) -> bool:
        """Say whether the public knows this count."""
        return self.code == TOLD and self.low == self.high

    @property
    def may_be_hidden(self) -> bool:
        """Say whether the gate may still choose to hide it: told by this draft alone, and more than nothing."""
        return self.editable and self.code == TOLD and self.value > 0

    @property
    def is_guarded(self) -> bool:
        """Say whether its range must stay wide."""
        if self.code in (TOLD, HIDDEN):
            return self.code == HIDDEN and self.about_persons and self.rules.is_small(self.value)
        return self.about_persons or not self.cell.quantity.endswith(":rest")

    def coded(self) -> tuple[float, float]:
        """Return the range that the reason itself gives away to who knows how the gate works."""
        if not self.about_persons:
            return (self.low, self.high) if self.code == TOLD else (0, FREE)
        if self.code == SMALL:
            return self.rules.small_from, self.rules.small_to
        if self.code == COMPLEMENT:
            return self.rules.small_to + 1, FREE
        return (self.low, self.high) if self.code != CHANGE else (-FREE, FREE)

    def uncoded(self) -> tuple[float, float]:
        """Return the range that was told."""
        return (-FREE, FREE) if self.code == CHANGE else (self.low, self.high)

    def is_protected(self, low: float, high: float) -> bool:
        """Say whether a range is wide enough for this count (6.3, rule 3)."""
        if high - low < self.rules.room(abs(self.value)):
            return False
        if self.code in (SMALL, HIDDEN):
            return low <= self.rules.small_to < high
        return True

    def is_protected_by_code(self, low: float, high: float) -> bool:
        """Say whether a range inside 1 to 10 leaves enough of it open."""
        return self.code != SMALL or not self.about_persons or high - low >= self.rules.coded_width


Relation = tuple[tuple[int, ...], tuple[int, ...], float, float]


class Board:
    """The counts and what holds between them."""

    def __init__(self, identities: Sequence[Identity] = ()) -> None:
        self.variables: list[Variable] = []
        self.rows: list[Relation] = []
        self.now: dict[Cell, int] = {}
        self.changed: list[tuple[int, int]] = []
        self._identities = identities
        self._seen: set[Relation] = set()
        self._spans: dict[tuple[str, str], tuple[Table, Period]] = {}

    def add(self, told: Told, *, editable: bool = False) -> None:
        """Put an edition on the board, in the order of publication; the one being drafted last."""
        about = {name: table for table, _ in told.tables for name in table.quantities}
        for cell, known in told.cells.items():
            self._place(cell, known, about[cell.quantity], editable=editable)
        for table, period in told.tables:
            self._spans[table.id, period.id] = (table, period)
            self._relate(rows_within(table, period.id))
        for identity in self._identities:
            self._relate(rows_of_identity(identity, {cell: self.now[cell] for cell in told.cells}))

    def close(self) -> None:
        """Relate the periods with one another and the corrected counts with what they were; nothing is added after it."""
        for table, period in self._spans.values():
            self._relate(rows_over_time(table, period, self.now.__contains__))
        for before, after in self.changed:
            self._relate_change(before, after)
        for number, (places, *_) in enumerate(self.rows):
            for place in places:
                self.variables[place].rows.append(number)

    def spans(self) -> list[tuple[Table, Period]]:
        """List the tables on the board, each with a period it was counted for."""
        return list(self._spans.values())

    def hide(self, place: int, code: str) -> None:
        """Take a count of the draft off what is told."""
        one = self.variables[place]
        if not one.editable:
            raise BadTable("A count that is public can't be hidden any more.")
        one.code, one.low, one.high = code, 0, FREE

    def _place(self, cell: Cell, known: Known, table: Table, *, editable: bool) -> None:
        before = self.now.get(cell)
        if before is not None and self.variables[before].value == known.value:
            self._again(self.variables[before], known, editable=editable)
            return
        if before is not None and editable and self.variables[before].editable:
            raise BadTable(f"Two tables count [{cell.quantity}] differently at the same place; count it once.")
        self.now[cell] = len(self.variables)
        about_persons = table.kind == PERSON or known.code == SMALL or _reveals(table, cell)
        self.variables.append(
            Variable(cell, known.value, table.rules, about_persons, known.low, known.high, known.code, editable)
        )
        if before is not None:
            self.changed.append((before, self.now[cell]))

    def _again(self, one: Variable, known: Known, *, editable: bool) -> None:
        if known.code == TOLD and one.code not in (TOLD, HIDDEN) and editable:
            return  # once hidden, hidden: a later table can't tell what an earlier one kept
        if known.code == TOLD:
            one.editable = one.editable or (editable and one.code == HIDDEN)
            one.low, one.high = max(one.low, known.low), min(one.high, known.high)
            one.code = TOLD
        elif one.code == HIDDEN or (one.editable and one.code in (TOLD, COMPLEMENT)):
            one.low, one.high, one.code = known.low, known.high, known.code

    def _relate(self, found: Iterable[Row]) -> None:
        for row in found:
            places = tuple(self.now.get(cell, -1) for cell in row.cells)
            if -1 not in places:
                self._row((places, row.weights, row.low, row.high))

    def _row(self, relation: Relation) -> None:
        if relation not in self._seen:
            self._seen.add(relation)
            self.rows.append(relation)

    def _relate_change(self, before: int, after: int) -> None:
        old, new = self.variables[before], self.variables[after]
        change = new.value - old.value
        if not (new.about_persons and new.rules.is_small(abs(change))):
            return
        place = len(self.variables)
        self.variables.append(Variable(new.cell, change, new.rules, True, -FREE, FREE, CHANGE))
        self._row(((after, before, place), (1, -1, -1), 0, 0))


def _reveals(table: Table, cell: Cell) -> bool:
    places = dict(cell.at)
    return any(one.reveals_health and one.id in places for one in table.dimensions)


def holds(board: Board) -> bool:
    """Say whether the true counts obey everything that is said to hold: otherwise a table or an identity is wrong."""
    return not any(True for _ in broken(board))


def broken(board: Board) -> Iterator[Relation]:
    """Give the relations that the true counts break."""
    for relation in board.rows:
        places, weights, low, high = relation
        total = sum(weight * board.variables[place].value for place, weight in zip(places, weights, strict=True))
        if not low <= total <= high:
            yield relation


__all__ = ["BASE", "CHANGE", "HIDDEN", "TOLD", "Board", "Known", "Told", "Variable", "broken", "holds"]
