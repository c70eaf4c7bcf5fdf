"""Doses that belong to one device for a shift, because given twice they could kill."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from throughcare.care.medications.leased import leases_of
from throughcare.care.medications.models import Lease


def lease(device_id: UUID, orders: Sequence[UUID], since: datetime, until: datetime) -> None:
    """Let these orders' doses belong to a device, where no other has them; inside an action."""
    Lease.objects.filter(order_id__in=orders, ended_at=None, until__lte=since).update(ended_at=since)
    elsewhere = {i for i, owner in leases_of(orders, since).items() if owner != device_id}
    orders = [i for i in orders if i not in elsewhere]
    Lease.objects.filter(order_id__in=orders, ended_at=None, device_id=device_id).update(until=until)
    leases = [Lease(order_id=i, device_id=device_id, since=since, until=until) for i in orders]
    Lease.objects.bulk_create(leases, ignore_conflicts=True)


def end_leases(device_id: UUID, at: datetime) -> None:
    """Let another device take what this one had; inside an action."""
    Lease.objects.filter(device_id=device_id, ended_at=None).update(ended_at=at)
