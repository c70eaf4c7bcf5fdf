"""What this room tells the others; the clock table's RHU and RST rows open and close by these names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class RestrictiveHousingNoticed(Event):
    """Health staff know that somebody is, or is to be, kept apart; `ref` is the stretch."""

    name: ClassVar[str] = "restrictive_housing_noticed"


@dataclass(frozen=True, kw_only=True)
class RestrictiveHousingStarted(Event):
    """Somebody is kept apart from now on."""

    name: ClassVar[str] = "restrictive_housing_started"
    tier: str
    isolated_confinement: bool
    thirty_of_sixty_reached_at: datetime | None = None

    def payload(self) -> dict[str, Any]:
        """Give how much contact there is, whether the law calls it isolated confinement, and when its days are used up."""
        return {
            "tier": self.tier,
            "isolated_confinement": self.isolated_confinement,
            "thirty_of_sixty_reached_at": self.thirty_of_sixty_reached_at,
        }


@dataclass(frozen=True, kw_only=True)
class RestrictiveHousingChanged(RestrictiveHousingStarted):
    """There is more or less contact than before: rounds of the former kind end, those of the new begin."""

    name: ClassVar[str] = "restrictive_housing_changed"
    tier_changed: bool = False
    isolation_began: bool = False
    isolation_ended: bool = False

    def payload(self) -> dict[str, Any]:
        """Give the new contact, and what is another than before: rounds that stay as they were keep their times."""
        return super().payload() | {
            "tier_changed": self.tier_changed,
            "isolation_began": self.isolation_began,
            "isolation_ended": self.isolation_ended,
        }


@dataclass(frozen=True, kw_only=True)
class RestrictiveHousingEnded(Event):
    """The person is not kept apart any more, or was not placed after all."""

    name: ClassVar[str] = "restrictive_housing_ended"


@dataclass(frozen=True, kw_only=True)
class PlacementReviewed(Event):
    """A nurse has read the record, and custody was told."""

    name: ClassVar[str] = "placement_reviewed"


@dataclass(frozen=True, kw_only=True)
class RestrictiveHousingRoundDone(Event):
    """Health staff saw and spoke with the person at the door."""

    name: ClassVar[str] = "restrictive_housing_round_done"
    kind: str

    def payload(self) -> dict[str, Any]:
        """Give whether medical or mental health staff did."""
        return {"kind": self.kind}


@dataclass(frozen=True, kw_only=True)
class IsolationExamDone(Event):
    """A provider has examined the person."""

    name: ClassVar[str] = "isolation_exam_done"


@dataclass(frozen=True, kw_only=True)
class IsolationEvaluationDone(Event):
    """A mental health professional has evaluated the person."""

    name: ClassVar[str] = "isolation_evaluation_done"


@dataclass(frozen=True, kw_only=True)
class TherapistCheckInDone(Event):
    """A therapist spoke with the person, out of the hearing of officers."""

    name: ClassVar[str] = "therapist_check_in_done"


@dataclass(frozen=True, kw_only=True)
class OutOfCellRecorded(Event):
    """Custody wrote down time out of the cell."""

    name: ClassVar[str] = "out_of_cell_recorded"
    enough: bool

    def payload(self) -> dict[str, Any]:
        """Give whether the day's minimum is reached; only then is the day's duty done."""
        return {"enough": self.enough}


@dataclass(frozen=True, kw_only=True)
class RestraintApplied(Event):
    """Somebody is held by restraints or secluded; `ref` is the restraint."""

    name: ClassVar[str] = "restraint_applied"
    by: str

    def payload(self) -> dict[str, Any]:
        """Give whose decision it was: clinical or custody's."""
        return {"by": self.by}


@dataclass(frozen=True, kw_only=True)
class RestraintChecked(Event):
    """Health staff looked at the person in restraints."""

    name: ClassVar[str] = "restraint_checked"


@dataclass(frozen=True, kw_only=True)
class RestraintFaceToFaceDone(Event):
    """A prescriber saw the person in restraints face to face."""

    name: ClassVar[str] = "restraint_face_to_face_done"


@dataclass(frozen=True, kw_only=True)
class RestraintCareDone(Event):
    """Limbs, vital signs, drink and toilet were seen to."""

    name: ClassVar[str] = "restraint_care_done"


@dataclass(frozen=True, kw_only=True)
class RestraintOrderRenewed(Event):
    """The order goes on for its length once more."""

    name: ClassVar[str] = "restraint_order_renewed"


@dataclass(frozen=True, kw_only=True)
class RestraintRecordReviewed(Event):
    """A nurse looked in the record for what speaks against custody's restraint, and custody was told."""

    name: ClassVar[str] = "restraint_record_reviewed"


@dataclass(frozen=True, kw_only=True)
class RestraintEnded(Event):
    """The restraint came off."""

    name: ClassVar[str] = "restraint_ended"
