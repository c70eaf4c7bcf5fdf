"""When a duty is due: every unit, at every edge of the clock and the calendar."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.duties.rule_makers import WORKING, local, make_rule
from throughcare.duties.calendar import months_later
from throughcare.duties.rules import due_at


def due(value: int, unit: str, opened: str, kind: str = "jail", **facts: Any) -> datetime:
    limit = {"value": value, "unit": unit}
    return due_at(make_rule(limit), local(opened), facility_kind=kind, working=WORKING, facts=facts).due


@pytest.mark.parametrize(
    ("value", "unit", "opened", "expected"),
    [
        # hours and minutes are exact
        (4, "hours", "2026-11-20 22:14", "2026-11-21 02:14"),
        (15, "minutes", "2026-11-20 23:50", "2026-11-21 00:05"),
        (0, "immediate", "2026-11-20 12:00", "2026-11-20 12:00"),
        (5, "immediate", "2026-11-20 12:00", "2026-11-20 12:05"),
        # spring: the night of 8 March 2026 has no 02:00 to 03:00, the fall night has it twice
        (4, "hours", "2026-03-08 00:30", "2026-03-08 05:30"),
        (24, "hours", "2026-03-07 12:00", "2026-03-08 13:00"),
        (4, "hours", "2026-11-01 00:30", "2026-11-01 03:30"),
        (24, "hours", "2026-10-31 12:00", "2026-11-01 11:00"),
        # N calendar days end with the local day N-1 days after the day of booking, which is day one
        (1, "calendar_days", "2026-11-20 00:00", "2026-11-21 00:00"),
        (1, "calendar_days", "2026-11-20 23:59", "2026-11-21 00:00"),
        (14, "calendar_days", "2026-11-20 09:00", "2026-12-04 00:00"),
        (7, "calendar_days", "2026-11-20 09:00", "2026-11-27 00:00"),
        (2, "calendar_days", "2026-03-07 22:00", "2026-03-09 00:00"),
        (2, "calendar_days", "2026-10-31 22:00", "2026-11-02 00:00"),
        (2, "calendar_days", "2028-02-28 10:00", "2028-03-01 00:00"),
        (3, "calendar_days", "2026-12-30 10:00", "2027-01-02 00:00"),
        # business days: the day of opening isn't counted, weekends and holidays don't exist
        (0, "business_days", "2026-11-20 16:00", "2026-11-21 00:00"),  # Friday itself
        (0, "business_days", "2026-11-21 09:00", "2026-11-24 00:00"),  # Saturday: Monday
        (1, "business_days", "2026-11-20 16:00", "2026-11-24 00:00"),  # Friday: Monday
        (1, "business_days", "2026-11-21 09:00", "2026-11-24 00:00"),  # Saturday: Monday
        (2, "business_days", "2026-11-25 09:00", "2026-12-01 00:00"),  # over Thanksgiving: Friday 27, Monday 30
        (1, "business_days", "2026-07-02 09:00", "2026-07-07 00:00"),  # 4 July observed on Friday the 3rd
        (1, "business_days", "2027-12-30 09:00", "2028-01-04 00:00"),  # New Year's Day observed on Friday
        (3, "business_days", "2026-02-11 09:00", "2026-02-19 00:00"),  # Lincoln, weekend, Washington
        # months: the same day, or the last of a shorter month
        (12, "months", "2028-02-29 09:00", "2029-03-01 00:00"),
        (1, "months", "2026-01-31 09:00", "2026-03-01 00:00"),
        (3, "months", "2026-11-30 09:00", "2027-03-01 00:00"),
        (36, "months", "2026-11-20 09:00", "2029-11-21 00:00"),
        # this shift: day 07-15, evening 15-23, night 23-07, never less than an hour
        (1, "same_shift", "2026-11-20 07:00", "2026-11-20 15:00"),
        (1, "same_shift", "2026-11-20 14:30", "2026-11-20 15:30"),
        (1, "same_shift", "2026-11-20 23:00", "2026-11-21 07:00"),
        (1, "same_shift", "2026-11-21 02:00", "2026-11-21 07:00"),
        (1, "same_shift", "2026-03-08 01:30", "2026-03-08 07:00"),
        (1, "same_shift", "2026-11-01 01:30", "2026-11-01 07:00"),
        # the next pass: 08, 12, 16, 20
        (1, "next_pass", "2026-11-20 07:59", "2026-11-20 08:00"),
        (1, "next_pass", "2026-11-20 08:00", "2026-11-20 12:00"),
        (1, "next_pass", "2026-11-20 20:30", "2026-11-21 08:00"),
    ],
)
def test_due(value: int, unit: str, opened: str, expected: str) -> None:
    assert due(value, unit, opened) == local(expected)


def test_the_second_half_past_one_of_the_fall_night_is_an_hour_later() -> None:
    rule = make_rule({"value": 1, "unit": "hours"})
    first, second = (
        due_at(rule, local("2026-11-01 01:30", fold=fold), facility_kind="jail", working=WORKING, facts={}).due
        for fold in (0, 1)
    )
    assert second - first == timedelta(hours=1)


def test_the_last_day_is_named_where_days_are_counted() -> None:
    rule = make_rule({"value": 14, "unit": "calendar_days"})
    decision = due_at(rule, local("2026-11-20 09:00"), facility_kind="jail", working=WORKING, facts={})
    assert decision.last_day == date(2026, 12, 3)
    assert decision.reason == "14 calendar days"


@pytest.mark.parametrize(("kind", "expected"), [("prison", 7), ("jail", 14), ("both", 7)])
def test_the_kind_of_facility_chooses_the_limit_and_both_means_the_stricter(kind: str, expected: int) -> None:
    rule = make_rule(
        {"value": 7, "unit": "calendar_days", "facility_kinds": ["prison"]},
        {"value": 14, "unit": "calendar_days", "facility_kinds": ["jail"]},
    )
    decision = due_at(rule, local("2026-11-01 09:00"), facility_kind=kind, working=WORKING, facts={})
    assert decision.last_day == date(2026, 11, expected)


def test_a_kind_of_facility_without_a_limit_is_refused() -> None:
    rule = make_rule({"value": 7, "unit": "calendar_days", "facility_kinds": ["prison"]})
    with pytest.raises(ValueError, match=r"no limit for a facility of kind \[hospital\]"):
        due_at(rule, local("2026-11-01 09:00"), facility_kind="hospital", working=WORKING, facts={})


def test_the_earliest_of_the_matching_limits_binds_and_brings_its_lane() -> None:
    rule = make_rule(
        {"value": 15, "unit": "immediate", "when": {"priority": "emergent"}, "lane": "now"},
        {"value": 1, "unit": "calendar_days", "when": {"priority": "urgent"}},
        {"value": 14, "unit": "calendar_days", "lane": "later"},
    )
    found = {
        priority: due_at(
            rule, local("2026-11-20 10:00"), facility_kind="jail", working=WORKING, facts={"priority": priority}
        )
        for priority in ("emergent", "urgent", "routine")
    }
    assert [(found[p].due, found[p].lane) for p in ("emergent", "urgent", "routine")] == [
        (local("2026-11-20 10:15"), "now"),
        (local("2026-11-21 00:00"), "shift"),
        (local("2026-12-04 00:00"), "later"),
    ]


@pytest.mark.parametrize("given", [local("2026-11-20 18:00"), local("2026-11-20 18:00").isoformat()])
def test_the_next_dose_is_the_moment_the_event_names(given: object) -> None:
    rule = make_rule({"value": 1, "unit": "next_dose", "anchor": "next_dose_at", "not_before": "interval_ends_at"})
    facts = {"next_dose_at": given, "interval_ends_at": "2026-11-20T17:00:00-05:00"}
    decision = due_at(rule, local("2026-11-20 10:00"), facility_kind="jail", working=WORKING, facts=facts)
    assert decision.due == local("2026-11-20 18:00")
    assert decision.not_before == local("2026-11-20 17:00")


def test_an_unknown_next_dose_is_due_by_the_next_pass() -> None:
    rule = make_rule({"value": 1, "unit": "next_dose", "anchor": "next_dose_at"})
    decision = due_at(rule, local("2026-11-20 10:00"), facility_kind="jail", working=WORKING, facts={})
    assert decision.due == local("2026-11-20 12:00")


def test_days_before_a_date_are_counted_backwards() -> None:
    rule = make_rule({"value": 90, "unit": "calendar_days", "anchor": "release_at", "before": True})
    facts = {"release_at": local("2027-03-01 09:00")}
    decision = due_at(rule, local("2026-11-01 09:00"), facility_kind="prison", working=WORKING, facts=facts)
    assert decision.last_day == date(2026, 12, 1)
    late = due_at(rule, local("2027-02-01 09:00"), facility_kind="prison", working=WORKING, facts=facts)
    assert late.due == local("2027-02-01 09:00")
    assert "at once" in late.reason


def test_an_unknown_moment_makes_the_duty_due_at_once() -> None:
    rule = make_rule({"value": 1, "unit": "on_date", "anchor": "expires_at"})
    decision = due_at(rule, local("2026-11-20 10:00"), facility_kind="jail", working=WORKING, facts={})
    assert (decision.due, decision.reason) == (local("2026-11-20 10:00"), "[expires_at] unknown: at once")


def test_the_clock_of_a_symptom_does_not_start_again_at_triage() -> None:
    rule = make_rule({"value": 24, "unit": "hours", "anchor": "received_at"})
    facts = {"received_at": local("2026-11-20 08:00")}
    decision = due_at(rule, local("2026-11-21 07:00"), facility_kind="jail", working=WORKING, facts=facts)
    assert decision.due == local("2026-11-21 08:00")


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        due_at(make_rule(), datetime(2026, 11, 20, 9), facility_kind="jail", working=WORKING, facts={})


def test_shifts_meet_on_the_nights_when_clocks_change() -> None:
    for text in ("2026-03-07 23:30", "2026-10-31 23:30"):
        span = WORKING.shift_at(local(text))
        assert WORKING.shift_at(span.ends).starts == span.ends
        assert span.ends - span.starts == timedelta(hours=7 if text.startswith("2026-03") else 9)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 1, 1), 0, date(2026, 1, 1)),
        (date(2026, 1, 31), -2, date(2025, 11, 30)),
        (date(2026, 1, 31), 11, date(2026, 12, 31)),
    ],
)
def test_months_later(day: date, months: int, expected: date) -> None:
    assert months_later(day, months) == expected


def test_due_times_are_utc() -> None:
    assert due(14, "calendar_days", "2026-11-20 09:00").tzinfo is UTC
