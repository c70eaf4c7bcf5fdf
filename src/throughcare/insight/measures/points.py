"""Points and spans of time known only so exactly: a comparison is true only where it is certain. Pure.

A point keeps the first and the last millisecond that it may mean. A date means a whole day; a time without
milliseconds, a second. Two points of one precision compare as they are written; points of different precision
compare only where every reading of them gives the same answer. Days are days of UTC, as the official cases are.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

Precision = Literal["year", "month", "day", "second", "instant", "range"]

DAY = 86_400_000
COARSE = ("year", "month")  # less exact than a day
BEGINNING, FOREVER = -(10**15), 10**15
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The number of 1970's first day and of the last day that a calendar can say.
_1970, _LATEST = date(1970, 1, 1).toordinal(), date.max.toordinal()
_TIME = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?")


@dataclass(frozen=True, slots=True)
class Point:
    """A moment between `first` and `last` (milliseconds since 1970, UTC), as exact as `precision`."""

    first: int
    last: int
    precision: Precision = "instant"
    offset: int = 0

    @property
    def date(self) -> Point:
        """Give the calendar day it falls on where it was written down."""
        if self.precision in ("year", "month", "day", "range"):
            return self
        return on_day((self.first + self.offset) // DAY)

    @property
    def day(self) -> int:
        """Give the day's number since 1970 of its first moment, in UTC."""
        return self.first // DAY

    def plus(self, *, days: int = 0, months: int = 0) -> Point:
        """Move by days and whole months; a day that the month lacks becomes its last."""
        first, last = _moved(self.first, days, months), _moved(self.last, days, months)
        return Point(first, last, self.precision, self.offset)


@dataclass(frozen=True, slots=True)
class Span:
    """Time from `start` to `end`, both within it. A side that was left open reaches to the beginning or end of time."""

    start: Point
    end: Point


ALWAYS_SINCE = Point(BEGINNING, BEGINNING, "range")
STILL = Point(FOREVER, FOREVER, "range")


def on_day(number: int) -> Point:
    """Make the point of a calendar day by its number since 1970."""
    return Point(number * DAY, number * DAY + DAY - 1, "day")


def of_date(value: date) -> Point:
    """Make the point of a calendar day."""
    return on_day((value - date(1970, 1, 1)).days)


def of_datetime(value: datetime) -> Point:
    """Make the point of an instant."""
    at = (value - _EPOCH) // timedelta(milliseconds=1)
    return Point(at, at)


def parse(value: str) -> Point | None:
    """Read a FHIR date, dateTime or instant with the precision it was written in; nothing where it is none."""
    found = _TIME.fullmatch(value)
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        begin = datetime(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), tzinfo=UTC)
        if second == "60":
            second = "59"
        begin += timedelta(seconds=int(second or 0))
    except (ValueError, OverflowError):
        return None
    offset = 0
    if zone and zone != "Z":
        offset = (int(zone[1:3]) * 60 + int(zone[4:])) * 60_000 * (-1 if zone[0] == "-" else 1)
    first = (begin - _EPOCH) // timedelta(milliseconds=1) - offset
    if fraction:
        first += int((fraction + "00")[:3])
        return Point(first, first, "instant", offset)
    return Point(first, first + _length(begin, month, day, hour, second) - 1, _named(month, day, hour, second), offset)


def _length(begin: datetime, month: str | None, day: str | None, hour: str | None, second: str | None) -> int:
    if second:
        return 1_000
    if hour:
        return 60_000
    if day:
        return DAY
    if month:
        return DAY * monthrange(begin.year, begin.month)[1]
    return DAY * (date(begin.year + 1, 1, 1) - date(begin.year, 1, 1)).days


def _named(month: str | None, day: str | None, hour: str | None, second: str | None) -> Precision:
    if hour:
        return "second" if second else "range"
    return "day" if day else "month" if month else "year"


@lru_cache(maxsize=4096)  # the edges of a few periods are asked for of every person
def _moved(at: int, days: int, months: int) -> int:
    if abs(at) >= FOREVER:
        return at
    if months:
        when = _EPOCH + timedelta(milliseconds=at)
        year, month = divmod(when.year * 12 + when.month - 1 + months, 12)
        when = when.replace(year=year, month=month + 1, day=min(when.day, monthrange(year, month + 1)[1]))
        at = (when - _EPOCH) // timedelta(milliseconds=1)
    return at + days * DAY


