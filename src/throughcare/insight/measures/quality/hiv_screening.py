"""Q-HIVscreen, aligned with CMS349: ever tested for HIV between 15 and 65. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from throughcare.insight.measures.codes import LOINC
from throughcare.insight.measures.points import at_or_before, before, during
from throughcare.insight.measures.populations import OUTSIDE, Group, Unit
from throughcare.insight.measures.rows import Observation
from throughcare.insight.measures.subject import FINAL, Subject

PANEL = f"{LOINC}75622-1"
YOUNGEST, OLDEST = 15, 65
VISITS = (
    "preventive-visit-initial-minor",
    "preventive-visit-initial-adult",
    "preventive-visit-established-minor",
    "preventive-visit-established-adult",
    "office-visit",
)


# --- the core -------------------------------------------------------------------------------------------------------------


def tests(who: Subject) -> Sequence[Observation]:
    """Find HIV tests with a result, made between 15 and 65 years of age, before the period ended."""
    return [
        o
        for o in who.observations("hiv-test", kind="result", codes=[PANEL], statuses=FINAL)
        if o.has_value
        and o.span is not None
        and YOUNGEST <= who.age_at(o.span.start) <= OLDEST
        and before(o.span.start, who.period.end)
    ]


def known_before(who: Subject) -> bool:
    """Say whether HIV, not refuted, began before the period."""
    return any(
        c.verification != "refuted" and c.span is not None and before(c.span.start, who.period.start, by_day=True)
        for c in who.conditions("hiv")
    )


# --- the populations ------------------------------------------------------------------------------------------------------


def ecqm(who: Subject) -> Sequence[Group]:
    """Judge by the aligned measure's own population: 15 to 65 at the start, with a visit; excepted who died."""
    visits = who.encounters(*VISITS, statuses=("finished",))
    if not YOUNGEST <= who.age_at_start <= OLDEST or not any(during(e.span, who.period, by_day=True) for e in visits):
        return [[OUTSIDE]]
    found = tests(who)
    died = who.history.died_at is not None and at_or_before(who.history.died_at, who.period.end)
    return [[Unit(True, True, known_before(who), bool(found), died, evidence=tuple(o.id for o in found))]]
