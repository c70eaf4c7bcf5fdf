"""Q-GSD9, aligned with CMS122: diabetes with the last glycaemic reading above 9 %, or missing. Lower is better. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from throughcare.insight.measures.codes import CPT, HCPCS, LOINC
from throughcare.insight.measures.late_life import (
    OF_2026,
    frail_and_ill,
    in_hospice,
    in_nursing_home,
    in_palliative_care,
    visited,
)
from throughcare.insight.measures.points import overlaps, within
from throughcare.insight.measures.populations import OUTSIDE, Group, Unit
from throughcare.insight.measures.rows import Observation, latest
from throughcare.insight.measures.subject import FINAL, Subject, verified

GMI = f"{LOINC}97506-0"
# Without one of these in the record nobody is counted in custody.
NEEDS = ("diabetes",)
LIMIT = 9.0
VISITS = (
    "office-visit",
    "annual-wellness-visit",
    "preventive-visit-established-adult",
    "preventive-visit-initial-adult",
    "home-health",
    "nutrition-service",
    "telephone-visit",
)
NUTRITION_THERAPY = (f"{CPT}97802", f"{CPT}97803", f"{CPT}97804", f"{HCPCS}G0270", f"{HCPCS}G0271")


# --- the core -------------------------------------------------------------------------------------------------------------


def readings(who: Subject) -> Sequence[Observation]:
    """Find the glycaemic readings (HbA1c, or glucose management indicator) of the period."""
    found = who.observations("hba1c", kind="result", codes=[GMI], statuses=FINAL)
    return [o for o in found if within(latest(o.span), who.period, by_day=True)]


def last_reading(who: Subject) -> Observation | None:
    """Give the lowest reading of the last day with one; a reading without a number stands below every number."""
    found = [(moment.date.first, o) for o in readings(who) if (moment := latest(o.span))]
    if not found:
        return None
    last_day = max(day for day, _ in found)
    return min((o for day, o in found if day == last_day), key=_number_or_none)


def above(reading: Observation | None, limit: float = LIMIT) -> bool:
    """Say whether control is poor: no reading, a reading without a result, or one above the limit."""
    if reading is None or not reading.has_value:
        return True
    percent = _percent(reading)
    return percent is not None and percent > limit


def below(reading: Observation | None, limit: float) -> bool:
    """Say whether control is good: a reading below the limit."""
    percent = _percent(reading) if reading else None
    return percent is not None and percent < limit


def has_diabetes(who: Subject) -> bool:
    """Say whether diabetes, not refuted, was there at any time of the period."""
    return any(
        verified(c) and who.as_diagnosis(c) and overlaps(c.span, who.period, by_day=True)
        for c in who.conditions("diabetes")
    )


def _number_or_none(reading: Observation) -> float:
    return reading.number if reading.kind == "quantity" and reading.number is not None else float("-inf")


def _percent(reading: Observation) -> float | None:
    if reading.kind != "quantity" or reading.number is None:
        return None
    return {"%": reading.number, "1": reading.number * 100}.get(reading.unit)


GOOD = 8.0


# --- the populations ------------------------------------------------------------------------------------------------------


def ecqm(who: Subject) -> Sequence[Group]:
    """Judge by the aligned measure's own population: 18 to 75 at the end, with a visit, and its exclusions."""
    if not (
        18 <= who.age_at_end <= 75
        and has_diabetes(who)
        and visited(who, *VISITS, year=OF_2026, codes=NUTRITION_THERAPY)
    ):
        return [[OUTSIDE]]
    last = last_reading(who)
    excluded = (
        in_hospice(who, OF_2026)
        or in_nursing_home(who, OF_2026)
        or frail_and_ill(who, OF_2026)
        or in_palliative_care(who, OF_2026)
    )
    return [[Unit(True, True, excluded, above(last), evidence=(last.id,) if last else ())]]


def custody(who: Subject) -> Unit | None:
    """Judge somebody held long enough: poor control or none measured."""
    return _custody(who, above(last_reading(who)))


def custody_good(who: Subject) -> Unit | None:
    """Judge somebody held long enough: good control."""
    return _custody(who, below(last_reading(who), GOOD))


def _custody(who: Subject, hit: bool) -> Unit | None:
    if not (18 <= who.age_at_end <= 75 and has_diabetes(who)):
        return None
    last = last_reading(who)
    excluded = in_palliative_care(who, OF_2026) or frail_and_ill(who, OF_2026)
    return Unit(True, True, excluded, hit, evidence=(last.id,) if last else ())
