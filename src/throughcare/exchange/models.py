"""What came in from outside: every message verbatim, what was decided about it, and files whose parts we could not use."""

from django.db import models
from django.db.models import Q

from throughcare.kernel.models import PersonRow, Row

STATUSES = ("received", "applied", "repeated", "held", "refused")
ANSWERS = ("AA", "AE", "AR")
ASKS = ("", "order")
ANSWERED = ("seen", "acted", "not_ours")
HOLDS = (
    "unknown_person",
    "two_people",
    "other_person",
    "unknown_place",
    "out_of_order",
    "other_content",
    "ahead",
    "not_taken",
    "failed",
)


class Message(Row):
    """One HL7 v2 message as it came, byte for byte, and what became of it. A repeat points to what it repeats.

    `named` says that a person at the board decided whom it is about.
    `sender`, `control_id`, `digest`, `raw` and `received_at` never change: the database refuses it.
    """

    raw = models.BinaryField(null=True)
    digest = models.BinaryField(max_length=32)
    sender = models.CharField(max_length=520, blank=True)
    control_id = models.CharField(max_length=260, blank=True)
    trigger = models.CharField(max_length=20, blank=True)
    door = models.CharField(max_length=80)
    received_at = models.DateTimeField()
    happened_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=8)
    answer = models.CharField(max_length=2)
    hold = models.CharField(max_length=16, blank=True)
    sentence = models.TextField(blank=True)
    problems = models.JSONField(default=list)
    waits_for = models.CharField(max_length=300, blank=True)
    repeat_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="repeats")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    named = models.BooleanField(default=False)
    facility_id = models.UUIDField(null=True)
    stay_id = models.UUIDField(null=True)
    booking = models.CharField(max_length=40, blank=True)
    story = models.JSONField(default=dict)
    left = models.JSONField(default=list)
    """What it says beside what was charted: kept with its bytes, and shown."""
    asks = models.CharField(max_length=8, blank=True)
    """What an applied message still wants of somebody: which order it answers."""
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=160, blank=True)
    why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="exchange_message_status"),
            models.CheckConstraint(condition=Q(answer__in=ANSWERS), name="exchange_message_answer"),
            models.CheckConstraint(
                condition=Q(repeat_of__isnull=True, raw__isnull=False) & ~Q(status="repeated")
                | Q(repeat_of__isnull=False, raw__isnull=True, status="repeated"),
                name="exchange_message_kept_once",
            ),
            models.CheckConstraint(
                condition=Q(status="held", hold__in=HOLDS) | ~Q(status="held") & Q(hold=""),
                name="exchange_message_hold",
            ),
            models.CheckConstraint(
                condition=Q(asks="") | Q(asks__in=ASKS, status="applied"), name="exchange_message_asks"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by="") | Q(settled_at__isnull=False) & ~Q(settled_by=""),
                name="exchange_message_settled",
            ),
            models.UniqueConstraint(
                fields=["sender", "control_id", "digest"],
                condition=Q(repeat_of__isnull=True) & ~Q(control_id=""),
                name="exchange_message_once",
            ),
        ]
        indexes = [
            models.Index(fields=["received_at"], name="exchange_message_received"),
            models.Index(
                fields=["status", "received_at"],
                condition=Q(status__in=["held", "refused"]),
                name="exchange_message_board",
            ),
            models.Index(fields=["received_at"], condition=~Q(asks=""), name="exchange_message_asking"),
            models.Index(fields=["received_at"], condition=Q(status="received"), name="exchange_message_to_chart"),
            models.Index(fields=["waits_for"], condition=Q(status="held"), name="exchange_message_waits"),
            models.Index(fields=["person", "happened_at"], name="exchange_message_person"),
        ]


class Correction(Row):
    """A wording by which somebody had a held message tried: kept beside the bytes that came, which never change."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="corrections")
    n = models.PositiveSmallIntegerField()
    raw = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    by = models.CharField(max_length=160)
    at = models.DateTimeField()
    why = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "n"], name="exchange_correction_once"),
            models.CheckConstraint(condition=~Q(why=""), name="exchange_correction_says_why"),
        ]


class Imported(Row):
    """A file, or a part of one, that came by the file door: kept verbatim, with what was and was not understood."""

    digest = models.BinaryField(max_length=32)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    raw = models.BinaryField()
    received_at = models.DateTimeField()
    finished_at = models.DateTimeField(
        null=True
    )  # when all was done with it; what was stopped before is taken up again
    understood = models.JSONField(default=dict)
    left = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="exchange_imported_once")]


class VisitOutside(PersonRow):
    """A visit at another place, as that place's system tells it. Its date is never shown to custody nor to the person."""

    source = models.CharField(max_length=160)
    number = models.CharField(max_length=160)
    status = models.CharField(max_length=16)
    starts_at = models.DateTimeField(null=True)
    minutes = models.PositiveIntegerField(null=True)
    place = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=240, blank=True)
    told_at = models.DateTimeField()

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.UniqueConstraint(fields=["source", "number"], name="exchange_visit_once"),
            models.CheckConstraint(
                condition=Q(
                    status__in=["proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow"]
                ),
                name="exchange_visit_status",
            ),
        ]


