"""Which device has which doses for itself, through a lens."""

from uuid import UUID

from throughcare.care.medications.leased import leases_of
from throughcare.kernel import clock, db
from throughcare.kernel.lens import Lens


def leases(lens: Lens, orders: set[UUID]) -> dict[str, str]:
    """Tell which device has the medicine of each of these orders now: its id."""
    with db.reading(lens):
        return {str(o): str(d) for o, d in leases_of(orders, clock.now()).items()}
