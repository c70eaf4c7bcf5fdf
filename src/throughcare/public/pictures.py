"""Where the ink goes: the map of the state, and a measure's trend. Pure; the templates draw what is said here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from throughcare.public.facts import Site
from throughcare.public.scorecard import Point
from throughcare.ui.charts import nice_levels

WIDTH, HEIGHT, MARGIN = 640.0, 480.0, 26.0


@dataclass(frozen=True, slots=True)
class Pin:
    """A site on the map, and its number, set aside where others stand close."""

    site: Site
    x: float
    y: float
    label_x: float
    label_y: float


@dataclass(frozen=True, slots=True)
class StateMap:
    """The state's outline, its county borders, and its sites, on a canvas."""

    width: float
    height: float
    outline: str
    borders: tuple[str, ...]
    pins: tuple[Pin, ...]


def state_map(outline: Sequence[str], borders: Sequence[str], sites: Sequence[Site]) -> StateMap:
    """Lay out the map: equal distances east and north at the state's latitude."""
    rings = [_degrees(text) for text in outline]
    everywhere = [point for ring in rings for point in ring]
    west, north = min(lon for lon, _ in everywhere), max(lat for _, lat in everywhere)
    south, east = min(lat for _, lat in everywhere), max(lon for lon, _ in everywhere)
    narrow = math.cos(math.radians((north + south) / 2))
    scale = min((WIDTH - 2 * MARGIN) / ((east - west) * narrow), (HEIGHT - 2 * MARGIN) / (north - south))

    def place(lon: float, lat: float) -> tuple[float, float]:
        return round(MARGIN + (lon - west) * narrow * scale, 1), round(MARGIN + (north - lat) * scale, 1)

    def path(points: list[tuple[float, float]]) -> str:
        return "M" + "L".join(f"{x} {y}" for x, y in (place(*point) for point in points))

    pins = []
    for site in sites:
        x, y = place(*site.at)
        pins.append(Pin(site, x, y, round(x + site.label[0], 1), round(y + site.label[1], 1)))
    return StateMap(
        width=round((east - west) * narrow * scale + 2 * MARGIN),
        height=round((north - south) * scale + 2 * MARGIN),
        outline="".join(f"{path(ring)}Z" for ring in rings),
        borders=tuple(path(_degrees(text)) for text in borders),
        pins=tuple(pins),
    )


def _degrees(text: str) -> list[tuple[float, float]]:
    return [(float(lon), float(lat)) for lon, _, lat in (pair.partition(",") for pair in text.split())]


@dataclass(frozen=True, slots=True)
class Dot:
    """One period on the trend; without a number it is a place left empty."""

    x: float
    point: Point
    y: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Trend:
    """A measure's trend on a canvas: dots with ranges, lines between neighbours, levels."""

    width: float
    height: float
    left: float
    right: float
    bottom: float
    dots: tuple[Dot, ...]
    lines: tuple[str, ...]
    levels: tuple[tuple[float, float], ...]  # y, value


def trend(points: Sequence[Point], unit: str, width: float = 480.0, height: float = 260.0) -> Trend:
    """Lay out the figures of each period; a hidden one breaks the line and leaves its place."""
    shown = [point.row for point in points if point.row.value.number is not None]
    values = [v for row in shown for v in (row.value.number, row.low, row.high) if v is not None] or [0.0, 1.0]
    levels = nice_levels(min(values), max(values))
    if unit == "percent":
        levels = tuple(level for level in levels if 0 <= level <= 100) or (0.0, 100.0)
    low, high = min(levels[0], min(values)), max(levels[-1], max(values))
    high = high if high > low else low + 1
    left, right, top, bottom = 46.0, width - 74.0, 22.0, height - 34.0
    step = (right - left) / max(len(points) - 1, 1)

    def y_of(value: float | None) -> float | None:
        return None if value is None else round(bottom - (value - low) / (high - low) * (bottom - top), 1)

    dots = tuple(
        Dot(
            x=round(left + n * step, 1) if len(points) > 1 else round((left + right) / 2, 1),
            point=point,
            y=y_of(point.row.value.number),
            low=y_of(point.row.low) if point.row.value.is_shown else None,
            high=y_of(point.row.high) if point.row.value.is_shown else None,
        )
        for n, point in enumerate(points)
    )
    return Trend(
        width, height, left, right, bottom, dots, _runs(dots), tuple((y_of(level) or 0.0, level) for level in levels)
    )


def _runs(dots: Sequence[Dot]) -> tuple[str, ...]:
    """Return a points list for each run of periods that have a number."""
    runs: list[list[str]] = [[]]
    for dot in dots:
        if dot.y is None:
            runs.append([])
        else:
            runs[-1].append(f"{dot.x},{dot.y}")
    return tuple(" ".join(run) for run in runs if len(run) > 1)


def spark(points: Sequence[Point], width: float = 110.0, height: float = 28.0) -> tuple[str, float, float] | None:
    """Return a small line and its last dot's place; None where fewer than two numbers are shown."""
    values = [float(point.row.value.number) for point in points if point.row.value.number is not None]
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = (width - 8) / (len(values) - 1)
    placed = [
        (round(4 + n * step, 1), round(height - 5 - (v - low) / span * (height - 10), 1)) for n, v in enumerate(values)
    ]
    return " ".join(f"{x},{y}" for x, y in placed), *placed[-1]
