"""What service rooms give to the chart's pages."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse

from throughcare.care.intake import reads as intake
from throughcare.care.sick_call import policy, views
from throughcare.care.sick_call import reads as sick_call
from throughcare.chart.ports import RecentRequest, SaidAllergies
from throughcare.kernel.lens import Lens


class SaidAtIntake:
    """What an open receiving screening says already."""

    def allergies(self, family: Sequence[UUID]) -> SaidAllergies:
        """Ask intake."""
        return SaidAllergies(*intake.said_allergies(family))


class SickCallRequests:
    """The requests that sick call keeps."""

    def recent(self, lens: Lens, family: Sequence[UUID]) -> Sequence[RecentRequest]:
        """Ask sick call, if this reader works with requests."""
        if not policy.QUEUE.allows(lens):
            return ()
        return [
            RecentRequest(
                at=row.submitted_at,
                words=views.about(row),
                state=views.state_words(row),
                href=reverse("sick_call_request", kwargs={"person_id": row.person_id, "request_id": row.id}),
                open=row.closed_at is None,
            )
            for row in sick_call.of_people(lens, family)
        ]
