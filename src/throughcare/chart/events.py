"""What the chart tells the rooms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class FormSigned(Event):
    """A form was signed; `form` says which, `band` what its score says."""

    name: ClassVar[str] = "form_signed"
    form: str
    band: str = ""
    purpose: str = ""

    def payload(self) -> dict[str, Any]:
        """Give form and band."""
        return {"form": self.form, "band": self.band, "purpose": self.purpose}


@dataclass(frozen=True, kw_only=True)
class FormTold(Event):
    """A signed form tells that something began, was done or ended, by the name that content gives it (chart/tells.toml)."""

    signal: str
    facts: Mapping[str, bool | int | str | datetime | None] = field(default_factory=dict)

    @property
    def name(self) -> str:  # type: ignore[override]
        """Give the content's name."""
        return self.signal

    def payload(self) -> dict[str, Any]:
        """Give the facts that the content names."""
        return dict(self.facts)


@dataclass(frozen=True, kw_only=True)
class ScoreCalled(Event):
    """A score that was signed in the chart calls for something; `ref` is the order placed, or the form that is to be asked."""

    name: ClassVar[str] = "score_called"
    form: str
    kind: str
    key: str
    owner: str
    within: str
    urgency: str
    facts: Mapping[str, bool | str] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """Give what is called for, whose it is and how soon, with the content's own facts."""
        said = {"form": self.form, "kind": self.kind, "key": self.key, "owner": self.owner}
        return {**said, "within": self.within, "urgency": self.urgency, **self.facts}


@dataclass(frozen=True, kw_only=True)
class FactChanged(Event):
    """An allergy, a problem or measurements were recorded, changed or taken back: whoever decided by them looks again.

    `ref` is the entry, of several measurements the first.
    """

    name: ClassVar[str] = "chart_fact_changed"
    kind: str
    """`allergy`, `problem` or `measurement`."""
    codes: frozenset[str] = frozenset()
    """Of measurements their codes; the clock does not ask."""


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    """Something was ordered."""

    name: ClassVar[str] = "order_placed"
    kind: str
    code: str = ""
    priority: str = "routine"
    standing: bool = False

    def payload(self) -> dict[str, Any]:
        """Give what kind of order, how urgent, and whether it awaits a co-signature."""
        return {"kind": self.kind, "code": self.code, "priority": self.priority, "standing": self.standing}


@dataclass(frozen=True, kw_only=True)
class OrderEnded(Event):
    """An order was completed or taken back."""

    name: ClassVar[str] = "order_ended"
    kind: str
    outcome: str

    def payload(self) -> dict[str, Any]:
        """Give what kind of order, and how it ended."""
        return {"kind": self.kind, "outcome": self.outcome}


@dataclass(frozen=True, kw_only=True)
class WaitingSymptomsChecked(Event):
    """Somebody who waits for a specialist was asked how it is now; `ref` is the note, `order` what they wait for (SPC-01)."""

    name: ClassVar[str] = "waiting_symptoms_checked"
    order: UUID
    since: str

    def payload(self) -> dict[str, Any]:
        """Give how it is, and the order as the thing that the clock counts."""
        return {"since": self.since, "refs": [str(self.order)]}


@dataclass(frozen=True, kw_only=True)
class SpecialtySeen(Event):
    """A specialist saw the person; `ref` is the order (SPC-01, SPC-03)."""

    name: ClassVar[str] = "specialty_seen"


@dataclass(frozen=True, kw_only=True)
class ConsultReportReceived(Event):
    """What a specialist found is in the record; `ref` is the order (SPC-03)."""

    name: ClassVar[str] = "consult_report_received"


@dataclass(frozen=True, kw_only=True)
class ConsultReportReviewed(Event):
    """A prescriber read what a specialist found, and said what follows; `ref` is the order (SPC-03)."""

    name: ClassVar[str] = "consult_report_reviewed"


