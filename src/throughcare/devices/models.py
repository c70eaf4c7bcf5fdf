"""Devices that work without a network: which there are, what each took along, and every entry that one sent."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from throughcare.kernel.models import Row

OUTCOMES = ("applied", "possible_double", "kept", "taken_back")


class Device(Row):
    """One tablet or telephone of one facility. Revoked, it is refused, and what it sends is kept for a person to look at."""

    facility_id = models.UUIDField()
    name = models.CharField(max_length=60)
    enrolled_at = models.DateTimeField()
    enrolled_by = models.CharField(max_length=160)
    enroller_id = models.UUIDField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=160, blank=True)
    revoked_why = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["facility_id"], name="devices_device_place")]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by="") | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                name="devices_device_revoked_by",
            ),
        ]


class DeviceBundle(Row):
    """What one person took along on one device for at most twelve hours; entries made with it are theirs."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="bundles")
    user_id = models.UUIDField()
    user_name = models.CharField(max_length=120)
    role = models.CharField(max_length=20)
    facility_id = models.UUIDField()
    # The kinds of entries that may be made with it: what its carrier was allowed, and asked for.
    kinds = ArrayField(models.CharField(max_length=20))
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    people = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("issued_at")), name="devices_bundle_ends_later"),
        ]


class DeviceEvent(Row):
    """One entry as a device sent it, kept word for word whatever became of it."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="events")
    bundle = models.ForeignKey(DeviceBundle, on_delete=models.PROTECT, null=True, related_name="events")
    kind = models.CharField(max_length=20, blank=True)
    event_id = models.UUIDField()
    sequence = models.PositiveIntegerField()
    digest = models.BinaryField(max_length=32)
    body = models.JSONField()
    # What it is about, by its kind: a dose, a watch. And whose that is, in the device's words.
    about_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    said = models.CharField(max_length=120, blank=True)
    facility_id = models.UUIDField()
    # The device's moment by our clock, and how far its own clock was ahead.
    happened_at = models.DateTimeField(null=True)
    skew_ms = models.BigIntegerField(default=0)
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=16)
    # Why a person should look at it; empty where nothing is to be looked at.
    why = models.CharField(max_length=40, blank=True)
    sentence = models.CharField(max_length=240, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=160, blank=True)
    found = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="devices_event_outcome"),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by="") | (Q(reviewed_at__isnull=False) & ~Q(reviewed_by="")),
                name="devices_event_reviewed_by",
            ),
            # The same entry twice is one row; another content under its number is a row of its own, and is looked at.
            models.UniqueConstraint(fields=["event_id", "digest"], name="devices_event_once"),
            models.UniqueConstraint(
                fields=["event_id"], condition=~Q(why="same_id_other_content"), name="devices_event_number"
            ),
            models.UniqueConstraint(
                fields=["device", "sequence"],
                condition=~Q(why__in=["same_id_other_content", "sequence_twice"]),
                name="devices_event_sequence",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "about_id"], name="devices_event_about"),
            models.Index(
                fields=["facility_id", "received_at"],
                name="devices_event_review",
                condition=Q(reviewed_at__isnull=True) & ~Q(why=""),
            ),
        ]
