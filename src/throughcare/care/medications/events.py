"""What medicines tell the others; the clock table's MED, INT-04, MOU and TRN-03 rows open and close by these names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class MedicineOrdered(Event):
    """An order is in force; `ref` is the order (MED-01)."""

    name: ClassVar[str] = "medicine_ordered"
    priority: str
    in_stock: bool = True
    starts_at: datetime | None = None

    def payload(self) -> dict[str, Any]:
        """Give how soon, and whether the medicine is in the house."""
        return {"priority": self.priority, "in_stock": self.in_stock}


@dataclass(frozen=True, kw_only=True)
class FirstDoseRecorded(Event):
    """The first dose of an order was given; `ref` is the order."""

    name: ClassVar[str] = "first_dose_recorded"


@dataclass(frozen=True, kw_only=True)
class OrderStopped(Event):
    """An order is over before its end, or was replaced; `ref` is the order."""

    name: ClassVar[str] = "order_stopped"
    why: str = ""

    def payload(self) -> dict[str, Any]:
        """Give the reason."""
        return {"why": self.why}


@dataclass(frozen=True, kw_only=True)
class OrderLeft(Event):
    """An order was stopped because its person left custody, and not by anybody who looked at it; `ref` is the order."""

    name: ClassVar[str] = "order_left"


@dataclass(frozen=True, kw_only=True)
class TakenBefore(Event):
    """Somebody is back, and what they took before does not run by itself: a prescriber decides; `ref` is the way out they took."""

    name: ClassVar[str] = "taken_before"


@dataclass(frozen=True, kw_only=True)
class PsychotropicStarted(Event):
    """Somebody who took no psychotropic medicine is to take one, or takes theirs again; `ref` is the order (MHC-01)."""

    name: ClassVar[str] = "psychotropic_started"


@dataclass(frozen=True, kw_only=True)
class PsychotropicChanged(Event):
    """A psychotropic medicine was added, or replaced by another or by another dose; `ref` is the new order (MHC-01)."""

    name: ClassVar[str] = "psychotropic_changed"


@dataclass(frozen=True, kw_only=True)
class PsychotropicStopped(Event):
    """The last psychotropic medicine of a person is over; `ref` is its order (MHC-01)."""

    name: ClassVar[str] = "psychotropic_stopped"


@dataclass(frozen=True, kw_only=True)
class OrderEndsSoon(Event):
    """An order ends within a fortnight: renew it or stop it (MED-02); `ref` is the order."""

    name: ClassVar[str] = "order_ends_soon"
    order_ends_at: datetime

    def payload(self) -> dict[str, Any]:
        """Give when."""
        return {"order_ends_at": self.order_ends_at}


@dataclass(frozen=True, kw_only=True)
class OrderRenewed(Event):
    """An order goes on under a new one; `ref` is the old order."""

    name: ClassVar[str] = "order_renewed"


@dataclass(frozen=True, kw_only=True)
class StandingOrderUsed(Event):
    """A nurse began a medicine under a standing order or a prescriber's voice: a signature is owed; `ref` is the order."""

    name: ClassVar[str] = "medicine_order_unsigned"
    source: str

    def payload(self) -> dict[str, Any]:
        """Give how the order came."""
        return {"source": self.source}


@dataclass(frozen=True, kw_only=True)
class OrderToDecideAnew(Event):
    """What the chart says now interrupts an order in force: it is decided anew; `ref` is the order (MED-ANEW)."""

    name: ClassVar[str] = "order_to_decide_anew"
    stop: bool

    def payload(self) -> dict[str, Any]:
        """Give whether a check stops it, or one could not run."""
        return {"stop": self.stop}


@dataclass(frozen=True, kw_only=True)
class OrderKept(Event):
    """A prescriber keeps an order all the same, with a reason for each alert; `ref` is the order."""

    name: ClassVar[str] = "order_kept"


@dataclass(frozen=True, kw_only=True)
class OrderAlertGone(Event):
    """What interrupted an order in force does so no more: the entry was an error, or something newer says otherwise; `ref` is the order."""

    name: ClassVar[str] = "order_alert_gone"


@dataclass(frozen=True, kw_only=True)
class OrderSigned(Event):
    """The prescriber signed what was ordered in their name; `ref` is the order."""

    name: ClassVar[str] = "medicine_order_signed"


