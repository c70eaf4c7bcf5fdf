"""Signing in by the agency's own sign-in, against a provider that speaks OpenID Connect over HTTP, and lies where told."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import time_machine
from django.test import Client

from tests.access.makers import CLERK, PASSWORD, YORK, signed_in, staff
from tests.access.provider import CLIENT, SECRET, Provider
from throughcare.access import actions, second_factor
from throughcare.access.models import OutsideName, SignIn, User
from throughcare.access.realtime import real_now
from throughcare.access.rules import roles_of
from throughcare.app.config import load, make_home
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.django_db
GROUPS = ["throughcare-rn", "everybody"]


@pytest.fixture(scope="module")
def _provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def provider(_provider: Provider, settings, tmp_path: Path) -> Provider:
    """Have the house know this provider, and the provider sign a nurse in."""
    (tmp_path / "oidc.secret").write_text(SECRET + "\n")
    settings.OIDC_ISSUER, settings.OIDC_CLIENT = _provider.issuer, CLIENT
    settings.OIDC_SECRET_FILE, settings.BASE_URL = tmp_path / "oidc.secret", "http://testserver"
    _provider.signs_with, _provider.algorithm, _provider.broken = _provider.key, "RS256", False
    _provider.codes.clear()
    _provider.asked.clear()
    return _provider


@pytest.fixture
def nurse(provider: Provider) -> User:
    user = staff(password="")
    provider.claims = {"sub": "248289761001", "preferred_username": user.username, "groups": GROUPS, "amr": ["mfa"]}
    return user


def there(client: Client, next_: str = "/account/") -> str:
    """Go to the provider and let it sign in whoever sits there; gives the way back, as the browser gets it."""
    answer = client.get("/sign-in/agency/", {"next": next_})
    assert answer.status_code == 302, answer.text
    came = requests.get(answer["Location"], allow_redirects=False, timeout=5)
    address = urlsplit(came.headers["Location"])
    return f"{address.path}?{address.query}"


def and_back(client: Client, way: str):
    """Come back as a browser does: without the session's cookie first, then from the page of ours that sends it on."""
    first = Client().get(way)
    assert first.status_code == 200 and "You are back" in first.text
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', first.text)
    assert found is not None
    return client.get(unescape(found[1]))


def comes(client: Client, next_: str = "/account/"):
    return and_back(client, there(client, next_))


def test_without_an_issuer_there_is_no_such_way_in() -> None:
    assert "agency" not in Client().get("/sign-in/").text
    assert Client().get("/sign-in/agency/").status_code == 404
    assert Client().get("/sign-in/agency/back/?code=x&state=y").status_code == 404


def test_a_nurse_comes_from_the_agency_and_works_under_her_posting(nurse: User, provider: Provider) -> None:
    client = Client()
    page = client.get("/sign-in/?next=/account/")
    assert "/sign-in/agency/?next=%2Faccount%2F" in page.text
    answer = comes(client)
    assert (answer.status_code, answer["Location"]) == (302, "/account/"), answer.text
    assert nurse.name in client.get("/account/").text
    seat = SignIn.objects.get(user=nurse)
    assert (seat.how, seat.roles, seat.must) == ("oidc", ["rn"], "")
    asked = provider.asked[0]
    assert (asked["prompt"], asked["max_age"], asked["code_challenge_method"]) == ("login", "0", "S256")


def test_the_tie_holds_by_subject_when_the_agency_renames_her(nurse: User, provider: Provider) -> None:
    comes(Client())
    provider.claims["preferred_username"] = "a-new-name"
    client = Client()
    assert comes(client).status_code == 302
    assert OutsideName.objects.filter(user=nurse).count() == 1


