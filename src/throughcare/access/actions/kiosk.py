"""A person's own way in at the kiosk: an account tied to their chart, with a code on paper."""

import secrets
from uuid import UUID

from django.contrib.auth.hashers import make_password

from throughcare.access.actions import record as keep
from throughcare.access.actions.accounts import create_account, leave, post
from throughcare.access.models import Posting, User
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.kernel.vocabulary import Role

DIGITS = 10


@action("access.open_kiosk")
def open_kiosk(*, actor: Actor, intent: UUID | None = None, person_id: UUID, number: str, name: str) -> str:
    """Let a person sign in at the kiosk by this number and the code that it gives, shown once and never kept.

    Given again, the code is another one and ends what was signed in. It stays until then: there is no keyboard in a cell to
    choose a password with, and a wrong code is slowed down as any secret is.
    """
    user = User.objects.select_for_update().filter(person_id=person_id).first()
    if user is None:
        if not number.strip():
            raise Invalid("No way in was opened.", fields={"number": "Write the number they will type."})
        create_account(actor=actor, username=number, name=name, person_id=person_id)
        user = User.objects.select_for_update().get(person_id=person_id)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    user.is_active, user.left_at, user.epoch, user.version = True, None, user.epoch + 1, user.version + 1
    user.password = make_password(code)
    user.save()
    if not Posting.objects.filter(keep.in_force(), user=user, role=Role.PATIENT.value).exists():
        post(actor=actor, user_id=user.id, role=Role.PATIENT)
    keep.account(user, reason="code for the kiosk given")
    return code


@action("access.close_kiosk")
def close_kiosk(*, actor: Actor, intent: UUID | None = None, person_id: UUID) -> None:
    """End a person's way in at the kiosk; what is signed in is dead with its next touch."""
    user = User.objects.filter(person_id=person_id, is_active=True).first()
    if user is None:
        raise NotFound("This person has no way in at the kiosk.")
    leave(actor=actor, user_id=user.id, why="kiosk closed")


def typed(text: str) -> str:
    """Read a code as somebody typed it, with or without what groups its digits."""
    return "".join(one for one in text if one.isdigit())


def grouped(code: str) -> str:
    """Write a code so that it can be read off a paper."""
    return f"{code[:3]} {code[3:6]} {code[6:]}"
