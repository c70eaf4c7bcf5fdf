"""What a transfer screening finds undone, and the offer after a sexual safety screen (TRN-02, INT-10)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from throughcare.care.grievances import actions as complaints
from throughcare.care.intake import actions as intake
from throughcare.care.sick_call import actions as sick_call
from throughcare.chart import actions as chart
from throughcare.chart import forms
from throughcare.chart.forms.questionnaire import Kind
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.duties.models import Duty
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FEED = Actor.feed("custody")


@pytest.fixture
def place():
    return Facility.objects.get(code="hartford")


@pytest.fixture
def person(place):
    found = register(actor=FEED, demographics=Demographics("Sample-Ortiz", "Luis", date(1990, 2, 3), "male"))
    with clock.frozen(NOON):
        custody.admit(actor=FEED, person_id=found, to=custody.Spot(place.id))
    return found


def note(role, place, person, kind):
    by = Actor("staff", derived("test", role), "Demo-Nurse", role, place.id)
    written = chart.draft_note(actor=by, person_id=person, kind=kind, title="Note", text="Read and seen.")
    chart.sign_note(actor=by, person_id=person, note_id=written)


def owed(person, rule):
    return Duty.objects.filter(person_id=person, rule=rule, closed_at=None).first()


@pytest.mark.parametrize("days", [3, 20])
def test_what_the_sender_had_not_done_keeps_its_time(place, person, days) -> None:
    other = Facility.objects.get(code="osborn")
    due = owed(person, "IHA-01").due_at
    with clock.frozen(NOON + days * DAY):
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(other.id))
        note(Role.RN, other, person, "transfer_screening")
    assert owed(person, "TRN-01") is None
    found = owed(person, "TRN-02")
    assert found.due_at == due, "overdue counts from the original due time"
    with clock.frozen(NOON + days * DAY + timedelta(hours=1)):
        note(Role.RN, other, person, "initial_health_assessment")
    assert (owed(person, "TRN-02"), owed(person, "IHA-01")) == (None, None)


def test_nothing_is_owed_where_the_sender_did_it(place, person) -> None:
    other = Facility.objects.get(code="osborn")
    with clock.frozen(NOON + DAY):
        note(Role.RN, place, person, "initial_health_assessment")
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(other.id))
        note(Role.RN, other, person, "transfer_screening")
    assert owed(person, "TRN-02") is None


def screened(place, person, *yes, at=NOON + timedelta(hours=2)):
    form = forms.load("prea-risk")
    asked = {i.link_id: ["yes" if i.link_id in yes else "no"] for i in form.walk() if i.kind is Kind.BOOLEAN}
    coordinator = Actor("staff", derived("test", "prea"), "Demo-Safe, Pat", Role.PREA, place.id)
    posted = asked | {"determination": ["none"], "reason": ["As counted."]}
    with clock.frozen(at):
        intake.sign_sexual_safety(actor=coordinator, person_id=person, posted=posted)
    return coordinator


@pytest.mark.parametrize("item", ["prea-d-victim", "prea-e-prior-abuse"])
def test_the_offer_is_written_down_and_closes_the_sealed_duty(place, person, item) -> None:
    coordinator = screened(place, person, item)
    with db.writing(coordinator):
        assert owed(person, "INT-10").data_class == "prea"
    with clock.frozen(NOON + DAY):
        note(Role.PSYCH, place, person, "follow_up_offered")
    with db.writing(coordinator):
        assert Duty.objects.get(person_id=person, rule="INT-10").outcome == "done"


def test_a_build_or_an_age_is_no_harm_that_happened(place, person) -> None:
    coordinator = screened(place, person, "prea-d-build", "prea-d-age")
    with db.writing(coordinator):
        assert owed(person, "INT-10") is None


def test_the_screen_after_a_transfer_is_no_reassessment(place, person) -> None:
    """Within thirty days it is asked again though a transfer lay between; a screen that nobody owes is that reassessment (INT-09)."""
    coordinator = screened(place, person)
    other = Facility.objects.get(code="osborn")
    with db.writing(coordinator):
        first = owed(person, "INT-09-REASSESS")
        assert owed(person, "INT-09") is None
    with clock.frozen(NOON + DAY):
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(other.id))
    screened(other, person, at=NOON + DAY + timedelta(hours=2))
    with db.writing(coordinator):
        assert owed(person, "INT-09") is None
        assert owed(person, "INT-09-REASSESS").id == first.id
    screened(other, person, at=NOON + 20 * DAY)
    with db.writing(coordinator):
        assert owed(person, "INT-09-REASSESS") is None


def test_a_referral_or_a_complaint_of_harm_has_the_screen_asked_within_three_days(place, person) -> None:
    """Whoever tells need not see what is owed; one screen answers it, and the thirty days' one too (INT-09; 28 CFR 115.41(g))."""
    coordinator = screened(place, person)
    nurse = Actor("staff", derived("test", "rn-told"), "Demo-Nurse, Ada", Role.RN, place.id)
    with clock.frozen(NOON + DAY):
        chart.place_order(
            actor=nurse,
            person_id=person,
            kind="referral",
            system="urn:throughcare:code",
            code="prea-coordinator",
            text="The coordinator sees this person.",
        )
        chart.place_order(actor=nurse, person_id=person, kind="referral", code="dental-urgent", text="Dentist.")
    with db.writing(coordinator):
        told = owed(person, "INT-09-EVENT")
        assert (told.due_at - told.opened_at, told.owner_role, told.data_class) == (timedelta(hours=72), "prea", "prea")
    screened(place, person, at=NOON + 2 * DAY)
    with db.writing(coordinator):
        assert owed(person, "INT-09-EVENT") is None
        assert owed(person, "INT-09-REASSESS") is None
    patient = Actor("patient", derived("test", "told"), "the person", Role.PATIENT, place.id, "kiosk")
    with clock.frozen(NOON + 3 * DAY):
        complaints.file_grievance(actor=patient, person_id=person, about="medicine", words="It came late.")
        with db.writing(coordinator):
            assert owed(person, "INT-09-EVENT") is None
        complaints.file_grievance(actor=patient, person_id=person, about="sexual_safety", words="I am afraid at night.")
        with db.writing(coordinator):
            assert owed(person, "INT-09-EVENT").facts["reason"] == "incident"


