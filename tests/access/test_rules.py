"""Decisions of sign-in, with the clock given."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from throughcare.access.rules import Throttle, device_name, expired, too_many, wait_until

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
THROTTLE = Throttle(5, timedelta(minutes=15), timedelta(minutes=1), timedelta(minutes=15))


def ago(**span: float) -> datetime:
    return NOON - timedelta(**span)


@pytest.mark.parametrize(
    ("failures", "wait"), [(0, None), (4, None), (5, 60), (6, 120), (7, 240), (8, 480), (9, 900), (30, 900)]
)
def test_each_wrong_try_after_the_free_ones_doubles_the_wait(failures: int, wait: int | None) -> None:
    until = wait_until([NOON] * failures, NOON, THROTTLE)
    assert until == (NOON + timedelta(seconds=wait) if wait else None)


def test_what_lies_before_the_window_is_forgotten() -> None:
    assert wait_until([ago(minutes=16)] * 20, NOON, THROTTLE) is None


def test_a_wait_that_is_over_is_over() -> None:
    assert wait_until([ago(seconds=61)] * 5, NOON, THROTTLE) is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 3600), max_size=40))
def test_nobody_waits_longer_than_the_longest(seconds: list[int]) -> None:
    until = wait_until([ago(seconds=s) for s in seconds], NOON, THROTTLE)
    assert until is None or NOON < until <= NOON + THROTTLE.longest_wait


@pytest.mark.parametrize(
    ("idle", "whole", "over"), [(14, 14, False), (15, 15, False), (16, 16, True), (1, 13 * 60, True)]
)
def test_a_sign_in_ends_by_either_limit(idle: int, whole: int, over: bool) -> None:
    limits = {"idle": timedelta(minutes=15), "absolute": timedelta(hours=12)}
    assert expired(ago(minutes=whole), ago(minutes=idle), NOON, **limits) is over


def test_a_day_s_limit_counts_the_last_24_hours() -> None:
    assert too_many([ago(hours=1)] * 5, NOON, 5)
    assert not too_many([ago(hours=1)] * 4 + [ago(hours=25)], NOON, 5)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120 Safari/537.36 Edg/120", "Edge on Windows"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:120) Gecko/120 Firefox/120", "Firefox on Android"),
        ("", "Browser"),
        ("<script>", "Browser"),
    ],
)
def test_a_device_is_called_as_people_call_it(agent: str, name: str) -> None:
    assert device_name(agent) == name
