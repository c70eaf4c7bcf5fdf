"""The gate itself: drafts and all earlier editions in, tables that may be published out, with what is hidden and why.

Order (clinical.md 6.3): primary, complementary, audit against everything that was ever told. A draft in which a hidden count
stays within reach is given back with that count named; it can't be published, only made coarser.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .board import HIDDEN, TOLD, Board, Known, Told, Variable, broken
from .cells import PERIOD, At, Cell, Counts, Draft, cell_at
from .complementary import Outcome, complete
from .editions import Axis, Node, PublishedRow, PublishedTable, Shown
from .intervals import byar, wilson
from .periods import words_of
from .primary import SMALL, WHOLE, has_fair_base, hidden_at_first
from .tables import UNITS, BadTable, Identity, Table
from .telling import band_words, range_told, rounded


@dataclass(frozen=True, slots=True)
class Release:
    """What the gate lets through: the tables, what to keep for the next edition, and what stays exposed (must be nothing)."""

    tables: tuple[PublishedTable, ...]
    told: Told
    outcome: Outcome
    exposed: tuple[Cell, ...]

    @property
    def may_be_published(self) -> bool:
        """Say whether nothing hidden is within reach."""
        return not self.exposed


def decide(
    edition: str,
    drafts: Sequence[Draft],
    earlier: Sequence[Told] = (),
    *,
    identities: Sequence[Identity] = (),
    unseen: Sequence[Draft] = (),
    secret: bytes = b"",
) -> Release:
    """Return what of these drafts may be published after all `earlier` editions; `unseen` are counted but not told."""
    if not secret and any(draft.table.rounding for draft in drafts):
        raise BadTable("Rounding at chance needs the installation's key, or anybody could undo it.")
    board = Board(identities)
    for told in earlier:
        board.add(told)
    board.add(_as_told(edition, drafts, unseen, secret), editable=True)
    board.close()
    wrong = next(broken(board), None)
    if wrong is not None:
        cells = ", ".join(_words(board.variables[place].cell) for place in wrong[0][:4])
        raise BadTable(f"The counts do not add up: [{cells}]. Correct the table, or the identity that says they do.")
    outcome = complete(board)
    by_cell = {cell: board.variables[place] for cell, place in board.now.items()}
    kept = {cell: _known(by_cell[cell]) for draft in (*drafts, *unseen) for cell, *_ in draft.counts()}
    told = Told(edition, tuple((draft.table, draft.period) for draft in (*drafts, *unseen)), kept)
    exposed = tuple(board.variables[one.place].cell for one in outcome.exposed)
    return Release(tuple(_published(drafts, by_cell, secret)), told, outcome, exposed)


def _as_told(edition: str, drafts: Sequence[Draft], unseen: Sequence[Draft], secret: bytes) -> Told:
    cells: dict[Cell, Known] = {}
    for draft in unseen:
        cells |= {cell: Known(count) for cell, count, _ in draft.counts()}
    for draft in drafts:
        first = hidden_at_first(draft)
        for cell, count, _ in draft.counts():
            known = Known(count, code=first[cell]) if cell in first else _shown(draft.table, cell, count, secret)
            cells[cell] = _stricter(cells.get(cell), known, cell)
    return Told(edition, tuple((draft.table, draft.period) for draft in (*drafts, *unseen)), cells)


def _shown(table: Table, cell: Cell, count: int, secret: bytes) -> Known:
    low, high = range_told(table, cell, count, secret)
    return Known(count, low, high, TOLD)


def _stricter(one: Known | None, other: Known, cell: Cell) -> Known:
    if one is None or one.code == HIDDEN:
        return other
    if one.value != other.value:
        raise BadTable(f"Two tables count [{_words(cell)}] differently; count it once.")
    if TOLD not in (one.code, other.code):
        return one if one.code == SMALL else other
    if one.code != other.code:
        return one if one.code != TOLD else other
    return Known(one.value, max(one.low, other.low), min(one.high, other.high), TOLD)


def _known(one: Variable) -> Known:
    return Known(one.value, one.low, one.high, one.code)


def _words(cell: Cell) -> str:
    return " ".join([cell.quantity, *(node for _, node in cell.at)])


def _published(drafts: Sequence[Draft], by_cell: Mapping[Cell, Variable], secret: bytes) -> list[PublishedTable]:
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(draft.table.id, []).append(draft)
    return [_table(group, by_cell, secret) for _, group in sorted(groups.items())]


def _table(group: Sequence[Draft], by_cell: Mapping[Cell, Variable], secret: bytes) -> PublishedTable:
    table = group[0].table
    spans = tuple(Node(draft.period.id, words_of(draft.period.id)) for draft in group)
    period = Axis(PERIOD, {"en": "Period", "es": "Período"}, spans)
    measure = {
        "id": table.measure,
        "version": table.version,
        "direction": table.direction,
        "unit": table.unit,
        "numerator": dict(table.numerator),
        "denominator": dict(table.denominator),
    }
    rows = tuple(_row(draft, at, by_cell, secret) for draft in group for at in draft.rows)
    axes = (period, *(one.axis for one in table.dimensions))
    return PublishedTable(
        table.id,
        table.kind,
        table.version,
        table.domain,
        table.title,
        table.summary,
        measure,
        axes,
        table.rounding,
        rows,
    )


def _row(draft: Draft, at: At, by_cell: Mapping[Cell, Variable], secret: bytes) -> PublishedRow:
    table, counts = draft.table, draft.rows[at]
    met, *others = (cell_at(table, name, draft.period.id, at) for name in table.quantities)
    places = {PERIOD: draft.period.id, **dict(zip((one.id for one in table.dimensions), at, strict=True))}
    numerator = _number(table, met, by_cell[met], secret)
    if others:
        denominator = _number(table, others[1], by_cell[others[1]], secret)
    elif table.unit == "count":
        return PublishedRow(places, numerator, Shown(), numerator)
    else:
        denominator = Shown(round(counts.denominator))
    flags = ("unstable",) if numerator.is_shown and counts.numerator < table.rules.unstable_below else ()
    hidden = next((one for one in (numerator, denominator) if not one.is_shown), None)
    if hidden is not None:
        return PublishedRow(places, numerator, denominator, Shown(reason=hidden.reason), flags=flags)
    if not denominator.number or not has_fair_base(table, counts):
        return PublishedRow(places, numerator, denominator, Shown(reason="base"), flags=flags)
    value, low, high = _figure(table, int(numerator.number or 0), int(denominator.number))
    return PublishedRow(places, numerator, denominator, Shown(value), low, high, flags)


def _number(table: Table, cell: Cell, one: Variable, secret: bytes) -> Shown:
    if one.code != TOLD:
        return Shown(reason=SMALL if one.code == WHOLE else one.code)
    if table.rounding:
        return Shown(rounded(table, cell, one.value, secret))
    if table.bands:
        return Shown(band=band_words(*range_told(table, cell, one.value, secret)))
    return Shown(one.value)


def _figure(table: Table, events: int, people: int) -> tuple[float, float, float]:
    """Return the figure and its interval, from the numbers as shown and from nothing else."""
    times = UNITS[table.unit]
    if table.has_complement:
        events = min(events, people)
        low, high = wilson(events, people)
    else:
        low, high = (bound / people for bound in byar(events))
    return round(times * events / people, 1), round(times * low, 1), round(times * high, 1)


__all__ = ["Counts", "Release", "decide"]
