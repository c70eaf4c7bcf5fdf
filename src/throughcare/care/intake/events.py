"""What intake tells the others. The clock table's intake rows open and close by these names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class QuickLookDone(Event):
    """Somebody looked for ninety seconds (ruling 1)."""

    name: ClassVar[str] = "quick_look_done"
    clearance_needed: bool
    lane: str

    def payload(self) -> dict[str, Any]:
        """Give whether the person must be cleared elsewhere first."""
        return {"clearance_needed": self.clearance_needed, "lane": self.lane}


@dataclass(frozen=True, kw_only=True)
class ClearanceRecorded(Event):
    """Written clearance came back with the person (INT-01)."""

    name: ClassVar[str] = "clearance_recorded"


@dataclass(frozen=True, kw_only=True)
class ScreeningSigned(Event):
    """The receiving screening was signed (INT-02)."""

    name: ClassVar[str] = "screening_signed"
    signed_by_role: str
    disposition: str
    significant: bool = False

    def payload(self) -> dict[str, Any]:
        """Give who signed, where the person goes, and whether anything significant was found (IHA-02)."""
        return {
            "signed_by_role": self.signed_by_role,
            "disposition": self.disposition,
            "significant": self.significant,
        }


@dataclass(frozen=True, kw_only=True)
class AnswerSignal(Event):
    """An answer that a clock waits for, by the name that reviewed content gives it (intake-rules.toml)."""

    signal: str
    facts: Mapping[str, bool | str] = field(default_factory=dict)

    @property
    def name(self) -> str:  # type: ignore[override]
        """Give the content's name."""
        return self.signal

    def payload(self) -> dict[str, Any]:
        """Give the content's facts."""
        return dict(self.facts)


@dataclass(frozen=True, kw_only=True)
class InitialAssessmentMissing(Event):
    """A transfer screening found that the sending facility had not done the initial assessment; `ref` is its duty (TRN-02)."""

    name: ClassVar[str] = "initial_assessment_missing"
    initial_assessment_due_at: datetime

    def payload(self) -> dict[str, Any]:
        """Give when it was due."""
        return {"initial_assessment_due_at": self.initial_assessment_due_at}


# What intake itself can tell beside the events of the table: the reference of clocks lists them as heard.
SIGNALS = (
    "screening_item_unable",
    "screening_item_answered",
    "screening_positive",
    "referral_acted_on",
    "medicine_reported",
    "medicines_listed",
    "programme_dose_told",
    "withdrawal_risk_found",
    "withdrawal_screen_done",
    "tb_symptom_screen_done",
    "pregnancy_test_urgent",
    "pregnancy_test_read",
    "pregnancy_test_declined",
    "pregnancy_confirmed",
    "pregnancy_possible",
    "pregnancy_ruled_out",
    "care_information_given",
    "risk_screens_done",
    "prea_screen_done",
    "prea_screen_refused",
    "prea_new_information",
)
