"""Charts as Vega-Lite descriptions; `drawing` draws them. Colours are the page's own (`var(--ink)`), so that a chart follows the
reader's light or dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import orjson

from throughcare.insight.improvement.drawing import Spec
from throughcare.insight.improvement.rules import Chart
from throughcare.insight.statistics import FUNNEL_SIGMA, Point, centre, limits

WIDE, NARROW = (690, 250), (300, 220)
INK, SOFT, LINE, ACCENT, WASH, HARM, DONE = (
    f"var(--{n})" for n in ("ink", "ink-mute", "line", "accent", "accent-wash", "harm-fill", "done")
)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was changed, on a chart: its number in the list below, and from which label on."""

    number: int
    label: str


def over_time(
    found: Chart,
    *,
    scale: float,
    unit: str,
    words: Mapping[str, str],
    target: float | None = None,
    target_words: str = "",
    notes: Sequence[Note] = (),
    narrow: bool = False,
) -> Spec:
    """Describe a run or control chart: limits as a band, the centre, the values, what gives a signal, and what was changed."""
    rows = [
        {
            "n": n,
            "value": _times(v.value, scale),
            "centre": _times(v.centre, scale),
            "low": _times(v.low, scale),
            "high": _times(v.high, scale),
            "phase": v.phase,
            "signal": bool(v.signals),
        }
        for n, v in enumerate(found.values)
    ]
    told = [r for r in rows if r["value"] is not None]
    ends = [x for r in told for x in (r["value"], r["low"], r["high"]) if x is not None]
    low, high = _room([*ends, *([] if target is None else [target])], percent=unit == "%")
    every = max(1, -(-len(rows) // (4 if narrow else 9)))
    names = {str(n): words[v.label] for n, v in enumerate(found.values)}
    x = {
        "field": "n",
        "type": "quantitative",
        "scale": {"domain": [0, max(len(rows) - 1, 1)], "nice": False, "zero": False, "padding": 8},
        "axis": {
            "title": None,
            "values": list(range(0, len(rows), every)),
            "labelExpr": f"{orjson.dumps(names).decode()}[datum.value]",
            "grid": False,
            "labelFlush": True,
        },
    }
    y = {
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": _levels(unit),
    }
    layers: list[Spec] = []
    if any(r["low"] is not None for r in told):
        band = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "detail": {"field": "phase"}}
        layers.append({"data": {"values": told}, "mark": {"type": "area", "color": WASH}, "encoding": band})
    layers += [
        {
            "data": {"values": [r for r in rows if r["centre"] is not None]},
            "mark": {"type": "line", "color": SOFT, "strokeDash": [5, 4], "strokeWidth": 1.2},
            "encoding": {"x": x, "y": {**y, "field": "centre"}, "detail": {"field": "phase"}},
        },
        *_changes(notes, [v.label for v in found.values], x),
        *_target(target, target_words, y),
        {
            "data": {"values": told},
            "mark": {"type": "line", "color": ACCENT, "strokeWidth": 2},
            "encoding": {"x": x, "y": {**y, "field": "value"}},
        },
        *_marks(told, x, y),
    ]
    return whole(layers, NARROW if narrow else WIDE)


def _marks(rows: list[Spec], x: Spec, y: Spec) -> list[Spec]:
    calm, loud = [r for r in rows if not r["signal"]], [r for r in rows if r["signal"]]
    encoding = {"x": x, "y": {**y, "field": "value"}}
    dot: Spec = {"type": "point", "filled": True, "opacity": 1}
    return [
        {"data": {"values": calm}, "mark": {**dot, "size": 34, "color": ACCENT}, "encoding": encoding},
        {
            "data": {"values": loud},
            "mark": {**dot, "shape": "triangle-up", "size": 110, "color": HARM},
            "encoding": encoding,
        },
    ]


def _changes(notes: Sequence[Note], labels: Sequence[str], x: Spec) -> list[Spec]:
    placed = [{"n": labels.index(n.label), "words": str(n.number)} for n in notes if n.label in labels]
    if not placed:
        return []
    above = {"x": x, "text": {"field": "words"}, "y": {"value": 0}}
    return [
        {"data": {"values": placed}, "mark": {"type": "rule", "color": INK, "strokeWidth": 1}, "encoding": {"x": x}},
        {
            "data": {"values": placed},
            "mark": {"type": "text", "dy": -7, "color": INK, "fontWeight": 700, "fontSize": 13},
            "encoding": above,
        },
    ]


def _target(target: float | None, words: str, y: Spec) -> list[Spec]:
    if target is None:
        return []
    row = {"values": [{"value": target, "words": words}]}
    place = {**y, "field": "value"}
    return [
        {"data": row, "mark": {"type": "rule", "color": DONE, "strokeWidth": 1.4}, "encoding": {"y": place}},
        {
            "data": row,
            "mark": {"type": "text", "align": "right", "dy": -6, "color": DONE, "fontWeight": 600},
            "encoding": {"y": place, "x": {"value": "width"}, "text": {"field": "words"}},
        },
    ]


def funnel(
    points: Sequence[Point], *, scale: float, unit: str, rate: bool, size: float, axis: str, narrow: bool = False
) -> Spec:
    """Describe a funnel: places by size, the share of all as a line, limits of 95 and 99.8 per cent."""
    middle = centre(points) or 0.0
    known = [p for p in points if p.denominator]
    most = max(p.denominator for p in known) * 1.06
    curves: list[Spec] = []
    for n in range(3, 46):
        base = most * (n / 45) ** 2
        wide = limits(Point("", 0, base), middle, rate=rate, sigma=FUNNEL_SIGMA)
        near = limits(Point("", 0, base), middle, rate=rate, sigma=1.96)
        curves.append(
            {"x": sqrt(base * size), "low": wide[0] * scale, "high": wide[1] * scale}
            | {"near_low": near[0] * scale, "near_high": near[1] * scale}
        )
    rows: list[Spec] = []
    for p in known:
        value, (low, high) = p.numerator / p.denominator, limits(p, middle, rate=rate, sigma=FUNNEL_SIGMA)
        out = value < low - 1e-12 or value > high + 1e-12
        rows.append({"x": sqrt(p.denominator * size), "value": value * scale, "signal": out, "words": p.label})
    low, high = _room(
        [r["value"] for r in rows] + [c[k] for c in curves[6:] for k in ("low", "high")], percent=unit == "%"
    )
    x = {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [0, sqrt(most * size)], "nice": False},
        "axis": {
            "title": axis,
            "grid": False,
            "labelExpr": "format(datum.value * datum.value, ',.0f')",
            "tickCount": 4,
        },
    }
    y = {
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False, "zero": False, "clamp": True},
        "axis": _levels(unit),
    }

    def line(field: str, **look: Any) -> Spec:
        mark = {"type": "line", "clip": True, "color": "var(--edge)", "strokeWidth": 1.2, **look}
        return {"data": {"values": curves}, "mark": mark, "encoding": {"x": x, "y": {**y, "field": field}}}

    across = {"y": {**y, "field": "value"}}
    named = [r for r in rows if r["signal"]]
    layers: list[Spec] = [line(field, strokeDash=[2, 3]) for field in ("low", "high")]
    layers += [line(field, strokeDash=[1, 5]) for field in ("near_low", "near_high")]
    layers += [
        {
            "data": {"values": [{"value": middle * scale}]},
            "mark": {"type": "rule", "color": SOFT, "strokeDash": [5, 4]},
            "encoding": across,
        },
        *_marks(rows, x, y),
        {
            "data": {"values": [r for r in named if r["x"] <= 0.6 * sqrt(most * size)]},
            "mark": {"type": "text", "align": "left", "dx": 9, "color": INK, "fontWeight": 600},
            "encoding": {"x": x, "y": {**y, "field": "value"}, "text": {"field": "words"}},
        },
        {
            "data": {"values": [r for r in named if r["x"] > 0.6 * sqrt(most * size)]},
            "mark": {"type": "text", "align": "right", "dx": -9, "color": INK, "fontWeight": 600},
            "encoding": {"x": x, "y": {**y, "field": "value"}, "text": {"field": "words"}},
        },
    ]
    return whole(layers, NARROW if narrow else WIDE)


