"""The pure scoring functions that content names. In: weights of asked items. Out: a value, a band it decides itself, counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from throughcare.chart.forms.scale import Scale

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of an instrument: weight per answered item, what was asked, what is still missing."""

    weights: Mapping[str, Decimal]
    asked: frozenset[str]
    missing: tuple[str, ...]

    def yes(self, *names: str) -> bool:
        """True if any of these items has a weight above 0."""
        return any(self.weights.get(name, ZERO) > 0 for name in names)

    def count(self, names: tuple[str, ...]) -> int:
        """How many of these items have a weight above 0."""
        return sum(self.yes(name) for name in names)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A value so far, the band if the function decides it (else the table does), and named counts."""

    value: Decimal | None
    band: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


def total(scale: Scale, given: Given) -> Outcome:
    """The sum of the weights; bands by the table."""
    return Outcome(sum((given.weights.get(name, ZERO) for name in scale.items), ZERO))


def total_reversed(scale: Scale, given: Given) -> Outcome:
    """The sum of 0/1 items, those named `reversed` counted the other way round (DAST-10 item 3)."""
    value = ZERO
    for name in scale.items:
        if name in given.weights:
            value += 1 - given.weights[name] if name in scale.reversed_items else given.weights[name]
    return Outcome(value)


def number(scale: Scale, given: Given) -> Outcome:
    """The one number that was said (pain 0-10)."""
    return Outcome(given.weights.get(scale.items[0]))


def cssrs_triage(scale: Scale, given: Given) -> Outcome:
    """C-SSRS screener: High 4, 5 or 6 within 3 months; Moderate 3 or 6 ever; Low 1 or 2; clinical.md 3.1."""
    wish, thoughts, method, intent, plan, ever, recent = scale.items
    if given.yes(intent, plan, recent):
        return Outcome(None, "high")
    if given.yes(ever) and recent in given.asked and recent not in given.weights:
        return Outcome(None, "high")  # behaviour without a known date is taken as recent until it is known
    if given.yes(method, ever):
        return Outcome(None, "moderate")
    return Outcome(None, "low" if given.yes(wish, thoughts) else "none")


def bjmhs(scale: Scale, given: Given) -> Outcome:
    """BJMHS: refer on two or more of 1-6, or 7, or 8, or the officer's concern; clinical.md 3.1."""
    *current, admitted, medicine, concern = scale.items
    symptoms = given.count(tuple(current))
    refer = symptoms >= 2 or given.yes(admitted, medicine, concern)
    return Outcome(Decimal(symptoms), "refer" if refer else "none", {"current_symptoms": symptoms})


def tb_symptoms(scale: Scale, given: Given) -> Outcome:
    """TB: cough of 2-3 weeks or blood, or any two others, is positive; clinical.md 3.1."""
    cough, blood, *others = scale.items
    found = given.count(tuple(others))
    positive = given.yes(cough, blood) or found >= 2
    return Outcome(Decimal(given.count(scale.items)), "positive" if positive else ("one" if found else "none"))


def aims(scale: Scale, given: Given) -> Outcome:
    """AIMS: tardive dyskinesia likely when one of items 1-7 is 3 or more, or two are 2 or more; clinical.md 3.1."""
    scores = [given.weights.get(name, ZERO) for name in scale.items[:7]]
    likely = any(s >= 3 for s in scores) or sum(s >= 2 for s in scores) >= 2
    return Outcome(sum(scores, ZERO), "likely" if likely else "unlikely")


def counts(scale: Scale, given: Given) -> Outcome:
    """Counts per named group and nothing more: 28 CFR 115.41 gives criteria, no score."""
    groups = scale.groups or {}
    return Outcome(None, None, {name: given.count(members) for name, members in groups.items()})


FUNCTIONS: Mapping[str, Callable[[Scale, Given], Outcome]] = {
    "total": total,
    "total_reversed": total_reversed,
    "number": number,
    "cssrs_triage": cssrs_triage,
    "bjmhs": bjmhs,
    "tb_symptoms": tb_symptoms,
    "aims": aims,
    "counts": counts,
}
