"""Groups beside everybody: ratio and difference with their 95 % intervals, what is too small to compare, index of disparity. Pure.

Everybody includes the group, so the two are not independent; the interval allows for it (delta method with their covariance).
Below a base of 30 nothing is compared; fewer than 20 events, or 20 without it, are marked unstable. Index of disparity: mean
absolute distance of the groups from everybody, in per cent of everybody (Pearcy and Keppel 2002).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from throughcare.insight.statistics import Point

Z = 1.959963984540054
LEAST_BASE = 30
UNSTABLE = 20


@dataclass(frozen=True, slots=True)
class Interval:
    """A number with the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def apart(self, other: float) -> bool:
        """Tell whether a number lies outside the interval."""
        return not self.low <= other <= self.high


@dataclass(frozen=True, slots=True)
class Group:
    """One group: its share or rate, and how it compares; None where the base is too small, or there is nothing to divide by."""

    label: str
    numerator: float
    denominator: float
    value: float | None
    ratio: Interval | None = None
    difference: Interval | None = None
    small: bool = False
    unstable: bool = False


def groups(
    points: Sequence[Point], *, rate: bool = False, base: Sequence[float] | None = None, least: float = LEAST_BASE
) -> list[Group]:
    """Compare each group with all of them together; nothing is compared whose `base` (else denominator) is under `least`."""
    bases = base or [p.denominator for p in points]
    known = [p for p in points if p.denominator]
    whole = sum(p.denominator for p in known)
    if not whole:
        return [Group(p.label, p.numerator, p.denominator, None, small=True) for p in points]
    everybody = sum(p.numerator for p in known) / whole
    spread = sum((p.denominator / whole) ** 2 * _variance(p, rate=rate) for p in known)
    return [_group(p, b >= least, everybody, spread, whole, rate=rate) for p, b in zip(points, bases, strict=True)]


def _group(p: Point, enough: bool, everybody: float, spread: float, whole: float, *, rate: bool) -> Group:
    if not p.denominator or not enough:
        return Group(p.label, p.numerator, p.denominator, _share(p), small=True)
    value, own = p.numerator / p.denominator, _variance(p, rate=rate)
    shared = p.denominator / whole * own  # covariance of the group with everybody, of whom it is a part
    half = Z * sqrt(max(own + spread - 2 * shared, 0.0))
    difference = Interval(value - everybody, value - everybody - half, value - everybody + half)
    ratio = None
    if value > 0 and everybody > 0:
        log_spread = own / value**2 + spread / everybody**2 - 2 * shared / (value * everybody)
        width = Z * sqrt(max(log_spread, 0.0))
        ratio = Interval(value / everybody, exp(log(value / everybody) - width), exp(log(value / everybody) + width))
    few = p.numerator < UNSTABLE or (not rate and p.denominator - p.numerator < UNSTABLE)
    return Group(p.label, p.numerator, p.denominator, value, ratio, difference, unstable=few)


def _share(p: Point) -> float | None:
    return p.numerator / p.denominator if p.denominator else None


def _variance(p: Point, *, rate: bool) -> float:
    """Give the variance of a group's share or rate; of none or all, as if half a unit were otherwise, so that it is never certain."""
    if rate:
        return max(p.numerator, 0.5) / p.denominator**2
    met = min(max(p.numerator, 0.5), max(p.denominator - 0.5, 0.5))
    share = met / max(p.denominator, 1.0)
    return share * (1 - share) / p.denominator


def disparity(found: Sequence[Group], everybody: float | None) -> float | None:
    """Give the index of disparity of the groups that are large enough to compare; None where there are fewer than two."""
    values = [g.value for g in found if g.value is not None and not g.small]
    if not everybody or len(values) < 2:
        return None
    return sum(abs(v - everybody) for v in values) / len(values) / everybody * 100
