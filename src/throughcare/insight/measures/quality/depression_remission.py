"""Q-REM12, aligned with CMS159: PHQ-9 below 5 a year, give or take 60 days, after one above 9. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from throughcare.insight.measures.late_life import HOSPICE_ASSESSED, PALLIATIVE_ASSESSED, TO_HOSPICE, YES
from throughcare.insight.measures.points import ALWAYS_SINCE, Span, at_or_before, during, just_before, overlaps, within
from throughcare.insight.measures.populations import OUTSIDE, Group, Unit
from throughcare.insight.measures.rows import Encounter, Observation, Procedure, by_start
from throughcare.insight.measures.subject import FINAL, ORDERS, Subject, confirmed_active, verified

HIGH, REMITTED, MARGIN = 9, 5, 60
DEPRESSION = ("major-depression-or-remission", "dysthymia")
NEEDS = DEPRESSION  # without one of these in the record nobody is counted in custody
OTHER_DISORDERS = (
    "bipolar-disorder",
    "labile-personality-disorder",
    "psychotic-disorder",
    "pervasive-developmental-disorder",
)


# --- the core -------------------------------------------------------------------------------------------------------------


def index_span(who: Subject) -> Span:
    """Give when the index score is looked for: from 14 months before the period until 2 months before it."""
    return Span(who.period.start.plus(months=-14), just_before(who.period.start.plus(months=-2)))


def index_score(who: Subject) -> Observation | None:
    """Give the first PHQ-9 above 9 at, or up to 7 days before, a visit with depression in the index span."""
    visits = _depression_visits(who)
    found = [
        o
        for o in who.observations("phq-9", statuses=FINAL)
        if o.kind == "integer"
        and o.number is not None
        and o.number > HIGH
        and any(during(o.span, _about(e), by_day=True) for e in visits)
    ]
    return min(found, key=by_start, default=None)


def follow_up_span(index: Observation) -> Span | None:
    """Give the days about a year after the index score in which remission is looked for."""
    if index.span is None:
        return None
    year_after = index.span.start.plus(months=12).date
    return Span(year_after.plus(days=-MARGIN), year_after.plus(days=MARGIN))


def last_score(who: Subject, span: Span | None) -> Observation | None:
    """Give the last PHQ-9 in a span."""
    found = [
        o
        for o in who.observations("phq-9", statuses=FINAL)
        if o.span is not None and within(o.span.start.date, span, by_day=True)
    ]
    return sorted(found, key=by_start)[-1] if found else None


def remitted(score: Observation | None) -> bool:
    """Say whether a score shows remission."""
    return score is not None and score.kind == "integer" and score.number is not None and score.number < REMITTED


def _depression_visits(who: Subject) -> Sequence[Encounter]:
    depressions = [c for c in who.conditions(*DEPRESSION) if confirmed_active(c)]
    span = index_span(who)
    return [
        e
        for e in who.encounters("depression-contact", statuses=("finished",))
        if e.span is not None
        and within(e.span.end, span, by_day=True)
        and any(overlaps(e.span, c.span) for c in depressions)
    ]


def _about(visit: Encounter) -> Span | None:
    return Span(visit.span.start.plus(days=-7).date, visit.span.end) if visit.span else None


# --- the populations ------------------------------------------------------------------------------------------------------


def ecqm(who: Subject) -> Sequence[Group]:
    """Judge by the aligned measure's own population: 12 and over at the index score, and its exclusions."""
    index = index_score(who)
    if index is None or index.span is None or who.age_at(index.span.start) < 12:
        return [[OUTSIDE]]
    follow_up = follow_up_span(index)
    if follow_up is None:
        return [[OUTSIDE]]
    whole = Span(index_span(who).start, follow_up.end)
    excluded = (
        _in_hospice(who, whole)
        or _in_palliative_care(who, whole)
        or (who.history.died_at is not None and at_or_before(who.history.died_at, follow_up.end, by_day=True))
        or _other_disorder(who, follow_up)
    )
    last = last_score(who, follow_up)
    return [[Unit(True, True, excluded, remitted(last), evidence=(index.id, *((last.id,) if last else ())))]]


def _other_disorder(who: Subject, follow_up: Span) -> bool:
    until = Span(ALWAYS_SINCE, follow_up.end)
    return any(
        confirmed_active(c) and c.span is not None and within(c.span.start.date, until, by_day=True)
        for c in who.conditions(*OTHER_DISORDERS)
    )


def _in_hospice(who: Subject, whole: Span) -> bool:
    return (
        any(
            not e.discharge_codes.isdisjoint(TO_HOSPICE)
            and e.span is not None
            and within(e.span.end, whole, by_day=True)
            for e in who.encounters("inpatient", statuses=("finished",))
        )
        or any(
            e.status not in ("cancelled", "entered-in-error", "unknown") and overlaps(e.span, whole, by_day=True)
            for e in who.encounters("hospice-encounter")
        )
        or any(
            YES in o.value_codes and overlaps(o.span, whole, by_day=True)
            for o in who.observations(codes=[HOSPICE_ASSESSED], statuses=FINAL)
        )
        or any(
            o.intent in ORDERS and not o.not_done and within(o.authored_at, whole, by_day=True)
            for o in who.service_requests("hospice-care", statuses=("active", "completed"))
        )
        or any(overlaps(p.span, whole, by_day=True) for p in _procedures(who, "hospice-care"))
        or _diagnosed(who, "hospice-diagnosis", whole)
    )


def _in_palliative_care(who: Subject, whole: Span) -> bool:
    return (
        any(overlaps(o.span, whole, by_day=True) for o in who.observations(codes=[PALLIATIVE_ASSESSED], statuses=FINAL))
        or _diagnosed(who, "palliative-diagnosis", whole)
        or any(
            overlaps(e.span, whole, by_day=True) for e in who.encounters("palliative-encounter", statuses=("finished",))
        )
        or any(overlaps(p.span, whole, by_day=True) for p in _procedures(who, "palliative-care"))
    )


def _diagnosed(who: Subject, name: str, whole: Span) -> bool:
    return any(confirmed_active(c) and overlaps(c.span, whole, by_day=True) for c in who.conditions(name))


def _procedures(who: Subject, name: str) -> Sequence[Procedure]:
    """Find procedures that were begun or planned, not only completed ones: this measure leaves out only those not done."""
    return [p for p in who.every_procedure(name) if p.status not in ("not-done", "entered-in-error", "unknown")]


def custody(who: Subject) -> Unit | None:
    """Judge somebody in custody at the follow-up: the first high score of the index span, with or without a visit of its own."""
    depressions = [c for c in who.conditions(*DEPRESSION) if c.status in ("active", "recurrence", "relapse")]
    span = index_span(who)
    index = min(
        (
            o
            for o in who.observations("phq-9", statuses=FINAL)
            if o.number is not None
            and o.number > HIGH
            and during(o.span, span, by_day=True)
            and any(overlaps(o.span, c.span, by_day=True) for c in depressions)
        ),
        key=by_start,
        default=None,
    )
    if index is None or index.span is None or who.age_at(index.span.start) < 12:
        return None
    follow_up = follow_up_span(index)
    last = last_score(who, follow_up)
    other = any(verified(c) and c.span is not None for c in who.conditions(*OTHER_DISORDERS))
    remission = last is not None and last.number is not None and last.number < REMITTED
    return Unit(True, True, other, remission, evidence=(index.id, *((last.id,) if last else ())))
