"""Time: one clock for the whole house, which tests freeze and a demonstration may move.

Stored times are aware and in UTC; screens show them in the facility's zone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)
_source: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731


def install(source: Callable[[], datetime]) -> None:
    """Let the house read its time from `source` (the demonstration's clock has an offset)."""
    global _source
    _source = source


def now() -> datetime:
    """Say what time it is: aware, UTC."""
    return _frozen.get() or _source()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at `at` for the calls inside; used by tests and by whoever replays the past."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone can't be trusted")
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def zone() -> ZoneInfo:
    """Give the zone of where this is done: the facility's that a request stands in, or else the agency's."""
    return ZoneInfo(timezone.get_current_timezone_name())


@contextmanager
def within(name: str) -> Iterator[None]:
    """Let what is read and shown inside go by the clocks on the walls of that zone."""
    with timezone.override(ZoneInfo(name)):
        yield


def local(at: datetime, name: str = "") -> datetime:
    """Show an instant as the clock on the wall does: of that zone, or of where this is done."""
    return at.astimezone(ZoneInfo(name) if name else zone())


def today() -> date:
    """Say which day it is where this is done."""
    return local(now()).date()


def age_on(birth_date: date, day: date) -> int:
    """Give the age in whole years on that day."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
