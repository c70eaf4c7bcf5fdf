"""Q-CBP, aligned with CMS165: essential hypertension with the last blood pressure below 140/90. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from throughcare.insight.measures.codes import LOINC
from throughcare.insight.measures.late_life import (
    OF_2026,
    frail_by_age,
    in_hospice,
    in_nursing_home,
    in_palliative_care,
    visited,
)
from throughcare.insight.measures.points import Span, at_or_before, just_before, overlaps, within
from throughcare.insight.measures.populations import OUTSIDE, Group, Unit
from throughcare.insight.measures.rows import Observation, latest
from throughcare.insight.measures.subject import FINAL, Subject, verified

PANEL, SYSTOLIC, DIASTOLIC = f"{LOINC}85354-9", f"{LOINC}8480-6", f"{LOINC}8462-4"
# Without one of these in the record nobody is counted in custody.
NEEDS = ("essential-hypertension",)
BELOW = (140.0, 90.0)
ACUTE = frozenset({"EMER", "IMP", "ACUTE", "NONAC", "PRENC", "SS"})
VISITS = (
    "office-visit",
    "annual-wellness-visit",
    "preventive-visit-established-adult",
    "preventive-visit-initial-adult",
    "home-health",
    "virtual-visit",
    "telephone-visit",
)
OTHERWISE_CARED = ("pregnancy", "kidney-failure", "kidney-transplant-recipient", "kidney-disease-stage-5")


# --- the core -------------------------------------------------------------------------------------------------------------


def readings(who: Subject) -> Sequence[Observation]:
    """Find the readings that count: taken outside the days of an emergency or hospital stay, or, within the period, at an encounter that is neither.

    The aligned measure joins the two ways with "or", and only the second asks for the period; so do we.
    """
    pressures = who.kept("pressures", lambda: _pressures(who))
    if not who.model:
        pressures = [o for o in pressures if within(latest(o.span), who.period, by_day=True)]
    acute = who.encounters("inpatient", "emergency-visit", statuses=OF_2026.encounters)
    classes = {e.id: e.class_code for e in who.history.encounters if who.follows(e, "encounter")}
    return [
        o
        for o in pressures
        if not any(within(latest(o.span), e.span, by_day=True) for e in acute)
        or (classes.get(o.encounter_id, "") not in ("", *ACUTE) and within(latest(o.span), who.period, by_day=True))
    ]


def _pressures(who: Subject) -> list[Observation]:
    return [o for o in who.history.observations if o.status in FINAL and is_pressure(who, o)]


def is_pressure(who: Subject, reading: Observation) -> bool:
    """Say whether an observation is a blood pressure with its two components."""
    if who.model:
        return who.follows(reading, "pressure")
    return PANEL in reading.codes or any(SYSTOLIC in p.codes or DIASTOLIC in p.codes for p in reading.parts)


def last_pressure(who: Subject) -> tuple[float | None, float | None, tuple[str, ...]]:
    """Give the lowest systolic and the lowest diastolic of the last day with a reading, and the readings."""
    found = [(moment.date.first, o) for o in readings(who) if (moment := latest(o.span))]
    if not found:
        return None, None, ()
    last_day = max(day for day, _ in found)
    those = [o for day, o in found if day == last_day]
    return _lowest(those, SYSTOLIC), _lowest(those, DIASTOLIC), tuple(o.id for o in those)


def controlled(systolic: float | None, diastolic: float | None, below: tuple[float, float] = BELOW) -> bool:
    """Say whether both numbers are there and below their limits."""
    return systolic is not None and diastolic is not None and systolic < below[0] and diastolic < below[1]


def has_hypertension(who: Subject) -> bool:
    """Say whether essential hypertension, not refuted, was there in the first six months of the period."""
    half = Span(who.period.start, just_before(who.period.start.plus(months=6)))
    return any(verified(c) and overlaps(c.span, half) for c in who.conditions("essential-hypertension"))


def _lowest(readings: Sequence[Observation], part: str) -> float | None:
    """Give the lowest; nothing where a reading of the day lacks this part, which stands below every number."""
    numbers = [next((p.number for p in o.parts if part in p.codes and p.unit == "mm[Hg]"), None) for o in readings]
    return None if None in numbers else min(n for n in numbers if n is not None)


# --- the populations ------------------------------------------------------------------------------------------------------


def ecqm(who: Subject) -> Sequence[Group]:
    """Judge by the aligned measure's own population: 18 to 85 at the end, with a visit, and its exclusions."""
    if not (18 <= who.age_at_end <= 85 and has_hypertension(who) and visited(who, *VISITS, year=OF_2026)):
        return [[OUTSIDE]]
    systolic, diastolic, evidence = last_pressure(who)
    excluded = (
        in_hospice(who, OF_2026)
        or pregnant_or_kidney_failing(who)
        or frail_by_age(who, OF_2026)
        or in_nursing_home(who, OF_2026)
        or in_palliative_care(who, OF_2026)
    )
    return [[Unit(True, True, excluded, controlled(systolic, diastolic), evidence=evidence)]]


def pregnant_or_kidney_failing(who: Subject) -> bool:
    """Say whether pregnancy or failing kidneys ask for another goal: diagnosed in the period, or treated before its end."""
    end = who.period.end
    return (
        any(verified(c) and overlaps(c.span, who.period) for c in who.conditions(*OTHERWISE_CARED))
        or any(
            p.span is not None and at_or_before(p.span.end, end)
            for p in who.procedures("kidney-transplant", "dialysis")
        )
        or any(
            e.span is not None and at_or_before(e.span.start, end)
            for e in who.encounters("kidney-failure-monthly", statuses=OF_2026.encounters)
        )
    )


STRICT = (130.0, 80.0)


def custody(who: Subject) -> Unit | None:
    """Judge somebody held long enough by the aligned measure's limits."""
    return _custody(who, BELOW)


def custody_strict(who: Subject) -> Unit | None:
    """Judge somebody held long enough by the stricter limits (second line)."""
    return _custody(who, STRICT)


def _custody(who: Subject, below: tuple[float, float]) -> Unit | None:
    if not (18 <= who.age_at_end <= 85 and has_hypertension(who)):
        return None
    systolic, diastolic, evidence = last_pressure(who)
    excluded = pregnant_or_kidney_failing(who) or frail_by_age(who, OF_2026) or in_palliative_care(who, OF_2026)
    return Unit(True, True, excluded, controlled(systolic, diastolic, below), evidence=evidence)
