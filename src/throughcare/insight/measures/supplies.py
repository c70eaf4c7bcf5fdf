"""How long a medicine reaches: the days an order or a dispense covers, and how many days several cover together. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from throughcare.insight.measures.points import Point, Span

# Doses a day for one dose per unit of time: a month counts 30 days and a year 365.
_A_DAY = {"h": 24.0, "min": 1440.0, "s": 86400.0, "d": 1.0, "wk": 1 / 7, "mo": 1 / 30, "a": 1 / 365}
_DAYS = {"d": 1.0, "wk": 7.0, "h": 1 / 24, "min": 1 / 1440, "mo": 30.4375, "a": 365.25}
_WORDS = {
    "hour": "h",
    "minute": "min",
    "second": "s",
    "day": "d",
    "week": "wk",
    "month": "mo",
    "year": "a",
}


def _unit(word: str) -> str:
    return _WORDS.get(word.removesuffix("s"), word) if len(word) > 2 else word


def doses_a_day(frequency: float | None, period: float | None, unit: str) -> float | None:
    """Turn "so often per so long" into doses a day; nothing where either is not said."""
    rate = _A_DAY.get(_unit(unit))
    return frequency * rate / period if frequency and period and rate else None


def in_days(number: float | None, unit: str) -> float | None:
    """Turn a duration into days; nothing where its unit is none."""
    factor = _DAYS.get(_unit(unit))
    return number * factor if number is not None and factor else None


@dataclass(frozen=True, slots=True)
class Amount:
    """What one supply is: its stated days, or the quantity with the dose and the doses a day."""

    days: float | None = None
    quantity: float | None = None
    dose: float | None = None
    per_day: float | None = None

    def lasts(self) -> float | None:
        """Give the days one supply lasts: as stated, else as the quantity and the dose work out."""
        if self.days is not None:
            return self.days
        if self.quantity is None or not self.dose or not self.per_day:
            return None
        return self.quantity / (self.dose * self.per_day)


def covered_by_order(
    amount: Amount, refills: int, bounds: tuple[Point | None, Point | None], authored: Point | None, valid: Point | None
) -> Span | None:
    """Give the days an order covers: from its bounds, its date or its validity, for its supply and every refill."""
    start = next((p.date for p in (bounds[0], authored, valid) if p is not None), None)
    if start is None:
        return None
    lasts = amount.lasts()
    if lasts is not None:
        return Span(start, start.plus(days=int(lasts * (1 + refills) - 1)))
    return Span(start, bounds[1].date) if bounds[1] is not None else None


def covered_by_supply(amount: Amount, handed_over: Point | None, prepared: Point | None) -> Span | None:
    """Give the days one dispense covers, from the day it was handed over, else made ready."""
    start = handed_over or prepared
    lasts = amount.lasts()
    if start is None or lasts is None:
        return None
    return Span(start.date, start.date.plus(days=int(lasts - 1)))


def days_covered(spans: Iterable[Span | None], first: Point, last: Point) -> int:
    """Count the days from `first` to `last` that any span covers; a day covered twice counts once."""
    days: set[int] = set()
    for span in spans:
        if span is not None:
            days.update(range(max(span.start.day, first.day), min(span.end.day, last.day) + 1))
    return len(days)
