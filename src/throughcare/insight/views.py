"""Rows of insight's pages in words: numbers with their base, months, sentences that a chart is titled by. Pure but for addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.urls import reverse

from throughcare.duties import views as duties
from throughcare.duties.reads import WorkItem
from throughcare.insight.definition import Measure
from throughcare.insight.reads import Line, MeasurePage, Number, Part
from throughcare.insight.statistics import Limits
from throughcare.kernel.errors import NotFound
from throughcare.ui import wording
from throughcare.ui.shapes import ClockShape

HOUR, DAY = 60, 60 * 24


@dataclass(frozen=True, slots=True)
class LineRow:
    """One measure of the overview in words."""

    id: str
    title: str
    href: str
    value: str
    base: str
    before: str
    missed: int
    open: int
    worst: str
    worst_value: str
    history: tuple[float, ...]
    meaning: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class PartRow:
    """One facility, sex or age in words."""

    id: str
    title: str
    value: str
    base: str
    missed: int
    open: int
    longest: str
    signal: str
    ratio: str
    difference: str


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month beside the chart."""

    month: str
    label: str
    value: str
    base: str
    limits: str
    signal: str
    missed: int


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty behind a number."""

    id: UUID
    who: str
    where: str
    title: str
    href: str
    clock: ClockShape
    outcome: str


def told(value: float | None, measure: Measure) -> str:
    """Write a value: a whole per cent, a rate with one decimal."""
    if value is None:
        return "–"
    return f"{value:.1f} %" if measure.kind == "share" else f"{value:,.1f}"


def base(number: Number, measure: Measure) -> str:
    """Write what a value stands on."""
    if measure.kind == "rate":
        return wording.t("insight.events", n=int(number.numerator), days=f"{number.days:,.0f}", unit=measure.unit)
    return wording.t("insight.of", met=f"{int(number.numerator):,}", n=f"{number.denominator:,}")


def line(one: Line) -> LineRow:
    """Write one measure of the overview."""
    measure = one.measure
    late = measure.kind == "share" and one.number.missed * 10 > max(one.number.denominator, 1)
    return LineRow(
        measure.id,
        measure.title,
        reverse("insight_measure", kwargs={"measure": measure.id}),
        told(one.value, measure),
        base(one.number, measure),
        told(one.before, measure),
        one.number.missed,
        one.number.open,
        one.worst,
        told(one.worst_value, measure) if one.worst else "",
        one.history,
        "" if measure.kind == "rate" else "late" if late else "done",
        measure.provisional,
    )


def part(one: Part, measure: Measure) -> PartRow:
    """Write one facility, sex or age."""
    return PartRow(
        one.id,
        one.title,
        told(one.value, measure),
        base(one.number, measure),
        one.number.missed,
        one.number.open,
        minutes(one.number.longest),
        one.signal,
        "–" if one.ratio is None else f"{one.ratio:.2f}",
        "–" if one.difference is None else f"{one.difference:+.1f}",
    )


def history(page: MeasurePage, scale: float) -> list[MonthRow]:
    """Write the months, latest first."""
    rows = []
    for label, limit, number in zip(page.labels, page.history, page.numbers, strict=True):
        if limit.value is None:
            continue
        edges = f"{limit.low * scale:.1f}–{limit.high * scale:.1f}"
        value = told(limit.value * scale, page.measure)
        rows.append(
            MonthRow(label, month_words(label), value, base(number, page.measure), edges, limit.signal, number.missed)
        )
    return rows[::-1]


def named(history: Sequence[Limits]) -> list[Limits]:
    """Name months as people write them."""
    return [replace(p, label=month_words(p.label)) for p in history]


def run_sentence(page: MeasurePage) -> str:
    """Say in one sentence what the months show: a special cause, or chance alone."""
    signals = [(label, p.signal) for label, p in zip(page.labels, page.history, strict=True) if p.signal]
    if not signals:
        return wording.t("insight.run_steady")
    label, signal = signals[-1]
    return wording.t(f"insight.run_{signal}", month=month_words(label))


def funnel_sentence(page: MeasurePage) -> str:
    """Say how many facilities differ by more than chance."""
    n = sum(p.signal == "outside" for p in page.places)
    return wording.t("insight.funnel_none") if not n else wording.t("insight.funnel_some", n=n)


def minutes(value: float | None) -> str:
    """Write a length of time as people say it."""
    if value is None:
        return "–"
    if value < 2 * HOUR:
        return f"{value:.0f} min"
    return f"{value / HOUR:.0f} h" if value < 2 * DAY else f"{value / DAY:.0f} d"


def month_words(month: str) -> str:
    """Write a month."""
    return date.fromisoformat(month + "-01").strftime("%b %Y")


def month_span(months: Sequence[str]) -> str:
    """Write some months in a row."""
    return f"{month_words(months[0])} – {month_words(months[-1])}" if len(months) > 1 else month_words(months[0])


def month_of(said: str) -> str:
    """Read a month as YYYY-MM; refuses as not found what is none."""
    try:
        return date.fromisoformat(f"{said}-01").strftime("%Y-%m")
    except ValueError:
        raise NotFound("There is no such month.") from None


def facility_id(said: str) -> str:
    """Read a facility's id, or none."""
    if said in ("", "unknown"):
        return said
    try:
        return str(UUID(said))
    except ValueError:
        raise NotFound("There is no such facility.") from None


def duty_row(item: WorkItem, names: Mapping[UUID, tuple[str, str]]) -> DutyRow:
    """Write one duty behind a number."""
    who, where = names.get(item.person_id, ("", "")) if item.person_id else ("", "")
    return DutyRow(item.id, who, where, item.title, duties.duty_href(item), duties.clock_of(item), item.outcome)
