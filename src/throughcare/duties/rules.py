"""The law of the clock: when a duty is due, how it stands, in which lane, and what a move, a refusal or its completion
makes of it. Pure: no clock, no database; each answer carries its reason.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from throughcare.duties.calendar import WorkingTime, aware, months_later
from throughcare.duties.rule import (
    Duration,
    Facts,
    LaneName,
    Limit,
    MoveEffectName,
    Recurrence,
    Rule,
    Unit,
    matches,
)
from throughcare.kernel.vocabulary import LANE_ORDER, Lane

INSTANT = timedelta.resolution
SHIFT_AHEAD = timedelta(hours=8)
"""A duty of the lane "later" joins "this shift" when less than this is left [D]."""


class State(StrEnum):
    """How a duty stands; the first three are computed from the clock, the others are its outcome."""

    PENDING = "pending"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    DONE = "done"
    DONE_LATE = "done_late"
    REFUSED = "refused"
    EXCUSED = "excused"
    CONVERTED = "converted"
    VOID = "void"


OUTCOMES = frozenset({"done", "refused", "excused", "converted", "void"})


@dataclass(frozen=True, slots=True)
class DueDecision:
    """By when, and why: the moment, the last local day where days are counted, the lane and owner it opens with."""

    rule_id: str
    rule_version: str
    due: datetime
    lane: LaneName
    owner: str
    reason: str
    last_day: date | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The next duty of a series."""

    opens: datetime
    due: datetime
    last_day: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class MoveDecision:
    """What a move does to an open duty. A carried duty keeps its due time, always."""

    effect: MoveEffectName
    successor: str
    reason: str


# --- when it is due ---------------------------------------------------------------------------------------------------


def due_at(rule: Rule, opened_at: datetime, *, facility_kind: str, working: WorkingTime, facts: Facts) -> DueDecision:
    """Return the earliest moment that any matching limit allows, never before the opening; raise ValueError if none matches."""
    opened = aware(opened_at)
    binding = [limit for limit in rule.limits if _binds(limit, facility_kind, facts)]
    if not binding:
        raise ValueError(f"rule [{rule.id}] has no limit for a facility of kind [{facility_kind}]: add one to its row")
    found = [(_count(limit, opened, working, facts), limit) for limit in binding]
    (due, last_day, reason), limit = min(found, key=lambda pair: pair[0][0])
    if due < opened:
        due, last_day, reason = opened, None, f"{reason}: past already when opened, so at once"
    return DueDecision(
        rule.id,
        rule.version,
        due,
        limit.lane or rule.lane,
        limit.owner or rule.owner,
        reason,
        last_day,
        _moment(facts.get(limit.not_before)) if limit.not_before else None,
    )


def _binds(limit: Limit, facility_kind: str, facts: Facts) -> bool:
    kinds = limit.facility_kinds
    if kinds and facility_kind not in kinds and not (facility_kind == "both" and kinds & {"jail", "prison"}):
        return False
    return matches(limit.when, facts)


def _count(limit: Limit, opened: datetime, working: WorkingTime, facts: Facts) -> tuple[datetime, date | None, str]:
    start = _moment(facts.get(limit.anchor)) if limit.anchor else opened
    unit = limit.allowed.unit
    if unit is Unit.NEXT_DOSE and start is None:
        return working.next_pass(opened), None, "next dose unknown: by the next pass"
    if start is None:
        return opened, None, f"[{limit.anchor}] unknown: at once"
    if unit is Unit.ON_DATE or (unit is Unit.NEXT_DOSE and limit.anchor):
        return start, None, f"at the time given by [{limit.anchor}]"
    sign = -1 if limit.before else 1
    return _reach(start, Duration(sign * limit.allowed.value, unit), working)


def _reach(
    start: datetime, allowed: Duration, working: WorkingTime, *, day_one: int = 1
) -> tuple[datetime, date | None, str]:
    """Count one duration from a moment; days end with the local day, and the day of the start is day one (or day 0)."""
    exact = allowed.exact()
    if exact is not None:
        return start + exact, None, f"{allowed.value} {'minutes' if allowed.unit is Unit.IMMEDIATE else allowed.unit}"
    if allowed.unit is Unit.SAME_SHIFT:
        return working.end_of_shift(start), None, "this shift"
    if allowed.unit in (Unit.NEXT_PASS, Unit.NEXT_DOSE):
        return working.next_pass(start), None, "by the next pass"
    today, count = working.day_of(start), allowed.value
    if allowed.unit is Unit.CALENDAR_DAYS:
        last = today + timedelta(days=count - day_one if count > 0 else count)
        return working.end_of_day(last), last, f"{abs(count)} calendar days{' before' if count < 0 else ''}"
    if allowed.unit is Unit.BUSINESS_DAYS:
        last = working.business_day(today, count)
        return working.end_of_day(last), last, f"{count} business days"
    if allowed.unit is Unit.MONTHS:
        last = months_later(today, count)
        return working.end_of_day(last), last, f"{count} months"
    raise ValueError(f"the unit [{allowed.unit}] can't be counted from a moment")


