"""Complaints about care: filed, logged, answered by another, heard again; care asked for apart; who reads and who doesn't."""

# ruff: noqa: F811

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.care.sick_call.test_actions import nurse, person, place  # noqa: F401
from tests.fixtures_lenses import lens_of
from throughcare.app.grievance_ports import in_danger
from throughcare.care.grievances import actions, reads, rules
from throughcare.care.grievances.models import Grievance
from throughcare.care.sick_call import actions as sick_call
from throughcare.care.sick_call.models import CareRequest
from throughcare.duties import clock_table
from throughcare.duties import policy as duties
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
A, B = uuid4(), uuid4()


# --- rules -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "about", "before", "may"),
    [
        (A, None, [], True),
        (A, B, [], True),
        (A, A, [], False),
        (A, None, [A], False),
        (A, B, [B], True),
        (A, A, [A], False),
    ],
)
def test_who_may_answer(actor: UUID, about: UUID | None, before: list[UUID], may: bool) -> None:
    found = rules.may_answer(actor, about, before)
    assert (found.may, bool(found.why_not)) == (may, not may)


@pytest.mark.parametrize(
    ("state", "answered", "today", "may"),
    [
        ("answered", date(2026, 11, 2), date(2026, 11, 16), True),
        ("answered", date(2026, 11, 2), date(2026, 11, 17), False),
        ("answered", date(2026, 11, 2), date(2026, 11, 2), True),
        ("logged", None, date(2026, 11, 2), False),
        ("decided", date(2026, 11, 2), date(2026, 11, 3), False),
        ("appealed", date(2026, 11, 2), date(2026, 11, 3), False),
    ],
)
def test_until_when_it_is_heard_again(state: str, answered: date | None, today: date, may: bool) -> None:
    assert rules.may_appeal(state, answered, today, 15) is may


def test_only_sentences_of_danger_go_to_the_nurse() -> None:
    words = "The doctor laughed at me. I have chest pain. Nobody answers my slips."
    assert in_danger(words, "en") == "I have chest pain."
    assert in_danger("The doctor laughed at me.", "en") == ""
    assert "pecho" in in_danger("Nadie contesta. Tengo dolor en el pecho.", "es")


# --- from the complaint to the answer ------------------------------------------------------------------------------------------


@pytest.fixture
def patient(person, place):
    return Actor("patient", person, "Sample-Ortiz, Luis", Role.PATIENT, place.id)


@pytest.fixture
def chief(place):
    return Actor("staff", derived("test", "hsa"), "Demo-Chief, Ida", Role.HSA, place.id)


@pytest.fixture
def other(place):
    return Actor("staff", derived("test", "hsa 2"), "Demo-Chief, Bo", Role.HSA, place.id)


def file(patient, person, words="Nobody answers my slips", **more) -> actions.Filed:
    return actions.file_grievance(actor=patient, person_id=person, about="waiting", words=words, **more)


def open_rules(about: UUID) -> set[str]:
    return set(Duty.objects.filter(about=about, closed_at=None).values_list("rule", flat=True))


def here(row_id: UUID) -> dict:
    row = Grievance.objects.get(id=row_id)
    return {"person_id": row.person_id, "grievance_id": row.id, "version": row.version}


@pytest.mark.django_db
def test_from_the_kiosk_to_the_second_answer(patient, person, chief, other) -> None:
    with clock.frozen(MONDAY):
        done = file(patient, person)
        due = dict(Duty.objects.filter(about=done.grievance_id).values_list("rule", "due_at"))
        assert set(due) == {"GRV-01-LOG", "GRV-01-ANSWER"}
        assert due["GRV-01-LOG"] - MONDAY < timedelta(days=3)
        with pytest.raises(Stale):
            actions.answer_grievance(actor=chief, **here(done.grievance_id), finding="upheld", answer_en="Sorry.")
        actions.log_grievance(actor=chief, **here(done.grievance_id))
        assert open_rules(done.grievance_id) == {"GRV-01-ANSWER"}
        with pytest.raises(Invalid):
            actions.answer_grievance(actor=chief, **here(done.grievance_id), finding="", answer_en="")
        actions.answer_grievance(actor=chief, **here(done.grievance_id), finding="not_upheld", answer_en="We looked.")
        assert open_rules(done.grievance_id) == set()
        actions.appeal_grievance(actor=patient, person_id=person, grievance_id=done.grievance_id, words="No.")
        assert open_rules(done.grievance_id) == {"GRV-01-APPEAL"}
        again = {"finding": "upheld", "answer_en": "You were right. We changed the list."}
        with pytest.raises(NotAllowed):
            actions.decide_grievance(actor=chief, **here(done.grievance_id), **again)
        actions.decide_grievance(actor=other, **here(done.grievance_id), **again)
        assert open_rules(done.grievance_id) == set()
    assert verify.run().sound


