"""Limits of chance for charts: control limits of shares and rates, signals of special cause, funnel limits. Pure.

Rules of a run: one point outside three sigma; eight in a row on one side of the centre; six in a row rising or falling
(the usual rules of Shewhart charts). Sources: Provost and Murray, The Health Care Data Guide; Spiegelhalter 2005 (funnel plots).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

SAME_SIDE = 8
TREND = 6
SIGMA = 3.0
FUNNEL_SIGMA = 3.09  # 99.8 per cent


@dataclass(frozen=True, slots=True)
class Point:
    """One month (or place): how many of how many; of a rate, events over time in its unit."""

    label: str
    numerator: float
    denominator: float


@dataclass(frozen=True, slots=True)
class Limits:
    """A point's value with the limits of chance, and the signal it gives, if any: outside, shift or trend."""

    label: str
    value: float | None
    low: float
    high: float
    signal: str = ""


def centre(points: Sequence[Point]) -> float | None:
    """Give the share (or rate) of all points together; None where there is nothing."""
    whole = sum(p.denominator for p in points)
    return sum(p.numerator for p in points) / whole if whole else None


def limits(point: Point, middle: float, *, rate: bool, sigma: float = SIGMA) -> tuple[float, float]:
    """Give the limits of chance of one point about a centre: binomial for a share, Poisson for a rate."""
    if not point.denominator:
        return 0.0, 0.0 if rate else 1.0
    spread = sigma * sqrt((middle if rate else middle * (1 - middle)) / point.denominator)
    return max(0.0, middle - spread), middle + spread if rate else min(1.0, middle + spread)


def control(points: Sequence[Point], *, rate: bool = False) -> list[Limits]:
    """Give each point with its limits and signal, in order."""
    middle = centre(points)
    if middle is None:
        return [Limits(p.label, None, 0, 0) for p in points]
    found = []
    for point in points:
        low, high = limits(point, middle, rate=rate)
        found.append(Limits(point.label, point.numerator / point.denominator if point.denominator else None, low, high))
    values = [p.value for p in found]
    runs, trends = on_one_side(values, middle), rising_or_falling(values)
    return [Limits(p.label, p.value, p.low, p.high, _signal(p, n in runs, n in trends)) for n, p in enumerate(found)]


def _signal(point: Limits, run: bool, trend: bool) -> str:
    if point.value is None:
        return ""
    if point.value < point.low - 1e-12 or point.value > point.high + 1e-12:
        return "outside"
    return "shift" if run else "trend" if trend else ""


def on_one_side(values: Sequence[float | None], middle: float, *, length: int = SAME_SIDE) -> set[int]:
    """Find the points of runs of eight (or `length`) and more on one side; a point on the centre neither adds nor breaks."""
    found: set[int] = set()
    run: list[int] = []
    side = 0
    for n, value in enumerate(values):
        if value is None or value == middle:
            continue
        here = 1 if value > middle else -1
        run = [*run, n] if here == side else [n]
        side = here
        if len(run) >= length:
            found |= set(run)
    return found


def rising_or_falling(values: Sequence[float | None], *, length: int = TREND) -> set[int]:
    """Find the points of six (or `length`) and more in a row that only rise or only fall; equal neighbours count once."""
    found: set[int] = set()
    run: list[int] = []
    way = 0
    last: float | None = None
    for n, value in enumerate(values):
        if value is None or value == last:
            continue
        here = 0 if last is None else 1 if value > last else -1
        run = [*run, n] if here == way and here else [*run[-1:], n]
        way, last = here, value
        if len(run) >= length:
            found |= set(run)
    return found


def funnel(points: Sequence[Point], *, rate: bool = False) -> list[Limits]:
    """Give each place with its 99.8 % limits about all places together; `outside` where chance hardly explains it."""
    middle = centre(points)
    if middle is None:
        return []
    found = []
    for point in points:
        low, high = limits(point, middle, rate=rate, sigma=FUNNEL_SIGMA)
        value = point.numerator / point.denominator if point.denominator else None
        outside = value is not None and (value < low - 1e-12 or value > high + 1e-12)
        found.append(Limits(point.label, value, low, high, "outside" if outside else ""))
    return found
