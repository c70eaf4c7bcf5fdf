"""Staff's own words on a complaint: asked without showing it, given once, read by who answers and oversees, by nobody else."""

# ruff: noqa: F811

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.access.makers import CLERK, signed_in, staff
from tests.care.grievances.test_grievances import file, here, patient, post  # noqa: F401
from tests.care.sick_call.test_actions import person, place  # noqa: F401
from throughcare.access import actions as access
from throughcare.access import lenses
from throughcare.care.grievances import actions, reads
from throughcare.care.grievances.models import GrievanceReply
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import reads as ledger
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db
WORDS = "The doctor laughed at my wound"
QUESTION = "What did you see and do in the clinic on Monday morning?"


def actor_of(user, role: Role, place) -> Actor:
    return Actor("staff", user.id, user.name, role, place.id)


@pytest.fixture
def doctor(place):
    return staff(Role.PROVIDER, facility=place.id, name="Demo-Doctor, Pat")


@pytest.fixture
def chief(place):
    return staff(Role.HSA, facility=place.id, name="Demo-Chief, Ida")


def asked(patient, person, chief, member, place, **more):
    done = file(patient, person, WORDS)
    asker = actor_of(chief, Role.HSA, place)
    actions.log_grievance(actor=asker, **here(done.grievance_id), about_id=member.id)
    reply = actions.ask_reply(
        actor=asker, **here(done.grievance_id), staff_id=member.id, question=more.pop("question", QUESTION), **more
    )
    return done.grievance_id, reply


def test_who_is_asked_reads_the_question_alone_and_says_it_once(patient, person, chief, doctor, place) -> None:
    about, reply = asked(patient, person, chief, doctor, place)
    client = signed_in(doctor)
    page = client.get("/grievances/replies/").text
    assert QUESTION in page and WORDS not in page and "ortiz" not in page.casefold()
    assert client.get(f"/grievances/{about}/").status_code == 403
    assert client.get(f"/people/{person}/history/GrievanceReply/{reply}/").status_code in (403, 404)
    short = client.post(f"/grievances/replies/{reply}/", {"intent": str(uuid7()), "words": " x"})
    assert short.status_code == 422 and "Say what you know" in short.text
    said = post(client, f"/grievances/replies/{reply}/", words="I cleaned it, <i>and</i> said it heals well.").text
    assert "&lt;i&gt;and" in said and "Send your reply" not in said
    again = client.post(f"/grievances/replies/{reply}/", {"intent": str(uuid7()), "words": "Something else."})
    assert again.status_code == 409
    read = signed_in(chief).get(f"/grievances/{about}/").text
    assert "it heals well" in read and "Demo-Doctor" in read
    assert verify.run().sound


def test_who_oversees_reads_it_and_nobody_else(patient, person, chief, doctor, place) -> None:
    about, reply = asked(patient, person, chief, doctor, place, names_person=True)
    actions.give_reply(actor=actor_of(doctor, Role.PROVIDER, place), reply_id=reply, words="I cleaned it.")
    assert "ortiz" in signed_in(doctor).get("/grievances/replies/").text.casefold()

    def opens(user, role: Role) -> bool:
        lens = lenses.make(user.id, user.name, role, facilities=frozenset({place.id}))
        try:
            return bool(reads.replies(lens, about)) and bool(ledger.history(lens, "GrievanceReply", reply))
        except (NotFound, NotAllowed):
            return False

    seen = {role: opens(staff(role, facility=place.id), role) for role in Role if role is not Role.PATIENT}
    assert {role for role, yes in seen.items() if yes} == {Role.HSA, Role.HIM, Role.OMBUDS}
    assert not opens(doctor, Role.HSA), "whom it is about reads it in no other role either"
    someone = staff(Role.PROVIDER, facility=place.id)
    assert "cleaned" not in signed_in(someone).get("/grievances/replies/").text
    with pytest.raises(NotFound):
        actions.give_reply(actor=actor_of(someone, Role.PROVIDER, place), reply_id=reply, words="I was there.")


def test_what_a_nurse_says_is_taken_down_and_she_reads_it(patient, person, chief, place) -> None:
    nurse = staff(Role.RN, facility=place.id)
    about, reply = asked(patient, person, chief, nurse, place)
    client = signed_in(nurse)
    assert "they take it down" in client.get("/grievances/replies/").text
    assert client.post(f"/grievances/replies/{reply}/", {"words": "I was there."}).status_code == 403
    kept = post(signed_in(chief), f"/grievances/{about}/replies/{reply}/", words="She says the line was long.")
    assert "the line was long" in kept.text and "the line was long" in client.get("/grievances/replies/").text


@pytest.mark.parametrize(
    ("who", "question"), [("nobody", QUESTION), ("self", QUESTION), ("member", "why?"), ("gone", QUESTION)]
)
def test_asking_is_refused_in_words(patient, person, chief, doctor, place, who: str, question: str) -> None:
    done, asker = file(patient, person, WORDS), actor_of(chief, Role.HSA, place)
    actions.log_grievance(actor=asker, **here(done.grievance_id))
    if who == "gone":
        access.leave(actor=CLERK, user_id=doctor.id)
    of = {"nobody": uuid4(), "self": chief.id}.get(who, doctor.id)
    with pytest.raises(Invalid) as refused:
        actions.ask_reply(actor=asker, **here(done.grievance_id), staff_id=of, question=question)
    assert set(refused.value.fields) <= {"staff", "question"} and refused.value.fields
    client = signed_in(chief)
    typed = {"intent": str(uuid7()), "version": "2", "staff": "not-an-account", "question": "Long enough to be one?"}
    page = client.post(f"/grievances/{done.grievance_id}/ask/", typed)
    assert page.status_code == 422 and "no active account" in page.text and "Long enough" in page.text


def test_an_answered_complaint_asks_nobody_and_the_database_keeps_what_was_said(
    patient, person, chief, doctor, place
) -> None:
    about, reply = asked(patient, person, chief, doctor, place)
    asker, him = actor_of(chief, Role.HSA, place), actor_of(doctor, Role.PROVIDER, place)
    actions.answer_grievance(actor=asker, **here(about), finding="upheld", answer_en="You were right.")
    with pytest.raises(Stale):
        actions.give_reply(actor=him, reply_id=reply, words="Too late.")
    assert "nothing is asked any more" in signed_in(doctor).get("/grievances/replies/").text
    with pytest.raises(Invalid):
        actions.ask_reply(actor=asker, **here(about), staff_id=doctor.id, question=QUESTION)
    other, later = asked(patient, person, chief, doctor, place)
    actions.give_reply(actor=him, reply_id=later, words="I cleaned it.")
    for change in ("words = 'no'", "question = 'other'", "replied_at = NULL, words = ''", "asked_of = asked_by_id"):
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE grievances_grievancereply SET {change} WHERE id = %s", [later])
    with pytest.raises(NotAllowed):
        actions.take_reply_down(actor=him, person_id=person, grievance_id=other, reply_id=later, words="Mine.")
    assert GrievanceReply.objects.count() == 2
