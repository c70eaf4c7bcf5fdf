"""Intervals and comparisons of proportions and rates. Pure; no library needed.

A proportion has Wilson's interval, a rate the exact Poisson one (Garwood), a ratio of rates the log interval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import erf, exp, lgamma, log, sqrt

Z95 = 1.959963984540054
TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


def wilson(hits: int, of: int) -> Estimate | None:
    """Estimate a proportion; nothing without a denominator."""
    if of <= 0:
        return None
    share, square = hits / of, Z95 * Z95
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z95 / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == of else min(1.0, middle + half)
    return Estimate(share, low, high)


def poisson(events: int, exposure: float, per: float = 1.0) -> Estimate | None:
    """Estimate a rate per so much exposure; nothing without exposure."""
    if exposure <= 0:
        return None
    low = 0.0 if events == 0 else _solve(lambda mean: 1 - _poisson_up_to(events - 1, mean) - TAIL, events)
    high = _solve(lambda mean: TAIL - _poisson_up_to(events, mean), events)
    factor = per / exposure
    return Estimate(events * factor, low * factor, high * factor)


def rate_ratio(events: int, exposure: float, other_events: int, other_exposure: float) -> Estimate | None:
    """Compare two rates (or proportions of rare events) as a ratio; nothing where either has no events."""
    if min(events, other_events) <= 0 or min(exposure, other_exposure) <= 0:
        return None
    ratio = (events / exposure) / (other_events / other_exposure)
    half = Z95 * sqrt(1 / events + 1 / other_events)
    return Estimate(ratio, ratio * exp(-half), ratio * exp(half))


def difference(hits: int, of: int, other_hits: int, other_of: int) -> Estimate | None:
    """Compare two proportions as a difference, by Newcombe's interval from the two Wilson intervals."""
    a, b = wilson(hits, of), wilson(other_hits, other_of)
    if a is None or b is None:
        return None
    apart = a.value - b.value
    low = sqrt((a.value - a.low) ** 2 + (b.high - b.value) ** 2)
    high = sqrt((a.high - a.value) ** 2 + (b.value - b.low) ** 2)
    return Estimate(apart, max(-1.0, apart - low), min(1.0, apart + high))


def disparity(strata: Sequence[float], whole: float) -> float | None:
    """Give the index of disparity: how far strata lie from the whole on average, in percent of it."""
    if not strata or whole <= 0:
        return None
    return sum(abs(rate - whole) for rate in strata) / len(strata) / whole * 100


def standardised(
    events: Mapping[str, int], exposure: Mapping[str, float], weights: Mapping[str, float]
) -> float | None:
    """Standardise a rate directly to a population; nothing where a stratum with weight has no exposure."""
    total = sum(weights.values())
    if total <= 0 or any(weight and exposure.get(stratum, 0) <= 0 for stratum, weight in weights.items()):
        return None
    return sum(weight * events.get(s, 0) / exposure[s] for s, weight in weights.items() if weight) / total


def _poisson_up_to(events: int, mean: float) -> float:
    """Give the probability of so many events or fewer; a normal approximation where they are many."""
    if mean <= 0:
        return 1.0
    if events > 2_000:
        # Wilson and Hilferty's cube root; its error is far below what is shown.
        n = events + 1
        return 1 - _normal(3 * sqrt(n) * ((mean / n) ** (1 / 3) - 1 + 1 / (9 * n)))
    return min(1.0, sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(events + 1)))


def _normal(z: float) -> float:
    return (1 + erf(z / sqrt(2))) / 2


def _solve(rising: Callable[[float], float], about: float) -> float:
    """Find where a rising function of the mean crosses zero."""
    low, high = 0.0, about + 10 * sqrt(about + 1) + 10
    for _ in range(100):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
        if high - low < 1e-10 * max(1.0, high):
            break
    return high
