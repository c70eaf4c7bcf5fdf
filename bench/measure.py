"""What a measurement gives: one figure, its budget, and how it was taken."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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


@contextmanager
def alone(*others: int) -> Iterator[None]:
    """With ALONE=1, keep one processor for this process and these (a database's) while something is measured.

    They run before all other work (real-time priority, for which the system wants its administrator) and on one processor, so
    that neither the caches of others nor the waking of a second processor are measured. Work to the wall is then work.
    """
    if not os.environ.get("ALONE"):
        yield
        return
    last = {max(os.sched_getaffinity(0))}
    before = [
        (one, os.sched_getscheduler(one), os.sched_getparam(one), os.sched_getaffinity(one)) for one in (0, *others)
    ]
    try:
        for one in (0, *others):
            os.sched_setaffinity(one, last)
            os.sched_setscheduler(one, os.SCHED_RR, os.sched_param(1))
        yield
    finally:
        for one, how, param, where in before:
            os.sched_setscheduler(one, how, param)
            os.sched_setaffinity(one, where)


def best(call: Callable[[], object], times: int = 5) -> float:
    """Give the best of several in milliseconds: what the work costs when nothing else is in the way."""
    return 1000 * min(seconds(call) for _ in range(times))
