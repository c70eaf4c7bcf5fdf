"""Who looked at my chart."""

from datetime import timedelta

import pytest

from tests.access.makers import CLERK, PASSWORD, signed_in, staff
from tests.access.test_glass import actor_of, break_for, somebody
from tests.pages import flat
from throughcare.access import actions, lenses, reads
from throughcare.access.models import User
from throughcare.kernel import clock
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import reads as ledger_reads

pytestmark = pytest.mark.django_db


def patient(person) -> User:
    user_id = actions.create_account(
        actor=CLERK, username=f"T{person.int % 10**7:07}", name="Sample-Reyes", person_id=person
    )
    actions.set_password(actor=CLERK, user_id=user_id, password=PASSWORD)
    actions.post(actor=CLERK, user_id=user_id, role=Role.PATIENT)
    return User.objects.get(id=user_id)


def look(user: User, person) -> None:
    a = actor_of(user)
    lens = lenses.make(user.id, user.name, a.role, facilities=None)
    ledger_reads.log_read(lens, route="chart", people=[person], classes=[DataClass.CLINICAL])


def test_the_person_sees_role_purpose_and_day_and_no_name() -> None:
    person, nurse = somebody(), staff(name="Demo-Secret, Name")
    look(nurse, person)
    client = signed_in(patient(person))
    page = client.get(f"/people/{person}/who-looked/")
    assert page.status_code == 200 and "Registered nurse" in page.text and "Demo-Secret" not in page.text
    assert client.get("/my/who-looked/")["Location"] == f"/people/{person}/who-looked/?lang=en"


def test_the_person_reads_it_in_spanish_from_the_first_page_on() -> None:
    person = somebody()
    look(staff(), person)
    client = signed_in(patient(person))
    page = client.get("/my/who-looked/?lang=es", follow=True)
    assert page.redirect_chain[0][0].endswith("/who-looked/?lang=es")
    assert '<html lang="es"' in page.text and "Enfermer" in page.text
    assert not [w for w in ("Registered nurse", "Your care", "opened your record") if w in page.text]
    assert "Enfermer" in client.get(f"/people/{person}/who-looked/").text, "it is remembered"
    assert "Atrás" in page.text and "Ya terminé" in page.text


def test_nobody_reads_another_person_s_accounting() -> None:
    mine, theirs = somebody(), somebody()
    client = signed_in(patient(mine))
    assert client.get(f"/people/{theirs}/who-looked/").status_code == 404
    assert signed_in(staff()).get(f"/people/{theirs}/who-looked/").status_code == 403


def test_who_keeps_the_records_sees_names() -> None:
    person, nurse = somebody(), staff(name="Demo-Known, Name")
    look(nurse, person)
    page = signed_in(staff(Role.HIM, facility=None)).get(f"/people/{person}/who-looked/")
    assert "Demo-Known" in page.text


def test_a_lawful_suspension_is_honoured_and_leaves_no_trace() -> None:
    person, prea, nurse = somebody(), staff(Role.PREA, facility=None), staff()
    look(prea, person)
    look(nurse, person)
    actions.suspend_accounting(
        actor=CLERK,
        person_id=person,
        requested_by="Example Inspector",
        roles=[Role.PREA],
        why="Written request of 3 March",
        until=clock.now() + timedelta(days=30),
    )
    owner = patient(person)
    lens = lenses.make(owner.id, "", Role.PATIENT, facilities=None, person_id=person)
    looks, after = reads.who_looked(lens, person)
    assert ([x.role for x in looks], after) == (["rn"], None)
    him = lenses.make(owner.id, "", Role.HIM, facilities=None)
    assert {x.role for x in reads.who_looked(him, person)[0]} >= {"rn", "prea"}


def test_break_glass_is_called_what_it_is() -> None:
    person, nurse = somebody(), staff()
    break_for(nurse, person)
    owner = patient(person)
    lens = lenses.make(owner.id, "", Role.PATIENT, facilities=None, person_id=person)
    assert reads.who_looked(lens, person)[0][0].purpose == "BTG"


def test_a_provider_may_not_read_it() -> None:
    lens = lenses.make(staff(Role.PROVIDER).id, "", Role.PROVIDER, facilities=None)
    with pytest.raises(NotAllowed):
        reads.who_looked(lens, somebody())


def test_pages_by_key() -> None:
    person, nurse, other = somebody(), staff(), staff()
    for n in range(7):
        look(other if n % 2 else nurse, person)
    him = lenses.make(nurse.id, "", Role.HIM, facilities=None)
    first, after = reads.who_looked(him, person, limit=5)
    second, end = reads.who_looked(him, person, before=after, limit=5)
    assert (len(first), len(second), end) == (5, 2, None)


def test_what_one_reader_opened_in_a_row_is_one_line() -> None:
    person, nurse = somebody(), staff(name="Demo-Often, Name")
    for _ in range(3):
        look(nurse, person)
    him = staff(Role.HIM, facility=None)
    [line], after = reads.who_looked(lenses.make(him.id, "", Role.HIM, facilities=None), person)
    assert (line.times, line.routes, line.name, after) == (3, ("chart",), "Demo-Often, Name", None)
    page = signed_in(him).get(f"/people/{person}/who-looked/").text
    assert page.count("Demo-Often") == 1 and "3 times" in flat(page)


@pytest.mark.parametrize("page", ["consents", "representatives", "who-looked", "rights"])
def test_pages_about_a_person_s_rights_say_whose_they_are(page) -> None:
    person = somebody()
    client = signed_in(staff(Role.HIM, facility=None))
    assert 'class="banner' in client.get(f"/people/{person}/{page}/").text