# --- certain comparisons --------------------------------------------------------------------------------------------------


def at_or_before(a: Point, b: Point, *, by_day: bool = False) -> bool:
    """Say whether `a` is certainly not after `b`.

    Of two points that agree as far as the less exact of them goes nothing is certain, not even where it lies at the very edge
    of the other: the published definitions' language compares part by part, and has no answer where one part is missing.
    """
    if by_day:
        if a.precision in COARSE or b.precision in COARSE:
            return a.last // DAY < b.first // DAY
        return a.last // DAY <= b.first // DAY
    if a.precision == b.precision != "range":
        return a.first <= b.first
    if "range" in (a.precision, b.precision):
        return a.last <= b.first
    return a.last < b.first


def before(a: Point, b: Point, *, by_day: bool = False) -> bool:
    """Say whether `a` is certainly before `b`."""
    if by_day:
        return a.last // DAY < b.first // DAY
    if a.precision == b.precision != "range":
        return a.first < b.first
    return a.last < b.first


def within(point: Point | None, span: Span | None, *, by_day: bool = False) -> bool:
    """Say whether a point certainly lies in a span."""
    return (
        point is not None
        and span is not None
        and at_or_before(span.start, point, by_day=by_day)
        and at_or_before(point, span.end, by_day=by_day)
    )


def during(inner: Span | None, outer: Span | None, *, by_day: bool = False) -> bool:
    """Say whether a span certainly lies wholly in another."""
    return (
        inner is not None
        and outer is not None
        and at_or_before(outer.start, inner.start, by_day=by_day)
        and at_or_before(inner.end, outer.end, by_day=by_day)
    )


def overlaps(a: Span | None, b: Span | None, *, by_day: bool = False) -> bool:
    """Say whether two spans certainly share a moment."""
    return (
        a is not None
        and b is not None
        and at_or_before(a.start, b.end, by_day=by_day)
        and at_or_before(b.start, a.end, by_day=by_day)
    )


def overlaps_after(a: Span | None, b: Span | None, *, by_day: bool = False) -> bool:
    """Say whether `a` certainly shares a moment with `b` and goes on after it."""
    return (
        a is not None
        and b is not None
        and at_or_before(a.start, b.end, by_day=by_day)
        and before(b.end, a.end, by_day=by_day)
    )


def days_before(a: Point | None, b: Point | None) -> int | None:
    """Count the days from `a` to `b`; nothing where either is not known to the day."""
    if a is None or b is None or a.first // DAY != a.last // DAY or b.first // DAY != b.last // DAY:
        return None
    return b.day - a.day


@dataclass(frozen=True, slots=True)
class Age:
    """Years of age, as far as they are known: a birth told by its year leaves two. It is over or under what is certain.

    `age < n` says that it is not certain to have reached n: who asks that leaves somebody out.
    """

    least: int
    most: int

    def __ge__(self, years: int) -> bool:
        return self.least >= years

    def __lt__(self, years: int) -> bool:
        return self.least < years

    def __le__(self, years: int) -> bool:
        return self.most <= years


NOT_BORN = Age(-1, -1)


def age_between(born: Point, at: Point) -> Age:
    """Count the birthdays reached on the day of `at`, least and most; who is born on 29 February has one on 1 March."""
    day = at.date
    least = _birthdays(born.last // DAY, day.first // DAY)
    sure = born.precision == "day" and day.precision == "day"
    return Age(least, least if sure else _birthdays(born.first // DAY, day.last // DAY))


def _birthdays(born: int, at: int) -> int:
    birth, then = _calendar(born), _calendar(at)
    return then[0] - birth[0] - (then[1] < birth[1])


@lru_cache(maxsize=65_536)
def _calendar(day: int) -> tuple[int, tuple[int, int]]:
    """Give year, and month and day, of a day by its number since 1970; of one that no calendar can say its first or last."""
    found = date.fromordinal(min(max(day + _1970, 1), _LATEST))
    return found.year, (found.month, found.day)


def just_before(point: Point) -> Point:
    """Give the last point before another of its precision: the closed end of a span that leaves its end out."""
    step = DAY if point.precision == "day" else 1
    return Point(point.first - step, point.last - step, point.precision, point.offset)


def somewhere_in(first: Point, last: Point) -> Point:
    """Make the point that is only known to lie between two others."""
    return Point(first.first, last.last, "range")
