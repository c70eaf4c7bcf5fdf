"""Resources of servers that nobody here has met: what they say is charted as they mean it, or is left as it came with the reason."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from throughcare.chart.models import Allergy
from throughcare.exchange import bundles, intake_files
from throughcare.exchange.fhir import validate
from throughcare.exchange.resource_parts import birth_of, coded, moment_of

LOINC, SNOMED, ICD = "http://loinc.org", "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm"
OWN = "urn:oid:1.2.840.114350.1.13.0.1.7.2.768282"


def read(one):
    facts = bundles.Facts()
    return bundles.read_into(one["resourceType"], one, facts, {}), facts


def observation(**more):
    code = {"coding": [{"system": OWN, "code": "77"}, {"system": LOINC, "code": "20447-9"}], "text": "HIV RNA"}
    return {"resourceType": "Observation", "status": "final", "code": code, "effectiveDateTime": "2026-02-07", **more}


VALUES = [
    # Fewer than twenty is not twenty.
    ({"valueQuantity": {"value": 20, "comparator": "<", "code": "{copies}/mL"}}, (Decimal(20), "<", "{copies}/mL", "")),
    ({"valueQuantity": {"value": Decimal("7.40"), "code": "[pH]"}}, (Decimal("7.40"), "", "[pH]", "")),
    ({"valueQuantity": {"value": Decimal("165.793312"), "code": "cm"}}, (Decimal("165.7933"), "", "cm", "")),
    # What the chart's number has no room for keeps its digits as words.
    ({"valueQuantity": {"value": Decimal("0.000123"), "unit": "g"}}, (None, "", "", "0.000123 g")),
    ({"valueQuantity": {"value": Decimal("1E+12"), "comparator": ">", "unit": "x"}}, (None, "", "", ">1E+12 x")),
    ({"valueRange": {"low": {"value": 5}, "high": {"value": 10, "unit": "/HPF"}}}, (None, "", "", "5-10 /HPF")),
    ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, (None, "", "", "1:128")),
    ({"valueCodeableConcept": {"coding": [{"code": "260385009", "display": "Negative"}]}}, (None, "", "", "Negative")),
    ({"valueInteger": 3}, (None, "", "", "3")),
]


@pytest.mark.parametrize(("said", "kept"), VALUES)
def test_a_value_keeps_its_comparator_its_digits_and_its_unit(said, kept):
    why, facts = read(observation(**said))
    (one,) = facts.measurements
    assert why == "" and (one.value, one.comparator, one.unit, one.words) == kept
    assert (one.code.system, one.code.code) == (LOINC, "20447-9"), (
        "a code that others know, though the sender's stands first"
    )


STATES = [
    # Releases before R4 write a bare code; some write only words, or their own code before HL7's.
    ({"clinicalStatus": "active", "verificationStatus": "confirmed"}, "active"),
    ({"clinicalStatus": "resolved"}, "resolved"),
    ({"clinicalStatus": "active", "verificationStatus": "refuted"}, ""),
    ({"clinicalStatus": "active", "verificationStatus": "entered-in-error"}, ""),
    ({"clinicalStatus": {"text": "Resolved"}}, "resolved"),
    ({"verificationStatus": {"text": "Entered in error"}}, ""),
    ({"clinicalStatus": {"text": "sort of"}}, ""),
    (
        {
            "clinicalStatus": {
                "coding": [
                    {"system": OWN, "code": "7"},
                    {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "resolved"},
                ]
            }
        },
        "resolved",
    ),
    (
        {
            "verificationStatus": {
                "coding": [
                    {"system": OWN, "code": "7"},
                    {"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "refuted"},
                ]
            }
        },
        "",
    ),
]


@pytest.mark.parametrize(("said", "status"), STATES)
@pytest.mark.parametrize("kind", ["Condition", "AllergyIntolerance"])
def test_what_is_over_or_refuted_is_never_charted_as_going_on(kind, said, status):
    why, facts = read({"resourceType": kind, "code": {"text": "Gout"}, **said})
    assert [one.status for one in (*facts.problems, *facts.allergies)] == ([status] if status else [])
    assert bool(why) == (not status)


@pytest.mark.parametrize(
    ("said", "dose"),
    [
        ({"text": "1 tablet"}, "1 tablet"),
        ({"text": "1 tablet", "asNeededBoolean": False}, "1 tablet"),
        ({"text": "1 tablet", "asNeededBoolean": True}, "1 tablet as needed"),
        ({"text": "1 tablet PRN pain", "asNeededBoolean": True}, "1 tablet PRN pain"),
        ({"text": "1 tablet", "asNeededCodeableConcept": {"text": "Pain"}}, "1 tablet as needed (Pain)"),
        ({"asNeededBoolean": True}, "as needed"),
    ],
)
def test_what_is_taken_as_needed_says_so(said, dose):
    one = {"resourceType": "MedicationRequest", "status": "active", "medicationCodeableConcept": {"text": "X"}}
    assert [found.dose for found in read({**one, "dosageInstruction": [said]})[1].medicines] == [dose]


@pytest.mark.parametrize("said", [{"taken": "n"}, {"wasNotTaken": True}])
def test_a_medicine_that_is_not_taken_is_no_medicine_of_theirs(said):
    one = {"resourceType": "MedicationStatement", "status": "active", "medicationCodeableConcept": {"text": "X"}}
    assert read(one)[1].medicines
    why, facts = read({**one, **said})
    assert why and not facts.medicines


WHEN = [
    ({"effectiveDateTime": "2026-02-07T10:00:00-05:00"}, datetime(2026, 2, 7, 15, tzinfo=UTC)),
    ({"effectiveDateTime": "2026-02-07T15:00:00.123Z"}, datetime(2026, 2, 7, 15, 0, 0, 123000, tzinfo=UTC)),
    ({"effectiveInstant": "2026-02-07T15:00:00Z"}, datetime(2026, 2, 7, 15, tzinfo=UTC)),
    ({"effectivePeriod": {"start": "2026-02-07T15:00:00Z"}}, datetime(2026, 2, 7, 15, tzinfo=UTC)),
    # A day alone is that day here, not the evening before.
    ({"effectiveDateTime": "2026-02-07"}, datetime(2026, 2, 7, 17, tzinfo=UTC)),
    ({"effectiveDateTime": "2026-07-07"}, datetime(2026, 7, 7, 16, tzinfo=UTC)),
]


@pytest.mark.parametrize(("said", "at"), WHEN)
def test_when_it_was_is_read_from_each_form_that_it_may_have(said, at):
    one = observation(valueInteger=1) | said
    if "effectiveDateTime" not in said:
        del one["effectiveDateTime"]
    assert read(one)[1].measurements[0].at == at


@pytest.mark.parametrize("said", ["2026", "2026-02", "", "yesterday", None, 7])
def test_a_month_or_a_year_is_no_moment(said):
    assert moment_of(said) is None
    assert read(observation(valueInteger=1, effectiveDateTime=said))[0] == "does not say when"


@pytest.mark.parametrize(
    ("said", "day", "estimated"),
    [("1990-02-14", date(1990, 2, 14), False), ("1990-02", date(1990, 2, 1), True), ("1990", date(1990, 1, 1), True),
     (None, None, False), ("1850", None, True), ("90-02-14", None, False)],
)  # fmt: skip
def test_a_birth_of_which_only_the_year_is_known_is_kept_as_an_estimate(said, day, estimated):
    assert birth_of(said) == (day, estimated)
    patient = bundles.patient_of({"resourceType": "Patient", "birthDate": said})
    assert (patient.birth_date, patient.birth_date_estimated) == (day, estimated)


def test_the_code_that_labels_go_by_is_found_behind_the_senders_own():
    concept = {"coding": [{"system": OWN, "code": "1"}, {"system": ICD, "code": "B20"}], "text": "A long-term illness"}
    assert (coded(concept).system, coded(concept).code, coded(concept).text) == (ICD, "B20", "A long-term illness")


MODIFIED = [
    {"modifierExtension": [{"url": "http://example.org/not", "valueBoolean": True}]},
    {"referenceRange": [{"modifierExtension": [{"url": "http://example.org/not"}]}]},
]


@pytest.mark.parametrize("said", MODIFIED)
def test_what_changes_the_meaning_in_a_way_that_we_do_not_know_keeps_it_out_of_the_chart(said):
    why, facts = read(observation(valueInteger=1, **said))
    assert "changes its meaning" in why and not facts.any
    assert read(observation(valueInteger=1, modifierExtension=[]))[0] == ""


def test_a_medicine_may_travel_inside_the_request():
    one = {
        "resourceType": "MedicationRequest", "status": "active", "intent": "order", "medicationReference": {"reference": "#m"},
        "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Amlodipine 5 mg"}}],
    }  # fmt: skip
    why, facts = read(one)
    assert why == "" and facts.medicines[0].code.text == "Amlodipine 5 mg"


PATIENT = b'{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:oid:9.9","value":"X-1"}],"name":[{"family":"Sample-Line"}]}'
ALLERGY = b'{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/p"},"code":{"text":"Latex"}}'
FILES = {
    "a mark of the encoding, empty lines, other ends": (b"\xef\xbb\xbf" + PATIENT + b"\r\n\r\n" + ALLERGY + b"\r\n", 0),
    "cut off at its end": (PATIENT + b"\n" + ALLERGY + b"\n" + ALLERGY[:40], 1),
    "the first line broken": (b"{broken\n" + PATIENT + b"\n\n" + ALLERGY + b"\n", 1),
    "UTF-16": ((PATIENT + b"\r\n" + ALLERGY + b"\r\n").decode().encode("utf-16"), 0),
    "one broken line among good ones": (PATIENT + b"\n{broken}\n" + ALLERGY + b"\n", 1),
}


@pytest.mark.django_db
@pytest.mark.parametrize("how", FILES)
def test_an_export_of_lines_is_read_line_by_line(places, tmp_path, how):
    raw, broken = FILES[how]
    path = tmp_path / "export.ndjson"
    path.write_bytes(raw)
    report = intake_files.run([path])
    assert [a.text for a in Allergy.objects.all()] == ["Latex"], report.lines()
    assert sum("can't be read as JSON" in line for line in report.lines()) == broken
    assert report.sound == (not broken)


@pytest.mark.parametrize("unseen", ["\\u0001", "\\b", "\\f", "\\u001F"])
def test_no_string_holds_characters_that_nobody_sees(unseen):
    told = validate.read(f'{{"resourceType":"Patient","name":[{{"family":"a{unseen}b"}}]}}')
    assert [(one.expression, one.severity) for one in told.issues] == [("Patient.name[0].family", "error")]
    assert validate.read(r'{"resourceType":"Patient","name":[{"family":"C:\\bin \t \u00e9"}]}').valid
