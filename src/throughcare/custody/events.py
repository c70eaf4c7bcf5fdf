"""What custody tells the others. A clock's trigger is the event's `name`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from throughcare.kernel.events import Event
from throughcare.kernel.ids import derived


@dataclass(frozen=True, kw_only=True)
class CustodyEvent(Event):
    """Something custody did with a person during a stay; `ref` is the move, or the row it is about."""

    stay_id: UUID | None = None

    def payload(self) -> dict[str, Any]:
        """Give the stay."""
        return {"stay_id": self.stay_id}


@dataclass(frozen=True, kw_only=True)
class Admitted(CustodyEvent):
    """A person came into custody."""

    name: ClassVar[str] = "admitted"
    facility_kind: str
    legal_status: str
    sex: str

    def payload(self) -> dict[str, Any]:
        """Give what intake's clocks ask for."""
        return {
            "stay_id": self.stay_id,
            "facility_kind": self.facility_kind,
            "legal_status": self.legal_status,
            "sex": self.sex,
            "can_be_pregnant": self.sex != "male",
        }


@dataclass(frozen=True, kw_only=True)
class Between(CustodyEvent):
    """A move between two facilities of the agency."""

    from_facility_id: UUID | None
    to_facility_id: UUID | None

    def payload(self) -> dict[str, Any]:
        """Give both ends."""
        return {
            "stay_id": self.stay_id,
            "from_facility_id": self.from_facility_id,
            "to_facility_id": self.to_facility_id,
        }


@dataclass(frozen=True, kw_only=True)
class TransferredOut(Between):
    """A person left this facility for a sister one."""

    name: ClassVar[str] = "transferred_out"


@dataclass(frozen=True, kw_only=True)
class TransferredIn(Between):
    """A person came to this facility from a sister one."""

    name: ClassVar[str] = "transferred_in"


@dataclass(frozen=True, kw_only=True)
class TransferCancelled(Between):
    """A transfer did not happen: the person is where they were."""

    name: ClassVar[str] = "transfer_cancelled"


@dataclass(frozen=True, kw_only=True)
class MovedWithin(CustodyEvent):
    """A person changed unit or bed within a facility."""

    name: ClassVar[str] = "moved_within"
    from_unit_id: UUID | None = None
    to_unit_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Trip(CustodyEvent):
    """A way out of the facility, or back."""

    kind: str
    place: str = ""

    def payload(self) -> dict[str, Any]:
        """Give where from or where to: court, hospital, furlough, escape, community."""
        return {"stay_id": self.stay_id, "kind": self.kind, "from": self.kind}


@dataclass(frozen=True, kw_only=True)
class SentOut(Trip):
    """A person left for a while, and keeps belonging here."""

    name: ClassVar[str] = "sent_out"


@dataclass(frozen=True, kw_only=True)
class SentToCourt(SentOut):
    """A person left for court."""


@dataclass(frozen=True, kw_only=True)
class SentToHospital(SentOut):
    """A person left for a hospital."""


@dataclass(frozen=True, kw_only=True)
class ReturnedIn(Trip):
    """A person came back."""

    name: ClassVar[str] = "returned"


@dataclass(frozen=True, kw_only=True)
class ReturnedFromCourt(ReturnedIn):
    """A person came back from court."""


@dataclass(frozen=True, kw_only=True)
class ReturnedFromHospital(ReturnedIn):
    """A person came back from a hospital."""


@dataclass(frozen=True, kw_only=True)
class Escaped(CustodyEvent):
    """A person escaped; `facility_id` is where from."""

    name: ClassVar[str] = "escaped"


@dataclass(frozen=True, kw_only=True)
class Released(CustodyEvent):
    """A person was released from the facility. Custody's lens ends only where `ends_custody` (ruling 9)."""

    name: ClassVar[str] = "released"
    planned: bool
    destination: str
    ends_custody: bool
    from_court: bool = False

    def payload(self) -> dict[str, Any]:
        """Give what discharge planning asks for."""
        return {
            "stay_id": self.stay_id,
            "planned": self.planned,
            "destination": self.destination,
            "ends_custody": self.ends_custody,
            "from_court": self.from_court,
        }


@dataclass(frozen=True, kw_only=True)
class ReleaseCancelled(CustodyEvent):
    """A release did not happen: the person is in custody as before; duties come back as they were (ruling 5)."""

    name: ClassVar[str] = "release_cancelled"


