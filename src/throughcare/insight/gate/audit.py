"""The audit: for each hidden count, the least and the most that it can be given everything that was ever published.

Every solution of the solver is a table that the public can't tell from the true one, so it widens the known range of all
counts at once; only counts still unproven are asked for by name.
"""

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .board import HIDDEN, Board
from .primary import SMALL
from .solver import CORNERS, INSIDE, Method, Program, Unsolved

ROUNDS = 24  # solutions in directions of chance before counts are asked one by one
NEAR = 1e-4


@dataclass(frozen=True, slots=True)
class Exposed:
    """A hidden count whose range is too narrow, with the range that the public can work out."""

    place: int
    low: float
    high: float
    by_code: bool


@dataclass(slots=True)
class _Part:
    """Counts that hang together and on nothing else that is hidden, as conditions of a linear program."""

    places: list[int]
    lines: list[tuple[list[int], list[int], float, float]]


class Audit:
    """What has been shown possible so far. Hiding more only widens what is possible, so nothing is ever proved twice."""

    def __init__(self, board: Board) -> None:
        import numpy

        self.board, self._numpy = board, numpy
        values = numpy.array([one.value for one in board.variables], dtype=float)
        self._low = {by_code: values.copy() for by_code in (False, True)}
        self._high = {by_code: values.copy() for by_code in (False, True)}

    def saw(self, places: Sequence[int], values: Sequence[float], *, by_code: bool) -> None:
        """Take note of a table that the public can't tell from the true one."""
        numpy = self._numpy
        at, now = numpy.asarray(places), numpy.asarray(values, dtype=float)
        for mode in (False, True) if by_code else (False,):
            self._low[mode][at] = numpy.minimum(self._low[mode][at], now)
            self._high[mode][at] = numpy.maximum(self._high[mode][at], now)

    def seen(self, place: int, *, by_code: bool) -> tuple[float, float]:
        """Return the range in which a count has been seen to be possible."""
        return float(self._low[by_code][place]), float(self._high[by_code][place])

    def is_open(self, place: int, *, by_code: bool) -> bool:
        """Say whether a count has not been shown to be protected."""
        one = self.board.variables[place]
        test = one.is_protected_by_code if by_code else one.is_protected
        return one.is_guarded and not test(*_whole(*self.seen(place, by_code=by_code)))

    def exposed(self, among: Iterable[int]) -> list[Exposed]:
        """Return those that are not protected; empty means that the draft may be published."""
        found: dict[int, Exposed] = {}
        doubtful = [p for p in among if self.is_open(p, by_code=True) or self.is_open(p, by_code=False)]
        for part in _parts(self.board, doubtful):
            asked = sorted(set(part.places) & set(doubtful))
            for by_code in (True, False):
                for place in self._failing(part, asked, by_code=by_code):
                    low, high = _whole(*self.seen(place, by_code=by_code))
                    found.setdefault(place, Exposed(place, low, high, by_code))
        return list(found.values())

    def _failing(self, part: _Part, asked: list[int], *, by_code: bool) -> list[int]:
        still = [place for place in asked if self.is_open(place, by_code=by_code)]
        if not still:
            return []
        column = {place: at for at, place in enumerate(part.places)}
        still = self._together(part, column, still, by_code=by_code)
        program = _program(self.board, part, by_code=by_code)
        for place in still:
            for direction in (-1.0, 1.0):
                if self.is_open(place, by_code=by_code):
                    self._solve(program, part, {column[place]: direction}, by_code=by_code)
        return [place for place in still if self.is_open(place, by_code=by_code)]

    def _together(self, part: _Part, column: dict[int, int], still: list[int], *, by_code: bool) -> list[int]:
        """Widen many counts with one solution, each only as far as it needs; return those still open."""
        chance = random.Random(len(part.places))  # noqa: S311 (directions, the same each time)
        program = _program(self.board, part, by_code=by_code, method=INSIDE)
        columns = _columns(self.board, part, by_code=by_code)
        for number in range(ROUNDS):
            bounds, costs = list(columns), {}
            for place in still:
                at, sign = column[place], (-1.0, 1.0)[number] if number < 2 else chance.choice((-1.0, 1.0))
                bounds[at] = self._needed(place, columns[at], by_code=by_code)
                costs[at] = sign
            program.bound(bounds)
            try:
                self._solve(program, part, costs, by_code=by_code)
            except Unsolved:
                return still  # this is only the short way: each count is asked for by name below
            before, still = len(still), [place for place in still if self.is_open(place, by_code=by_code)]
            if not still or (number > 3 and len(still) > 0.9 * before):
                break
        return still

    def _needed(self, place: int, bounds: tuple[float, float], *, by_code: bool) -> tuple[float, float]:
        one = self.board.variables[place]
        low, high = self.seen(place, by_code=by_code)
        room = one.rules.coded_width if by_code else one.rules.room(abs(one.value))
        up = low + room if by_code or one.code not in (SMALL, HIDDEN) else max(low + room, one.rules.small_to + 1)
        return max(bounds[0], min(low, high - room)), min(bounds[1], max(high, up))

    def _solve(self, program: Program, part: _Part, costs: dict[int, float], *, by_code: bool) -> None:
        solution = program.least(costs)
        if solution is None:
            raise ValueError("The true counts break a rule that the gate was told; check the tables and identities.")
        self.saw(part.places, solution, by_code=by_code)


