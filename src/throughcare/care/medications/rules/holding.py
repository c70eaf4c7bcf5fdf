"""Hold parameters of an order (clinical.md 2.3): what is measured before a dose, and the values at which it is held."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from throughcare.care.medications.rules.finding import Finding
from throughcare.chart.forms.text import Text
from throughcare.duties.calendar import aware

NAMES: Mapping[str, Text] = {
    "pulse": Text("pulse", "pulso"),
    "systolic": Text("systolic pressure", "presión sistólica"),
    "glucose": Text("glucose", "glucosa"),
    "respiration": Text("breathing rate", "respiraciones"),
    "saturation": Text("oxygen saturation", "saturación de oxígeno"),
    "temperature": Text("temperature", "temperatura"),
}
"""What may be measured before a dose."""
SAID = {
    "pulse": ("pulse", "heart rate", "hr", "pulso"),
    "systolic": ("systolic", "sbp", "sys bp", "blood pressure", "bp", "sistólica"),
    "glucose": ("glucose", "blood sugar", "sugar", "fingerstick", "fsbg", "bg", "glucosa", "azúcar"),
    "respiration": ("respirations", "respiration", "respiratory rate", "breathing rate", "resp", "rr", "respiraciones"),
    "saturation": ("saturation", "spo2", "o2 sat", "sats", "sat", "saturación"),
    "temperature": ("temperature", "temp", "temperatura"),
}
"""How prescribers name it."""
BELOW = ("<=", "<", "≤", "below", "under", "less than", "lower than", "menor de", "menos de")
ABOVE = (">=", ">", "≥", "above", "over", "more than", "greater than", "higher than", "mayor de", "más de")
WITH_ITSELF = ("<=", "≤", ">=", "≥")
_MEASURE_OF = {said: measure for measure, names in SAID.items() for said in names}


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_NAMED = rf"(?<!\w)(?P<what>{_any(_MEASURE_OF)})(?!\w)"
LIMIT = re.compile(
    rf"(?:{_NAMED}[^<>≤≥\d]*?)?(?P<side>{_any((*BELOW, *ABOVE))})\s*(?P<limit>\d+(?:\.\d+)?)", re.IGNORECASE
)
VALUE = re.compile(rf"{_NAMED}\D{{0,12}}?(?P<value>\d+(?:[.,]\d+)?)", re.IGNORECASE)
CLAUSE = re.compile(r"[;,]|\b(?:or|and|o|y)\b", re.IGNORECASE)


class HoldError(ValueError):
    """A hold parameter can't be followed; the sentence says what to change."""


class Answer(StrEnum):
    """What the values say of a dose."""

    GIVE = "give"
    HOLD = "hold"
    MEASURE = "measure"


