"""How early and how late a dose may be (clinical.md 2.3, ruling 4): its window, the verdict, the earliest next dose, and when
silence becomes a blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from throughcare.care.medications.rules.timing import Kind, Timing, doses_per_day
from throughcare.duties.calendar import aware

DAY = timedelta(hours=24)


class WindowClass(StrEnum):
    """Which window a dose has."""

    TIME_CRITICAL = "time_critical"
    OPIOID_LINE = "opioid_line"
    SEVERAL_DAILY = "several_daily"
    DAILY_OR_LONGER = "daily_or_longer"
    STAT = "stat"


class Punctuality(StrEnum):
    """Whether a dose was given within its window."""

    ON_TIME = "on_time"
    EARLY = "early"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Window:
    """How early and late a dose may be, both ends included, of which class, by which source."""

    key: WindowClass
    early: timedelta
    late: timedelta
    source: str


@dataclass(frozen=True, slots=True)
class WindowTable:
    """All windows: the agency's, and what single facilities set otherwise, by (facility, class)."""

    version: str
    windows: Mapping[WindowClass, Window]
    facilities: Mapping[tuple[str, WindowClass], Window] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Interval:
    """Whether a dose may be given now, the earliest moment for it, and why."""

    allowed: bool
    earliest: datetime | None
    reason: str
    source: str


def window_class(timing: Timing, *, time_critical: bool, opioid_line: bool) -> WindowClass:
    """Name the window class of an order by its medicine and how often it is given."""
    if opioid_line:
        return WindowClass.OPIOID_LINE
    if timing.kind is Kind.STAT:
        return WindowClass.STAT
    if time_critical:
        return WindowClass.TIME_CRITICAL
    return WindowClass.SEVERAL_DAILY if doses_per_day(timing) > 1 else WindowClass.DAILY_OR_LONGER


def window_for(key: WindowClass, table: WindowTable, facility: str = "") -> Window:
    """Return the window of a class at a facility: its own where it set one, else the agency's."""
    return table.facilities.get((facility, key), table.windows[key])


def judge(due_at: datetime, given_at: datetime, window: Window) -> Punctuality:
    """Say whether a dose given at a moment was early, on time or late; the edges are on time."""
    apart = aware(given_at) - aware(due_at)
    if apart < -window.early:
        return Punctuality.EARLY
    return Punctuality.LATE if apart > window.late else Punctuality.ON_TIME


def opens_at(due_at: datetime, window: Window) -> datetime:
    """Say from when on a dose may be given without being early."""
    return aware(due_at) - window.early


def blank_after(due_at: datetime, window: Window) -> datetime:
    """Say after which moment a dose without a status is a blank: the end of its window."""
    return aware(due_at) + window.late


def may_give(at: datetime, last_given_at: datetime | None, minimum: timedelta | None) -> Interval:
    """Say whether the minimum interval since the last dose is over at a moment."""
    if last_given_at is None or minimum is None:
        return Interval(True, None, "no earlier dose, or no minimum interval", "ruling 3")
    earliest = aware(last_given_at) + minimum
    if aware(at) >= earliest:
        return Interval(True, earliest, "the minimum interval is over", "ruling 3")
    wait = -((aware(at) - earliest) // timedelta(minutes=1))
    words = "1 minute" if wait == 1 else f"{wait} minutes"
    return Interval(False, earliest, f"too soon after the last dose: {words} to wait", "ruling 3")


def free_from(given: Iterable[datetime], timing: Timing) -> datetime | None:
    """Say from when the next as-needed dose may be given after all these: the least time apart after the last is over, and one of
    the most in 24 hours is a day old. A tablet's own script says the same (static/medications/asked.js); one table tests both.
    """
    past = sorted(aware(g) for g in given)
    if not past:
        return None
    apart = past[-1] + timedelta(minutes=timing.min_interval_minutes)
    return apart if len(past) < timing.max_in_24h else max(apart, past[-timing.max_in_24h] + DAY)


def may_give_as_needed(at: datetime, given: Iterable[datetime], timing: Timing) -> Interval:
    """Say whether an as-needed dose may be given: the least time apart from every other, and no more than the most in any 24 hours.

    Those given after that moment count too: a tablet's dose, or one written down late, arrives when others were given since.
    """
    moment, others = aware(at), sorted(aware(g) for g in given)
    earliest = free_from(others, timing)
    least, most = timedelta(minutes=timing.min_interval_minutes), timing.max_in_24h
    if _crowded(moment, others, most):
        day = sum(moment - DAY < g <= moment for g in others)
        reason = f"{max(day, most)} doses in 24 hours: the most is {most}"
        return Interval(False, earliest, reason, "clinical 2.3")
    before = [g for g in others if g <= moment]
    apart = may_give(moment, before[-1] if before else None, least)
    if not apart.allowed:
        return Interval(False, earliest, apart.reason, apart.source)
    if any(g - moment < least for g in others[len(before) :]):
        return Interval(False, earliest, "too soon before the next dose, which is given already", "ruling 3")
    return Interval(True, earliest, apart.reason, apart.source)


def _crowded(moment: datetime, others: list[datetime], most: int) -> bool:
    """Tell whether some 24 hours with this dose in them would hold more than the most; a dose a day ago is out of them."""
    rows = sorted([*others, moment])
    place = rows.index(moment)
    spans = (rows[first : first + most + 1] for first in range(max(0, place - most), place + 1))
    return any(len(span) > most and span[-1] - span[0] < DAY for span in spans)
