"""Keeping on the person: who may, what ends it, refills, counts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from throughcare.care.medications.rules import kop, tables
from throughcare.care.medications.rules.kop import Happened, Lapse
from throughcare.care.medications.rules.traits import Traits

TABLE = tables.kop()
CHECKED = datetime(2026, 11, 1, 12, tzinfo=UTC)
ISSUED = date(2026, 11, 1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("traits", "allowed", "code"),
    [
        (Traits(), True, None), (Traits(never_kop=True), False, "never"), (Traits(schedule=4), False, "never"),
        (Traits(opioid_treatment=True), False, "never"), (Traits(rescue=True), True, "rescue"), (Traits(rescue=True, never_kop=True), True, "rescue"),
    ],
)  # fmt: skip
def test_which_medicine(traits: Traits, allowed: bool, code: str | None) -> None:
    found = kop.eligibility(traits, CHECKED, [])
    assert found.allowed is allowed
    assert [f.code for f in found.findings] == ([code] if code else [])


@pytest.mark.parametrize("lapse", sorted(Lapse))
def test_fitness_lapses_and_a_later_check_restores_it(lapse: Lapse) -> None:
    after, before = Happened(lapse, CHECKED + DAY), Happened(lapse, CHECKED - DAY)
    assert kop.eligibility(Traits(), CHECKED, [before]).allowed
    lapsed = kop.eligibility(Traits(), CHECKED, [before, after])
    assert [f.code for f in lapsed.findings] == [f"lapsed_{lapse}"]
    assert kop.eligibility(Traits(), CHECKED + 2 * DAY, [before, after]).allowed
    assert kop.eligibility(Traits(rescue=True), CHECKED, [after]).allowed, "a rescue inhaler is never taken away"


def test_nobody_checked_is_no_fitness() -> None:
    assert [f.code for f in kop.eligibility(Traits(), None, []).findings] == ["unchecked"]


def test_refill_window() -> None:
    window = kop.refill_window(ISSUED, TABLE)
    assert (window.opens_on, window.closes_on, window.lasts_to) == (
        date(2026, 11, 21),
        date(2026, 11, 27),
        date(2026, 11, 30),
    )
    fortnight = kop.refill_window(ISSUED, TABLE, 14)
    assert (fortnight.opens_on, fortnight.closes_on, fortnight.lasts_to) == (
        date(2026, 11, 5),
        date(2026, 11, 11),
        date(2026, 11, 14),
    )
    assert kop.refill_window(ISSUED, TABLE, 7).opens_on == ISSUED


@pytest.mark.parametrize(("days", "left"), [(-1, 60), (0, 60), (1, 58), (15, 30), (30, 0), (45, 0)])
def test_expected_count(days: int, left: int) -> None:
    assert kop.expected_count(Decimal(60), Decimal(2), ISSUED, ISSUED + days * DAY) == left


@pytest.mark.parametrize(
    ("days", "counted", "flagged"),
    [
        (10, 20, False),
        (10, 22, False),
        (10, 23, True),
        (10, 18, False),
        (10, 17, True),
        (0, 30, False),
        (0, 29, True),
        (29, 3, False),
    ],
)
def test_a_difference_over_a_fifth_of_what_should_have_been_taken_is_flagged(
    days: int, counted: int, flagged: bool
) -> None:
    check = kop.check_count(Decimal(30), Decimal(1), ISSUED, ISSUED + days * DAY, Decimal(counted), TABLE)
    assert check.flagged is flagged
    assert check.text.en
    assert check.text.es


def test_the_words_say_which_way() -> None:
    check = lambda counted: kop.check_count(Decimal(30), Decimal(1), ISSUED, ISSUED + 10 * DAY, Decimal(counted), TABLE)  # noqa: E731
    assert check(28).text.en.startswith("8 too many")
    assert check(10).text.en.startswith("10 too few")
