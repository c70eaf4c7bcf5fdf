"""Accounts, their postings and sign-ins. A role is held at a place and for a time; nobody is a superuser."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
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
    version = models.PositiveIntegerField(default=1)
    username = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    # What a badge reader types on a shared workstation; the PIN that goes with it is hashed like a password.
    badge = models.CharField(max_length=40, null=True, unique=True)
    pin = models.CharField(max_length=128, blank=True)
    person_id = models.UUIDField(null=True, unique=True)
    is_active = models.BooleanField(default=True)
    left_at = models.DateTimeField(null=True)
    # Set with a password somebody else knows: the first thing its owner does is to choose another.
    must_change = models.BooleanField(default=False)
    # Until when a password given by somebody else lets its owner in, by the real clock.
    secret_until = models.DateTimeField(null=True)
    # Counted up when everything that was signed in must be signed out (a leaver, a stolen password).
    epoch = models.PositiveIntegerField(default=1)

    objects: ClassVar[Users] = Users()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(left_at__isnull=True) | Q(is_active=False), name="access_user_left"),
            models.CheckConstraint(
                condition=Q(must_change=True) | Q(secret_until__isnull=True), name="access_user_first_secret"
            ),
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
    # Trainings that the matrix asks for, such as `part2` (clinical.md 7.3, "Part 2 trained").
    trainings = ArrayField(models.CharField(max_length=40), default=list)
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


class SignIn(models.Model):
    """One sign-in at one device, from its first to its last request. Its times are the real clock's."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins")
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=12)
    # What stands between this sign-in and the record: `password`, `second_factor` or nothing.
    must = models.CharField(max_length=14, blank=True)
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=120, blank=True)
    # The roles that the agency's sign-in vouched for; null where the account's own secrets opened it, and all count.
    roles = ArrayField(models.CharField(max_length=12), null=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(how__in=["password", "code", "passkey", "pin", "demo", "oidc"]), name="access_signin_how"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_why="") | (Q(ended_at__isnull=False) & ~Q(ended_why="")),
                name="access_signin_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-started_at"], name="access_signin_mine"),
            models.Index(fields=["user"], condition=Q(ended_at__isnull=True), name="access_signin_open"),
        ]


class OutsideName(models.Model):
    """What the agency's sign-in calls the owner of an account: tied at their first coming, by its subject for ever."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], condition=Q(until__isnull=True), name="access_outside_subject"
            ),
            models.UniqueConstraint(
                fields=["issuer", "user"], condition=Q(until__isnull=True), name="access_outside_user"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="access_outside_period"
            ),
        ]


class Attempt(models.Model):
    """One try of a secret. The name is kept as a digest: people type passwords into the wrong field."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    name_digest = models.CharField(max_length=64)
    address = models.CharField(max_length=45, blank=True)
    passed = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["name_digest", "-at"], name="access_attempt_name"),
            models.Index(fields=["address", "-at"], name="access_attempt_address"),
        ]


class Why(Row):
    """A reason given with one click to open the record of somebody with whom one has no task (clinical.md 7.4)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person_id = models.UUIDField()
    code = models.CharField(max_length=40)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("at")), name="access_why_period")]
        indexes = [models.Index(fields=["user", "until"], name="access_why_mine")]


class BreakGlass(Row):
    """One chart opened against the matrix, for an hour, with a reason; somebody reviews each (ruling 11)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12)
    facility_id = models.UUIDField(null=True)
    person_id = models.UUIDField()
    code = models.CharField(max_length=40)
    text = models.TextField()
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # 42 CFR 2.51: who received it, where they work, and what the emergency was; empty where no Part 2 record was asked.
    recipient = models.CharField(max_length=120, blank=True)
    affiliation = models.CharField(max_length=120, blank=True)
    emergency = models.TextField(blank=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=160, blank=True)
    finding = models.CharField(max_length=14, blank=True)
    review = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("opened_at")), name="access_breakglass_period"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by="", finding="")
                | Q(reviewed_at__isnull=False, finding__in=["justified", "not_justified", "unclear"]),
                name="access_breakglass_reviewed",
            ),
            models.CheckConstraint(
                condition=Q(recipient="", affiliation="", emergency="")
                | (~Q(recipient="") & ~Q(affiliation="") & ~Q(emergency="")),
                name="access_breakglass_part2",
            ),
            models.CheckConstraint(
                condition=~Q(role__in=[Role.CUSTODY, Role.TRANSPORT, Role.PAROLE, Role.PATIENT, Role.PUBLIC]),
                name="access_breakglass_never_custody",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "until"], name="access_breakglass_mine"),
            models.Index(fields=["opened_at"], condition=Q(reviewed_at__isnull=True), name="access_breakglass_open"),
        ]


