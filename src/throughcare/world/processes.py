"""Work of building that two processes share: each takes its own facilities, so that neither waits for a row of the other's."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from throughcare.kernel import beside

T = TypeVar("T")
K = TypeVar("K")


def parts(all_of_it: Sequence[T], size: int) -> list[Sequence[T]]:
    """Part what is written into transactions of at most this many."""
    return [all_of_it[start : start + size] for start in range(0, len(all_of_it), size)]


def shared(weights: Mapping[K, int], work: Callable[[K], int], processes: int) -> int:
    """Do work for each key, by one process or by two with heaps of about the same weight; gives the sum of what work gave."""
    if processes == 1:
        return sum(map(work, weights))
    ours, theirs = _halves(weights)
    with meanwhile(theirs, work) as by_the_other:
        done = sum(map(work, ours))
        return done + by_the_other()


@contextmanager
def meanwhile(keys: Sequence[K], work: Callable[[K], int]) -> Iterator[Callable[[], int]]:
    """Let another process do work for each key, in order; gives how to wait for it and for the sum of what work gave."""
    with beside.telling(partial(map, work, keys)) as told:

        def wait() -> int:
            done: list[int] = told()
            if len(done) < len(keys):
                raise RuntimeError("The process that was building beside this one fell over.")
            return sum(done)

        yield wait


def _halves(weights: Mapping[K, int]) -> tuple[list[K], list[K]]:
    """Part keys into two heaps that weigh about the same; the same keys, the same heaps."""
    heaps: tuple[list[K], list[K]] = ([], [])
    for key in sorted(weights, key=lambda one: (-weights[one], str(one))):
        min(heaps, key=lambda heap: sum(weights[one] for one in heap)).append(key)
    return heaps
