"""Codes that can't be what their system says: no code of a complete system, a slipped LOINC number, a unit that UCUM can't read.

Asked by `$validate` alone. What comes in is kept though a code is unknown: a sender's newer release of a code system is no reason
to lose a result.
"""

import re
from collections.abc import Iterator
from typing import Any

from throughcare.exchange.fhir.checking import tables, units
from throughcare.exchange.fhir.checking.issue import Issue
from throughcare.kernel.fhir import LOINC, UCUM

Json = dict[str, Any]
# Parts, answers, lists and groups of LOINC: how their last digit is made is not published with LOINC's numbers.
_LETTERS = re.compile(r"L[ALPG]\d{1,7}-\d\Z")
MOST = 50


def check(resource: Json) -> list[Issue]:
    """Walk a resource; each finding has the path of its code."""
    return [one for one, _ in zip(_walk(resource, str(resource.get("resourceType"))), range(MOST), strict=False)]


def _walk(value: Any, path: str) -> Iterator[Issue]:
    if isinstance(value, list):
        for n, part in enumerate(value):
            yield from _walk(part, f"{path}[{n}]")
    elif isinstance(value, dict):
        system, code = value.get("system"), value.get("code")
        if isinstance(system, str) and isinstance(code, str) and (words := wrong(system, code)):
            yield Issue("code-invalid", f"{path}.code", words)
        for name, part in value.items():
            if isinstance(part, dict | list):
                yield from _walk(part, f"{path}.{name}")


def wrong(system: str, code: str) -> str:
    """Say what is wrong with a code of a system; nothing where nothing is, or where the system can't be told here."""
    if system == UCUM:
        return "" if units.readable(code) else f"[{code[:40]}] is no unit of UCUM."
    if system == LOINC:
        return "" if loinc(code) else f"[{code[:40]}] is no LOINC number: its check digit does not fit."
    known = tables.code_systems().get(system)
    return f"[{code[:40]}] is no code of {system[:120]}." if known and code not in known else ""


def loinc(code: str) -> bool:
    """Tell whether a LOINC number's check digit fits (Luhn, as LOINC's guide says); of a part or an answer, whether it looks so."""
    if _LETTERS.match(code) and code.isascii():
        return True
    number, _, digit = code.partition("-")
    if not (number.isascii() and number.isdigit() and len(digit) == 1 and digit.isdigit()):
        return False
    return luhn(number) == int(digit)


def luhn(number: str) -> int:
    """Give the check digit of a number (Luhn)."""
    total = 0
    for n, figure in enumerate(reversed(number)):
        doubled = int(figure) * (2 if n % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return (10 - total % 10) % 10
