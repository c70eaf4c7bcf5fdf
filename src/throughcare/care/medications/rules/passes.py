"""The pass of a line or unit: which doses belong to it, in which order people come, what comes first when the unit is locked
down (clinical.md 2.0, 2.3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from throughcare.care.medications.rules.traits import Traits
from throughcare.chart.forms.text import Text
from throughcare.duties.calendar import aware

DAY = timedelta(days=1)
_PARTS = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class PassName:
    """A pass or meal of the day: its code, its name, its local time. Meals time insulin; no list is made for them."""

    code: str
    text: Text
    at: time
    meal: bool = False


@dataclass(frozen=True, slots=True)
class PassTable:
    """The day of medicines, as an agency and its facilities set it."""

    version: str
    passes: tuple[PassName, ...]
    seconds_per_dose: int
    seconds_per_cell: int
    facilities: Mapping[str, Mapping[str, time]] = field(default_factory=dict)

    def times(self, facility: str = "") -> dict[str, time]:
        """Return the local time of every pass and meal at a facility."""
        return {p.code: p.at for p in self.passes} | dict(self.facilities.get(facility, {}))

    def names(self) -> dict[str, Text]:
        """Return the names of passes and meals."""
        return {p.code: p.text for p in self.passes}

    def lines(self, facility: str = "") -> tuple[tuple[str, time], ...]:
        """List the passes that have a line, in the order of the facility's day."""
        times = self.times(facility)
        return tuple(sorted(((p.code, times[p.code]) for p in self.passes if not p.meal), key=lambda p: (p[1], p[0])))


@dataclass(frozen=True, slots=True)
class PassSpan:
    """One pass on one day: its time, and the span whose doses it gives. Spans meet without gap or overlap."""

    code: str
    day: date
    at: datetime
    opens: datetime
    closes: datetime


def spans(day: date, table: PassTable, zone: ZoneInfo, facility: str = "") -> tuple[PassSpan, ...]:
    """List the passes of a day, each with the doses nearest to it: spans end half-way to the next pass."""
    lines = table.lines(facility)
    if not lines:
        return ()
    around = [(code, d, _moment(d, at, zone)) for d in (day - DAY, day, day + DAY) for code, at in lines]
    found = []
    for place, (code, on, at) in enumerate(around):
        if on == day:
            before, after = around[place - 1][2], around[place + 1][2]
            found.append(PassSpan(code, on, at, _half(before, at), _half(at, after)))
    return tuple(found)


def pass_of(due_at: datetime, table: PassTable, zone: ZoneInfo, facility: str = "") -> PassSpan | None:
    """Return the one pass whose list holds a dose due at a moment."""
    moment = aware(due_at)
    day = moment.astimezone(zone).date()
    days = (span for d in (day - DAY, day, day + DAY) for span in spans(d, table, zone, facility))
    return next((span for span in days if span.opens <= moment < span.closes), None)


def cell_order(place: str) -> tuple[tuple[int, int, str], ...]:
    """Return the key that sorts units, cells and beds as people walk: cell 2 before cell 10, case and signs aside."""
    parts = _PARTS.findall(place.casefold())
    return tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts)


def criticality(traits: Traits) -> int:
    """Rank a medicine for a lockdown: 0 pages a supervisor when missed, then time-critical, then lasting harm, then others."""
    if traits.pages_supervisor:
        return 0
    if traits.time_critical or traits.critical:
        return 1
    return 2 if traits.psychotropic or traits.hiv else 3


def _moment(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return aware(datetime.combine(day, wall, tzinfo=zone))


def _half(one: datetime, two: datetime) -> datetime:
    return one + (two - one) / 2
