"""Emergency equipment with its checks; staff with what they did and what may lapse. A check or an entry is never changed."""

from django.db import models
from django.db.models import F, Q

from throughcare.kernel.models import Row


class Equipment(Row):
    """One piece of emergency equipment, or one stock of naloxone, where it hangs."""

    facility_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    place = models.CharField(max_length=80)
    least = models.PositiveSmallIntegerField(default=0)
    listed_at = models.DateTimeField()
    listed_by = models.CharField(max_length=160)
    gone_at = models.DateTimeField(null=True)
    found = models.CharField(max_length=12, blank=True)
    quantity = models.PositiveSmallIntegerField(null=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["facility_id", "kind", "place"], condition=Q(gone_at=None), name="workforce_equipment_one"
            ),
            models.CheckConstraint(condition=~Q(place=""), name="workforce_equipment_place"),
            models.CheckConstraint(
                condition=Q(checked_at__isnull=True, checked_by="", found="")
                | Q(checked_at__gte=F("listed_at")) & ~Q(checked_by="") & ~Q(found=""),
                name="workforce_equipment_checked",
            ),
        ]


class EquipmentCheck(Row):
    """One look at one piece of equipment."""

    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="checks")
    at = models.DateTimeField()
    by = models.CharField(max_length=160)
    found = models.CharField(max_length=12)
    quantity = models.PositiveSmallIntegerField(null=True)
    words = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(found=""), name="workforce_equipmentcheck_found")]
        indexes = [models.Index(fields=["equipment", "-at"], name="workforce_equipmentcheck_last")]


class StaffRecord(Row):
    """That somebody works here: from when, where, as what."""

    user_id = models.UUIDField(unique=True)
    facility_id = models.UUIDField(null=True)
    role = models.CharField(max_length=12)
    started_on = models.DateField()
    left_on = models.DateField(null=True)
    kept_by = models.CharField(max_length=160)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("started_on")), name="workforce_staffrecord_period"
            ),
            models.CheckConstraint(condition=~Q(role=""), name="workforce_staffrecord_role"),
        ]


class StaffEntry(Row):
    """One training, orientation or review that somebody did."""

    record = models.ForeignKey(StaffRecord, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=30)
    done_on = models.DateField()
    hours = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    # Set on the entry with which a number of hours was reached: the next year's are counted after it.
    met = models.BooleanField(default=False)
    words = models.CharField(max_length=240, blank=True)
    kept_at = models.DateTimeField()
    kept_by = models.CharField(max_length=160)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kind=""), name="workforce_staffentry_kind"),
            models.CheckConstraint(condition=Q(hours__isnull=True) | Q(hours__gt=0), name="workforce_staffentry_hours"),
        ]
        indexes = [models.Index(fields=["record", "kind", "-done_on"], name="workforce_staffentry_last")]


class Credential(Row):
    """A licence, registration or certificate with its end. Renewed, it names the one that follows."""

    record = models.ForeignKey(StaffRecord, on_delete=models.PROTECT, related_name="credentials")
    kind = models.CharField(max_length=30)
    number = models.CharField(max_length=40, blank=True)
    expires_on = models.DateField()
    kept_at = models.DateTimeField()
    kept_by = models.CharField(max_length=160)
    renewed_by = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="renews")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kind=""), name="workforce_credential_kind"),
            models.UniqueConstraint(
                fields=["record", "kind"], condition=Q(renewed_by=None), name="workforce_credential_one"
            ),
        ]
