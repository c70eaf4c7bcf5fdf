"""Q-DEP, aligned with CMS2: screened for depression within 14 days before a visit, and followed up if positive. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from throughcare.insight.measures.codes import LOINC, SNOMED
from throughcare.insight.measures.points import (
    Point,
    Span,
    before,
    during,
    overlaps_after,
    within,
)
from throughcare.insight.measures.populations import OUTSIDE, Group, Unit
from throughcare.insight.measures.rows import Encounter, Observation, by_start
from throughcare.insight.measures.subject import ORDERS, Subject

DECLINED = f"{SNOMED}720834000"
NEGATIVE, POSITIVE = f"{SNOMED}428171000124102", f"{SNOMED}428181000124104"
SCREENED_WITHIN, FOLLOWED_WITHIN = 14, 2
VISITS = ("depression-screening-visit", "physical-therapy-evaluation", "telephone-visit")


@dataclass(frozen=True, slots=True)
class Instruments:
    """What screening and follow-up are for adolescents, and for adults."""

    screening: str
    medicine: str
    referral: str
    follow_up: str


ADOLESCENT = Instruments(
    f"{LOINC}73831-0",
    "depression-medicine-adolescent",
    "depression-referral-adolescent",
    "depression-follow-up-adolescent",
)
ADULT = Instruments(
    f"{LOINC}73832-8", "depression-medicine-adult", "depression-referral-adult", "depression-follow-up-adult"
)


# --- the core -------------------------------------------------------------------------------------------------------------


def last_screening(who: Subject, kind: Instruments, visits: Sequence[Encounter]) -> Observation | None:
    """Give the last screening with a result on the day of a visit or up to 14 days before."""
    found = [
        o
        for o in who.observations(codes=[kind.screening], statuses=("final", "corrected"))
        if o.has_value and any(o.span and _up_to(o.span.end, e) for e in visits)
    ]
    return sorted(found, key=by_start)[-1] if found else None


def screened_well(who: Subject, kind: Instruments, visits: Sequence[Encounter]) -> bool:
    """Say whether the last screening was negative, or positive with a follow-up from the visit on, within 2 days."""
    screening = last_screening(who, kind, visits)
    if screening is None or screening.span is None:
        return False
    if NEGATIVE in screening.value_codes:
        return True
    if POSITIVE not in screening.value_codes:
        return False
    seen = [e for e in visits if _up_to(screening.span.start, e)]
    return any(_followed_up(who, kind, e, seen) for e in seen)


def _up_to(point: Point, visit: Encounter) -> bool:
    if visit.span is None:
        return False
    first = visit.span.start
    return within(point, Span(first.plus(days=-SCREENED_WITHIN), first), by_day=True)


def _followed_up(who: Subject, kind: Instruments, visit: Encounter, seen: Sequence[Encounter]) -> bool:
    if visit.span is None:
        return False
    soon = Span(visit.span.end, visit.span.end.plus(days=FOLLOWED_WITHIN))
    orders = [
        o
        for o in who.medication_orders(kind.medicine, statuses=("active", "completed"))
        if o.intent in ORDERS and any(overlaps_after(o.covers, e.span, by_day=True) for e in seen)
    ]
    orders += who.service_requests(kind.referral, statuses=("active", "completed"))
    return any(
        within(o.authored_at, soon, by_day=True) and within(o.authored_at, who.period, by_day=True) for o in orders
    ) or any(
        p.span is not None and within(p.span.start, visit.span) and within(p.span.start, who.period, by_day=True)
        for p in who.procedures(kind.follow_up)
    )


def _excused(who: Subject, kind: Instruments, visits: Sequence[Encounter]) -> bool:
    """Say whether screening was declined, or not done for a medical reason, at a visit, and never done."""
    reasons = who.book["medical-reason"] | {DECLINED}
    return last_screening(who, kind, visits) is None and any(
        not o.not_done_codes.isdisjoint(reasons) and any(within(o.issued_at, e.span, by_day=True) for e in visits)
        for o in who.observations(codes=[kind.screening], kind="not_done")
    )


# --- the populations ------------------------------------------------------------------------------------------------------


def ecqm(who: Subject) -> Sequence[Group]:
    """Judge by the aligned measure's own population: 12 and over with a visit; bipolar disorder before it is excluded."""
    visits = [e for e in who.encounters(*VISITS, statuses=("finished",)) if during(e.span, who.period, by_day=True)]
    age = who.age_at_start
    if age < 12 or not visits:
        return [[OUTSIDE]]
    kinds = (ADOLESCENT,) if age < 17 else (ADOLESCENT, ADULT) if age <= 17 else (ADULT,)
    excluded = any(
        who.as_problem(c)
        and c.span is not None
        and e.span is not None
        and before(c.span.start, e.span.start, by_day=True)
        for c in who.conditions("bipolar-disorder")
        for e in visits
    )
    done = any(screened_well(who, kind, visits) for kind in kinds)
    excused = any(_excused(who, kind, visits) for kind in (ADOLESCENT, ADULT))
    return [[Unit(True, True, excluded, done, excused)]]
