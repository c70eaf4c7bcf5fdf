"""Kinds of fault that a validator must find beside those of the corpus: each with the element that is named, and what stays right."""

import json

import pytest

from throughcare.exchange.fhir import validate

US = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
HL7, LOINC, UCUM = "http://terminology.hl7.org/CodeSystem", "http://loinc.org", "http://unitsofmeasure.org"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
WORDS = {"text": "a"}


def of(kind, /, **parts):
    return {"resourceType": kind, **parts}


def to(kind):
    return {"reference": f"{kind}/1"}


def claims(name, /, **parts):
    return {"meta": {"profile": [US + name]}, **parts}


def coded(system, code):
    return {"coding": [{"system": system, "code": code}]}


def mmhg(code, value):
    return {
        "code": coded(LOINC, code),
        "valueQuantity": {"value": value, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"},
    }


def observation(**parts):
    return of("Observation", **{"status": "final", "code": WORDS, **parts})


def entry(resource, **parts):
    return of(
        "Bundle", type="collection", entry=[{"fullUrl": "http://a.test/Patient/a", "resource": resource, **parts}]
    )


def race(**coding):
    parts = [{"url": "ombCategory", "valueCoding": coding}, {"url": "text", "valueString": "x"}]
    return of("Patient", extension=[{"url": f"{US}race", "extension": parts}])


PRESSURE = claims(
    "blood-pressure", category=[coded(f"{HL7}/observation-category", "vital-signs")], code=coded(LOINC, "85354-9"),
    subject=to("Patient"), effectiveDateTime="2026-02-01", component=[mmhg("8480-6", 120), mmhg("8462-4", 80)],
)  # fmt: skip
LAB = claims(
    "observation-lab",
    category=[coded(f"{HL7}/observation-category", "laboratory")],
    subject=to("Patient"),
    valueString="a",
)
PULSE = PRESSURE | claims("heart-rate", code=coded(LOINC, "8867-4"))
ORDER = of("MedicationRequest", status="active", intent="order", medicationCodeableConcept=WORDS, subject=to("Patient"))
REPORT = of("DiagnosticReport", status="final", category=[WORDS], code=WORDS, subject=to("Patient"))
AGENT = {"status": "completed", "subject": to("Patient")}
COMPOSITION = of("Composition", id="c", status="final", type=WORDS, date="2026", author=[to("Practitioner")], title="x")
NPI = "http://hl7.org/fhir/sid/us-npi"

FAULTS = {
    "a year that is none": (of("Patient", birthDate="0000"), "Patient.birthDate", "error"),
    "only white space": (of("Patient", name=[{"family": " \t "}]), "Patient.name[0].family", "warning"),
    "content type": (of("Patient", photo=[{"contentType": "png", "data": "AAAA"}]), "Patient.photo[0].contentType", "error"),
    "two of one id": (
        observation(contained=[of("Patient", id="p"), of("Patient", id="p")], subject={"reference": "#p"}),
        "Observation.contained[1].id", "error",
    ),
    "a type without an id": (observation(subject={"reference": "Patient"}), "Observation.subject.reference", "warning"),
    "a type of nobody": (observation(subject={"reference": "Banana/1"}), "Observation.subject.reference", "warning"),
    "said to be another type": (observation(subject={"type": "Organization", "display": "x"}), "Observation.subject", "error"),
    "a part's value and the whole's": (
        observation(code=coded(LOINC, "1-8"), valueString="a", component=[{"code": coded(LOINC, "1-8"), "valueString": "b"}]),
        "Observation.component", "error",
    ),
    "a dose of less than": (
        ORDER | {"dosageInstruction": [{"doseAndRate": [{"doseQuantity": {"value": 5, "comparator": "<"}}]}]},
        "MedicationRequest.dosageInstruction[0].doseAndRate[0].doseQuantity", "error",
    ),
    "a task changed before it was asked for": (
        of("Task", status="draft", intent="order", authoredOn="2026-02-02", lastModified="2026-01-01T00:00:00Z"),
        "Task.lastModified", "error",
    ),
    "a race that is none": (race(system="urn:oid:2.16.840.1.113883.6.238", code="9999-9"), "Patient.extension[0].extension[0].valueCoding", "error"),
    "a part of another type": (
        of("Patient", extension=[{"url": f"{US}race", "extension": [{"url": "text", "valueCode": "x"}]}]),
        "Patient.extension[0].extension[0].valueCode", "error",
    ),
    "a sex that is none": (of("Patient", extension=[{"url": f"{US}birthsex", "valueCode": "X"}]), "Patient.extension[0].valueCode", "error"),
    "a profile that nobody knows": (of("Patient", meta={"profile": ["http://a.test/x"]}), "Patient.meta.profile[0]", "warning"),
    "a profile by a word": (of("Patient", meta={"profile": ["us-core-patient"]}), "Patient.meta.profile[0]", "error"),
    "an unknown profile of an entry": (
        entry(of("Patient", id="a", meta={"profile": ["http://a.test/x"]})), "Bundle.entry[0].resource.meta.profile[0]", "warning",
    ),
    "what a document is about does not come": (
        of("Bundle", type="document", identifier={"system": "urn:a", "value": "1"}, timestamp="2026-01-01T00:00:00Z",
           entry=[{"fullUrl": "http://a.test/Composition/c", "resource": {**COMPOSITION, "subject": to("Patient")}}]),
        "Bundle.entry[0].resource.subject", "error",
    ),
    "an entry of a section does not come": (
        of("Bundle", type="document", identifier={"system": "urn:a", "value": "1"}, timestamp="2026-01-01T00:00:00Z",
           entry=[{"fullUrl": "http://a.test/Composition/c",
                   "resource": {**COMPOSITION, "section": [{"title": "a", "entry": [to("Condition")]}]}}]),
        "Bundle.entry[0].resource.section[0].entry[0]", "error",
    ),
    "vs-1": (observation(**PRESSURE | {"effectiveDateTime": "2026"}), "Observation.effectiveDateTime", "error"),
    "vs-3": (observation(**PRESSURE | {"component": [mmhg("8480-6", 120), {"code": coded(LOINC, "8462-4")}]}), "Observation.component[1]", "error"),
    "the unit of a pulse": (
        observation(**PULSE, valueQuantity={"value": 5, "unit": "x", "system": UCUM, "code": "{beats}/min"}),
        "Observation.valueQuantity.code", "error",
    ),
    "us-core-1": (observation(**LAB, effectiveDateTime="2026-02"), "Observation.effectiveDateTime", "error"),
    "us-core-3": (
        observation(**{k: v for k, v in LAB.items() if k != "valueString"}, valueQuantity={"value": 5, "system": "http://a.test", "code": "x"}),
        "Observation", "error",
    ),
    "a result of a group": (observation(**LAB | {"subject": to("Group")}), "Observation.subject", "error"),
    "us-core-6": (
        of("DocumentReference", **claims("documentreference"), status="current", type=WORDS, category=[WORDS], subject=to("Patient"),
           content=[{"attachment": {"contentType": "text/plain"}}]),
        "DocumentReference.content[0].attachment", "error",
    ),
    "us-core-7": (of("Procedure", **claims("procedure"), **AGENT, code=WORDS), "Procedure", "error"),
    "us-core-8": (REPORT | claims("diagnosticreport-lab", issued="2026-01-01T00:00:00Z"), "DiagnosticReport", "error"),
    "us-core-9": (REPORT | claims("diagnosticreport-lab", effectiveDateTime="2026"), "DiagnosticReport", "error"),
    "us-core-10": (REPORT | claims("diagnosticreport-note"), "DiagnosticReport", "error"),
    "pd-1": (of("PractitionerRole", **claims("practitionerrole"), practitioner=to("Practitioner")), "PractitionerRole", "error"),
    "us-core-13": (of("PractitionerRole", **claims("practitionerrole"), telecom=[{"system": "phone", "value": "1"}]), "PractitionerRole", "error"),
    "us-core-14": (of("RelatedPerson", **claims("relatedperson"), active=True, patient=to("Patient")), "RelatedPerson", "error"),
    "us-core-15": (
        of("Coverage", **claims("coverage"), status="active", relationship=WORDS, beneficiary=to("Patient"), payor=[to("Organization")]),
        "Coverage", "error",
    ),
    "us-core-16": (of("Practitioner", **claims("practitioner"), name=[{"family": "A"}], identifier=[{"system": NPI, "value": "12"}]), "Practitioner.identifier[0]", "error"),
    "us-core-17": (of("Practitioner", **claims("practitioner"), name=[{"family": "A"}], identifier=[{"system": NPI, "value": "1234567890"}]), "Practitioner.identifier[0]", "error"),
    "us-core-20": (of("MedicationDispense", **claims("medicationdispense"), **AGENT, medicationCodeableConcept=WORDS), "MedicationDispense", "error"),
    "us-core-21": (ORDER | claims("medicationrequest"), "MedicationRequest", "error"),
}  # fmt: skip


def told(resource):
    """What `$validate` says of it."""
    judged = validate.read(json.dumps(resource))
    return [(one.expression, one.severity, one.text) for one in (*judged.issues, *validate.beside(judged.resource))]


@pytest.mark.parametrize("name", FAULTS)
def test_each_kind_of_fault_is_named_with_its_element(name):
    resource, place, severity = FAULTS[name]
    found = told(resource)
    assert (place, severity) in {(at, how) for at, how, _ in found}, found
    if name.startswith(("us-core-", "vs-", "pd-")):
        assert any(f"({name})" in words for _, _, words in found), found


RIGHT = {
    "a part that says why it has no value": observation(
        **PRESSURE | {"component": [mmhg("8480-6", 120), {"code": coded(LOINC, "8462-4"), "dataAbsentReason": WORDS}]}
    ),
    "a pulse in words": observation(**PULSE, valueString="regular"),
    "an extension for a name": of(
        "Patient", **claims("patient"), gender="male", identifier=[{"system": "http://a.test", "value": "1"}],
        name=[{"_family": {"extension": [{"url": ABSENT, "valueCode": "masked"}]}}],
    ),
    "a race that was asked": race(system=f"{HL7}/v3-NullFlavor", code="ASKU"),
    "a search for what is meant": observation(subject={"reference": "Patient?identifier=http://a.test|1"}),
    "an address elsewhere": observation(subject={"reference": "https://a.test/api/x?y=1"}),
    "somebody by number": observation(subject={"identifier": {"value": "1"}, "type": "Patient"}),
    "a version": observation(subject={"reference": "Patient/1/_history/2"}),
    "less than, where it may be": observation(valueQuantity={"value": 5, "comparator": "<"}),
    "one of less than to another": observation(valueRatio={"numerator": {"value": 1, "comparator": "<"}, "denominator": {"value": 2}}),
    "a content type with its characters": of("Patient", photo=[{"contentType": "text/plain; charset=utf-8", "data": "AAAA"}]),
    "an NPI": of("Practitioner", **claims("practitioner"), name=[{"family": "A"}], identifier=[{"system": NPI, "value": "1234567893"}]),
    "a task of one day": of("Task", status="draft", intent="order", authoredOn="2026-01-01", lastModified="2026-01-01T00:00:00Z"),
    "a document with what it is about": of(
        "Bundle", type="document", identifier={"system": "urn:a", "value": "1"}, timestamp="2026-01-01T00:00:00Z",
        entry=[
            {"fullUrl": "http://a.test/Composition/c", "resource": {**COMPOSITION, "subject": to("Patient"),
             "section": [{"title": "a", "entry": [{"reference": "urn:uuid:0198c0de-0000-7000-8000-00000000000f"}]}]}},
            {"fullUrl": "http://a.test/Patient/1", "resource": of("Patient", id="1")},
            {"fullUrl": "urn:uuid:0198c0de-0000-7000-8000-00000000000f",
             "resource": of("Observation", status="final", code=WORDS)},
        ],
    ),
    "R4's own name": of("Patient", meta={"profile": ["http://hl7.org/fhir/StructureDefinition/Patient"]}),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_what_may_be_is_not_complained_of(name):
    assert told(RIGHT[name]) == []


@pytest.mark.parametrize(
    ("first", "then", "broken"),
    [
        ("2026-02-02", "2026-02-01", True),
        ("2026-02-02", "2026-02", False),
        ("2026-02", "2026-02-02", False),
        ("2026-02-02T09:30:00Z", "2026-02", False),
        ("2026-02-02T09:30:00Z", "2026-02-02", False),
        ("2026-03", "2026-02-27T09:30:00Z", True),
        ("2026", "2025-12-31", True),
        ("2026-02-02T09:30:00Z", "2026-02-02T09:29:59Z", True),
        ("2026-02-02T01:00:00+05:00", "2026-02-01T23:00:00Z", False),
    ],
)
def test_times_told_less_exactly_break_no_order_that_they_do_not_tell(first, then, broken):
    """inv-1 of Task and mdd-1 of MedicationDispense: what one of the two does not say is unknown, and unknown is not wrong."""
    task = of("Task", status="draft", intent="order", authoredOn=first, lastModified=then)
    handed = of(
        "MedicationDispense",
        status="completed",
        medicationCodeableConcept=WORDS,
        whenPrepared=first,
        whenHandedOver=then,
    )
    for one, key in ((task, "inv-1"), (handed, "mdd-1")):
        assert any(key in issue.text for issue in validate.validate(one)) is broken