@pytest.mark.django_db
def test_the_time_to_ask_again_ends(patient, person, chief) -> None:
    with clock.frozen(MONDAY):
        done = file(patient, person)
        actions.log_grievance(actor=chief, **here(done.grievance_id))
        actions.answer_grievance(actor=chief, **here(done.grievance_id), finding="upheld", answer_en="You were right.")
    with clock.frozen(MONDAY + timedelta(days=15)), pytest.raises(Invalid, match="time to ask again"):
        actions.appeal_grievance(actor=patient, person_id=person, grievance_id=done.grievance_id, words="")


@pytest.mark.django_db
def test_care_is_asked_for_apart_and_its_clock_closes_when_a_nurse_reads_it(patient, person, nurse) -> None:
    plain = file(patient, person)
    assert not plain.care_asked
    assert not CareRequest.objects.exists()
    done = file(patient, person, "He mocked me. I have chest pain.")
    row = CareRequest.objects.get()
    assert done.care_asked and row.words == "I have chest pain." and row.paged
    assert "GRV-01-TRIAGE" in open_rules(done.grievance_id)
    sick_call.triage_request(actor=nurse, person_id=person, request_id=row.id, priority="emergent", version=row.version)
    assert "GRV-01-TRIAGE" not in open_rules(done.grievance_id)
    file(patient, person, health="My knee is swollen", intent=uuid7())
    assert CareRequest.objects.filter(words="My knee is swollen").exists()


@pytest.mark.django_db
def test_a_nurse_s_lists_tell_of_no_complaint_but_of_what_care_is_owed(patient, person) -> None:
    done = file(patient, person, health="My knee is swollen")
    seen = {
        role: set(
            Duty.objects.filter(duties.rows(lens_of(role)), about=done.grievance_id).values_list("rule", flat=True)
        )
        for role in (Role.RN, Role.PROVIDER, Role.CUSTODY, Role.HSA)
    }
    every = {"GRV-01-LOG", "GRV-01-ANSWER", "GRV-01-TRIAGE"}
    assert seen == {Role.RN: {"GRV-01-TRIAGE"}, Role.PROVIDER: set(), Role.CUSTODY: set(), Role.HSA: every}
    said = clock_table.rule("GRV-01-TRIAGE", clock.today()).title.casefold()
    assert "grievance" not in said and "complain" not in said


@pytest.mark.django_db
def test_only_the_person_takes_it_back_and_the_clocks_end(patient, person, chief) -> None:
    done = file(patient, person)
    with pytest.raises(NotAllowed):
        actions.withdraw_grievance(actor=chief, person_id=person, grievance_id=done.grievance_id)
    actions.withdraw_grievance(actor=patient, person_id=person, grievance_id=done.grievance_id)
    assert open_rules(done.grievance_id) == set()
    assert set(Duty.objects.filter(about=done.grievance_id).values_list("outcome", flat=True)) == {"excused"}


@pytest.mark.django_db
def test_who_it_is_about_neither_reads_nor_answers(patient, person, chief, other, place) -> None:
    done = file(patient, person, "The administrator laughed at me")
    me = chief_lens(chief)
    assert reads.one(me, done.grievance_id).row.id == done.grievance_id
    with pytest.raises(Invalid, match="Nothing was changed"):
        actions.log_grievance(actor=chief, **here(done.grievance_id), about_id=chief.id)
    actions.log_grievance(actor=chief, **here(done.grievance_id))
    actions.step_back(actor=chief, **here(done.grievance_id))
    with pytest.raises(NotFound):
        reads.one(me, done.grievance_id)
    assert reads.board(me) == ([], [])
    for act in (actions.log_grievance, actions.step_back):
        with pytest.raises(NotAllowed):
            act(actor=chief, **here(done.grievance_id))
    actions.log_grievance(actor=other, **here(done.grievance_id))
    actions.answer_grievance(actor=other, **here(done.grievance_id), finding="upheld", answer_en="You were right.")
    assert reads.one(chief_lens(other), done.grievance_id).row.answered_by_id == other.id


