"""What a resource says at a search parameter: its values, as they are compared. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from throughcare.exchange.fhir.params import Param
from throughcare.kernel.fhir import Json

EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, tzinfo=UTC)
# Codes written bare have their system from the element's binding: whichever system is asked for fits.
BOUND = "*"


@dataclass(frozen=True, slots=True)
class Token:
    """A code or identifier, with its system (empty: none; BOUND: the element's own), and the words beside it."""

    system: str
    code: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A time as FHIR compares it: from its first moment to the moment after its last."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity: exact value, unit's system and code, unit's word."""

    value: Decimal
    system: str
    code: str
    unit: str


def elements(body: Json, param: Param) -> Iterator[Any]:
    """Give the elements at a parameter's paths, lists flattened."""
    for path in param.paths:
        yield from _at(body, _steps(path))


def tokens(body: Json, param: Param) -> list[Token]:
    """Give the tokens at a parameter."""
    return [token for element in elements(body, param) for token in _tokens(element, param.name)]


def references(body: Json, param: Param) -> list[str]:
    """Give the references at a parameter, as written."""
    found = []
    for element in elements(body, param):
        if isinstance(element, str):
            found.append(element)
        elif isinstance(element, dict) and isinstance(element.get("reference"), str):
            found.append(element["reference"])
    return found


def strings(body: Json, param: Param) -> list[str]:
    """Give the words at a parameter; a name and an address give each of their parts."""
    return [word for element in elements(body, param) for word in _words(element)]


def spans(body: Json, param: Param) -> list[Span]:
    """Give the times at a parameter."""
    return [span for element in elements(body, param) if (span := _span(element)) is not None]


def amounts(body: Json, param: Param) -> list[Amount]:
    """Give the quantities at a parameter."""
    found = []
    for q in elements(body, param):
        try:
            if isinstance(q, dict) and "value" in q:
                found.append(
                    Amount(Decimal(str(q["value"])), q.get("system", ""), q.get("code", ""), q.get("unit", ""))
                )
            elif isinstance(q, int | float | Decimal) and not isinstance(q, bool):
                found.append(Amount(Decimal(str(q)), "", "", ""))
        except InvalidOperation:
            continue
    return found


def says(body: Json, param: Param) -> bool:
    """Tell whether the resource says anything at a parameter."""
    return next(elements(body, param), None) is not None


def normal(words: str) -> str:
    """Give words as they are compared: without case, accents and doubled blanks."""
    plain = unicodedata.normalize("NFKD", words)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


# --- times ------------------------------------------------------------------------------------------------------------------

_TIME = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*([Zz]|[+\- ]\d\d:\d\d)?)?)?)?"
)


@cache
def span(words: str) -> Span | None:
    """Read a date or time of any precision; one without a zone is taken as UTC. None where it is none."""
    found = _TIME.fullmatch(words.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        if month is None:
            return Span(datetime(int(year), 1, 1, tzinfo=UTC), _until(datetime(int(year), 1, 1, tzinfo=UTC), 366))
        first = datetime(int(year), int(month), int(day or 1), tzinfo=UTC)
        if day is None:
            return Span(first, _until(first, 31))
        if hour is None:
            return Span(first, first + timedelta(days=1))
        micro = int((fraction or "0")[:6].ljust(6, "0"))
        at = first.replace(hour=int(hour) % 24, minute=int(minute), second=min(int(second or 0), 59), microsecond=micro)
        at -= _offset(zone)
        step = timedelta(minutes=1) if second is None else timedelta(seconds=1)
        if fraction is not None:
            step = timedelta(microseconds=max(1, 10 ** max(0, 6 - len(fraction))))
        return Span(at, at + step)
    except (ValueError, OverflowError):
        return None


def _until(first: datetime, days: int) -> datetime:
    """Give the first moment of the next year or month."""
    if days == 366:
        return first.replace(year=first.year + 1) if first.year < 9999 else LATEST
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone in "Zz":
        return timedelta()
    # A plus in a query that nobody escaped arrives as a blank.
    sign = -1 if zone[0] == "-" else 1
    return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))


def _span(element: Any) -> Span | None:
    if isinstance(element, dict):
        start, end = element.get("start"), element.get("end")
        first, last = span(start) if start else None, span(end) if end else None
        if first is None and last is None:
            return None
        return Span(first.start if first else EARLIEST, last.end if last else LATEST)
    if isinstance(element, datetime | date):
        return span(element.isoformat())
    return span(element) if isinstance(element, str) else None


# --- elements ---------------------------------------------------------------------------------------------------------------

_STEP = re.compile(r"([A-Za-z]+)(?:\[(\w+)=([^\]]*)\])?\.?")


@cache
def _steps(path: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((m[1], m[2] or "", m[3] or "") for m in _STEP.finditer(path))


def _at(value: Any, steps: tuple[tuple[str, str, str], ...]) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _at(one, steps)
    elif not steps:
        if value is not None:
            yield value
    elif isinstance(value, dict):
        name, key, wanted = steps[0]
        found = value.get(name)
        if found is None:
            return
        if key:
            found = [
                f
                for f in (found if isinstance(found, list) else [found])
                if isinstance(f, dict) and f.get(key) == wanted
            ]
        yield from _at(found, steps[1:])


def _tokens(element: Any, name: str) -> Iterator[Token]:
    if name == "deceased":
        dead = element if isinstance(element, bool) else True
        yield Token(BOUND, "true" if dead else "false")
    elif isinstance(element, bool):
        yield Token(BOUND, "true" if element else "false")
    elif isinstance(element, str):
        yield Token(BOUND, element)
    elif isinstance(element, dict):
        if "coding" in element or ("text" in element and "code" not in element):
            words = str(element.get("text", ""))
            codings = element.get("coding") or ()
            for coding in codings:
                said = " ".join(w for w in (str(coding.get("display", "")), words) if w)
                yield Token(coding.get("system", ""), str(coding.get("code", "")), said)
            if not codings and words:
                yield Token("", "", words)
        elif "code" in element:
            yield Token(element.get("system", ""), str(element["code"]), str(element.get("display", "")))
        elif "value" in element:
            contact = name in ("telecom", "phone", "email")
            yield Token(BOUND if contact else element.get("system", ""), str(element["value"]))


_PARTS = ("text", "family", "given", "prefix", "suffix", "line", "city", "district", "state", "postalCode", "country")


def _words(element: Any) -> Iterator[str]:
    if isinstance(element, str):
        yield element
    elif isinstance(element, dict):
        for part in _PARTS:
            found = element.get(part)
            yield from [found] if isinstance(found, str) else found or ()
