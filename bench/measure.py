"""What a measurement gives: one figure, its budget, and how it was taken."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


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
    return spread(call, times).p95


@dataclass(frozen=True)
class Spread:
    """How long calls took in milliseconds, and the work of the processors in each: a busy machine hardly moves that."""

    p95: float
    best: float
    work: float


def spread(call: Callable[[], object], times: int = 50, *, others: Sequence[int] = ()) -> Spread:
    """Time so many calls, after one that does not count; the work of `others` (a database's processes) counts too."""
    call()
    began = time.process_time() + sum(map(_worked, others))
    taken = [1000 * seconds(call) for _ in range(times)]
    worked = time.process_time() + sum(map(_worked, others)) - began
    return Spread(statistics.quantiles(taken, n=20)[-1], min(taken), 1000 * worked / times)


def _worked(process: int) -> float:
    ticks = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def best(call: Callable[[], object], times: int = 5) -> float:
    """Give the best of several in milliseconds: what the work costs when nothing else is in the way."""
    return 1000 * min(seconds(call) for _ in range(times))