def chief_lens(actor: Actor, facilities: frozenset[UUID] | None = None):
    from throughcare.access import lenses

    return lenses.make(actor.id, actor.name, Role.HSA, facilities=facilities)


@pytest.mark.django_db
def test_who_reads_which(patient, person, place) -> None:
    usual = file(patient, person)
    harm = actions.file_grievance(actor=patient, person_id=person, about="sexual_safety", words="I am afraid at night")
    seen = {
        role: {line.row.id for part in reads.board(lens_of(role)) for line in part}
        for role in (Role.HSA, Role.HIM, Role.OMBUDS, Role.PREA)
    }
    both = {usual.grievance_id, harm.grievance_id}
    assert seen == {Role.HSA: both, Role.HIM: both, Role.OMBUDS: both, Role.PREA: {harm.grievance_id}}
    with pytest.raises(NotFound):
        reads.one(lens_of(Role.PREA), usual.grievance_id)
    for role in (Role.CUSTODY, Role.TRANSPORT, Role.RN, Role.PROVIDER, Role.LPN, Role.OPERATOR):
        with pytest.raises(NotAllowed):
            reads.board(lens_of(role))
    elsewhere = chief_lens(Actor.system("x"), facilities=frozenset({uuid4()}))
    assert reads.board(elsewhere) == ([], [])


@pytest.mark.django_db
def test_the_database_refuses(patient, person, chief) -> None:
    done = file(patient, person)
    actions.log_grievance(actor=chief, **here(done.grievance_id))
    actions.answer_grievance(actor=chief, **here(done.grievance_id), finding="upheld", answer_en="You were right.")
    for change in (
        "words = 'nothing'", "answer_en = 'other'", "filed_at = filed_at - interval '1 day'", "about_id = answered_by_id",
        "state = 'gone'", "finding = 'maybe'", "state = 'logged'",
        "appealed_at = now(), decided_at = now(), decided_by_id = answered_by_id, decision = 'upheld', decision_en = 'x'",
    ):  # fmt: skip
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE grievances_grievance SET {change} WHERE id = %s", [done.grievance_id])


# --- pages -----------------------------------------------------------------------------------------------------------------


def be(client, role: str, place, person: object = "") -> None:
    told = client.post("/demo/become", {"role": role, "facility": str(place.id), "person": str(person)})
    assert told.status_code == 302


def post(client, address: str, **fields: str):
    return client.post(address, {"intent": str(uuid7()), **fields}, follow=True)


