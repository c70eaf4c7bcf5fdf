"""Rows and drawings of the workspace's pages: values with their base, signals and charts in words. Pure but for addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from throughcare.insight.improvement import equity, pictures
from throughcare.insight.improvement.drawing import Drawing, drawn
from throughcare.insight.improvement.pictures import Note
from throughcare.insight.improvement.reads import ChartPage, Division, EquityPage, Place
from throughcare.insight.improvement.rules import Chart
from throughcare.insight.measures.definitions import Definition
from throughcare.insight.views import LEGAL, NAMED, base, behind, minutes, month_words
from throughcare.insight.views import told as told_scaled
from throughcare.kernel import content
from throughcare.ui import wording


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of the table beside a chart."""

    month: str
    label: str
    value: str
    base: str
    centre: str
    limits: str
    signals: str
    missed: int


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One facility of the table beside a funnel."""

    id: str
    title: str
    value: str
    base: str
    outside: bool


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group of the table beside the ratios."""

    label: str
    value: str
    base: str
    ratio: str
    difference: str
    note: str
    apart: bool


def told(value: float | None, measure: Definition, *, timed: bool = False) -> str:
    """Write a value as its measure is told: per cent, a rate, or a time. Values come unscaled."""
    if value is None:
        return "–"
    if timed:
        return minutes(value)
    return told_scaled(value if measure.is_rate else value * 100, measure)


def unit(page: ChartPage) -> tuple[float, str]:
    """Say by what values are multiplied on paper, and their unit."""
    if page.timed:
        return 1 / 60, "h"
    return (1.0, "") if page.measure.is_rate else (100.0, "%")


def sentence(page: ChartPage) -> str:
    """Say in one sentence what the months show."""
    signalled = page.chart.signalled
    if signalled:
        last = signalled[-1]
        return wording.t(f"improvement.says.{last.signals[0]}", month=month_words(last.label))
    if page.chart.runs_say:
        return wording.t(f"improvement.says.{page.chart.runs_say}", n=page.chart.runs)
    return wording.t("improvement.says.run" if page.chart.kind == "run" else "improvement.says.steady")


def heard(page: ChartPage) -> str:
    """Say the chart to who does not see it: what kind, how long, from where to where, centre, signals; the table has the rest."""
    known = [v for v in page.chart.values if v.value is not None]
    if not known:
        return sentence(page)
    values = [v.value for v in known if v.value is not None]
    return wording.t(
        "improvement.heard",
        says=sentence(page),
        kind=wording.t(f"improvement.kind.{page.chart.kind}"),
        n=len(known),
        first=month_words(known[0].label),
        last=month_words(known[-1].label),
        low=told(min(values), page.measure, timed=page.timed),
        high=told(max(values), page.measure, timed=page.timed),
        centre=told(known[-1].centre, page.measure, timed=page.timed),
        signals=sum(bool(v.signals) for v in known),
    )


def over_time(page: ChartPage) -> list[Drawing]:
    """Draw the months, wide and narrow."""
    if not any(v.value is not None for v in page.chart.values):
        return []
    scale, sign = unit(page)
    target = float(page.target) if page.target is not None else None
    return [
        drawn(
            heard(page),
            pictures.over_time(
                page.chart,
                scale=scale,
                unit=sign,
                words={v.label: month_words(v.label) for v in page.chart.values},
                target=target,
                target_words=wording.t("improvement.target_is", value=_number(target)) if target is not None else "",
                notes=[Note(c.number, c.month) for c in page.changes],
                narrow=narrow,
            ),
        )
        for narrow in (False, True)
    ]


def funnel(page: ChartPage) -> tuple[str, list[Drawing]]:
    """Say and draw the facilities by their size."""
    points, places = page.funnel
    apart = [p.title for p in places if p.outside]
    says = (
        wording.t("improvement.funnel_some", n=len(apart), names=", ".join(apart))
        if apart
        else wording.t("insight.funnel_none")
    )
    if page.timed or sum(bool(p.denominator) for p in points) < 3:
        return says, []
    measure = page.measure
    scale, rate = (1.0, True) if measure.is_rate else (100.0, False)
    axis = measure.unit if rate else wording.t("improvement.size_axis")
    return says, [
        drawn(
            wording.t("improvement.funnel_heard", says=says, n=len(points)),
            pictures.funnel(
                points,
                scale=scale,
                unit="" if rate else "%",
                rate=rate,
                size=measure.per if rate else 1.0,
                axis=axis,
                narrow=narrow,
            ),
        )
        for narrow in (False, True)
    ]


