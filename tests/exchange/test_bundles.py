"""FHIR of others: what is understood, what is left as it came, and that nothing is dropped silently."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from throughcare.exchange.bundles import entries, understand

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [
        {"system": "https://example.test/mrn", "value": "M1"},
        {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-00-0000"},
    ],
    "name": [{"use": "official", "family": "Sample-King", "given": ["Ann", "B"]}],
    "gender": "female",
    "birthDate": "1980-01-02",
    "communication": [{"language": {"coding": [{"code": "es-US"}]}}],
}
LOINC = {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]}


def about(kind, **parts):
    return {"resourceType": kind, "subject": {"reference": "Patient/p1"}, **parts}


def read(*resources):
    bundle = {"resourceType": "Bundle", "entry": [{"resource": one} for one in (PATIENT, *resources)]}
    return understand(entries(bundle))


def heart_rate(**parts):
    return about("Observation", status="final", code=LOINC, effectiveDateTime="2026-01-01T10:00:00Z", **parts)


def test_a_patient_is_understood_without_numbers_that_prove_nothing():
    patient = read().patients[0]
    assert (patient.family, patient.given, patient.middle, patient.sex) == ("Sample-King", "Ann", "B", "female")
    assert (patient.birth_date, patient.language) == (date(1980, 1, 2), "es")
    assert patient.numbers == (("https://example.test/mrn", "M1"),)


def test_a_measurement_keeps_its_digits():
    measured = (
        read(heart_rate(valueQuantity={"value": Decimal("72.50"), "unit": "/min"})).patients[0].facts.measurements
    )
    assert str(measured[0].value) == "72.50"


def test_parts_of_a_measurement_are_understood():
    part = {"code": LOINC, "valueQuantity": {"value": 120, "unit": "mm[Hg]"}}
    assert read(heart_rate(component=[part])).patients[0].facts.measurements[0].parts[0].value == 120


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (about("Claim"), "Claim: no place in the chart yet"),
        (about("Condition"), "Condition: names no problem"),
        (heart_rate(), "Observation: has no value that we can keep"),
        (heart_rate(valueQuantity={"value": 1}) | {"status": "preliminary"}, "Observation: is not final"),
        (heart_rate(valueQuantity={"value": 1}) | {"status": "entered-in-error"}, "Observation: entered in error where it came from"),
        (about("MedicationRequest", status="stopped"), "MedicationRequest: not taken any more"),
        ({"resourceType": "Condition", "code": LOINC}, "Condition: its patient is not among what came"),
    ],
)  # fmt: skip
def test_what_is_not_charted_is_named_with_its_reason(resource, reason):
    assert read(resource).left == {reason: 1}


def test_every_resource_is_either_charted_or_left():
    understood = read(about("Claim"), about("Condition", code=LOINC), heart_rate(), about("Goal"))
    assert sum(understood.charted.values()) + sum(understood.left.values()) == 5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["coding", "code", "value", "text", "x"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
KEYS = ["status", "code", "valueQuantity", "component", "clinicalStatus", "name", "identifier", "reaction", "category"]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(["Patient", "Observation", "Condition", "AllergyIntolerance", "MedicationRequest", "X"]), st.dictionaries(st.sampled_from(KEYS), JSON))  # fmt: skip
def test_any_shape_of_resource_is_read(kind, parts):
    understood = read({**about(kind), **parts})
    assert sum(understood.charted.values()) + sum(understood.left.values()) == 2
