"""Passkeys: made after the password, used instead of it or after it; what a copy, a stranger or a replay says opens nothing."""

import json
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.access.makers import CLERK, PASSWORD, signed_in, staff
from tests.access.soft_key import UP, SoftKey
from throughcare.access import actions, passkeys, second_factor
from throughcare.access.models import SignIn, User
from throughcare.access.realtime import real_now
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.django_db
HOST = {"HTTP_HOST": "localhost"}


def add(client: Client, key: SoftKey, name: str = "my phone") -> int:
    """Make a passkey as the page does; gives the answer's status."""
    begun = client.post("/account/passkeys/begin/", {"present": PASSWORD, "name": name}, **HOST)
    assert begun.status_code == 200, begun.content
    said = json.dumps(key.create(begun.json()))
    return int(client.post("/account/passkeys/", {"name": name, "credential": said}, **HOST).status_code)


def begun(client: Client) -> dict:
    return dict(client.post("/passkey/begin/", **HOST).json())


def prove(client: Client, said: dict, next_: str = "/account/"):
    return client.post("/passkey/", {"credential": json.dumps(said), "next": next_}, **HOST)


@pytest.fixture
def nurse() -> User:
    return staff()


@pytest.fixture
def key(nurse: User) -> SoftKey:
    key = SoftKey()
    assert add(signed_in(nurse, **HOST), key) == 302
    return key


