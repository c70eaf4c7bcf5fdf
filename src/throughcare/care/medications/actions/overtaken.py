"""A tablet's dose of an order that was changed meanwhile: the order in its place may bring the same medicine in the same pass (MED-06)."""

from uuid import UUID

from django.db.models import Q

from throughcare.care.medications import states
from throughcare.care.medications.facility_passes import window_of
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.rules import statuses, tables
from throughcare.people.family import family

# An order changed so often within one shift is followed no further.
FOLLOWED = 6


def same_pass_under_another(row: Dose) -> Dose | None:
    """Give the dose of the same pass that another order of this medicine brings: one that was given first, else one still open.

    Another order is one in this one's place, however often it was changed, or any of the same product.
    """
    order = row.order
    if order is None:
        return None
    asked = Q(order_id__in=_after(order.id))
    if order.code:
        asked |= Q(order__person_id__in=family(order.person_id), order__code=order.code)
    apart = max(window_of(order).late, tables.orders().same_pass)
    near = Dose.objects.filter(asked, due_at__range=(row.due_at - apart, row.due_at + apart)).exclude(order_id=order.id)
    found: list[Dose] = list(near.filter(status__in=sorted({*statuses.TAKEN, states.EXPECTED})).order_by("due_at"))
    return next(iter(sorted(found, key=lambda d: d.status == states.EXPECTED)), None)


def _after(order_id: UUID) -> list[UUID]:
    """Give the orders that stand in the place of one."""
    found: list[UUID] = []
    last = [order_id]
    while last and len(found) < FOLLOWED:
        last = list(MedicationOrder.objects.filter(replaces_id__in=last).values_list("id", flat=True))
        found += last
    return found
