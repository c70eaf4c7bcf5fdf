"""Small things that statements have in common: their status, whether they are denied, what is related to them."""

from collections.abc import Iterator
from typing import Any

from throughcare.exchange.documents.ccda.datatypes import code_of
from throughcare.exchange.documents.ccda.sections import templates_of

ENTRY = "2.16.840.1.113883.10.20.22.4."


def status_of(node: Any) -> str:
    """Give the state of an act as it was written."""
    found = node.find("statusCode")
    return "" if found is None else str(found.get("code") or "").lower()[:20]


def negated(node: Any) -> bool:
    """Tell whether a statement says that it is not so, or was not done."""
    return str(node.get("negationInd", "")).lower() in ("true", "1")


def related(node: Any, *tags: str) -> Iterator[Any]:
    """Give the statements that hang on this one."""
    for one in node.findall("entryRelationship"):
        yield from (child for child in one if isinstance(child.tag, str) and (not tags or child.tag in tags))


def claims(node: Any, template: str) -> bool:
    """Tell whether a statement is of a template (its tail)."""
    return f"{ENTRY}{template}" in templates_of(node)


def value_of(node: Any, template: str, loinc: str, texts: dict[str, str]) -> str:
    """Give the words of what a related observation says: found by its template, else by its code."""
    for one in related(node, "observation"):
        coded = one.find("code")
        if claims(one, template) or (loinc and coded is not None and coded.get("code") == loinc):
            value = one.find("value")
            said = code_of(value, texts) if value is not None else None
            if said is not None and (said.text or said.code):
                return said.text or said.code
    return ""


def value_code(node: Any, template: str, loinc: str) -> str:
    """Give the code of the same."""
    for one in related(node, "observation"):
        coded = one.find("code")
        if claims(one, template) or (loinc and coded is not None and coded.get("code") == loinc):
            value = one.find("value")
            if value is not None and value.get("code"):
                return str(value.get("code"))
    return ""


def more(**said: str) -> tuple[tuple[str, str], ...]:
    """Keep what was said; what was not is left out."""
    return tuple((name, value[:1000]) for name, value in said.items() if value)
