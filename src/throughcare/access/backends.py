"""Sign-in by name and password, for accounts that may work today."""

from typing import Any, Literal

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.db.models import Q
from django.http import HttpRequest

from throughcare.access.models import User
from throughcare.access.realtime import real_now

Proof = Literal["", "pin", "password"]


class Password(BaseBackend):
    """Checks a password at equal cost whether or not the account exists."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Give the user whose password this is, or None."""
        user, proof = prove(username or "", password or "", pin=False)
        return user if proof else None

    def get_user(self, user_id: Any) -> User | None:
        """Give the user of a session while the account is active: a leaver's session is dead at once."""
        return User.objects.filter(pk=user_id, is_active=True).first()


def prove(name: str, secret: str, *, pin: bool) -> tuple[User | None, Proof]:
    """Say whose secret this is and which of theirs; nobody's costs as much as somebody's."""
    named = Q(username__iexact=name.strip()) | Q(badge=name.strip())
    user = User.objects.filter(named).first() if name.strip() and secret else None
    if user is None:
        make_password(secret)
        return None, ""
    proof = proof_of(user, secret, pin=pin)
    return (user, proof) if proof and user.is_active and not _too_late(user) else (None, "")


def proof_of(user: User, secret: str, *, pin: bool) -> Proof:
    """Say which of the account's secrets this is. A PIN counts where it may, and for a person's own kiosk account."""
    pin_counts = bool(user.pin) and (pin or user.person_id is not None)
    if pin_counts and secret.isdigit() and check_password(secret, user.pin):
        return "pin"
    return "password" if secret and user.check_password(secret) else ""


def _too_late(user: User) -> bool:
    # A first password that lay about unused opens nothing any more.
    return user.secret_until is not None and user.secret_until <= real_now()
