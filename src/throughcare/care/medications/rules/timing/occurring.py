"""The doses that follow from a timing. Deterministic: the same order gives the same doses with the same numbers, whatever the
window asked for, so that materialising again changes nothing.

Doses at passes, meals and days keep the wall clock: a time that the clocks skip moves forward by the hour skipped, one that
comes twice is the first. Doses by hours keep exact hours whatever the clocks do.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from throughcare.care.medications.rules.timing.model import DAY_CODES, Dose, Kind, Timing, TimingError
from throughcare.duties.calendar import aware, months_later

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One dose that is due. `dose` is None where it is the order's own or the scale's; `step` and `ordinal` count from 1."""

    due_at: datetime
    pass_code: str
    dose: Dose | None
    step: int
    ordinal: int


@dataclass(frozen=True, slots=True)
class _Wall:
    """The clock on the wall of a facility, with the times of its passes."""

    zone: ZoneInfo
    times: Mapping[str, time]

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def moment(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, tzinfo=self.zone).astimezone(UTC)

    def time_of(self, code: str) -> time:
        if code not in self.times:
            raise TimingError(f"The facility has no pass [{code}]. Choose one of {', '.join(sorted(self.times))}.")
        return self.times[code]


def occurrences(
    timing: Timing,
    *,
    start: datetime,
    end: datetime | None,
    pass_times: Mapping[str, time],
    zone: ZoneInfo,
    window_from: datetime,
    window_to: datetime,
) -> list[Occurrence]:
    """List the doses due in [window_from, window_to) of an order that runs in [start, end), by time and number."""
    wall = _Wall(zone, pass_times)
    begins, ends = aware(start), None if end is None else aware(end)
    low, high = aware(window_from), aware(window_to)
    last = high if ends is None else min(high, ends)
    found = [o for o in _from(timing, begins, wall, low, last) if low <= o.due_at < last]
    return sorted(found, key=lambda o: (o.due_at, o.ordinal))


