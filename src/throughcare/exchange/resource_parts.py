"""The parts of which FHIR resources are made, read without trust: nothing here raises on what a sender wrote. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

Json = Mapping[str, Any]
_TOO_LARGE = Decimal(10) ** 10


@dataclass(frozen=True, slots=True)
class Coded:
    """A code with its words."""

    system: str
    code: str
    text: str


def reference_of(value: Any) -> str:
    """Give the address to which a reference points."""
    return str(value.get("reference", "")) if isinstance(value, Mapping) else ""


def listed(value: Any) -> list[Json]:
    """Give the objects of a list; anything else has none."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


# Codes that others know, by which a record is checked, labelled and compared; senders often put their own first.
STANDARD = (
    "http://loinc.org", "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/cvx",
)  # fmt: skip


def coded(concept: Any) -> Coded | None:
    """Read a CodeableConcept: its code of a standard system, else its first, with its words; None where it says nothing."""
    if not isinstance(concept, Mapping):
        return None
    codings = listed(concept.get("coding"))
    first = next((one for one in codings if one.get("system") in STANDARD and one.get("code")), next(iter(codings), {}))
    text = str(concept.get("text") or first.get("display") or first.get("code") or "").strip()
    if not text:
        return None
    system, code = str(first.get("system", "")), str(first.get("code", ""))
    fits = len(system) <= 120 and len(code) <= 40
    return Coded(system if fits else "", code if fits else "", text)


def state_of(one: Json, key: str) -> str:
    """Read the code of a status: of a CodeableConcept HL7's own coding before others, its words where it has none.

    Releases before R4 write the bare code: what was refuted there is no problem here.
    """
    concept = one.get(key)
    if not isinstance(concept, Mapping):
        return concept.strip().lower() if isinstance(concept, str) else ""
    codings = sorted(listed(concept.get("coding")), key=lambda said: "hl7.org" not in str(said.get("system")))
    code = next((str(said["code"]) for said in codings if said.get("code")), "")
    return code or "-".join(str(concept.get("text") or "").lower().split())


def day_of(text: Any) -> date | None:
    """Read a day."""
    try:
        found = date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
    return found if found.year >= 1900 else None


HERE = ZoneInfo("America/New_York")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def moment_of(text: Any) -> datetime | None:
    """Read a moment; a day alone is its midday here, so that it is that day wherever it is read; a time without a zone is UTC."""
    try:
        at = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    if _DAY.fullmatch(str(text)):
        return at.replace(hour=12, tzinfo=HERE)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def birth_of(text: Any) -> tuple[date | None, bool]:
    """Read a day of birth, and whether it is only a month or a year of which the first day stands for it."""
    said = str(text or "")
    if re.fullmatch(r"\d{4}(?:-\d\d)?", said):
        return day_of(f"{said}-01" if len(said) == 7 else f"{said}-01-01"), True
    return day_of(said), False


def number_of(value: Any) -> Decimal | None:
    """Read a number with its digits; None where it is none, or larger than anything measured."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= _TOO_LARGE:
        return None
    return round(number, 4) if -int(number.as_tuple().exponent) > 4 else number
