"""Which device has which doses for itself, through a lens."""

from uuid import UUID

from throughcare.care.medications.models import Lease
from throughcare.kernel import clock, db
from throughcare.kernel.lens import Lens


def leases(lens: Lens, orders: set[UUID]) -> dict[str, str]:
    """Tell which device has each of these orders now: its id."""
    with db.reading(lens):
        rows = Lease.objects.filter(order_id__in=orders, ended_at=None, until__gt=clock.now())
        return {str(o): str(d) for o, d in rows.values_list("order_id", "device_id")}
