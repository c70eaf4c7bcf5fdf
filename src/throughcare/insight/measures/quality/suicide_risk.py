"""Q-SRA and Q-SRY, aligned with CMS161 and CMS177: suicide risk assessed at visits for major depression. Each counts visits. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from throughcare.insight.measures.codes import SNOMED
from throughcare.insight.measures.points import days_before, during
from throughcare.insight.measures.populations import Group, Unit
from throughcare.insight.measures.rows import Encounter
from throughcare.insight.measures.subject import Subject

ASSESSED = f"{SNOMED}225337009"
AMBULATORY = "http://terminology.hl7.org/CodeSystem/v3-ActCode|AMB"
NEW_AFTER = 104
ADULT_VISITS = (
    "psychiatric-evaluation",
    "emergency-visit",
    "office-visit",
    "outpatient-consultation",
    "psychotherapy",
    "psychoanalysis",
    "telehealth-service",
)
YOUTH_VISITS = (
    "office-visit",
    "outpatient-consultation",
    "psychiatric-evaluation",
    "psychotherapy-family",
    "psychotherapy",
    "psychoanalysis",
    "psychotherapy-group",
    "telephone-visit",
)


# --- the core -------------------------------------------------------------------------------------------------------------


def depression_visits(who: Subject, *lists: str) -> Sequence[Encounter]:
    """Find finished visits whose reason or diagnosis is an active major depression."""
    reasons = who.book["major-depression-active"]
    return [
        e
        for e in who.encounters(*lists, statuses=("finished",))
        if not e.reason_codes.isdisjoint(reasons) or who.diagnosed_with(e, "major-depression-active")
    ]


def assessed_at(who: Subject, visit: Encounter) -> tuple[str, ...]:
    """Give the suicide risk assessments made wholly within a visit."""
    return tuple(p.id for p in who.procedures(codes=[ASSESSED]) if during(p.span, visit.span))


def begins_episode(visit: Encounter, visits: Sequence[Encounter]) -> bool:
    """Say whether no other visit for the depression ended in the 104 days before this one."""
    if visit.span is None:
        return True
    for other in visits:
        apart = days_before(other.span.end, visit.span.start) if other.span and other.id != visit.id else None
        if apart is not None and 1 <= apart <= NEW_AFTER:
            return False
    return True


# --- the populations ------------------------------------------------------------------------------------------------------


def ecqm_adult(who: Subject) -> Sequence[Group]:
    """Judge by CMS161: 17 and over, ambulatory visits that begin an episode."""
    if who.age_at_start < 17:
        return [[]]
    visits = [e for e in depression_visits(who, *ADULT_VISITS) if AMBULATORY in e.classes]
    return [[_unit(who, e) for e in visits if during(e.span, who.period) and begins_episode(e, visits)]]


def ecqm_youth(who: Subject) -> Sequence[Group]:
    """Judge by CMS177: 6 to 16 at the start, every visit of the period."""
    if not 6 <= who.age_at_start <= 16:
        return [[]]
    visits = depression_visits(who, *YOUTH_VISITS)
    return [[_unit(who, e) for e in visits if during(e.span, who.period, by_day=True)]]


def _unit(who: Subject, visit: Encounter) -> Unit:
    assessments = assessed_at(who, visit)
    return Unit(True, True, numerator=bool(assessments), evidence=(visit.id, *assessments))