@dataclass(frozen=True, kw_only=True)
class AdmissionCancelled(CustodyEvent):
    """An admission did not happen."""

    name: ClassVar[str] = "admission_cancelled"


@dataclass(frozen=True, kw_only=True)
class StatusChanged(CustodyEvent):
    """The legal status is another one."""

    name: ClassVar[str] = "status_changed"
    before: str
    after: str
    ends_custody: bool = False

    def payload(self) -> dict[str, Any]:
        """Give both segments."""
        return {"stay_id": self.stay_id, "before": self.before, "after": self.after, "ends_custody": self.ends_custody}


@dataclass(frozen=True, kw_only=True)
class BedUnconfirmed(CustodyEvent):
    """Custody named a bed that is taken or unknown here: facility and unit hold, the bed must be settled."""

    name: ClassVar[str] = "bed_unconfirmed"


@dataclass(frozen=True, kw_only=True)
class BedConfirmed(CustodyEvent):
    """The bed is settled."""

    name: ClassVar[str] = "bed_confirmed"


@dataclass(frozen=True, kw_only=True)
class StayConflict(CustodyEvent):
    """Two linked charts have an open stay each: somebody must say which is right."""

    name: ClassVar[str] = "stay_conflict"


@dataclass(frozen=True, kw_only=True)
class StayConflictSettled(CustodyEvent):
    """One open stay is left, or the charts are no longer linked."""

    name: ClassVar[str] = "stay_conflict_settled"


def conflict_ref(person_id: UUID) -> UUID:
    """Name the conflict of two open stays of one person, by which its duty is found again."""
    return derived("stay conflict", str(person_id))


@dataclass(frozen=True, kw_only=True)
class ReleaseExpected(CustodyEvent):
    """A release is expected at `release_at`, with a confidence; discharge planning counts back from it."""

    name: ClassVar[str] = "release_projected"
    release_at: datetime
    confidence: str

    def payload(self) -> dict[str, Any]:
        """Give when, and how sure."""
        return {"stay_id": self.stay_id, "release_at": self.release_at, "confidence": self.confidence}


@dataclass(frozen=True, kw_only=True)
class EventScheduled(CustodyEvent):
    """Custody planned something with a person; `ref` is the plan."""

    name: ClassVar[str] = "custody_scheduled"
    kind: str
    starts_at: datetime

    def payload(self) -> dict[str, Any]:
        """Give what and when."""
        return {"stay_id": self.stay_id, "kind": self.kind, "starts_at": self.starts_at}


@dataclass(frozen=True, kw_only=True)
class TransferOrdered(EventScheduled):
    """Custody ordered a transfer: health has until then to summarise, or to hold."""

    name: ClassVar[str] = "transfer_ordered"


@dataclass(frozen=True, kw_only=True)
class ScheduleCancelled(CustodyEvent):
    """Custody took a plan back, or another one stands in its place; `ref` is the plan."""

    name: ClassVar[str] = "custody_schedule_cancelled"
    kind: str

    def payload(self) -> dict[str, Any]:
        """Give what had been planned."""
        return {"stay_id": self.stay_id, "kind": self.kind}


@dataclass(frozen=True, kw_only=True)
class AlertRaised(CustodyEvent):
    """Officers are told to do something; `ref` is the alert."""

    name: ClassVar[str] = "alert_raised"
    template: str
    group: str = ""

    def payload(self) -> dict[str, Any]:
        """Give the template, and the group of alerts it belongs to."""
        return {"template": self.template, "group": self.group}


@dataclass(frozen=True, kw_only=True)
class AlertEnded(CustodyEvent):
    """Officers need not do it any more."""

    name: ClassVar[str] = "alert_ended"
    template: str
    group: str = ""
    last_of_group: bool = False

    def payload(self) -> dict[str, Any]:
        """Give the template, its group, and whether no other alert of the group still stands."""
        return {"template": self.template, "group": self.group, "last_of_group": self.last_of_group}


@dataclass(frozen=True, kw_only=True)
class LockdownStarted(Event):
    """Nobody moves in a unit, or in a whole facility."""

    name: ClassVar[str] = "lockdown_started"
    unit_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class LockdownEnded(Event):
    """People move again."""

    name: ClassVar[str] = "lockdown_ended"
    unit_id: UUID | None = None