class Incoming(PersonRow):
    """One thing that came from outside and must reach a person: what stands in the record, and what became of it.

    `about` is the resource of the record that it is, `others` are papers of the same person that came with it; of a message
    whose request stands in no resource it is the message. Its words are the record's: this row has none but its title.
    """

    kind = models.CharField(max_length=13)
    about_type = models.CharField(max_length=40)
    about_id = models.UUIDField()
    others = models.JSONField(default=list)
    data_class = models.CharField(max_length=24)
    title = models.CharField(max_length=200, blank=True)
    urgency = models.CharField(max_length=7, default="routine")
    sender = models.CharField(max_length=160)
    facility_id = models.UUIDField(null=True)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="waiting")
    words = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=160, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=["request", "communication", "appointment", "document", "consent", "person"]),
                name="exchange_incoming_kind",
            ),
            models.CheckConstraint(condition=Q(urgency__in=["routine", "urgent"]), name="exchange_incoming_urgency"),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at__isnull=True, settled_by="", words="")
                | Q(state__in=ANSWERED, settled_at__isnull=False) & ~Q(settled_by=""),
                name="exchange_incoming_state",
            ),
            models.UniqueConstraint(
                fields=["about_id", "kind"], condition=Q(state="waiting"), name="exchange_incoming_once"
            ),
        ]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(state="waiting"), name="exchange_incoming_waiting"),
            models.Index(fields=["person", "received_at"], name="exchange_incoming_person"),
        ]


class Destination(Row):
    """A receiver of messages: how far the ledger was read for it, and whether sending to it is paused."""

    code = models.CharField(max_length=40, unique=True)
    horizon = models.BigIntegerField(default=0)
    paused_by = models.CharField(max_length=160, blank=True)
    paused_at = models.DateTimeField(null=True)
    last_ack_at = models.DateTimeField(null=True)
    last_trouble = models.CharField(max_length=200, blank=True)


class Delivery(PersonRow):
    """One message to one receiver, as it is sent, byte for byte: the disclosure log of this door."""

    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="deliveries")
    trigger = models.CharField(max_length=20)
    control_id = models.CharField(max_length=20, unique=True)
    about_type = models.CharField(max_length=40)
    about_id = models.UUIDField()
    about_version = models.PositiveIntegerField()
    raw = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    queued_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="queued")
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.BinaryField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    settled_by = models.CharField(max_length=160, blank=True)
    why = models.CharField(max_length=400, blank=True)

    class Meta(PersonRow.Meta):
        constraints = [
            *PersonRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=["queued", "accepted", "failed", "set_aside"]), name="exchange_delivery_state"
            ),
            models.UniqueConstraint(
                fields=["destination", "about_type", "about_id", "about_version", "trigger"],
                name="exchange_delivery_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["destination", "queued_at", "id"], condition=Q(state="queued"), name="exchange_delivery_queue"
            ),
            models.Index(fields=["queued_at"], condition=Q(state="failed"), name="exchange_delivery_failed"),
        ]


class Outside(models.Model):
    """A resource that another system sent, kept in the ledger as it was sent: whose, by whom, and whether it stands in the chart.

    It holds while the ledger's present version is `version`; from the first change made here on, the chart's row is the
    resource. The body is in the ledger alone (docs/decisions/0035).
    """

    id = models.UUIDField(primary_key=True)
    type = models.CharField(max_length=40)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    digest = models.BinaryField(max_length=32)
    sender = models.CharField(max_length=160)
    sent_as = models.CharField(max_length=300, blank=True)
    charted = models.BooleanField(default=False)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "type"], name="exchange_outside_person")]


class OutsideNumber(models.Model):
    """A number by which a sender names one of its resources again; for conditional writes and references."""

    type = models.CharField(max_length=40)
    system = models.CharField(max_length=300, blank=True)
    value = models.CharField(max_length=300)
    resource = models.ForeignKey(Outside, on_delete=models.PROTECT, related_name="numbers")

    class Meta:
        indexes = [models.Index(fields=["value", "type", "system"], name="exchange_outside_number")]


# The models of the room's packages, for whoever asks Django for this room's.
from throughcare.exchange.documents.models import Received, Said, SentDocument  # noqa: E402

__all__ = [
    "ANSWERS", "ASKS", "HOLDS", "STATUSES", "Correction", "Delivery", "Destination", "Imported", "Message", "Outside",
    "OutsideNumber", "Received", "Said", "SentDocument", "VisitOutside",
]  # fmt: skip
