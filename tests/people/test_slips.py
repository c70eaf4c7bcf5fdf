"""Birth dates one slip of the hand apart: what is proposed, and what is not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.people.rules import Facts, may_be_one, one_slip_apart, slips_of

BORN = date(1990, 2, 14)
days = st.dates(date(1920, 1, 1), date(2010, 12, 31))


def facts(day, family="Sample-Ortiz", given="Luis", sex="male") -> Facts:
    return Facts(family, given, day, sex)


@pytest.mark.parametrize(
    ("other", "near"),
    [
        (date(1990, 2, 15), True),
        (date(1990, 2, 24), True),
        (date(1980, 2, 14), True),
        (date(1990, 12, 14), True),
        (date(1909, 2, 14), True),
        (date(1991, 2, 15), False),
        (date(1990, 3, 15), False),
        (BORN, False),
    ],
)
def test_one_slip(other, near) -> None:
    assert one_slip_apart(BORN, other) is near
    assert bool(may_be_one(facts(BORN), facts(other))) is (near or other == BORN)


def test_day_and_month_swapped() -> None:
    assert one_slip_apart(date(1990, 2, 11), date(1990, 11, 2))


def test_another_name_or_sex_is_nobody_s_slip() -> None:
    assert not may_be_one(facts(BORN), facts(date(1990, 2, 15), given="Mario"))
    assert not may_be_one(facts(BORN), facts(date(1990, 2, 15), sex="female"))


@given(days, days)
def test_what_is_looked_up_is_what_is_one_slip_apart(a, b) -> None:
    assert (b in slips_of(a)) == (a != b and one_slip_apart(a, b))


@given(days)
def test_slips_are_mutual(a) -> None:
    assert all(one_slip_apart(a, b) and a in slips_of(b) for b in slips_of(a))
