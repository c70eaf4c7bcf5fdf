"""The title of a trend is its answer."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.chart import trends
from throughcare.chart.trends import Point, answer, comparable, span_words

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def line(*values: str, unit: str = "kg", days: float = 28) -> list[Point]:
    """Give points over so many days."""
    step = timedelta(days=days) / max(1, len(values) - 1)
    return [Point(NOW + n * step, Decimal(v), unit) for n, v in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "days", "said"),
    [
        (("84", "82", "78"), 28, "Weight fell 6 kg in 4 weeks"),
        (("78", "84.50"), 1, "Weight rose 6.5 kg in 24 hours"),
        (("84", "84.4"), 28, "Weight stayed near 84.4 kg for 4 weeks"),
        (("84", "70", "84"), 28, "Weight moved between 70 and 84 kg in 4 weeks, and is 84 kg now"),
        (("84",), 0, "Weight 84 kg, measured once"),
        ((), 0, "Weight: not measured yet"),
        (("100", "80"), 400, "Weight fell 20 kg in 13 months"),
        (("100", "80"), 1200, "Weight fell 20 kg in 3 years"),
        (("100", "80"), 0.01, "Weight fell 20 kg in 14 minutes"),
        (("-1", "1"), 2, "Weight rose 2 kg in 2 days"),
        (("0", "0"), 2, "Weight stayed near 0 kg for 2 days"),
        (("98.0", "98.6"), 1 / 24, "Weight stayed near 98.6 kg for 60 minutes"),
    ],
)
def test_the_answer(values: tuple[str, ...], days: float, said: str) -> None:
    assert answer("Weight", line(*values, days=days), "kg") == said


def test_content_may_say_what_is_steady() -> None:
    assert answer("Pulse", line("70", "76"), "/min", steady=Decimal(6)) == "Pulse stayed near 76 /min for 4 weeks"
    assert answer("Saturation", line("98", "88"), "%", steady=Decimal(2)) == "Saturation fell 10% in 4 weeks"


def test_pounds_are_never_drawn_beside_kilograms() -> None:
    mixed = [*line("185", unit="lb"), Point(NOW + timedelta(days=30), Decimal("84"), "kg")]
    assert [p.unit for p in comparable(mixed)] == ["kg"]
    assert answer("Weight", mixed, "kg") == "Weight 84 kg, measured once"


@pytest.mark.parametrize(
    ("span", "said"), [(0, "1 minute"), (60, "1 minute"), (5400, "2 hours"), (86400 * 7, "7 days")]
)
def test_spans(span: int, said: str) -> None:
    assert span_words(timedelta(seconds=span)) == said


@given(st.lists(st.decimals(-1000, 1000, places=2), max_size=12))
def test_an_answer_is_one_sentence_that_ends(values: list[Decimal]) -> None:
    points = [Point(NOW + timedelta(hours=n), v, "kg") for n, v in enumerate(values)]
    said = answer("Weight", points, "kg")
    assert said.startswith("Weight")
    assert "E+" not in said
    assert "-0 " not in said
    if len(values) > 1 and "rose" in said:
        assert values[-1] > values[0]
    if len(values) > 1 and "fell" in said:
        assert values[-1] < values[0]
    assert trends.comparable(points) == points
