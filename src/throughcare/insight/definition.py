"""What a measure of the service is: a definition in words, and the query that gives its units one by one. Pure.

A query of units gives: unit, person_id, facility, moment (UTC), state, minutes, data_class. `state` is `met`, `late`, `open` (all in
the denominator), `refused`, `excused` or `left` (outside it, and counted). `$known` is the moment until which the record is whole.
A rate has a query of events (unit, person_id, facility, moment, data_class) over time in custody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

IN = ("met", "late", "open")
OUT = ("refused", "excused", "left")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: who is counted, what counts, which way is better, who may see the people behind it."""

    id: str
    title: str
    denominator: str
    numerator: str
    exclusions: str
    source: str
    version: str
    query: str
    domain: str = "access"
    kind: Literal["share", "rate"] = "share"
    better: Literal["higher", "lower"] = "higher"
    per_days: float = 0.0  # of a rate: how many days in custody it is told for
    unit: str = "%"
    rule: str = ""  # the rule of the clock table whose duties are its units
    also: tuple[str, ...] = ()
    provisional: bool = False
    by_person: bool = True  # whether its units are also counted by sex and age
