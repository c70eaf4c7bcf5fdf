"""What workforce tells the others; the clock table opens and closes by these names (EMR-04, STF-01 to STF-08)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class EquipmentChecked(Event):
    """Every piece of a facility's emergency equipment was looked at and is ready; `ref` is the round."""

    name: ClassVar[str] = "equipment_checked"
    pieces: int

    def payload(self) -> dict[str, Any]:
        """Give how many."""
        return {"pieces": self.pieces}


@dataclass(frozen=True, kw_only=True)
class StaffEvent(Event):
    """Something about a member of staff, `staff_id`; never about a patient."""

    staff_id: UUID


@dataclass(frozen=True, kw_only=True)
class StaffStarted(StaffEvent):
    """Somebody began to work here."""

    name: ClassVar[str] = "staff_started"
    health_professional: bool
    officer: bool

    def payload(self) -> dict[str, Any]:
        """Give what the clocks ask."""
        return {"health_professional": self.health_professional, "officer": self.officer}


@dataclass(frozen=True, kw_only=True)
class StaffLeft(StaffEvent):
    """Somebody has left; `refs` are what could still lapse."""

    name: ClassVar[str] = "staff_left"
    refs: tuple[UUID, ...] = ()

    def payload(self) -> dict[str, Any]:
        """Give what falls away with them."""
        return {"refs": [str(ref) for ref in self.refs]}


@dataclass(frozen=True, kw_only=True)
class BasicOrientationDone(StaffEvent):
    """Basic orientation was given."""

    name: ClassVar[str] = "basic_orientation_done"


@dataclass(frozen=True, kw_only=True)
class FullOrientationDone(StaffEvent):
    """Full orientation was given."""

    name: ClassVar[str] = "full_orientation_done"


@dataclass(frozen=True, kw_only=True)
class ContinuingEducationMet(StaffEvent):
    """The year's hours of continuing education are reached."""

    name: ClassVar[str] = "continuing_education_met"


@dataclass(frozen=True, kw_only=True)
class OfficerHealthTrainingDone(StaffEvent):
    """An officer's health training was given."""

    name: ClassVar[str] = "officer_health_training_done"


@dataclass(frozen=True, kw_only=True)
class SuicideTrainingInitialDone(StaffEvent):
    """The first suicide prevention training was given."""

    name: ClassVar[str] = "suicide_training_initial_done"


@dataclass(frozen=True, kw_only=True)
class SuicideTrainingYearlyDone(StaffEvent):
    """The yearly suicide prevention training was given."""

    name: ClassVar[str] = "suicide_training_yearly_done"


@dataclass(frozen=True, kw_only=True)
class PerformanceReviewDone(StaffEvent):
    """Clinical performance was reviewed."""

    name: ClassVar[str] = "performance_review_done"


@dataclass(frozen=True, kw_only=True)
class Expiring(StaffEvent):
    """Something that ends by itself; `ref` is the credential."""

    certificate: str
    expires_at: datetime

    def payload(self) -> dict[str, Any]:
        """Give what it is, and its end."""
        return {"certificate": self.certificate, "expires_at": self.expires_at}


@dataclass(frozen=True, kw_only=True)
class CertificateRecorded(Expiring):
    """A resuscitation certificate was put down."""

    name: ClassVar[str] = "certificate_recorded"


@dataclass(frozen=True, kw_only=True)
class CertificateRenewed(Expiring):
    """A resuscitation certificate was renewed; `ref` is the one that ended."""

    name: ClassVar[str] = "certificate_renewed"


@dataclass(frozen=True, kw_only=True)
class CredentialRecorded(Expiring):
    """A licence or registration was put down."""

    name: ClassVar[str] = "credential_recorded"


@dataclass(frozen=True, kw_only=True)
class CredentialRenewed(Expiring):
    """A licence or registration was renewed; `ref` is the one that ended."""

    name: ClassVar[str] = "credential_renewed"
