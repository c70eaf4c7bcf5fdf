"""How long somebody may be kept apart, and how long an order for restraint lasts. Pure; cites clinical.md 1.1."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

DAY = timedelta(days=1)


def days_of(first: date, last: date) -> set[date]:
    """Give every day of a stretch, the first and the last counted: the day of placement is day one."""
    return {first + n * DAY for n in range((last - first).days + 1)}


def cap_day(start: date, earlier: Iterable[tuple[date, date]], *, most: int, span: int) -> date | None:
    """Give the day on which the count of any `span` days first reaches `most`, if isolation goes on from `start` (RHU-05).

    None where a stretch without earlier days reaches it no sooner than `most` days from the start.
    """
    known = {day for first, last in earlier for day in days_of(first, last)}
    for n in range(most):
        today = start + n * DAY
        known.add(today)
        if sum(1 for day in known if today - span * DAY < day <= today) >= most:
            return today if n < most - 1 else None
    return None


def order_until(now: datetime, since: datetime, *, each: timedelta, whole: timedelta) -> datetime:
    """Say until when an order holds that is made now: its own length, and never past the whole (RST-01)."""
    return min(now + each, since + whole)


def may_renew(now: datetime, since: datetime, whole: timedelta) -> bool:
    """Tell whether an order may be renewed; after the whole it ends, and a new decision is made face to face (RST-01)."""
    return now < since + whole
