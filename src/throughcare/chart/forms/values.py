"""One posted string to one typed value, or one clear sentence saying why not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from throughcare.chart.forms.questionnaire import Item, Kind
from throughcare.chart.forms.text import Text


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen option: its code and system; the wording is the form's."""

    code: str
    system: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit (UCUM)."""

    value: Decimal
    unit: str


Value = bool | str | int | Decimal | date | datetime | time | Choice | Amount

LIMIT = {Kind.STRING: 255, Kind.TEXT: 8000, Kind.OPEN_CHOICE: 255}
_YES = frozenset({"true", "yes", "y", "sí", "si", "s"})
_NO = frozenset({"false", "no", "n"})
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")
_US_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_TIME = re.compile(r"([01]?[0-9]|2[0-3]):?([0-5][0-9])(:[0-5][0-9])?")


class NotReadable(ValueError):
    """A posted string that is not a value of its item; carries the sentence for the field."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def read_value(item: Item, typed: str, zone: tzinfo, now: datetime | None) -> Value:
    """The typed value of one posted, non-empty string; NotReadable with a sentence for the field."""
    value = _read(item, typed, zone)
    if item.not_future and now is not None and _is_future(value, now, zone):
        raise NotReadable(
            Text("This is in the future. Write when it happened.", "Esto está en el futuro. Escriba cuándo ocurrió.")
        )
    return value


def _read(item: Item, typed: str, zone: tzinfo) -> Value:
    kind = item.kind
    if kind is Kind.BOOLEAN:
        return _boolean(typed)
    if kind in (Kind.CHOICE, Kind.OPEN_CHOICE):
        return _choice(item, typed)
    if kind in (Kind.STRING, Kind.TEXT):
        return read_words(typed, item.max_length or LIMIT[kind])
    if kind is Kind.INTEGER:
        return int(_ranged(item, _number(typed, _INTEGER)))
    if kind is Kind.DECIMAL:
        return _ranged(item, _places(item, _number(typed, _DECIMAL)))
    if kind is Kind.QUANTITY and item.unit:
        return Amount(_ranged(item, _places(item, _number(typed, _DECIMAL))), item.unit.code)
    if kind is Kind.DATE:
        return read_date(typed)
    if kind is Kind.DATETIME:
        return read_moment(typed, zone)
    if kind is Kind.TIME:
        return read_time(typed)
    raise NotReadable(Text("This line takes no answer.", "Esta línea no lleva respuesta."))


def read_words(typed: str, limit: int) -> str:
    """The words as typed, if they fit."""
    if len(typed) > limit:
        raise NotReadable(
            Text(
                "This is {n} characters; at most {limit} fit. Shorten it.",
                "Esto tiene {n} caracteres; caben {limit} como máximo. Acórtelo.",
            ).filled(n=len(typed), limit=limit)
        )
    return typed


def _boolean(typed: str) -> bool:
    word = typed.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise NotReadable(Text("Choose yes or no.", "Elija sí o no."))


def _choice(item: Item, typed: str) -> Choice:
    option = item.option(typed)
    if option is None:
        raise NotReadable(Text("Choose one of the answers shown.", "Elija una de las respuestas que se muestran."))
    return Choice(option.code, option.system)


def _number(typed: str, pattern: re.Pattern[str]) -> Decimal:
    if not pattern.fullmatch(typed):
        if pattern is _INTEGER:
            raise NotReadable(
                Text("Write a whole number, with digits only.", "Escriba un número entero, solo con cifras.")
            )
        raise NotReadable(
            Text("Write a number with a point, such as 98.6.", "Escriba un número con punto, por ejemplo 98.6.")
        )
    return Decimal(typed)


def _places(item: Item, value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > item.places:
        raise NotReadable(
            Text("At most {n} digits after the point.", "Como máximo {n} cifras después del punto.").filled(
                n=item.places
            )
        )
    return value


def _ranged(item: Item, value: Decimal) -> Decimal:
    low, high = item.minimum, item.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise NotReadable(
            Text(
                "{v} is outside {low} to {high}. Check the number, and its unit.",
                "{v} está fuera de {low} a {high}. Revise el número y su unidad.",
            ).filled(v=value, low="-" if low is None else low, high="-" if high is None else high)
        )
    return value


def read_date(typed: str) -> date:
    """A date typed as 2026-11-21 or 11/21/2026."""
    found = _US_DATE.fullmatch(typed)
    try:
        if found:
            return date(int(found[3]), int(found[1]), int(found[2]))
        if _ISO_DATE.fullmatch(typed):
            return date.fromisoformat(typed)
    except ValueError:
        pass  # the sentence below says what is wanted
    raise NotReadable(
        Text("Write the date as 11/21/2026 (month/day/year).", "Escriba la fecha como 11/21/2026 (mes/día/año).")
    )


def read_time(typed: str) -> time:
    """A time of day typed as 14:05 or 1405."""
    found = _ISO_TIME.fullmatch(typed)
    if not found:
        raise NotReadable(Text("Write the time as 14:05.", "Escriba la hora como 14:05."))
    return time(int(found[1]), int(found[2]))


def read_moment(typed: str, zone: tzinfo) -> date | datetime:
    """A date with its time in the facility's zone; a date alone is kept as a date, never as midnight."""
    parts = typed.replace("T", " ").split()
    if len(parts) == 1:
        return read_date(parts[0])
    if len(parts) != 2:
        raise NotReadable(
            Text("Write the date and the time: 11/21/2026 14:05.", "Escriba la fecha y la hora: 11/21/2026 14:05.")
        )
    local = datetime.combine(read_date(parts[0]), read_time(parts[1]), zone)
    try:
        back = local.astimezone(UTC).astimezone(zone)
    except OverflowError:
        back = local
    if back.replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NotReadable(
            Text(
                "That time did not exist: clocks went forward that night. Check the time.",
                "Esa hora no existió: esa noche se adelantó el reloj. Revise la hora.",
            )
        )
    return local


def _is_future(value: Value, now: datetime, zone: tzinfo) -> bool:
    if isinstance(value, datetime):
        return value > now + timedelta(minutes=5)  # clocks of devices differ a little
    return isinstance(value, date) and value > now.astimezone(zone).date()
