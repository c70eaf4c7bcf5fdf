"""How dates, numbers and ranges are written in public, in either language, the same on every day and machine."""

from __future__ import annotations

from throughcare.insight.gate.editions import PublishedRow, Shown
from throughcare.public.facts import UNDATED
from throughcare.ui.wording import language, t

MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "es": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
}


def as_of(text: str) -> str:
    """Write when something was so: 2016 · February 2018 · 22 February 2018, or that the source bears no date."""
    if text == UNDATED:
        return t("public.undated")
    return t("public.as_of", when=date(text))


def date(text: str) -> str:
    """Write a year, a month or a day in words."""
    year, *rest = text.split("-")
    if not rest:
        return year
    month = MONTHS[language()][int(rest[0]) - 1]
    if len(rest) == 1:
        return f"{month} {year}" if language() == "en" else f"{month} de {year}"
    day = int(rest[1])
    return f"{month} {day}, {year}" if language() == "en" else f"{day} de {month} de {year}"


def number(value: int | float) -> str:
    """Write a number with commas, a measured one with one decimal so that columns stand: 1,200 · 97.0."""
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


def value(shown: Shown, unit: str) -> str:
    """Write a figure with its unit, or why it is not shown."""
    if shown.reason:
        return t(f"public.reason.{shown.reason}")
    figure = shown.band or (number(shown.number) if shown.number is not None else "–")
    return with_unit(figure, unit)


def with_unit(figure: str, unit: str) -> str:
    """Put the unit to a figure that is written already."""
    if unit == "percent":
        return f"{figure}%" if language() == "en" else f"{figure} %"
    return figure if unit == "count" else t(f"public.unit.{unit}", figure=figure)


def span(row: PublishedRow, unit: str) -> str:
    """Write the 95 % range of a figure; nothing where there is none."""
    if row.low is None or row.high is None or not row.value.is_shown:
        return ""
    return t("public.span", low=number(float(row.low)), high=number(float(row.high)))


def level(value: float) -> str:
    """Write a level of a chart, without decimals in vain: 94 · 0.5."""
    return f"{value:,.2f}".rstrip("0").rstrip(".") or "0"


def short_period(period: str, title: str) -> str:
    """Write a quarter as short as an axis needs it: Q1 2026; anything else as it is titled."""
    year, _, quarter = period.partition("-Q")
    return t("public.quarter_short", n=quarter, year=year) if quarter.isdigit() else title
