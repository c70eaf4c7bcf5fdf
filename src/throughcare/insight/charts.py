"""Charts as places on paper: a run chart with limits, a funnel of facilities; the template `insight/chart.html` draws them. Pure.

No script is needed. Each says in words what it shows and stands beside a table of the same numbers; a signal is a shape, not a
colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from throughcare.insight.statistics import FUNNEL_SIGMA, Limits, Point, centre, limits

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 16, 34
LABELS = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """One point where it stands; `anchor` says on which side its name is written, where it is."""

    x: float
    y: float
    signal: str = ""
    label: str = ""
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Text:
    """Words at a place."""

    x: float
    y: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart: its sentence, lines as lists of points, marks and words."""

    title: str
    levels: tuple[Text, ...]
    dates: tuple[Text, ...]
    marks: tuple[Mark, ...]
    centre: float | None = None
    target: float | None = None
    line: str = ""
    band: str = ""
    curves: tuple[str, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float

    def y(self, value: float) -> float:
        value = min(max(value, self.low), self.high)
        return round(TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM), 1)

    def levels(self, unit: str) -> tuple[Text, ...]:
        places = 0 if self.high - self.low >= LABELS else 1
        values = [self.low + (self.high - self.low) * n / 4 for n in range(5)]
        sign = " %" if unit == "%" else ""
        return tuple(Text(LEFT - 8, self.y(v) + 4, f"{v:.{places}f}{sign}", "end") for v in values)


def run_chart(
    points: Sequence[Limits],
    middle: float | None,
    title: str,
    *,
    unit: str = "%",
    scale: float = 100.0,
    target: float | None = None,
) -> Plot | None:
    """Place values by month with centre line and limits of chance; None where there is no value."""
    known = [(n, p, p.value) for n, p in enumerate(points) if p.value is not None]
    if not known:
        return None
    paper = _scale([v * scale for _, p, value in known for v in (value, p.low, p.high)], unit)
    step = (WIDTH - LEFT - RIGHT) / (len(points) - 1) if len(points) > 1 else 0.0
    x = [round(LEFT + n * step, 1) for n in range(len(points))]
    upper = [f"{x[n]},{paper.y(p.high * scale)}" for n, p, _ in known]
    lower = [f"{x[n]},{paper.y(p.low * scale)}" for n, p, _ in reversed(known)]
    every = max(1, -(-len(points) // LABELS))
    return Plot(
        title,
        paper.levels(unit),
        tuple(
            Text(x[n], HEIGHT - 10, points[n].label, "middle" if n else "start") for n in range(0, len(points), every)
        ),
        tuple(Mark(x[n], paper.y(value * scale), p.signal) for n, p, value in known),
        centre=None if middle is None else paper.y(middle * scale),
        target=None if target is None else paper.y(target),
        line=" ".join(f"{x[n]},{paper.y(value * scale)}" for n, _, value in known),
        band=" ".join(upper + lower) if len(known) > 1 else "",
    )


def funnel_plot(
    points: Sequence[Point],
    told: Sequence[Limits],
    title: str,
    *,
    unit: str = "%",
    scale: float = 100.0,
    rate: bool = False,
    size: float = 1.0,
) -> Plot | None:
    """Place facilities by their size, with the limits within which chance alone would put nearly all of them."""
    middle = centre(points)
    known = [(p, t, t.value) for p, t in zip(points, told, strict=True) if t.value is not None]
    if middle is None or not known:
        return None
    most = max(p.denominator for p, _, _ in known)
    paper = _scale([v * scale for _, t, value in known for v in (value, t.low, t.high)], unit)

    def x(size: float) -> float:
        return round(LEFT + sqrt(size / (most * 1.05)) * (WIDTH - LEFT - RIGHT), 1)

    sizes = [most * 1.05 * (n / 40) ** 2 for n in range(2, 41)]
    edges = [limits(Point("", 0, s), middle, rate=rate, sigma=FUNNEL_SIGMA) for s in sizes]
    curves = [
        " ".join(f"{x(s)},{paper.y(e[side] * scale)}" for s, e in zip(sizes, edges, strict=True)) for side in (0, 1)
    ]
    marks = []
    for p, t, value in known:
        at = x(p.denominator)
        anchor = "end" if at > WIDTH * 0.7 else "start"
        marks.append(Mark(at, paper.y(value * scale), t.signal, p.label if t.signal else "", anchor))
    half = most / 4
    dates = tuple(Text(x(s), HEIGHT - 10, f"{s * size:,.0f}", "middle") for s in (half, most))
    return Plot(title, paper.levels(unit), dates, tuple(marks), centre=paper.y(middle * scale), curves=tuple(curves))


def _scale(values: Sequence[float], unit: str) -> _Scale:
    low, high = min(values), max(values)
    room = max((high - low) * 0.08, 0.5 if unit == "%" else abs(high) * 0.05 or 0.5)
    top = min(100.0, high + room) if unit == "%" else high + room
    return _Scale(max(0.0, low - room), top)
