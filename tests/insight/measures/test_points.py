"""Points and spans: read with the precision they were written in, true only where certain."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.insight.measures.points import (
    ALWAYS_SINCE,
    DAY,
    STILL,
    Point,
    Span,
    age_between,
    at_or_before,
    before,
    days_before,
    during,
    just_before,
    of_date,
    overlaps,
    overlaps_after,
    parse,
    somewhere_in,
    within,
)

YEAR = Span(parse("2026-01-01T00:00:00.000Z"), parse("2026-12-31T23:59:59.999Z"))


@pytest.mark.parametrize(
    ("text", "precision", "length"),
    [
        ("2026", "year", 365 * DAY),
        ("2024", "year", 366 * DAY),
        ("2026-02", "month", 28 * DAY),
        ("2026-02-03", "day", DAY),
        ("2026-02-03T04:05Z", "range", 60_000),
        ("2026-02-03T04:05:06Z", "second", 1_000),
        ("2026-02-03T04:05:60Z", "second", 1_000),
        ("2026-02-03T04:05:06.789Z", "instant", 1),
        ("2026-02-03T04:05:06.789123-05:00", "instant", 1),
    ],
)
def test_a_time_is_as_long_as_it_is_inexact(text, precision, length):
    point = parse(text)
    assert (point.precision, point.last - point.first + 1) == (precision, length)


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13", "2026-02-30", "2026-02-03T25:00:00Z", "20260203", "2026-02-03 "]
)
def test_what_is_no_time_is_none(text):
    assert parse(text) is None


def test_one_instant_is_one_whatever_the_zone_and_its_day_is_where_it_was_written():
    late = parse("2025-12-31T23:30:00.000-05:00")
    assert late.first == parse("2026-01-01T04:30:00.000Z").first
    assert late.date == of_date(date(2025, 12, 31))
    assert within(late, YEAR) and within(late, YEAR, by_day=True)


def test_a_date_is_compared_only_where_every_hour_of_it_agrees():
    day, noon = parse("2026-03-01"), parse("2026-03-01T12:00:00.000Z")
    assert not at_or_before(day, noon) and not at_or_before(noon, day)
    assert at_or_before(day, noon, by_day=True) and at_or_before(noon, day, by_day=True)
    assert at_or_before(day, day) and not before(day, day)
    assert before(parse("2026-02-28"), noon)
    assert not at_or_before(parse("2026-03-01T00:00:00.000Z"), day) and at_or_before(
        parse("2026-02-28T23:59:59.999Z"), day
    )


def test_a_year_or_a_month_is_not_certainly_by_the_day_that_ends_or_begins_it():
    year, month, last = parse("2026"), parse("2026-12"), parse("2026-12-31")
    assert not at_or_before(year, last, by_day=True) and not at_or_before(month, last, by_day=True)
    assert at_or_before(year, parse("2027-01-01"), by_day=True) and at_or_before(parse("2025"), year, by_day=True)


def test_seconds_and_milliseconds_of_one_second_cannot_be_told_apart():
    second, instant = parse("2026-01-01T00:00:00Z"), parse("2026-01-01T00:00:00.000Z")
    assert at_or_before(second, second)
    assert not at_or_before(second, instant)
    assert within(second, YEAR, by_day=True)


@pytest.mark.parametrize(
    ("start", "end", "day", "exact"),
    [
        ("2026-01-01T00:00:00.000Z", "2026-12-31T23:59:59.999Z", True, True),
        ("2025-12-31T23:59:59.999Z", "2026-01-02T00:00:00.000Z", False, False),
        ("2026-12-31T00:00:00.000Z", "2027-01-01T00:00:00.000Z", False, False),
        ("2026-05-01", "2026-05-02", True, True),
        # A bare date at the very edge: the hour that would decide is missing, so only by day is it certain.
        ("2026-01-01", "2026-01-01", True, False),
        ("2026-12-31", "2026-12-31", True, False),
        ("2026-12-31T23:59:59Z", "2026-12-31T23:59:59Z", True, False),
        ("2026", "2026", False, False),
        ("2026-01", "2026-01", False, False),
        ("2025-12", "2026-01-01", False, False),
    ],
)
def test_during_at_the_edges_of_a_year(start, end, day, exact):
    span = Span(parse(start), parse(end))
    assert during(span, YEAR, by_day=True) is day
    assert during(span, YEAR) is exact


def test_what_goes_on_overlaps_everything_after_its_start_but_lies_in_nothing():
    ongoing = Span(parse("2026-06-01"), STILL)
    assert overlaps(ongoing, YEAR, by_day=True)
    assert not during(ongoing, YEAR, by_day=True)
    assert overlaps_after(ongoing, YEAR, by_day=True)
    assert not overlaps(ongoing, Span(parse("2025-01-01"), parse("2026-05-31")), by_day=True)


def test_nothing_is_no_part_of_anything():
    assert (
        not during(None, YEAR)
        and not overlaps(YEAR, None)
        and not within(None, YEAR)
        and not overlaps_after(None, YEAR)
    )
    assert days_before(None, YEAR.start) is None and days_before(parse("2026"), YEAR.start) is None


def test_months_are_of_the_calendar_and_a_missing_day_becomes_the_last():
    assert parse("2026-01-31").plus(months=1).date == of_date(date(2026, 2, 28))
    assert parse("2024-02-29T10:00:00.000Z").plus(months=12).first == parse("2025-02-28T10:00:00.000Z").first
    assert parse("2026-01-01").plus(months=-14) == parse("2024-11-01")
    assert STILL.plus(days=3, months=2) == STILL
    assert just_before(parse("2026-03-01")) == parse("2026-02-28")


@pytest.mark.parametrize(
    ("born", "at", "years"),
    [
        ("2008-01-01", "2026-01-01", (18, 18)),
        ("2008-01-02", "2026-01-01", (17, 17)),
        ("2008-02-29", "2026-02-28", (17, 17)),
        ("2008-02-29", "2026-03-01", (18, 18)),
        ("2026-01-02", "2026-01-01", (-1, -1)),
        ("2008", "2026-12-31", (18, 18)),
        ("2008", "2026-12-30", (17, 18)),
        ("2008", "2026-01-01", (17, 18)),
        ("2008-06", "2026-06-30", (18, 18)),
        ("2008-06", "2026-06-29", (17, 18)),
        ("2008-06", "2026-05-31", (17, 17)),
        ("2008-06-10", "2026", (17, 18)),
    ],
)
def test_age_is_counted_by_birthdays_as_far_as_they_are_known(born, at, years):
    age = age_between(parse(born), parse(at))
    assert (age.least, age.most) == years
    least, most = years
    for edge in range(least - 1, most + 2):
        assert (age >= edge, age <= edge, age < edge) == (least >= edge, most <= edge, least < edge)


def test_an_age_at_no_time_that_a_calendar_can_say_is_none_that_counts():
    age = age_between(parse("2008-01-01"), somewhere_in(ALWAYS_SINCE, STILL))
    assert not age >= 0
    assert not age <= 120


@given(st.lists(st.integers(0, 10 * DAY), min_size=4, max_size=4))
def test_what_is_during_overlaps_and_an_exact_answer_holds_by_day_too(numbers):
    a, b = (Span(Point(lo, lo), Point(hi, hi)) for lo, hi in (sorted(numbers[:2]), sorted(numbers[2:])))
    if during(a, b):
        assert overlaps(a, b) and during(a, b, by_day=True)
    assert overlaps(a, b) == overlaps(b, a)
    if overlaps(a, b):
        assert overlaps(a, b, by_day=True)
    assert at_or_before(a.start, b.start) or before(b.start, a.start)
