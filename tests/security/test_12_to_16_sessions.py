"""D3-12, 13, 14, 16: tokens bound to who asked, the right patient, sessions, and fields that nobody may set."""

from uuid import uuid4

import pytest
from django.test import Client

from tests.access.makers import CLERK, PASSWORD, signed_in, staff
from tests.security.objects import HARTFORD, World, routes
from tests.security.test_01_doors import signed_in_as
from throughcare.access import actions
from throughcare.access.kinds import Agreement
from throughcare.access.models import Posting, SignIn, User
from throughcare.kernel import clock
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.django_db


# --- 14: sessions -----------------------------------------------------------------------------------------------------------


def test_a_session_key_that_somebody_planted_is_not_kept() -> None:
    user, client = staff(), Client()
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "yes"
    session.save()
    before = session.session_key
    client.post("/sign-in/", {"name": user.username, "password": PASSWORD})
    assert client.session.session_key != before and "planted" not in client.session


def test_a_signed_out_session_s_cookie_opens_nothing() -> None:
    client = signed_in(staff())
    kept = client.cookies.output()
    stolen = Client()
    stolen.cookies.load(kept.replace("Set-Cookie: ", ""))
    assert stolen.get("/account/").status_code == 200
    client.post("/sign-out/")
    assert stolen.get("/account/").status_code == 302


def test_cookies_are_not_for_scripts_nor_for_other_sites() -> None:
    client = signed_in(staff())
    for name, cookie in client.cookies.items():
        assert cookie["httponly"] and cookie["samesite"] == "Strict", name


