"""The 95 % interval beside a published figure: Wilson's for a share, Byar's for a rate."""

from math import sqrt

from throughcare.insight.measures import statistics
from throughcare.insight.measures.statistics import Z95


def wilson(events: int, people: int) -> tuple[float, float]:
    """Return the interval of a share between 0 and 1; of nobody there is none."""
    found = statistics.wilson(events, people)
    if found is None:
        raise ZeroDivisionError("a share of nobody has no interval")
    return found.low, found.high


def byar(events: int) -> tuple[float, float]:
    """Return the interval of a number of events."""
    more = events + 1
    low = events * (1 - 1 / (9 * events) - Z95 / (3 * sqrt(events))) ** 3 if events else 0.0
    return low, more * (1 - 1 / (9 * more) + Z95 / (3 * sqrt(more))) ** 3
