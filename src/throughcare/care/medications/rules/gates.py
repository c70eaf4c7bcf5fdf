"""What law and policy ask before a medicine may be ordered: psychotropics, controlled supply, orders by another's word.

Pure. Sources: ruling 13 (prescription monitoring before more than 72 h of supply; CGS 18-81pp for psychotropics),
ruling 3 (standing orders, co-signed within a day), clinical.md 2.3 (never keep-on-person, stop dates).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

MONITORED_SUPPLY = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class GateNumbers:
    """The values an agency sets [D]: how old a prescription-monitoring check may be, and the longest orders by kind."""

    monitoring_check_days: int = 7
    longest_days: int = 365
    longest_controlled_days: int = 90
    longest_unsigned_hours: int = 72


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that is missing before the order can stand: the field that asks for it, the sentence, the source."""

    field: str
    sentence: str
    source: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The order as the gates see it."""

    psychotropic: bool
    schedule: str
    never_kop: bool
    opioid_treatment: bool
    mode: str
    source: str
    emergency: bool
    starts_at: datetime
    ends_at: datetime
    by_prescriber: bool
    prescriber_named: bool
    standing_order: str
    on_formulary: bool
    off_formulary_why: str
    history_taken: bool = False
    medicines_reviewed: bool = False
    diagnosis: str = ""
    emergency_plan: str = ""
    consent: str = ""
    monitoring_checked_at: datetime | None = None


CONSENTS = ("given", "emergency", "court_order", "refused")


def missing(asked: Asked, now: datetime, numbers: GateNumbers) -> tuple[Gate, ...]:
    """List what is missing; an empty list lets the order stand. An emergency order is never stopped here (ruling 11)."""
    if asked.emergency:
        return ()
    gates = [*_authority(asked), *_length(asked, numbers), *_form(asked)]
    if asked.psychotropic:
        gates += _psychotropic(asked)
    if asked.schedule and asked.ends_at - asked.starts_at > MONITORED_SUPPLY:
        gates += _monitored(asked, now, numbers)
    return tuple(gates)


def _authority(asked: Asked) -> list[Gate]:
    if asked.source == "written" and not asked.by_prescriber:
        return [
            Gate(
                "source", "Only a prescriber writes an order. Choose verbal, telephone or a standing order.", "ruling 3"
            )
        ]
    gates = []
    if asked.source in ("verbal", "telephone") and not asked.prescriber_named:
        gates.append(Gate("prescriber", "Name the prescriber who gave this order.", "clinical.md 2.3"))
    if asked.source == "standing" and not asked.standing_order.strip():
        gates.append(Gate("standing_order", "Name the standing order that you use.", "ruling 3"))
    return gates


def _length(asked: Asked, numbers: GateNumbers) -> list[Gate]:
    length = asked.ends_at - asked.starts_at
    longest = numbers.longest_controlled_days if asked.schedule else numbers.longest_days
    if length > timedelta(days=longest):
        return [
            Gate("ends", f"An order of this kind ends within {longest} days. Choose an earlier end.", "clinical.md 2.3")
        ]
    if asked.source != "written" and length > timedelta(hours=numbers.longest_unsigned_hours):
        return [
            Gate(
                "ends",
                f"Until a prescriber signs, this order lasts at most {numbers.longest_unsigned_hours} hours.",
                "ruling 3",
            )
        ]
    return []


def _form(asked: Asked) -> list[Gate]:
    gates = []
    if asked.mode == "KOP" and asked.never_kop:
        gates.append(
            Gate("mode", "This medicine is never kept on the person. Choose watched doses.", "clinical.md 2.3")
        )
    if not asked.on_formulary and not asked.off_formulary_why.strip():
        gates.append(
            Gate(
                "off_formulary_why",
                "Say why nothing on the formulary will do: tried, failed, or harmful.",
                "clinical.md 2.3",
            )
        )
    return gates


def _psychotropic(asked: Asked) -> list[Gate]:
    gates = []
    if not asked.history_taken:
        gates.append(Gate("history_taken", "Take the history first.", "CGS 18-81pp"))
    if not asked.medicines_reviewed:
        gates.append(Gate("medicines_reviewed", "Review all medicines first.", "CGS 18-81pp"))
    if not asked.diagnosis.strip() and not asked.emergency_plan.strip():
        gates.append(Gate("diagnosis", "Give the diagnosis, or the emergency and its plan.", "CGS 18-81pp"))
    if asked.consent not in CONSENTS or asked.consent == "refused":
        gates.append(
            Gate(
                "consent",
                "Record the person's consent. Without it only an emergency or a court's order stands.",
                "ruling 13",
            )
        )
    return gates


def _monitored(asked: Asked, now: datetime, numbers: GateNumbers) -> list[Gate]:
    checked = asked.monitoring_checked_at
    if checked is None or checked > now or now - checked > timedelta(days=numbers.monitoring_check_days):
        return [
            Gate(
                "monitoring_checked_at",
                f"Check the prescription monitoring record; a check counts for {numbers.monitoring_check_days} days.",
                "ruling 13",
            )
        ]
    return []