def ratios(rows: Sequence[tuple[str, float, float, float]], *, narrow: bool = False) -> Spec:
    """Describe how groups compare with everybody: each ratio with its interval on a scale on which half and double are as far."""
    values: list[Spec] = [{"words": w, "ratio": r, "low": max(lo, 0.01), "high": hi} for w, r, lo, hi in rows]
    least = min([0.8, *(v["low"] for v in values)])
    most = max([1.25, *(v["high"] for v in values)])
    y = {"field": "words", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": 170, "ticks": False}}
    x = {
        "type": "quantitative",
        "scale": {"type": "log", "domain": [least * 0.97, most * 1.03], "nice": False},
        "axis": {"title": None, "grid": True, "tickCount": 5, "format": ".2~f"},
    }
    layers: list[Spec] = [
        {
            "data": {"values": [{"ratio": 1}]},
            "mark": {"type": "rule", "color": SOFT, "strokeDash": [5, 4]},
            "encoding": {"x": {**x, "field": "ratio"}},
        },
        {
            "data": {"values": values},
            "mark": {"type": "rule", "color": ACCENT, "strokeWidth": 2},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
        {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "size": 70, "color": ACCENT, "opacity": 1},
            "encoding": {"y": y, "x": {**x, "field": "ratio"}},
        },
    ]
    return whole(layers, ((NARROW if narrow else WIDE)[0] - 130, 26 * len(values) + 16))


def whole(layers: list[Spec], size: tuple[int, int]) -> Spec:
    """Give a whole description of these layers in the look of the house."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": size[0] - 60,
        "height": size[1] - 40,
        "autosize": {"type": "pad", "contains": "padding"},
        "background": None,
        "padding": {"left": 4, "right": 10, "top": 4, "bottom": 4},
        "layer": layers,
        "config": {
            "view": {"stroke": None},
            "font": "Public Sans",
            "text": {"fontSize": 12},
            "axis": {
                "labelColor": SOFT,
                "titleColor": SOFT,
                "titleFontWeight": 500,
                "titleFontSize": 12,
                "labelFontSize": 12,
                "gridColor": LINE,
                "domain": False,
                "ticks": False,
                "labelPadding": 6,
            },
        },
    }


def _levels(unit: str) -> Spec:
    sign = " + ' %'" if unit == "%" else ""
    return {"title": None, "tickCount": 5, "labelExpr": f"format(datum.value, ',.3~r'){sign}", "grid": True}


def _room(values: Sequence[float], *, percent: bool) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = max((high - low) * 0.08, 0.5 if percent else abs(high) * 0.05 or 0.5)
    return max(0.0, low - room), min(100.0, high + room) if percent else high + room


def _times(value: float | None, scale: float) -> float | None:
    return None if value is None else round(value * scale, 4)
