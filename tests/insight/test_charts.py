"""Limits and signals as the books have them, and charts that stay on the paper."""

from hypothesis import given
from hypothesis import strategies as st

from throughcare.insight.charts import HEIGHT, LEFT, WIDTH, funnel_plot, run_chart
from throughcare.insight.statistics import Point, centre, control, funnel, on_one_side, rising_or_falling

shares = st.lists(st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=30)


def points(drawn) -> list[Point]:
    return [Point(f"m{n}", met, whole) for n, (met, whole) in enumerate(drawn)]


def test_chance_gives_no_signal_and_change_does() -> None:
    """Months that hover give none; one far out, eight on a side, six rising do."""
    steady = points([(90 + n % 3, 100) for n in range(12)])
    assert {p.signal for p in control(steady)} == {""}
    fallen = points([*[(90 + n % 3, 100) for n in range(11)], (60, 100)])
    assert control(fallen)[-1].signal == "outside"
    stepped = points([(n, 100) for n in (80, 83, 80, 83, 80, 83, 80, 83, 87, 90, 87, 90, 87, 90, 87, 90)])
    assert [p.signal for p in control(stepped)].count("shift") == 16
    assert rising_or_falling([1, 2, 3, 4, 5, 6]) == {0, 1, 2, 3, 4, 5}
    assert rising_or_falling([1, 2, 3, 3, 4, 5]) == set()
    assert on_one_side([1.0] * 7, 0.5) == set()
    assert len(on_one_side([1.0] * 8, 0.5)) == 8


def test_a_small_place_may_differ_more_than_a_large_one() -> None:
    """Four of five is chance; 800 of 1,000 beside 95 in a hundred is not."""
    told = funnel([Point("small", 4, 5), Point("large", 800, 1000), Point("rest", 19000, 20000)])
    assert [p.signal for p in told[:2]] == ["", "outside"]


@given(shares)
def test_a_chart_stays_on_its_paper(drawn) -> None:
    """Whatever is drawn, nothing lies outside, and every known value has its mark."""
    found = points(drawn)
    told = control(found)
    plot = run_chart(told, centre(found), "A title")
    assert (plot is None) == all(p.value is None for p in told)
    if plot is not None:
        assert len(plot.marks) == sum(p.value is not None for p in told)
        assert all(LEFT <= m.x <= WIDTH and 0 <= m.y <= HEIGHT for m in plot.marks)
    places = [p for p in found if p.denominator]
    plot = funnel_plot(places, funnel(places), "A title")
    if plot is not None:
        assert all(LEFT <= m.x <= WIDTH and 0 <= m.y <= HEIGHT for m in plot.marks)
