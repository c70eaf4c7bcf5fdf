"""What this room tells the others; the clock table's WDR, INT-08 and PRG-01 rows open and close by these names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class WithdrawalRiskFound(Event):
    """A clinician, or a scale, found a risk that intake's answers had not told; `ref` is the episode."""

    name: ClassVar[str] = "withdrawal_risk_found"
    substance: str

    def payload(self) -> dict[str, Any]:
        """Give of what."""
        return {"substance": self.substance}


@dataclass(frozen=True, kw_only=True)
class WithdrawalScreenDone(Event):
    """Somebody was asked and looked at again, whatever came of it (INT-08)."""

    name: ClassVar[str] = "withdrawal_screen_done"


@dataclass(frozen=True, kw_only=True)
class WithdrawalCheckDone(Event):
    """A check was made; `ref` is the check."""

    name: ClassVar[str] = "withdrawal_check_done"
    substance: str
    next_check_at: datetime

    def payload(self) -> dict[str, Any]:
        """Give of what, and when the next one is due."""
        return {"substance": self.substance, "next_check_at": self.next_check_at}


@dataclass(frozen=True, kw_only=True)
class WithdrawalCheckPutOff(Event):
    """Somebody sleeps or could not be assessed: no check, and the next try has its time; `ref` is the entry."""

    name: ClassVar[str] = "withdrawal_check_put_off"
    substance: str
    next_check_at: datetime

    def payload(self) -> dict[str, Any]:
        """Give of what, and when it is tried again."""
        return {"substance": self.substance, "next_check_at": self.next_check_at}


@dataclass(frozen=True, kw_only=True)
class WithdrawalEscalated(Event):
    """A check calls somebody: `level` is `hospital`, `provider_now` or `provider_shift`; `ref` is the check."""

    name: ClassVar[str] = "withdrawal_escalated"
    level: str
    substance: str

    def payload(self) -> dict[str, Any]:
        """Give how soon."""
        return {"level": self.level, "substance": self.substance}


@dataclass(frozen=True, kw_only=True)
class WithdrawalCareDecided(Event):
    """A prescriber decided what to do; `ref` is the episode."""

    name: ClassVar[str] = "withdrawal_care_decided"
    decision: str

    def payload(self) -> dict[str, Any]:
        """Give what was decided."""
        return {"decision": self.decision}


@dataclass(frozen=True, kw_only=True)
class WithdrawalMonitoringEnded(Event):
    """An order ended the monitoring of one substance; `ref` is the episode."""

    name: ClassVar[str] = "withdrawal_monitoring_ended"
    substance: str

    def payload(self) -> dict[str, Any]:
        """Give of what."""
        return {"substance": self.substance}


@dataclass(frozen=True, kw_only=True)
class OpioidTreatmentOffered(Event):
    """Treatment was offered and answered; `ref` is the offer."""

    name: ClassVar[str] = "opioid_treatment_offered"
    answer: str
    pregnant: bool
    in_treatment: bool = False

    def payload(self) -> dict[str, Any]:
        """Give the answer, and whether treatment is in force already."""
        return {"answer": self.answer, "pregnant": self.pregnant, "in_treatment": self.in_treatment}


@dataclass(frozen=True, kw_only=True)
class LastDoseNotReached(Event):
    """An outside programme was called and did not answer; `ref` is the call (MOU-06)."""

    name: ClassVar[str] = "last_dose_not_reached"
    next_try_at: datetime

    def payload(self) -> dict[str, Any]:
        """Give when it is tried again."""
        return {"next_try_at": self.next_try_at}


@dataclass(frozen=True, kw_only=True)
class LastDoseVerified(Event):
    """An outside programme answered; `ref` is the call (MOU-06)."""

    name: ClassVar[str] = "last_dose_verified"


@dataclass(frozen=True, kw_only=True)
class LastDoseContradicted(Event):
    """Two answers about one dose do not agree; `ref` is the later call (MOU-07)."""

    name: ClassVar[str] = "last_dose_contradicted"


@dataclass(frozen=True, kw_only=True)
class ProgrammeEnrolled(Event):
    """Somebody takes part in a programme from now; `ref` is the enrolment. What it is stays sealed (REC rules)."""

    name: ClassVar[str] = "programme_enrolled"


@dataclass(frozen=True, kw_only=True)
class ProgrammeEntryMade(Event):
    """A programme's record holds one thing more; `ref` is the entry."""

    name: ClassVar[str] = "programme_entry_made"
    kind: str

    def payload(self) -> dict[str, Any]:
        """Give which deadline it meets."""
        return {"kind": self.kind}


@dataclass(frozen=True, kw_only=True)
class ProgrammeEnrolmentEnded(Event):
    """Somebody's part in a programme is over; `ref` is the enrolment."""

    name: ClassVar[str] = "programme_enrolment_ended"
