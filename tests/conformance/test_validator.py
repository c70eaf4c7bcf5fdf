"""What a validator must find: HL7's own cases, US Core's examples and Synthea's records, with their counts printed."""

import gzip
import json
from collections import Counter

import pytest

from throughcare.exchange.fhir import validate

# The same bytes stand in the corpus twice, once with a setting that lets a wrong id pass: the standard refuses it.
SAME_BYTES = {"contained-resource-bad-id-ignore"}


def cases(path):
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def test_the_reference_validators_verdicts_are_ours(shared):
    told, wrong = Counter(), []
    for case in cases(shared / "corpora/validator/r4_cases.jsonl.gz"):
        read = validate.read if case["format"] == "json" else validate.read_xml
        judged = read(case["text"])
        told[case["verdict"], "accepted" if judged.valid else "refused"] += 1
        differs = (case["verdict"] == "valid") != judged.valid and case["verdict"] != "other-invalid"
        if differs and case["name"] not in SAME_BYTES:
            wrong.append((case["name"], [issue.text for issue in judged.issues][:3]))
    print(f"\nvalidator corpus: {dict(told)}; apart: {sorted(SAME_BYTES)}")
    assert not wrong


def test_every_example_of_us_core_is_valid(shared):
    examples = cases(shared / "corpora/uscore_examples.jsonl.gz")
    wrong = {}
    for example in examples:
        judged = validate.read(json.dumps(example["resource"]))
        if not judged.valid:
            wrong[example["key"]] = [issue.text for issue in judged.issues][:3]
    print(f"\nUS Core: {len(examples)} examples, {len(wrong)} refused")
    assert len(examples) == 143
    assert not wrong


@pytest.mark.parametrize(
    "folder",
    [pytest.param("r4_2019", marks=pytest.mark.long), pytest.param("r4_uscore_hiv", marks=pytest.mark.long), ""],
)
def test_synthea_is_valid(shared, folder):
    folders = [folder] if folder else ["r4_2019", "r4_uscore_hiv"]
    paths = [path for one in folders for path in sorted((shared / "corpora/synthea" / one).glob("*.json.gz"))]
    paths = paths if folder else sorted(paths, key=lambda path: path.stat().st_size)[:4]
    entries = 0
    for path in paths:
        judged = validate.read(gzip.decompress(path.read_bytes()))
        assert judged.valid, (path.name, judged.issues[:3])
        entries += len(judged.resource["entry"])
    print(f"\n{folder or 'a few'}: {len(paths)} bundles, {entries} resources, all valid")


PATIENT = {"resourceType": "Patient", "id": "a"}
OBSERVATION = {"resourceType": "Observation", "status": "final", "code": {"text": "pulse"}}
BROKEN = {
    "unknown element": (PATIENT | {"nickname": "x"}, "Patient.nickname"),
    "code not of its set": (PATIENT | {"gender": "banana"}, "Patient.gender"),
    "id too long": (PATIENT | {"id": "a" * 65}, "Patient.id"),
    "two values": (OBSERVATION | {"valueString": "a", "valueInteger": 1}, "Observation.value[x]"),
    "empty element": (PATIENT | {"name": [{}]}, "Patient.name[0]"),
    "date": (PATIENT | {"birthDate": "2001-02-30"}, "Patient.birthDate"),
    "target of a reference": (OBSERVATION | {"subject": {"reference": "Medication/1"}}, "Observation.subject"),
    "reference to nothing": (OBSERVATION | {"subject": {"reference": "#x"}}, "Observation.subject"),
    "missing": ({"resourceType": "Observation", "status": "final"}, "Observation.code"),
    "absent and there": (
        OBSERVATION | {"valueInteger": 1, "dataAbsentReason": {"text": "x"}},
        "Observation.dataAbsentReason",
    ),
    "period": (
        PATIENT | {"name": [{"family": "A", "period": {"start": "2020", "end": "2019"}}]},
        "Patient.name[0].period",
    ),
    "status of an allergy": (
        {
            "resourceType": "AllergyIntolerance",
            "patient": {"reference": "Patient/1"},
            "clinicalStatus": {"text": "active"},
        },
        "AllergyIntolerance.clinicalStatus",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_named_with_its_place(name):
    resource, place = BROKEN[name]
    assert place in {issue.expression for issue in validate.validate(resource)}


US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"


@pytest.mark.parametrize(
    ("profile", "resource", "place"),
    [
        ("us-core-patient", PATIENT, "Patient"),
        ("us-core-patient", PATIENT | {"identifier": [{"value": "1"}]}, "Patient.identifier[0]"),
        ("us-core-blood-pressure", OBSERVATION, "Observation"),
        ("us-core-observation-lab", OBSERVATION | {"category": [{"text": "x"}]}, "Observation.category"),
        ("us-core-encounter", PATIENT, "Patient"),
        ("us-core-nothing", PATIENT, "Patient"),
    ],
)
def test_a_profile_is_held_to(profile, resource, place):
    found = validate.validate(resource, profile=US_CORE + profile)
    assert place in {issue.expression for issue in found}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "1",
        '"a"',
        "{}",
        '{"resourceType":1}',
        '{"resourceType":"Foo"}',
        "[" * 9999,
        b"\xff\xfe",
        "\x00",
    ],
)
def test_what_is_no_resource_is_refused_in_a_sentence(text):
    judged = validate.read(text)
    assert not judged.valid
    assert judged.issues[0].text


@pytest.mark.parametrize(
    "text",
    [
        "<a>",
        '<Patient xmlns="http://hl7.org/fhir"><nick value="a"/></Patient>',
        '<!DOCTYPE a [<!ENTITY b "c">]><Patient xmlns="http://hl7.org/fhir"><id value="&b;"/></Patient>',
        '<Banana xmlns="http://hl7.org/fhir"/>',
    ],
)
def test_xml_that_is_no_resource_is_refused(text):
    assert not validate.read_xml(text).valid


def test_decimals_keep_their_digits():
    read = validate.read(
        '{"resourceType":"Observation","status":"final","code":{"text":"K"},"valueQuantity":{"value":7.20}}'
    )
    assert str(read.resource["valueQuantity"]["value"]) == "7.20"
