"""Documents that came from outside, as they came; what each says, item by item, and what was decided of it; what was sent."""

from django.db import models
from django.db.models import Q

from throughcare.kernel.models import PersonRow, Row

STATES = ("waiting", "open", "done", "set_aside")
DECISIONS = ("open", "accepted", "known", "rejected")


class Received(Row):
    """A clinical document as it came, byte for byte. It waits for a person, then for a decision on each item.

    `digest`, `raw`, `door` and `received_at` never change: the database refuses it.
    """

    digest = models.BinaryField(max_length=32)
    raw = models.BinaryField()
    name = models.CharField(max_length=200, blank=True)
    door = models.CharField(max_length=20)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=160)
    kind = models.CharField(max_length=24)
    title = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=240, blank=True)
    replaces = models.CharField(max_length=240, blank=True)
    written = models.CharField(max_length=40, blank=True)
    sender = models.CharField(max_length=160, blank=True)
    said = models.JSONField(default=dict)
    """Whom it says it is about."""
    counted = models.JSONField(default=dict)
    odd = models.JSONField(default=list)
    protected = models.BooleanField(default=False)
    """It carries a notice of 42 CFR Part 2, or says that it is very restricted: it is not passed on without consent."""
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    facility_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, default="waiting")
    hold = models.CharField(max_length=16, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=160, blank=True)
    why = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="exchange_received_once"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="exchange_received_state"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "set_aside"]) | Q(person__isnull=False),
                name="exchange_received_whose",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-received_at"], name="exchange_received_person"),
            models.Index(fields=["received_at"], condition=Q(state="waiting"), name="exchange_received_waiting"),
        ]


class Said(PersonRow):
    """One thing that a document says of a person, and what a clinician decided of it: nothing is charted without one."""

    document = models.ForeignKey(Received, on_delete=models.PROTECT, related_name="items")
    n = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    data_class = models.CharField(max_length=24)
    labels = models.BigIntegerField(default=0)
    item = models.JSONField()
    state = models.CharField(max_length=10, default="open")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=160, blank=True)
    decider_id = models.UUIDField(null=True)
    why = models.CharField(max_length=200, blank=True)
    charted_as = models.CharField(max_length=40, blank=True)
    charted_id = models.UUIDField(null=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.UniqueConstraint(fields=["document", "n"], name="exchange_said_once"),
            models.CheckConstraint(condition=Q(state__in=DECISIONS), name="exchange_said_state"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True) | ~Q(state="open") & Q(decided_at__isnull=False),
                name="exchange_said_decided",
            ),
            models.CheckConstraint(condition=~Q(state="rejected") | ~Q(why=""), name="exchange_said_says_why"),
        ]
        indexes = [models.Index(fields=["person", "state"], name="exchange_said_person")]


class SentDocument(PersonRow):
    """A summary that was sent or handed over: to whom, for what, by which right, and what was left out.

    Its bytes stand in the ledger, sealed where a sealed programme's record is in them.
    """

    form = models.CharField(max_length=16)
    media = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    data_class = models.CharField(max_length=24)
    digest = models.BinaryField(max_length=32)
    recipient = models.CharField(max_length=160)
    purpose = models.CharField(max_length=24)
    basis = models.CharField(max_length=24)
    consent_id = models.UUIDField(null=True)
    notices = models.JSONField(default=list)
    told = models.JSONField(default=dict)
    """How many entries of each section went."""
    kept_back = models.JSONField(default=list)
    """What did not go, and why."""
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=160)

    class Meta(PersonRow.Meta):
        constraints = [*PersonRow.Meta.constraints]
        indexes = [models.Index(fields=["person", "-sent_at"], name="exchange_sentdocument_person")]