def months(page: ChartPage) -> list[MonthRow]:
    """Write the months, latest first."""
    rows = []
    for (month, number), v in zip(page.numbers, page.chart.values, strict=True):
        if v.value is None:
            continue
        edges = "–"
        if v.low is not None and v.high is not None:
            edges = f"{told(v.low, page.measure, timed=page.timed)} – {told(v.high, page.measure, timed=page.timed)}"
        rows.append(
            MonthRow(
                month,
                month_words(month),
                told(v.value, page.measure, timed=page.timed),
                base(number, page.measure),
                told(v.centre, page.measure, timed=page.timed),
                edges,
                ", ".join(wording.t(f"improvement.signal.{s}") for s in v.signals),
                behind(number, page.measure),
            )
        )
    return rows[::-1]


def places(found: Sequence[Place], measure: Definition) -> list[PlaceRow]:
    """Write the facilities, furthest behind first."""
    return [PlaceRow(p.id, p.title, told(p.value, measure), base(p.number, measure), p.outside) for p in found]


def groups(division: Division, measure: Definition) -> list[GroupRow]:
    """Write the groups of one kind."""
    scale = 1.0 if measure.is_rate else 100.0
    return [
        GroupRow(
            group_words(division.kind, g.label),
            "–" if g.small else told(g.value, measure),
            _of(g, measure),
            _interval(g.ratio, 1.0, "{:.2f}"),
            _interval(g.difference, scale, "{:+.1f}"),
            wording.t("improvement.too_small") if g.small else wording.t("improvement.unstable") if g.unstable else "",
            g.ratio is not None and g.ratio.apart(1.0),
        )
        for g in division.groups
    ]


def ratios(division: Division) -> tuple[str, list[Drawing]]:
    """Say and draw how the groups of one kind compare with everybody."""
    known = [(group_words(division.kind, g.label), g.ratio) for g in division.groups if g.ratio is not None]
    apart = [w for w, r in known if r.apart(1.0)]
    kind = wording.t("insight.place" if division.kind == "facility" else f"insight.stratum_{division.kind}").lower()
    says = (
        wording.t("improvement.apart", kind=kind, names=", ".join(apart))
        if apart
        else wording.t("improvement.alike", kind=kind)
    )
    if len(known) < 2:
        return says, []
    rows = [(w, r.value, r.low, r.high) for w, r in known]
    return says, [drawn(says, pictures.ratios(rows, narrow=narrow)) for narrow in (False, True)]


def group_words(kind: str, label: str) -> str:
    """Write a group: the record's own words by theirs, the rest as they stand."""
    if label in NAMED:
        return wording.t(f"insight.stratum.{label.replace(' ', '_')}")
    if kind == "legal_status":
        return next((str(r["title"]) for r in content.rows(LEGAL, "status") if r["id"] == label), label)
    return label


def disparity(page: EquityPage, division: Division) -> str:
    """Write how far apart the groups are on the whole."""
    return "" if division.disparity is None else f"{division.disparity:.1f} %"


def kind_help(chart: Chart) -> str:
    """Say which chart this is and why it fits."""
    return wording.t(f"improvement.why.{chart.kind}")


def _of(group: equity.Group, measure: Definition) -> str:
    if measure.is_rate:
        return f"{int(group.numerator):,}"
    return wording.t("insight.of", met=f"{int(group.numerator):,}", n=f"{int(group.denominator):,}")


def _interval(found: equity.Interval | None, scale: float, form: str) -> str:
    if found is None:
        return "–"
    value, low, high = (form.format(x * scale) for x in (found.value, found.low, found.high))
    return f"{value} ({low} … {high})"


def _number(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")
