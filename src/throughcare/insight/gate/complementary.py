"""Complementary suppression: which further counts of the draft to hide so that none of the hidden can be worked out.

First by hand's rule, line by line (the next smallest that is not zero); then, where the audit still finds a count exposed,
the cheapest set of counts whose hiding gives it room, by one linear program (Fischetti and Salazar's attacker, relaxed).
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor

from .audit import Audit, Exposed
from .board import CHANGE, HIDDEN, TOLD, Board, Variable
from .primary import COMPLEMENT, SMALL
from .solver import QUIET, Program
from .swaps import Move, Swaps, cost, slack

NEAR = 1e-6
ROUNDS = 200
MANY = 400  # counts still unproven from which swaps are tried before the solver is asked for each by name
REACHES = (3, 6, 1000)  # how many lines away the linear program looks, nearest first


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the gate did and what it could not do: a draft with anything `exposed` can't be published."""

    hidden: int
    exposed: tuple[Exposed, ...]


def complete(board: Board) -> Outcome:
    """Hide as many further counts as protection needs; say what can't be protected by hiding."""
    before = sum(one.code == COMPLEMENT for one in board.variables)
    touched = {place for place, one in enumerate(board.variables) if one.editable or one.code == CHANGE}
    touched |= {place for place, one in enumerate(board.variables) if one.code == HIDDEN}
    touched |= _older_beside_the_draft(board)
    _by_hand(board, range(len(board.rows)))
    audit = Audit(board)
    _swap(audit, touched)
    left = audit.exposed(touched)
    for _ in range(ROUNDS):
        moved = [_give_room(audit, one) for one in left]
        if not any(moved):
            break
        left = audit.exposed(touched)
    after = sum(one.code == COMPLEMENT for one in board.variables)
    return Outcome(after - before, tuple(left))


def _swap(audit: Audit, among: Iterable[int]) -> None:
    """Where very much is unproven, prove what a swap proves, then make room by swaps; what they can't do is left to the solver."""
    swaps, before = Swaps(audit.board), 0
    for may_hide in (False, True, True, True):
        doubtful = sorted(p for p in among if audit.is_open(p, by_code=True) or audit.is_open(p, by_code=False))
        if len(doubtful) < MANY or len(doubtful) == before:
            return
        for place in doubtful:
            for by_code in (True, False):
                if audit.is_open(place, by_code=by_code):
                    _swap_one(audit, swaps, place, by_code=by_code, may_hide=may_hide)
        before = len(doubtful) if may_hide else 0


def _swap_one(audit: Audit, swaps: Swaps, place: int, *, by_code: bool, may_hide: bool) -> None:
    board, one = audit.board, audit.board.variables[place]
    low, high = audit.seen(place, by_code=by_code)
    for goal in _goals(one, Exposed(place, low, high, by_code)):
        # People are whole: so is the table that a swap leads to.
        whole = ceil(goal) if goal > one.value else floor(goal)
        move = swaps.find(place, whole - one.value, by_code=by_code, may_hide=may_hide)
        if move is None:
            continue
        for other in move.hide:
            board.hide(other, COMPLEMENT)
        audit.saw(move.places, move.values, by_code=by_code)
        _by_hand(board, {row for other in move.hide for row in board.variables[other].rows})
        return


def _older_beside_the_draft(board: Board) -> set[int]:
    """Return the counts of earlier editions on which the draft's own counts bear."""
    rows = {row for one in board.variables if one.editable for row in one.rows}
    return {place for row in rows for place in board.rows[row][0]}


def _by_hand(board: Board, rows: Iterable[int]) -> None:
    waiting = deque(rows)
    queued = set(waiting)
    while waiting:
        row = waiting.popleft()
        queued.discard(row)
        while (more := _next_to_hide(board, row)) is not None:
            board.hide(more, COMPLEMENT)
            fresh = [one for one in board.variables[more].rows if one not in queued and one != row]
            waiting.extend(fresh)
            queued.update(fresh)


def _next_to_hide(board: Board, row: int) -> int | None:
    """Return the count to hide next in a line that gives one of its hidden counts away, if there is one."""
    places, weights, low, high = board.rows[row]
    if low != high:
        return None
    variables = [board.variables[place] for place in places]
    open_ones = [one for one in variables if not one.is_exact]
    if not any(one.is_guarded for one in open_ones) or _leaves_room(variables, weights):
        return None
    choices = [(number == 0, one.value, places[number]) for number, one in enumerate(variables) if one.may_be_hidden]
    return min(choices)[2] if choices else None


def _leaves_room(variables: list[Variable], weights: tuple[int, ...]) -> bool:
    """Say whether this line alone leaves each of its hidden counts enough room."""
    for by_code in (False, True):
        ranges = [one.coded() if by_code else one.uncoded() for one in variables]
        sides = [sorted((weight * low, weight * high)) for weight, (low, high) in zip(weights, ranges, strict=True)]
        least, most = sum(low for low, _ in sides), sum(high for _, high in sides)
        for one, weight, own, side in zip(variables, weights, ranges, sides, strict=True):
            if one.is_exact or not one.is_guarded:
                continue
            rest = sorted((-weight * _less(least, side[0]), -weight * _less(most, side[1])))
            least_of, most_of = max(own[0], rest[0]), min(own[1], rest[1])
            test = one.is_protected_by_code if by_code else one.is_protected
            fits = test(least_of, most_of)
            if not fits and not _beyond_the_line(variables, weights):
                return False
    return True


