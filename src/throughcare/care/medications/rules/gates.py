"""What law and policy ask before a medicine may be ordered: psychotropics, controlled supply, orders by another's word.

Pure. Sources: ruling 13 (prescription monitoring before more than 72 h of supply; CGS 18-81pp for psychotropics),
ruling 3 (standing orders, co-signed within a day), clinical.md 2.3 (never keep-on-person, stop dates).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OrderTable:
    """The numbers of an order's gates, as an agency set them; its clocks are in clocks/intake.toml and clocks/medicines.toml."""

    version: str
    bridge_roles: frozenset[str]
    """Who may begin a medicine under a standing order."""
    monitoring_after: timedelta
    monitoring_check: timedelta
    """How old a check of the prescription monitoring record may be."""
    longest: timedelta
    longest_controlled: timedelta
    longest_unsigned: timedelta
    following: timedelta
    """What may lie between two orders of a controlled medicine that are one supply."""
    back_within: timedelta
    """How soon somebody who escaped, or lived in the community, must be back for what was ordered to go on."""
    same_pass: timedelta
    """How near the doses of two orders of one medicine are that may be one pass's."""


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
    role: str = ""
    history_taken: bool = False
    medicines_reviewed: bool = False
    diagnosis: str = ""
    emergency_plan: str = ""
    consent: str = ""
    monitoring_checked_at: datetime | None = None
    supplied_since: datetime | None = None
    """Since when orders of this controlled medicine follow each other, where this one follows others."""


CONSENTS = ("given", "emergency", "court_order", "refused")


def missing(asked: Asked, now: datetime, table: OrderTable) -> tuple[Gate, ...]:
    """List what is missing; an empty list lets the order stand. An emergency order is never stopped here (ruling 11)."""
    if asked.emergency:
        return ()
    gates = [*_authority(asked), *_bridge(asked, table), *_length(asked, table), *_form(asked)]
    if asked.psychotropic:
        gates += _psychotropic(asked)
    # Three days and three days again are six days of supply: orders that follow each other count as one.
    since = min(asked.supplied_since or asked.starts_at, asked.starts_at)
    if asked.schedule and asked.ends_at - since > table.monitoring_after:
        gates += _monitored(asked, now, table)
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
    return gates


def _bridge(asked: Asked, table: OrderTable) -> list[Gate]:
    """List what keeps a nurse from bridging under a standing order: role, its name, a controlled substance."""
    if asked.source != "standing":
        return []
    gates = []
    if not asked.by_prescriber and asked.role not in table.bridge_roles:
        gates.append(Gate("source", "Only a registered nurse may bridge a medicine. Call a prescriber.", "ruling 3"))
    if not asked.standing_order.strip():
        gates.append(Gate("standing_order", "Name the standing order that you use.", "ruling 3"))
    if asked.schedule:
        gates.append(
            Gate(
                "source",
                "A controlled medicine is never begun under a standing order. Call the prescriber now; nothing was ordered.",
                "ruling 3",
            )
        )
    return gates


def _length(asked: Asked, table: OrderTable) -> list[Gate]:
    length = asked.ends_at - asked.starts_at
    longest = table.longest_controlled if asked.schedule else table.longest
    if length > longest:
        return [
            Gate(
                "ends",
                f"An order of this kind ends within {longest.days} days. Choose an earlier end.",
                "clinical.md 2.3",
            )
        ]
    if asked.source != "written" and length > table.longest_unsigned:
        return [
            Gate(
                "ends",
                f"Until a prescriber signs, this order lasts at most {table.longest_unsigned // HOUR} hours.",
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


def _monitored(asked: Asked, now: datetime, table: OrderTable) -> list[Gate]:
    checked = asked.monitoring_checked_at
    if checked is None or checked > now or now - checked > table.monitoring_check:
        return [
            Gate(
                "monitoring_checked_at",
                f"Check the prescription monitoring record; a check counts for {table.monitoring_check.days} days.",
                "ruling 13",
            )
        ]
    return []
