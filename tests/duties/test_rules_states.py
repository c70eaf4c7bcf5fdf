"""How a duty stands, in which lane, and what a move, a refusal and its completion do."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.duties.rule_makers import WORKING, local, make_rule
from throughcare.duties.rule import matches
from throughcare.duties.rules import State, after_refusal, lane, next_occurrence, on_move, standing, state, used

OPENED = local("2026-11-20 08:00")
DUE = local("2026-11-20 12:00")
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (OPENED, State.PENDING),
        (OPENED + timedelta(hours=3) - TICK, State.PENDING),
        (OPENED + timedelta(hours=3), State.DUE_SOON),
        (DUE, State.DUE_SOON),
        (DUE + TICK, State.OVERDUE),
    ],
)
def test_an_open_duty_fills_its_clock(now: datetime, expected: State) -> None:
    assert state(OPENED, DUE, None, now) is expected


@pytest.mark.parametrize(
    ("closed", "outcome", "expected"),
    [
        (DUE, "done", State.DONE),
        (DUE + TICK, "done", State.DONE_LATE),
        (DUE, "refused", State.REFUSED),
        (DUE, "excused", State.EXCUSED),
        (DUE, "converted", State.CONVERTED),
        (DUE, "void", State.VOID),
    ],
)
def test_a_closed_duty_keeps_its_outcome(closed: datetime, outcome: str, expected: State) -> None:
    assert state(OPENED, DUE, closed, DUE + timedelta(days=1), outcome=outcome) is expected


def test_before_it_was_closed_it_was_open() -> None:
    assert state(OPENED, DUE, DUE, OPENED) is State.PENDING


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[forgotten\] is no outcome"):
        state(OPENED, DUE, DUE, DUE, outcome="forgotten")


def test_an_immediate_duty_is_full_at_once() -> None:
    assert used(OPENED, OPENED, OPENED) == 1.0
    assert state(OPENED, OPENED, None, OPENED) is State.DUE_SOON


@pytest.mark.parametrize(
    ("base", "left", "expected"),
    [
        ("now", timedelta(hours=9), "now"),
        ("shift", timedelta(hours=1), "shift"),
        ("shift", -TICK, "now"),
        ("later", timedelta(hours=8), "shift"),
        ("later", timedelta(hours=8) + TICK, "later"),
        ("later", timedelta(days=-9), "shift"),
    ],
)
def test_a_duty_rises_one_lane_at_most(base: Any, left: timedelta, expected: str) -> None:
    assert lane(make_rule(lane=base), DUE, DUE + left) == expected
    assert lane(make_rule(lane="now"), DUE, DUE + left, opened_in=base) == expected


# As every list stands at 12:00: what is said of a duty, the lane of its own harm, when it was or is due.
LISTED = (
    ("harms now, late", "now", "2026-11-20 11:55"),
    ("harms now, just late", "now", "2026-11-20 11:59"),
    ("harms now, due in an hour", "now", "2026-11-20 13:00"),
    ("this shift, late since yesterday", "shift", "2026-11-19 12:00"),
    ("this shift, late since eight", "shift", "2026-11-20 08:00"),
    ("this shift, due at two", "shift", "2026-11-20 14:00"),
    ("this shift, due tonight", "shift", "2026-11-20 22:00"),
    ("later, late for a week", "later", "2026-11-13 12:00"),
    ("later, due in an hour", "later", "2026-11-20 13:00"),
    ("later, due in eight hours", "later", "2026-11-20 20:00"),
    ("later, due in eight hours and a minute", "later", "2026-11-20 20:01"),
    ("later, due next month", "later", "2026-12-20 12:00"),
)


def test_lists_stand_by_lane_then_by_harm_then_overdue_first_then_by_time() -> None:
    """What rose by being late comes after what harms now from the start, in whatever order it was read."""
    for start in range(len(LISTED)):
        read = [*LISTED[start:], *LISTED[:start]]
        read.sort(key=lambda row: standing(row[1], DUE, local(row[2])))  # type: ignore[arg-type]
        assert [said for said, _, _ in read] == [said for said, _, _ in LISTED]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("transfer", ("carry", "")),
        ("release", ("convert", "REL-MED")),
        ("community_release", ("convert", "REL-MED")),
        ("death", ("void", "")),
        ("court_trip", ("carry", "")),
        ("hospital", ("carry", "")),
        ("return", ("carry", "")),
        ("escape", ("carry", "")),
        ("furlough", ("carry", "")),
        ("internal", ("carry", "")),
    ],
)
def test_a_move_does_what_the_row_says(kind: str, expected: tuple[str, str]) -> None:
    decision = on_move(make_rule(release="convert", successor="REL-MED"), kind)
    assert (decision.effect, decision.successor) == expected


def test_an_unknown_move_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[teleport\] is no kind of move"):
        on_move(make_rule(), "teleport")


def follow(rule: Any, closed: str, *, due: str = "2026-11-20 12:00", facts: dict[str, Any] | None = None) -> Any:
    return next_occurrence(
        rule,
        series_start=local("2026-11-20 08:00"),
        due=local(due),
        closed=local(closed),
        working=WORKING,
        facts=facts or {},
    )


WITHDRAWAL = make_rule(
    recurs=[
        {"value": 6, "unit": "hours", "counted_from": "closed", "lasting": {"value": 24, "unit": "hours"}},
        {"value": 8, "unit": "hours", "counted_from": "closed", "lasting": {"value": 72, "unit": "hours"}},
        {"value": 12, "unit": "hours", "counted_from": "closed"},
    ]
)


@pytest.mark.parametrize(
    ("closed", "expected"),
    [
        ("2026-11-20 10:00", "2026-11-20 16:00"),
        ("2026-11-21 02:00", "2026-11-21 08:00"),
        ("2026-11-21 03:00", "2026-11-21 11:00"),
        ("2026-11-23 01:00", "2026-11-23 13:00"),
        ("2026-11-29 01:00", "2026-11-29 13:00"),
    ],
)
def test_intervals_grow_as_the_series_runs(closed: str, expected: str) -> None:
    assert follow(WITHDRAWAL, closed).due == local(expected)


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({"control": "poor"}, 30),
        ({"control": "fair"}, 90),
        ({"control": "good"}, 180),
        ({"severe": True}, 14),
        ({}, 180),
    ],
)
def test_the_interval_follows_the_facts_and_the_shortest_wins(facts: dict[str, Any], days: int) -> None:
    rule = make_rule(
        recurs=[
            {"value": 14, "unit": "calendar_days", "counted_from": "closed", "when": {"severe": True}},
            {"value": 30, "unit": "calendar_days", "counted_from": "closed", "when": {"control": "poor"}},
            {"value": 90, "unit": "calendar_days", "counted_from": "closed", "when": {"control": "fair"}},
            {"value": 180, "unit": "calendar_days", "counted_from": "closed"},
        ]
    )
    found = follow(rule, "2026-11-20 10:00", facts=facts)
    assert (found.last_day - local("2026-11-20 10:00").date()).days == days


def test_a_daily_round_keeps_one_due_time_a_day_however_early_or_late_it_was_done() -> None:
    daily = make_rule(recurs=[{"value": 1, "unit": "calendar_days", "counted_from": "due"}])
    midnight = "2026-11-21 00:00"
    assert follow(daily, "2026-11-20 09:00", due=midnight).due == local("2026-11-22 00:00")
    assert follow(daily, "2026-11-21 03:00", due=midnight).due == local("2026-11-22 00:00")
    assert follow(daily, "2026-11-24 03:00", due=midnight).due == local("2026-11-25 00:00")


def test_a_round_each_shift_goes_to_the_end_of_the_next_shift() -> None:
    each_shift = make_rule(recurs=[{"value": 1, "unit": "same_shift", "counted_from": "due"}])
    assert follow(each_shift, "2026-11-20 10:00", due="2026-11-20 15:00").due == local("2026-11-20 23:00")
    assert follow(each_shift, "2026-11-21 09:00", due="2026-11-20 15:00").due == local("2026-11-21 15:00")


def test_a_yearly_grid_does_not_drift() -> None:
    yearly = make_rule(recurs=[{"value": 12, "unit": "months", "counted_from": "due"}])
    assert follow(yearly, "2026-11-20 10:00", due="2027-11-21 00:00").due == local("2028-11-21 00:00")


def test_a_series_ends_when_it_has_run_its_time() -> None:
    rule = make_rule(
        recurs=[{"value": 24, "unit": "hours", "counted_from": "due", "lasting": {"value": 72, "unit": "hours"}}]
    )
    assert follow(rule, "2026-11-22 07:00", due="2026-11-22 08:00").due == local("2026-11-23 08:00")
    assert follow(rule, "2026-11-23 07:00", due="2026-11-23 08:00") is None
    assert follow(make_rule(), "2026-11-20 10:00") is None


def test_a_refusal_rearms_as_the_row_says() -> None:
    rule = make_rule(refusal={"rearms_as": "INT-02", "after": {"value": 4, "unit": "hours"}})
    rearmed = after_refusal(rule, local("2026-11-20 10:00"), working=WORKING)
    assert rearmed is not None
    assert (rearmed[0], rearmed[1].due) == ("INT-02", local("2026-11-20 14:00"))
    assert after_refusal(make_rule(), OPENED, working=WORKING) is None


@pytest.mark.parametrize(
    ("when", "facts", "expected"),
    [
        (None, {}, True),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {}, False),
        ({"a": True}, {"a": 1}, False),
        ({"a": False}, {}, False),
        ({"a": ["x", "y"]}, {"a": "y"}, True),
        ({"a": ["x", "y"]}, {"a": "z"}, False),
        ({"a": "x"}, {"a": ["w", "x"]}, True),
        ({"a": {"at_least": 3, "below": 5}}, {"a": 3}, True),
        ({"a": {"at_least": 3, "below": 5}}, {"a": 5}, False),
        ({"a": {"at_least": 3}}, {}, False),
        ({"a": {"present": True}}, {"a": ""}, False),
        ({"a": {"present": False}}, {}, True),
        ({"a": {"not": True}}, {}, True),
        ({"a": {"not": True}}, {"a": True}, False),
        ({"a": {"not": ["x", "y"]}}, {"a": "y"}, False),
        ({"a": {"not": {"below": 50}}}, {}, True),
        ({"a": {"not": {"below": 50}}}, {"a": 49}, False),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, False),
    ],
)
def test_conditions(when: Any, facts: dict[str, Any], expected: bool) -> None:
    assert matches(when, facts) is expected


def test_an_unknown_bound_is_refused() -> None:
    with pytest.raises(ValueError, match=r"unknown bound \[atleast\]"):
        matches({"a": {"atleast": 3}}, {"a": 4})
