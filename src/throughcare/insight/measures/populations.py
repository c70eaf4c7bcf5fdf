"""What a measure says of one person or one episode, and how that is counted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

INITIAL, DENOMINATOR, EXCLUSION = "initial-population", "denominator", "denominator-exclusion"
NUMERATOR, EXCEPTION = "numerator", "denominator-exception"


@dataclass(frozen=True, slots=True)
class Unit:
    """One person or episode: where it belongs, with the ids of the rows that say so.

    Who is outside a population is outside all that stand on it; who is excluded counts in no numerator; who is in the
    numerator needs no exception. `counted` keeps these rules.
    """

    initial: bool = False
    denominator: bool = False
    excluded: bool = False
    numerator: bool = False
    excepted: bool = False
    evidence: tuple[str, ...] = ()

    def counted(self) -> dict[str, bool]:
        """Say of each population whether the unit belongs to it."""
        denominator = self.initial and self.denominator
        excluded = denominator and self.excluded
        numerator = denominator and not excluded and self.numerator
        return {
            INITIAL: self.initial,
            DENOMINATOR: denominator,
            EXCLUSION: excluded,
            NUMERATOR: numerator,
            EXCEPTION: denominator and not excluded and not numerator and self.excepted,
        }


OUTSIDE = Unit()

Group = Sequence[Unit]


def tally(groups: Iterable[Group], populations: Sequence[str]) -> Mapping[str, int]:
    """Count units by `group/population`, for the populations that the measure has."""
    counts: dict[str, int] = {}
    for number, units in enumerate(groups):
        counted = [unit.counted() for unit in units]
        counts.update({f"{number}/{p}": sum(c[p] for c in counted) for p in populations})
    return counts