@pytest.mark.django_db
def test_pages_from_the_kiosk_to_the_answer(client, person, place) -> None:
    be(client, "patient", place, person)
    assert "/kiosk/complaints/" in client.get("/kiosk/").content.decode()
    empty = client.post("/kiosk/complaints/new/?lang=es", {"intent": str(uuid7()), "words": "me trataron mal"})
    assert empty.status_code == 422
    assert "Elija de qué se trata" in empty.content.decode() and "me trataron mal" in empty.content.decode()
    assert "Saltar al contenido" in empty.content.decode(), "what is heard first is Spanish too"
    sent = post(
        client, "/kiosk/complaints/new/", about="conduct", words="Me trataron <b>mal</b>", health="Me duele la rodilla"
    )
    page = sent.content.decode()
    row = Grievance.objects.get()
    assert row.language == "es" and row.receipt in page and "Le contestan" in page and "<b>mal" not in page
    assert "Mis quejas" in client.get("/kiosk/complaints/").content.decode()
    for role in ("rn", "custody", "provider", "lpn"):
        be(client, role, place)
        assert client.get("/grievances/").status_code == 403, role
        assert client.get(f"/grievances/{row.id}/").status_code == 403, role
    assert CareRequest.objects.get().words == "Me duele la rodilla"
    be(client, "hsa", place)
    assert row.receipt in client.get("/grievances/").content.decode()
    one = f"/grievances/{row.id}/"
    assert "Me trataron" in client.get(one).content.decode()
    assert client.post(one + "log/", {"intent": str(uuid7()), "version": "1", "staff": "nobody"}).status_code == 422
    post(client, one + "log/", version="1")
    short = client.post(
        one + "answer/", {"intent": str(uuid7()), "version": "2", "finding": "upheld", "answer_en": "Right"}
    )
    assert short.status_code == 422 and "Right" in short.content.decode()
    post(client, one + "answer/", version="2", finding="upheld", answer_en="You are right.", answer_es="Tiene razón.")
    be(client, "ombuds", place)
    assert "Answered" in client.get("/grievances/").content.decode()
    assert client.post(one + "log/", {"intent": str(uuid7()), "version": "3"}).status_code == 403
    be(client, "patient", place, person)
    mine = f"/kiosk/complaints/{row.id}/"
    assert "Tiene razón." in client.get(mine, {"lang": "es"}).content.decode()
    assert "Usted pidió otra revisión" in post(client, mine + "again/", words="Falta algo").content.decode()


@pytest.mark.django_db
def test_a_paper_is_taken_down_and_its_typist_reads_nothing_after(client, person, place) -> None:
    be(client, "rn", place)
    assert str(person) in client.get("/grievances/slip/", {"who": "ortiz"}).content.decode()
    fields = {"person": str(person), "channel": "paper", "language": "en", "about": "medicine", "who": "ortiz"}
    wrong = client.post("/grievances/slip/", {"intent": str(uuid7()), **fields, "words": "x", "day": "soon"})
    assert wrong.status_code == 422
    told = post(client, "/grievances/slip/", **fields, words="They cut my dose", day="2026-11-20")
    row = Grievance.objects.get()
    assert row.receipt in told.content.decode() and row.filed_at < row.received_at
    assert client.get(f"/grievances/{row.id}/").status_code == 403


@pytest.mark.django_db
def test_somebody_else_s_is_not_there(client, patient, person, place) -> None:
    from throughcare.people.actions import Demographics, register

    done = file(patient, person)
    be(client, "patient", place, register(actor=Actor.feed("custody"), demographics=Demographics("Test-King", "Ann")))
    for part in ("", "again/", "withdraw/"):
        at = f"/kiosk/complaints/{done.grievance_id}/{part}"
        answer = client.post(at, {"intent": str(uuid7())}) if part else client.get(at)
        assert answer.status_code == 404, part
    assert done.receipt not in client.get("/kiosk/complaints/").content.decode()


@pytest.mark.django_db
def test_the_ombuds_home_counts_by_site_opens_by_consent_and_says_what_it_hides(
    client, patient, person, nurse, place
) -> None:
    from throughcare.access import actions as access
    from throughcare.access.kinds import Agreement
    from throughcare.kernel.vocabulary import DataClass

    file(patient, person)
    be(client, "ombuds", place)
    assert client.get("/")["Location"] == "/ombuds/"
    page = client.get("/ombuds/").content.decode()
    assert "1 waits, 0 late" in page and place.name in page
    assert "consent is in force" in page and f"/people/{person}/" not in page
    assert "Not at all" in page and "Only with the person" in page
    yes = Agreement(kind="release_to_ombuds", form_version="T-1", agreed=True, language="en", classes=(DataClass.CLINICAL,),
                    roles=(Role.OMBUDS,), recipient="Correction Ombuds", purpose="complaint", expires_event="its end")  # fmt: skip
    given = access.give_consent(actor=nurse, person_id=person, agreement=yes)
    assert f'href="/people/{person}/"' in client.get("/ombuds/").content.decode()
    assert client.get(f"/people/{person}/").status_code == 200
    access.revoke_consent(actor=nurse, consent_id=given, person_id=person, version=1, how="in writing")
    assert f'href="/people/{person}/"' not in client.get("/ombuds/").content.decode()
    be(client, "hsa", place)
    assert client.get("/ombuds/").status_code == 403
