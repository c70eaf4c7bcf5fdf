"""A person's own way in at the kiosk: a code given on paper, and what it opens."""

import re

import pytest
from django.test import Client

from tests.access.makers import care_for, signed_in, staff
from tests.access.test_glass import somebody
from throughcare.access.actions import kiosk
from throughcare.access.models import User
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role

WRONG = "This number and this code do not fit. Try again, or ask a nurse for a new code."
pytestmark = pytest.mark.django_db


def given(client: Client, person, **more: str) -> str:
    """Give the code that the page shows once."""
    page = client.post(f"/people/{person}/kiosk/", {"intent": str(uuid7()), "number": "Z0001234", **more})
    assert page.status_code == 200, page.text
    found = re.search(r"\d{3} \d{3} \d{4}", page.text)
    assert found
    return found[0]


def comes(code: str, number: str = "Z0001234", lang: str = "en"):
    client = Client()
    return client, client.post(f"/kiosk/sign-in/?lang={lang}", {"number": number, "code": code})


@pytest.fixture
def nurse():
    user, person = staff(), somebody()
    care_for(person)
    return signed_in(user), person


def test_a_code_on_paper_opens_the_person_s_own_kiosk_and_nothing_else(nurse) -> None:
    client, person = nurse
    assert "come in at the kiosk yet" in client.get(f"/people/{person}/kiosk/").text
    code = given(client, person)
    assert code not in client.get(f"/people/{person}/kiosk/").text, "shown once"
    theirs, answer = comes(code, lang="es")
    assert (answer.status_code, answer["Location"]) == (302, "/kiosk/?lang=es")
    assert theirs.get("/kiosk/").status_code == 200
    assert theirs.get(f"/people/{somebody()}/consents/").status_code in (403, 404)
    assert theirs.get("/work/").status_code == 403
    answer = theirs.post("/sign-out/", {"intent": str(uuid7())})
    assert answer["Location"] == "/kiosk/sign-in/", "the next one at the kiosk finds its door"


def test_it_is_read_with_or_without_blanks_and_another_ends_it(nurse) -> None:
    client, person = nurse
    first = given(client, person)
    theirs, answer = comes(first.replace(" ", ""))
    assert answer.status_code == 302
    second = given(client, person)
    assert second != first
    assert theirs.get("/kiosk/")["Location"] == "/kiosk/sign-in/", "what was signed in is dead"
    assert comes(first)[1].status_code == 422 and comes(second)[1].status_code == 302


def test_closed_is_closed_and_may_be_opened_again(nurse) -> None:
    client, person = nurse
    code = given(client, person)
    theirs, _ = comes(code)
    client.post(f"/people/{person}/kiosk/end/", {"intent": str(uuid7())})
    assert comes(code)[1].status_code == 422 and theirs.get("/kiosk/").status_code == 302
    assert comes(given(client, person))[1].status_code == 302
    assert User.objects.filter(person_id=person).count() == 1


def test_a_wrong_code_a_number_of_nobody_and_an_account_of_staff_look_alike(nurse) -> None:
    client, person = nurse
    given(client, person)
    member = staff(Role.LPN)
    for number in ("Z0001234", "nobody", member.username):
        answer = comes("0" * 10, number=number)[1]
        said = re.findall(r'<a href="#[^"]+">([^<]+)</a></li>', answer.text)
        assert (answer.status_code, said) == (422, [WRONG]), number
    spanish = comes("0" * 10, lang="es")[1].text
    assert "no van juntos" in spanish and "do not fit" not in spanish


def test_many_tries_wait(nurse) -> None:
    client, person = nurse
    code = given(client, person)
    for _ in range(6):
        comes("1" * 10)
    answer = comes(code)[1]
    assert answer.status_code == 422 and "Too many tries" in answer.text


def test_a_number_that_is_somebody_s_already_is_refused_in_words(nurse) -> None:
    client, person = nurse
    given(client, person)
    other = somebody()
    care_for(person, other)
    page = client.post(f"/people/{other}/kiosk/", {"intent": str(uuid7()), "number": "Z0001234"})
    assert page.status_code == 422 and "somebody" in page.text
    assert client.post(f"/people/{other}/kiosk/", {"intent": str(uuid7()), "number": ""}).status_code == 422


def test_a_kiosk_left_signed_out_shows_its_own_door() -> None:
    answer = Client().get("/kiosk/")
    assert (answer.status_code, answer["Location"]) == (302, "/kiosk/sign-in/")
    page = Client().get("/kiosk/sign-in/", {"lang": "es"})
    assert page.status_code == 200 and "El código de su papel" in page.text


@pytest.mark.parametrize(("text", "reads"), [("123 456 7890", "1234567890"), ("123-456-7890", "1234567890"), ("", "")])
def test_a_code_as_it_is_typed(text: str, reads: str) -> None:
    assert kiosk.typed(text) == reads
