"""What is typed into a field, read in one place: a moment on the wall, a whole number."""

from datetime import UTC, datetime

import pytest

from throughcare.ui.forms import moment_of, whole_or_none


@pytest.mark.parametrize(
    ("day", "hour", "otherwise", "reads"),
    [
        ("2026-01-31", "14:30", "", datetime(2026, 1, 31, 19, 30, tzinfo=UTC)),
        (" 2026-07-31 ", "9:05", "", datetime(2026, 7, 31, 13, 5, tzinfo=UTC)),
        ("2026-07-31", "", "06:00", datetime(2026, 7, 31, 10, 0, tzinfo=UTC)),
        ("2026-03-08", "02:30", "", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),  # skipped: the clocks show 03:30
        ("2026-11-01", "01:30", "", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),  # twice: the first
    ],
)
def test_a_moment_on_the_wall(day: str, hour: str, otherwise: str, reads: datetime) -> None:
    assert moment_of(day, hour, otherwise=otherwise) == reads


@pytest.mark.parametrize(
    ("day", "hour"),
    [("", "14:30"), ("2026-02-30", "14:30"), ("2026-01-31", ""), ("2026-01-31", "late"), ("2026-01-31", "14:30+02:00")],
)
def test_what_names_no_moment_is_refused(day: str, hour: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        moment_of(day, hour)


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("0", 0),
        (" 12 ", 12),
        ("999999999", 999_999_999),
        ("1234567890", None),
        ("9" * 5000, None),  # Python itself refuses to read so many
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("²", None),  # a digit to isdigit, no number to int
        ("٣", None),
        ("1_000", None),
    ],
)
def test_a_whole_number(text: str, reads: int | None) -> None:
    assert whole_or_none(text) == reads


def test_a_whole_number_of_few_digits() -> None:
    assert (whole_or_none("999", digits=3), whole_or_none("1000", digits=3)) == (999, None)
