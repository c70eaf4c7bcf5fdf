"""What somebody took as they left custody: the orders that their way out stopped, for as long as they are gone.

It is what goes on the packet, the bridge, the clinic's letter and the summary for whoever treats them next (REL-02).
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from throughcare.custody.homes import way_out


def taken_along(people: Iterable[UUID]) -> Q:
    """Give, for rows of orders, those that the person took as they left; none of somebody who is here, or was never booked."""
    charts = list(people)
    out = way_out(charts)
    if out is None:
        return Q(pk__in=())
    return Q(person_id__in=charts, left_by=out.id, status="stopped")