@dataclass(frozen=True, kw_only=True)
class MedicineDecided(Event):
    """A prescriber decided on a medicine from outside; `ref` is the home medicine (INT-04, MOU-01)."""

    name: ClassVar[str] = "medicine_decided"
    decision: str

    def payload(self) -> dict[str, Any]:
        """Give the decision: continue, bridge, change or stop."""
        return {"decision": self.decision}


@dataclass(frozen=True, kw_only=True)
class DoseRecorded(Event):
    """The first dose of a medicine from outside was given; `ref` is the home medicine (INT-04, MOU-01)."""

    name: ClassVar[str] = "dose_recorded"


@dataclass(frozen=True, kw_only=True)
class NonadherenceFound(Event):
    """Doses were missed as MED-03 says; `ref` is the order."""

    name: ClassVar[str] = "nonadherence_found"
    critical: bool
    by: str

    def payload(self) -> dict[str, Any]:
        """Give whether one dose of it matters, and whose miss it was: the person's or the system's."""
        return {"critical": self.critical, "by": self.by}


@dataclass(frozen=True, kw_only=True)
class NonadherenceAnswered(Event):
    """A nurse spoke with the person and the prescriber was told; `ref` is the order."""

    name: ClassVar[str] = "nonadherence_answered"


@dataclass(frozen=True, kw_only=True)
class AdherenceReviewOwed(Event):
    """A medicine was taken too seldom over a month, or as needed too often: a prescriber looks; `ref` is the order (MED-09)."""

    name: ClassVar[str] = "adherence_review_owed"
    kind: str

    def payload(self) -> dict[str, Any]:
        """Give which of the two it is."""
        return {"kind": self.kind}


@dataclass(frozen=True, kw_only=True)
class AdherenceReviewed(Event):
    """A prescriber looked at how a medicine is taken and wrote what follows; `ref` is the order."""

    name: ClassVar[str] = "adherence_reviewed"


@dataclass(frozen=True, kw_only=True)
class PassEndedWithBlanks(Event):
    """A pass is over and doses have no status; `ref` is the pass (MED-04)."""

    name: ClassVar[str] = "pass_ended_with_blanks"
    blanks: int

    def payload(self) -> dict[str, Any]:
        """Give how many."""
        return {"blanks": self.blanks}


@dataclass(frozen=True, kw_only=True)
class BlanksSettled(Event):
    """Every dose of the pass has a status now; `ref` is the pass."""

    name: ClassVar[str] = "blanks_settled"


@dataclass(frozen=True, kw_only=True)
class AsNeededDoseGiven(Event):
    """A dose was given because it was asked for; `ref` is the dose (MED-05)."""

    name: ClassVar[str] = "as_needed_dose_given"
    route: str

    def payload(self) -> dict[str, Any]:
        """Give the route: an injection is asked about sooner."""
        return {"route": self.route}


@dataclass(frozen=True, kw_only=True)
class AsNeededEffectRecorded(Event):
    """Whether it helped is written down; `ref` is the dose."""

    name: ClassVar[str] = "as_needed_effect_recorded"


@dataclass(frozen=True, kw_only=True)
class PossibleDoubleDose(Event):
    """Two given entries for one dose, or two doses too close; `ref` is the dose (MED-06)."""

    name: ClassVar[str] = "possible_double_dose"


@dataclass(frozen=True, kw_only=True)
class DoseEntryWaits(Event):
    """A tablet's entry was kept, by which a dose that looks open may be swallowed; `ref` is the dose, or the order of one asked for (MED-06-KEPT)."""

    name: ClassVar[str] = "dose_entry_waits"


@dataclass(frozen=True, kw_only=True)
class DoseEntryJudged(Event):
    """Somebody looked at every kept entry of a dose; `ref` is the dose, or the order of one asked for."""

    name: ClassVar[str] = "dose_entry_judged"


@dataclass(frozen=True, kw_only=True)
class DoubleDoseAnswered(Event):
    """A nurse has seen the person; `ref` is the dose."""

    name: ClassVar[str] = "double_dose_answered"


# --- stock ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CountDiscrepancyFound(Event):
    """A controlled lot has more or less than its book says; `ref` is the difference (MED-07)."""

    name: ClassVar[str] = "count_discrepancy_found"


@dataclass(frozen=True, kw_only=True)
class CountDiscrepancyReported(Event):
    """The difference was reported; `ref` is the difference."""

    name: ClassVar[str] = "count_discrepancy_reported"


@dataclass(frozen=True, kw_only=True)
class ControlledLossFound(Event):
    """More than one difference is open, or a loss is significant: pharmacist and administrator answer (MED-08)."""

    name: ClassVar[str] = "controlled_loss_found"
    form_106: bool

    def payload(self) -> dict[str, Any]:
        """Give whether the federal form follows."""
        return {"form_106": self.form_106}


