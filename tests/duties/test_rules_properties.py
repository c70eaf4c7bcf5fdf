"""What must hold for every rule, moment and history: never due before it opened, never moved by a move, never lost."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.duties.rule_makers import NEW_YORK, WORKING, make_rule
from throughcare.duties import clock_table
from throughcare.duties.rule import LANES, Rule
from throughcare.duties.rules import State, due_at, lane, next_occurrence, on_move, state, used

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 1), timezones=st.just(UTC))
KINDS = st.sampled_from(["jail", "prison", "both"])
DUTIES = st.sampled_from([r for r in clock_table.every_version() if r.kind == "duty" and r.opens])
MOVES = st.sampled_from(["transfer", "release", "death", "court_trip", "hospital", "furlough", "return", "escape"])
# What these ask for is done where the person left: it doesn't travel with the person.
OF_THE_PLACE = {"DOOR-OUT", "DOOR-OBSERVED-OUT", "DOOR-BAG"}
DAY_UNITS = st.sampled_from(["calendar_days", "business_days", "months"])
FACTS = st.fixed_dictionaries(
    {
        "urgency": st.sampled_from(["emergent", "urgent", "routine", "critical", "normal"]),
        "priority": st.sampled_from(["emergent", "urgent", "routine", "stat", "high", "soon", "assigned"]),
        "reason": st.sampled_from(["arrival", "referral", "incident"]),
        "control": st.sampled_from(["good", "fair", "poor", "not_assessable"]),
        "age": st.integers(16, 95),
        "chronic": st.booleans(),
        "score": st.integers(0, 40),
        "gestation_weeks": st.integers(4, 41),
        "next_dose_at": st.none() | MOMENTS,
        "release_at": st.none() | MOMENTS,
    }
)


def decide(rule: Rule, opened: datetime, kind: str, facts: dict[str, object]) -> datetime:
    known = {name: value for name, value in facts.items() if value is not None}
    if rule.id == "INT-03":
        known["urgency"] = "urgent"
    return due_at(rule, opened, facility_kind=kind, working=WORKING, facts=known).due


@given(DUTIES, MOMENTS, KINDS, FACTS)
def test_no_duty_is_due_before_it_opens(rule: Rule, opened: datetime, kind: str, facts: dict[str, object]) -> None:
    assert decide(rule, opened, kind, facts) >= opened


@given(DUTIES, MOMENTS, KINDS, FACTS)
def test_the_same_question_has_the_same_answer(
    rule: Rule, opened: datetime, kind: str, facts: dict[str, object]
) -> None:
    assert decide(rule, opened, kind, facts) == decide(rule, opened, kind, facts)


@given(st.integers(1, 400), DAY_UNITS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=90)))
def test_what_opens_later_is_never_due_earlier(value: int, unit: str, opened: datetime, later: timedelta) -> None:
    rule = make_rule({"value": value, "unit": unit})
    assert decide(rule, opened, "jail", {}) <= decide(rule, opened + later, "jail", {})


@given(st.integers(1, 400), DAY_UNITS, MOMENTS)
def test_days_end_at_local_midnight(value: int, unit: str, opened: datetime) -> None:
    due = decide(make_rule({"value": value, "unit": unit}), opened, "jail", {}).astimezone(NEW_YORK)
    assert (due.hour, due.minute, due.second) == (0, 0, 0)


@given(st.integers(1, 60), MOMENTS)
def test_calendar_days_count_the_first_day(value: int, opened: datetime) -> None:
    due = decide(make_rule({"value": value, "unit": "calendar_days"}), opened, "jail", {})
    first, last = opened.astimezone(NEW_YORK).date(), (due - timedelta(seconds=1)).astimezone(NEW_YORK).date()
    assert (last - first).days == value - 1


@given(st.integers(0, 30), MOMENTS)
def test_business_days_end_on_a_business_day_and_skip_the_others(value: int, opened: datetime) -> None:
    due = decide(make_rule({"value": value, "unit": "business_days"}), opened, "jail", {})
    last = (due - timedelta(seconds=1)).astimezone(NEW_YORK).date()
    first = opened.astimezone(NEW_YORK).date()
    between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert WORKING.is_business_day(last)
    assert sum(WORKING.is_business_day(day) for day in between) == (
        value if WORKING.is_business_day(first) else max(1, value)
    )


@given(MOMENTS)
def test_some_shift_always_runs_and_the_next_begins_where_it_ends(at: datetime) -> None:
    span = WORKING.shift_at(at)
    assert span.starts <= at < span.ends
    assert WORKING.shift_at(span.ends).starts == span.ends
    assert WORKING.end_of_shift(at) - at >= timedelta(hours=1)


@given(DUTIES, MOVES)
def test_a_move_carries_converts_or_ends_and_nothing_else(rule: Rule, kind: str) -> None:
    moved = on_move(rule, kind)
    assert moved.effect in {"carry", "convert", "void", "stay"}
    assert bool(moved.successor) is (moved.effect == "convert")
    if kind == "transfer":
        assert moved.effect == ("stay" if rule.id in OF_THE_PLACE else "carry")
    elif kind not in {"release", "death"}:
        assert moved.effect == "carry"


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=400)), st.timedeltas(timedelta(0), timedelta(days=800)))
def test_an_open_duty_only_ever_gets_later(opened: datetime, allowed: timedelta, passed: timedelta) -> None:
    order = [State.PENDING, State.DUE_SOON, State.OVERDUE]
    due, now = opened + allowed, opened + passed
    before, after = state(opened, due, None, opened), state(opened, due, None, now)
    assert order.index(before) <= order.index(after)
    assert (after is State.OVERDUE) is (now > due)
    assert 0.0 <= used(opened, due, now) <= 1.0


@given(DUTIES, MOMENTS, st.timedeltas(timedelta(days=-30), timedelta(days=30)))
def test_lanes_rise_by_one_at_most_and_never_sink(rule: Rule, now: datetime, left: timedelta) -> None:
    found = lane(rule, now, now + left)
    assert LANES.index(rule.lane) - 1 <= LANES.index(found) <= LANES.index(rule.lane)


@given(DUTIES, MOMENTS, FACTS, st.timedeltas(timedelta(0), timedelta(days=40)), KINDS)
def test_a_series_moves_on(rule: Rule, opened: datetime, facts: dict[str, object], took: timedelta, kind: str) -> None:
    due, closed = decide(rule, opened, kind, facts), opened + took
    found = next_occurrence(rule, series_start=opened, due=due, closed=closed, working=WORKING, facts=facts)
    if not rule.recurrences:
        assert found is None
    elif found is not None:
        assert found.opens == closed
        assert found.due > closed