def _moment(value: object) -> datetime | None:
    """Read a moment from an event's facts: a datetime, or its ISO text as events are stored; None where unknown."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return aware(value)
    if isinstance(value, date):
        return datetime.combine(value, time(0), tzinfo=UTC)
    if isinstance(value, str):
        return aware(datetime.fromisoformat(value))
    raise ValueError(f"a fact of type [{type(value).__name__}] is no moment")


# --- how it stands ----------------------------------------------------------------------------------------------------


def state(
    opened: datetime,
    due: datetime,
    closed: datetime | None,
    now: datetime,
    *,
    outcome: str = "done",
    due_soon: float = 0.75,
) -> State:
    """Return how a duty stands at `now`; on the due moment itself it is still in time."""
    if closed is not None and closed <= now:
        if outcome == "done":
            return State.DONE if closed <= due else State.DONE_LATE
        if outcome in OUTCOMES:
            return State(outcome)
        raise ValueError(f"[{outcome}] is no outcome of a duty")
    if now > due:
        return State.OVERDUE
    return State.DUE_SOON if used(opened, due, now) >= due_soon else State.PENDING


def used(opened: datetime, due: datetime, now: datetime) -> float:
    """Return the share of the allowed time that is gone, from 0 to 1: how full the clock's bar is."""
    if now <= opened:
        return 0.0 if due > opened else 1.0
    return 1.0 if now >= due else (now - opened) / (due - opened)


def lane(rule: Rule, now: datetime, due: datetime, opened_in: LaneName | None = None) -> LaneName:
    """Return the harm lane at `now`: a duty rises one lane at most, "shift" when overdue, "later" when close or overdue."""
    return risen(opened_in or rule.lane, now, due)


def risen(base: LaneName, now: datetime, due: datetime) -> LaneName:
    """Return the lane in which a duty of this lane stands at `now`."""
    if base == "shift" and now > due:
        return "now"
    if base == "later" and due - now <= SHIFT_AHEAD:
        return "shift"
    return base


def standing(base: LaneName, now: datetime, due: datetime) -> tuple[int, int, bool, datetime]:
    """Return the place of an open duty in any list, the smallest first.

    The lane in which it stands; there its own harm before what only rose by being late; then overdue before not; then the time.
    """
    overdue = due < now
    return LANE_ORDER[Lane(risen(base, now, due))], LANE_ORDER[Lane(base)], not overdue, due


# --- what happens to it -----------------------------------------------------------------------------------------------

ABSENCES = frozenset({"court_trip", "hospital", "furlough", "return", "escape", "internal"})
ENDS_OF_CUSTODY = frozenset({"release", "community_release"})


def on_move(rule: Rule, kind: str) -> MoveDecision:
    """Return what a move of this kind does to an open duty: carry it with its due time, convert it, or make it void."""
    if kind == "transfer":
        return _moved(rule, rule.on_move.transfer, "transferred")
    if kind in ENDS_OF_CUSTODY:
        return _moved(rule, rule.on_move.release, "released")
    if kind == "death":
        return _moved(rule, rule.on_move.death, "died")
    if kind in ABSENCES:
        return MoveDecision("carry", "", "away for a time: the clock runs on")
    raise ValueError(f"[{kind}] is no kind of move that a duty knows")


def _moved(rule: Rule, effect: MoveEffectName, reason: str) -> MoveDecision:
    return MoveDecision(effect, rule.on_move.successor if effect == "convert" else "", reason)


def next_occurrence(
    rule: Rule,
    *,
    series_start: datetime,
    due: datetime,
    closed: datetime,
    working: WorkingTime,
    facts: Facts,
) -> Occurrence | None:
    """Return the next duty of a recurring rule after one was closed, or None where the series has run its time."""
    found = [
        occurrence
        for recurrence in rule.recurrences
        if matches(recurrence.when, facts)
        and (occurrence := _follow(recurrence, aware(series_start), aware(due), aware(closed), working, facts))
        is not None
    ]
    return min(found, key=lambda occurrence: occurrence.due, default=None)


def _follow(
    recurrence: Recurrence, start: datetime, due: datetime, closed: datetime, working: WorkingTime, facts: Facts
) -> Occurrence | None:
    named = _moment(facts.get(recurrence.at)) if recurrence.at else None
    if named is not None and named > closed:
        return Occurrence(closed, named, None, f"at the time given by [{recurrence.at}]")
    anchor = closed if recurrence.counted_from == "closed" else due
    reached, last_day, reason = _step(anchor, recurrence.every, working, from_due=recurrence.counted_from == "due")
    while reached <= closed:  # a grid that was left behind is taken up at its next point, never all points at once
        reached, last_day, reason = _step(reached, recurrence.every, working, from_due=True)
    if recurrence.lasting is not None and reached > _reach(start, recurrence.lasting, working, day_one=0)[0]:
        return None
    return Occurrence(closed, reached, last_day, f"every {reason}")


def _step(
    anchor: datetime, every: Duration, working: WorkingTime, *, from_due: bool
) -> tuple[datetime, date | None, str]:
    """Count one interval; a due time that ends a day belongs to the day it ends, or the series would drift."""
    counts_days = every.unit in (Unit.CALENDAR_DAYS, Unit.BUSINESS_DAYS, Unit.MONTHS)
    return _reach(anchor - INSTANT if from_due and counts_days else anchor, every, working, day_one=0)


def after_refusal(rule: Rule, closed: datetime, *, working: WorkingTime) -> tuple[str, Occurrence] | None:
    """Return which rule re-arms after a refusal and when it is due, or None where nothing does."""
    refusal = rule.refusal
    if not refusal.allowed or not refusal.rearms_as or refusal.after is None:
        return None
    reached, last_day, reason = _reach(aware(closed), refusal.after, working, day_one=0)
    return refusal.rearms_as, Occurrence(closed, reached, last_day, f"offered again: {reason}")
