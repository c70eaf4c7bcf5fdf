"""Q-AMM, aligned with CMS128: a new antidepressant kept up for 12 weeks (group 0) and for 6 months (group 1). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from throughcare.insight.measures.late_life import OF_2025, in_hospice, in_palliative_care
from throughcare.insight.measures.points import Point, Span, days_before, of_date, on_day, overlaps, within
from throughcare.insight.measures.populations import OUTSIDE, Group, Unit
from throughcare.insight.measures.subject import Subject
from throughcare.insight.measures.supplies import days_covered

# Without one of these in the record nobody is counted in custody.
NEEDS = ("antidepressant",)
WINDOW, CLEAR = 60, 105
# Days with medicine, out of the days that follow the first one (that one included).
ACUTE, CONTINUED = (84, 115), (180, 232)
VISITS = (
    "office-visit",
    "preventive-visit-established-adult",
    "preventive-visit-initial-adult",
    "home-health",
    "annual-wellness-visit",
    "nursing-facility-visit",
    "psychiatric-evaluation",
    "psychotherapy",
    "telephone-visit",
    "virtual-visit",
)


# --- the core -------------------------------------------------------------------------------------------------------------


def first_dispensed(who: Subject) -> Point | None:
    """Give the first day an antidepressant was dispensed, from 1 May of the year before to 30 April of the period."""
    year = date.fromordinal(who.period.start.day + date(1970, 1, 1).toordinal()).year
    intake = Span(of_date(date(year - 1, 5, 1)), of_date(date(year, 4, 30)))
    starts = [s.covers.start for s in who.supplies("antidepressant") if s.covers]
    return min((p for p in starts if within(p, intake, by_day=True)), key=lambda p: p.first, default=None)


def days_with_medicine(who: Subject, first: Point, days: int) -> int:
    """Count the days with a dispensed antidepressant among the `days` from the first one on."""
    return days_covered((s.covers for s in who.supplies("antidepressant")), first, first.plus(days=days - 1))


def depressed_about(who: Subject, day: Point) -> bool:
    """Say whether a major depression began within 60 days of a day."""
    return any(c.span is not None and _near(c.span.start.date, day) for c in who.conditions("major-depression"))


def already_treated(who: Subject, day: Point) -> bool:
    """Say whether an active order of an antidepressant reached into the 105 days before a day."""
    before = Span(day.plus(days=-CLEAR), day.plus(days=-1))
    return any(
        o.intent == "order" and overlaps(o.covers, before)
        for o in who.medication_orders("antidepressant", statuses=("active",))
    )


def _near(point: Point, day: Point) -> bool:
    apart = days_before(point, day)
    return apart is not None and abs(apart) <= WINDOW


# --- the populations ------------------------------------------------------------------------------------------------------


def ecqm(who: Subject) -> Sequence[Group]:
    """Judge by the aligned measure's own population: adults newly treated for major depression, seen about that day."""
    first = first_dispensed(who)
    if first is None or who.age_at(first) < 18 or not depressed_about(who, first) or not _seen_about(who, first):
        return [[OUTSIDE], [OUTSIDE]]
    excluded = in_hospice(who, OF_2025) or already_treated(who, first)
    return [
        [Unit(True, True, excluded, days_with_medicine(who, first, out_of) >= at_least)]
        for at_least, out_of in (ACUTE, CONTINUED)
    ]


def _seen_about(who: Subject, day: Point) -> bool:
    return any(
        e.span is not None and _near(e.span.start.date, day)
        for e in who.encounters(*VISITS, statuses=OF_2025.encounters)
    )


def custody_acute(who: Subject) -> Unit | None:
    """Judge somebody held long enough by the doses given in the first 115 days."""
    return _custody(who, *ACUTE)


def custody_continued(who: Subject) -> Unit | None:
    """Judge somebody held long enough by the doses given in the first 232 days."""
    return _custody(who, *CONTINUED)


def _custody(who: Subject, at_least: int, out_of: int) -> Unit | None:
    """Count given days: nobody is judged before the days have passed, nor after a dose in the 105 days before."""
    starts = who.kept("antidepressant starts", lambda: _starts(who))
    began = [day for day in starts if within(day, who.period, by_day=True)]
    if not began or who.age_at(began[0]) < 18 or not depressed_about(who, began[0]):
        return None
    if began[0].day + out_of - 1 > who.period.end.day:
        return None
    enough = days_with_medicine(who, began[0], out_of) >= at_least
    return Unit(True, True, in_palliative_care(who, OF_2025), enough)


def _starts(who: Subject) -> list[Point]:
    """Give the days of doses with none in the 105 days before."""
    given = sorted((s.covers.start.day, s.covers.end.day) for s in who.supplies("antidepressant") if s.covers)
    starts, last = [], None
    for first, until in given:
        if last is None or first - last > CLEAR:
            starts.append(on_day(first))
        last = until if last is None else max(last, until)
    return starts
