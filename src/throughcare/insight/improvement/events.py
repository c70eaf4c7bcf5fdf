"""What improvement tells the clock: the committee met, the year's studies are done, health and custody met."""

from dataclasses import dataclass
from typing import ClassVar

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class QualityCommitteeMet(Event):
    """A facility's quality committee met; `ref` is the meeting."""

    name: ClassVar[str] = "quality_committee_met"


@dataclass(frozen=True, kw_only=True)
class AdministrativeMeetingHeld(Event):
    """Health services and custody's administration met at a facility; `ref` is the meeting."""

    name: ClassVar[str] = "administrative_meeting_held"


@dataclass(frozen=True, kw_only=True)
class QualityStudiesDone(Event):
    """A facility concluded a study of process and one of outcome within a year, each studied again after a change; `ref` is the last."""

    name: ClassVar[str] = "quality_studies_done"


@dataclass(frozen=True, kw_only=True)
class StaffMeetingHeld(Event):
    """Health staff of a facility met and looked at their statistics; `ref` is the meeting."""

    name: ClassVar[str] = "staff_meeting_held"
