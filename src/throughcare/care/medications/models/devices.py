"""Devices that chart without a network: what they took along, which doses are theirs alone, and every entry they sent."""

from django.db import models
from django.db.models import Q

from throughcare.care.medications.models.orders import MedicationOrder
from throughcare.kernel.models import Row

OUTCOMES = ("applied", "possible_double", "kept", "taken_back")


class Device(Row):
    """One tablet of one facility. Revoked, it is refused, and what it sends is kept for a person to look at."""

    facility_id = models.UUIDField()
    name = models.CharField(max_length=60)
    enrolled_at = models.DateTimeField()
    enrolled_by = models.CharField(max_length=160)
    enroller_id = models.UUIDField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=160, blank=True)
    revoked_why = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["facility_id"], name="medications_device_place")]


class DeviceBundle(Row):
    """What one nurse took along on one device for at most twelve hours; entries made with it are theirs."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="bundles")
    user_id = models.UUIDField()
    user_name = models.CharField(max_length=120)
    role = models.CharField(max_length=20)
    facility_id = models.UUIDField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    people = models.PositiveIntegerField()


class Lease(Row):
    """The doses of one order belong to one device for a shift, because given twice they could kill."""

    order = models.ForeignKey(MedicationOrder, on_delete=models.PROTECT, related_name="leases")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="leases")
    since = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(ended_at__isnull=True), name="medications_lease_one"),
        ]


class DeviceEvent(Row):
    """One entry as a device sent it, kept word for word whatever became of it."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="events")
    bundle = models.ForeignKey(DeviceBundle, on_delete=models.PROTECT, null=True, related_name="events")
    event_id = models.UUIDField()
    sequence = models.PositiveIntegerField()
    digest = models.BinaryField(max_length=32)
    body = models.JSONField()
    dose_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    facility_id = models.UUIDField()
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
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="medications_event_outcome"),
            # The same entry twice is one row; another content under its number is a row of its own, and is looked at.
            models.UniqueConstraint(fields=["event_id", "digest"], name="medications_event_once"),
            models.UniqueConstraint(
                fields=["event_id"], condition=~Q(why="same_id_other_content"), name="medications_event_number"
            ),
            models.UniqueConstraint(
                fields=["device", "sequence"],
                condition=~Q(why__in=["same_id_other_content", "sequence_twice"]),
                name="medications_event_sequence",
            ),
        ]
        indexes = [
            models.Index(fields=["dose_id"], name="medications_event_dose"),
            models.Index(
                fields=["facility_id", "received_at"],
                name="medications_event_review",
                condition=Q(reviewed_at__isnull=True) & ~Q(why=""),
            ),
        ]
