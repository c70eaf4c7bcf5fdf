"""Time: one clock for the whole house, which tests freeze and a demonstration may move.

Stored times are aware and in UTC; screens show them in the facility's zone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

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


def local(at: datetime, zone: str) -> datetime:
    """Show an instant as the clock on the wall of that zone does."""
    return at.astimezone(ZoneInfo(zone))


def age_on(birth_date: date, day: date) -> int:
    """Give the age in whole years on that day."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
