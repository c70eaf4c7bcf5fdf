"""The rules of withdrawal at every edge: intervals, escalation, hospital triggers, dehydration, sleep, the end (clinical.md 3.3)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.care.substance_use import rules
from throughcare.care.substance_use.rule_table import load_table
from throughcare.care.substance_use.rules import Earlier, Found, Vitals
from throughcare.chart import forms

OPENED = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TABLE = load_table()
OPIOID, ALCOHOL, SEDATIVE, STIMULANT = (TABLE.substances[s] for s in ("opioid", "alcohol", "sedative", "stimulant"))


def found(hours: float = 1, score: int | None = 0, signs=(), prior=False, floor=0, **vitals: str) -> Found:
    measured = Vitals(**{k: Decimal(v) for k, v in vitals.items()})
    return Found(OPENED + hours * HOUR, score, floor, measured, frozenset(signs), prior)


def every(substance, one: Found, earlier=()) -> float:
    return (rules.next_due(substance, OPENED, one, earlier, TABLE)[0] - one.at) / HOUR


@pytest.mark.parametrize(
    ("substance", "hours", "score", "expected"),
    [
        (OPIOID, 0, 0, 6),
        (OPIOID, 23.99, 0, 6),
        (OPIOID, 24, 0, 8),
        (OPIOID, 71.99, 12, 8),
        (OPIOID, 72, 12, 12),
        (OPIOID, 200, 0, 12),
        (OPIOID, 1, 12, 6),
        (OPIOID, 1, 13, 4),
        (OPIOID, 100, 13, 4),
        (OPIOID, 1, 48, 4),
        (ALCOHOL, 0, 0, 6),
        (ALCOHOL, 1, 9, 6),
        (ALCOHOL, 1, 10, 2),
        (ALCOHOL, 1, 18, 2),
        (ALCOHOL, 1, 19, 1),
        (ALCOHOL, 100, 0, 6),
        (SEDATIVE, 0, 0, 8),
        (SEDATIVE, 0, 67, 8),
        (SEDATIVE, 400, 0, 8),
        (STIMULANT, 23, None, 6),
        (STIMULANT, 24, None, 8),
    ],
)
def test_when_the_next_check_is_due(substance, hours, score, expected) -> None:
    assert every(substance, found(hours, score)) == expected


def test_an_unscored_check_and_a_single_high_pulse_bring_the_next_one_forward() -> None:
    assert every(OPIOID, found(1, None)) == 1
    assert every(ALCOHOL, found(1, 0, pulse="120")) == 1
    assert every(ALCOHOL, found(1, 0, pulse="119")) == 6
    assert every(ALCOHOL, found(1, 0, pulse="120", pulse_again="100")) == 6, "it came down with rest"


@pytest.mark.parametrize(
    ("substance", "one", "level", "codes"),
    [
        (OPIOID, found(score=12), "routine", set()),
        (OPIOID, found(score=13), "provider_shift", {"score"}),
        (OPIOID, found(score=24), "provider_shift", {"score"}),
        (OPIOID, found(score=25), "provider_now", {"score"}),
        (OPIOID, found(score=None, floor=25), "provider_now", {"score"}),
        (OPIOID, found(signs=["seizure"]), "hospital", {"seizure"}),
        (OPIOID, found(signs=["hallucinates"]), "provider_now", {"hallucinates"}),
        (OPIOID, found(temperature_c="38.3"), "provider_now", {"temperature"}),
        (OPIOID, found(prior=True), "routine", set()),
        (ALCOHOL, found(score=9), "routine", set()),
        (ALCOHOL, found(score=10), "provider_now", {"score"}),
        (ALCOHOL, found(score=18), "provider_now", {"score"}),
        (ALCOHOL, found(score=19), "hospital", {"score"}),
        (ALCOHOL, found(temperature_c="38.29"), "routine", set()),
        (ALCOHOL, found(temperature_c="38.3"), "hospital", {"temperature"}),
        (ALCOHOL, found(systolic="179"), "routine", set()),
        (ALCOHOL, found(systolic="180"), "hospital", {"systolic"}),
        (ALCOHOL, found(pulse="120"), "routine", set()),
        (ALCOHOL, found(pulse="120", pulse_again="120"), "hospital", {"pulse"}),
        (ALCOHOL, found(pulse="120", pulse_again="119"), "routine", set()),
        (ALCOHOL, found(signs=["confused"]), "hospital", {"confused"}),
        (ALCOHOL, found(signs=["hallucinates"]), "hospital", {"hallucinates"}),
        (ALCOHOL, found(signs=["seizure"]), "hospital", {"seizure"}),
        (ALCOHOL, found(signs=["hard-to-rouse"]), "hospital", {"hard-to-rouse"}),
        (ALCOHOL, found(prior=True), "hospital", {"prior"}),
        (ALCOHOL, found(signs=["agitated"]), "routine", set()),
        (SEDATIVE, found(score=40), "routine", set()),
        (SEDATIVE, found(prior=True), "hospital", {"prior"}),
        (SEDATIVE, found(signs=["seizure"]), "hospital", {"seizure"}),
        (STIMULANT, found(score=None, signs=["agitated"]), "provider_now", {"agitated"}),
        (STIMULANT, found(score=None, temperature_c="38.3"), "hospital", {"temperature"}),
        (STIMULANT, found(score=None, signs=["vomiting"]), "routine", set()),
    ],
)
def test_who_is_called_and_why(substance, one, level, codes) -> None:
    decision = rules.decide(substance, OPENED, one, (), TABLE)
    assert decision.level == level
    assert {r.code for r in decision.reasons} == codes
    assert all(r.text.en and r.text.es for r in decision.reasons)


def test_a_high_pulse_at_two_checks_in_a_row_is_persistent() -> None:
    before = Earlier(OPENED, scored=True, score=2, pulse=Decimal(124))
    assert rules.decide(ALCOHOL, OPENED, found(2, pulse="121"), [before], TABLE).level == "hospital"
    calm = replace(before, pulse=Decimal(90))
    assert rules.decide(ALCOHOL, OPENED, found(2, pulse="121"), [calm], TABLE).level == "routine"
    older = Earlier(OPENED - HOUR, scored=True, pulse=Decimal(140))
    assert rules.decide(ALCOHOL, OPENED, found(2, pulse="121"), [older, calm], TABLE).level == "routine"


@pytest.mark.parametrize(
    ("vitals", "dry"),
    [
        ({"systolic": "120", "standing_systolic": "101"}, False),
        ({"systolic": "120", "standing_systolic": "100"}, True),
        ({"pulse": "80", "standing_pulse": "109"}, False),
        ({"pulse": "80", "standing_pulse": "110"}, True),
        ({"weight_kg": "77.61"}, False),
        ({"weight_kg": "77.60"}, True),
    ],
)
def test_dehydration_calls_the_prescriber_now(vitals, dry) -> None:
    first = Earlier(OPENED, scored=True, weight_kg=Decimal(80))
    decision = rules.decide(OPIOID, OPENED, found(20, **vitals), [first], TABLE)
    assert (decision.level == "provider_now") is dry


@pytest.mark.parametrize("sign", ["keeps-nothing-down", "no-urine"])
def test_signs_of_dehydration(sign) -> None:
    assert rules.decide(OPIOID, OPENED, found(signs=[sign]), (), TABLE).level == "provider_now"


def test_lost_fluid_asks_for_weight_and_standing_once_a_shift() -> None:
    lost = found(10, signs=["diarrhoea"])
    assert rules.fluids_asked(lost, (), TABLE)
    assert not rules.fluids_asked(found(10, signs=["agitated"]), (), TABLE)
    measured = found(10, signs=["diarrhoea"], weight_kg="80", standing_systolic="110")
    assert not rules.fluids_asked(measured, (), TABLE)
    assert rules.fluids_asked(found(10, signs=["vomiting"], weight_kg="80"), (), TABLE)
    lying = replace(found(10, signs=["vomiting"], weight_kg="80"), cannot_stand=True)
    assert not rules.fluids_asked(lying, (), TABLE)
    for hours, asked in ((2.01, False), (2, True)):
        seen = Earlier(OPENED + hours * HOUR, scored=True, fluids_measured=True)
        assert rules.fluids_asked(lost, [seen], TABLE) is asked


@pytest.mark.parametrize(
    ("since", "breaths", "ok", "until"),
    [(6, 14, True, 2), (7, 14, True, 1), (7.99, 14, True, 0.01), (8, 14, False, 0), (1, 9, False, 0), (1, 10, True, 2)],
)
def test_who_may_sleep_on_and_until_when(since, breaths, ok, until) -> None:
    now = OPENED + 20 * HOUR
    seen = [Earlier(now - since * HOUR, scored=True), Earlier(now - HOUR / 2, scored=False)]
    may = rules.put_off(now, OPENED, seen, Decimal(breaths), TABLE)
    assert may.ok is ok
    assert (may.until - now) / HOUR == pytest.approx(until)


def test_nobody_sleeps_through_the_first_check() -> None:
    assert not rules.put_off(OPENED + HOUR, OPENED, (), Decimal(14), TABLE).ok


@pytest.mark.parametrize(
    ("substance", "hours", "scores", "may"),
    [
        (OPIOID, 10, [5, 4], False),
        (OPIOID, 10, [4, 4], True),
        (OPIOID, 10, [4], False),
        (OPIOID, 119, [9, 9], False),
        (OPIOID, 120, [9, 9], True),
        (ALCOHOL, 71, [0, 0], False),
        (ALCOHOL, 72, [0, 0], True),
        (ALCOHOL, 72, [10, 0], False),
        (SEDATIVE, 167, [0, 0], False),
        (SEDATIVE, 168, [40, 40], True),
    ],
)
def test_when_an_order_may_end_it(substance, hours, scores, may) -> None:
    *before, last = scores
    earlier = [Earlier(OPENED + n * HOUR, scored=True, score=s) for n, s in enumerate(before)]
    assert rules.may_end(substance, OPENED, found(hours, last), earlier) is may


def test_an_order_is_not_proposed_while_somebody_is_called() -> None:
    earlier = [Earlier(OPENED, scored=True, score=2)]
    assert not rules.decide(OPIOID, OPENED, found(10, 2, signs=["seizure"]), earlier, TABLE).may_end


def test_the_table_agrees_with_the_forms_own_bands() -> None:
    """Two files say what a score means; they must say the same."""
    cows, ciwa = forms.load("cows").scale, forms.load("ciwa-ar").scale
    assert cows is not None and ciwa is not None
    assert cows.band_for(Decimal(OPIOID.provider_shift_at), "unknown").key == "moderate"
    assert cows.band_for(Decimal(OPIOID.provider_shift_at - 1), "unknown").key == "mild"
    assert cows.band_for(Decimal(OPIOID.provider_now_at), "unknown").key == "moderately-severe"
    assert cows.band_for(Decimal(OPIOID.quiet_below - 1), "unknown").key == "none"
    assert ciwa.band_for(Decimal(ALCOHOL.provider_now_at), "unknown").key == "moderate"
    assert ciwa.band_for(Decimal(ALCOHOL.hospital_at), "unknown").key == "severe"
    assert ciwa.band_for(Decimal(ALCOHOL.hospital_at - 1), "unknown").key == "moderate"


@given(
    hours=st.floats(0, 400),
    low=st.integers(0, 48),
    more=st.integers(0, 19),
    substance=st.sampled_from([OPIOID, ALCOHOL, SEDATIVE]),
)
def test_a_worse_score_never_waits_longer_nor_calls_less(hours, low, more, substance) -> None:
    mild, worse = found(hours, low), found(hours, low + more)
    assert every(substance, worse) <= every(substance, mild)
    levels = [rules.decide(substance, OPENED, one, (), TABLE).level for one in (mild, worse)]
    assert rules.LEVELS.index(levels[1]) <= rules.LEVELS.index(levels[0])


@given(score=st.none() | st.integers(0, 67), signs=st.sets(st.sampled_from([s.id for s in TABLE.signs])))
def test_another_sign_never_quiets_a_check(score, signs) -> None:
    for substance in TABLE.substances.values():
        levels = [
            rules.LEVELS.index(rules.decide(substance, OPENED, found(1, score, s), (), TABLE).level)
            for s in ((), signs)
        ]
        assert levels[1] <= levels[0]
