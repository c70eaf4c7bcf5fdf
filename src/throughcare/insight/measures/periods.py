"""The periods that measures are counted over: the whole record, one month of it, and those that people are judged over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from throughcare.insight.measures.definitions import counting

if TYPE_CHECKING:
    import duckdb

BEGINNING = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days from `first` to `last`, and how far the record reaches."""

    first: date
    last: date
    zone: ZoneInfo
    now: datetime

    def row(self) -> dict[str, Any]:
        """Give the one row that cores read."""
        starts = datetime.combine(self.first, time(), self.zone)
        ends = datetime.combine(self.last + timedelta(days=1), time(), self.zone)
        instants = {"starts": starts, "ends": ends, "now": self.now}
        return {name: at.astimezone(UTC).replace(tzinfo=None) for name, at in instants.items()} | {
            "first": self.first,
            "last": self.last,
        }


def set_period(con: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> None:
    """Say the period that cores read."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE period (starts TIMESTAMP, ends TIMESTAMP, now TIMESTAMP, first DATE, last DATE)"
    )
    con.execute("INSERT INTO period VALUES ($starts, $ends, $now, $first, $last)", row)


def whole_record(last_day: date, zone: ZoneInfo) -> Period:
    """Give everything until the end of the record's last day as a period."""
    return Period(BEGINNING, last_day, zone, end_of(last_day, zone))


def month_period(month: str, last_day: date, zone: ZoneInfo) -> Period:
    """Give one month of the agency's calendar as a period, as far as the record reaches."""
    first = date.fromisoformat(f"{month}-01")
    return Period(first, min(_month_end(first), last_day), zone, end_of(last_day, zone))


def judged_periods(con: duckdb.DuckDBPyConnection, last_day: date, zone: ZoneInfo) -> list[Period]:
    """Give the periods that people are judged over: to the last day, and to the ends of months before it, as far as people were here."""
    said = counting()["judged"]
    first = con.execute("SELECT min(day) FROM person_day").fetchall()[0][0]
    found, last = [], last_day
    for n in range(int(said["points"])):
        if first is None or last < first:
            break
        start = months_before(last + timedelta(days=1), int(said["months"]))
        found.append(Period(start, last, zone, end_of(last, zone)))
        last = months_before(last_day.replace(day=1), (n + 1) * int(said["every_months"]) - 1) - timedelta(days=1)
    return found


def looks_back() -> int:
    """Say over how many months people are judged."""
    return int(counting()["judged"]["months"])


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Give the moment at which a local day ends."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def months_before(day: date, months: int) -> date:
    """Give the same day so many months before, or the last of its month."""
    at = day.year * 12 + day.month - 1 - months
    first = date(at // 12, at % 12 + 1, 1)
    return first if day.day == 1 else min(first + timedelta(days=day.day - 1), _month_end(first))


def _month_end(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
