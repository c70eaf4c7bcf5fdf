"""Doses that belong to one device for a shift."""

from django.db import models
from django.db.models import Q

from throughcare.care.medications.models.orders import MedicationOrder
from throughcare.devices.models import Device
from throughcare.kernel.models import Row


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
