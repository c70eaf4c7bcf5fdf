"""Where the ink of a chart goes: from values to coordinates. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime

from throughcare.ui.shapes import TrendPoint, TrendShape


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the chart with the words that belong there."""

    x: float
    y: float
    text: str
    at: datetime | date | None = None
    value: float = 0.0
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart ready to draw on a canvas `width` × `height`."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    line: str
    marks: tuple[Mark, ...]
    levels: tuple[Mark, ...]
    dates: tuple[Mark, ...]
    goal_top: float | None
    goal_bottom: float | None


def _seconds(at: datetime | date) -> float:
    if isinstance(at, datetime):
        return at.timestamp()
    return datetime(at.year, at.month, at.day, 12, tzinfo=UTC).timestamp()


def nice_levels(low: float, high: float, count: int = 4) -> tuple[float, ...]:
    """Return round numbers that enclose low and high, about `count` steps apart."""
    most = max(abs(low), abs(high))
    if high - low < most / 50 or high - low < 0.001:  # one value, or values as good as equal: give them room
        low, high = low - max(most / 10, 0.5), high + max(most / 10, 0.5)
    span = high - low
    raw = span / count
    size = 10 ** math.floor(math.log10(raw))
    step = next((m * size for m in (1, 2, 2.5, 5, 10) if m * size >= raw), 10 * size)
    first = math.floor(low / step) * step
    steps = math.ceil((high - first) / step - 1e-9)
    return tuple(round(first + i * step, 10) for i in range(steps + 1))


def number(value: float) -> str:
    """Write a value without noise: 7, 7.2, 1,200."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text


def polyline(points: list[tuple[float, float]]) -> str:
    """Return the points as an SVG points list."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def spark(values: list[float], width: int = 96, height: int = 22) -> str:
    """Return the points of a sparkline; a single value is a dot's place, none is empty."""
    if not values:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = (width - 6) / max(len(values) - 1, 1)
    return polyline([(3 + i * step, height - 4 - (v - low) / span * (height - 8)) for i, v in enumerate(values)])


def _room_for_last(trend: TrendShape) -> float:
    """Give the width that the last value needs beside its point, in the largest letters it is drawn in (on a phone)."""
    last = trend.points[-1] if trend.points else None
    words = f"{last.text or number(last.value)} {trend.unit}".strip() if last else ""
    return min(max(76.0, 15.0 + 10.5 * len(words)), 190.0)


def plot(trend: TrendShape, width: int = 640, height: int = 240) -> Plot:
    """Lay out a trend: line, points, goal band, direct labels; one point or none is fine."""
    values = [p.value for p in trend.points]
    goals = [g for g in (trend.goal_low, trend.goal_high) if g is not None]
    everything = values + goals or [0.0, 1.0]
    levels = nice_levels(min(everything), max(everything))
    low, high = levels[0], levels[-1] if levels[-1] > levels[0] else levels[0] + 1
    left, right, top, bottom = 44.0, width - _room_for_last(trend), 16.0, height - 30.0
    times = [_seconds(p.at) for p in trend.points]
    start, end = (min(times), max(times)) if times else (0.0, 1.0)
    wide = (end - start) or 1.0

    def x_of(seconds: float) -> float:
        return round(left + (seconds - start) / wide * (right - left), 1)

    def y_of(value: float) -> float:
        return round(bottom - (value - low) / (high - low) * (bottom - top), 1)

    def outside(p: TrendPoint) -> bool:
        above = trend.goal_high is not None and p.value > trend.goal_high
        return above or (trend.goal_low is not None and p.value < trend.goal_low)

    marks = tuple(
        Mark(x_of(s), y_of(p.value), p.text or number(p.value), p.at, p.value, outside(p))
        for s, p in zip(times, trend.points, strict=True)
    )
    picked = dict.fromkeys(m for m in (marks[0], marks[len(marks) // 2], marks[-1]) if len(marks)) if marks else {}
    has_goal = bool(goals)
    return Plot(
        width=width,
        height=height,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        line=polyline([(m.x, m.y) for m in marks]),
        marks=marks,
        levels=tuple(Mark(left, y_of(v), number(v)) for v in levels),
        dates=tuple(picked),
        goal_top=(y_of(trend.goal_high) if trend.goal_high is not None else top) if has_goal else None,
        goal_bottom=(y_of(trend.goal_low) if trend.goal_low is not None else bottom) if has_goal else None,
    )
