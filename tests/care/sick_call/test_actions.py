"""Sick call from the kiosk to the answer: stamps, clocks, red flags, repeats, and both sides' word on a no-show."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from throughcare.care.sick_call import actions
from throughcare.care.sick_call.models import CareRequest, NoShow
from throughcare.chart.models import Note, Order
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility, OperationalAlert
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)


@pytest.fixture
def place():
    return Facility.objects.get(short_name__istartswith="Hartford")


@pytest.fixture
def nurse(place):
    return Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, place.id)


@pytest.fixture
def doctor(place):
    return Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, place.id)


@pytest.fixture
def person(place):
    feed = Actor.feed("custody")
    found = register(actor=feed, demographics=Demographics("Sample-Ortiz", "Luis", date(1990, 2, 3), "male"))
    with clock.frozen(MORNING - timedelta(days=90)):
        custody.admit(actor=feed, person_id=found, to=custody.Spot(place.id))
    return found


@pytest.fixture
def patient(person, place):
    return Actor("patient", person, "Sample-Ortiz, Luis", Role.PATIENT, place.id)


def ask(patient, person, words="My back hurts since Monday", kind="sick", **more):
    return actions.submit_request(actor=patient, person_id=person, kind=kind, words=words, **more)


def open_rules(request_id) -> set[str]:
    return set(Duty.objects.filter(about=request_id, closed_at=None).values_list("rule", flat=True))


def test_four_stamps_from_the_kiosk_to_the_answer(patient, nurse, person) -> None:
    with clock.frozen(MORNING):
        receipt = ask(patient, person)
    assert receipt.seen_by == MORNING + timedelta(hours=24)
    assert not receipt.call_officer
    one = {"person_id": person, "request_id": receipt.request_id}
    assert open_rules(receipt.request_id) == {"SCR-02", "SCR-03"}
    with clock.frozen(MORNING + timedelta(hours=2)):
        actions.triage_request(actor=nurse, priority="routine", **one)
    assert open_rules(receipt.request_id) == {"SCR-03"}
    due = Duty.objects.get(about=receipt.request_id, rule="SCR-03").due_at
    assert due == MORNING + timedelta(hours=24), "the clock runs from receipt and does not restart at triage"
    with clock.frozen(MORNING + timedelta(hours=5)):
        actions.record_visit(
            actor=nurse,
            findings="Tender lumbar muscles, walks well.",
            protocol="back-and-muscle-pain",
            remedies=["ibuprofen"],
            **one,
        )
        with pytest.raises(Invalid):
            actions.answer_request(actor=nurse, answer_en=" ", **one)
        actions.answer_request(actor=nurse, answer_en="Stretch twice a day. Ask again if it is not better.", **one)
    row = CareRequest.objects.get(id=receipt.request_id)
    assert row.state == "closed"
    assert row.submitted_at == row.received_at < row.triaged_at < row.seen_at <= row.closed_at
    assert open_rules(row.id) == set()
    assert "Protocol: back-and-muscle-pain" in Note.objects.get(person_id=person).text
    assert verify.run().broken == []


@pytest.mark.parametrize("words", ["I have chest pain", "me duele el pecho y no puedo respirar"])
def test_a_red_flag_pages_now_and_custody_is_told_to_check(patient, person, nurse, words) -> None:
    receipt = ask(patient, person, words)
    assert receipt.call_officer
    assert "SCR-00" in open_rules(receipt.request_id)
    told = OperationalAlert.objects.get(person_id=person, ended_at=None)
    assert told.template == "check_now"
    with pytest.raises(Invalid, match="at least"):
        actions.triage_request(actor=nurse, person_id=person, request_id=receipt.request_id, priority="routine")
    actions.triage_request(
        actor=nurse,
        person_id=person,
        request_id=receipt.request_id,
        priority="routine",
        why_lower="Seen at 13:05: a bruised rib from Monday, ECG normal.",
    )
    with pytest.raises(Stale):
        actions.triage_request(
            actor=nurse, person_id=person, request_id=receipt.request_id, priority="urgent", version=1
        )


def test_what_a_translation_reveals_counts_as_if_it_had_been_written(patient, person, nurse) -> None:
    receipt = ask(patient, person, "Mwen gen yon kesyon", kind="records", language="ht")
    one = {"actor": nurse, "person_id": person, "request_id": receipt.request_id}
    assert open_rules(receipt.request_id) == {"SCR-02"}
    actions.translate_request(**one, english="I have a question about my papers")
    assert open_rules(receipt.request_id) == {"SCR-02"}
    actions.translate_request(**one, english="I have chest pain")
    assert open_rules(receipt.request_id) == {"SCR-00", "SCR-02", "SCR-03"}
    with pytest.raises(Invalid, match="at least"):
        actions.triage_request(**one, priority="routine")
    actions.translate_request(**one, english="A pain in the chest pocket")
    row = CareRequest.objects.get(id=receipt.request_id)
    assert (row.floor, row.paged, row.symptom) == ("emergent", True, True), "nothing that was found is taken back"
    assert row.flags
    with pytest.raises(Invalid):
        actions.translate_request(**one, english="  ")
    with pytest.raises(Stale):
        actions.translate_request(**one, english="Another reading", version=1)
    row.refresh_from_db()
    assert row.words_in_english == "A pain in the chest pocket"


def test_the_third_request_for_one_complaint_books_the_provider(patient, nurse, doctor, person) -> None:
    for day in range(3):
        with clock.frozen(MORNING + timedelta(days=4 * day)):
            receipt = ask(patient, person)
            actions.triage_request(actor=nurse, person_id=person, request_id=receipt.request_id, priority="routine")
            actions.record_visit(actor=nurse, person_id=person, request_id=receipt.request_id, findings="As before.")
            booked = Duty.objects.filter(person_id=person, rule="SCR-05", closed_at=None).exists()
            assert booked is (day == 2)
    with clock.frozen(MORNING + timedelta(days=9)):
        actions.record_visit(actor=doctor, person_id=person, request_id=receipt.request_id, findings="Examined.")
    assert not Duty.objects.filter(person_id=person, rule="SCR-05", closed_at=None).exists()


def test_custody_cannot_record_a_clinical_refusal_and_each_side_has_its_own_word(patient, nurse, person, place) -> None:
    officer = Actor("staff", derived("test", "officer"), "Demo-Officer, Sam", Role.CUSTODY, place.id)
    receipt = ask(patient, person)
    one = {"person_id": person, "request_id": receipt.request_id, "visit_at": MORNING}
    with pytest.raises(Invalid, match="nurse"):
        actions.record_no_show(actor=officer, reason="refused-in-person", said_by="custody", **one)
    actions.record_no_show(actor=officer, reason="lockdown", said_by="custody", **one)
    actions.record_no_show(actor=nurse, reason="lockdown", said_by="health", **one)
    assert NoShow.objects.filter(request_id=receipt.request_id, access_failure=True).count() == 2
    assert "SCR-03" in open_rules(receipt.request_id), "not being brought closes nothing"
    with pytest.raises(IntegrityError, match="as it was said"), transaction.atomic():
        NoShow.objects.filter(request_id=receipt.request_id).update(reason="court")


def test_a_refusal_in_person_needs_a_signature_or_two_witnesses(nurse, patient, person) -> None:
    receipt = ask(patient, person)
    one = {"person_id": person, "request_id": receipt.request_id, "reason": "refused-in-person", "said_by": "health"}
    with pytest.raises(Invalid, match="witnesses"):
        actions.record_no_show(actor=nurse, **one)
    actions.record_no_show(actor=nurse, witnesses=["Demo-King, A", "Demo-Lee, B"], **one)


def test_one_intent_is_one_request_and_words_stay_as_written(patient, person) -> None:
    intent = uuid7()
    first = ask(patient, person, intent=intent)
    assert ask(patient, person, intent=intent) == first
    assert CareRequest.objects.count() == 1
    with pytest.raises(IntegrityError, match="not changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE sick_call_carerequest SET words = 'other'")


def test_a_protocol_s_red_flag_goes_to_the_provider(nurse, patient, person) -> None:
    receipt = ask(patient, person)
    one = {"actor": nurse, "person_id": person, "request_id": receipt.request_id, "findings": "Numb leg."}
    with pytest.raises(Invalid, match="provider now"):
        actions.record_visit(protocol="back-and-muscle-pain", protocol_red_flags=["weak-leg"], **one)
    actions.record_visit(protocol="back-and-muscle-pain", protocol_red_flags=["weak-leg"], refer="emergent", **one)
    assert Order.objects.get(person_id=person, kind="referral").priority == "stat"
    assert "SCR-06" in open_rules(receipt.request_id)


def test_a_spanish_question_gets_a_spanish_answer(nurse, patient, person) -> None:
    receipt = ask(patient, person, "quiero copia de mi expediente", kind="records", language="es")
    one = {"actor": nurse, "person_id": person, "request_id": receipt.request_id}
    actions.triage_request(priority="non-clinical", **one)
    with pytest.raises(Invalid) as refusal:
        actions.answer_request(answer_en="It is on its way.", **one)
    assert "answer_es" in refusal.value.fields
    actions.answer_request(answer_en="It is on its way.", answer_es="Está en camino.", **one)
