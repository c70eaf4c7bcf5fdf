"""Decisions of sign-in, reasons and break-glass: pure, with the clock given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from throughcare.kernel.vocabulary import Role

# First match wins: most browsers also call themselves by others' names.
_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Throttle:
    """How wrong secrets slow the next try down (NIST SP 800-63B-4, 3.2.2)."""

    free: int
    window: timedelta
    first_wait: timedelta
    longest_wait: timedelta


def wait_until(failures: Sequence[datetime], now: datetime, throttle: Throttle) -> datetime | None:
    """Give the time before which no further secret is looked at; None where one may try now.

    `failures` are the wrong tries since the last right one. After the free ones each doubles the wait.
    """
    recent = sorted(at for at in failures if now - at < throttle.window)
    excess = len(recent) - throttle.free
    if excess < 0:
        return None
    wait = min(throttle.first_wait * 2 ** min(excess, 16), throttle.longest_wait)
    until = recent[-1] + wait
    return until if until > now else None


def expired(started: datetime, seen: datetime, now: datetime, *, idle: timedelta, absolute: timedelta) -> bool:
    """Tell whether a sign-in has stood idle or lasted too long."""
    return now - seen > idle or now - started > absolute


def device_name(agent: str) -> str:
    """Call a browser as people do, from what it says of itself: `Firefox on Windows`."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "Browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser


def too_many(times: Sequence[datetime], now: datetime, limit: int) -> bool:
    """Tell whether the limit of the last 24 hours is used up."""
    return sum(now - at < timedelta(hours=24) for at in times) >= limit


def roles_of(groups: object, table: Mapping[str, Role]) -> tuple[str, ...]:
    """Give the roles that the agency's groups stand for, in the table's order; what it does not know gives none."""
    held = {groups} if isinstance(groups, str) else set(filter(_is_text, groups)) if isinstance(groups, list) else set()
    return tuple(dict.fromkeys(role.value for group, role in table.items() if group in held))


def _is_text(value: object) -> bool:
    return isinstance(value, str)
