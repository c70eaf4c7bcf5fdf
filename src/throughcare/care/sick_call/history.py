"""A person's earlier requests as the rules of repeats need them: the same for the page and for what it does."""

from collections.abc import Collection
from uuid import UUID

from throughcare.care.sick_call import rules
from throughcare.care.sick_call.models import CareRequest


def of(row: CareRequest, family: Collection[UUID]) -> list[rules.PastRequest]:
    """Give the requests before and beside this one, of all charts that stand for the person; what was taken back is none."""
    earlier = CareRequest.objects.filter(person_id__in=family).exclude(id=row.id).exclude(state="withdrawn")
    return [
        rules.PastRequest(r.complaint, r.received_at, r.seen_as, r.resolved)
        for r in earlier.order_by("-submitted_at")[:60]
        if r.received_at is not None
    ]
