"""What is kept: QuestionnaireResponse with the wording seen, Observations with exact decimals, nothing that was not asked."""

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from throughcare.chart import forms

ZONE = ZoneInfo("America/New_York")
META = forms.Meta(
    id="r1",
    subject="Patient/p1",
    authored=datetime(2026, 11, 21, 22, tzinfo=UTC),
    author="Practitioner/n1",
    encounter="Encounter/e1",
)


def kept(name: str, lang: str = "en", **posted: object) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    form = forms.load(name)
    answers = forms.parse(form, {k.replace("__", "~").replace("_", "-"): v for k, v in posted.items()}, zone=ZONE)  # type: ignore[misc]
    score = forms.score(form, answers)
    meta = forms.Meta(**{**{s: getattr(META, s) for s in META.__slots__}, "lang": lang})
    numbers = itertools.count()
    return (
        forms.questionnaire_response(form, answers, score, meta=meta),
        forms.observations(form, answers, score, meta=meta, new_id=lambda: f"o{next(numbers)}"),
    )


def test_a_scored_instrument() -> None:
    response, found = kept("phq-2", phq_1="2", phq_2="1")
    assert response["questionnaire"] == "urn:throughcare:questionnaire:phq-2|1"
    assert response["status"] == "completed"
    assert response["item"][0] == {
        "linkId": "phq-1",
        "text": "Little interest or pleasure in doing things",
        "answer": [
            {
                "valueCoding": {
                    "system": "urn:throughcare:code:frequency",
                    "code": "2",
                    "display": "More than half the days",
                }
            }
        ],
    }
    assert len(found) == 1
    assert found[0]["code"]["coding"] == [{"system": "http://loinc.org", "code": "55758-7"}]
    assert found[0]["valueQuantity"]["value"] == Decimal(3)
    assert found[0]["interpretation"][0]["coding"][0]["code"] == "positive"
    assert found[0]["derivedFrom"] == [{"reference": "QuestionnaireResponse/r1"}]
    assert "display" not in found[0]["subject"]


def test_the_wording_is_that_of_the_language_used() -> None:
    response, _ = kept("phq-2", "es", phq_1="0", phq_2="0")
    assert response["language"] == "es"
    assert response["item"][0]["text"] == "Poco interés o placer en hacer las cosas"


def test_incomplete_gives_no_observation() -> None:
    response, found = kept("phq-9", phq_9="1")
    assert response["status"] == "in-progress" and found == []
    score = next(e for e in response["extension"] if e["url"].endswith(":score"))
    assert {"url": "status", "valueCode": "incomplete"} in score["extension"]


def test_triage_without_number_is_a_concept() -> None:
    _, found = kept("c-ssrs-screener", cssrs_1="LA32-8", cssrs_2="LA32-8", cssrs_6="LA32-8")
    assert found[0]["valueCodeableConcept"]["coding"][0]["code"] == "none"


def test_vital_signs_keep_their_digits() -> None:
    _, found = kept(
        "intake-receiving-screening",
        bp_systolic="118",
        bp_diastolic="76",
        temperature="98.60",
        weight="170",
        pulse="72",
    )
    assert [o["code"]["coding"][0]["code"] for o in found] == ["85354-9", "8867-4", "29463-7"]
    _, found = kept("intake-receiving-screening", temperature="98.0")
    quantity = found[0]["valueQuantity"]
    assert (str(quantity["value"]), quantity["code"]) == ("98.0", "[degF]")
    assert found[0]["category"][0]["coding"][0]["code"] == "vital-signs"


def test_blood_pressure_is_one_panel() -> None:
    _, found = kept("intake-receiving-screening", bp_systolic="118", bp_diastolic="76")
    assert len(found) == 1
    assert [c["valueQuantity"]["value"] for c in found[0]["component"]] == [118, 76]


def test_unable_is_kept_as_such() -> None:
    response, _ = kept("intake-receiving-screening", dental_pain__unable="refuses", dental_pain__note="angry")
    entry = response["item"][0]["item"][0]
    assert "answer" not in entry
    assert entry["extension"][0]["extension"] == [
        {"url": "reason", "valueCode": "refuses"},
        {"url": "note", "valueString": "angry"},
    ]
    assert entry["extension"][1]["valueCode"] == "asked-declined"
    response, _ = kept("phq-2", form__unable="intoxicated")
    assert response["status"] == "stopped" and "item" not in response


def test_what_is_not_asked_is_not_kept() -> None:
    response, _ = kept("intake-receiving-screening", can_be_pregnant="no", pregnancy=["pregnant"])
    assert "pregnancy" not in str(response)


def test_rows_repeat_their_group() -> None:
    form = forms.load("intake-receiving-screening")
    posted = {
        "takes-medicines": "yes",
        "medicine.drug:0": "A",
        "medicine.drug:1": "B",
        "medicine.last:1": "2026-11-20",
        "medicine.last:0": "2026-11-20 08:00",
    }
    answers = forms.parse(form, posted, zone=ZONE)
    response = forms.questionnaire_response(form, answers, meta=META)
    groups = [i for s in response["item"] for i in s["item"] if i["linkId"] == "medicine"]
    assert [g["item"][0]["answer"][0]["valueString"] for g in groups] == ["A", "B"]
    moments = [g["item"][1]["answer"][0]["valueDateTime"] for g in groups]
    assert moments == ["2026-11-20T08:00:00-05:00", "2026-11-20"]


@pytest.mark.parametrize("name", ["prea-risk"])
def test_counts_are_components(name: str) -> None:
    form = forms.load(name)
    posted = {i.link_id: "no" for i in form.walk() if i.kind == "boolean"} | {"prea-d-age": "yes"}
    _, found = kept(name, **{k.replace("-", "_"): v for k, v in posted.items()})
    assert [c["valueInteger"] for c in found[0]["component"]] == [0, 1]
    assert "interpretation" not in found[0]
