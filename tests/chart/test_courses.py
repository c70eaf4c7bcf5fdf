"""Response is a fall by half, remission a score under 5, counted from the first high score of the course (clinical.md 3.2)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from throughcare.chart.courses import course, rule_for, words
from throughcare.chart.models import Observation
from throughcare.chart.trends import Point
from throughcare.chart.views import measured

START = datetime(2026, 3, 3, 15, tzinfo=UTC)


def line(*scores: int) -> list[Point]:
    return [Point(START + timedelta(days=14 * n), Decimal(score)) for n, score in enumerate(scores)]


@pytest.mark.parametrize(
    ("scores", "state", "first"),
    [
        ((20, 10), "response", 20),  # half is gone, exactly
        ((20, 11), "none", 20),
        ((21, 11), "none", 21),  # 47.6 %
        ((19, 9), "response", 19),
        ((10, 5), "response", 10),  # 5 is not under 5
        ((10, 4), "remission", 10),
        ((10, 6), "none", 10),
        ((20, 24), "none", 20),
        ((20, 4, 9), "response", 20),  # back below ten: the course that ended is what there is
        ((20, 4, 12), "none", 12),  # a relapse begins another course
        ((20, 4, 12, 3), "remission", 12),
        ((12, 20, 9), "none", 12),  # counted from the first high score, not from the highest
        ((8, 3, 15), "none", 15),
        ((4, 15, 7), "response", 15),
    ],
)
def test_what_a_line_of_scores_is_called(scores: tuple[int, ...], state: str, first: int) -> None:
    rule = rule_for("44261-6")
    assert rule is not None
    for points in (line(*scores), line(*scores)[::-1]):  # whatever the order they come in
        found = course(points, rule)
        assert found is not None
        assert (found.state, found.first.value) == (state, first)


@pytest.mark.parametrize("scores", [(), (9,), (0, 4, 9)])
def test_without_a_high_score_there_is_no_course(scores: tuple[int, ...]) -> None:
    rule = rule_for("44261-6")
    assert rule is not None and course(line(*scores), rule) is None


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ((18, 4), "remission: 78% lower, from 18 on Mar 3, 2026"),
        ((20, 10), "response: 50% lower, from 20 on Mar 3, 2026"),
        ((20, 15), "no response yet: 25% lower, from 20 on Mar 3, 2026"),
        ((20, 20), "no response yet: not lower, from 20 on Mar 3, 2026"),
        ((10, 13), "no response yet: 30% higher, from 10 on Mar 3, 2026"),
        ((18,), ""),
    ],
)
def test_it_is_said_beside_the_trend(scores: tuple[int, ...], said: str) -> None:
    rule = rule_for("44261-6")
    assert rule is not None
    found = course(line(*scores), rule)
    assert found is not None and words(found) == said


def test_only_scores_that_content_names_are_followed_so() -> None:
    assert rule_for("29463-7") is None


def test_the_charts_own_trend_of_a_phq_9_says_so() -> None:
    rows = [
        Observation(code="44261-6", text="PHQ-9", value=p.value, unit="{score}", effective_at=p.at, category="survey")
        for p in line(18, 8)
    ]
    assert measured.answer(rows).endswith("; response: 56% lower, from 18 on Mar 3, 2026")
