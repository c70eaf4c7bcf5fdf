"""How time is counted at a facility, read from `content/calendar/`: its zone, shifts, medicine passes and holidays."""

from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from throughcare.duties.calendar import Shift, WorkingTime
from throughcare.kernel import content

DAY_MINUTES = 24 * 60


def working_time(calendar: str = "calendar/connecticut.toml") -> WorkingTime:
    """Return the working time that a calendar file describes; its shifts cover the day without gap or overlap."""
    return _working_time(calendar, content.stamp())


@lru_cache(maxsize=16)
def _working_time(path: str, stamp: tuple[str, int]) -> WorkingTime:
    body = content.load(path)
    shifts = tuple(_shift(path, row) for row in content.rows(path, "shift"))
    if sum(_minutes(shift) for shift in shifts) != DAY_MINUTES or not _joined(shifts):
        raise content.ContentError(
            path, "has shifts with a gap or an overlap. Let each begin where the one before ends."
        )
    return WorkingTime(
        _zone(path, body.get("zone")),
        shifts,
        frozenset(_typed(path, row, "day", date) for row in content.rows(path, "holiday")),
        tuple(body.get("passes", [])),
        timedelta(minutes=int(body.get("shift_floor_minutes", 0))),
    )


def _shift(path: str, row: dict[str, Any]) -> Shift:
    return Shift(
        row["id"], str(row.get("title", row["id"])), *(_typed(path, row, at, time) for at in ("starts", "ends"))
    )


def _typed(path: str, row: dict[str, Any], name: str, kind: type) -> Any:
    value = row.get(name)
    if not isinstance(value, kind):
        raise content.ContentError(path, f"has {name} [{value}]: write a {kind.__name__} without quotes.", row["id"])
    return value


def _zone(path: str, name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError):
        raise content.ContentError(path, f"has the zone [{name}], which nobody knows. Write it as Area/City.") from None


def _minutes(shift: Shift) -> int:
    return (_of_day(shift.ends) - _of_day(shift.starts) - 1) % DAY_MINUTES + 1


def _joined(shifts: tuple[Shift, ...]) -> bool:
    return {shift.starts for shift in shifts} == {shift.ends for shift in shifts}


def _of_day(wall: time) -> int:
    return wall.hour * 60 + wall.minute
