"""What may become of a dose: the closed set of MAR statuses (clinical.md 2.3), what each needs, what may follow it, whose miss
it is, and its FHIR status. Charting never overwrites: an error keeps its original and the dose is open again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from throughcare.care.medications.rules.windows import Punctuality
from throughcare.chart.forms.text import Text


class Status(StrEnum):
    """What became of a dose. `expected` and `cancelled` are the record's own; all others are charted by a person."""

    EXPECTED = "expected"
    GIVEN = "given"
    GIVEN_LATE = "given-late"
    GIVEN_EARLY = "given-early"
    REFUSED = "refused"
    NO_SHOW = "no-show"
    HELD = "held"
    NOT_AVAILABLE = "not-available"
    AWAY = "away"
    PARTIAL = "partial"
    VOMITED = "vomited"
    DIVERTED = "diverted-suspected"
    SELF = "self-administered"
    WASTED = "wasted"
    ERROR = "charted-in-error"
    CANCELLED = "cancelled"


class Counts(StrEnum):
    """How a dose counts in adherence: as given, as the person's miss, as the system's, or not at all."""

    GIVEN = "given"
    PATIENT = "patient_miss"
    SYSTEM = "system_miss"
    NOT = "not_counted"


class Needs(StrEnum):
    """What must stand beside a status."""

    REASON = "reason"
    VALUE = "value"
    WITNESS = "witness"
    CAPACITY = "capacity"
    SUPPLY = "supply"
    AMOUNT = "amount"
    INCIDENT = "incident"


GIVEN = frozenset({Status.GIVEN, Status.GIVEN_LATE, Status.GIVEN_EARLY})
TAKEN = GIVEN | {Status.SELF, Status.PARTIAL, Status.VOMITED}
"""Statuses after which something of the dose was swallowed: another dose would be a second one."""
MISSED = frozenset({Status.REFUSED, Status.NO_SHOW, Status.HELD, Status.NOT_AVAILABLE, Status.AWAY, Status.WASTED})
"""Statuses that a later giving of the same dose may follow."""
CHARTED = frozenset(Status) - {Status.EXPECTED, Status.CANCELLED}
AFTER_TAKEN = frozenset({Status.VOMITED, Status.DIVERTED, Status.ERROR})

FOLLOWS: Mapping[Status, frozenset[Status]] = {
    Status.EXPECTED: CHARTED - {Status.ERROR} | {Status.CANCELLED},
    **{status: (CHARTED - {Status.VOMITED}) - {status} for status in MISSED},
    **dict.fromkeys((*GIVEN, Status.SELF, Status.PARTIAL), AFTER_TAKEN),
    Status.VOMITED: frozenset({Status.ERROR}),
    Status.DIVERTED: frozenset({Status.ERROR}),
    Status.ERROR: CHARTED - {Status.ERROR} | {Status.CANCELLED},
    Status.CANCELLED: CHARTED - {Status.ERROR},
}
"""What may be charted after each status. A cancelled dose may still be charted: it was given before the stop was known."""

NEEDS: Mapping[Status, frozenset[Needs]] = {
    # Late needs no reason: one tap per person must stay one tap when the line runs late.
    Status.GIVEN: frozenset(),
    Status.GIVEN_LATE: frozenset(),
    Status.GIVEN_EARLY: frozenset({Needs.REASON}),
    Status.REFUSED: frozenset({Needs.REASON, Needs.CAPACITY}),
    Status.NO_SHOW: frozenset({Needs.REASON}),
    Status.HELD: frozenset({Needs.REASON}),
    Status.NOT_AVAILABLE: frozenset({Needs.REASON}),
    Status.AWAY: frozenset({Needs.REASON, Needs.SUPPLY}),
    Status.PARTIAL: frozenset({Needs.REASON, Needs.AMOUNT}),
    Status.VOMITED: frozenset({Needs.REASON}),
    Status.DIVERTED: frozenset({Needs.REASON}),
    Status.SELF: frozenset(),
    Status.WASTED: frozenset({Needs.REASON, Needs.WITNESS}),
    Status.ERROR: frozenset({Needs.REASON}),
}
FHIR: Mapping[Status, str | None] = {
    Status.EXPECTED: None,
    Status.CANCELLED: None,
    Status.GIVEN: "completed",
    Status.GIVEN_LATE: "completed",
    Status.GIVEN_EARLY: "completed",
    Status.SELF: "completed",
    Status.VOMITED: "completed",
    Status.PARTIAL: "stopped",
    Status.DIVERTED: "unknown",
    Status.REFUSED: "not-done",
    Status.NO_SHOW: "not-done",
    Status.HELD: "not-done",
    Status.NOT_AVAILABLE: "not-done",
    Status.AWAY: "not-done",
    Status.WASTED: "not-done",
    Status.ERROR: "entered-in-error",
}
"""MedicationAdministration.status of FHIR R4; None where there is no administration to tell of."""

BY_STATUS: Mapping[Status, Counts] = {
    Status.GIVEN: Counts.GIVEN,
    Status.GIVEN_LATE: Counts.GIVEN,
    Status.GIVEN_EARLY: Counts.GIVEN,
    Status.SELF: Counts.GIVEN,
    Status.VOMITED: Counts.GIVEN,
    Status.PARTIAL: Counts.PATIENT,
    Status.DIVERTED: Counts.PATIENT,
    Status.REFUSED: Counts.PATIENT,
    Status.HELD: Counts.NOT,
    Status.NOT_AVAILABLE: Counts.SYSTEM,
    Status.ERROR: Counts.NOT,
    Status.CANCELLED: Counts.NOT,
}
"""How a status counts by itself; no-show and wasted count by their reason, away by its supply, expected by time."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason code: of which status, whose word counts for it, how it counts, and what else it needs."""

    key: str
    status: Status
    text: Text
    attested_by: frozenset[str]
    counts: Counts | None = None
    needs: frozenset[Needs] = frozenset()