def test_it_signs_in_without_a_password_and_is_listed(nurse: User, key: SoftKey) -> None:
    client = Client(**HOST)
    answer = prove(client, key.get(begun(client)))
    assert answer.status_code == 302 and answer["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert SignIn.objects.filter(user=nurse).order_by("-started_at")[0].how == "passkey"
    assert "my phone" in client.get("/account/passkeys/").text


def test_a_password_alone_no_longer_opens_the_account_and_the_passkey_finishes_it(nurse: User, key: SoftKey) -> None:
    client = Client(**HOST)
    answer = client.post("/sign-in/", {"name": nurse.username, "password": PASSWORD, "next": "/account/"})
    assert answer["Location"] == "/second-factor/"
    assert client.get("/account/").status_code == 302, "half of a sign-in opens nothing"
    assert "Use a passkey" in client.get("/second-factor/").text
    assert prove(client, key.get(begun(client)))["Location"] == "/account/"


def test_somebody_else_s_passkey_does_not_finish_a_sign_in(nurse: User, key: SoftKey) -> None:
    other, others = staff(), SoftKey()
    add(signed_in(other, **HOST), others)
    client = Client(**HOST)
    client.post("/sign-in/", {"name": nurse.username, "password": PASSWORD})
    answer = prove(client, others.get(begun(client)))
    assert answer.status_code == 422 and "not known here" in answer.text
    assert client.get("/account/").status_code == 302


def test_an_answer_counts_once_and_only_for_some_minutes(key: SoftKey) -> None:
    client = Client(**HOST)
    said = key.get(begun(client))
    assert prove(client, said).status_code == 302
    again = Client(**HOST)
    assert prove(again, said).status_code == 422, "no challenge waits"
    begun(again)
    assert prove(again, said).status_code == 422, "another challenge waits"
    late = Client(**HOST)
    said = key.get(begun(late))
    with time_machine.travel(real_now() + timedelta(minutes=6), tick=False):
        assert prove(late, said).status_code == 422


def test_a_copy_of_the_key_that_lags_behind_opens_nothing(key: SoftKey) -> None:
    client = Client(**HOST)
    key.counter = 5
    assert prove(client, key.get(begun(client))).status_code == 302
    key.counter = 3
    other = Client(**HOST)
    assert prove(other, key.get(begun(other))).status_code == 422


@pytest.mark.parametrize(
    "changed",
    [{"origin": "https://evil.example"}, {"house": "evil.example"}, {"flags": UP}, {"handle": b"somebody else 16"}],
    ids=["another site", "another house", "nobody verified", "another name"],
)
def test_what_does_not_fit_opens_nothing(key: SoftKey, changed: dict) -> None:
    client = Client(**HOST)
    for name, value in changed.items():
        setattr(key, name, value)
    assert prove(client, key.get(begun(client))).status_code == 422
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize(
    "said", ["", "[]", "{}", "not json", '{"rawId": 3}', '{"id": "x", "rawId": "eA", "type": "p"}']
)
def test_rubbish_is_one_sentence(said: str) -> None:
    client = Client(**HOST)
    begun(client)
    answer = client.post("/passkey/", {"credential": said}, **HOST)
    assert answer.status_code == 422 and "Nothing was opened" in answer.text


def test_a_key_that_verifies_nobody_is_not_taken(nurse: User) -> None:
    key = SoftKey()
    key.flags = UP
    assert add(signed_in(nurse, **HOST), key) == 422
    assert not Authenticator.objects.exists()


def test_adding_and_removing_ask_for_the_password(nurse: User, key: SoftKey) -> None:
    client = Client(**HOST)
    prove(client, key.get(begun(client)))
    assert client.post("/account/passkeys/begin/", {"present": "not this one"}, **HOST).status_code == 422
    one = passkeys.listed(nurse)[0]
    assert client.post(f"/account/passkeys/{one.id}/remove/", {"present": "not this one"}).status_code == 422
    assert client.post(f"/account/passkeys/{one.id}/remove/", {"present": PASSWORD}).status_code == 302
    assert passkeys.listed(nurse) == []
    other = staff()
    add(signed_in(other, **HOST), SoftKey())
    theirs = passkeys.listed(other)[0]
    assert client.post(f"/account/passkeys/{theirs.id}/remove/", {"present": PASSWORD}).status_code == 404


def test_it_is_the_second_factor_that_production_asks_for(nurse: User, settings) -> None:
    settings.THROUGHCARE_DEMO = False
    client = signed_in(nurse, **HOST)
    assert client.get("/work/")["Location"] == "/account/second-factor/"
    assert "a passkey" in client.get("/account/second-factor/").text
    assert add(client, SoftKey()) == 302
    assert client.get("/account/").status_code == 200


def test_a_leaver_s_passkey_is_dead(nurse: User, key: SoftKey) -> None:
    actions.leave(actor=CLERK, user_id=nurse.id)
    client = Client(**HOST)
    assert prove(client, key.get(begun(client))).status_code == 422


def test_switching_the_app_off_leaves_passkeys(nurse: User, key: SoftKey) -> None:
    second_factor.enrol(nurse, second_factor.new_secret())
    second_factor.forget(nurse)
    assert passkeys.enrolled(nurse) and not second_factor.enrolled(nurse)


def test_too_many_tries_wait(nurse: User, key: SoftKey) -> None:
    key.origin = "https://evil.example"
    for _ in range(6):
        client = Client(**HOST)
        answer = prove(client, key.get(begun(client)))
    assert "Too many tries" in answer.text


def test_asked_for_by_number_there_are_no_passkeys(nurse: User) -> None:
    assert passkeys.house_of("127.0.0.1:8000") == passkeys.house_of("[::1]:8000") == ""
    assert passkeys.house_of("record.example.org") == "record.example.org"
    client = signed_in(nurse, HTTP_HOST="127.0.0.1")
    assert "by number" in client.get("/account/passkeys/").text
    assert "Use a passkey" not in Client(HTTP_HOST="127.0.0.1").get("/sign-in/").text
    assert Client(HTTP_HOST="127.0.0.1").post("/passkey/begin/").status_code == 422


def test_a_lost_second_factor_is_switched_off_by_another(nurse: User, key: SoftKey) -> None:
    client, admin = Client(**HOST), staff(Role.HSA, facility=None)
    prove(client, key.get(begun(client)))
    second_factor.enrol(nurse, second_factor.new_secret())
    assert signed_in(admin, **HOST).post(f"/accounts/{nurse.id}/second-factor/off/").status_code == 303
    assert not second_factor.required(nurse)
    assert client.get("/account/").status_code == 302, "whoever had the device is signed out"
    with pytest.raises(NotAllowed):
        actions.reset_second_factor(actor=Actor("staff", nurse.id, nurse.name, Role.RN), user_id=nurse.id)
