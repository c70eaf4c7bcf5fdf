"""What this room hears: that a nurse has read, or seen the person for, what a complaint asked of care (GRV-01-TRIAGE)."""

from throughcare.care.grievances.events import GrievanceTriaged
from throughcare.care.grievances.models import Grievance
from throughcare.kernel.events import Event, emit


def care_taken_up(event: Event) -> None:
    """Close the nurse's clock when the request for care that went with a complaint is read, seen or taken back."""
    row = Grievance.objects.filter(care_request_id=event.ref).first() if event.ref else None
    if row is not None:
        emit(
            GrievanceTriaged(
                happened_at=event.happened_at, person_id=row.person_id, facility_id=row.facility_id, ref=row.id
            )
        )