class Denial(Row):
    """A record closed to one user, whatever the matrix, a reason or break-glass would say: denial beats all."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person_id = models.UUIDField()
    why = models.TextField()
    by = models.CharField(max_length=160)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="access_denial_period"
            )
        ]
        indexes = [models.Index(fields=["user", "person_id"], name="access_denial_mine")]


class Consent(Row):
    """What a person has agreed that somebody may do or be told; revoking stops future use only (clinical.md 7.4)."""

    person_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    form_version = models.CharField(max_length=40)
    # Which classes of data it opens (none for a consent to treatment), to which roles, and whom it names in words.
    classes = ArrayField(models.CharField(max_length=24), default=list)
    roles = ArrayField(models.CharField(max_length=12), default=list)
    recipient = models.CharField(max_length=160, blank=True)
    purpose = models.CharField(max_length=160, blank=True)
    about = models.CharField(max_length=120, blank=True)
    # What 42 CFR 2.31(a) asks beside: who may disclose, what in words that mean something, through whom, who signed, and
    # which statements stood on the form.
    disclosers = models.CharField(max_length=200, blank=True, default="")
    described = models.CharField(max_length=400, blank=True, default="")
    intermediary = models.CharField(max_length=160, blank=True, default="")
    signed_by = models.CharField(max_length=160, blank=True, default="")
    statements = ArrayField(models.CharField(max_length=20), default=list)
    language = models.CharField(max_length=12)
    interpreter = models.CharField(max_length=120, blank=True)
    witness = models.CharField(max_length=120, blank=True)
    agreed = models.BooleanField()
    signed_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    expires_event = models.CharField(max_length=120, blank=True)
    irrevocable_until = models.CharField(max_length=120, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_how = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("starts_at")), name="access_consent_period"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_how="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_how="")),
                name="access_consent_revoked",
            ),
            models.CheckConstraint(
                condition=Q(classes=[]) | Q(expires_at__isnull=False) | ~Q(expires_event=""),
                name="access_consent_ends",
            ),
            # What was kept before these were asked for stays as it was signed, and opens nothing (kinds.lacks).
            models.CheckConstraint(
                condition=~Q(kind__startswith="part2_")
                | Q(agreed=False)
                | Q(revoked_at__isnull=False)
                | ~Q(disclosers="")
                & ~Q(described="")
                & ~Q(recipient="")
                & ~Q(purpose="")
                & ~Q(signed_by="")
                & ~Q(statements=[]),
                name="access_consent_part2",
            ),
        ]
        indexes = [models.Index(fields=["person_id", "kind"], name="access_consent_person")]


class Authority(Row):
    """Why one reader may open named people's records beyond care: a quality sample, an audit, a court's order, a law."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    purpose = models.TextField()
    people = ArrayField(models.UUIDField())
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["sample", "audit", "court_order", "law"]), name="access_authority_kind"
            ),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="access_authority_period"),
        ]
        indexes = [models.Index(fields=["user", "until"], name="access_authority_mine")]


