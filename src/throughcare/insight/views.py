"""Rows of insight's pages in words: numbers with their base, months, sentences that a chart is titled by. Pure but for addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.urls import reverse

from throughcare.duties import views as duties
from throughcare.duties.reads import WorkItem
from throughcare.insight.measures.definitions import Definition, counting
from throughcare.insight.measures.statistics import Estimate
from throughcare.insight.numbers import Number
from throughcare.insight.pooling import TOGETHER, few
from throughcare.insight.reads import Line, MeasurePage, Part
from throughcare.insight.statistics import Limits
from throughcare.kernel import content
from throughcare.kernel.errors import NotFound
from throughcare.ui import wording
from throughcare.ui.shapes import ClockShape

HOUR, DAY = 60, 60 * 24
NAMED = frozenset(
    {"not said", "unknown", "female", "male", "other", "several", "white", "black", "hispanic", "asian", "native", "pacific", "en", "es"}
)  # fmt: skip
LEGAL = "custody/legal_status.toml"


@dataclass(frozen=True, slots=True)
class LineRow:
    """One measure of the overview in words."""

    id: str
    title: str
    href: str
    value: str
    interval: str
    base: str
    before: str
    missed: str
    open: int
    worst: str
    worst_value: str
    history: tuple[float, ...]
    meaning: str
    small: bool


@dataclass(frozen=True, slots=True)
class PartRow:
    """One facility, sex or age in words."""

    id: str
    title: str
    value: str
    interval: str
    base: str
    missed: int
    longest: str
    signal: str
    ratio: str
    difference: str
    small: bool


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


def aggregate(*, told: bool, base: int | None = None) -> str:
    """Say in what way numbers are told to who sees aggregates only, by the figures of content; empty for everybody else."""
    if not told:
        return ""
    said = counting()
    return wording.t(
        "insight.aggregate", base=base or said["smallest_base"], few=few(), days=said["aggregate"]["settle_days"]
    )


def told(value: float | None, measure: Definition) -> str:
    """Write a value: per cent, or a rate, with one decimal."""
    if value is None:
        return "–"
    return f"{value:,.1f}" if measure.is_rate else f"{value:.1f} %"


def interval(estimate: Estimate | None) -> str:
    """Write the 95 % interval of a number."""
    return wording.t("insight.interval", low=f"{estimate.low:,.1f}", high=f"{estimate.high:,.1f}") if estimate else ""


def base(number: Number, measure: Definition) -> str:
    """Write what a value stands on."""
    if measure.is_rate:
        return wording.t(
            "insight.events", n=int(number.numerator), base=f"{number.denominator:,.0f}", unit=measure.unit
        )
    return wording.t("insight.of", met=f"{int(number.numerator):,}", n=f"{number.denominator:,.0f}")


def per(measure: Definition) -> str:
    """Write what a rate is told for."""
    return wording.t("insight.per", n=f"{measure.per:,.0f}", unit=measure.unit) if measure.is_rate else ""


def definition(measure: Definition) -> list[tuple[str, str]]:
    """Write what a measure is, field by field."""
    facts = [
        ("denominator", measure.denominator),
        ("numerator", measure.numerator),
        ("exclusions", measure.exclusions),
        ("refusals", wording.t(f"insight.refusals_{measure.refusals}") if measure.misses else ""),
        ("unit", per(measure)),
        ("better", wording.t(f"insight.better_{measure.better}")),
        ("shown_as", wording.t(f"insight.shown_as_{measure.published_as}")),
        ("aligned", measure.aligned_with),
        ("source", measure.source),
        ("version", f"{measure.id} · {measure.version}"),
    ]
    return [(wording.t(f"insight.{name}"), said) for name, said in facts if said]


def became(measure: Definition, number: Number) -> list[tuple[str, str]]:
    """Write what became of those who count, and of those left out; nothing where people may not be told apart."""
    counts = [("met", int(number.numerator)), *((n, getattr(number, n)) for n in ("late", "open", "refused"))]
    counts += [(n, getattr(number, n)) for n in ("excused", "gone")]
    if not measure.misses or not number.denominator:
        return []
    times = [(n, minutes(v)) for n, v in (("median", number.median), ("longest", number.longest)) if v is not None]
    return [(wording.t(f"insight.{name}"), said) for name, said in [*((n, f"{c:,}") for n, c in counts), *times]]


def line(one: Line) -> LineRow:
    """Write one measure of the overview."""
    measure, number = one.measure, one.number
    late = measure.misses and number.missed * 10 > max(number.denominator, 1)
    return LineRow(
        measure.id,
        measure.title,
        reverse("insight_measure", kwargs={"measure": measure.id}),
        told(one.value, measure),
        interval(one.estimate),
        base(number, measure),
        told(one.before, measure),
        f"{number.missed:,}" if measure.misses else "–",
        number.open,
        one.worst,
        told(one.worst_value, measure) if one.worst else "",
        one.history,
        ("late" if late else "done") if measure.misses and not number.small(measure) else "",
        number.small(measure),
    )


def part(one: Part, measure: Definition, kind: str = "") -> PartRow:
    """Write one facility, sex or age."""
    return PartRow(
        one.id,
        stratum(one, kind),
        told(one.value, measure),
        interval(one.estimate),
        base(one.number, measure),
        one.number.missed if measure.misses else int(one.number.numerator),
        minutes(one.number.longest),
        one.signal,
        "–" if one.ratio is None else f"{one.ratio:.2f}",
        "–" if one.difference is None else f"{one.difference:+.1f}",
        one.number.small(measure),
    )


def stratum(one: Part, kind: str) -> str:
    """Name a stratum: a facility by its name, the record's own words by theirs, the rest as they stand."""
    if one.id == TOGETHER:
        return wording.t("insight.together")
    if one.id in NAMED:
        return wording.t(f"insight.stratum.{one.id.replace(' ', '_')}")
    if kind == "legal_status":
        return next((r["title"] for r in content.rows(LEGAL, "status") if r["id"] == one.id), one.title)
    return one.title


def history(page: MeasurePage, scale: float) -> list[MonthRow]:
    """Write the months, latest first."""
    rows = []
    for label, limit, number in zip(page.labels, page.history, page.numbers, strict=True):
        if limit.value is None:
            continue
        edges = f"{limit.low * scale:.1f}–{limit.high * scale:.1f}"
        value = told(limit.value * scale, page.measure)
        rows.append(
            MonthRow(
                label,
                month_words(label),
                value,
                base(number, page.measure),
                edges,
                limit.signal,
                behind(number, page.measure),
            )
        )
    return rows[::-1]


def behind(number: Number, measure: Definition) -> int:
    """Count what one opens behind a number: the misses, or where not to meet it is no miss, what met it."""
    return number.missed if measure.misses else int(number.numerator)


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
    if said == "" or said in NAMED:
        return said
    try:
        return str(UUID(said))
    except ValueError:
        raise NotFound("There is no such facility.") from None


def duty_row(item: WorkItem, names: Mapping[UUID, tuple[str, str]]) -> DutyRow:
    """Write one duty behind a number."""
    who, where = names.get(item.person_id, ("", "")) if item.person_id else ("", "")
    return DutyRow(item.id, who, where, item.title, duties.duty_href(item), duties.clock_of(item), item.outcome)
