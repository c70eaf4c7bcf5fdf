"""What somebody may see who may see nobody: numbers in aggregate, none on few people, and none that can be subtracted back. Pure.

Strata with too little are shown together, as many as it takes; where even together they are too little, the next smallest joins
them. Time is told by whole quarters (`sources`); months only where each stands on enough. What leaves the house passes the gate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from throughcare.insight.gate import registry
from throughcare.insight.measures.definitions import Definition
from throughcare.insight.numbers import Number

TOGETHER = "together"


def few() -> int:
    """Say up to which count, from one on, people are told to nobody who may not see them (clinical.md 6.3): as the gate's content has it."""
    return registry.rules().small_to


def enough(number: Number, measure: Definition) -> bool:
    """Say whether a number stands on enough: its base, and where it is a fact of health every count in it."""
    if measure.is_rate:
        return number.numerator == 0 or number.numerator > few()
    if number.denominator < measure.smallest_base:
        return False
    parts = (number.numerator, number.denominator - number.numerator)
    least = few()
    return measure.published_as == "service" or all(n == 0 or n > least for n in parts)


def tells_another(measure: Definition, known: Sequence[Definition]) -> bool:
    """Say whether a measure counts the people of one before it by another limit (below 8.0 and above 9.0, below 200 and below 50
    copies): of both together, how many lie between the limits could be had, and that may be one.
    """
    core = _people_of(measure)
    return bool(core) and next((d.id for d in known if _people_of(d) == core), measure.id) != measure.id


def _people_of(measure: Definition) -> str:
    return measure.core.partition(":")[0] if measure.judged else ""


def left_out_told(count: int, measure: Definition) -> int | None:
    """Give how many were left out, or nothing where they are few and why they were is a fact of health."""
    return None if measure.published_as == "person" and 0 < count <= few() else count


def pooled(strata: Mapping[str, Number], measure: Definition) -> dict[str, Number]:
    """Give strata of which each stands on enough; the others together under one name. Empty where that can't be."""
    # How long one waited longest is one person's, and is told to nobody who may not see them.
    keep = {name: replace(n, longest=None) for name, n in strata.items() if n.denominator or n.numerator}
    if all(enough(n, measure) for n in keep.values()):
        return keep
    alone = sorted((name for name, n in keep.items() if enough(n, measure)), key=lambda k: (keep[k].denominator, k))
    others = [name for name in keep if name not in alone]
    while alone and not (len(others) > 1 and enough(_sum([keep[n] for n in others]), measure)):
        others.append(alone.pop(0))
    rest = _sum([keep[n] for n in others])
    if len(alone) == 0 or not enough(rest, measure):
        return {}
    return {name: keep[name] for name in keep if name in alone} | {TOGETHER: rest}


def may_stand_beside(
    division: Mapping[str, Number], stratum: str, other: Mapping[str, Number], twin: str, measure: Definition
) -> bool:
    """Say whether two pooled divisions give nothing away together, where everybody knows that a stratum of the one and its twin of
    the other are the same people (all women are at York): where one stands alone and the other within `TOGETHER`, what is left of
    that must stand on enough by itself.
    """
    return not any(
        TOGETHER in pool
        and hidden not in pool
        and alone in shown
        and not enough(_less(pool[TOGETHER], shown[alone]), measure)
        for pool, hidden, shown, alone in ((division, stratum, other, twin), (other, twin, division, stratum))
    )


def _less(whole: Number, part: Number) -> Number:
    return Number(whole.denominator - part.denominator, whole.numerator - part.numerator)


def months_shown(months: Sequence[Number], measure: Definition) -> bool:
    """Say whether numbers month by month may be shown."""
    return all(enough(n, measure) for n in months if n.denominator)


def _sum(numbers: Sequence[Number]) -> Number:
    found = Number()
    for n in numbers:
        found.denominator += n.denominator
        found.numerator += n.numerator
        found.late, found.open, found.refused = found.late + n.late, found.open + n.open, found.refused + n.refused
        found.excused, found.gone = found.excused + n.excused, found.gone + n.gone
    return found