def _less(total: float, part: float) -> float:
    return total if total in (float("inf"), float("-inf")) else total - part


def _beyond_the_line(variables: list[Variable], weights: tuple[int, ...]) -> bool:
    """Say whether the hidden counts are bounded by nothing in this line (the total is hidden too)."""
    hidden = {weight for one, weight in zip(variables, weights, strict=True) if not one.is_exact}
    return hidden == {1, -1}


def _give_room(audit: Audit, found: Exposed) -> bool:
    """Hide what it takes to widen the range of one exposed count; say whether that was possible."""
    if not audit.is_open(found.place, by_code=found.by_code):
        return True  # what was hidden for another has given room to this one too
    board, one = audit.board, audit.board.variables[found.place]
    low, high = audit.seen(found.place, by_code=found.by_code)
    for goal in _goals(one, Exposed(found.place, low, high, found.by_code)):
        for reach in REACHES:
            move = _cheapest(board, found.place, goal - one.value, reach, by_code=found.by_code)
            if move is None:
                continue
            for place in move.hide:
                board.hide(place, COMPLEMENT)
            audit.saw(move.places, move.values, by_code=found.by_code)
            _by_hand(board, {row for place in move.hide for row in board.variables[place].rows})
            return True
    return False


def _goals(one: Variable, found: Exposed) -> list[float]:
    """Return the values that the count must be able to have, the easier one first."""
    if found.by_code:
        width = one.rules.coded_width
        up, down = found.low + width, found.high - width
        goals: list[float] = [up] if up <= one.rules.small_to else []
        return goals + ([down] if down >= one.rules.small_from else [])
    room = one.rules.room(abs(one.value))
    up = max(found.low + room, one.rules.small_to + 1) if one.code in (SMALL, HIDDEN) else found.low + room
    goals = [up] if up > found.high else []
    down = found.high - room
    return goals + ([down] if down >= one.uncoded()[0] and down < found.low else [])


def _cheapest(board: Board, target: int, by: float, reach: int, *, by_code: bool) -> Move | None:
    """Return the counts to hide so that the target may differ by so much; None if no set within reach does it."""
    places, rows = _around(board, target, reach)
    column = {place: at for at, place in enumerate(places)}
    columns: list[tuple[float, float]] = []
    costs: dict[int, float] = {}
    for at, place in enumerate(places):
        up, down, lost = slack(board.variables[place], cost(board.variables[place]), by_code=by_code)
        if place == target:
            up, down, lost = max(by, 0.0), max(-by, 0.0), 0.0
        lowest = (up, down) if place == target else (0.0, 0.0)
        columns += [(lowest[0], up), (lowest[1], down)]
        if lost:
            costs |= {2 * at: lost, 2 * at + 1: lost}
    lines = []
    for row in rows:
        members, weights, low, high = board.rows[row]
        now = sum(w * board.variables[place].value for place, w in zip(members, weights, strict=True))
        inside = [(column[place], w) for place, w in zip(members, weights, strict=True) if place in column]
        index = [spot for at, _ in inside for spot in (2 * at, 2 * at + 1)]
        signs = [sign * w for _, w in inside for sign in (1, -1)]
        lines.append((index, signs, low - now, high - now))
    solution = Program(columns, lines, QUIET).least(costs or {0: 0.0})
    if solution is None:
        return None
    values = [board.variables[place].value + solution[2 * at] - solution[2 * at + 1] for at, place in enumerate(places)]
    hide = [place for place, value in zip(places, values, strict=True) if _must_hide(board.variables[place], value)]
    return Move(hide, places, values)


def _must_hide(one: Variable, value: float) -> bool:
    return one.may_be_hidden and not one.low - NEAR <= value <= one.high + NEAR


def _around(board: Board, target: int, reach: int) -> tuple[list[int], list[int]]:
    """Return the counts near a target that can move, and every line that one of them stands in."""
    seen, edge = {target}, [target]
    rows: set[int] = set()
    for _ in range(reach):
        fresh_rows = {row for place in edge for row in board.variables[place].rows} - rows
        if not fresh_rows:
            break
        rows |= fresh_rows
        edge = [
            place
            for row in sorted(fresh_rows)
            for place in board.rows[row][0]
            if place not in seen and _can_move(board.variables[place])
        ]
        edge = list(dict.fromkeys(edge))
        seen.update(edge)
    rows |= {row for place in edge for row in board.variables[place].rows}
    return sorted(seen), sorted(rows)


def _can_move(one: Variable) -> bool:
    return not one.is_exact or one.may_be_hidden


__all__ = ["TOLD", "Outcome", "complete"]
