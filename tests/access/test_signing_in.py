"""Signing in and out at a shared workstation."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from tests.access.makers import CLERK, PASSWORD, signed_in, staff
from throughcare.access import actions, second_factor
from throughcare.access.models import Attempt, Posting, SignIn, User
from throughcare.access.realtime import real_now
from throughcare.kernel import db
from throughcare.kernel.errors import Invalid
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.django_db


def code_for(secret: str, step: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def test_a_nurse_signs_in_and_her_account_page_opens() -> None:
    client = signed_in(staff())
    answer = client.get("/account/")
    assert answer.status_code == 200 and "Demo-rn" in answer.text


def test_nobody_is_let_in_without_a_sign_in() -> None:
    answer = Client().get("/account/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=%2Faccount%2F")


def test_a_wrong_password_and_an_unknown_name_look_alike() -> None:
    user = staff()
    answers = [
        Client().post("/sign-in/", {"name": name, "password": "wrong wrong wrong"}).text
        for name in (user.username, "nobody-at-all")
    ]
    said = [text.split("note-title")[0].count("do not fit together") for text in answers]
    assert said == [1, 1]


def test_the_sixth_wrong_try_waits_and_the_right_password_waits_with_it() -> None:
    user = staff()
    client = Client()
    for _ in range(6):
        client.post("/sign-in/", {"name": user.username, "password": "wrong wrong wrong"})
    answer = client.post("/sign-in/", {"name": user.username, "password": PASSWORD})
    assert answer.status_code == 422 and "Too many tries" in answer.text


def test_tries_by_name_and_by_badge_count_together() -> None:
    user = staff(badge="B-12")
    client = Client()
    for name in (user.username, "B-12", user.username.upper(), "B-12", user.username, "B-12"):
        client.post("/switch/", {"name": name, "secret": "999999"})
    assert "Too many tries" in client.post("/sign-in/", {"name": user.username, "password": PASSWORD}).text


def test_what_was_typed_as_a_name_is_never_stored() -> None:
    Client().post("/sign-in/", {"name": "my-secret-password", "password": "x"})
    stored = Attempt.objects.values_list("name_digest", "address")
    assert stored and all("secret" not in digest for digest, _ in stored)


def test_the_second_factor_is_asked_for_and_a_code_works_once() -> None:
    user = staff()
    secret = second_factor.new_secret()
    codes = actions.enrol_second_factor(actor=CLERK, user_id=user.id, secret=secret, code=code_for(secret))
    assert len(codes) == 10

    client = Client()
    answer = client.post("/sign-in/", {"name": user.username, "password": PASSWORD, "next": "/account/"})
    assert answer["Location"] == "/second-factor/"
    assert client.get("/account/").status_code == 302, "half a sign-in opens nothing"
    code = code_for(secret)
    assert client.post("/second-factor/", {"code": code})["Location"] == "/account/"
    assert client.get("/account/").status_code == 200

    again = Client()
    again.post("/sign-in/", {"name": user.username, "password": PASSWORD})
    assert again.post("/second-factor/", {"code": code}).status_code == 422
    assert again.post("/second-factor/", {"code": codes[0]}).status_code == 302
    third = Client()
    third.post("/sign-in/", {"name": user.username, "password": PASSWORD})
    assert third.post("/second-factor/", {"code": codes[0]}).status_code == 422, "a recovery code works once"


def test_secrets_of_second_factors_are_encrypted_at_rest() -> None:
    from allauth.mfa.models import Authenticator

    user = staff()
    secret = second_factor.new_secret()
    actions.enrol_second_factor(actor=CLERK, user_id=user.id, secret=secret, code=code_for(secret))
    for kept in Authenticator.objects.filter(user=user):
        assert secret not in str(kept.data)


def test_a_code_that_does_not_fit_enrols_nothing() -> None:
    user = staff()
    with pytest.raises(Invalid):
        actions.enrol_second_factor(actor=CLERK, user_id=user.id, secret=second_factor.new_secret(), code="000000")
    assert not second_factor.enrolled(user)


def test_a_leaver_s_sign_ins_are_dead_with_the_next_request() -> None:
    user = staff()
    client = signed_in(user)
    assert client.get("/account/").status_code == 200
    actions.leave(actor=CLERK, user_id=user.id)
    assert client.get("/account/").status_code == 302
    assert Client().post("/sign-in/", {"name": user.username, "password": PASSWORD}).status_code == 422
    assert not Posting.objects.filter(user=user, until=None).exists()


def test_a_new_password_ends_every_other_sign_in_and_keeps_this_one() -> None:
    user = staff()
    here, there = signed_in(user), signed_in(user)
    answer = here.post("/account/password/", {"present": PASSWORD, "password": "seven-grey-herons-stand"})
    assert answer.status_code == 302
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


@pytest.mark.parametrize("password", ["short", "password1234", "1234567890123", "x" * 200])
def test_a_weak_password_is_refused_and_says_why(password: str) -> None:
    client = signed_in(staff())
    answer = client.post("/account/password/", {"present": PASSWORD, "password": password})
    assert answer.status_code == 422 and "has-error" in answer.text


def test_a_long_password_without_digits_or_signs_is_welcome() -> None:
    user = staff()
    actions.set_password(actor=CLERK, user_id=user.id, password="we walk along the river bank")
    user.refresh_from_db()
    assert user.check_password("we walk along the river bank")


def test_the_first_password_must_be_changed_before_anything_opens() -> None:
    user = staff(password="")
    first = actions.new_secret(actor=CLERK, user_id=user.id)
    client = Client()
    answer = client.post("/sign-in/", {"name": user.username, "password": first})
    assert answer["Location"] == "/account/password/"
    assert client.get("/account/")["Location"] == "/account/password/"
    answer = client.post("/account/password/", {"present": first, "password": "seven-grey-herons-stand"})
    assert answer["Location"] == "/account/"
    assert client.get("/account/").status_code == 200


def test_a_role_that_needs_a_second_factor_sets_it_up_first_in_production(settings) -> None:
    settings.THROUGHCARE_DEMO = False
    user = staff()
    client = Client()
    assert (
        client.post("/sign-in/", {"name": user.username, "password": PASSWORD})["Location"] == "/account/second-factor/"
    )
    assert client.get("/account/")["Location"] == "/account/second-factor/"
    page = client.get("/account/second-factor/")
    assert page.status_code == 200
    secret = client.session["second_factor_pending"]
    answer = client.post("/account/second-factor/", {"present": PASSWORD, "code": code_for(secret)})
    assert answer.status_code == 200 and "ten codes" in answer.text
    assert client.get("/account/").status_code == 200


# --- the shared workstation -------------------------------------------------------------------------------------------------


def test_switching_users_takes_under_five_seconds_keeps_the_place_and_nothing_of_the_previous_user() -> None:
    first, second = staff(), staff(Role.PROVIDER, pin="480271", badge="B-77")
    signed_in(second)
    client = signed_in(first)
    session = client.session
    session["left_behind"] = "the first user's"
    session.save()
    key = session.session_key

    began = time.perf_counter()
    answer = client.post("/switch/", {"name": "B-77", "secret": "480271", "next": "/account/"})
    page = client.get(answer["Location"])
    assert time.perf_counter() - began < 5
    assert answer["Location"] == "/account/"
    assert "Demo-provider" in page.text and "Demo-rn" not in page.text
    assert "left_behind" not in client.session and client.session.session_key != key
    assert SignIn.objects.get(user=first).ended_why == "switched"


def test_a_switch_to_a_place_that_the_next_role_may_not_open_goes_home() -> None:
    officer = staff(Role.CUSTODY, pin="480271")
    signed_in(officer)
    client = signed_in(staff(Role.HSA))
    answer = client.post("/switch/", {"name": officer.username, "secret": "480271", "next": "/accounts/"})
    assert answer["Location"] == "/"


def test_a_pin_is_worth_nothing_before_a_full_sign_in_that_day() -> None:
    user = staff(pin="480271")
    assert Client().post("/switch/", {"name": user.username, "secret": "480271"}).status_code == 422
    signed_in(user)
    assert Client().post("/switch/", {"name": user.username, "secret": "480271"}).status_code == 302
    SignIn.objects.filter(user=user).update(started_at=datetime.now(UTC) - timedelta(hours=17))
    assert Client().post("/switch/", {"name": user.username, "secret": "480271"}).status_code == 422


def test_a_pin_does_not_sign_in_at_the_front_door() -> None:
    user = staff(pin="480271")
    signed_in(user)
    assert Client().post("/sign-in/", {"name": user.username, "password": "480271"}).status_code == 422


def test_a_switch_by_password_asks_for_the_second_factor_and_signs_the_previous_user_out() -> None:
    first, second = staff(), staff(pin="480271")
    secret = second_factor.new_secret()
    actions.enrol_second_factor(actor=CLERK, user_id=second.id, secret=secret, code=code_for(secret))
    client = signed_in(first)
    assert client.post("/switch/", {"name": second.username, "secret": PASSWORD})["Location"] == "/second-factor/"
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize("pin", ["12345", "111111", "123456", "987654", "48o271", "4802714802714"])
def test_a_pin_that_anybody_would_guess_is_refused(pin: str) -> None:
    user = staff()
    with pytest.raises(Invalid):
        actions.set_pin(actor=CLERK, user_id=user.id, pin=pin)


# --- how long -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "minutes", "alive"), [(Role.RN, 14, True), (Role.RN, 16, False), (Role.CUSTODY, 11, False)]
)
def test_an_idle_sign_in_ends_by_its_role_s_limit(role: Role, minutes: int, alive: bool) -> None:
    user = staff(role)
    client = signed_in(user)
    SignIn.objects.filter(user=user).update(seen_at=datetime.now(UTC) - timedelta(minutes=minutes))
    assert (client.get("/account/").status_code == 200) is alive


def test_a_page_that_looks_again_by_itself_keeps_nobody_signed_in() -> None:
    user = staff()
    client = signed_in(user)
    seen = datetime.now(UTC) - timedelta(minutes=14)
    SignIn.objects.filter(user=user).update(seen_at=seen)
    assert client.get("/account/", headers={"X-By-Itself": "1"}).status_code == 200
    assert SignIn.objects.get(user=user).seen_at == seen
    SignIn.objects.filter(user=user).update(seen_at=seen - timedelta(minutes=2))
    assert client.get("/account/", headers={"X-By-Itself": "1", "HX-Request": "true"}).status_code == 403
    assert client.get("/account/").status_code == 302


def test_no_sign_in_outlives_its_absolute_limit() -> None:
    user = staff()
    client = signed_in(user)
    SignIn.objects.filter(user=user).update(started_at=datetime.now(UTC) - timedelta(hours=15))
    assert client.get("/account/").status_code == 302


def test_signing_out_elsewhere_ends_the_others() -> None:
    user = staff()
    here, there = signed_in(user), signed_in(user)
    here.post("/account/sign-out-elsewhere/")
    assert (here.get("/account/").status_code, there.get("/account/").status_code) == (200, 302)


def test_nobody_ends_somebody_else_s_sign_in() -> None:
    mine, theirs = staff(), staff()
    client, other = signed_in(mine), signed_in(theirs)
    seat = SignIn.objects.get(user=theirs)
    client.post(f"/account/sign-ins/{seat.id}/end/")
    assert other.get("/account/").status_code == 200


def test_signing_out_is_asked_for_and_ends_it() -> None:
    client = signed_in(staff())
    assert client.get("/sign-out/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/account/").status_code == 302


def test_an_ended_posting_gives_no_lens() -> None:
    user = staff()
    client = signed_in(user)
    actions.end_posting(actor=CLERK, posting_id=Posting.objects.get(user=user).id)
    answer = client.get("/account/")
    assert answer.status_code == 403 and "no posting now" in answer.text


# --- signatures -----------------------------------------------------------------------------------------------------------------


def test_a_signature_is_confirmed_by_pin_or_password_of_who_is_signed_in() -> None:
    user, other = staff(pin="480271"), staff(pin="193755")
    began = time.perf_counter()
    assert actions.confirm_signature(actor=CLERK, user_id=user.id, secret="480271").user_id == user.id
    assert time.perf_counter() - began < 5
    assert actions.confirm_signature(actor=CLERK, user_id=user.id, secret=PASSWORD).user_id == user.id
    assert actions.confirm_signature(actor=CLERK, user_id=other.id, secret="480271").user_id is None
    assert actions.confirm_signature(actor=CLERK, user_id=user.id, secret="").user_id is None


def test_accounts_are_kept_in_the_ledger_without_their_secrets() -> None:
    from throughcare.access import lenses
    from throughcare.ledger import reads as ledger_reads

    user = staff(pin="480271")
    lens = lenses.bare(Role.RN)
    with db.reading(lens):
        versions = ledger_reads.history(lens, "Practitioner", user.id)
    assert [v.reason for v in versions] == ["PIN changed", "password changed", ""]
    assert all("argon2" not in str(v.body) and "480271" not in str(v.body) for v in versions)


def test_names_differ_by_more_than_case() -> None:
    user = staff()
    with pytest.raises(Invalid):
        actions.create_account(actor=CLERK, username=user.username.upper(), name="Demo-Other")
    assert User.objects.filter(username__iexact=user.username).count() == 1


def test_the_way_to_switch_names_the_page_on_which_one_stands() -> None:
    page = signed_in(staff()).get("/account/").text
    assert 'href="/switch/?next=/account/"' in page or 'href="/switch/?next=%2Faccount%2F"' in page


def test_a_page_about_nobody_costs_few_questions_to_the_database(django_assert_max_num_queries) -> None:
    """Session, account, sign-in, what holds for single people, running codes; the rest is the page's own."""
    client = signed_in(staff())
    client.get("/sign-out/")  # also asks, once per process, which zone the site's clocks go by
    with django_assert_max_num_queries(11):
        client.get("/sign-out/")


def test_sessions_that_are_over_and_old_tries_are_forgotten_and_nothing_else() -> None:
    from django.contrib.sessions.models import Session

    nurse = staff()
    client = signed_in(nurse)
    Client().post("/sign-in/", {"name": nurse.username, "password": "not this one at all"})
    assert actions.clear_sign_ins(actor=CLERK) == 0
    assert client.get("/account/").status_code == 200
    with time_machine.travel(real_now() + timedelta(days=31), tick=False):
        assert actions.clear_sign_ins(actor=CLERK) == 4, "one session, two tries, one sign-in"
    assert not Session.objects.exists() and not Attempt.objects.exists()
    seat = SignIn.objects.get(user=nurse)
    assert seat.ended_why == "idle", "that somebody signed in stays on record"
