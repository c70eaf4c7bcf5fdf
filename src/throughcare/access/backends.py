"""Sign-in by name and password, for accounts that may work today."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from throughcare.access.models import User


class Password(BaseBackend):
    """Checks a password at equal cost whether or not the account exists."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Give the user, or None."""
        if not username or not password:
            return None
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            make_password(password)
            return None
        return user if user.is_active and user.check_password(password) else None

    def get_user(self, user_id: Any) -> User | None:
        """Give the user of a session while the account is active: a leaver's session is dead at once."""
        return User.objects.filter(pk=user_id, is_active=True).first()
