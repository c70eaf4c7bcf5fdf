"""Who may be asked for an order now: prescribers on shift or on call at a facility, those who are there first."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from throughcare.care.medications.policy import PRESCRIBERS
from throughcare.duties.models import RosterShift
from throughcare.kernel import clock, db
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One prescriber who can give an order by word now, and how to reach them."""

    id: UUID
    name: str
    role: str
    on_call: bool
    phone: str


def on_duty(lens: Lens, facility_id: UUID | None) -> list[OnDuty]:
    """Give the prescribers on shift or on call here or for the agency; the reader must be one who may write an order down."""
    if not lens.could(Verb.WRITE, DataClass.MEDICATION):
        return []
    now = clock.now()
    with db.reading(lens):
        rows = RosterShift.objects.filter(
            Q(facility_id=facility_id) | Q(facility_id=None),
            starts__lte=now,
            ends__gt=now,
            role__in=[r.value for r in PRESCRIBERS],
        ).order_by("on_call", "user__name")
        found = [OnDuty(*row) for row in rows.values_list("user_id", "user__name", "role", "on_call", "phone")[:40]]
    return list({p.id: p for p in reversed(found)}.values())[::-1]
