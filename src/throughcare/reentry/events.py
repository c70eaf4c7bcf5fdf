"""What going home tells the others; the clock table's REL rows open and close by these names."""

from dataclasses import dataclass
from typing import Any, ClassVar

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class DischargePlanningBegun(Event):
    """A planner has opened the case (REL-01); `ref` is the plan."""

    name: ClassVar[str] = "discharge_planning_begun"


@dataclass(frozen=True, kw_only=True)
class DischargePlanFinished(Event):
    """Every step that is due before release is done, not needed or refused (REL-01-PLAN)."""

    name: ClassVar[str] = "discharge_plan_finished"


@dataclass(frozen=True, kw_only=True)
class ReleasePacketHandedOver(Event):
    """The packet is in the person's hands, signed for (REL-02); `ref` is the packet."""

    name: ClassVar[str] = "release_packet_handed_over"


@dataclass(frozen=True, kw_only=True)
class ContactEvent(Event):
    """An attempt to reach somebody after release; `ref` is the contact."""

    day: int

    def payload(self) -> dict[str, Any]:
        """Give which day's contact it was."""
        return {"day": self.day}


@dataclass(frozen=True, kw_only=True)
class ReleaseContactMade(ContactEvent):
    """The person was reached (REL-CONTACT-1, -7, -30, REL-01-UNPLANNED)."""

    name: ClassVar[str] = "release_contact_made"


@dataclass(frozen=True, kw_only=True)
class ReleaseContactFailed(ContactEvent):
    """The last attempt failed: the duty is excused, with the reason in the contact."""

    name: ClassVar[str] = "release_contact_failed"


@dataclass(frozen=True, kw_only=True)
class HandedOn(Event):
    """Something left open reached who goes on with it outside."""


@dataclass(frozen=True, kw_only=True)
class ReleaseResultHandedOn(HandedOn):
    """A result reached the person and the community provider (REL-RESULT); `ref` is the result."""

    name: ClassVar[str] = "release_result_handed_on"


@dataclass(frozen=True, kw_only=True)
class ReleaseInfectionHandedOn(HandedOn):
    """Treatment and public health notice go on outside (REL-INFECTION)."""

    name: ClassVar[str] = "release_infection_handed_on"


@dataclass(frozen=True, kw_only=True)
class ReleaseMentalHealthLinked(HandedOn):
    """A mental health appointment is made and the person knows it (REL-MH)."""

    name: ClassVar[str] = "release_mental_health_linked"


@dataclass(frozen=True, kw_only=True)
class ReleaseCareHandedOn(HandedOn):
    """Unfinished referrals, chronic care and visits reached the community provider (REL-REFER)."""

    name: ClassVar[str] = "release_care_handed_on"
