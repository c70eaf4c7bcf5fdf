"""Registered apps, what people let them do, and what was handed out. Secrets are kept as digests alone."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from throughcare.kernel.ids import uuid7
from throughcare.kernel.models import Row

# How an app proves that it is itself: not at all (it has nowhere to keep a secret), by a secret, by its key; a service always by its key.
KINDS = ("public", "secret", "key", "service")
STATES = ("active", "suspended", "revoked")


class App(Row):
    """A program of somebody else's that an administrator registered. `scopes` is the most it may ever be given."""

    client_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    about = models.CharField(max_length=400, blank=True)
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=9, default="active")
    redirect_uris = ArrayField(models.CharField(max_length=400), default=list)
    launch_uri = models.CharField(max_length=400, blank=True)
    scopes = ArrayField(models.CharField(max_length=200))
    secret_digest = models.BinaryField(max_length=32, null=True)
    jwks = models.JSONField(null=True)
    jwks_uri = models.CharField(max_length=400, blank=True)
    # A service works under an account and a posting of its own: its lens is that role's.
    user = models.ForeignKey("access.User", on_delete=models.PROTECT, null=True, related_name="+")
    posting = models.ForeignKey("access.Posting", on_delete=models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField()
    registered_by = models.CharField(max_length=160)
    changed_at = models.DateTimeField()
    changed_why = models.CharField(max_length=200, blank=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="smart_app_kind"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="smart_app_state"),
            models.CheckConstraint(
                condition=Q(kind="secret", secret_digest__isnull=False) | ~Q(kind="secret") & Q(secret_digest=None),
                name="smart_app_secret",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["key", "service"]) & (Q(jwks__isnull=False, jwks_uri="") | Q(jwks=None) & ~Q(jwks_uri=""))
                | Q(kind__in=["public", "secret"], jwks=None, jwks_uri=""),
                name="smart_app_keys",
            ),
            models.CheckConstraint(
                condition=Q(kind="service", user__isnull=False, posting__isnull=False, redirect_uris=[], launch_uri="")
                | ~Q(kind="service") & Q(user=None, posting=None) & ~Q(redirect_uris=[]),
                name="smart_app_service",
            ),
        ]  # fmt: skip

    @property
    def confidential(self) -> bool:
        """Tell whether it must prove that it is itself."""
        return self.kind != "public"


class Permission(Row):
    """What somebody let an app do, once: everything handed out from it ends with it."""

    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="permissions")
    user = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    posting = models.ForeignKey("access.Posting", on_delete=models.PROTECT, related_name="+")
    # The one person whom it is about; none: whomever the lens shows.
    person_id = models.UUIDField(null=True)
    scopes = ArrayField(models.CharField(max_length=200))
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_why="") | Q(ended_at__isnull=False) & ~Q(ended_why=""),
                name="smart_permission_ended",
            ),
        ]
        indexes = [models.Index(fields=["app"], condition=Q(ended_at=None), name="smart_permission_open")]


class Code(models.Model):
    """An authorization code: for one app, one address, one challenge; used once, within a minute."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    permission = models.OneToOneField(Permission, on_delete=models.PROTECT, related_name="code")
    redirect_uri = models.CharField(max_length=400)
    challenge = models.CharField(max_length=128)
    nonce = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="smart_code_period")]


class Refresh(models.Model):
    """A refresh token: each gives the next, once; one that comes a second time ends the permission."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    permission = models.ForeignKey(Permission, on_delete=models.PROTECT, related_name="refreshes")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="smart_refresh_period")]


class Given(models.Model):
    """Which app holds an access token, and by which permission; a service holds its own by none."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    token = models.OneToOneField("access.Token", on_delete=models.PROTECT, related_name="+")
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="given")
    permission = models.ForeignKey(Permission, on_delete=models.PROTECT, null=True, related_name="given")


class Launch(models.Model):
    """A button in a chart that was pressed: the app may come back with it once, for that person and that user."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    person_id = models.UUIDField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="smart_launch_period")]


class Assertion(models.Model):
    """The number (`jti`) of a signed assertion that was taken: it is never taken again while it could be valid."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="+")
    number = models.BinaryField(max_length=32)
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["app", "number"], name="smart_assertion_once")]
