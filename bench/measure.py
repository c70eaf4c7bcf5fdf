"""What a measurement gives: one figure, its budget, and how it was taken."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured figure beside its budget."""

    what: str
    value: float
    unit: str
    budget: float | None = None
    how: str = ""

    @property
    def within(self) -> bool:
        """Tell whether the budget, if there is one, is kept."""
        return self.budget is None or self.value <= self.budget


def seconds(call: Callable[[], object]) -> float:
    """Time one call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def p95(call: Callable[[], object], times: int = 50) -> float:
    """Give the 95th percentile in milliseconds over so many calls, after one that does not count."""
    return spread(call, times)[0]


def spread(call: Callable[[], object], times: int = 50) -> tuple[float, float]:
    """Give the 95th percentile and the best in milliseconds: a busy machine moves the one, hardly the other."""
    call()
    taken = [1000 * seconds(call) for _ in range(times)]
    return statistics.quantiles(taken, n=20)[-1], min(taken)


def best(call: Callable[[], object], times: int = 5) -> float:
    """Give the best of several in milliseconds: what the work costs when nothing else is in the way."""
    return 1000 * min(seconds(call) for _ in range(times))
