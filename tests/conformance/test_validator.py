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


XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">'
R4 = "http://hl7.org/fhir/StructureDefinition/"


def told(words):
    return PATIENT | {"text": {"status": "generated", "div": f"{XHTML}{words}</div>"}}


def of_type(name, /, **parts):
    return {"resourceType": name, **parts}


# What a validator must refuse beside what the corpus has: by kind of fault.
FAULTS = {
    "narrative not closed": told("<p>a"),
    "narrative with an entity of nobody": told("&foo;"),
    "narrative with a video": told("<video>a</video>"),
    "oid": PATIENT | {"identifier": [{"system": "urn:oid:1.02.3", "value": "1"}]},
    "uuid": PATIENT | {"identifier": [{"system": "urn:uuid:12", "value": "1"}]},
    "extension by a word": PATIENT | {"extension": [{"url": "foo", "valueString": "a"}]},
    "language": PATIENT | {"language": "not a language"},
    "type of a reference": OBSERVATION | {"subject": {"reference": "Patient/1", "type": "Group"}},
    "id of an entry": of_type("Bundle", type="collection", entry=[{"fullUrl": "http://a.test/Patient/b", "resource": PATIENT}]),
    "vital sign of R4": OBSERVATION | {"meta": {"profile": [f"{R4}bp"]}},
    "imr-1": of_type("ImmunizationRecommendation", patient={"reference": "Patient/1"}, date="2026", recommendation=[{"forecastStatus": {"text": "a"}}]),
    "ppc-1": of_type("Consent", status="active", scope={"text": "a"}, category=[{"text": "a"}]),
    "inv-1": of_type("Parameters", parameter=[{"name": "a"}]),
    "fhs-1": of_type("FamilyMemberHistory", status="completed", patient={"reference": "Patient/1"}, relationship={"text": "a"}, ageString="5", bornString="a"),
    "grp-1": of_type("Group", type="person", actual=False, member=[{"entity": {"reference": "Patient/1"}}]),
    "mdd-1": of_type("MedicationDispense", status="completed", medicationCodeableConcept={"text": "a"}, whenPrepared="2026-02-02", whenHandedOver="2026-02-01"),
    "org-3": of_type("Organization", name="a", telecom=[{"system": "phone", "use": "home", "value": "1"}]),
    "que-7": of_type("Questionnaire", status="draft", item=[{"linkId": "1", "type": "string", "enableWhen": [{"question": "2", "operator": "exists", "answerString": "a"}]}, {"linkId": "2", "type": "string"}]),
    "age-1": OBSERVATION | {"extension": [{"url": "http://a.test/age", "valueAge": {"value": 5}}]},
    "cmd-1": of_type("ConceptMap", status="draft", group=[{"element": [{"target": [{"code": "a", "equivalence": "narrower"}]}]}]),
    "sdf-4": of_type("StructureDefinition", url="http://a.test/b", name="A", status="draft", kind="resource", abstract=False, type="Patient", differential={"element": [{"id": "Patient", "path": "Patient"}]}),
    "vsd-10": of_type("ValueSet", status="draft", expansion={"timestamp": "2026", "contains": [{"code": "a"}]}),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_the_corpus_does_not_have_is_found_too(name):
    judged = validate.read(json.dumps(FAULTS[name]))
    assert not judged.valid
    if "-" in name:
        assert any(f"({name})" in issue.text for issue in judged.issues), judged.issues


# Each of these is right, though it looks odd.
RIGHT = {
    "entities of HTML": told("a&nbsp;&eacute;&amp;b<br/>"),
    "language with a region": PATIENT | {"language": "es-US"},
    "extension in an extension": PATIENT | {"extension": [{"url": "http://a.test/b", "extension": [{"url": "c", "valueString": "d"}]}]},
    "id beside a primitive": PATIENT | {"birthDate": "2001", "_birthDate": {"id": "b"}},
    "oid": PATIENT | {"identifier": [{"system": "urn:oid:2.16.840.1.113883.4.1", "value": "1"}]},
    "entry by uuid": of_type("Bundle", type="collection", entry=[{"fullUrl": "urn:uuid:0198c0de-0000-7000-8000-00000000000f", "resource": PATIENT}]),
    "type of a reference": OBSERVATION | {"subject": {"reference": "Patient/1", "type": "Patient"}},
    "duration": OBSERVATION | {"extension": [{"url": "http://a.test/d", "valueDuration": {"value": 5, "code": "h", "system": "http://unitsofmeasure.org"}}]},
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_what_looks_odd_and_is_right_is_accepted(name):
    judged = validate.read(json.dumps(RIGHT[name]))
    assert judged.valid, judged.issues


def test_what_hl7_published_is_accepted(shared):
    """A slice of the definitions of R4 and US Core: each kind, the smaller ones."""
    import tarfile

    counts, wrong = Counter(), {}
    for package in ("hl7.fhir.r4.core-4.0.1.tgz", "hl7.fhir.us.core-6.1.0-no-examples.tgz"):
        with tarfile.open(shared / "corpora/defs" / package) as held:
            for member in sorted(held.getmembers(), key=lambda one: one.size):
                name = member.name.rpartition("/")[2]
                kind = name.partition("-")[0]
                plain = (
                    member.name.count("/") == 1 and name.endswith(".json") and kind != name and not name.startswith(".")
                )
                if not plain or counts[package, kind] >= 6 or member.size > 200_000:
                    continue
                counts[package, kind] += 1
                judged = validate.read(held.extractfile(member).read())
                # A few of them are wrong themselves: no base, another number of concepts than they have.
                odd = ("SearchParameter.base", "CodeSystem.count")
                if not judged.valid and judged.issues[0].expression not in odd:
                    wrong[name] = [(issue.expression, issue.text) for issue in judged.issues][:3]
    print(f"\ndefinitions: {sum(counts.values())} of {len(counts)} kinds, {len(wrong)} refused")
    assert len(counts) > 8
    assert not wrong


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
