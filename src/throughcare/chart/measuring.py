"""From what a nurse typed into the set of vital signs to measurements, by the limits of content. Pure."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from throughcare.chart.actions.observations import Measured, Part
from throughcare.kernel import content
from throughcare.kernel.errors import Invalid

LOINC = "http://loinc.org"
PRESSURE = "Blood pressure"


def rows() -> tuple[Mapping[str, Any], ...]:
    """Give the vital signs of the set, as content lists them."""
    return content.rows("chart/vitals.toml", "vital")


def read(typed: Mapping[str, str]) -> list[Measured]:
    """Read what was typed; refuses all of it, naming each field, where one value can't be what was measured."""
    wrong: dict[str, str] = {}
    values: dict[str, Decimal] = {}
    for row in rows():
        text = typed.get(row["id"], "").strip()
        if text:
            value = _number(text)
            if value is None or not _digits_fit(value, row["places"]):
                wrong[row["id"]] = f"Write {row['title'].lower()} as a number."
            elif not row["low"] <= value <= row["high"]:
                wrong[row["id"]] = f"{row['title']} stands between {row['low']} and {row['high']}. Check the digits."
            else:
                values[row["id"]] = value
    if ("systolic" in values) != ("diastolic" in values) and not {"systolic", "diastolic"} & wrong.keys():
        missing = "diastolic" if "systolic" in values else "systolic"
        wrong[missing] = "A blood pressure has two numbers. Write both, or neither."
    if "systolic" in values and "diastolic" in values and values["systolic"] <= values["diastolic"]:
        wrong["diastolic"] = "The second number is smaller than the first. Check whether they changed places."
    if not values and not wrong:
        wrong["systolic"] = "Write at least one measurement."
    if wrong:
        raise Invalid("Nothing was recorded yet. Everything you typed is kept.", fields=wrong)
    return [*_pressure(values), *(_single(row, values[row["id"]]) for row in rows() if _alone(row, values))]


def _alone(row: Mapping[str, Any], values: Mapping[str, Decimal]) -> bool:
    return row["id"] in values and "panel" not in row


def _single(row: Mapping[str, Any], value: Decimal) -> Measured:
    return Measured(LOINC, row["code"], row["title"], value, row["unit"])


def _pressure(values: Mapping[str, Decimal]) -> list[Measured]:
    parts = [row for row in rows() if row.get("panel") and row["id"] in values]
    if not parts:
        return []
    made = tuple(Part(LOINC, row["code"], values[row["id"]], row["unit"]) for row in parts)
    return [Measured(LOINC, parts[0]["panel"], PRESSURE, parts=made)]


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() and value.copy_abs() < 10_000 else None


def _digits_fit(value: Decimal, places: int) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= places
