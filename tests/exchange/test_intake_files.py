"""The file door: each kind of file by its content, everything kept, what can't be used listed, nothing taken twice."""

import base64
import gzip
import json
from datetime import timedelta

import pytest

from tests.exchange.messages import START, Arrival, message
from tests.exchange.test_roster import accused, sentenced
from throughcare.chart.models import Allergy, Condition, Encounter, HomeMedicine, Observation, Report
from throughcare.custody.models import Placement, Stay
from throughcare.duties.models import Duty
from throughcare.exchange import actions, intake_files
from throughcare.exchange.actions import FILE_DOOR
from throughcare.exchange.models import Imported, Message
from throughcare.kernel import clock
from throughcare.people.models import Identifier, Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]
LUIS = Arrival(unit="A", cell="101", bed="1")


@pytest.fixture(autouse=True)
def _later():
    with clock.frozen(START + timedelta(days=30)):
        yield


@pytest.fixture
def give(tmp_path):
    def run(content, name="file"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return intake_files.run([path])

    return run


def test_a_file_of_messages_is_received_one_by_one(give):
    batch = (
        b"FHS|^~\\&|x\rBHS|^~\\&|x\r"
        + message("A01", LUIS)
        + message("A02", LUIS.moved("YORK CI", "A"), control_id="C2")
    )
    report = give(batch + b"BTS|2\rFTS|1\r")
    assert report.sound, report.lines()
    assert Message.objects.filter(status="applied", door="file").count() == 2
    assert Placement.objects.get(until=None, cancelled=False).facility.code == "york"


def test_a_message_that_is_held_makes_the_report_unsound_and_is_kept(give):
    report = give(message("A02", LUIS))
    assert not report.sound
    assert "1 held" in report.lines()[0]
    assert Message.objects.count() == 1


def test_a_roster_admits_and_the_same_roster_changes_nothing(give):
    report = give(accused())
    assert report.sound, report.lines()
    assert Identifier.objects.get().value == "T0000001"
    assert Stay.objects.get().state == "open"
    again = give(accused())
    assert "1 as recorded" in again.lines()[0]
    assert Stay.objects.count() == 1


def test_a_roster_moves_whom_the_record_has_elsewhere_unless_they_moved_since(give):
    give(message("A01", LUIS))
    give(accused(facility="OSBORN CI").replace("11/02/2026", "11/05/2026"))
    assert Placement.objects.get(until=None, cancelled=False).facility.code == "osborn"
    give(accused(facility="CHESHIRE CI").replace("11/02/2026", "11/04/2026"))
    assert Placement.objects.get(until=None, cancelled=False).facility.code == "osborn"


def test_a_life_sentence_is_admitted_as_sentenced(give):
    from throughcare.custody.models import LegalStatus

    give(sentenced(end="", days="368897"))
    assert LegalStatus.objects.get().kind == "sentenced"


def test_published_rows_are_refused_and_nothing_of_them_is_kept(give):
    good = accused().split("\r\n")[1]
    report = give(accused(identifier="ZZHRWCLL") + good + "\r\n")
    assert not report.sound
    assert Person.objects.count() == 1
    assert b"ZZHRWCLL" not in bytes(Imported.objects.get().raw)
    assert "ZZHRWCLL" not in "".join(report.lines())


@pytest.mark.parametrize(
    "row",
    [
        accused(identifier="ZZHRWCLL", offense='"ASSAULT\r\nLEFT BEHIND"'),
        accused(identifier="ZZHRWCLL")[:-2] + ",LEFT BEHIND\r\n",
        accused(identifier="ZZHRWCLL", offense="LEFT BEHIND").replace(",", ";"),
        accused(identifier="ZZHRWCLL", offense="LEFT BEHIND").replace(",", "\t").encode("utf-16"),
    ],
)
def test_of_a_published_row_nothing_is_kept_however_it_is_written(give, row):
    assert not give(row).sound
    kept = bytes(Imported.objects.get().raw)
    assert b"FACILITY" in kept and b"ZZHRWCLL" not in kept and b"LEFT BEHIND" not in kept
    assert Person.objects.count() == 0


def test_a_row_that_can_not_be_used_is_listed_by_its_line(give):
    report = give(accused(facility="ATLANTIS"))
    assert not report.sound
    assert any("line 2" in line for line in report.lines())
    assert Person.objects.count() == 0


def bundle():
    def about(kind, **parts):
        return {"resource": {"resourceType": kind, "subject": {"reference": "urn:uuid:p"}, **parts}}

    code = {"coding": [{"system": "http://snomed.info/sct", "code": "38341003"}], "text": "Hypertension"}
    hiv = {"coding": [{"system": "http://snomed.info/sct", "code": "86406008"}], "text": "Human immunodeficiency virus"}
    active = {"coding": [{"code": "active"}]}
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": "urn:uuid:p",
                "resource": {
                    "resourceType": "Patient",
                    "identifier": [{"system": "https://example.test/mrn", "value": "M1"}],
                    "name": [{"family": "Sample-King", "given": ["Ann"]}],
                    "gender": "female",
                    "birthDate": "1980-01-02",
                },
            },
            about("Condition", code=code, clinicalStatus=active, onsetDateTime="2015-09-16"),
            about("Condition", code=hiv, clinicalStatus=active),
            about("AllergyIntolerance", code={"text": "Penicillin"}, clinicalStatus=active, criticality="high"),
            about("MedicationRequest", status="active", medicationCodeableConcept={"text": "Lisinopril 10 MG"}),
            about(
                "Observation",
                status="final",
                code={"coding": [{"system": "http://loinc.org", "code": "8302-2"}], "text": "Body height"},
                effectiveDateTime="2026-01-01T10:00:00Z",
                valueQuantity={"value": 165.79328975715327, "unit": "cm", "code": "cm"},
            ),
            about("Claim"),
        ],
    }