@dataclass(frozen=True, slots=True)
class Parameter:
    """Hold the dose if the measure is below `below` or above `above`; a value older than `minutes` is measured again."""

    measure: str
    below: Decimal | None = None
    above: Decimal | None = None
    minutes: int = 60

    def __post_init__(self) -> None:
        if self.measure not in NAMES:
            raise HoldError(f"[{self.measure}] isn't measured before a dose. Use {', '.join(NAMES)}.")
        if self.below is None and self.above is None:
            raise HoldError(f"[{self.measure}] has no limit. Give [below], [above] or both.")
        if self.below is not None and self.above is not None and self.below > self.above:
            raise HoldError(f"[{self.measure}] would hold every dose. Let [below] be less than [above].")
        if not 1 <= self.minutes <= 24 * 60:
            raise HoldError(f"[{self.measure}] can't be [{self.minutes}] minutes old. Give 1 to 1440.")


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that was measured, and when."""

    measure: str
    value: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """Whether to give, hold or measure first, and why."""

    answer: Answer
    findings: tuple[Finding, ...]


def read(words: str) -> tuple[Parameter, ...]:
    """Read what a prescriber wrote: `Hold if HR < 50 or SBP less than 100`. What names no measure and limit is left out."""
    found: list[Parameter] = []
    measure = ""
    for hit in LIMIT.finditer(words):
        if hit["what"]:  # `or > 400` names none: it is of what stood before it
            measure = _MEASURE_OF[hit["what"].casefold()]
        if measure:
            found.append(_written(hit, measure))
    return tuple(found)


def _written(hit: re.Match[str], measure: str) -> Parameter:
    side, limit = hit["side"].casefold(), Decimal(hit["limit"])
    if side in WITH_ITSELF:  # `50 or less` is `below 51`: what is measured is a whole number, but for a temperature
        step = Decimal(1) if limit == limit.to_integral_value() else Decimal("0.1")
        limit += step if side in BELOW else -step
    return Parameter(measure, below=limit) if side in BELOW else Parameter(measure, above=limit)


def understood(words: str) -> bool:
    """Tell whether every part of the words names a measure and its limit; else somebody reads them before the dose."""
    parts = [part for part in CLAUSE.split(words) if part.strip()]
    hits = [LIMIT.search(part) for part in parts]
    return bool(hits) and all(hits) and bool(hits[0] and hits[0]["what"])


def of_order(holds: Iterable[object]) -> tuple[Parameter, ...]:
    """Give the parameters of an order, as written or structured; of two for one measure both limits hold."""
    found: dict[str, Parameter] = {}
    for hold in holds:
        for one in from_json([hold]) if isinstance(hold, Mapping) else read(str(hold)):
            known = found.get(one.measure)
            if known is not None:
                below = max((b for b in (known.below, one.below) if b is not None), default=None)
                above = min((a for a in (known.above, one.above) if a is not None), default=None)
                one = Parameter(one.measure, below, above)
            found[one.measure] = one
    return tuple(found.values())


def values_in(parameters: Sequence[Parameter], detail: Mapping[str, str], at: datetime) -> list[Reading]:
    """Read the values that were written beside a dose: by their names, or a bare number where one thing alone is measured."""
    said = {_MEASURE_OF[hit["what"].casefold()]: hit["value"] for hit in VALUE.finditer(detail.get("value", ""))}
    said |= {p.measure: detail[p.measure] for p in parameters if detail.get(p.measure)}
    if len(parameters) == 1 and not said:
        said[parameters[0].measure] = detail.get("value", "")
    found = []
    for measure, value in said.items():
        try:
            number = Decimal(value.strip().replace(",", "."))  # 38,5 is 38.5 to who writes Spanish, and never 38
        except InvalidOperation:
            continue
        if number.is_finite():
            found.append(Reading(measure, number, at))
    return found


def from_json(body: object) -> tuple[Parameter, ...]:
    """Read hold parameters from a JSON list; raise HoldError with what to change."""
    if not isinstance(body, list | tuple):
        raise HoldError("Hold parameters must be a list.")
    return tuple(_parameter(row) for row in body)


def to_json(parameters: Iterable[Parameter]) -> list[dict[str, Any]]:
    """Write hold parameters as JSON that `from_json` reads back."""
    return [
        {"measure": p.measure, "minutes": p.minutes}
        | {name: f"{value:f}" for name, value in (("below", p.below), ("above", p.above)) if value is not None}
        for p in parameters
    ]


def judge(parameters: Sequence[Parameter], readings: Iterable[Reading], at: datetime) -> Held:
    """Say whether a dose is given, held, or waits for a value; the latest value counts, a hold wins over a missing one."""
    latest: dict[str, Reading] = {}
    for reading in sorted(readings, key=lambda r: aware(r.at)):
        if aware(reading.at) <= aware(at):
            latest[reading.measure] = reading
    found = [(p, _answer(p, latest.get(p.measure), at)) for p in parameters]
    for answer in (Answer.HOLD, Answer.MEASURE):
        named = [_finding(p, answer, latest.get(p.measure)) for p, said in found if said is answer]
        if named:
            return Held(answer, tuple(named))
    return Held(Answer.GIVE, ())


def words(parameters: Sequence[Parameter], language: str = "en") -> str:
    """Say hold parameters: `Hold if pulse below 50, glucose below 70`."""
    spanish = language == "es"
    said = [f"{NAMES[p.measure].said(language)} {limit}" for p in parameters for limit in _limits(p, spanish=spanish)]
    if not said:
        return ""
    return f"{'No dar si' if spanish else 'Hold if'} {', '.join(said)}"


def _limits(parameter: Parameter, *, spanish: bool) -> Iterable[str]:
    if parameter.below is not None:
        yield f"{'menor de' if spanish else 'below'} {parameter.below.normalize():f}"
    if parameter.above is not None:
        yield f"{'mayor de' if spanish else 'above'} {parameter.above.normalize():f}"


def _parameter(row: object) -> Parameter:
    if not isinstance(row, Mapping) or not set(row) <= {"measure", "below", "above", "minutes"}:
        raise HoldError("A hold parameter has [measure], [below], [above] and [minutes], nothing else.")
    minutes = row.get("minutes", 60)
    if isinstance(minutes, bool) or not isinstance(minutes, int):
        raise HoldError(f"[{minutes}] is no whole number of minutes.")
    return Parameter(str(row.get("measure", "")), _limit(row.get("below")), _limit(row.get("above")), minutes)


def _limit(value: object) -> Decimal | None:
    if value is None:
        return None
    try:
        found = Decimal(value) if isinstance(value, str | int) and not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise HoldError(f"[{value}] is no limit. Write a number as text, as “50”.")
    return found


def _answer(parameter: Parameter, reading: Reading | None, at: datetime) -> Answer:
    if reading is None or aware(at) - aware(reading.at) > timedelta(minutes=parameter.minutes):
        return Answer.MEASURE
    low = parameter.below is not None and reading.value < parameter.below
    high = parameter.above is not None and reading.value > parameter.above
    return Answer.HOLD if low or high else Answer.GIVE


def _finding(parameter: Parameter, answer: Answer, reading: Reading | None) -> Finding:
    name = NAMES[parameter.measure]
    if answer is Answer.MEASURE or reading is None:
        text = Text(f"Measure {name.en} before the dose.", f"Mida {name.es} antes de la dosis.")
        return Finding(f"measure_{parameter.measure}", text, "clinical 2.3")
    value = f"{reading.value.normalize():f}"
    text = Text(
        f"{name.en.capitalize()} is {value}: {words([parameter]).lower()}.",
        f"{name.es.capitalize()}: {value}. {words([parameter], 'es')}.",
    )
    return Finding(f"hold_{parameter.measure}", text, "clinical 2.3")
