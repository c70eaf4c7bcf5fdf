"""Emergency equipment of a site and what each check found. A check is never changed."""

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
