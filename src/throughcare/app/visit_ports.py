"""What the exchange gives to sick call: visits at other places."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from throughcare.care.sick_call.ports import OutsideVisit
from throughcare.exchange.models import VisitOutside

HOLDS = ("pending", "booked", "arrived")


class ToldVisits:
    """Fills `sick_call.outside_visits`: what other services' systems booked."""

    def between(self, people: Collection[UUID], since: datetime, until: datetime) -> Sequence[OutsideVisit]:
        """Ask the exchange."""
        rows = VisitOutside.objects.filter(
            person_id__in=list(people), status__in=HOLDS, starts_at__gte=since, starts_at__lt=until
        )
        return [
            OutsideVisit(row.person_id, row.starts_at, row.minutes, row.place)
            for row in rows.order_by("starts_at")
            if row.starts_at is not None
        ]
