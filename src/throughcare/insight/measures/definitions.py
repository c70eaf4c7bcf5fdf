"""What each measure is: in the words of content/measures, or made from a rule of the clock table. One list, one shape."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from throughcare.duties import clock_table
from throughcare.duties.rule import Rule
from throughcare.insight.measures.statistics import Estimate, poisson, wilson
from throughcare.kernel import content
from throughcare.kernel.content import ContentError

FILES = ("access", "medicines", "safety", "quality", "reentry")
CLOCK = "clock"  # the area of measures made from rules
AREAS = (*FILES, CLOCK)
KINDS = ("proportion", "rate")
DIRECTIONS = ("higher", "lower", "none")
RULES = ("person", "service")
REFUSALS = ("", "stays", "leaves")
STRATIFIERS = ("facility", "sex", "age_band", "legal_status", "race_ethnicity", "language")
COUNTING = "measures/counting.toml"


@dataclass(frozen=True, slots=True)
class Definition:
    """One measure. `core` names its code; `rules` its duties; `waits_for` what it has no data of yet.

    `data_class` is the class under which the people behind its number are asked of the lens.
    """

    id: str
    area: str
    title: str
    kind: str
    denominator: str
    numerator: str
    exclusions: str
    better: str
    published_as: str
    source: str
    version: str
    aligned_with: str = ""
    core: str = ""
    rules: tuple[str, ...] = ()
    per: float = 1.0
    unit: str = ""
    smallest_base: int = 30
    smallest_count: int = 20
    refusals: str = "stays"
    data_class: str = "clinical"
    stratifiers: tuple[str, ...] = STRATIFIERS
    limits: tuple[tuple[str, Any], ...] = ()
    waits_for: str = ""
    also: tuple[str, ...] = ()
    provisional: bool = False

    @property
    def limit(self) -> dict[str, Any]:
        """Give the measure's own numbers ([D] values of content)."""
        return dict(self.limits)

    @property
    def is_rate(self) -> bool:
        """Say whether it is events over an exposure, and not a share."""
        return self.kind == "rate"

    @property
    def judged(self) -> bool:
        """Say whether people are judged one by one over months, instead of units being queried."""
        return self.core.startswith("quality.")

    @property
    def misses(self) -> bool:
        """Say whether what is not a hit was missed: only where more is better."""
        return self.better == "higher" and not self.is_rate

    def estimate(self, numerator: float, denominator: float) -> Estimate | None:
        """Give its number with its 95 % interval: a share between 0 and 1, or a rate in its unit."""
        if self.is_rate:
            return poisson(round(numerator), denominator, self.per)
        return wilson(round(numerator), round(denominator))

    def small(self, numerator: float, denominator: float) -> bool:
        """Say whether a number stands on too little to conclude anything."""
        return numerator < self.smallest_count if self.is_rate else denominator < self.smallest_base


def every() -> tuple[Definition, ...]:
    """Give all measures of content in its order."""
    return _every(content.stamp())


def measures(on: date) -> tuple[Definition, ...]:
    """Give every measure as defined on a day: those of content, then one for each rule of the clock table."""
    return _measures(content.stamp(), on)


def find(name: str, on: date | None = None) -> Definition | None:
    """Find a measure by its id; case doesn't matter. With a day, those of the clock table are found too."""
    found = measures(on) if on else every()
    return next((d for d in found if d.id.casefold() == name.strip().casefold()), None)


@lru_cache(maxsize=16)
def _measures(stamp: tuple[str, int], on: date) -> tuple[Definition, ...]:
    return (*_every(stamp), *(of_rule(rule) for rule in clock_table.rules(on).values()))


def of_rule(rule: Rule) -> Definition:
    """Make the measure of a rule of the clock table: of the duties that fell due, how many were done in time."""
    said = counting()
    return Definition(
        id=f"T-{rule.id}",
        area=CLOCK,
        title=rule.title,
        kind="proportion",
        denominator="Duties of this rule that fell due",
        numerator="Done when due, or before",
        exclusions="Excused with a reason; ended before it was due because the person left or another duty goes on",
        better="higher",
        published_as="service",
        source="; ".join(rule.source) or "clock table",
        version=rule.version,
        rules=(rule.id,),
        smallest_base=said["smallest_base"],
        smallest_count=said["smallest_count"],
        refusals=said["refusals"],
        data_class="duty",
        also=rule.measures,
        provisional=rule.provisional or rule.default,
    )


def counting() -> dict[str, Any]:
    """Give how measures are counted, as content says it once for all of them."""
    said = content.load(COUNTING)
    if said["refusals"] not in REFUSALS[1:]:
        raise ContentError(COUNTING, f"says refusals [{said['refusals']}]. Say one of stays, leaves.")
    return said


@lru_cache(maxsize=4)
def _every(_stamp: tuple[str, int]) -> tuple[Definition, ...]:
    found = [_read(area, row) for area in FILES for row in content.rows(f"measures/{area}.toml", "measure")]
    seen: set[str] = set()
    for definition in found:
        if definition.id.casefold() in seen:
            raise ContentError(f"measures/{definition.area}.toml", "stands in another file too.", definition.id)
        seen.add(definition.id.casefold())
    return tuple(found)


def _read(area: str, row: dict[str, Any]) -> Definition:
    path = f"measures/{area}.toml"
    body, same = content.load(path), counting()
    known = set(Definition.__dataclass_fields__) - {"area", "limits"} | {"limit"}
    if strange := sorted(set(row) - known):
        raise ContentError(path, f"has {strange[0]}, which no measure has. Correct its name.", row["id"])
    said = {
        "smallest_base": same["smallest_base"],
        "smallest_count": same["smallest_count"],
        "refusals": same["refusals"],
        "source": body["source"],
        "version": body["version"],
        **row,
        "area": area,
    }
    said["limits"] = tuple(sorted(said.pop("limit", {}).items()))
    for name in ("rules", "stratifiers", "also"):
        if name in said:
            said[name] = tuple(said[name])
    try:
        definition = Definition(**said)
    except TypeError as wrong:
        raise ContentError(path, f"lacks something ({wrong}).", row["id"]) from None
    _check(path, definition)
    return definition


def _check(path: str, definition: Definition) -> None:
    for value, allowed in (
        (definition.kind, KINDS),
        (definition.better, DIRECTIONS),
        (definition.published_as, RULES),
        (definition.refusals, REFUSALS[1:]),
    ):
        if value not in allowed:
            raise ContentError(path, f"says [{value}]. Say one of {', '.join(allowed)}.", definition.id)
    if not (definition.core or definition.rules or definition.waits_for):
        raise ContentError(path, "names neither core nor rules, nor what it waits for.", definition.id)
    if definition.id.startswith("T-"):
        raise ContentError(path, "begins with T-, as only measures of the clock table do.", definition.id)
