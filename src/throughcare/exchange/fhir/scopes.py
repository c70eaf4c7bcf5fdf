"""SMART scopes (v2, and v1's words): what a program's token may ask for, beside what its lens shows. Pure."""

import re
from functools import cache

# context/Type.cruds?query, or v1's read, write and *.
_SCOPE = re.compile(r"(patient|user|system)/(\*|[A-Za-z]+)\.(c?r?u?d?s?|read|write|\*)(?:\?(.*))?")
_V1 = {"read": "rs", "write": "cud", "*": "cruds"}


@cache
def _rights(scopes: tuple[str, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for scope in scopes:
        said = _SCOPE.fullmatch(scope)
        # A scope narrowed by a query opens nothing here until the query is applied (default deny).
        if said is None or said[4]:
            continue
        found.setdefault(said[2], set()).update(_V1.get(said[3], said[3]))
    return {kind: frozenset(rights) for kind, rights in found.items()}


def may(scopes: tuple[str, ...], kind: str, right: str) -> bool:
    """Tell whether the scopes give a right (c, r, u, d or s) over a type."""
    rights = _rights(scopes)
    return right in rights.get(kind, ()) or right in rights.get("*", ())


def reads(scopes: tuple[str, ...], kind: str) -> bool:
    """Tell whether entries of a type may be shown at all."""
    return may(scopes, kind, "r") or may(scopes, kind, "s")
