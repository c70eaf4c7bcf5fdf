"""Windows: which a dose has, verdicts at their edges, minimum intervals, blanks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from throughcare.care.medications.rules import tables, windows
from throughcare.care.medications.rules.timing import from_json
from throughcare.care.medications.rules.windows import Punctuality, Window, WindowClass

TABLE = tables.windows()
DUE = datetime(2026, 11, 21, 13, tzinfo=UTC)
DAILY, TWICE = {"kind": "passes", "passes": ["morning"]}, {"kind": "passes", "passes": ["morning", "evening"]}
PRN = from_json({"kind": "prn", "min_interval_minutes": 360, "max_in_24h": 3})


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("body", "critical", "opioid", "expected"),
    [
        (DAILY, False, False, WindowClass.DAILY_OR_LONGER), (TWICE, False, False, WindowClass.SEVERAL_DAILY),
        ({"kind": "interval", "hours": 24}, False, False, WindowClass.DAILY_OR_LONGER), ({"kind": "interval", "hours": 8}, False, False, WindowClass.SEVERAL_DAILY),
        ({"kind": "week_days", "days": ["mon"]}, False, False, WindowClass.DAILY_OR_LONGER), (DAILY, True, False, WindowClass.TIME_CRITICAL),
        ({"kind": "stat"}, True, False, WindowClass.STAT), (DAILY, True, True, WindowClass.OPIOID_LINE),
    ],
)  # fmt: skip
def test_class_by_medicine_and_frequency(
    body: dict[str, object], critical: bool, opioid: bool, expected: WindowClass
) -> None:
    assert windows.window_class(from_json(body), time_critical=critical, opioid_line=opioid) is expected


@pytest.mark.parametrize(
    ("key", "early", "late"),
    [
        ("time_critical", 30, 30),
        ("opioid_line", 120, 120),
        ("several_daily", 60, 60),
        ("daily_or_longer", 120, 120),
        ("stat", 0, 60),
    ],
)
def test_verdict_at_every_edge(key: str, early: int, late: int) -> None:
    window = windows.window_for(WindowClass(key), TABLE)
    verdict = lambda apart: windows.judge(DUE, DUE + apart, window)  # noqa: E731
    assert verdict(-minutes(early)) is verdict(minutes(late)) is verdict(minutes(0)) is Punctuality.ON_TIME
    assert verdict(-minutes(early) - timedelta(seconds=1)) is Punctuality.EARLY
    assert verdict(minutes(late) + timedelta(seconds=1)) is Punctuality.LATE
    assert windows.blank_after(DUE, window) == DUE + minutes(late)
    assert windows.opens_at(DUE, window) == DUE - minutes(early)
    assert window.source


def test_a_facility_may_set_its_own() -> None:
    own = Window(WindowClass.SEVERAL_DAILY, minutes(120), minutes(120), "order of the facility")
    table = replace(TABLE, facilities={("bridgeport", own.key): own})
    assert windows.window_for(WindowClass.SEVERAL_DAILY, table, "bridgeport") is own
    assert windows.window_for(WindowClass.SEVERAL_DAILY, table, "york").late == minutes(60)
    assert windows.window_for(WindowClass.DAILY_OR_LONGER, table, "bridgeport").late == minutes(120)


def test_minimum_interval() -> None:
    assert windows.may_give(DUE, None, minutes(60)).allowed
    assert windows.may_give(DUE, DUE - minutes(60), minutes(60)).allowed
    held = windows.may_give(DUE, DUE - minutes(59.5), minutes(60))
    assert not held.allowed
    assert held.earliest == DUE + minutes(0.5)
    assert "1 minutes" in held.reason
    assert windows.may_give(DUE, DUE - minutes(1), None).allowed


def test_as_needed_counts_its_24_hours() -> None:
    hours = lambda *back: tuple(DUE - timedelta(hours=h) for h in back)  # noqa: E731
    assert windows.may_give_as_needed(DUE, (), PRN).allowed
    assert windows.may_give_as_needed(DUE, hours(6), PRN).allowed
    assert not windows.may_give_as_needed(DUE, hours(5.9), PRN).allowed
    assert windows.may_give_as_needed(DUE, hours(24, 18, 12), PRN).allowed
    full = windows.may_give_as_needed(DUE, hours(23, 15, 7), PRN)
    assert not full.allowed
    assert full.earliest == DUE + timedelta(hours=1)
    soon = windows.may_give_as_needed(DUE, hours(23, 15, 1), PRN)
    assert soon.earliest == DUE + timedelta(hours=5)
