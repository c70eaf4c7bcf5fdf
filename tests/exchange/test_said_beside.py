"""What a message says beside its errand: allergies, diagnoses, procedures, each before a clinician, once, and none charted by itself."""

from datetime import timedelta

import pytest

from tests.exchange.lab_messages import TAKEN, nm, oru
from tests.exchange.messages import Arrival, message
from throughcare.chart.models import Allergy, Condition, Report
from throughcare.custody.models import Facility
from throughcare.duties.models import Duty
from throughcare.exchange.documents import actions as documents
from throughcare.exchange.documents import messages
from throughcare.exchange.documents.models import Received, Said
from throughcare.exchange.models import Message
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.people.models import Person

pytestmark = pytest.mark.django_db
LUIS = Arrival(unit="A", cell="101", bed="1")
NURSE = Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN)
ALLERGY = "AL1|1|DA|7980^Penicillin G^RXNORM|SV|Hives~Swelling|20190501"
FOOD = "AL1|2|FA|^Peanuts||Rash|2020"
NONE = "AL1|1||NKA^No known allergies^L"
DIAGNOSIS = "DG1|1||E11.9^Type 2 diabetes mellitus^I10C||20240102|A"
WORDS = "DG1|2|||Back pain since a fall||W"
PROCEDURE = "PR1|1||44950^Appendectomy^C4||20150310"
INSURANCE = "IN1|1|PLAN1^Husky D|123|Sample Insurance||||G7||||20260101|||||||||||||||||||||||P-0001"


@pytest.fixture(autouse=True)
def _later():
    with clock.frozen(TAKEN + timedelta(hours=2)):
        yield


@pytest.fixture
def luis(take):
    take(message("A01", LUIS))
    return Person.objects.get()


def update(*extra, control_id="U1"):
    return message("A08", LUIS, control_id=control_id, sender="HOSPITAL|SAMPLE", extra=extra)


def test_each_waits_for_a_clinician_and_none_is_charted_by_itself(take, luis, client):
    kept = take(update(ALLERGY, FOOD, DIAGNOSIS, WORDS, PROCEDURE, INSURANCE))
    applied = Message.objects.get(id=kept.message_id)
    assert applied.status == "applied", applied.sentence
    assert not Allergy.objects.exists() and not Condition.objects.exists()
    doc = Received.objects.get()
    assert (doc.kind, doc.state, doc.title) == ("message", "open", "ADT^A08")
    items = [(one.kind, one.item["code"]["text"], one.item["since"]) for one in Said.objects.order_by("n")]
    assert items == [
        ("allergy", "Penicillin G", "2019-05-01"),
        ("allergy", "Peanuts", "2020"),
        ("problem", "Type 2 diabetes mellitus", "2024-01-02"),
        ("problem", "Back pain since a fall", ""),
        ("procedure", "Appendectomy", "2015-03-10"),
    ]
    assert Duty.objects.filter(rule="DOC-01", closed_at=None, person=luis).count() == 1
    client.post("/demo/become", {"role": "provider", "facility": str(Facility.objects.get(code="hartford").id)})
    page = client.get(f"/people/{luis.id}/outside/{doc.id}/").content.decode()
    for words in ("Said in a message", "Penicillin G", "Hives; Swelling", "Back pain since a fall", "Husky D"):
        assert words in page, words
    for one in Said.objects.filter(kind__in=("allergy", "problem")):
        documents.accept(actor=NURSE, person_id=luis.id, said_id=one.id, version=one.version)
    penicillin = Allergy.objects.get(code="7980")
    assert (penicillin.criticality, "Hives" in penicillin.reaction) == ("high", True)
    assert {c.code for c in Condition.objects.all()} == {"E11.9", ""}
    assert client.get(f"/people/{luis.id}/outside/{doc.id}/file/").content.startswith(b"MSH")


def test_what_a_sender_repeats_is_not_asked_again(take, luis):
    take(update(ALLERGY, DIAGNOSIS))
    take(update(ALLERGY, DIAGNOSIS, control_id="U2"))
    assert Received.objects.count() == 1
    take(update(ALLERGY, FOOD, DIAGNOSIS, control_id="U3"))
    said = sorted(one.item["code"]["text"] for one in Said.objects.all())
    assert said == ["Peanuts", "Penicillin G", "Type 2 diabetes mellitus"]


def test_that_none_is_known_can_not_become_an_allergy(take, luis):
    take(update(NONE))
    one = Said.objects.get()
    assert (one.item["negated"], one.state) == (True, "open")


def test_a_result_charts_its_lines_and_asks_about_its_diagnosis(take, luis):
    kept = take(oru(nm("4.2"), person=LUIS, extra=(DIAGNOSIS,)))
    applied = Message.objects.get(id=kept.message_id)
    assert Report.objects.get().status == "final"
    assert "1 put before a clinician" in applied.sentence
    assert "Diagnosis" not in " ".join(applied.left)
    assert Said.objects.get().kind == "problem"


def test_insurance_alone_is_named_as_kept_and_asks_nobody(take, luis):
    kept = take(oru(nm("4.2"), person=LUIS, extra=(INSURANCE,)))
    assert not Received.objects.exists()
    assert any("IN1" in one for one in Message.objects.get(id=kept.message_id).left)


def test_a_class_of_its_own_is_given_by_the_code(take, luis):
    take(update("DG1|1||B20^HIV disease^I10C||20240102|F"))
    assert Said.objects.get().data_class == "infection"


@pytest.mark.parametrize("segment", ["AL1", "AL1|1", "AL1|1|DA|", "DG1|x||^^^^^|", "PR1", "AL1|1|DA|^^I10|ZZ|~~|9999"])
def test_a_torn_segment_is_read_as_what_it_is(segment):
    said = messages.read(update(segment))
    assert len(said.items) == 1
    assert said.items[0].unknown == "UNK" or said.items[0].code.text


def test_a_sender_with_blanks_in_its_name_gives_a_resource_that_is_valid(take, luis):
    from throughcare.exchange.fhir import validate
    from throughcare.kernel.fhir import decode
    from throughcare.ledger.models import Version
    from throughcare.ledger.present import opened

    take(oru(nm("4.2"), person=LUIS, sender="MAIN LAB|ST. SAMPLE'S HOSPITAL"))
    version = Version.objects.get(type="DiagnosticReport")
    body = decode(opened(version.body, version.digest, (version.resource_id, version.subject), sealed=False))
    assert " " not in body["identifier"][0]["system"]
    assert [i.text for i in validate.validate(body) if i.severity == "error"] == []