@dataclass(frozen=True, kw_only=True)
class ControlledLossTold(Event):
    """It is written down who was told of the loss; `ref` is the difference."""

    name: ClassVar[str] = "controlled_loss_told"


# --- kept on the person ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class KeptFitnessChecked(Event):
    """A nurse found whether a person may keep medicines (KOP-01)."""

    name: ClassVar[str] = "kept_fitness_checked"
    fit: bool

    def payload(self) -> dict[str, Any]:
        """Give the finding."""
        return {"fit": self.fit}


@dataclass(frozen=True, kw_only=True)
class KeptFitnessLapsed(Event):
    """Somebody who keeps medicines is no longer found fit to: check again, or give at the line (KOP-01)."""

    name: ClassVar[str] = "kept_fitness_lapsed"
    why: str
    collect: bool

    def payload(self) -> dict[str, Any]:
        """Give why, and whether the packs are to be taken back at once."""
        return {"why": self.why, "collect": self.collect}


@dataclass(frozen=True, kw_only=True)
class KeptSettled(Event):
    """Nothing is kept on the person any more that needs fitness (KOP-01)."""

    name: ClassVar[str] = "kept_settled"


@dataclass(frozen=True, kw_only=True)
class KeptPackOwedBack(Event):
    """The order of a pack that somebody still has was stopped or changed; `ref` is the pack (KOP-04)."""

    name: ClassVar[str] = "kept_pack_owed_back"
    urgent: bool

    def payload(self) -> dict[str, Any]:
        """Give whether it can't wait: the person is not fit to have it."""
        return {"urgent": self.urgent}


@dataclass(frozen=True, kw_only=True)
class KeptPackEnded(Event):
    """Somebody has a pack no more: it was taken back, used up or lost; `ref` is the pack (KOP-04)."""

    name: ClassVar[str] = "kept_pack_ended"


@dataclass(frozen=True, kw_only=True)
class RefillAsked(Event):
    """A person asks for the next pack; `ref` is the order (KOP-02)."""

    name: ClassVar[str] = "refill_asked"


@dataclass(frozen=True, kw_only=True)
class PackIssued(Event):
    """A pack was handed over; `ref` is the order."""

    name: ClassVar[str] = "pack_issued"


@dataclass(frozen=True, kw_only=True)
class RefillDeclined(Event):
    """The next pack is not given, with the reason; `ref` is the order."""

    name: ClassVar[str] = "refill_declined"


@dataclass(frozen=True, kw_only=True)
class KeptCountFlagged(Event):
    """A pack holds far more or less than it should; `ref` is the count (KOP-03)."""

    name: ClassVar[str] = "kept_count_flagged"


@dataclass(frozen=True, kw_only=True)
class KeptCountAnswered(Event):
    """A nurse spoke with the person about the count; `ref` is the count."""

    name: ClassVar[str] = "kept_count_answered"


@dataclass(frozen=True, kw_only=True)
class DoorUncovered(Event):
    """A time-critical dose in the shadow of a move lacks its supply, its time told or its receiver; `ref` is the crossing."""

    name: ClassVar[str] = "door_uncovered"
    end: str
    door: str
    act_by: datetime

    def payload(self) -> dict[str, Any]:
        """Give which end this is, what kind of door, and by when somebody must act."""
        return {"end": self.end, "door": self.door, "act_by": self.act_by}


@dataclass(frozen=True, kw_only=True)
class DoorCovered(Event):
    """Every time-critical dose of a crossing is covered or charted; `ref` is the crossing."""

    name: ClassVar[str] = "door_covered"


@dataclass(frozen=True, kw_only=True)
class BagLeftBehind(Event):
    """Somebody left, and the bag with their medicines was scanned by nobody; `ref` is the crossing."""

    name: ClassVar[str] = "bag_left_behind"


@dataclass(frozen=True, kw_only=True)
class BagFound(Event):
    """The bag was scanned, or its medicines are covered another way; `ref` is the crossing."""

    name: ClassVar[str] = "bag_found"


@dataclass(frozen=True, kw_only=True)
class ObservedDoorUncovered(Event):
    """A dose of a sealed programme in the shadow of a move lacks its supply, its time told or its receiver; `ref` is the crossing."""

    name: ClassVar[str] = "observed_door_uncovered"
    end: str
    act_by: datetime

    def payload(self) -> dict[str, Any]:
        """Give which end this is, and by when somebody must act."""
        return {"end": self.end, "act_by": self.act_by}


