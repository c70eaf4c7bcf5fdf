"""Windows: which a dose has, verdicts at their edges, minimum intervals, blanks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.care.medications.rules import tables, windows
from throughcare.care.medications.rules.timing import from_json
from throughcare.care.medications.rules.windows import Punctuality, Window, WindowClass

TABLE = tables.windows()
DUE = datetime(2026, 11, 21, 13, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
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
    assert "1 minute to wait" in held.reason
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


# What was given, the least minutes apart, the most in 24 hours, from when the next may be given. The tablet's own script is held to
# the same table (tests/browser/test_pass.py). The clocks go back on 1 November 2026 at 06:00 UTC, forward on 14 March 2027 at 07:00.
AS_NEEDED = [
    ((), 360, 3, ""),
    (("2026-11-20T12:00:00",), 360, 3, "2026-11-20T18:00:00"),
    (("2026-11-20T12:00:00", "2026-11-20T18:00:00"), 360, 3, "2026-11-21T00:00:00"),
    (("2026-11-20T00:00:00", "2026-11-20T06:00:00", "2026-11-20T12:00:00"), 360, 3, "2026-11-21T00:00:00"),
    (("2026-11-20T12:00:00", "2026-11-20T00:00:00", "2026-11-20T06:00:00"), 360, 3, "2026-11-21T00:00:00"),
    (("2026-11-20T00:00:00", "2026-11-20T06:00:00", "2026-11-20T20:00:00"), 360, 3, "2026-11-21T02:00:00"),
    (("2026-11-20T12:00:00", "2026-11-20T12:30:00", "2026-11-20T13:00:00"), 60, 2, "2026-11-21T12:30:00"),
    (("2026-11-18T12:00:00", "2026-11-20T12:00:00"), 2880, 1, "2026-11-22T12:00:00"),
    (("2026-11-01T03:00:00", "2026-11-01T04:00:00", "2026-11-01T05:30:00"), 60, 3, "2026-11-02T03:00:00"),
    (("2026-11-01T05:30:00",), 60, 3, "2026-11-01T06:30:00"),
    (("2026-11-01T05:30:00",), 360, 3, "2026-11-01T11:30:00"),
    (("2027-03-14T06:30:00",), 360, 3, "2027-03-14T12:30:00"),
    (("2027-03-13T12:00:00", "2027-03-13T20:00:00", "2027-03-14T04:00:00"), 360, 3, "2027-03-14T12:00:00"),
    (("2026-12-31T23:59:59.999",), 1, 24, "2027-01-01T00:00:59.999"),
]


@pytest.mark.parametrize(("before", "minutes_apart", "most", "free"), AS_NEEDED)
def test_an_as_needed_dose_is_free_from_its_minute_on_and_not_before(before, minutes_apart, most, free) -> None:
    timing = from_json({"kind": "prn", "min_interval_minutes": minutes_apart, "max_in_24h": most})
    for zone in (UTC, NEW_YORK):  # whichever zone a moment is told in, hours are hours
        past = [datetime.fromisoformat(f"{at}+00:00").astimezone(zone) for at in before]
        found = windows.free_from(past, timing)
        if not free:
            assert found is None and windows.may_give_as_needed(DUE, past, timing).allowed
            continue
        assert found == datetime.fromisoformat(f"{free}+00:00")
        moment = found.astimezone(zone)
        assert windows.may_give_as_needed(moment, past, timing).allowed
        early = windows.may_give_as_needed(found - timedelta(milliseconds=1), past, timing)
        assert not early.allowed and early.earliest == found


@given(
    past=st.lists(st.integers(0, 72 * 60), max_size=9),
    at=st.integers(0, 72 * 60),
    least=st.sampled_from([1, 60, 240, 360, 2880]),
    most=st.integers(1, 4),
)
def test_a_dose_among_others_breaks_no_limit_of_its_own_nor_of_theirs(past, at, least, most) -> None:
    timing = from_json({"kind": "prn", "min_interval_minutes": least, "max_in_24h": most})
    moments = [DUE + minutes(m) for m in past]
    allowed = windows.may_give_as_needed(DUE + minutes(at), moments, timing).allowed
    near = any(abs(at - m) < least for m in past)
    full = any(sum(since <= m < since + 1440 for m in [*past, at]) > most for since in range(at - 1439, at + 1))
    assert allowed is not (near or full)
    if at >= max(past, default=0):
        free = windows.free_from(moments, timing)
        assert allowed is (free is None or DUE + minutes(at) >= free), "what the pass says is what is demanded"
