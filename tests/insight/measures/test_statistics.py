"""Intervals against published figures, and what always holds of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.insight.measures.statistics import (
    difference,
    disparity,
    poisson,
    rate_ratio,
    standardised,
    wilson,
)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilson_as_newcombe_published_it(hits, of, low, high):
    found = wilson(hits, of)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [(0, 0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904), (100, 81.3640, 121.6272)],
)
def test_the_exact_poisson_interval_as_tabled(events, low, high):
    found = poisson(events, 1)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


def test_the_difference_as_newcombe_published_it():
    found = difference(56, 70, 48, 80)
    assert (found.low, found.high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))


def test_a_rate_is_per_so_much_and_a_ratio_has_its_interval():
    assert poisson(5, 250, 1_000).value == 20
    ratio = rate_ratio(20, 1_000, 10, 1_000)
    assert ratio.value == 2 and ratio.low < 1 < ratio.high
    assert rate_ratio(0, 10, 5, 10) is None


def test_nothing_is_said_without_a_denominator():
    assert wilson(0, 0) is None and poisson(3, 0) is None and difference(1, 2, 0, 0) is None


def test_disparity_and_standardisation():
    assert disparity([0.5, 0.7], 0.6) == pytest.approx(100 / 6)
    assert disparity([], 0.6) is None
    assert standardised({"a": 1, "b": 4}, {"a": 10, "b": 20}, {"a": 1, "b": 1}) == pytest.approx(0.15)
    assert standardised({"a": 1}, {"a": 10}, {"a": 1, "b": 1}) is None


@given(st.integers(0, 5_000), st.integers(1, 5_000))
def test_an_interval_holds_its_number(hits, more):
    share = wilson(hits, hits + more)
    assert 0 <= share.low <= share.value <= share.high <= 1
    rate = poisson(hits, more)
    assert 0 <= rate.low <= rate.value <= rate.high
