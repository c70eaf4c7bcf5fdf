"""What a document says beside the chart: into it by a person, known already, left out; taken back; seen by who may."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from tests.exchange.documents.pages import ICD10, RESULT, document, problem, section, whole
from throughcare.chart import actions as chart
from throughcare.chart.models import Allergy, Condition, HomeMedicine, Immunization, Observation
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.duties.models import Duty
from throughcare.exchange.documents import actions, whose
from throughcare.exchange.documents.models import Received, Said
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger.models import Current
from throughcare.people import actions as people
from throughcare.people.reads import NUMBER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]
FEED = Actor.feed("custody feed")
NURSE = Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN)
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _then():
    with clock.frozen(AT):
        yield


@pytest.fixture
def luis():
    who = people.Demographics(family="Sample-Ortiz", given="Luis", birth_date=datetime(1990, 2, 14).date(), sex="male", synthetic=True)  # fmt: skip
    person = people.register(actor=FEED, demographics=who, numbers=[people.Number(NUMBER, "T0000001")], source="test")
    place = Facility.objects.get(code="hartford").id
    custody.admit(actor=FEED, person_id=person, to=custody.Spot(place), happened_at=AT - timedelta(days=3))
    return person


def take(*sections, **more):
    raw = document(*(sections or whole()), root=whose.OWN_ROOT, **more)
    return Received.objects.get(id=actions.receive(actor=NURSE, raw=raw).id)


def said(row, kind):
    return Said.objects.get(document=row, kind=kind)


def accept(row, luis, actor=NURSE):
    return actions.accept(actor=actor, person_id=luis, said_id=row.id, version=row.version)


def become(role="rn"):
    client = Client()
    place = str(Facility.objects.get(code="hartford").id)
    assert client.post("/demo/become", {"role": role, "facility": place}).status_code == 302
    return client


def test_each_kind_becomes_chart_by_the_charts_own_actions(luis):
    document = take()
    for row in document.items.all():
        assert accept(row, luis) == "accepted", row.kind
    condition = Condition.objects.get()
    assert (condition.text, condition.verification, condition.source) == (
        "Essential hypertension", "unconfirmed", "Sample Hospital",
    )  # fmt: skip
    assert Allergy.objects.get().text == "Penicillin G"
    medicine = HomeMedicine.objects.get()
    assert (medicine.code, medicine.dose) == ("314076", "1, by mouth, every 24 h")
    assert not Immunization.objects.get().primary
    result = Observation.objects.get(category="laboratory")
    assert (str(result.value.normalize()), result.unit, result.remark) == ("8.1", "%", "From Sample Hospital")
    assert Current.objects.filter(type="Procedure", person_id=luis).count() == 1
    document.refresh_from_db()
    assert document.state == "done"
    assert not Duty.objects.filter(rule="DOC-01", closed_at=None).exists()
    assert Duty.objects.filter(rule="INT-04-DECIDE", closed_at=None, ref=medicine.id).exists()


def test_a_methadone_from_outside_opens_the_opioid_clock(luis):
    from tests.exchange.documents.pages import MEDICINE

    row = said(take(section("10160-0", "1.1", "Medications", MEDICINE.format(code="864706", text="methadone hydrochloride 10 MG Oral Tablet"))), "medicine")  # fmt: skip
    accept(row, luis)
    assert Duty.objects.filter(rule="MOU-01-DECIDE", closed_at=None).exists()
    assert not Duty.objects.filter(rule="INT-04-DECIDE", closed_at=None).exists()


def test_what_the_chart_has_is_not_charted_twice(luis):
    chart.add_condition(
        actor=NURSE, person_id=luis, text="Hypertension", system="http://snomed.info/sct", code="59621000"
    )
    row = said(take(), "problem")
    assert accept(row, luis) == "known"
    assert Condition.objects.count() == 1


@pytest.mark.parametrize("more", [' negationInd="true"'])
def test_what_is_denied_can_not_be_charted(luis, more):
    row = said(take(section("11450-4", "5.1", "Problems", problem(more=more))), "problem")
    with pytest.raises(Invalid):
        accept(row, luis)
    assert not Condition.objects.exists()


@pytest.mark.parametrize(("at", "words"), [("2026", "on which day"), ("20270101", "lies ahead")])
def test_a_result_without_a_day_or_of_tomorrow_is_charted_by_hand(luis, at, words):
    entry = RESULT.format(code="4548-4", text="Hemoglobin A1c", at=at, type="PQ", value='value="8.1" unit="%"')
    row = said(take(section("30954-2", "3.1", "Results", entry)), "result")
    with pytest.raises(Invalid, match=words):
        accept(row, luis)


def test_a_decision_is_taken_back_with_what_it_charted(luis):
    document = take()
    row = said(document, "allergy")
    accept(row, luis)
    row.refresh_from_db()
    actions.reopen(actor=NURSE, person_id=luis, said_id=row.id, version=row.version)
    assert Allergy.objects.get().status == "entered-in-error"
    row.refresh_from_db()
    assert row.state == "open"


def test_left_out_takes_a_reason_and_another_person_or_page_is_refused(luis):
    row = said(take(), "problem")
    with pytest.raises(Invalid):
        actions.reject(actor=NURSE, person_id=luis, said_id=row.id, version=row.version, why="")
    with pytest.raises(Stale):
        actions.reject(actor=NURSE, person_id=uuid4(), said_id=row.id, version=row.version, why="not_so")
    with pytest.raises(Stale):
        actions.reject(actor=NURSE, person_id=luis, said_id=row.id, version=row.version + 1, why="not_so")
    actions.reject(actor=NURSE, person_id=luis, said_id=row.id, version=row.version, why="other", words="As seen")
    row.refresh_from_db()
    assert (row.state, row.why) == ("rejected", "other: As seen")


def test_what_comes_from_a_protected_document_is_labelled(luis):
    notice = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
    row = said(take(section("11450-4", "5.1", "Problems", problem(), text=notice)), "problem")
    accept(row, luis)
    from throughcare.access.labels import names_of

    entry = Current.objects.get(type="Condition", person_id=luis)
    assert "NORDSCLCD" in names_of(entry.labels)


# --- pages -----------------------------------------------------------------------------------------------------------------


def test_the_page_shows_each_item_beside_the_chart_and_charts_what_is_accepted(luis):
    chart.add_allergy(actor=NURSE, person_id=luis, text="Penicillin G")
    document = take()
    nurse, address = become(), f"/people/{luis}/outside/{document.id}/"
    page = nurse.get(address).content.decode()
    assert page.count("Into the chart") >= 6
    assert "In the chart:" in page
    assert "Mark it as known" in page
    row = said(document, "problem")
    about = {"intent": str(uuid7()), "said": str(row.id), "version": row.version}
    answer = nurse.post(address, {**about, "verb": "accept"})
    assert answer.status_code == 303
    assert "#item-" in answer["Location"]
    assert Condition.objects.get().text == "Essential hypertension"
    assert "Undo" in nurse.get(address).content.decode()
    assert nurse.post(f"/people/{luis}/outside/items/{row.id}/undo/", {"intent": str(uuid7())}).status_code == 303
    assert Condition.objects.get().status == "entered-in-error"


def test_a_reason_is_asked_and_what_was_typed_stays(luis):
    document = take()
    row = said(document, "problem")
    about = {"intent": str(uuid7()), "said": str(row.id), "version": row.version, "verb": "reject", "words": "no &c"}
    answer = become().post(f"/people/{luis}/outside/{document.id}/", about)
    assert answer.status_code == 422
    assert "no &amp;c" in answer.content.decode()


def test_all_that_is_known_is_marked_by_one_deliberate_click(luis):
    chart.add_allergy(actor=NURSE, person_id=luis, text="Penicillin G")
    document = take()
    row = said(document, "allergy")
    about = {
        "intent": str(uuid7()),
        "verb": "known_all",
        "each": [f"{row.id} {row.version}", f"{said(document, 'problem').id} 1"],
    }
    assert become().post(f"/people/{luis}/outside/{document.id}/", about).status_code == 303
    states = dict(document.items.values_list("kind", "state"))
    assert (states["allergy"], states["problem"]) == ("known", "open")


def test_who_may_not_read_an_item_does_not_see_that_it_is_there(luis):
    document = take(section("11450-4", "5.1", "Problems", problem() + problem("HIV disease", "B20", ICD10)))
    assert set(document.items.values_list("data_class", flat=True)) == {"clinical", "infection"}
    page = become("psych").get(f"/people/{luis}/outside/{document.id}/")
    words = page.content.decode()
    if page.status_code == 200 and "HIV" not in words:
        assert "Essential hypertension" in words
        assert "Save the document as it came" not in words
        assert become("psych").get(f"/people/{luis}/outside/{document.id}/file/").status_code == 404


@pytest.mark.parametrize("role", ["custody", "scheduler", "him", "parole", "lpn"])
def test_nobody_else_opens_it(luis, role):
    document = take()
    assert become(role).get(f"/people/{luis}/outside/{document.id}/").status_code in (403, 404)


def test_a_file_is_taken_in_by_its_page_and_a_strangers_is_asked_about(luis):
    from django.core.files.uploadedfile import SimpleUploadedFile

    nurse, address = become(), f"/people/{luis}/outside/"
    raw = document(*whole(), root="1.1", family="Test-King", birth="19710101")
    about = {"intent": str(uuid7()), "file": SimpleUploadedFile("a.xml", raw)}
    refused = nurse.post(address, about)
    assert refused.status_code == 422
    assert "I have checked" in refused.content.decode()
    about = {"intent": str(uuid7()), "file": SimpleUploadedFile("a.xml", raw), "sure": "yes"}
    assert nurse.post(address, about).status_code == 303
    about = {"intent": str(uuid7()), "file": SimpleUploadedFile("a.xml", b"<!DOCTYPE a><ClinicalDocument/>")}
    assert "document type" in nurse.post(address, about).content.decode()
    assert "Test-King" in nurse.get(f"{address}{Received.objects.get().id}/").content.decode()


def test_the_records_office_gives_a_document_to_its_person(luis):
    receipt = actions.receive(actor=NURSE, raw=document(*whole(), number="T0000404", root=whose.OWN_ROOT))
    him = become("him")
    assert "Sample-Ortiz, Luis" in him.get("/exceptions/documents/").content.decode()
    assert "Documents" in him.get("/exceptions/").content.decode()
    page = him.get(f"/exceptions/documents/{receipt.id}/").content.decode()
    assert str(luis) in page
    about = {"intent": str(uuid7()), "person": str(luis)}
    assert him.post(f"/exceptions/documents/{receipt.id}/", about).status_code == 303
    assert Received.objects.get().person_id == luis
    assert become("scheduler").get("/exceptions/documents/").status_code == 403
