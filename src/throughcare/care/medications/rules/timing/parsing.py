"""A timing to and from JSON. Strict: an unknown name, a missing one or a number of the wrong kind is refused with its place."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from throughcare.care.medications.rules.timing.model import (
    FIELDS,
    Dose,
    Kind,
    Scale,
    ScaleRow,
    Step,
    Timing,
    TimingError,
)

NEEDED: dict[Kind, tuple[str, ...]] = {
    Kind.PASSES: ("passes",),
    Kind.INTERVAL: ("hours",),
    Kind.WEEK_DAYS: ("days",),
    Kind.EVERY: ("every", "unit"),
    Kind.ONCE: (),
    Kind.STAT: (),
    Kind.PRN: ("min_interval_minutes", "max_in_24h"),
    Kind.MEALS: ("passes", "minutes_before"),
    Kind.STEPPED: ("steps",),
    Kind.SLIDING: ("base", "scale"),
}
"""Names that the JSON of each kind must have; the others of model.FIELDS may be left out."""


def from_json(body: object, *, place: str = "timing") -> Timing:
    """Read a timing from JSON; raise TimingError with the place and what to change if it isn't one."""
    row = _table(body, place)
    try:
        kind = Kind(row.get("kind", ""))
    except ValueError:
        known = ", ".join(Kind)
        raise TimingError(f"{place}: [{row.get('kind', '')}] is no kind of timing. Use one of {known}.") from None
    _names(row, ("kind", *FIELDS[kind]), ("kind", *NEEDED[kind]), place)
    read = {name: _READERS[name](value, f"{place}.{name}") for name, value in row.items() if name != "kind"}
    try:
        return Timing(kind, **read)
    except TimingError as error:
        raise TimingError(f"{place}: {error}") from None


def to_json(timing: Timing) -> dict[str, Any]:
    """Write a timing as JSON that `from_json` reads back to the same timing."""
    body: dict[str, Any] = {"kind": str(timing.kind)}
    for name in FIELDS[timing.kind]:
        value = getattr(timing, name)
        if value or name in NEEDED[timing.kind]:
            body[name] = _WRITERS.get(name, lambda kept: kept)(value)
    return body


def _table(body: object, place: str) -> Mapping[str, Any]:
    if not isinstance(body, Mapping) or not all(isinstance(name, str) for name in body):
        raise TimingError(f"{place}: must be a table of names and values, not [{type(body).__name__}].")
    return body


def _names(row: Mapping[str, Any], known: tuple[str, ...], needed: tuple[str, ...], place: str) -> None:
    for name in row:
        if name not in known:
            raise TimingError(f"{place}: [{name}] is not known here. Known are {', '.join(known)}.")
    for name in needed:
        if name not in row:
            raise TimingError(f"{place}: [{name}] is missing. Add it.")


def _whole(value: object, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TimingError(f"{place}: [{value}] is no whole number.")
    return value


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TimingError(f"{place}: must be text that isn't empty.")
    return value


def _list(value: object, place: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise TimingError(f"{place}: must be a list.")
    return list(value)


def _texts(value: object, place: str) -> tuple[str, ...]:
    return tuple(_text(item, f"{place}[{n}]") for n, item in enumerate(_list(value, place)))


def _amount(value: object, place: str) -> Decimal:
    """Amounts are text or whole numbers: a binary fraction would change 0.1 on its way."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TimingError(f"{place}: write the number as text, as “0.5”, not as [{type(value).__name__}].")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise TimingError(f"{place}: [{value}] is no number.") from None
    if not amount.is_finite():
        raise TimingError(f"{place}: [{value}] is no amount.")
    return amount


def _dose(value: object, place: str) -> Dose:
    row = _table(value, place)
    _names(row, ("value", "unit"), ("value", "unit"), place)
    amount, unit = _amount(row["value"], f"{place}.value"), _text(row["unit"], f"{place}.unit")
    try:
        return Dose(amount, unit)
    except TimingError as error:
        raise TimingError(f"{place}: {error}") from None


def _doses(value: object, place: str) -> tuple[Dose, ...]:
    return tuple(_dose(item, f"{place}[{n}]") for n, item in enumerate(_list(value, place)))


def _step(value: object, place: str) -> Step:
    row = _table(value, place)
    _names(row, ("days", "dose", "timing"), ("days", "dose", "timing"), place)
    days = None if row["days"] is None else _whole(row["days"], f"{place}.days")
    return Step(days, _dose(row["dose"], f"{place}.dose"), from_json(row["timing"], place=f"{place}.timing"))


def _steps(value: object, place: str) -> tuple[Step, ...]:
    return tuple(_step(item, f"{place}[{n}]") for n, item in enumerate(_list(value, place)))


def _scale_row(value: object, place: str) -> ScaleRow:
    row = _table(value, place)
    _names(row, ("from", "to", "amount"), ("from", "to", "amount"), place)
    low, high = _whole(row["from"], f"{place}.from"), _whole(row["to"], f"{place}.to")
    return ScaleRow(low, high, _amount(row["amount"], f"{place}.amount"))


def _scale(value: object, place: str) -> Scale:
    row = _table(value, place)
    _names(row, ("measure", "unit", "rows", "above_amount"), ("measure", "unit", "rows"), place)
    lines = _list(row["rows"], f"{place}.rows")
    above = row.get("above_amount")
    rows = tuple(_scale_row(item, f"{place}.rows[{n}]") for n, item in enumerate(lines))
    measure, unit = _text(row["measure"], f"{place}.measure"), _text(row["unit"], f"{place}.unit")
    try:
        return Scale(measure, unit, rows, None if above is None else _amount(above, f"{place}.above_amount"))
    except TimingError as error:
        raise TimingError(f"{place}: {error}") from None


def _base(value: object, place: str) -> Timing:
    return from_json(value, place=place)


_READERS: dict[str, Any] = {
    "passes": _texts,
    "doses": _doses,
    "hours": _whole,
    "days": _texts,
    "every": _whole,
    "unit": _text,
    "minutes_before": _whole,
    "min_interval_minutes": _whole,
    "max_in_24h": _whole,
    "steps": _steps,
    "base": _base,
    "scale": _scale,
}


def _dose_out(dose: Dose) -> dict[str, str]:
    return {"value": f"{dose.value:f}", "unit": dose.unit}


def _step_out(step: Step) -> dict[str, Any]:
    return {"days": step.days, "dose": _dose_out(step.dose), "timing": to_json(step.timing)}


def _scale_out(scale: Scale) -> dict[str, Any]:
    rows = [{"from": row.low, "to": row.high, "amount": f"{row.amount:f}"} for row in scale.rows]
    body: dict[str, Any] = {"measure": scale.measure, "unit": scale.unit, "rows": rows}
    return body if scale.above_amount is None else {**body, "above_amount": f"{scale.above_amount:f}"}


_WRITERS: dict[str, Any] = {
    "passes": list,
    "doses": lambda doses: [_dose_out(dose) for dose in doses],
    "days": list,
    "steps": lambda steps: [_step_out(step) for step in steps],
    "base": to_json,
    "scale": _scale_out,
}