@dataclass(frozen=True, slots=True)
class ReasonTable:
    """All reason codes, by status and key."""

    version: str
    reasons: Mapping[tuple[Status, str], Reason]

    def of(self, status: Status) -> tuple[Reason, ...]:
        """List the reasons of a status in the order of the table."""
        return tuple(reason for (owner, _), reason in self.reasons.items() if owner is status)


@dataclass(frozen=True, slots=True)
class Charting:
    """What somebody wants to chart, as far as the rules ask. `said_by` is nurse, custody or patient."""

    status: Status
    reason: str = ""
    said_by: str = "nurse"
    value: str = ""
    amount: str = ""
    capacity: bool | None = None
    witness: str = ""
    by: str = ""
    supply: bool | None = None
    incident: str = ""
    controlled: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a charting can't stand: the field it is about and a sentence to the nurse."""

    field: str
    text: Text


def may_follow(before: Status, after: Status) -> bool:
    """Tell whether a status may be charted after another of the same dose."""
    return after in FOLLOWS[before]


def given_as(punctuality: Punctuality) -> Status:
    """Name the status of a dose given, by its window."""
    return {
        Punctuality.ON_TIME: Status.GIVEN,
        Punctuality.EARLY: Status.GIVEN_EARLY,
        Punctuality.LATE: Status.GIVEN_LATE,
    }[punctuality]


def standing(chain: tuple[Status, ...]) -> Status:
    """Say how a dose stands after all that was charted on it, in order; an error opens it again."""
    last = chain[-1] if chain else Status.EXPECTED
    return Status.EXPECTED if last is Status.ERROR else last


def needs(status: Status, reason: str, table: ReasonTable) -> frozenset[Needs]:
    """Say what must stand beside a status with that reason."""
    row = table.reasons.get((status, reason))
    return NEEDS.get(status, frozenset()) | (row.needs if row else frozenset())


def problems(charting: Charting, before: Status, table: ReasonTable) -> tuple[Problem, ...]:
    """List what keeps a charting from standing: its place after another status, its reason, who says so, what is missing."""
    if charting.status not in CHARTED or not may_follow(before, charting.status):
        return (Problem("status", _cannot_follow(before, charting.status)),)
    return (*_reason_problems(charting, table), *_missing(charting, table))


def counts_as(status: Status, reason: str, supply: bool | None, table: ReasonTable, *, blank: bool = False) -> Counts:
    """Say how a dose counts in adherence; a blank is the system's miss, a dose not yet due counts nowhere."""
    if status is Status.EXPECTED:
        return Counts.SYSTEM if blank else Counts.NOT
    if status is Status.AWAY:
        return Counts.NOT if supply else Counts.SYSTEM
    row = table.reasons.get((status, reason))
    if row and row.counts:
        return row.counts
    return BY_STATUS.get(status, Counts.SYSTEM)


def _cannot_follow(before: Status, after: Status) -> Text:
    if before in TAKEN and after in TAKEN:
        return Text(
            f"This dose is already charted as {before}. If that is wrong, chart it in error first.",
            f"Esta dosis ya consta como {before}. Si está mal, márquela primero como error.",
        )
    return Text(f"After {before}, a dose can't be charted as {after}.", f"Después de {before} no cabe {after}.")


def _reason_problems(charting: Charting, table: ReasonTable) -> tuple[Problem, ...]:
    if not charting.reason:
        return ()
    row = table.reasons.get((charting.status, charting.reason))
    if row is None:
        return (Problem("reason", Text("This reason isn't one of this status. Choose another.", "Elija otro motivo.")),)
    if charting.said_by not in row.attested_by:
        return (Problem("said_by", _NOT_THEIR_WORD),)
    return ()


_NOT_THEIR_WORD = Text(
    "Only a nurse who asked the person may chart this. Go to the person, or choose what custody may say.",
    "Solo puede anotarlo la enfermera que preguntó a la persona. Vaya a verla o elija lo que custodia puede decir.",
)
_ASKS: Mapping[Needs, Text] = {
    Needs.REASON: Text("Choose a reason.", "Elija un motivo."),
    Needs.VALUE: Text("Enter the value that was measured.", "Escriba el valor medido."),
    Needs.AMOUNT: Text("Enter how much was taken.", "Escriba cuánto se tomó."),
    Needs.CAPACITY: Text(
        "Say whether the person understood what refusing means.", "Diga si la persona entendió qué significa negarse."
    ),
    Needs.WITNESS: Text("A second person must witness this.", "Otra persona debe ser testigo."),
    Needs.SUPPLY: Text("Say whether the dose was sent along.", "Diga si la dosis se envió con la persona."),
    Needs.INCIDENT: Text("Enter custody's incident number.", "Escriba el número de incidente de custodia."),
}


def _missing(charting: Charting, table: ReasonTable) -> tuple[Problem, ...]:
    wanted = needs(charting.status, charting.reason, table)
    if charting.controlled and charting.status in (Status.WASTED, Status.PARTIAL):
        wanted |= {Needs.WITNESS}
    lacking = [need for need in Needs if need in wanted and not _has(charting, need)]
    return tuple(Problem(str(need), _ASKS[need]) for need in lacking)


def _has(charting: Charting, need: Needs) -> bool:
    """A witness is somebody else; capacity and supply are answered also by no."""
    if need is Needs.WITNESS:
        return bool(charting.witness) and charting.witness != charting.by
    if need in (Needs.CAPACITY, Needs.SUPPLY):
        return getattr(charting, need) is not None
    return bool(str(getattr(charting, need)).strip())