def lasting(timing: Timing, start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Say when an order that runs for so many days ends: at the same hour by the wall, whatever the clocks do between.

    A day of 25 hours would cost an order by passes its last dose, one of 23 would give it one too many. Doses by hours keep hours.
    """
    begins = aware(start)
    laid_by = [timing, *(step.timing for step in timing.steps), *([timing.base] if timing.base else [])]
    if any(one.kind is Kind.INTERVAL for one in laid_by):
        return begins + days * DAY
    wall = begins.astimezone(zone)
    return (wall + days * DAY).astimezone(UTC)


def _from(timing: Timing, start: datetime, wall: _Wall, low: datetime, high: datetime) -> Iterator[Occurrence]:
    """Yield at least the doses of the window; the caller cuts at its edges."""
    match timing.kind:
        case Kind.PRN:
            return iter(())
        case Kind.STAT:
            return iter((Occurrence(start, "", None, 1, 1),))
        case Kind.ONCE:
            return iter((_once(timing, start, wall),))
        case Kind.INTERVAL:
            return _by_hours(timing, start, low, high)
        case Kind.STEPPED:
            return _stepped(timing, start, wall, high)
        case Kind.SLIDING:
            if timing.base is None:
                raise TimingError("The sliding scale doesn't say when. Name its passes, meals or hours.")
            return _from(timing.base, start, wall, low, high)
        case _:
            return _by_days(timing, start, wall, low, high)


def _by_hours(timing: Timing, start: datetime, low: datetime, high: datetime) -> Iterator[Occurrence]:
    every = timedelta(hours=timing.hours)
    first = max(0, -((start - low) // every)) if low > start else 0
    for number in count(first):
        due = start + number * every
        if due >= high:
            return
        yield Occurrence(due, "", None, 1, number + 1)


def _once(timing: Timing, start: datetime, wall: _Wall) -> Occurrence:
    if not timing.passes:
        return Occurrence(start, "", None, 1, 1)
    code, dose = timing.passes[0], (*timing.doses, None)[0]
    days = (wall.day_of(start) + n * DAY for n in (0, 1, 2))
    due = next(m for m in (wall.moment(day, wall.time_of(code)) for day in days) if m >= start)
    return Occurrence(due, code, dose, 1, 1)


@dataclass(frozen=True, slots=True)
class _Slot:
    """One dose of a day: when by the wall, which pass, how much."""

    wall: time
    before: timedelta
    code: str
    dose: Dose | None

    def on(self, day: date, clock: _Wall) -> datetime:
        return clock.moment(day, self.wall) - self.before


def _slots(timing: Timing, start: datetime, wall: _Wall) -> list[_Slot]:
    """The doses of one day in the order of their times; at the order's own time of day where no pass is named."""
    if not timing.passes:
        return [_Slot(start.astimezone(wall.zone).time().replace(fold=0), timedelta(0), "", None)]
    before = timedelta(minutes=timing.minutes_before)
    doses: tuple[Dose | None, ...] = timing.doses or (None,) * len(timing.passes)
    paired = zip(timing.passes, doses, strict=True)
    return sorted((_Slot(wall.time_of(code), before, code, dose) for code, dose in paired), key=lambda s: s.wall)


def _by_days(timing: Timing, start: datetime, wall: _Wall, low: datetime, high: datetime) -> Iterator[Occurrence]:
    slots = _slots(timing, start, wall)
    anchor = wall.day_of(start)
    floor = start if timing.passes else min(start, slots[0].on(anchor, wall))
    if all(slot.on(anchor, wall) < floor for slot in slots):
        anchor += DAY
    days = _Days(timing, anchor, _stride(timing))
    opening = [slot.on(day, wall) >= floor for day in (days.at(0), days.at(1)) for slot in slots]
    last = wall.day_of(high) + DAY
    for index in count(days.reaching(wall.day_of(low) - DAY)):
        day = days.at(index)
        if day > last:
            return
        for place, slot in enumerate(slots):
            due = slot.on(day, wall)
            if due >= floor and low <= (due := max(due, start)) < high:
                number = _numbered(index * len(slots) + place, opening)
                yield Occurrence(due, slot.code, slot.dose, 1, number)


def _numbered(place: int, opening: list[bool]) -> int:
    """Number a dose from 1; those of the opening days that lie before the start take no number."""
    return place + 1 - opening[: place + 1].count(False)


@dataclass(frozen=True, slots=True)
class _Days:
    """The local days on which a timing has doses, numbered from 0."""

    timing: Timing
    anchor: date
    stride: timedelta

    def at(self, index: int) -> date:
        """Return the day with that number."""
        if self.timing.kind is Kind.WEEK_DAYS:
            rests = self._week()
            return self.anchor + timedelta(weeks=index // len(rests), days=rests[index % len(rests)])
        if self.timing.unit == "months":
            return months_later(self.anchor, index * self.timing.every)
        return self.anchor + index * self.stride

    def reaching(self, day: date) -> int:
        """Return a number from which on no such day at or after `day` is left out."""
        passed = (day - self.anchor).days
        if passed <= 0:
            return 0
        if self.timing.kind is Kind.WEEK_DAYS:
            rests = self._week()
            return passed // 7 * len(rests) + bisect_left(rests, passed % 7)
        if self.timing.unit == "months":
            months = (day.year - self.anchor.year) * 12 + day.month - self.anchor.month
            return max(0, months // self.timing.every - 1)
        return -(-passed // self.stride.days)

    def _week(self) -> list[int]:
        """Days from the anchor to each named weekday of the seven that follow it, itself included."""
        return sorted((DAY_CODES.index(code) - self.anchor.weekday()) % 7 for code in self.timing.days)


def _stride(timing: Timing) -> timedelta:
    """From one such day to the next, where they are evenly apart."""
    return timedelta(days=max(1, timing.every) * (7 if timing.unit == "weeks" else 1))


def _stepped(timing: Timing, start: datetime, wall: _Wall, high: datetime) -> Iterator[Occurrence]:
    """Follow a taper step by step: days are local days from that of the first dose, or 24 hours each where steps go by hours."""
    given, begins = 0, start
    by_hours = timing.steps[0].timing.kind is Kind.INTERVAL
    day = None if by_hours else _first_day(timing.steps[0].timing, start, wall)
    for number, step in enumerate(timing.steps, 1):
        closes = high
        if step.days is not None and day is None:
            closes = begins + step.days * DAY
        elif step.days is not None and day is not None:
            day += step.days * DAY
            closes = wall.moment(day, time(0))
        for due in _from(step.timing, begins, wall, begins, closes):
            if begins <= due.due_at < closes:
                given += 1
                yield replace(due, dose=step.dose, step=number, ordinal=given)
        if closes >= high:
            return
        begins = closes


def _first_day(timing: Timing, start: datetime, wall: _Wall) -> date:
    """The local day on which a taper counts its first day: that of its first possible dose."""
    day = wall.day_of(start)
    return day if any(slot.on(day, wall) >= start for slot in _slots(timing, start, wall)) else day + DAY
