"""What a line of measurements says, in one sentence: the title of a trend is its answer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

STEADY = Decimal("0.02")  # a change under two parts in a hundred is said to be none, where content sets nothing else


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement: when, how much, in which unit."""

    at: datetime
    value: Decimal
    unit: str = ""


def comparable(points: Sequence[Point]) -> list[Point]:
    """Keep the points in the unit of the newest, in order of time: pounds are never drawn beside kilograms."""
    ordered = sorted(points, key=lambda p: p.at)
    return [p for p in ordered if p.unit == ordered[-1].unit]


def answer(name: str, points: Sequence[Point], unit: str = "", *, steady: Decimal | None = None) -> str:
    """Say what became of a measurement: "Weight fell 6 kg in 4 weeks".

    A change smaller than `steady` (else two in a hundred of the larger value) is none; one that went and came back says so.
    """
    line = comparable(points)
    if not line:
        return f"{name}: not measured yet"
    first, last = line[0].value, line[-1].value
    if len(line) == 1:
        return f"{name} {_amount(last, unit)}, measured once"
    low, high = min(p.value for p in line), max(p.value for p in line)
    least = steady if steady is not None else max(abs(low), abs(high)) * STEADY
    span = span_words(line[-1].at - line[0].at)
    change = last - first
    if abs(change) > least:
        return f"{name} {'rose' if change > 0 else 'fell'} {_amount(abs(change), unit)} in {span}"
    if high - low > 3 * least:
        return (
            f"{name} moved between {_plain(low)} and {_amount(high, unit)} in {span}, and is {_amount(last, unit)} now"
        )
    return f"{name} stayed near {_amount(last, unit)} for {span}"


def span_words(span: timedelta) -> str:
    """Say how long, in the unit that a person would use."""
    minutes, hours = span / timedelta(minutes=1), span / timedelta(hours=1)
    days = span / timedelta(days=1)
    steps = (
        (90, minutes, "minute"),
        (48, hours, "hour"),
        (14, days, "day"),
        (9, days / 7, "week"),
        (24, days / 30.44, "month"),
    )
    for most, count, word in steps:
        if count < most:
            return _counted(count, word)
    return _counted(days / 365.25, "year")


def _counted(count: float, word: str) -> str:
    whole = max(1, round(count))
    return f"{whole} {word}" if whole == 1 else f"{whole} {word}s"


def _amount(value: Decimal, unit: str) -> str:
    return f"{_plain(value)}{'' if unit == '%' or not unit else ' '}{unit}".strip()


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