def test_a_bundle_becomes_chart_and_what_is_not_understood_is_kept_and_listed(give):
    report = give(gzip.compress(json.dumps(bundle()).encode()))
    assert report.sound, report.lines()
    assert any("1 Claim" in line for line in report.lines())
    assert (Allergy.objects.get().text, HomeMedicine.objects.get().text) == ("Penicillin", "Lisinopril 10 MG")
    assert dict(Condition.objects.values_list("text", "data_class")) == {
        "Hypertension": "clinical",
        "Human immunodeficiency virus": "infection",
    }
    assert str(Observation.objects.get().value) == "165.7933"
    assert Imported.objects.get().left == {"Claim: no place in the chart yet": 1}


def test_the_same_bundle_again_changes_nothing(give):
    for _ in range(2):
        report = give(json.dumps(bundle()))
    assert "came before" in report.lines()[0]
    assert (Person.objects.count(), Observation.objects.count()) == (1, 1)


def test_a_bundle_whose_import_was_stopped_after_it_was_kept_is_taken_up_again(give):
    """What is kept and not charted is not done: a second import does it, and a third changes nothing."""
    raw = json.dumps(bundle()).encode()
    actions.keep_file(actor=FILE_DOOR, raw=raw, name="stopped.json", kind="fhir")
    assert not Person.objects.exists()
    assert give(raw).sound
    assert (Imported.objects.count(), Observation.objects.count()) == (1, 1)
    assert "came before" in give(raw).lines()[0]


def test_where_charting_stops_nothing_of_it_stands_and_the_file_does(give, monkeypatch):
    """The facts and the word that the file is done come by one commit."""
    raw = json.dumps(bundle()).encode()

    def stopped(**_):
        raise ConnectionError("the machine went away")

    with monkeypatch.context() as patched, pytest.raises(ConnectionError):
        patched.setattr(actions, "say_of_file", stopped)
        give(raw)
    assert (Imported.objects.count(), Person.objects.count(), Observation.objects.count()) == (1, 0, 0)
    assert give(raw).sound
    assert (Imported.objects.count(), Person.objects.count(), Observation.objects.count()) == (1, 1, 1)


def test_visits_and_reports_of_others_are_charted_and_wait_for_nobody(give):
    document = bundle()
    about = {"subject": {"reference": "urn:uuid:p"}}
    visit = {
        "type": [{"text": "Well visit"}],
        "period": {"start": "2025-01-02T10:00:00Z", "end": "2025-01-02T10:30:00Z"},
    }
    words = base64.b64encode(b"No change.").decode()
    document["entry"] += [
        {"resource": {"resourceType": "Encounter", "status": "finished", **about, **visit}},
        {"resource": {"resourceType": "Encounter", "status": "planned", **about, **visit}},
        {
            "resource": {
                "resourceType": "DiagnosticReport",
                "status": "final",
                "code": {"text": "Chest film"},
                "effectiveDateTime": "2025-01-02T10:20:00Z",
                "presentedForm": [{"contentType": "text/plain; charset=utf-8", "data": words}],
                **about,
            }
        },
        {"resource": {"resourceType": "Immunization", "status": "completed", "patient": about["subject"]}},
    ]
    give(json.dumps(document))
    seen, report = Encounter.objects.get(), Report.objects.get()
    assert (seen.kind, seen.status) == ("Well visit", "finished")
    assert (report.text, report.words, report.outside) == ("Chest film", "No change.", True)
    assert not Duty.objects.filter(rule="LAB-01").exists(), "it was reviewed where it was made"
    left = Imported.objects.get().left
    assert left["Immunization: no place in the chart yet"] == 1
    assert left["Encounter: is not finished"] == 1


@pytest.fixture
def give_all(tmp_path):
    def run(*contents):
        paths = [tmp_path / f"part-{n}.ndjson" for n in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_text(content)
        return intake_files.run(paths)

    return run


def lines_of(*resources):
    return "\n".join(json.dumps(one) for one in resources)


def test_a_bulk_export_told_again_is_skipped_and_what_is_new_finds_its_patient(give_all):
    first, *rest = [entry["resource"] for entry in bundle()["entry"]]
    patient = {**first, "id": "p"}
    facts = [{**one, "subject": {"reference": "Patient/p"}} for one in rest]
    patients = lines_of(patient, {**patient, "id": "q", "identifier": [], "name": [{"family": "Sample-Queen"}]})
    give_all(patients)
    assert Person.objects.count() == 2
    again = give_all(patients)
    assert "came before" in again.lines()[0]
    assert Person.objects.count() == 2
    report = give_all(patients, lines_of(*facts))
    assert report.sound
    assert Person.objects.count() == 2
    assert {c.person_id for c in Condition.objects.all()} == {Person.objects.get(family="Sample-King").id}
    give_all(patients, lines_of(*facts))
    assert Observation.objects.count() == 1


@pytest.mark.parametrize(
    "content", [b"hello", b"{not json", b'{"a": 1}', b"", b"\x1f\x8bxx", b"[" * 5000, b'{"resourceType":' * 3]
)
def test_what_is_nothing_we_know_is_a_sentence_and_no_failure(give, content):
    report = give(content)
    assert not report.sound
    assert len(report.lines()) == 1


def test_a_folder_of_others_bundles_is_taken_in(shared, tmp_path):
    paths = sorted((shared / "corpora/synthea/r4_2019").glob("*.json.gz"))[:3]
    report = intake_files.run(paths)
    print("\n", *report.lines(), sep="\n")
    assert report.sound
    assert Person.objects.count() == 3
    assert Observation.objects.count() > 100