class Suspension(Row):
    """A time in which the accounting of disclosures to one recipient is not shown to the person (45 CFR 164.528(a)(2))."""

    person_id = models.UUIDField()
    requested_by = models.CharField(max_length=160)
    roles = ArrayField(models.CharField(max_length=12), default=list)
    why = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("since")), name="access_suspension_period")]
        indexes = [models.Index(fields=["person_id", "until"], name="access_suspension_person")]


REPRESENTATIVES = ("guardian", "conservator", "health_care_agent", "personal_representative", "attorney")


class Representative(Row):
    """Who may decide or ask in a person's place: a guardian of a minor, a conservator, a health-care agent (ruling 15)."""

    person_id = models.UUIDField()
    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=120)
    relation = models.CharField(max_length=80, blank=True)
    reached_by = models.CharField(max_length=160, blank=True)
    # What shows it: the court's order, the signed form, the birth certificate.
    proof = models.CharField(max_length=200)
    limits = models.CharField(max_length=200, blank=True)
    recorded_by = models.CharField(max_length=160)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=REPRESENTATIVES), name="access_representative_kind"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="access_representative_period"
            ),
            models.CheckConstraint(
                condition=Q(ended_why="") | Q(until__isnull=False), name="access_representative_ended"
            ),
        ]
        indexes = [models.Index(fields=["person_id", "until"], name="access_representative_person")]


class Amendment(Row):
    """A person's request to amend their record, or for a copy of it, and what became of it (45 CFR 164.526, 164.524)."""

    person_id = models.UUIDField()
    facility_id = models.UUIDField(null=True)
    # To amend the record (164.526), or for a copy of it (164.524).
    kind = models.CharField(max_length=5, default="amend")
    asked_at = models.DateTimeField()
    what = models.TextField()
    why = models.TextField()
    received_by = models.CharField(max_length=160)
    state = models.CharField(max_length=10, default="open")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=160, blank=True)
    # Why it was accepted or denied; a denial names one of the law's four grounds.
    ground = models.CharField(max_length=20, blank=True)
    answer = models.TextField(blank=True)
    # The person's statement of disagreement, kept with the record whatever anybody thinks of it.
    disagreement = models.TextField(blank=True)
    disagreed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True, decided_by="", answer="", ground="")
                | (Q(state="accepted", decided_at__isnull=False, ground="") & ~Q(answer=""))
                | (Q(state="denied", decided_at__isnull=False) & ~Q(answer="") & ~Q(ground="")),
                name="access_amendment_decided",
            ),
            models.CheckConstraint(
                condition=Q(disagreed_at__isnull=True, disagreement="")
                | (Q(disagreed_at__isnull=False, state="denied") & ~Q(disagreement="")),
                name="access_amendment_disagreed",
            ),
            models.CheckConstraint(condition=Q(kind__in=["amend", "copy"]), name="access_amendment_kind"),
        ]
        indexes = [
            models.Index(fields=["person_id", "-asked_at"], name="access_amendment_person"),
            models.Index(fields=["asked_at"], condition=Q(state="open"), name="access_amendment_open"),
        ]


class Disclosure(Row):
    """What the institution was told of one person, for one of the law's six purposes (45 CFR 164.512(k)(5)); never changed."""

    person_id = models.UUIDField()
    facility_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=1)
    # To whom by name and rank, the least that was needed word for word, and why it was.
    told = models.CharField(max_length=160)
    items = models.TextField()
    why = models.TextField()
    at = models.DateTimeField()
    by = models.CharField(max_length=160)
    by_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=list("ABCDEF")), name="access_disclosure_purpose"),
            models.CheckConstraint(
                condition=~Q(told="") & ~Q(items="") & ~Q(why=""), name="access_disclosure_says_what"
            ),
        ]
        indexes = [models.Index(fields=["person_id", "-at"], name="access_disclosure_person")]


