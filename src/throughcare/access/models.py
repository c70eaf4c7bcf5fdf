"""Accounts and their postings. A role is held at a place and for a time; nobody is a superuser."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from throughcare.kernel.ids import uuid7
from throughcare.kernel.models import Row
from throughcare.kernel.vocabulary import Role


class Users(BaseUserManager["User"]):
    """Finds users by the name they sign in with."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find without regard to case."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """An account: a member of staff, or a person in custody at a kiosk (then `person_id` is set)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    person_id = models.UUIDField(null=True, unique=True)
    is_active = models.BooleanField(default=True)
    left_at = models.DateTimeField(null=True)
    # Counted up when everything that was signed in must be signed out (a leaver, a stolen password).
    epoch = models.PositiveIntegerField(default=1)

    objects: ClassVar[Users] = Users()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(left_at__isnull=True) | Q(is_active=False), name="access_user_left"),
        ]

    def get_session_auth_hash(self) -> str:
        """Bind sessions to the password and to the epoch."""
        return f"{super().get_session_auth_hash()}{self.epoch}"


class Posting(Row):
    """A role held by somebody at a facility (none: across the agency) from one time to another."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="postings")
    role = models.CharField(max_length=12, choices=[(r.value, r.value) for r in Role])
    facility_id = models.UUIDField(null=True)
    title = models.CharField(max_length=80, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=[r.value for r in Role]), name="access_posting_role"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="access_posting_period"
            ),
        ]
        indexes = [models.Index(fields=["facility_id", "role"], name="access_posting_place")]
