"""Where a reference leads: the type that its address names, and whether it is an address at all. Pure."""

import re
from typing import Any

from throughcare.exchange.fhir.checking import tables

_ID = r"[A-Za-z0-9\-.]{1,64}"
_KIND = re.compile(rf"(?:^|/)([A-Z][A-Za-z]+)/{_ID}(?:/_history/{_ID})?$")
# A relative address, or a search that finds what is meant; what has a scheme is its server's own affair.
_RELATIVE = re.compile(rf"([A-Z][A-Za-z]+)(?:/{_ID}(?:/_history/{_ID})?(?:#.*)?|\?.+)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


def leads_to(one: Any) -> str:
    """Give the type of resource that a reference's address names, or that it says beside one that names none."""
    if not isinstance(one, dict):
        return ""
    target = one.get("reference")
    found = kind_of(target) if isinstance(target, str) and not target.startswith("#") else ""
    return found or said_of(one)


def said_of(one: dict[str, Any]) -> str:
    """Give the type that a reference says beside its address."""
    said = one.get("type")
    return said if isinstance(said, str) and said in tables.resource_types() else ""


def kind_of(target: str) -> str:
    """Give the type that an address names: `Patient/1`, `https://a.test/fhir/Patient/1`, `Patient?identifier=1`."""
    address = target.split("?")[0].split("#")[0]
    said = _KIND.search(address)
    kind = said[1] if said else address if "?" in target else ""
    return kind if kind in tables.resource_types() else ""


def readable(target: str) -> bool:
    """True unless a relative address is none: a type without an id, a type that nobody knows, an id with odd signs."""
    if target.startswith("#") or _SCHEME.match(target):
        return True
    said = _RELATIVE.fullmatch(target)
    return said is not None and said[1] in tables.resource_types()
