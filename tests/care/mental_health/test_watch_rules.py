"""The law of a watch as tables of cases, and one property: whatever happens, no gap over the limit goes unnoticed."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.care.mental_health import rules
from throughcare.care.mental_health.rule_table import load_table

T0 = datetime(2026, 11, 20, 3, 2, 11, tzinfo=UTC)
ME, OTHER, WATCH, HERE, THERE = (uuid4() for _ in range(5))
LAW, ROUNDS = load_table().detectors, load_table().rounds
MINUTE = timedelta(minutes=1)


def seen(minutes: float, *, received: float | None = None, by=ME, watch=WATCH, unit="A", facility=HERE, **more):
    at = T0 + timedelta(minutes=minutes)
    got = at if received is None else T0 + timedelta(minutes=received)
    proven, source = more.get("proven", True), more.get("source", "screen")
    return rules.Seen(at, got, by, watch, unit, facility, proven, source)


def at_times(*minutes: float):
    return [seen(m) for m in minutes]


@pytest.mark.parametrize(
    ("minutes", "finds"),
    [
        ((0, 15, 30, 45, 60, 75, 90), True),
        ((0, 15.4, 30.1, 45.3, 60, 75.2, 90.4), True),
        ((0, 10, 20, 30, 40, 50, 60), True),
        ((0, 15, 30, 45, 60, 75), False),
        ((0, 9, 20, 33, 38, 51, 60), False),
        ((0, 15, 30, 45, 60, 75, 91.1), False),
        ((0, 3, 18, 33, 48, 63, 78, 93), True),
    ],
)
def test_even_intervals(minutes, finds) -> None:
    assert (rules.even(at_times(*minutes), LAW) is not None) is finds


@pytest.mark.parametrize(
    ("minutes", "finds"),
    [
        ((12.82, 27.82, 42.82, 57.82), True),
        ((12.5, 27.9, 43.2, 57.6), True),
        ((12.82, 42.82, 72.82, 87.82), True),
        ((12.82, 27.82, 42.82), False),
        ((12.82, 27.82, 40, 57.82), False),
    ],
)
def test_checks_on_the_quarter(minutes, finds) -> None:
    assert (rules.on_the_quarter(at_times(*minutes), LAW) is not None) is finds


BLOCKS = [
    ([seen(0, received=60), seen(12, received=60.5), seen(25, received=61)], True),
    ([seen(0, received=60), seen(12, received=60.5)], False),
    ([seen(0, received=60, source="device"), seen(12, received=60, source="device"), seen(25, received=60, source="device")], False),
    ([seen(0, received=60, source="device"), seen(0.5, received=60, source="device"), seen(1, received=60, source="device")], True),
    ([seen(0, received=60), seen(12, received=60.5), seen(25, received=61, by=OTHER)], False),
    ([seen(0), seen(9), seen(20)], False),
    ([seen(0, received=60, source="paper"), seen(12, received=60.5, source="paper"), seen(25, received=61, source="paper")], True),
]  # fmt: skip


@pytest.mark.parametrize(("checks", "finds"), BLOCKS)
def test_a_block_written_after_the_fact(checks, finds) -> None:
    assert (rules.block(checks, checks[-1], LAW) is not None) is finds


@pytest.mark.parametrize(
    ("apart", "unit", "facility", "by", "finds"),
    [
        (0.5, "B", HERE, ME, True),
        (1.5, "B", HERE, ME, False),
        (0.1, "A", HERE, ME, False),
        (10, "A", THERE, ME, True),
        (25, "A", THERE, ME, False),
        (0.5, "B", HERE, OTHER, False),
    ],
)
def test_one_observer_in_two_places(apart, unit, facility, by, finds) -> None:
    other = seen(0, watch=OTHER, unit=unit, facility=facility, by=by)
    assert (rules.two_places([other], seen(apart), LAW) is not None) is finds


def test_the_observer_of_a_constant_watch_stays() -> None:
    holding = [(OTHER, T0, None)]
    assert rules.away_from_post(seen(5), holding) is not None
    assert rules.away_from_post(seen(5), [(OTHER, T0, T0 + 4 * MINUTE)]) is None
    assert rules.away_from_post(seen(5, watch=OTHER), holding) is None


def test_a_check_without_the_door() -> None:
    assert rules.no_scan(seen(0, proven=False)) is not None
    assert rules.no_scan(seen(0)) is None


@pytest.mark.parametrize(
    ("answers", "risk"),
    [
        ({"1": False, "2": False, "6": False}, "none"),
        ({"1": True, "2": False, "6": False}, "low"),
        ({"1": True, "2": True, "3": False, "4": False, "5": False, "6": False}, "low"),
        ({"1": True, "2": True, "3": True, "4": False, "5": False, "6": False}, "moderate"),
        ({"1": False, "2": True, "3": True, "4": True, "5": False, "6": False}, "high"),
        ({"1": False, "2": False, "6": True}, "high"),
        ({"1": True, "2": True, "6": False}, "incomplete"),
        ({"1": False, "2": False}, "incomplete"),
        ({}, "incomplete"),
    ],
)
def test_the_risk_by_the_answers(answers, risk) -> None:
    assert rules.cssrs_level(answers) == risk


def test_somebody_kept_alone_is_constant() -> None:
    assert rules.level("staggered", alone=True)[0] == "constant"
    assert rules.level("staggered", alone=False) == ("staggered", "")
    assert rules.rises("staggered", "constant") and not rules.rises("constant", "staggered")


@given(st.integers(min_value=0, max_value=rules.spread(ROUNDS) - 1))
def test_the_next_check_lies_between_four_and_fourteen_minutes(draw: int) -> None:
    assert T0 + 4 * MINUTE <= rules.propose(T0, draw, ROUNDS) <= T0 + 14 * MINUTE


SPANS = st.lists(st.integers(min_value=1, max_value=40 * 60), max_size=40)


@given(SPANS, st.integers(min_value=0, max_value=40 * 60))
def test_no_gap_over_the_limit_goes_unnoticed(spans: list[int], rest: int) -> None:
    """Every second of a watch lies within the limit of a check, or within a gap that was found; nothing else is found."""
    seconds = [0, *accumulate(spans)]
    times = [T0 + timedelta(seconds=s) for s in seconds]
    end = times[-1] + timedelta(seconds=rest)
    gaps = rules.gaps(times, end, ROUNDS.limit)
    marks = [*times, end]
    for a, b in pairwise(marks):
        assert ((a, b) in gaps) == (b - a > ROUNDS.limit)
    assert sum(1 for a, b in gaps if b - a <= ROUNDS.limit) == 0


PERIODS = st.lists(st.tuples(st.integers(0, 7200), st.integers(0, 7200)), max_size=12)


@given(PERIODS, st.integers(0, 9000))
def test_no_minute_without_an_observer_goes_unnoticed(periods: list[tuple[int, int]], end: int) -> None:
    """Whatever stretches observers stood, each moment is covered, or lies in a stretch found, or in one within the grace."""
    grace, until = timedelta(minutes=5), T0 + timedelta(seconds=end)
    spans = [(T0 + timedelta(seconds=min(p)), T0 + timedelta(seconds=max(p))) for p in periods]
    found = rules.uncovered(spans, T0, until, grace)
    for second in range(0, end, 97):
        moment = T0 + timedelta(seconds=second)
        covered = any(a <= moment < b for a, b in spans)
        inside = any(a <= moment < b for a, b in found)
        assert not (covered and inside)
        if not covered and not inside:
            before = max([b for a, b in spans if b <= moment], default=T0)
            after = min([a for a, b in spans if a > moment], default=until)
            assert after - before <= grace
