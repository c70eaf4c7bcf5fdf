"""The first account: opened at the console while nobody administers accounts, its password good for some days."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests.access.makers import signed_in, staff
from throughcare.access import actions
from throughcare.access.models import Posting, User
from throughcare.access.realtime import real_now
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Refused
from throughcare.kernel.vocabulary import Role
from throughcare.ledger.models import Version

pytestmark = pytest.mark.django_db
CONSOLE = Actor.system("console (test)")


def opened(**more):
    words = {"username": "first.last", "name": "Sample-Last, First"}
    return actions.open_at_console(actor=CONSOLE, **{**words, **more})


def test_it_opens_an_administrator_s_account_whose_password_is_changed_first() -> None:
    first = opened()
    user = User.objects.get(id=first.user_id)
    assert user.must_change and user.check_password(first.secret)
    assert Posting.objects.get(user=user).role == "hsa"
    assert signed_in(user, first.secret).get("/accounts/")["Location"] == "/account/password/"
    kept = Version.objects.filter(subject=user.id)
    assert {v.actor for v in kept} == {"console (test)"} and kept.count() == 3


def test_it_is_refused_while_somebody_administers_accounts_and_possible_with_a_reason() -> None:
    staff(Role.HSA, facility=None)
    with pytest.raises(Refused, match="/accounts/"):
        opened()
    with pytest.raises(Refused):
        opened(because="short")
    opened(because="Both administrators have left the agency.")
    reasons = Version.objects.filter(actor="console (test)").values_list("reason", flat=True)
    assert "Both administrators have left the agency." in reasons


def test_the_first_is_nobody_but_who_opens_the_others() -> None:
    with pytest.raises(Refused):
        opened(role=Role.PROVIDER)
    with pytest.raises(Invalid):
        opened(role=Role.PATIENT)
    assert not User.objects.filter(username="first.last").exists()


def test_a_first_password_that_lay_about_opens_nothing() -> None:
    first = opened()
    user = User.objects.get(id=first.user_id)
    with time_machine.travel(real_now() + timedelta(hours=73), tick=False):
        answer = Client().post("/sign-in/", {"name": user.username, "password": first.secret})
    assert answer.status_code == 422
    actions.set_password(actor=CONSOLE, user_id=user.id, password="quiet-otter-walks-home")
    with time_machine.travel(real_now() + timedelta(days=400), tick=False):
        signed_in(user)
