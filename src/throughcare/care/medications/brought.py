"""Which medicines brought from outside are decided on: by an order of this stay. One that an earlier stay decided on is asked anew (INT-04)."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from throughcare.care.medications.models import MedicationOrder
from throughcare.chart.models import HomeMedicine
from throughcare.custody.models import Stay


def undecided(people: Sequence[UUID]) -> QuerySet[HomeMedicine]:
    """Give what the person says they take and no order of this stay answers."""
    stays = Stay.objects.filter(person_id__in=people).exclude(state="cancelled")
    since = stays.order_by("-admitted_at").values_list("admitted_at", flat=True).first()
    counts = Q() if since is None else Q(recorded_at__gte=since)
    named = MedicationOrder.objects.filter(counts, person_id__in=people, home_medicine__isnull=False)
    rows = HomeMedicine.objects.filter(person_id__in=people, status="active")
    return rows.exclude(id__in=named.values("home_medicine_id"))