def test_somebody_else_under_a_name_that_is_tied_is_refused_until_it_is_untied(nurse: User, provider: Provider) -> None:
    comes(Client())
    provider.claims["sub"] = "another"
    client = Client()
    answer = comes(client)
    assert answer.status_code == 422 and "tied to somebody else" in answer.text
    assert client.get("/account/").status_code == 302
    admin = signed_in(staff(Role.HSA, facility=None))
    assert "/outside/end/" in admin.get(f"/accounts/{nurse.id}/").text
    assert admin.post(f"/accounts/{nurse.id}/outside/end/").status_code == 303
    assert "/outside/end/" not in admin.get(f"/accounts/{nurse.id}/").text
    assert admin.post(f"/accounts/{nurse.id}/outside/end/").status_code == 404
    assert comes(Client()).status_code == 302


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"preferred_username": "nobody-here"}, "no account here under [nobody-here]"),
        ({"preferred_username": None}, "does not say under which name"),
        ({"groups": ["everybody"]}, "gives you no role here"),
        ({"groups": None}, "gives you no role here"),
        ({"groups": ["throughcare-provider"]}, "no posting here now in a role"),
    ],
    ids=["unknown", "nameless", "no group of ours", "no groups", "another role"],
)
def test_who_may_not_come_in_is_told_why(nurse: User, provider: Provider, claims: dict, sentence: str) -> None:
    provider.claims.update(claims)
    client = Client()
    answer = comes(client)
    assert answer.status_code == 422 and sentence in unescape(answer.text), answer.text
    assert client.get("/account/").status_code == 302
    assert not SignIn.objects.filter(user=nurse).exists() and not OutsideName.objects.exists()


def test_no_account_is_opened_for_an_unknown_subject(nurse: User, provider: Provider) -> None:
    before = User.objects.count()
    provider.claims["preferred_username"] = "nobody-here"
    comes(Client())
    assert User.objects.count() == before


def test_a_patient_s_account_is_not_opened_from_outside(provider: Provider, nurse: User) -> None:
    nurse.person_id = nurse.id
    nurse.save()
    assert "no account here" in comes(Client()).text


def test_a_leaver_is_refused(nurse: User, provider: Provider) -> None:
    comes(Client())
    actions.leave(actor=CLERK, user_id=nurse.id)
    assert "closed" in comes(Client()).text


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"azp": "another-client"},
        {"nonce": "of another question"},
        {"nonce": None},
        {"exp": int(time.time()) - 30},
        {"auth_time": int(time.time()) - 3600},
        {"auth_time": None},
        {"auth_time": "yesterday"},
        {"sub": None},
    ],
    ids=lambda claims: "-".join(f"{k}:{'none' if v is None else 'changed'}" for k, v in claims.items()),
)
def test_a_token_that_does_not_fit_opens_nothing(nurse: User, provider: Provider, claims: dict) -> None:
    provider.claims.update(claims)
    client = Client()
    answer = comes(client)
    assert answer.status_code == 422 and "does not fit what was asked" in answer.text
    assert client.get("/account/").status_code == 302


def test_a_token_of_another_key_opens_nothing(nurse: User, provider: Provider) -> None:
    provider.signs_with = provider.other
    assert "does not fit" in comes(Client()).text


def test_a_token_signed_with_what_everybody_knows_opens_nothing(nurse: User, provider: Provider) -> None:
    provider.signs_with, provider.algorithm = CLIENT * 4, "HS256"
    assert "does not fit" in comes(Client()).text
    provider.signs_with, provider.algorithm = None, "none"
    assert "does not fit" in comes(Client()).text


def test_an_answer_counts_once_in_the_browser_that_asked_and_for_some_minutes(nurse: User, provider: Provider) -> None:
    client = Client()
    way = there(client)
    assert and_back(Client(), way).status_code == 422, "another browser did not ask"
    assert and_back(client, way).status_code == 302
    assert and_back(client, way).status_code == 422, "it was answered"
    late = Client()
    way = there(late)
    with time_machine.travel(real_now() + timedelta(minutes=6), tick=False):
        assert and_back(late, way).status_code == 422
    forged = Client()
    way = there(forged)
    assert and_back(forged, re.sub(r"state=[^&]+", "state=forged", way)).status_code == 422


def test_turning_back_there_is_one_sentence(nurse: User, provider: Provider) -> None:
    client = Client()
    there(client)
    answer = and_back(client, "/sign-in/agency/back/?error=access_denied&state=x")
    assert answer.status_code == 422 and "let nobody in" in answer.text


def test_an_agency_that_does_not_answer_is_one_sentence_and_passwords_still_work(
    nurse: User, provider: Provider, settings
) -> None:
    client = Client()
    way = there(client)
    provider.broken = True
    assert "does not answer" in client.get("/sign-in/agency/").text
    assert "does not answer" in and_back(client, way).text
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    assert "does not answer" in client.get("/sign-in/agency/").text
    signed_in(staff())


def test_a_wrong_secret_of_the_house_opens_nothing(nurse: User, provider: Provider, settings) -> None:
    settings.OIDC_SECRET_FILE.write_text("another")
    assert "does not fit" in comes(Client()).text


