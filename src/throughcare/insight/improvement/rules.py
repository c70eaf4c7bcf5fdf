"""Signals of special cause on run charts and on control charts of shares (p), rates (u) and single values (XmR). Pure.

Which chart: under 12 values a run chart, for limits of so few mislead; a share has binomial limits (p), a rate has Poisson's (u);
where months differ by much more than either explains, and for a time, limits come from the values' own steps (XmR).
Rules of a control chart: one value outside three sigma; two of three in a row beyond two sigma on one side; eight in a row on one
side of the centre; six in a row rising or falling. Of a run chart: six on one side of the median; five rising or falling; too few
or too many runs. Sources: Provost and Murray, The Health Care Data Guide; Perla and others 2011; Wheeler, Understanding Variation.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from math import comb, sqrt
from statistics import median
from typing import Literal

from throughcare.insight.statistics import Point, centre, limits, on_one_side, rising_or_falling

FEWEST = 12  # values under which no limits are drawn
PHASE = 8  # values after a change from which limits are its own
RUN_SIDE, RUN_TREND = 6, 5
XMR_SIGMA = 1.128  # mean moving range to sigma (d2 of two values)
TOO_WIDE = 1.5  # how much more than chance months may differ before limits come from their own steps
TAIL = 0.025
EDGE = 1e-12

Kind = Literal["run", "p", "u", "xmr"]
OUTSIDE, NEAR, SHIFT, TREND = "outside", "near", "shift", "trend"


@dataclass(frozen=True, slots=True)
class Value:
    """One value with its centre, its limits of three and of two sigma, and the signals it gives; limits are None on a run chart."""

    label: str
    value: float | None
    centre: float | None
    low: float | None = None
    high: float | None = None
    near_low: float | None = None
    near_high: float | None = None
    phase: int = 0
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: which, its values in order, and of a run chart how many runs it has and whether that is too few or too many."""

    kind: Kind
    values: tuple[Value, ...]
    runs: int = 0
    runs_say: Literal["", "few", "many"] = ""

    @property
    def signalled(self) -> list[Value]:
        """List the values that give a signal."""
        return [v for v in self.values if v.signals]


def chart(points: Sequence[Point], *, rate: bool = False, changes: Set[str] = frozenset(), until: str = "") -> Chart:
    """Choose the chart that fits shares or rates, and judge each value.

    `changes` name the labels from which limits begin anew; values from `until` on are judged by limits made before it.
    """
    values = [p.numerator / p.denominator if p.denominator else None for p in points]
    if sum(v is not None for v in values) < FEWEST:
        return _run_chart([p.label for p in points], values, until)
    phases = _phases([p.label for p in points], values, changes, until)
    if any(_too_wide(points[a:base], rate=rate) for a, _, base in phases):
        return _xmr([p.label for p in points], values, phases)
    found: list[Value] = []
    for number, (start, end, base) in enumerate(phases):
        middle = centre(points[start:base])
        part = [_about(p, middle, number, rate=rate) for p in points[start:end]]
        found += _judged(part)
    return Chart("u" if rate else "p", tuple(found))


def times(
    labels: Sequence[str], values: Sequence[float | None], *, changes: Set[str] = frozenset(), until: str = ""
) -> Chart:
    """Judge single values, such as a median time: a run chart while they are few, then XmR."""
    if sum(v is not None for v in values) < FEWEST:
        return _run_chart(labels, values, until)
    return _xmr(labels, values, _phases(labels, values, changes, until))


def _about(point: Point, middle: float | None, phase: int, *, rate: bool) -> Value:
    if middle is None:
        return Value(point.label, None, None, phase=phase)
    value = point.numerator / point.denominator if point.denominator else None
    low, high = limits(point, middle, rate=rate)
    near_low, near_high = limits(point, middle, rate=rate, sigma=2.0)
    return Value(point.label, value, middle, low, high, near_low, near_high, phase)


def _xmr(labels: Sequence[str], values: Sequence[float | None], phases: Sequence[tuple[int, int, int]]) -> Chart:
    found: list[Value] = []
    for number, (start, end, base) in enumerate(phases):
        known = [v for v in values[start:base] if v is not None]
        middle = sum(known) / len(known)
        steps = [abs(b - a) for a, b in pairwise(known)]
        sigma = sum(steps) / len(steps) / XMR_SIGMA if steps else 0.0
        edges = (max(0.0, middle - 3 * sigma), middle + 3 * sigma, max(0.0, middle - 2 * sigma), middle + 2 * sigma)
        part = [Value(labels[n], values[n], middle, *edges, number) for n in range(start, end)]
        found += _judged(part)
    return Chart("xmr", tuple(found))


def _phases(
    labels: Sequence[str], values: Sequence[float | None], changes: Set[str], until: str
) -> list[tuple[int, int, int]]:
    """Cut the values where something was changed: start, end, and until where the limits are made.

    After a change the old limits stand until eight values have come: that is how one sees whether it did anything.
    """
    last = next((n for n, label in enumerate(labels) if until and label >= until), len(labels))
    cuts = [n for n, label in enumerate(labels) if 0 < n < last and label in changes]
    found: list[tuple[int, int, int]] = []
    for start, end in zip([0, *cuts], [*cuts, len(labels)], strict=True):
        few = sum(v is not None for v in values[start:end]) < PHASE
        if few and found:
            first, _, base = found.pop()
            found.append((first, end, base))
        elif few and end < len(labels):
            continue  # too few before the first change to make limits of: they join what follows
        else:
            found.append((found[-1][1] if found else 0, end, end))
    start, end, base = found[-1]
    enough = sum(v is not None for v in values[start:last]) >= PHASE
    return [*found[:-1], (start, end, min(base, last) if enough else base)]


