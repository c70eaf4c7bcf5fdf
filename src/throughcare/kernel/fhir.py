"""Builders of FHIR R4 datatypes: plain dicts, exact decimals, nothing empty, no display copied from elsewhere."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

Json = dict[str, Any]
LOCAL = "urn:throughcare:code"
UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
_LONGEST = 18
_OWN = "urn:throughcare:"
_ODD = re.compile(r"[^A-Za-z0-9._@-]+")


def instant(at: datetime | None) -> str | None:
    """Write an instant in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def day(on: date | None) -> str | None:
    """Write a calendar day."""
    return on.isoformat() if on else None


def coding(system: str, code: str, display: str | None = None) -> Json:
    """Build a Coding."""
    return filled(system=system, code=code, display=display)


def concept(*codings: Json, text: str | None = None) -> Json:
    """Build a CodeableConcept."""
    return filled(coding=list(codings), text=text)


def reference(kind: str, id: UUID | str | None) -> Json | None:
    """Build a Reference without a display."""
    return {"reference": f"{kind}/{id}"} if id else None


def quantity(value: Decimal | int, unit: str, code: str | None = None) -> Json:
    """Build a UCUM Quantity; the value keeps its digits."""
    return {"value": Decimal(value), "unit": unit, "system": UCUM, "code": code or unit}


def own_system(kind: str, name: str) -> str:
    """Give the address of what somebody numbers who has no address: `urn:throughcare:filler:LAB@HOSPITAL`, always a URI."""
    return f"{_OWN}{kind}:{_ODD.sub('-', name).strip('-') or 'unnamed'}"


def period(start: datetime | None, end: datetime | None) -> Json | None:
    """Build a Period."""
    return filled(start=instant(start), end=instant(end)) or None


def identifier(system: str, value: str) -> Json:
    """Build an Identifier."""
    return {"system": system, "value": value}


def filled(**parts: Any) -> Json:
    """Build an element of the parts that hold something; a trailing underscore frees Python's own words."""
    return {k.rstrip("_"): v for k, v in parts.items() if v is not None and v != [] and v != {} and v != ""}


def resource(kind: str, id: UUID, **parts: Any) -> Json:
    """Build a resource of the parts that hold something."""
    return {"resourceType": kind, "id": str(id), **filled(**parts)}


def encode(body: Any) -> bytes:
    """Write JSON bytes; decimals keep their digits, times are UTC."""
    return orjson.dumps(body, default=_default)


def decode(body: bytes) -> Any:
    """Read JSON bytes."""
    return orjson.loads(body)


def _default(value: Any) -> Any:
    if isinstance(value, Decimal):
        # Written out, a number of so many digits would be read again as a whole number, which JSON's readers cut at 64 bits.
        return orjson.Fragment(format(value, "E" if value.adjusted() >= _LONGEST else "f"))
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"[{type(value).__name__}] has no place in JSON")
