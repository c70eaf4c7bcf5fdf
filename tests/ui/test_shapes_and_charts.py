"""Charts, faces, codes and times: small and exact."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.conftest import NIGHT
from throughcare.kernel import clock
from throughcare.ui.avatar import portrait
from throughcare.ui.charts import nice_levels, number, plot, spark
from throughcare.ui.jinja import ago, day, full, hhmm, iso, moment, weekday
from throughcare.ui.qr import qr_path
from throughcare.ui.shapes import TrendPoint, TrendShape

finite = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(finite, max_size=30), st.none() | finite, st.none() | finite)
def test_a_chart_stays_on_its_canvas(values: list[float], low: float | None, high: float | None) -> None:
    points = [TrendPoint(date(2026, 1, 1) + timedelta(days=i), v) for i, v in enumerate(values)]
    drawn = plot(TrendShape("t", points, goal_low=low, goal_high=high))
    for mark in (*drawn.marks, *drawn.levels):
        assert drawn.left - 0.1 <= mark.x <= drawn.right + 0.1
        assert drawn.top - 0.1 <= mark.y <= drawn.bottom + 0.1
    assert len(drawn.dates) <= 3


@given(finite, st.floats(0, 1e6, allow_nan=False))
def test_levels_enclose_what_they_measure(low: float, span: float) -> None:
    levels = nice_levels(low, low + span)
    slack = max(abs(low), span, 1) * 1e-6
    assert levels[0] <= low + slack
    assert levels[-1] >= low + span - slack
    assert len(levels) <= 8


def test_a_point_outside_the_goal_is_marked() -> None:
    points = [TrendPoint(date(2026, 1, d), v) for d, v in ((1, 9.0), (2, 7.5), (3, 6.0))]
    drawn = plot(TrendShape("t", points, goal_low=7, goal_high=8))
    assert [m.outside for m in drawn.marks] == [True, False, True]


def test_numbers_and_sparklines() -> None:
    assert [number(v) for v in (7, 7.2, 1200.0, 0.25)] == ["7", "7.2", "1,200", "0.25"]
    assert spark([]) == ""
    assert spark([5]).count(",") == 1
    assert spark([5, 5, 5]).count(",") == 3


def test_a_face_belongs_to_its_seed() -> None:
    assert portrait("a") == portrait("a")
    assert len({portrait(str(n)) for n in range(200)}) > 180


def test_a_code_is_drawn_with_its_quiet_zone() -> None:
    code = qr_path("https://record.example/")
    assert code.side == 25 + 8
    assert code.path.startswith("M4 4h7v1h-7z")


@pytest.mark.parametrize(
    ("write", "at", "words"),
    [
        (hhmm, NIGHT, "22:14"),
        (day, NIGHT, "21 Nov"),
        (day, date(2025, 1, 12), "12 Jan 2025"),
        (weekday, NIGHT, "Sat 21 Nov"),
        (moment, NIGHT, "22:14"),
        (full, NIGHT, "Sat 21 Nov 2026, 22:14"),
        (iso, NIGHT, "2026-11-22T03:14:00Z"),
    ],
    ids=["hhmm", "day", "day of another year", "weekday", "moment", "full", "iso"],
)
def test_times_are_in_the_facilitys_zone(write: Callable[[Any], str], at: datetime, words: str) -> None:
    with clock.frozen(NIGHT):
        assert write(at) == words


def test_moments_of_other_days_and_how_long_ago() -> None:
    assert moment(datetime(2026, 11, 20, 12, tzinfo=UTC)) == "20 Nov 07:00"
    assert ago(NIGHT - timedelta(minutes=72)) == "1:12"
