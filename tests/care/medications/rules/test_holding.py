"""Hold parameters: limits at their edges, old values, strict JSON."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from throughcare.care.medications.rules import holding
from throughcare.care.medications.rules.holding import Parameter, Reading

NOW = datetime(2026, 11, 21, 13, tzinfo=UTC)
BODY = [
    {"measure": "pulse", "minutes": 60, "below": "50"},
    {"measure": "glucose", "minutes": 30, "below": "70", "above": "400"},
]
BOTH = holding.from_json(BODY)


@pytest.mark.parametrize(
    ("value", "answer"),
    [("temperature 38,5", "hold"), ("temperature 38.5", "hold"), ("temperature 38,3", "give"), ("38,5", "hold"), ("temperature 37, pulse 88", "give")],
)  # fmt: skip
def test_a_decimal_comma_is_no_end_of_a_number(value: str, answer: str) -> None:
    warm = holding.from_json([{"measure": "temperature", "minutes": 60, "above": "38.3"}])
    assert str(holding.judge(warm, holding.values_in(warm, {"value": value}, NOW), NOW).answer) == answer


def reading(measure: str, value: float, minutes: float = 5) -> Reading:
    return Reading(measure, Decimal(str(value)), NOW - timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("readings", "answer", "codes"),
    [
        ([reading("pulse", 50), reading("glucose", 70)], "give", []), ([reading("pulse", 49), reading("glucose", 70)], "hold", ["hold_pulse"]),
        ([reading("pulse", 50), reading("glucose", 69.9)], "hold", ["hold_glucose"]), ([reading("pulse", 50), reading("glucose", 400)], "give", []),
        ([reading("pulse", 50), reading("glucose", 401)], "hold", ["hold_glucose"]), ([reading("pulse", 50)], "measure", ["measure_glucose"]),
        ([], "measure", ["measure_pulse", "measure_glucose"]), ([reading("pulse", 49)], "hold", ["hold_pulse"]),
        ([reading("pulse", 60, 60), reading("glucose", 100, 30)], "give", []), ([reading("pulse", 60, 61), reading("glucose", 100)], "measure", ["measure_pulse"]),
        ([reading("pulse", 60), reading("glucose", 100, 31)], "measure", ["measure_glucose"]),
        ([reading("pulse", 49, 20), reading("pulse", 55, 5), reading("glucose", 100)], "give", []),
        ([reading("pulse", 60, -1), reading("glucose", 100)], "measure", ["measure_pulse"]),
    ],
)  # fmt: skip
def test_values_at_their_edges(readings: list[Reading], answer: str, codes: list[str]) -> None:
    found = holding.judge(BOTH, readings, NOW)
    assert str(found.answer) == answer
    assert [f.code for f in found.findings] == codes
    assert all(f.text.en and f.text.es for f in found.findings)


def test_no_parameters_hold_nothing() -> None:
    assert holding.judge((), [], NOW).answer == "give"
    assert holding.words(()) == ""


def test_words_and_json() -> None:
    assert holding.words(BOTH) == "Hold if pulse below 50, glucose below 70, glucose above 400"
    assert holding.words(BOTH, "es") == "No dar si pulso menor de 50, glucosa menor de 70, glucosa mayor de 400"
    assert holding.from_json(holding.to_json(BOTH)) == BOTH
    (finding,) = holding.judge([Parameter("pulse", Decimal(50))], [reading("pulse", 48)], NOW).findings
    assert finding.text.en == "Pulse is 48: hold if pulse below 50."


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("pulse", "must be a list"), ([{"measure": "mood", "below": "3"}], "[mood] isn't measured"), ([{"measure": "pulse"}], "no limit"),
        ([{"measure": "pulse", "below": "x"}], "no limit. Write"), ([{"measure": "pulse", "below": 0.5}], "no limit. Write"),
        ([{"measure": "pulse", "below": "60", "above": "50"}], "every dose"), ([{"measure": "pulse", "below": "50", "age": 3}], "nothing else"),
        ([{"measure": "pulse", "below": "50", "minutes": 0}], "[0] minutes old"), ([{"measure": "pulse", "below": "50", "minutes": "9"}], "no whole number"),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_refused(body: object, sentence: str) -> None:
    with pytest.raises(holding.HoldError) as refused:
        holding.from_json(body)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Hold if pulse < 50", [("pulse", "50", None)]),
        ("hold for HR<60", [("pulse", "60", None)]),
        ("heart rate less than 55", [("pulse", "55", None)]),
        ("pulse ≤ 50", [("pulse", "51", None)]),
        ("SBP < 100 or HR < 50", [("systolic", "100", None), ("pulse", "50", None)]),
        ("BP below 100; pulse under 50", [("systolic", "100", None), ("pulse", "50", None)]),
        ("blood sugar under 70", [("glucose", "70", None)]),
        ("glucose < 70 or > 400", [("glucose", "70", None), ("glucose", None, "400")]),
        ("RR lower than 12, SpO2 < 92", [("respiration", "12", None), ("saturation", "92", None)]),
        ("temp > 38.5", [("temperature", None, "38.5")]),
        ("pulso menor de 50", [("pulse", "50", None)]),
        ("sedated", []),
        ("hrx < 50", []),
    ],
)
def test_what_a_prescriber_writes_is_read(said: str, found: list[tuple[str, str | None, str | None]]) -> None:
    read = [(p.measure, p.below, p.above) for p in holding.read(said)]
    assert read == [(m, below and Decimal(below), above and Decimal(above)) for m, below, above in found]


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("pulse < 50; SBP < 100", True), ("HR < 50 or SBP < 100", True), ("pulse < 50 or sedated", False),
        ("glucose < 70 or > 400", True), ("< 50", False), ("dizzy", False), ("", False),
    ],
)  # fmt: skip
def test_what_is_not_read_whole_is_for_the_nurse_to_think_of(said: str, whole: bool) -> None:
    assert holding.understood(said) is whole


def test_values_are_read_by_their_names_or_alone() -> None:
    both = holding.of_order(["pulse < 50; SBP < 100"])
    for detail, expected in (
        ({"value": "pulse 62, systolic 95"}, {"pulse": 62, "systolic": 95}),
        ({"value": "HR 62 BP 95/60"}, {"pulse": 62, "systolic": 95}),
        ({"value": "62"}, {}),
        ({"value": "well"}, {}),
    ):
        assert {r.measure: int(r.value) for r in holding.values_in(both, detail, NOW)} == expected
    alone = holding.of_order([{"measure": "glucose", "below": "70"}, "glucose > 400"])
    assert [(p.below, p.above) for p in alone] == [(Decimal(70), Decimal(400))]
    for detail in ({"glucose": "88"}, {"value": "88"}, {"value": "sugar 88"}):
        assert [int(r.value) for r in holding.values_in(alone, detail, NOW)] == [88]