def _too_wide(points: Sequence[Point], *, rate: bool) -> bool:
    """Tell whether values step further from one to the next than chance explains (sigma of z by moving ranges)."""
    middle = centre(points)
    scores = []
    for p in points:
        spread = sqrt((middle if rate else middle * (1 - middle)) / p.denominator) if middle and p.denominator else 0.0
        if spread and middle is not None:
            scores.append((p.numerator / p.denominator - middle) / spread)
    steps = [abs(b - a) for a, b in pairwise(scores)]
    return len(steps) >= FEWEST - 1 and sum(steps) / len(steps) / XMR_SIGMA > TOO_WIDE


# --- signals ----------------------------------------------------------------------------------------------------------------


def _judged(values: list[Value]) -> list[Value]:
    given = [v.value for v in values]
    middle = next((v.centre for v in values if v.centre is not None), 0.0)
    marks = {
        OUTSIDE: {n for n, v in enumerate(values) if beyond(v.value, v.low, v.high)},
        NEAR: two_of_three([beyond(v.value, v.near_low, v.near_high) for v in values], given),
        SHIFT: on_one_side(given, middle),
        TREND: rising_or_falling(given),
    }
    return [replace(v, signals=tuple(s for s, where in marks.items() if n in where)) for n, v in enumerate(values)]


def beyond(value: float | None, low: float | None, high: float | None) -> int:
    """Say on which side a value lies beyond its limits: -1 below, 1 above, 0 within or on them."""
    if value is None:
        return 0
    if low is not None and value < low - EDGE:
        return -1
    return 1 if high is not None and value > high + EDGE else 0


def two_of_three(sides: Sequence[int], values: Sequence[float | None]) -> set[int]:
    """Find values beyond two sigma of which two among three in a row lie on one side; months without a value don't count."""
    known = [n for n, v in enumerate(values) if v is not None]
    found: set[int] = set()
    for at in range(len(known)):
        for side in (-1, 1):
            here = [n for n in known[max(0, at - 2) : at + 1] if sides[n] == side]
            if len(here) >= 2:
                found |= set(here)
    return found


def _run_chart(labels: Sequence[str], values: Sequence[float | None], until: str) -> Chart:
    before = [v for n, v in enumerate(values) if v is not None and (not until or labels[n] < until)]
    known = before if len(before) >= PHASE else [v for v in values if v is not None]
    middle = median(known) if known else None
    shift = on_one_side(values, middle, length=RUN_SIDE) if middle is not None else set()
    trend = rising_or_falling(values, length=RUN_TREND)
    found = []
    for n, (label, value) in enumerate(zip(labels, values, strict=True)):
        signals = tuple(s for s, where in ((SHIFT, shift), (TREND, trend)) if n in where)
        found.append(Value(label, value, middle, signals=signals))
    count, say = runs(values, middle) if middle is not None else (0, "")
    return Chart("run", tuple(found), count, say)


def runs(values: Sequence[float | None], middle: float) -> tuple[int, Literal["", "few", "many"]]:
    """Count the runs about a median and say whether chance gives so few, or so many, in no more than 2.5 of 100 (exact)."""
    sides = [v > middle for v in values if v is not None and v != middle]
    above, below = sum(sides), len(sides) - sum(sides)
    count = sum(a != b for a, b in pairwise(sides)) + 1 if sides else 0
    if min(above, below) < 2:
        return count, ""
    if sum(_chance(r, above, below) for r in range(2, count + 1)) <= TAIL:
        return count, "few"
    most = 2 * min(above, below) + 1
    return count, "many" if sum(_chance(r, above, below) for r in range(count, most + 1)) <= TAIL else ""


def _chance(count: int, above: int, below: int) -> float:
    """Give the chance of exactly so many runs in any order of these (Wald and Wolfowitz)."""
    half, odd = divmod(count, 2)
    if odd:
        ways = comb(above - 1, half) * comb(below - 1, half - 1) + comb(above - 1, half - 1) * comb(below - 1, half)
    else:
        ways = 2 * comb(above - 1, half - 1) * comb(below - 1, half - 1)
    return ways / comb(above + below, above)


# --- did a change do anything -----------------------------------------------------------------------------------------------

Verdict = Literal["better", "worse", "same", "early", "unknown"]


def verdict(found: Chart, since: str, better: Literal["higher", "lower"]) -> Verdict:
    """Say what values from a label on show on a chart whose limits end before it (`until=since`).

    `better` or `worse` only by a signal of those values themselves; `early` while fewer than three values came; `unknown` where too few came before.
    """
    before = sum(v.value is not None and v.label < since for v in found.values)
    after = [v for v in found.values if v.value is not None and v.label >= since]
    if before < PHASE:
        return "unknown"
    good = 1 if better == "higher" else -1
    sides = {_side(after[n]) * good for n in _signals_alone(after)}
    if -1 in sides:
        return "worse"
    if 1 in sides:
        return "better"
    return "early" if len(after) < 3 else "same"


def _signals_alone(after: Sequence[Value]) -> set[int]:
    """Find the signals that values after a change give by themselves, about the centre from before."""
    given = [v.value for v in after]
    found = {n for n, v in enumerate(after) if beyond(v.value, v.low, v.high)}
    found |= two_of_three([beyond(v.value, v.near_low, v.near_high) for v in after], given)
    middle = next((v.centre for v in after if v.centre is not None), None)
    return found | (on_one_side(given, middle) if middle is not None else set())


def _side(value: Value) -> int:
    return beyond(value.value, value.centre, value.centre)
