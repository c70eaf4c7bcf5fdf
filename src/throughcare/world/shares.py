"""The shares from which the synthetic agency is sampled, read from reviewed content; and sampling by them. Pure but for
the reading: the same `Random` gives the same answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log, sqrt
from random import Random
from typing import Any, TypeVar

from throughcare.kernel import content

PATH = "world/connecticut.toml"
T = TypeVar("T")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shares:
    """Everything that is sampled, as the content says it."""

    body: Row
    groups: tuple[Row, ...]
    sites: tuple[Row, ...]
    problems: tuple[Row, ...]
    askings: tuple[Row, ...]
    red_flags: tuple[Row, ...]

    def rate(self, name: str) -> float:
        """Give one of the rates of clinical.md 2.0."""
        return float(self.body["rates"][name])

    def a_day(self, name: str, people: int) -> float:
        """Give how many of something a day has in a world of this many people."""
        return float(self.body["day"][name]) * people / float(self.body["full"]["people"])

    def admissions(self, weekday: int, month: int, people: int) -> float:
        """Give how many people are admitted on such a day in a world of this size."""
        admissions = self.body["admissions"]
        share = people / float(self.body["full"]["people"])
        return float(admissions["by_weekday"][weekday]) * float(admissions["by_month"][month - 1]) * share

    def stay_days(self, random: Random, *, accused: bool, present: bool = False) -> float:
        """Draw how long a stay lasts; of those who are present at a moment, the long stays are more."""
        stay = self.body["stay"]
        if not accused:
            return random.gammavariate(2 if present else 1, float(stay["sentenced_mean_days"])) + 20
        mu = log(float(stay["accused_median_days"]))
        sigma = sqrt(2 * (log(float(stay["accused_mean_days"])) - mu))
        return exp(random.gauss(mu + (sigma * sigma if present else 0), sigma)) + 0.3


@lru_cache(maxsize=4)
def _read(stamp: tuple[str, int]) -> Shares:
    return Shares(
        content.load(PATH),
        *(content.rows(PATH, table) for table in ("group", "site", "problem", "asking", "red_flag")),
    )


def shares() -> Shares:
    """Give the shares in force."""
    return _read(content.stamp())


def pick(random: Random, rows: Sequence[T], weights: Sequence[float]) -> T:
    """Draw one by weight."""
    return random.choices(rows, weights)[0]


def about(random: Random, mean: float) -> int:
    """Draw a number of things that come by themselves, with this mean (Poisson)."""
    if mean > 50:
        return max(0, round(random.gauss(mean, sqrt(mean))))
    limit, product, count = exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count
