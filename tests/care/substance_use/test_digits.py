"""What looks like digits and is no number is refused or left out, and never ends in a failure."""

import pytest

from throughcare.care.substance_use import measures
from throughcare.care.substance_use.calling import said_of

ODD = ["²", "٣", "1e3", "+5", "1 2", "9" * 5000, "-1", "12.0"]


@pytest.mark.parametrize("typed", ODD)
def test_a_measure_of_the_check_is_a_whole_number_in_its_range(typed):
    wrong: dict[str, str] = {}
    one = measures.EXTRAS[0]
    assert measures._extras({one.id: typed}, wrong) == []
    assert wrong[one.id].startswith("Write a whole number between")


@pytest.mark.parametrize("typed", ["²", "٣", "9" * 5000, "", "some"])
def test_days_that_were_missed_and_can_not_be_read_are_not_known(typed):
    assert said_of({"missed": typed}, "Demo-Nurse").missed is None
    assert said_of({"missed": " 3 "}, "Demo-Nurse").missed == 3
