"""Medicines kept on the person (clinical.md 2.3): who may keep which, what ends it, the refill window, the count of what is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from throughcare.care.medications.rules.finding import Finding
from throughcare.care.medications.rules.traits import Traits
from throughcare.chart.forms.text import Text
from throughcare.duties.calendar import aware


class Lapse(StrEnum):
    """What ends a person's being found fit to keep medicines, until somebody checks again."""

    TRANSFER = "transfer"
    WATCH = "watch"
    RESTRICTIVE = "restrictive_housing"
    HOARDING = "hoarding"
    FAILED_CHECK = "failed_check"
    OVERDOSE = "overdose"


# After these the packs are taken back now; after others the person goes on with them until somebody has decided.
COLLECT = frozenset({Lapse.WATCH, Lapse.HOARDING, Lapse.OVERDOSE})
LAPSES = {
    Lapse.TRANSFER: Text("moved to another facility since the check", "cambió de centro desde la revisión"),
    Lapse.WATCH: Text("on watch since the check", "está bajo vigilancia desde la revisión"),
    Lapse.RESTRICTIVE: Text("moved to restrictive housing since the check", "pasó a aislamiento desde la revisión"),
    Lapse.HOARDING: Text("hoarding found", "se halló acumulación"),
    Lapse.FAILED_CHECK: Text("a cell check failed", "falló una revisión de celda"),
    Lapse.OVERDOSE: Text("recent overdose", "sobredosis reciente"),
}


@dataclass(frozen=True, slots=True)
class Kop:
    """The numbers of keeping on the person, as an agency set them. Days count from the day of issue as day one."""

    version: str
    supply_days: int
    refill_from_day: int
    refill_to_day: int
    variance: float


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that ends fitness, and when."""

    lapse: Lapse
    at: datetime


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a person may keep a medicine now, and why not."""

    allowed: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RefillWindow:
    """When a refill may be asked for, both days included, and the last day that the supply covers."""

    opens_on: date
    closes_on: date
    lasts_to: date


@dataclass(frozen=True, slots=True)
class CountCheck:
    """What should be left, what was found, and whether the difference is worth a talk."""

    expected: Decimal
    counted: Decimal
    variance: float
    flagged: bool
    text: Text
    source: str = "clinical 2.3"


def eligibility(traits: Traits, checked_at: datetime | None, happened: Iterable[Happened]) -> Eligibility:
    """Say whether a person may keep a medicine: a rescue medicine always, a never-kept one never, others while the check stands."""
    if traits.rescue:
        return Eligibility(
            True,
            (Finding("rescue", Text("Always stays with the person.", "Siempre la lleva la persona."), "clinical 2.3"),),
        )
    found = [_NEVER] if traits.never_kop or traits.controlled or traits.opioid_treatment else []
    if checked_at is None:
        found.append(_UNCHECKED)
    else:
        found += [_lapsed(h.lapse) for h in sorted(happened, key=lambda h: h.at) if aware(h.at) >= aware(checked_at)]
    return Eligibility(not found, tuple(found))


_NEVER = Finding(
    "never",
    Text("This medicine is never kept on the person.", "Este medicamento nunca lo guarda la persona."),
    "clinical 2.3",
)
_UNCHECKED = Finding(
    "unchecked", Text("Nobody has checked fitness to keep it.", "Nadie ha revisado si puede guardarlo."), "clinical 2.3"
)


def _lapsed(lapse: Lapse) -> Finding:
    text = LAPSES[lapse]
    return Finding(f"lapsed_{lapse}", Text(f"Check again: {text.en}.", f"Revise de nuevo: {text.es}."), "clinical 2.3")


def refill_window(issued_on: date, table: Kop, supply_days: int | None = None) -> RefillWindow:
    """Say when a refill may be asked for; a supply of other length keeps the same days before its end."""
    days = table.supply_days if supply_days is None else supply_days
    opens, closes = (max(1, days - table.supply_days + day) for day in (table.refill_from_day, table.refill_to_day))
    day_one = issued_on - timedelta(days=1)
    return RefillWindow(*(day_one + timedelta(days=number) for number in (opens, closes, days)))


def expected_count(issued: Decimal, per_day: Decimal, issued_on: date, counted_on: date) -> Decimal:
    """Say how many should be left: what was issued less a dose for each day gone by; never below none."""
    return max(Decimal(0), issued - max(0, (counted_on - issued_on).days) * per_day)


def check_count(
    issued: Decimal, per_day: Decimal, issued_on: date, counted_on: date, counted: Decimal, table: Kop
) -> CountCheck:
    """Compare a count with what should be left; the difference is measured against what should have been taken."""
    expected = expected_count(issued, per_day, issued_on, counted_on)
    taken, apart = issued - expected, counted - expected
    variance = 0.0 if apart == 0 else float(abs(apart) / taken) if taken else 1.0
    flagged = variance > table.variance
    if not flagged:
        text = Text("The count fits.", "El conteo coincide.")
    elif apart > 0:
        text = Text(f"{apart} too many: doses not taken?", f"Sobran {apart}: ¿dosis sin tomar?")
    else:
        text = Text(
            f"{-apart} too few: lost, given away, or taken too fast?",
            f"Faltan {-apart}: ¿perdidas, entregadas o tomadas de más?",
        )
    return CountCheck(expected, counted, variance, flagged, text)
