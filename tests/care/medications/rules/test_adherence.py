"""Adherence: whose miss, MED-03 at its edges, a month, as-needed patterns."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from throughcare.care.medications.rules import adherence, tables
from throughcare.care.medications.rules.adherence import Counted
from throughcare.care.medications.rules.statuses import Counts
from throughcare.care.medications.rules.traits import Traits

TABLE = tables.adherence()
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OLD = NOW - timedelta(days=90)
KINDS = {"g": Counts.GIVEN, "p": Counts.PATIENT, "s": Counts.SYSTEM, "n": Counts.NOT}
PLAIN, CRITICAL = Traits(), Traits(critical=True)


def daily(kinds: str, hours: float = 24) -> list[Counted]:
    """The last dose of the text is the latest, one dose's time before now."""
    return [Counted(NOW - timedelta(hours=hours * (len(kinds) - n)), KINDS[k]) for n, k in enumerate(kinds)]


def test_rate_keeps_the_misses_apart_and_leaves_out_what_does_not_count() -> None:
    found = adherence.rate(daily("gggpsng"), NOW, 7)
    assert (found.given, found.patient, found.system, found.not_counted, found.due) == (4, 1, 1, 1, 6)
    assert found.share == pytest.approx(4 / 6)
    assert adherence.rate([], NOW, 7).share is None


def test_rate_takes_the_first_moment_and_leaves_the_last() -> None:
    edge = [
        Counted(NOW - timedelta(days=7), Counts.GIVEN),
        Counted(NOW, Counts.GIVEN),
        Counted(NOW - timedelta(days=7, seconds=1), Counts.GIVEN),
    ]
    assert adherence.rate(edge, NOW, 7).due == 1


@pytest.mark.parametrize(
    ("kinds", "traits", "code"),
    [
        ("gggggpp", PLAIN, None), ("ggggppp", PLAIN, "consecutive"), ("ggggpsp", PLAIN, "consecutive"), ("ggpnpnp", PLAIN, "consecutive"),
        ("gggpgpg", PLAIN, None), ("gpgpgpg", PLAIN, None), ("pgpgpgp", PLAIN, "share"), ("gggggnp", PLAIN, None),
        ("ggggggp", CRITICAL, "critical"), ("ggggpgg", CRITICAL, None), ("gggggpn", CRITICAL, "critical"), ("gggggss", CRITICAL, "critical"),
        ("ggggppp", CRITICAL, "consecutive"), ("ggggggg", CRITICAL, None), ("nnnnnnn", PLAIN, None),
    ],
)  # fmt: skip
def test_nonadherence(kinds: str, traits: Traits, code: str | None) -> None:
    found = adherence.nonadherence(daily(kinds), NOW, traits, TABLE, started_at=OLD)
    assert (found.code if found else None) == code
    if found:
        assert found.source == "MED-03"


def test_exactly_half_of_a_week_is_enough() -> None:
    found = adherence.nonadherence(daily("pgpgpg" * 2, hours=12), NOW, PLAIN, TABLE, started_at=OLD)
    assert found
    assert (found.patient, found.system) == (6, 0)
    assert found.text.en == "6 of 12 missed in 7 days"


def test_misses_of_both_kinds_make_the_half_and_stay_apart() -> None:
    found = adherence.nonadherence(daily("sgpgsgpg", hours=20), NOW, PLAIN, TABLE, started_at=OLD)
    assert found
    assert (found.code, found.patient, found.system) == ("share", 2, 2)


def test_one_miss_of_a_weekly_medicine_is_half_but_not_on_the_first_day_of_an_order() -> None:
    assert adherence.nonadherence(daily("p"), NOW, PLAIN, TABLE, started_at=OLD)
    assert not adherence.nonadherence(daily("p"), NOW, PLAIN, TABLE, started_at=NOW - timedelta(days=1))
    assert not adherence.nonadherence(daily("pgp"), NOW, PLAIN, TABLE, started_at=NOW - timedelta(days=3))


@pytest.mark.parametrize(
    ("kinds", "traits", "low"),
    [
        ("g" * 24 + "p" * 6, Traits(psychotropic=True), False), ("g" * 23 + "p" * 7, Traits(psychotropic=True), True),
        ("g" * 23 + "p" * 7, Traits(hiv=True), True), ("g" * 23 + "p" * 7, PLAIN, False), ("ppp", Traits(hiv=True), False),
        ("g" * 23 + "n" * 7, Traits(hiv=True), False),
    ],
)  # fmt: skip
def test_a_month_below_four_fifths(kinds: str, traits: Traits, low: bool) -> None:
    assert bool(adherence.low_over_a_month(daily(kinds), NOW, traits, TABLE)) is low


@pytest.mark.parametrize(
    ("days", "pattern"), [((0, 1, 2), False), ((0, 1, 2, 3), True), ((0, 2, 4, 6), True), ((0, 2, 4, 7), False)]
)
def test_as_needed_on_more_than_three_days_of_seven(days: tuple[int, ...], pattern: bool) -> None:
    given = [NOW - timedelta(days=d, hours=h) for d in days for h in (0, 3)]
    assert bool(adherence.as_needed_pattern(given, NOW, ZoneInfo("America/New_York"), TABLE)) is pattern
