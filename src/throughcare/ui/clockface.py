"""How a clock reads: from four times to a shape, a length, and words. Pure; the page's script mirrors it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from throughcare.ui.shapes import ClockShape

State = Literal["open", "soon", "late", "done", "done_late", "ended"]
Say = Callable[..., str]

GATE = 80.0
"""Where "due" stands on a bar 100 wide; what lies beyond is lateness."""
SOON_LEAST = timedelta(hours=1)
SOON_MOST = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class ClockFace:
    """A clock ready to draw: state, length before the gate, length beyond it, words."""

    state: State
    fill: float
    over: float
    words: str
    due_text: str


def soon_from(clock: ClockShape) -> datetime:
    """Return when the clock turns amber: the last hour, or the last quarter up to twelve hours."""
    if clock.soon_at is not None:
        return clock.soon_at
    quarter = (clock.due_at - clock.opened_at) / 4
    return clock.due_at - min(max(quarter, SOON_LEAST), SOON_MOST)


def span_words(span: timedelta, say: Say) -> str:
    """Say a length of time: `0:42` below a day, `3 d` from there on."""
    minutes = int(abs(span).total_seconds() // 60)
    if minutes < 24 * 60:
        return f"{minutes // 60}:{minutes % 60:02d}"
    return say("clock.days", n=minutes // (24 * 60))


def slack_words(span: timedelta, say: Say) -> str:
    """Say how early or late something was done: `8 min`, `1:10` or `3 d`."""
    minutes = int(abs(span).total_seconds() // 60)
    return say("clock.minutes", n=minutes) if minutes < 60 else span_words(span, say)


def face(clock: ClockShape, now: datetime, say: Say, at: Callable[[datetime], str]) -> ClockFace:
    """Return how `clock` reads at `now`; `say` words it, `at` writes a time of day."""
    allowed = max((clock.due_at - clock.opened_at).total_seconds(), 1.0)
    moment = clock.closed_at or now
    spent = (moment - clock.opened_at).total_seconds() / allowed
    late = moment - clock.due_at
    fill = round(GATE * min(max(spent, 0.0), 1.0), 1)
    over = round(min(max(late.total_seconds() / allowed, 0.0) * GATE, 100 - GATE), 1)
    if late >= timedelta(minutes=1):
        over = max(over, 3.0)
    due_text = at(clock.due_at)
    if clock.closed_at is None:
        state = _open_state(clock, now)
        key = "clock.late" if late >= timedelta(minutes=1) else "clock.due_in"
        key = "clock.due_now" if abs(late) < timedelta(minutes=1) else key
        return ClockFace(state, fill, over, say(key, span=span_words(late, say)), due_text)
    if clock.outcome not in ("", "done"):
        return ClockFace("ended", fill, over, _ended_words(clock.outcome, at(moment), say), due_text)
    return ClockFace(
        "done_late" if late >= timedelta(minutes=1) else "done",
        fill,
        over,
        _done_words(late, at(moment), say),
        due_text,
    )


def _open_state(clock: ClockShape, now: datetime) -> State:
    if now >= clock.due_at:
        return "late"
    return "soon" if now >= soon_from(clock) else "open"


def _done_words(late: timedelta, at: str, say: Say) -> str:
    if abs(late) < timedelta(minutes=1):
        return say("clock.done_on_time", at=at)
    return say("clock.done_late" if late > timedelta() else "clock.done_early", at=at, span=slack_words(late, say))


def _ended_words(outcome: str, at: str, say: Say) -> str:
    known = {"refused", "excused", "converted", "void"}
    return say(f"clock.{outcome if outcome in known else 'void'}", at=at)
