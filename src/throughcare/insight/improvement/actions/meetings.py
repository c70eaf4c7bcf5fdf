"""Meetings that clocks hear of: of the quality committee, with custody's administration, of health staff."""

from datetime import date
from typing import Literal
from uuid import UUID

from throughcare.insight.improvement import fhir, states
from throughcare.insight.improvement.actions.keeping import in_words, keep, of_role
from throughcare.insight.improvement.events import AdministrativeMeetingHeld, QualityCommitteeMet, StaffMeetingHeld
from throughcare.insight.improvement.models import Meeting
from throughcare.insight.improvement.policy import LEADS
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7

# What the clocks hear of each kind of meeting.
HEARD: dict[str, type[QualityCommitteeMet | AdministrativeMeetingHeld | StaffMeetingHeld]] = {
    "quality": QualityCommitteeMet,
    "administrative": AdministrativeMeetingHeld,
    "staff": StaffMeetingHeld,
}


@action("improvement.record_meeting")
def record_meeting(
    *,
    actor: Actor,
    intent: UUID | None = None,
    facility_id: UUID,
    kind: Literal["quality", "administrative", "staff"],
    held_on: date,
    disciplines: str,
    decided: str,
) -> UUID:
    """Record a meeting of the quality committee, with custody's administration or of health staff; the next one's clock runs from it."""
    of_role(actor, LEADS)
    if kind not in states.MEETINGS:
        raise Invalid("Say which meeting it was.", fields={"meeting_kind": "Choose one."})
    now = clock.now()
    if held_on > clock.today():
        raise Invalid("Record it when it was held.", fields={"held_on": "A day to come."})
    row = Meeting.objects.create(
        id=uuid7(),
        facility_id=facility_id,
        kind=kind,
        held_on=held_on,
        disciplines=in_words("disciplines", disciplines, longest=240),
        decided=in_words("decided", decided),
        at=now,
        by=actor.label(),
    )
    keep("ImprovementMeeting", row.id, facility_id, fhir.meeting(row))
    emit(HEARD[kind](happened_at=now, facility_id=facility_id, ref=row.id))
    return row.id
