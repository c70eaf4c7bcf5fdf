"""Signals of special cause at every edge: how many it takes, what breaks a row, and what chance alone gives."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.insight.improvement import rules
from throughcare.insight.improvement.rules import NEAR, OUTSIDE, SHIFT, TREND, chart, runs, times, two_of_three, verdict
from throughcare.insight.statistics import Point


def months(n: int) -> list[str]:
    return [f"{2024 + m // 12}-{m % 12 + 1:02}" for m in range(n)]


def shares(*met: float, of: float = 100) -> list[Point]:
    return [Point(label, n, of) for label, n in zip(months(len(met)), met, strict=True)]


CALM = (50, 52, 48, 51, 49, 50, 52, 48, 51, 49, 50, 52)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (CALM[:11], "run"),  # eleven are too few for limits
        (CALM, "p"),
        ((20, 80) * 6, "xmr"),  # steps far beyond what a share of 100 does by chance
        ((*CALM[:11], None), "run"),  # a month without a value is not a value
    ],
)
def test_the_chart_that_fits(values, kind) -> None:
    points = [Point(m, v or 0, 100 if v is not None else 0) for m, v in zip(months(len(values)), values, strict=True)]
    assert chart(points).kind == kind


def test_a_rate_has_poissons_limits_and_a_time_its_own_steps() -> None:
    found = chart([Point(m, 9, 1.0) for m in months(12)], rate=True)
    assert (found.kind, found.values[0].low, found.values[0].high) == ("u", 0.0, 18.0)
    steps = times(months(12), [10.0, 12.0] * 6)
    assert steps.kind == "xmr"
    sigma = 2 / rules.XMR_SIGMA
    assert steps.values[0].high == pytest.approx(11 + 3 * sigma)
    assert steps.values[0].low == pytest.approx(11 - 3 * sigma)


@pytest.mark.parametrize(
    ("last", "outside"),
    [(50, False), (65, False), (66, True), (35, False), (34, True)],
)
def test_outside_means_beyond_three_sigma_and_not_on_it(last, outside) -> None:
    """Centre a half, of 100: limits 35 and 65, made before the last value came."""
    found = chart(shares(*([50] * 40), last), until=months(41)[40])
    assert (OUTSIDE in found.values[-1].signals) is outside


def test_a_value_on_its_limit_is_within() -> None:
    assert rules.beyond(0.65, 0.35, 0.65) == 0
    assert rules.beyond(0.65 + 1e-9, 0.35, 0.65) == 1
    assert rules.beyond(0.35 - 1e-9, 0.35, 0.65) == -1
    assert rules.beyond(None, 0.35, 0.65) == 0
    assert rules.beyond(1.0, 0.9, 1.0) == 0  # all of them is never too many


@pytest.mark.parametrize(
    ("sides", "found"),
    [
        ([0, 0, 0], set()),
        ([1, 0, 0], set()),
        ([1, 1, 0], {0, 1}),
        ([1, 0, 1], {0, 2}),
        ([0, 1, 1], {1, 2}),
        ([1, 0, 0, 1], set()),  # two of four are not two of three
        ([1, -1, 0], set()),  # two sides don't add
        ([1, -1, 1], {0, 2}),
        ([-1, -1, -1], {0, 1, 2}),
    ],
)
def test_two_of_three_beyond_two_sigma(sides, found) -> None:
    assert two_of_three(sides, [0.0] * len(sides)) == found


def test_a_month_without_a_value_does_not_part_two_of_three() -> None:
    assert two_of_three([1, 0, 1], [0.9, None, 0.9]) == {0, 2}
    assert two_of_three([1, 0, 0, 1], [0.9, None, 0.5, 0.9]) == {0, 3}


@pytest.mark.parametrize(("long", "signal"), [(7, False), (8, True)])
def test_a_shift_takes_eight(long, signal) -> None:
    values = [60.0, 40.0] * 8 + [51.0] * long + [49.0]
    found = times(months(len(values)), values)
    assert (SHIFT in found.values[16].signals) is signal


@pytest.mark.parametrize(("long", "signal"), [(5, False), (6, True)])
def test_a_trend_takes_six(long, signal) -> None:
    found = chart(shares(*CALM, *(45 + n for n in range(long)), 44))
    assert any(TREND in v.signals for v in found.values[12:]) is signal


def test_the_same_value_twice_neither_adds_to_a_trend_nor_breaks_it() -> None:
    found = chart(shares(*CALM, 44, 45, 46, 46, 47, 48, 49))
    assert TREND in found.values[-1].signals


@pytest.mark.parametrize(
    ("values", "say"),
    [
        ([1, 1, 1, 1, 1, 0, 0, 0, 0, 0], "few"),  # two runs of five and five: 2 in 252
        ([1, 0] * 5, "many"),
        ([1, 1, 0, 0, 1, 0, 1, 1, 0, 0], ""),
        ([1, 0], ""),
        ([], ""),
    ],
)
def test_too_few_and_too_many_runs(values, say) -> None:
    assert runs([float(v) for v in values], 0.5)[1] == say


def test_the_chance_of_runs_is_what_counting_gives() -> None:
    """All orders of four and three, counted one by one."""
    orders = set(permutations([1.0] * 4 + [0.0] * 3))
    for count in range(2, 8):
        share = sum(runs(order, 0.5)[0] == count for order in orders) / len(orders)
        assert rules._chance(count, 4, 3) == pytest.approx(share)


def test_a_run_chart_asks_for_six_and_five() -> None:
    found = times(months(11), [5, 5.1, 4.9, 5.2, 4.8, 7, 7.1, 7, 7.2, 7.1, 7])
    assert [SHIFT in v.signals for v in found.values[5:]] == [
        False,
        True,
        True,
        True,
        True,
        True,
    ] or found.kind == "run"
    rising = times(months(9), [3, 9, 1, 2, 3.5, 4, 5, 2, 9])
    assert [n for n, v in enumerate(rising.values) if TREND in v.signals] == [2, 3, 4, 5, 6]
    assert all(v.low is None for v in rising.values)


def test_limits_begin_anew_after_eight_values_and_stand_until_then() -> None:
    """After a change the old limits judge the new values; with eight, the new ones have limits of their own."""
    before, change = [50] * 12, months(13)[12]
    few = chart(shares(*before, *([80] * 7)), changes={change})
    assert {v.phase for v in few.values} == {0}
    assert few.values[-1].centre == pytest.approx(0.5)
    assert all(OUTSIDE in v.signals for v in few.values[12:])
    many = chart(shares(*before, *([80] * 8)), changes={change})
    assert [v.phase for v in many.values] == [0] * 12 + [1] * 8
    assert (many.values[0].centre, many.values[-1].centre) == (0.5, 0.8)
    assert not many.signalled


def test_too_few_before_a_first_change_join_what_follows() -> None:
    found = chart(shares(*CALM), changes={months(4)[3]})
    assert {v.phase for v in found.values} == {0}
    assert len(found.values) == 12


@pytest.mark.parametrize(
    ("after", "better", "said"),
    [
        ([], "higher", "early"),
        ([50, 51], "higher", "early"),
        ([50, 51, 49], "higher", "same"),
        ([90], "higher", "better"),
        ([90], "lower", "worse"),
        ([10], "lower", "better"),
        ([55] * 7, "higher", "same"),
        ([55] * 8, "higher", "better"),
        ([90, 10], "higher", "worse"),  # harm is not set off by good
        ([63, 50, 50], "higher", "same"),  # one beyond two sigma
        ([63, 50, 63], "higher", "better"),  # two of three
    ],
)
def test_whether_a_change_did_anything(after, better, said) -> None:
    since = months(13)[12]
    assert verdict(chart(shares(*CALM, *after), until=since), since, better) == said


def test_nothing_is_said_of_a_change_with_too_little_before_it() -> None:
    since = months(8)[7]
    assert verdict(chart(shares(*CALM), until=since), since, "higher") == "unknown"


@given(st.lists(st.one_of(st.none(), st.integers(0, 60)), max_size=40), st.sets(st.integers(0, 40), max_size=3))
def test_any_history_gives_a_chart_of_the_same_months(values, cuts) -> None:
    labels = months(41)
    points = [Point(labels[n], v or 0, 60 if v is not None else 0) for n, v in enumerate(values)]
    found = chart(points, changes={labels[c] for c in cuts})
    assert [v.label for v in found.values] == [p.label for p in points]
    for v in found.values:
        assert v.value is not None or not v.signals
        if found.kind != "run" and v.centre is not None:
            assert v.low <= v.near_low <= v.centre <= v.near_high <= v.high
    assert NEAR != OUTSIDE