@dataclass(frozen=True, kw_only=True)
class ResultReceived(Event):
    """A result came."""

    name: ClassVar[str] = "result_received"
    urgency: str = "normal"
    asked: str = ""
    """The kind of order that it answers; a specialist's plain report has a clock of its own (SPC-03)."""
    said: tuple[tuple[str, str], ...] = ()
    """Its lines in words, each as code and answer, for the room that waits for one of them; the clock does not ask."""

    def payload(self) -> dict[str, Any]:
        """Give how urgent it is, and what kind of order it answers."""
        return {"urgency": self.urgency, "asked": self.asked}


@dataclass(frozen=True, kw_only=True)
class ResultAfterRelease(ResultReceived):
    """A result came of somebody who is not in custody any more: it is handed on as well (REL-RESULT)."""

    name: ClassVar[str] = "result_after_release"


@dataclass(frozen=True, kw_only=True)
class ResultSuperseded(Event):
    """The laboratory changed a result: what was owed of it is owed anew, by a new clock."""

    name: ClassVar[str] = "result_superseded"


@dataclass(frozen=True, kw_only=True)
class ResultReviewed(Event):
    """A prescriber has looked at a result."""

    name: ClassVar[str] = "result_reviewed"
    urgency: str = "normal"

    def payload(self) -> dict[str, Any]:
        """Give how urgent it was, which a duty that takes over asks (REL-RESULT)."""
        return {"urgency": self.urgency}


@dataclass(frozen=True, kw_only=True)
class ResultTold(Event):
    """The patient was told of a result."""

    name: ClassVar[str] = "result_told"


@dataclass(frozen=True, kw_only=True)
class NoteSigned(Event):
    """A note was signed."""

    name: ClassVar[str] = "note_signed"
    kind: str
    cosign_asked: bool = False
    age: int | None = None
    chronic: bool | None = None

    def payload(self) -> dict[str, Any]:
        """Give the kind of note, whether its author asks for a second signature, and of an assessment what its next asks (IHA-04)."""
        said = {"kind": self.kind, "cosign_asked": self.cosign_asked}
        known = {"age": self.age, "chronic": self.chronic}
        return {**said, **{name: value for name, value in known.items() if value is not None}}


@dataclass(frozen=True, kw_only=True)
class NoteCosigned(Event):
    """A second person signed a note."""

    name: ClassVar[str] = "note_cosigned"
    kind: str

    def payload(self) -> dict[str, Any]:
        """Give the kind of note."""
        return {"kind": self.kind}


@dataclass(frozen=True, kw_only=True)
class MedicineReported(Event):
    """The person says that they take a medicine; it must be verified, decided and dosed (INT-04)."""

    name: ClassVar[str] = "medicine_reported"
    critical: bool = False
    opioid_treatment: bool = False

    def payload(self) -> dict[str, Any]:
        """Give whether it is on the critical list, and whether it treats opioid use."""
        return {"critical": self.critical, "opioid_treatment": self.opioid_treatment}


@dataclass(frozen=True, kw_only=True)
class MedicineVerified(Event):
    """A home medicine was verified, or sought and not found."""

    name: ClassVar[str] = "medicine_verified"


@dataclass(frozen=True, kw_only=True)
class CareLeftOpen(Event):
    """A release leaves care unfinished; `ref` is the release, so that its cancelling undoes what this opened."""

    name: ClassVar[str] = "care_left_open"
    because: tuple[str, ...]

    def payload(self) -> dict[str, Any]:
        """Give what is open, and whether an infection is."""
        return {"because": list(self.because), "follow_up_needed": True, "infection_open": "infection" in self.because}


# What a signed form can tell beside that it was signed: the reference of clocks lists them as heard.
SIGNALS = (
    "emergency_psychotropic_given",
    "emergency_psychotropic_checked",
    "emergency_psychotropic_stable",
    "emergency_psychotropic_reviewed",
    "hunger_strike_started",
    "hunger_strike_examined",
    "hunger_strike_checked",
    "hunger_strike_labs_drawn",
    "hunger_strike_ended",
    "prenatal_visit_done",
    "pregnancy_ended",
    "postpartum_visit_done",
)