@pytest.mark.parametrize(
    ("words", "owed_now"),
    [
        ("I was raped last night", True),
        ("abusaron de mi en la celda", True),
        ("me violó un hombre", True),
        ("they beat up my friend and stabbed me", False),  # harm, a page and a check, but no sexual harm
        ("grape juice makes me sick", False),  # a stem begins a word
        ("I need my glasses", False),
    ],
)
def test_words_of_sexual_harm_in_a_request_owe_the_screen(place, person, words, owed_now) -> None:
    nurse = Actor("staff", derived("test", "rn"), "Demo-Nurse", Role.RN, place.id)
    with clock.frozen(NOON + timedelta(hours=2)):
        coordinator = screened(place, person)
        sent = sick_call.submit_request(actor=nurse, person_id=person, kind="sick", words=words, channel="verbal")
        with db.writing(coordinator):
            found = owed(person, "INT-09-EVENT")
        assert (found is not None) is owed_now
        if found is not None:
            assert (found.ref, found.data_class, found.due_at) == (sent.request_id, "prea", clock.now() + 3 * DAY)
            assert all(
                "sexual" not in str(d.facts) for d in Duty.objects.filter(person_id=person, about=sent.request_id)
            )


def test_a_translation_that_tells_of_sexual_harm_owes_the_screen(place, person) -> None:
    nurse = Actor("staff", derived("test", "rn"), "Demo-Nurse", Role.RN, place.id)
    with clock.frozen(NOON + timedelta(hours=2)):
        coordinator = screened(place, person)
        sent = sick_call.submit_request(
            actor=nurse, person_id=person, kind="sick", words="Mwen gen doulè", channel="verbal", language="ht"
        )
        with db.writing(coordinator):
            assert owed(person, "INT-09-EVENT") is None
        sick_call.translate_request(
            actor=nurse, person_id=person, request_id=sent.request_id, english="I have pain, a man raped me"
        )
        with db.writing(coordinator):
            assert owed(person, "INT-09-EVENT").ref == sent.request_id
