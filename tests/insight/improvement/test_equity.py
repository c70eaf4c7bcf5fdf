"""Groups beside everybody: intervals that hold, bases too small, nothing to divide by."""

import random

import pytest

from throughcare.insight.improvement import equity
from throughcare.insight.statistics import Point


def test_equal_groups_do_not_differ() -> None:
    found = equity.groups([Point("a", 80, 100), Point("b", 160, 200)])
    assert [g.ratio.value for g in found] == pytest.approx([1, 1])
    assert not any(g.ratio.apart(1.0) or g.difference.apart(0.0) for g in found)


@pytest.mark.parametrize(("base", "small"), [(29, True), (30, False)])
def test_below_thirty_nothing_is_compared(base, small) -> None:
    found = equity.groups([Point("a", base, base), Point("b", 500, 1000)])
    assert found[0].small is small
    assert (found[0].ratio is None) is small


@pytest.mark.parametrize(
    ("met", "unstable"),
    [(19, True), (20, False), (80, False), (81, True)],
)
def test_fewer_than_twenty_on_either_side_are_unstable(met, unstable) -> None:
    assert equity.groups([Point("a", met, 100), Point("b", 500, 1000)])[0].unstable is unstable


def test_none_and_all_are_not_certain() -> None:
    none, everyone = equity.groups([Point("a", 0, 50), Point("b", 50, 50)])
    assert none.ratio is None
    assert none.difference.low < none.difference.value < none.difference.high
    assert everyone.difference.high > everyone.difference.value


def test_one_group_is_everybody() -> None:
    """Who is compared with themselves differs by nothing, with certainty."""
    one = equity.groups([Point("a", 40, 100)])[0]
    assert one.difference.value == pytest.approx(0)
    assert one.difference.high - one.difference.low == pytest.approx(0, abs=1e-6)


def test_nothing_at_all() -> None:
    assert equity.groups([]) == []
    assert equity.groups([Point("a", 0, 0)])[0].value is None
    assert equity.disparity([], None) is None


def test_the_index_of_disparity_is_the_mean_distance() -> None:
    found = equity.groups([Point("a", 60, 100), Point("b", 40, 100), Point("c", 1, 2)])
    assert equity.disparity(found[:2], 0.5) == pytest.approx(20)
    assert equity.disparity(found[:1], 0.5) is None


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """1,000 draws of three groups: 95 of 100 intervals, give or take."""
    chance, sizes, truth = random.Random(7), (60, 150, 400), (0.6, 0.7, 0.8)
    whole = sum(n * p for n, p in zip(sizes, truth, strict=True)) / sum(sizes)
    held = {"difference": 0, "ratio": 0}
    for _ in range(1000):
        points = [
            Point(str(p), sum(chance.random() < p for _ in range(n)), n) for n, p in zip(sizes, truth, strict=True)
        ]
        first = equity.groups(points)[0]
        held["difference"] += not first.difference.apart(truth[0] - whole)
        held["ratio"] += not first.ratio.apart(truth[0] / whole)
    assert all(920 <= n <= 980 for n in held.values()), held