def test_in_production_cookies_go_over_tls_alone() -> None:
    import os
    import subprocess
    import sys

    told = {
        **os.environ,
        "THROUGHCARE_MODE": "production",
        "THROUGHCARE_BASE_URL": "https://example.org",
        "THROUGHCARE_HOSTS": "example.org",
        "DJANGO_SETTINGS_MODULE": "throughcare.app.settings",
    }
    code = "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.DEBUG, s.THROUGHCARE_DEMO)"
    done = subprocess.run([sys.executable, "-c", code], env=told, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True", "True", "False", "False"], done.stderr


def test_every_change_asks_for_the_form_s_own_token(world: World) -> None:
    """CSRF: no page that changes something is reached from another site's form; exceptions are named."""
    user = staff(Role.HSA, facility=HARTFORD)
    client = Client(enforce_csrf_checks=True)
    client.get("/sign-in/")
    token = client.cookies[next(n for n in client.cookies if "csrf" in n)].value
    client.post("/sign-in/", {"name": user.username, "password": PASSWORD, "csrfmiddlewaretoken": token})
    assert client.post("/account/sign-out-elsewhere/").status_code == 403
    exempt = {r.name for r in routes() if r.method != "GET" and getattr(r.view, "csrf_exempt", False)}
    # Programs bring no cookie, and none is read; the way in for apps only leads on to a page of ours that asks.
    programs = {"smart_authorize", "smart_token", "smart_revoke", "smart_introspect"}
    assert exempt <= {"demo_become", *programs}


@pytest.mark.parametrize(
    "next_", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/sign-in/"]
)
def test_signing_in_never_leads_elsewhere(next_: str) -> None:
    user = staff()
    answer = Client().post("/sign-in/", {"name": user.username, "password": PASSWORD, "next": next_})
    assert answer["Location"] == "/"


def test_the_demonstration_s_way_in_is_closed_in_production(settings) -> None:
    settings.THROUGHCARE_DEMO = False
    answer = Client().post("/demo/become", {"role": "rn"})
    assert answer.status_code == 404 and not SignIn.objects.exists()


# --- 12: tokens -------------------------------------------------------------------------------------------------------------


def test_a_page_key_of_somebody_else_shows_only_one_s_own(world: World) -> None:
    him = signed_in_as(Role.HIM, world)
    for _ in range(3):
        him.get(f"/people/{world.there}/who-looked/")
    patient = signed_in_as(Role.PATIENT, world)
    page = patient.get(f"/people/{world.here}/who-looked/?before=999999")
    assert page.status_code == 200
    assert patient.get(f"/people/{world.there}/who-looked/?before=999999").status_code == 404


# --- 13: the right patient --------------------------------------------------------------------------------------------------


def test_one_person_s_consent_is_not_revoked_on_another_s_page(world: World) -> None:
    client = signed_in_as(Role.RN, world)
    said = Agreement(kind="treatment", form_version="T-1", agreed=True, language="en")
    consent = actions.give_consent(actor=CLERK, person_id=world.there, agreement=said)
    answer = client.post(f"/people/{world.here}/consents/{consent}/revoke/", {"version": "1", "how": "in writing"})
    assert answer.status_code == 404


def test_a_stale_form_changes_nothing_and_says_so(world: World) -> None:
    client = signed_in_as(Role.RN, world)
    said = Agreement(kind="treatment", form_version="T-1", agreed=True, language="en")
    consent = actions.give_consent(actor=CLERK, person_id=world.here, agreement=said)
    first = client.post(f"/people/{world.here}/consents/{consent}/revoke/", {"version": "1", "how": "in writing"})
    again = client.post(f"/people/{world.here}/consents/{consent}/revoke/", {"version": "1", "how": "in writing"})
    assert (first.status_code, again.status_code) == (302, 409)


def test_no_patient_is_kept_in_the_session(world: World) -> None:
    client = signed_in_as(Role.RN, world)
    client.get(f"/people/{world.here}/consents/")
    assert str(world.here) not in str(dict(client.session.items()))


# --- 16: mass assignment ----------------------------------------------------------------------------------------------------


def test_fields_that_a_form_does_not_have_set_nothing() -> None:
    user = staff()
    client = signed_in(user)
    extra = {
        "is_active": "false",
        "epoch": "99",
        "role": "hsa",
        "person_id": str(uuid4()),
        "must_change": "on",
        "badge": "B-1",
    }
    client.post("/account/pin/", {"present": PASSWORD, "pin": "480271", **extra})
    client.post("/account/password/", {"present": PASSWORD, "password": "seven-grey-herons-stand", **extra})
    after = User.objects.get(id=user.id)
    assert (after.is_active, after.person_id, after.badge, after.must_change) == (True, None, None, False)
    assert [p.role for p in Posting.objects.filter(user=user)] == ["rn"]


def test_opening_an_account_gives_no_role(world: World) -> None:
    client = signed_in_as(Role.HSA, world)
    client.post(
        "/accounts/", {"username": "new-one", "name": "Demo-New", "role": "him", "is_active": "on", "epoch": "7"}
    )
    made = User.objects.get(username="new-one")
    assert not made.has_usable_password() and made.epoch == 1 and not made.postings.exists()


def test_nobody_gives_themselves_a_role(world: World) -> None:
    client = signed_in_as(Role.HSA, world)
    me = SignIn.objects.latest("started_at").user_id
    answer = client.post(f"/accounts/{me}/postings/", {"role": "him"})
    assert answer.status_code == 422 and Posting.objects.filter(user_id=me).count() == 1


@pytest.mark.parametrize("role", ["superuser", "", "public; drop table", "patient"])
def test_a_role_that_is_none_is_refused(role: str, world: World) -> None:
    client = signed_in_as(Role.HSA, world)
    other = staff()
    client.post(f"/accounts/{other.id}/postings/", {"role": role})
    assert Posting.objects.filter(user=other).count() == 1


# --- 19 and 18: what was opened is written down -------------------------------------------------------------------------------


def test_every_page_about_a_person_leaves_a_line_in_the_read_log(world: World) -> None:
    """D3-18."""
    from tests.security.objects import address, objects_of
    from throughcare.ledger.models import Read

    client = signed_in_as(Role.RN, world)
    began = clock.now()
    for route in routes():
        if route.method != "GET" or "<uuid:person_id>" not in route.path or route.policy.public:
            continue
        before = Read.objects.filter(people__contains=[world.here]).count()
        answer = client.get(address(route, objects_of(route, world, world.here)))
        if answer.status_code == 200:
            assert Read.objects.filter(people__contains=[world.here]).count() == before + 1, route.path
    assert Read.objects.filter(people__contains=[world.here], role="rn").exists() and began


def test_the_serving_role_can_not_change_what_was_logged_or_kept(world: World) -> None:
    from django.db import DatabaseError, connection, transaction

    for statement in (
        "UPDATE ledger_read SET user_name = 'x'",
        "DELETE FROM ledger_read",
        "UPDATE ledger_version SET actor = 'x'",
        "DELETE FROM ledger_version",
        "TRUNCATE ledger_version",
        "UPDATE ledger_label SET label = 'x'",
        "DELETE FROM access_breakglass",
        "DELETE FROM access_attempt",
        "UPDATE access_attempt SET passed = true",
        "ALTER TABLE ledger_version DISABLE TRIGGER ALL",
        "SET ROLE throughcare_owner",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
