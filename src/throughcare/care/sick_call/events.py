"""What sick call tells the others; the clock table's SCR rows open and close by these names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class RequestReceived(Event):
    """Health staff have the request; an electronic one the moment it is sent (ruling 7)."""

    name: ClassVar[str] = "request_received"
    received_at: datetime
    red_flag: bool
    symptom: bool
    kind: str

    def payload(self) -> dict[str, Any]:
        """Give what the clocks ask."""
        return {
            "received_at": self.received_at,
            "red_flag": self.red_flag,
            "symptom": self.symptom,
            "kind": self.kind,
        }


@dataclass(frozen=True, kw_only=True)
class SexualHarmTold(Event):
    """The words of a request tell of sexual harm (INT-09); `ref` is the request. An event of its own: the request's clocks must not carry it."""

    name: ClassVar[str] = "sexual_harm_told"


@dataclass(frozen=True, kw_only=True)
class RequestsCollected(Event):
    """Health staff emptied the boxes of a facility, restrictive housing too (SCR-01); `ref` is the round."""

    name: ClassVar[str] = "requests_collected"
    slips: int

    def payload(self) -> dict[str, Any]:
        """Give how many slips there were; none is an answer."""
        return {"slips": self.slips}


@dataclass(frozen=True, kw_only=True)
class RequestTriaged(Event):
    """A nurse has read it and given it a priority."""

    name: ClassVar[str] = "request_triaged"
    priority: str
    symptom_found: bool
    received_at: datetime

    def payload(self) -> dict[str, Any]:
        """Give the priority; the face-to-face clock still runs from receipt."""
        return {"priority": self.priority, "symptom_found": self.symptom_found, "received_at": self.received_at}


@dataclass(frozen=True, kw_only=True)
class RequestSeen(Event):
    """The person was seen face to face."""

    name: ClassVar[str] = "request_seen"
    by: str

    def payload(self) -> dict[str, Any]:
        """Give whether nurse or provider saw them."""
        return {"by": self.by}


@dataclass(frozen=True, kw_only=True)
class ProviderVisitDone(Event):
    """A provider has seen the person about this."""

    name: ClassVar[str] = "provider_visit_done"


@dataclass(frozen=True, kw_only=True)
class ReferredToProvider(Event):
    """The nurse refers to a provider (SCR-06)."""

    name: ClassVar[str] = "referred_to_provider"
    priority: str

    def payload(self) -> dict[str, Any]:
        """Give how soon."""
        return {"priority": self.priority}


@dataclass(frozen=True, kw_only=True)
class RepeatComplaintFound(Event):
    """The same complaint again without a provider (SCR-05)."""

    name: ClassVar[str] = "repeat_complaint_found"
    complaint: str
    times: int

    def payload(self) -> dict[str, Any]:
        """Give what, and how often."""
        return {"complaint": self.complaint, "times": self.times}


@dataclass(frozen=True, kw_only=True)
class RedFlagAnswered(Event):
    """Somebody went to the person at once."""

    name: ClassVar[str] = "red_flag_answered"


@dataclass(frozen=True, kw_only=True)
class RequestWithdrawn(Event):
    """The person took the request back."""

    name: ClassVar[str] = "request_withdrawn"


@dataclass(frozen=True, kw_only=True)
class RequestAnswered(Event):
    """The person has their answer."""

    name: ClassVar[str] = "request_answered"


@dataclass(frozen=True, kw_only=True)
class VisitMissed(Event):
    """A visit did not take place; health's word on why."""

    name: ClassVar[str] = "visit_missed"
    reason: str
    access_failure: bool

    def payload(self) -> dict[str, Any]:
        """Give the reason, and whether access failed."""
        return {"reason": self.reason, "access_failure": self.access_failure}
