"""From what a nurse typed at a check to measurements and the facts that the rules read. Pure beyond reading content."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from throughcare.care.substance_use.rules import Earlier, Vitals
from throughcare.chart import measuring
from throughcare.chart.actions import Measured, Part
from throughcare.kernel.errors import Invalid
from throughcare.kernel.fhir import LOCAL
from throughcare.ui.forms import whole_or_none

LOINC = "http://loinc.org"
NEEDED = ("systolic", "pulse", "temperature")
UNTAKEN = ("refuses", "unsafe", "no-equipment")
POUND = Decimal("0.45359237")


@dataclass(frozen=True, slots=True)
class Extra:
    """One measurement that only this room asks: its name, unit and the limits that catch a slip of the hand."""

    id: str
    title: str
    unit: str
    low: int
    high: int


EXTRAS = (
    Extra("pulse_again", "Pulse again, after 5 minutes of rest", "/min", 20, 300),
    Extra("standing_systolic", "Standing: systolic", "mm[Hg]", 30, 300),
    Extra("standing_diastolic", "Standing: diastolic", "mm[Hg]", 10, 200),
    Extra("standing_pulse", "Standing: pulse", "/min", 20, 300),
    Extra("fluid_in", "Fluid taken since the last check", "mL", 0, 12000),
    Extra("fluid_out", "Urine, vomit and stool since the last check", "mL", 0, 12000),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was measured at one check, ready for the chart; `untaken` says why the needed ones were not."""

    measured: tuple[Measured, ...] = ()
    untaken: str = ""
    cannot_stand: bool = False

    @property
    def values(self) -> dict[str, str]:
        """Give each value by the name that the rules use, in their units."""
        found: dict[str, str] = {}
        for one in self.measured:
            for part in one.parts:
                if part.code in _PARTS:
                    found[_PARTS[part.code]] = f"{part.value:f}"
            if one.code in _SINGLE and one.value is not None:
                found[_SINGLE[one.code]] = f"{_as_rule(one):f}"
        return found


_PARTS = {"8480-6": "systolic", "standing-systolic": "standing_systolic"}
_SINGLE = {
    "8310-5": "temperature_c",
    "8867-4": "pulse",
    "9279-1": "respiration",
    "29463-7": "weight_kg",
    "pulse-again": "pulse_again",
    "standing-pulse": "standing_pulse",
    "fluid-in": "fluid_in",
    "fluid-out": "fluid_out",
}


def _as_rule(one: Measured) -> Decimal:
    value = one.value or Decimal(0)
    if one.unit == "[degF]":
        return ((value - 32) * 5 / 9).quantize(Decimal("0.01"))
    if one.unit == "[lb_av]":
        return (value * POUND).quantize(Decimal("0.01"))
    return value


def read(typed: Mapping[str, str]) -> Taken:
    """Read what was typed; every fault at its field. Without the needed vital signs there must be a reason."""
    wrong: dict[str, str] = {}
    usual: list[Measured] = []
    if any(typed.get(row["id"], "").strip() for row in measuring.rows()):
        try:
            usual = measuring.read(typed)
        except Invalid as refused:
            wrong |= refused.fields
    extra = _extras(typed, wrong)
    untaken = typed.get("untaken", "").strip()
    if untaken not in ("", *UNTAKEN):
        wrong["untaken"] = "Choose one of the reasons."
    if not untaken:
        for name in NEEDED:
            if not typed.get(name, "").strip() and name not in wrong:
                wrong[name] = "Measure it, or say below why it could not be measured."
    if wrong:
        raise Invalid("The check is not signed yet. Everything you typed is kept.", fields=wrong)
    return Taken((*usual, *extra), untaken, typed.get("cannot_stand") == "yes")


def _extras(typed: Mapping[str, str], wrong: dict[str, str]) -> list[Measured]:
    values: dict[str, Decimal] = {}
    for one in EXTRAS:
        text = typed.get(one.id, "").strip()
        if not text:
            continue
        value = whole_or_none(text, digits=4)
        if value is None or not one.low <= value <= one.high:
            wrong[one.id] = f"Write a whole number between {one.low} and {one.high}."
        else:
            values[one.id] = Decimal(value)
    if ("standing_systolic" in values) != ("standing_diastolic" in values):
        wrong.setdefault("standing_diastolic", "A blood pressure has two numbers. Write both, or neither.")
    found = [
        Measured(LOCAL, one.id.replace("_", "-"), one.title, values[one.id], one.unit)
        for one in EXTRAS
        if one.id in values and one.id not in ("standing_systolic", "standing_diastolic")
    ]
    if "standing_systolic" in values and "standing_diastolic" in values:
        parts = tuple(
            Part(LOCAL, name.replace("_", "-"), values[name], "mm[Hg]")
            for name in ("standing_systolic", "standing_diastolic")
        )
        found.append(Measured(LOCAL, "standing-blood-pressure", "Blood pressure, standing", parts=parts))
    return found


def vitals(values: Mapping[str, str]) -> Vitals:
    """Give the values of one check to the rules."""
    known = {k: Decimal(v) for k, v in values.items() if k in Vitals.__dataclass_fields__}
    return Vitals(**known)


def earlier(at: object, kind: str, score: int | None, values: Mapping[str, str]) -> Earlier:
    """Give an earlier check to the rules."""
    seen = vitals(values)
    fluids = seen.weight_kg is not None and seen.standing_systolic is not None
    return Earlier(at, kind == "scored", score, seen.pulse, seen.weight_kg, fluids)  # type: ignore[arg-type]
