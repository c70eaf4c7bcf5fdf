"""When a medicine must be decided on, given, renewed and co-signed (ruling 3; INT-04, MOU-01, MED-01, MED-02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from throughcare.care.medications.rules.finding import Finding
from throughcare.care.medications.rules.traits import Traits
from throughcare.chart.forms.text import Text
from throughcare.duties.calendar import aware


class Priority(StrEnum):
    """How soon an order wants its first dose."""

    STAT = "stat"
    URGENT = "urgent"
    ROUTINE = "routine"


@dataclass(frozen=True, slots=True)
class OrderTable:
    """Times around an order, as an agency set them."""

    version: str
    decide: timedelta
    dose_critical: timedelta
    dose_opioid: timedelta
    dose_other: timedelta
    first_stock: timedelta
    first_formulary: timedelta
    renew_days: tuple[int, ...]
    cosign: timedelta
    bridge_roles: frozenset[str]
    monitoring_after: timedelta
    monitoring_check: timedelta
    """How old a check of the prescription monitoring record may be."""
    longest: timedelta
    longest_controlled: timedelta
    longest_unsigned: timedelta


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due, not before which moment, and why."""

    due_at: datetime
    not_before: datetime | None
    reason: str
    source: str


def decide_due(reported_at: datetime, table: OrderTable) -> Due:
    """Say by when a prescriber decides on a medicine from outside; unverified is never the same as withheld."""
    return Due(aware(reported_at) + table.decide, None, "a prescriber decides, on call at night", "ruling 3")


def dose_due(
    reported_at: datetime,
    next_due_at: datetime | None,
    last_taken_at: datetime | None,
    traits: Traits,
    table: OrderTable,
) -> Due:
    """Say when the next dose of a medicine from outside is due: its next time, not later than its limit after arrival, and
    never before its minimum interval is over.
    """
    limit, source = table.dose_other, "INT-04"
    if traits.opioid_treatment:
        limit, source = table.dose_opioid, "MOU-01"
    elif traits.critical or traits.time_critical:
        limit = table.dose_critical
    latest = aware(reported_at) + limit
    due, reason = (
        (latest, "next time unknown: by the limit") if next_due_at is None else (aware(next_due_at), "its next time")
    )
    if due > latest:
        # A medicine taken every month isn't due within hours: only its own time counts once that is known to lie later.
        reason = "its next time, later than the limit"
    earliest = None
    if last_taken_at is not None and traits.minimum is not None:
        earliest = aware(last_taken_at) + traits.minimum
        if earliest > due:
            due, reason = earliest, "held back by its minimum interval"
    return Due(max(due, aware(reported_at)), earliest, reason, source)


def first_dose_due(
    ordered_at: datetime,
    priority: Priority,
    table: OrderTable,
    *,
    in_stock: bool,
    shift_ends_at: datetime,
    next_pass_at: datetime,
) -> Due:
    """Say by when a new order's first dose is given (MED-01)."""
    if priority is Priority.STAT:
        return Due(aware(shift_ends_at), None, "stat: in this shift", "MED-01")
    if priority is Priority.URGENT:
        return Due(aware(next_pass_at), None, "urgent: by the next pass", "MED-01")
    if in_stock:
        return Due(aware(ordered_at) + table.first_stock, None, "routine, in stock", "MED-01")
    return Due(aware(ordered_at) + table.first_formulary, None, "routine, from the pharmacy", "MED-01")


def renewal_warnings(ends_at: datetime, table: OrderTable) -> tuple[datetime, ...]:
    """List when the prescriber is warned of an order that ends, earliest first (MED-02)."""
    return tuple(aware(ends_at) - timedelta(days=days) for days in sorted(table.renew_days, reverse=True))


def warnings_now(ends_at: datetime, at: datetime, table: OrderTable) -> int | None:
    """Return the tightest warning reached, in days before the end; None while none is, or once the order has ended."""
    left = aware(ends_at) - aware(at)
    if left <= timedelta(0):
        return None
    reached = [days for days in table.renew_days if left <= timedelta(days=days)]
    return min(reached, default=None)


def cosign_due(placed_at: datetime, table: OrderTable) -> Due:
    """Say by when a bridge under a standing order is co-signed."""
    return Due(aware(placed_at) + table.cosign, None, "standing order: co-signed by a prescriber", "ruling 3")


def bridge_problems(role: str, standing_order: str, traits: Traits, table: OrderTable) -> tuple[Finding, ...]:
    """List what keeps a nurse from bridging a medicine: role, a named standing order, a controlled substance."""
    found = []
    if role not in table.bridge_roles:
        found.append(
            _finding(
                "role",
                "Only a registered nurse may bridge a medicine.",
                "Solo una enfermera titulada puede continuarla.",
            )
        )
    if not standing_order.strip():
        found.append(_finding("standing_order", "Name the standing order.", "Indique la orden permanente."))
    if traits.controlled:
        found.append(
            _finding(
                "controlled",
                "A controlled medicine needs a prescriber: call now.",
                "Un medicamento controlado requiere a quien receta: llame ahora.",
            )
        )
    return tuple(found)


def needs_monitoring_check(supply: timedelta, traits: Traits, table: OrderTable) -> bool:
    """Tell whether the prescription-monitoring programme is checked before the supply is ordered (ruling 13)."""
    return traits.controlled and supply > table.monitoring_after


def _finding(code: str, en: str, es: str) -> Finding:
    return Finding(code, Text(en, es), "ruling 3")