@dataclass(frozen=True, kw_only=True)
class ObservedDoorCovered(Event):
    """Every sealed dose of a crossing is covered or charted; `ref` is the crossing."""

    name: ClassVar[str] = "observed_door_covered"


@dataclass(frozen=True, kw_only=True)
class CrossingCancelled(Event):
    """The move won't be; `ref` is the crossing."""

    name: ClassVar[str] = "crossing_cancelled"


@dataclass(frozen=True, kw_only=True)
class TransferMedicinesNeeded(Event):
    """Somebody is to be transferred with medicines ordered (TRN-03); `ref` is the crossing."""

    name: ClassVar[str] = "transfer_medicines_needed"
    next_dose_at: datetime

    def payload(self) -> dict[str, Any]:
        """Give when the next dose is due on the other side."""
        return {"next_dose_at": self.next_dose_at}


@dataclass(frozen=True, kw_only=True)
class TransferMedicinesConfirmed(Event):
    """Each medicine of a transfer has its supply, its time and its receiver; `ref` is the crossing."""

    name: ClassVar[str] = "transfer_medicines_confirmed"


@dataclass(frozen=True, kw_only=True)
class ReleaseMedicinesUncovered(Event):
    """Somebody was released without a medicine that must not be missed (REL-MED, REL-MOUD); `ref` is the crossing."""

    name: ClassVar[str] = "release_medicines_uncovered"
    opioid_treatment: bool

    def payload(self) -> dict[str, Any]:
        """Give whether it is opioid treatment, which a clinic and no pharmacy continues."""
        return {"opioid_treatment": self.opioid_treatment}


@dataclass(frozen=True, kw_only=True)
class ReleaseMedicinesBridged(Event):
    """What was needed at a release reached the person or the pharmacy; `ref` is the crossing."""

    name: ClassVar[str] = "release_medicines_bridged"


@dataclass(frozen=True, kw_only=True)
class ReleaseOpioidTreatmentLinked(Event):
    """A clinic has the person for the next dose; `ref` is the crossing."""

    name: ClassVar[str] = "release_opioid_treatment_linked"


@dataclass(frozen=True, kw_only=True)
class OrderHeld(Event):
    """An order is held: its doses to come were taken back; `ref` is the order."""

    name: ClassVar[str] = "order_held"


@dataclass(frozen=True, kw_only=True)
class OrderResumed(Event):
    """A held order goes on; `ref` is the order."""

    name: ClassVar[str] = "order_resumed"


@dataclass(frozen=True, kw_only=True)
class OpioidTreatmentOrdered(Event):
    """An order of opioid treatment is in force, the agency's own or a programme's; `ref` is the order (MOU-01, MOU-05)."""

    name: ClassVar[str] = "opioid_treatment_ordered"


@dataclass(frozen=True, kw_only=True)
class OpioidTreatmentGiven(Event):
    """The first dose of an order of opioid treatment was given, whoever's order it is; `ref` is the order (MOU-01)."""

    name: ClassVar[str] = "opioid_treatment_given"


@dataclass(frozen=True, kw_only=True)
class OpioidTreatmentMissed(Event):
    """Days of an observed treatment were missed in a row; `ref` is the order (MOU-02, MOU-03)."""

    name: ClassVar[str] = "opioid_treatment_missed"
    days: int

    def payload(self) -> dict[str, Any]:
        """Give how many."""
        return {"days": self.days}


@dataclass(frozen=True, kw_only=True)
class OpioidTreatmentReassessed(Event):
    """A prescriber decided anew after missed days; `ref` is the order that was decided on."""

    name: ClassVar[str] = "opioid_treatment_reassessed"


@dataclass(frozen=True, kw_only=True)
class ThreeDayRuleStarted(Event):
    """The first dose under the three-day rule was given; `ref` is the order (MOU-04)."""

    name: ClassVar[str] = "three_day_rule_started"
    three_day_rule_ends_at: datetime

    def payload(self) -> dict[str, Any]:
        """Give when it ends for good."""
        return {"three_day_rule_ends_at": self.three_day_rule_ends_at}


@dataclass(frozen=True, kw_only=True)
class OpioidTreatmentSourceArranged(Event):
    """A lasting lawful source was found before the three days end; `ref` is the order."""

    name: ClassVar[str] = "opioid_treatment_source_arranged"
