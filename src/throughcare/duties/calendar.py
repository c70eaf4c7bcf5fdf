"""Local days, shifts, medicine passes and business days of one facility. Pure: every function is given its moment, and
answers in aware UTC. The end of a day or shift is the first instant after it (ends are exclusive).
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift of the day by the wall clock; one that ends before it begins runs over midnight."""

    id: str
    title: str
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class ShiftSpan:
    """A shift as it falls on one day, in UTC; on the nights when clocks change it is an hour longer or shorter."""

    shift: Shift
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """How time is counted at one facility: its zone, its shifts, its passes and the days that are no business days."""

    zone: ZoneInfo
    shifts: tuple[Shift, ...]
    holidays: frozenset[date] = frozenset()
    passes: tuple[time, ...] = ()
    shift_floor: timedelta = field(default=timedelta(0))
    """The least time that "this shift" gives to a duty opened just before the shift ends."""

    def day_of(self, at: datetime) -> date:
        """Return the local day of a moment."""
        return aware(at).astimezone(self.zone).date()

    def moment(self, day: date, wall: time) -> datetime:
        """Return the UTC moment of a wall-clock time; one that the clocks skip is read as if they had not been changed yet."""
        return datetime.combine(day, wall, tzinfo=self.zone).astimezone(UTC)

    def end_of_day(self, day: date) -> datetime:
        """Return the first instant after a local day."""
        return self.moment(day + timedelta(days=1), time(0))

    def is_business_day(self, day: date) -> bool:
        """Tell whether offices work on a day: no weekend, no holiday."""
        return day.weekday() < SATURDAY and day not in self.holidays

    def business_day(self, day: date, count: int) -> date:
        """Return the business day `count` business days after `day`, which isn't counted itself; 0 is `day` or the next."""
        found = day
        while not self.is_business_day(found):
            found += timedelta(days=1)
        if found > day:
            count = max(0, count - 1)
        for _ in range(count):
            found += timedelta(days=1)
            while not self.is_business_day(found):
                found += timedelta(days=1)
        return found

    def shift_at(self, at: datetime) -> ShiftSpan:
        """Return the shift that runs at a moment; raise ValueError if the shifts leave it uncovered."""
        moment = aware(at)
        today = self.day_of(moment)
        for day in (today, today - timedelta(days=1)):
            for shift in self.shifts:
                span = self._span(day, shift)
                if span.starts <= moment < span.ends:
                    return span
        raise ValueError(f"no shift covers [{moment.astimezone(self.zone):%H:%M}]: the shift table has a gap")

    def end_of_shift(self, at: datetime) -> datetime:
        """Return when "this shift" is over for a duty opened at a moment, the floor observed."""
        return max(self.shift_at(at).ends, aware(at) + self.shift_floor)

    def next_pass(self, at: datetime) -> datetime:
        """Return the first medicine pass after a moment; the end of the shift where the facility lists none."""
        if not self.passes:
            return self.end_of_shift(at)
        today = self.day_of(at)
        times = (self.moment(today + timedelta(days=n), wall) for n in (0, 1) for wall in sorted(self.passes))
        return next(found for found in times if found > at)

    def _span(self, day: date, shift: Shift) -> ShiftSpan:
        over = timedelta(days=1 if shift.ends <= shift.starts else 0)
        return ShiftSpan(shift, self.moment(day, shift.starts), self.moment(day + over, shift.ends))


def aware(at: datetime) -> datetime:
    """Return the moment unchanged in UTC; raise ValueError if it has no zone."""
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone can't be compared: pass aware times")
    return at.astimezone(UTC)


def months_later(day: date, months: int) -> date:
    """Return the same day `months` calendar months on, or the last day of that month where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month, min(day.day, last))
