"""The chart's writers on a real database: facts, forms and notes, and what the database refuses."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from tests.fixtures_lenses import lens_of
from throughcare.chart import actions, forms, models, reads
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import body as bodies
from throughcare.ledger import reads as ledger_reads
from throughcare.ledger import verify
from throughcare.ledger.models import Version
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db
NURSE = Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN)
DOCTOR = Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER)
LOINC = "http://loinc.org"


@pytest.fixture
def person():
    return register(actor=NURSE, demographics=Demographics("Sample-Ortiz", "Luis"))


@pytest.fixture
def other():
    return register(actor=NURSE, demographics=Demographics("Test-King", "Ann"))


def test_a_measurement_keeps_its_digits(person, rn_lens) -> None:
    weight = actions.Measured(LOINC, "29463-7", "Weight", Decimal("70.20"), "kg")
    parts = (
        actions.Part(LOINC, "8480-6", Decimal(128), "mm[Hg]"),
        actions.Part(LOINC, "8462-4", Decimal(82), "mm[Hg]"),
    )
    pressure = actions.Measured(LOINC, "85354-9", "Blood pressure", parts=parts)
    first, _ = actions.observe(actor=NURSE, person_id=person, measured=[weight, pressure])
    kept = Version.objects.get(resource_id=first)
    assert b'"value":70.20' in bodies.unpack(bytes(kept.body), (first, kept.subject))
    shown = reads.vitals(rn_lens, [person])
    assert reads.shown(shown["29463-7"][0]) == "70.20 kg"
    assert reads.shown(shown["85354-9"][0]) == "128/82 mmHg"


def test_a_form_is_resumed_signed_scored_and_then_stays(person, rn_lens) -> None:
    draft = actions.start_form(actor=NURSE, person_id=person, form="phq-2", purpose="intake")
    assert actions.start_form(actor=DOCTOR, person_id=person, form="phq-2", purpose="intake") == draft
    options = {i.link_id: i.options for i in forms.load("phq-2").walk() if i.options}
    with pytest.raises(Invalid) as refusal:
        actions.sign_form(actor=NURSE, person_id=person, response_id=draft)
    assert set(refusal.value.fields) == set(options)
    posted = {question: [choices[-1].code] for question, choices in options.items()}
    actions.save_draft(actor=NURSE, person_id=person, response_id=draft, posted=posted)
    done = actions.sign_form(actor=NURSE, person_id=person, response_id=draft)
    assert (done.status, done.value) == ("completed", 6)
    assert reads.vitals(rn_lens, [person])["55758-7"][0].value == 6
    with pytest.raises(Stale):
        actions.save_draft(actor=NURSE, person_id=person, response_id=draft, posted={})
    with pytest.raises(IntegrityError, match="signed form"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE chart_formresponse SET posted = '{}' WHERE id = %s", [draft])
    assert len(ledger_reads.history(rn_lens, "QuestionnaireResponse", draft)) == 1


def test_a_signed_note_is_addended_never_edited(person) -> None:
    note = actions.draft_note(actor=NURSE, person_id=person, kind="progress", title="Visit", text="Well.")
    with pytest.raises(NotAllowed):
        actions.draft_note(
            actor=DOCTOR, person_id=person, kind="progress", title="Visit", text="x", note_id=note, version=1
        )
    actions.sign_note(actor=NURSE, person_id=person, note_id=note)
    with pytest.raises(NotAllowed):
        actions.cosign_note(actor=NURSE, person_id=person, note_id=note)
    actions.cosign_note(actor=DOCTOR, person_id=person, note_id=note)
    added = actions.addend_note(actor=NURSE, person_id=person, note_id=note, text="And slept.")
    assert models.Note.objects.get(id=added).addends_id == note
    with pytest.raises(IntegrityError, match="add to it"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE chart_note SET text = 'other' WHERE id = %s", [note])
    assert verify.run().sound


def test_one_person_s_fact_cannot_stand_on_another_s_row(person, other) -> None:
    encounter = actions.start_encounter(actor=NURSE, person_id=person, kind="intake")
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.add_condition(actor=NURSE, person_id=other, text="Asthma", encounter_id=encounter)
    with pytest.raises(IntegrityError, match="never changes its person"), transaction.atomic():
        models.Encounter.objects.filter(id=encounter).update(person=other)
    with pytest.raises(Stale, match="another person"):
        actions.finish_encounter(actor=NURSE, person_id=other, encounter_id=encounter)


def test_no_known_allergy_gives_way_to_an_allergy(person, rn_lens) -> None:
    actions.no_known_allergies(actor=NURSE, person_id=person)
    actions.add_allergy(actor=NURSE, person_id=person, text="Penicillin", reaction="hives")
    assert [a.text for a in reads.allergies(rn_lens, [person])] == ["Penicillin"]
    with pytest.raises(Invalid):
        actions.no_known_allergies(actor=NURSE, person_id=person)


def test_a_document_is_what_its_bytes_say(person) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"0" * 64
    first = actions.attach(actor=NURSE, person_id=person, content=png, kind="slip", title="a.exe")
    second = actions.attach(actor=NURSE, person_id=person, content=png, kind="slip", title="again")
    assert first != second
    assert models.Blob.objects.count() == 1
    for bad in (b"<svg onload=alert(1)>", b"MZ\x90", b"PK\x03\x04"):
        with pytest.raises(Invalid, match="PNG"):
            actions.attach(actor=NURSE, person_id=person, content=bad, kind="slip", title="x.png")


def test_a_sealed_form_is_seen_only_through_its_class(person) -> None:
    refused = {"form~unable": ["refuses"]}
    done = actions.sign_sealed(
        actor=NURSE, person_id=person, form="prea-risk", posted=refused, data_class=DataClass.PREA
    )
    assert models.SealedResponse.objects.count() == 0, "no lens, no row"
    (row, answers), *_ = reads.sealed_responses(lens_of(Role.PREA), [person], "prea-risk")
    assert row.id == done.response_id
    assert answers["posted"] == refused


def test_the_summary_costs_the_same_however_long_the_history(person, rn_lens, django_assert_max_num_queries) -> None:
    for number in range(30):
        actions.add_condition(actor=NURSE, person_id=person, text=f"Problem {number}")
    with django_assert_max_num_queries(16):
        reads.summary(rn_lens, [person])
    with django_assert_max_num_queries(14):
        reads.timeline(rn_lens, [person])