class Hold(Row):
    """A legal hold on one person's record: while it stands nothing of it is destroyed, whoever orders it (clinical.md 7.4)."""

    person_id = models.UUIDField()
    authority = models.CharField(max_length=200)
    why = models.TextField()
    by = models.CharField(max_length=160)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=160, blank=True)
    ended_why = models.CharField(max_length=200, blank=True)
    ended_by_id = models.UUIDField(null=True)
    # Who asked that it ends, and why: another office ends it, or lets it stand and clears these.
    asked_at = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=160, blank=True, default="")
    asked_by_id = models.UUIDField(null=True)
    asked_why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True, ended_by="", ended_why="")
                | (Q(until__gt=F("since")) & ~Q(ended_by="") & ~Q(ended_why="")),
                name="access_hold_ended",
            ),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True, asked_by="", asked_by_id__isnull=True, asked_why="")
                | (Q(asked_at__isnull=False, asked_by_id__isnull=False) & ~Q(asked_by="") & ~Q(asked_why="")),
                name="access_hold_asked",
            ),
            # What one person ended before two were asked for stays as it was (ended_by_id is null).
            models.CheckConstraint(
                condition=Q(ended_by_id__isnull=True)
                | (Q(asked_by_id__isnull=False) & ~Q(ended_by_id=F("asked_by_id"))),
                name="access_hold_ended_by_two",
            ),
        ]
        indexes = [models.Index(fields=["person_id"], condition=Q(until__isnull=True), name="access_hold_stands")]


class Watched(Row):
    """A record of which each look is asked about: somebody known to the public, a colleague's relative, a witness."""

    person_id = models.UUIDField()
    why = models.TextField()
    by = models.CharField(max_length=160)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="access_watched_period"
            ),
            models.UniqueConstraint(fields=["person_id"], condition=Q(until__isnull=True), name="access_watched_once"),
        ]


class Finding(Row):
    """A question about somebody's looks at records, found by a detector; a person answers each (clinical.md 7.4)."""

    detector = models.CharField(max_length=20)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12)
    person_id = models.UUIDField(null=True)
    day = models.DateField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    number = models.PositiveIntegerField()
    found_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=160, blank=True)
    outcome = models.CharField(max_length=14, blank=True)
    review = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by="", outcome="", review="")
                | (Q(reviewed_at__isnull=False, outcome__in=["explained", "not_explained", "unclear"]) & ~Q(review="")),
                name="access_finding_reviewed",
            ),
            models.UniqueConstraint(
                fields=["detector", "user", "person_id", "day"], nulls_distinct=False, name="access_finding_once"
            ),
        ]
        indexes = [
            models.Index(fields=["found_at"], condition=Q(reviewed_at__isnull=True), name="access_finding_open"),
        ]


class Told(Row):
    """One who had to know of a break-glass has read of it: the person's provider, the Part 2 programme (clinical.md 7.4)."""

    glass = models.ForeignKey(BreakGlass, on_delete=models.PROTECT, related_name="told")
    role = models.CharField(max_length=12)
    by = models.CharField(max_length=160)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["glass", "role"], name="access_told_once"),
            models.CheckConstraint(condition=Q(role__in=[Role.PROVIDER, Role.SUD]), name="access_told_role"),
        ]


class Token(models.Model):
    """A bearer token: a posting's (or a person's own) lens for a program. Only its digest is kept; times are the real clock's."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.BinaryField(max_length=32, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="+")
    # The one person whose record it opens, where it opens one person's alone.
    person_id = models.UUIDField(null=True)
    # What the program may ask for, in SMART's words; null is all that the lens shows.
    scopes = ArrayField(models.CharField(max_length=200), null=True)
    client = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_why = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="access_token_period"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_why="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_why="")),
                name="access_token_revoked",
            ),
        ]
        indexes = [
            models.Index(fields=["user"], condition=Q(revoked_at__isnull=True), name="access_token_open"),
        ]
