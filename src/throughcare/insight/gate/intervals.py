"""The 95 % interval beside a published figure: Wilson's for a share, Byar's for a rate."""

from math import sqrt

Z = 1.959963984540054


def wilson(events: int, people: int) -> tuple[float, float]:
    """Return the interval of a share between 0 and 1."""
    share, z2 = events / people, Z * Z
    middle = (share + z2 / (2 * people)) / (1 + z2 / people)
    half = Z / (1 + z2 / people) * sqrt(share * (1 - share) / people + z2 / (4 * people * people))
    return max(0.0, middle - half), min(1.0, middle + half)


def byar(events: int) -> tuple[float, float]:
    """Return the interval of a number of events."""
    more = events + 1
    low = events * (1 - 1 / (9 * events) - Z / (3 * sqrt(events))) ** 3 if events else 0.0
    return low, more * (1 - 1 / (9 * more) + Z / (3 * sqrt(more))) ** 3
