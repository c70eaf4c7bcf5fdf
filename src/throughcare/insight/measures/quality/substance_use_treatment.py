"""Q-IET, aligned with CMS137: treatment begun within 14 days of a new substance use disorder (group 0), and kept up (1). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from throughcare.insight.measures.late_life import OF_2025, in_hospice
from throughcare.insight.measures.points import Point, at_or_before, days_before, during, within
from throughcare.insight.measures.populations import OUTSIDE, Group, Unit
from throughcare.insight.measures.rows import Encounter, Order, Procedure
from throughcare.insight.measures.subject import Subject

CLEAR, LEAD, BEGUN_WITHIN, KEPT_WITHIN = 60, 47, 14, 34
URGENT = ("emergency-visit", "detoxification-visit")
VISITS = (
    "office-visit",
    "emergency-visit",
    "detoxification-visit",
    "inpatient-initial",
    "inpatient-discharge-same-day",
    "inpatient-discharge",
    "telephone-visit",
    "virtual-visit",
)
LONG, SHORT = "substance-use-medicine-long", "substance-use-medicine-short"
LONG_GIVEN, SHORT_GIVEN = "substance-use-given-long", "substance-use-given-short"
STRATA = {"13-17": (13, 17), "18-64": (18, 64), "65+": (65, 200)}


# --- the core -------------------------------------------------------------------------------------------------------------


def first_episode(who: Subject) -> Encounter | None:
    """Give the first visit of the period at which a substance use disorder began, early enough to be followed.

    Of two on one day the kind that stands first in `VISITS` is the episode.
    """
    early = who.period.end.plus(days=-LEAD)
    begun = [
        c.span.start
        for c in who.conditions("substance-use-disorder")
        if c.span is not None and at_or_before(c.span.start, early, by_day=True)
    ]
    found = [
        e
        for e in who.encounters(*VISITS, statuses=OF_2025.encounters)
        if e.span is not None and during(e.span, who.period) and any(within(p, e.span) for p in begun)
    ]
    kinds = [who.book[name] for name in VISITS]
    return min(found, key=lambda e: (_day(e), _first_kind(e, kinds)), default=None)


def treated_before(who: Subject, day: Point) -> bool:
    """Say whether there was treatment, or a visit for the disorder outside urgent care, in the 60 days before a day."""
    urgent = {e.id for e in who.encounters(*URGENT, statuses=OF_2025.encounters)}
    starts: list[Point | None] = [
        p.span.start if p.span else None
        for p in who.procedures("substance-use-treatment", "psychotherapy", LONG_GIVEN, SHORT_GIVEN)
    ]
    starts += [
        e.span.start if e.span else None
        for e in who.encounters(*VISITS, statuses=OF_2025.encounters)
        if e.id not in urgent and who.diagnosed_with(e, "substance-use-disorder")
    ]
    starts += [o.authored_at for o in _ordered(who, LONG, SHORT)]
    return any(_apart(start, day, 1, CLEAR) for start in starts)


def begun_on(who: Subject, episode: Encounter) -> Point | None:
    """Give the first day of treatment within 14 days of an episode, that day included; the episode's visit isn't one."""
    visits = (v for v in _psychosocial(who) if v.id != episode.id)
    given = who.procedures(SHORT_GIVEN, LONG_GIVEN)
    days = [*_days(visits), *_days(given), *_authored(_ordered(who, SHORT, LONG))]
    start = _date(episode)
    return min((d for d in days if _apart(start, d, 0, BEGUN_WITHIN - 1)), key=lambda d: d.first, default=None)


def kept_up(who: Subject, begun: Point) -> bool:
    """Say whether, within 34 days after treatment began, a long-acting medicine or two other treatments followed."""
    long = [*_authored(_ordered(who, LONG)), *_days(who.procedures(LONG_GIVEN))]
    if any(_apart(begun, day, 1, KEPT_WITHIN) for day in long):
        return True
    treatments = {("treatment", v.id): _date(v) for v in (*_psychosocial(who), *who.procedures(SHORT_GIVEN))}
    orders = {("order", o.id): o.authored_at.date for o in _ordered(who, SHORT) if o.authored_at}
    return sum(_apart(begun, day, 1, KEPT_WITHIN) for day in {**treatments, **orders}.values()) >= 2


def _psychosocial(who: Subject) -> Sequence[Procedure | Encounter]:
    remote = who.encounters("telephone-visit", "virtual-visit", statuses=OF_2025.encounters)
    return [
        *who.procedures("substance-use-treatment", "psychotherapy"),
        *(e for e in remote if who.diagnosed_with(e, "substance-use-disorder")),
    ]


def _ordered(who: Subject, *lists: str) -> Sequence[Order]:
    return [o for o in who.medication_orders(*lists, statuses=("active", "completed")) if o.intent == "order"]


def _date(row: Procedure | Encounter) -> Point | None:
    return row.span.start.date if row.span else None


def _day(row: Encounter) -> int:
    return row.span.start.date.first if row.span else 0


def _first_kind(row: Encounter, kinds: Sequence[frozenset[str]]) -> int:
    return next((number for number, codes in enumerate(kinds) if not row.codes.isdisjoint(codes)), len(kinds))


def _days(rows: Iterable[Procedure | Encounter]) -> list[Point]:
    return [day for row in rows if (day := _date(row))]


def _authored(orders: Iterable[Order]) -> list[Point]:
    return [o.authored_at.date for o in orders if o.authored_at]


def _apart(start: Point | None, end: Point | None, least: int, most: int) -> bool:
    days = days_before(start, end)
    return days is not None and least <= days <= most


# --- the populations ------------------------------------------------------------------------------------------------------


def ecqm(who: Subject) -> Sequence[Group]:
    """Judge by the aligned measure's own population: 13 and over with a new episode and no treatment shortly before."""
    episode = first_episode(who) if who.age_at_start >= 13 else None
    day = _date(episode) if episode else None
    if episode is None or day is None or treated_before(who, day):
        return [[OUTSIDE], [OUTSIDE]]
    excluded = in_hospice(who, OF_2025)
    begun = begun_on(who, episode)
    return [
        [Unit(True, True, excluded, begun is not None, evidence=(episode.id,))],
        [Unit(True, True, excluded, begun is not None and kept_up(who, begun), evidence=(episode.id,))],
    ]


def stratum(who: Subject) -> str:
    """Name the age band of the first day of the period."""
    return next((name for name, (low, high) in STRATA.items() if low <= who.age_at_start <= high), "")
