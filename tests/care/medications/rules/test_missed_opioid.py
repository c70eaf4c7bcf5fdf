"""The gate of opioid treatment at every edge of ruling 4 and 2.7."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from throughcare.care.medications.rules import missed_opioid as rules
from throughcare.care.medications.rules import tables
from throughcare.care.medications.rules.missed_opioid import DoseAsked, Identity, LegalBasis

TABLE = tables.opioid_treatment()
MONDAY = date(2026, 11, 16)
NOW = datetime(2026, 11, 21, 13, tzinfo=UTC)
SAME = rules.missed_days(MONDAY, MONDAY + timedelta(days=1), TABLE)
SURE = Identity(biometric=True)
FINE = DoseAsked(at=NOW, last_dose_at=NOW - timedelta(hours=24), missed=SAME, sedation="awake", identity=SURE)
METHADONE = replace(FINE, methadone=True, basis=LegalBasis.PROGRAMME)


def blocks(asked: DoseAsked) -> list[str]:
    return [f.code for f in rules.gate(asked, TABLE).blocks]


@pytest.mark.parametrize(
    ("later", "today_missed", "days", "verdict", "blocked"),
    [
        (0, False, 0, "same_dose", False), (1, False, 0, "same_dose", False), (1, True, 1, "same_dose", False), (3, False, 2, "same_dose", False),
        (3, True, 3, "reassess", True), (4, False, 3, "reassess", True), (5, False, 4, "reassess", True), (5, True, 5, "start_anew", True),
        (6, False, 5, "start_anew", True), (40, False, 39, "start_anew", True),
    ],
)  # fmt: skip
def test_days_missed_in_a_row(later: int, today_missed: bool, days: int, verdict: str, blocked: bool) -> None:
    found = rules.missed_days(MONDAY, MONDAY + timedelta(days=later), TABLE, today_missed=today_missed)
    assert (found.days, str(found.verdict), found.blocks) == (days, verdict, blocked)


def test_days_the_order_leaves_out_are_not_missed() -> None:
    off = {MONDAY + timedelta(days=1), MONDAY + timedelta(days=3)}
    assert rules.missed_days(MONDAY, MONDAY + timedelta(days=5), TABLE, off_days=off).days == 2


def test_an_unknown_last_dose_blocks() -> None:
    found = rules.missed_days(None, MONDAY, TABLE)
    assert found.blocks
    assert found.verdict == "unknown"


def test_nothing_stops_a_plain_dose() -> None:
    assert rules.gate(FINE, TABLE).open
    assert rules.gate(METHADONE, TABLE).open


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (replace(FINE, identity=Identity()), "identity"), (replace(FINE, identity=Identity(by_photo_and_number=("a",))), "identity"),
        (replace(FINE, identity=Identity(by_photo_and_number=("a", "a"))), "identity"), (replace(FINE, sedation=""), "sedation_unanswered"),
        (replace(FINE, sedation="drowsy"), "sedation_hold"), (replace(FINE, sedation="hard-to-rouse"), "sedation_emergency"),
        (replace(FINE, last_dose_at=NOW - timedelta(hours=17, minutes=59)), "interval"), (replace(METHADONE, basis=None), "basis"),
        (replace(FINE, missed=rules.missed_days(MONDAY, MONDAY + timedelta(days=4), TABLE)), "missed_reassess"),
        (replace(FINE, missed=rules.missed_days(MONDAY, MONDAY + timedelta(days=6), TABLE)), "missed_start_anew"),
        (replace(FINE, missed=rules.missed_days(None, MONDAY, TABLE)), "missed_unknown"),
        (replace(METHADONE, first_day=True, dose_mg=Decimal("30.5")), "first_dose"),
        (replace(METHADONE, first_day=True, given_today_mg=Decimal(30), dose_mg=Decimal("20.5")), "first_day"),
    ],
)  # fmt: skip
def test_what_stops_a_dose(asked: DoseAsked, code: str) -> None:
    assert blocks(asked) == [code]


@pytest.mark.parametrize(
    "asked",
    [
        replace(FINE, identity=Identity(by_photo_and_number=("a", "b"))), replace(FINE, last_dose_at=NOW - timedelta(hours=18)),
        replace(FINE, last_dose_at=NOW - timedelta(hours=6), minimum=timedelta(hours=6)), replace(FINE, last_dose_at=None),
        replace(FINE, missed=rules.missed_days(MONDAY, MONDAY + timedelta(days=6), TABLE), reassessed=True),
        replace(METHADONE, dose_mg=Decimal(120)), replace(FINE, first_day=True, dose_mg=Decimal(32)),
        replace(METHADONE, first_day=True, dose_mg=Decimal(30)), replace(METHADONE, first_day=True, given_today_mg=Decimal(30), dose_mg=Decimal(20)),
        replace(METHADONE, first_day=True, given_today_mg=Decimal(30), dose_mg=Decimal(25), documented=True),
    ],
)  # fmt: skip
def test_what_does_not(asked: DoseAsked) -> None:
    assert blocks(asked) == []


def test_the_three_day_rule_warns_two_days_ahead_ends_and_is_no_choice_again() -> None:
    three = rules.start_three_days(NOW, TABLE)
    assert three.ends_at - NOW == timedelta(hours=72)
    assert three.ends_at - three.warns_at == timedelta(hours=48)
    asked = replace(METHADONE, basis=LegalBasis.THREE_DAY, three_days=three)
    for hours, stopped, warned in ((0, False, False), (24, False, True), (71.9, False, True), (72, True, False)):
        at = NOW + timedelta(hours=hours)
        gate = rules.gate(replace(asked, at=at, last_dose_at=at - timedelta(hours=24)), TABLE)
        assert [f.code for f in gate.blocks] == (["three_days_over"] if stopped else [])
        assert [f.code for f in gate.warns] == (["three_days_end"] if warned else [])
    assert LegalBasis.THREE_DAY in rules.bases_open(TABLE, three_day_used=False)
    assert LegalBasis.THREE_DAY not in rules.bases_open(TABLE, three_day_used=True)


def test_one_or_two_missed_days_warn_only() -> None:
    asked = replace(FINE, missed=rules.missed_days(MONDAY, MONDAY + timedelta(days=3), TABLE))
    gate = rules.gate(asked, TABLE)
    assert gate.open
    assert [f.code for f in gate.warns] == ["missed_some"]


@pytest.mark.parametrize(("days", "doses"), [(0, 7), (14, 7), (15, 14), (30, 14), (31, 28), (400, 28)])
def test_take_home(days: int, doses: int) -> None:
    assert rules.take_home_limit(days, TABLE) == doses