def range_of(board: Board, place: int, *, by_code: bool = False) -> tuple[float, float]:
    """Return the least and the most that one hidden count can be."""
    part = next(_parts(board, [place]))
    program, at = _program(board, part, by_code=by_code), part.places.index(place)
    ends = [program.least({at: direction}) for direction in (1.0, -1.0)]
    low, high = (float(board.variables[place].value) if end is None else end[at] for end in ends)
    return _whole(low, high)


def _whole(low: float, high: float) -> tuple[float, float]:
    return math.ceil(low - NEAR), math.floor(high + NEAR)


def _program(board: Board, part: _Part, *, by_code: bool, method: Method = CORNERS) -> Program:
    return Program(_columns(board, part, by_code=by_code), part.lines, method)


def _columns(board: Board, part: _Part, *, by_code: bool) -> list[tuple[float, float]]:
    top = 1000 + 10 * max(abs(board.variables[place].value) for place in part.places)
    ranges = (board.variables[place].coded() if by_code else board.variables[place].uncoded() for place in part.places)
    return [(max(low, -top), min(high, top)) for low, high in ranges]


def _parts(board: Board, among: Iterable[int]) -> Iterator[_Part]:
    """Give the groups of open counts that hold one of `among`."""
    variables = board.variables
    seen: set[int] = set()
    for start in among:
        if start in seen or variables[start].is_exact:
            continue
        places, rows, waiting = [], set(), [start]
        seen.add(start)
        while waiting:
            place = waiting.pop()
            places.append(place)
            for row in variables[place].rows:
                if row in rows:
                    continue
                rows.add(row)
                fresh = [one for one in board.rows[row][0] if one not in seen and not variables[one].is_exact]
                seen.update(fresh)
                waiting.extend(fresh)
        yield _part(board, sorted(places), sorted(rows))


def _part(board: Board, places: list[int], rows: list[int]) -> _Part:
    column = {place: at for at, place in enumerate(places)}
    lines: list[tuple[list[int], list[int], float, float]] = []
    for row in rows:
        members, weights, low, high = board.rows[row]
        pairs = list(zip(members, weights, strict=True))
        told = sum(weight * board.variables[place].value for place, weight in pairs if place not in column)
        inside = [(column[place], weight) for place, weight in pairs if place in column]
        lines.append(([at for at, _ in inside], [weight for _, weight in inside], low - told, high - told))
    return _Part(places, lines)