def test_her_other_posting_opens_only_with_the_agency_s_word(nurse: User, provider: Provider) -> None:
    actions.post(actor=CLERK, user_id=nurse.id, role=Role.HSA, facility_id=None)
    other = actions.post(actor=CLERK, user_id=nurse.id, role=Role.RN, facility_id=YORK)
    hsa = nurse.postings.get(role="hsa").id
    client = Client()
    comes(client)
    page = client.get("/account/").text
    assert str(other) in page and str(hsa) not in page
    assert client.post("/account/posting/", {"posting": str(other)}).status_code == 302
    answer = client.post("/account/posting/", {"posting": str(hsa)})
    assert answer.status_code == 403 and "did not give you this role" in unescape(answer.text)
    provider.claims["groups"] = [*GROUPS, "throughcare-hsa"]
    again = Client()
    comes(again)
    assert again.post("/account/posting/", {"posting": str(hsa)}).status_code == 302


def test_where_the_agency_asked_for_no_second_factor_ours_is_asked_for(nurse: User, provider: Provider) -> None:
    second_factor.enrol(nurse, second_factor.new_secret())
    provider.claims["amr"] = ["pwd"]
    client = Client()
    assert comes(client)["Location"] == "/second-factor/"
    assert client.get("/account/").status_code == 302, "half of a sign-in opens nothing"
    provider.claims["amr"] = ["pwd", "otp"]
    assert comes(client)["Location"] == "/account/"


def test_in_production_a_second_factor_of_either_house_is_owed(nurse: User, provider: Provider, settings) -> None:
    settings.THROUGHCARE_DEMO = False
    provider.claims["amr"] = ["pwd"]
    assert comes(Client())["Location"] == "/account/second-factor/"
    provider.claims["amr"] = ["mfa"]
    assert comes(Client())["Location"] == "/account/"


def test_a_pin_is_set_just_after_and_carries_only_the_agency_s_roles(nurse: User, provider: Provider) -> None:
    actions.post(actor=CLERK, user_id=nurse.id, role=Role.HSA, facility_id=None)
    client = Client()
    comes(client)
    assert "New PIN" in client.get("/account/").text
    with time_machine.travel(real_now() + timedelta(minutes=10)):
        assert client.post("/account/pin/", {"pin": "271828"}).status_code == 422
        assert "first minutes" in client.get("/account/").text
    assert client.post("/account/pin/", {"pin": "271828"}).status_code == 302
    other = Client()
    answer = other.post("/switch/", {"name": nurse.username, "secret": "271828"})
    assert answer.status_code == 302
    assert SignIn.objects.filter(user=nurse, how="pin").get().roles == ["rn"]


def test_a_password_of_the_account_still_opens_all_its_postings(nurse: User, provider: Provider) -> None:
    actions.set_password(actor=CLERK, user_id=nurse.id, password=PASSWORD)
    signed_in(nurse)
    assert SignIn.objects.get(user=nurse).roles is None


def test_roles_come_from_groups_that_are_known_in_the_table_s_order() -> None:
    table = {"nurses": Role.RN, "doctors": Role.PROVIDER, "night": Role.RN}
    assert roles_of(["night", "doctors", "nurses", "x"], table) == ("rn", "provider")
    assert roles_of("doctors", table) == ("provider",)
    for nothing in (None, 7, {}, [], [3, None, {}], "rn"):
        assert roles_of(nothing, table) == ()


def test_half_a_configuration_does_not_start(tmp_path: Path) -> None:
    home = {
        "THROUGHCARE_HOME": str(tmp_path),
        "DATABASE_URL": "postgresql://throughcare_app:x@db/throughcare",
        "THROUGHCARE_HOSTS": "record.example.org",
        "THROUGHCARE_BASE_URL": "https://record.example.org",
    }
    make_home(load(home))
    half = load({**home, "THROUGHCARE_OIDC_ISSUER": "http://sign-in.example.org"})
    said = " ".join(half.problems())
    assert all(word in said for word in ("THROUGHCARE_OIDC_ISSUER", "THROUGHCARE_OIDC_CLIENT", "oidc.secret"))
    (tmp_path / "keys" / "oidc.secret").write_text(SECRET)
    whole = {"THROUGHCARE_OIDC_ISSUER": "https://sign-in.example.org/", "THROUGHCARE_OIDC_CLIENT": CLIENT}
    assert load({**home, **whole}).problems() == []
