"""An entry in words: each shape of value that an entry can hold, and nothing that only software reads."""

from decimal import Decimal
from typing import Any

import pytest

from throughcare.chart.views import told
from throughcare.kernel.fhir import LOCAL, coding, concept

NURSE = "0191d5f2-0000-7000-8000-000000000001"
OTHER = "0191d5f2-0000-7000-8000-000000000002"
NAMES = {NURSE: "Demo-Nurse, Ada", "urn:throughcare:questionnaire:phq-9|1": "PHQ-9"}
LONG = "2026-11-23T14:18:24.366846Z"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("entered-in-error", "Entered in error"),
        ("not_upheld", "Not upheld"),
        ("A well-known story, told twice", "A well-known story, told twice"),
        ("12", "12"),
        (LONG, "Mon 23 Nov 2026, 09:18"),
        ("2024-02-05", "5 Feb 2024"),
        (True, "Yes"),
        (False, "No"),
        (None, ""),
        (Decimal("0.50"), "0.50"),
        (
            {"value": Decimal("98.6"), "unit": "[degF]", "system": "http://unitsofmeasure.org", "code": "[degF]"},
            "98.6 °F",
        ),
        ({"value": Decimal(5), "unit": "mg/dL", "comparator": "<"}, "<5 mg/dL"),
        (concept(coding("http://snomed.info/sct", "195967001"), text="Asthma"), "Asthma"),
        (concept(coding("http://snomed.info/sct", "195967001")), "SNOMED CT 195967001"),
        (concept(coding(LOCAL, "sick-call")), "Sick call"),
        (concept(coding("http://loinc.org", "8480-6")), "Systolic"),
        ({"system": "urn:x", "code": "1", "display": "Never"}, "Never"),
        ({"reference": f"Practitioner/{NURSE}"}, "Demo-Nurse, Ada"),
        ({"reference": f"Encounter/{OTHER}"}, ""),
        ({"display": "SAMPLE LABORATORY"}, "SAMPLE LABORATORY"),
        ({"start": LONG}, "since Mon 23 Nov 2026, 09:18"),
        ({"start": LONG, "end": LONG}, "Mon 23 Nov 2026, 09:18 to Mon 23 Nov 2026, 09:18"),
        ({"system": "urn:throughcare:person", "value": "T0000961"}, "T0000961"),
        ({"use": "official", "family": "Test-Cooper", "given": ["Walter"]}, "Test-Cooper, Walter"),
        ({"status": "generated", "div": "<div><p>You can&#x27;t wait.</p></div>"}, "You can't wait."),
        ([{"text": "bottle"}, {"text": "phone"}], "bottle, phone"),
        ('{"kind":"passes"}', ""),
        ("urn:throughcare:code", ""),
    ],
)
def test_a_value_is_said_as_people_say_it(value: Any, said: str) -> None:
    assert told.say(value, NAMES) == said


def test_an_entry_is_said_part_by_part_under_the_names_of_the_pages() -> None:
    body = {
        "resourceType": "Condition",
        "id": OTHER,
        "clinicalStatus": concept(coding("http://terminology.hl7.org/CodeSystem/condition-clinical", "active")),
        "code": concept(text="Asthma"),
        "subject": {"reference": f"Patient/{OTHER}"},
        "recorder": {"reference": f"Practitioner/{NURSE}"},
        "stage": [{"summary": {"text": "mild"}}, {"summary": {"text": "worse"}}],
        "extension": [
            {"url": "urn:throughcare:extension:signed-at", "valueInstant": LONG},
            {"url": "urn:throughcare:extension:score", "extension": [{"url": "value", "valueDecimal": 13}]},
        ],
    }
    assert told.told(body, NAMES) == {
        "Status": "Active",
        "Problem": "Asthma",
        "Recorded by": "Demo-Nurse, Ada",
        "Summary": "mild",
        "Summary 2": "worse",
        "Signed at": "Mon 23 Nov 2026, 09:18",
        "Score: value": "13",
    }


def test_a_form_is_its_questions_with_their_answers() -> None:
    body = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": "urn:throughcare:questionnaire:phq-9|1",
        "item": [
            {"linkId": "a", "text": "Sleeps?", "answer": [{"valueBoolean": False}]},
            {
                "linkId": "g",
                "item": [{"linkId": "pain.where", "answer": [{"valueString": "Back"}, {"valueString": "Knee"}]}],
            },
            {"linkId": "empty", "text": "Not answered"},
        ],
    }
    assert told.told(body, NAMES) == {"Form": "PHQ-9", "Sleeps?": "No", "Pain.where": "Back, Knee"}


def test_a_note_is_its_words_under_their_headings() -> None:
    words = {"url": "urn:throughcare:extension:text", "valueString": "Slept."}
    body = {
        "resourceType": "Composition",
        "section": [{"extension": [words]}, {"title": "Plan", "text": {"div": "<p>Rest</p>"}}],
    }
    assert told.told(body, {}) == {"Words": "Slept.", "Plan": "Rest"}


def test_long_words_stand_each_by_themselves_and_short_ones_in_a_row() -> None:
    long, longer = "My back hurts since Monday, and I can't sleep.", "You were seen for your back. Keep moving."
    body = {"payload": [{"contentString": long}, {"contentString": longer}], "note": [{"text": "one"}, {"text": "two"}]}
    assert told.told(body, {}) == {"Words": long, "Words 2": longer, "Remark": "one, two"}


def test_what_nobody_worded_is_said_in_the_words_it_is_made_of() -> None:
    assert told.told({"resourceType": "Newer", "someThingNew": "a_code", "x-y": [{"deepPart": 1}]}, {}) == {
        "Some thing new": "A code",
        "Deep part": "1",
    }
    assert told.kind("SomeNewType") == "Some new type"
    assert told.told(None, {}) == {}
