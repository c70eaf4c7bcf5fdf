"""SMART scopes (v2, and v1's words): what a program's token may ask for, beside what its lens shows. Pure.

A scope with a query (`patient/Observation.rs?category=laboratory`) opens the entries that answer it and no others; it lets nothing be written.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

# context/Type.cruds?query, or v1's read, write and *.
_SCOPE = re.compile(r"(patient|user|system)/(\*|[A-Z][A-Za-z]+)\.(c?r?u?d?s?|read|write|\*)(?:\?(.+))?")
_V1 = {"read": "rs", "write": "cud", "*": "cruds"}
RIGHTS = "cruds"
CONTEXTS = ("patient", "user", "system")
# Words that open no resource: who signs in, with whom in view, for how long.
OTHERS = frozenset({"openid", "fhirUser", "profile", "launch", "launch/patient", "online_access", "offline_access"})


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope read: in whose name, over which type, which rights, and the query that narrows it."""

    context: str
    kind: str
    rights: str
    query: str = ""

    def __str__(self) -> str:
        return f"{self.context}/{self.kind}.{self.rights}" + (f"?{self.query}" if self.query else "")


@cache
def parse(word: str) -> Scope | None:
    """Read a scope; None where it opens no resource, or is none."""
    said = _SCOPE.fullmatch(word)
    if said is None or not said[3]:
        return None
    rights = _V1.get(said[3], said[3])
    return Scope(said[1], said[2], "".join(r for r in RIGHTS if r in rights), said[4] or "")


@cache
def _held(scopes: tuple[str, ...]) -> tuple[Scope, ...]:
    return tuple(s for word in scopes if (s := parse(word)) is not None)


def _over(scopes: tuple[str, ...], kind: str) -> list[Scope]:
    return [s for s in _held(scopes) if s.kind in (kind, "*")]


def may(scopes: tuple[str, ...], kind: str, right: str) -> bool:
    """Tell whether the scopes give a right (c, r, u, d or s) over a type, whatever an entry says."""
    return any(right in s.rights and not s.query for s in _over(scopes, kind))


def might(scopes: tuple[str, ...], kind: str, right: str) -> bool:
    """Tell whether they give it over some entries of a type at least."""
    return any(right in s.rights for s in _over(scopes, kind))


def reads(scopes: tuple[str, ...], kind: str) -> bool:
    """Tell whether entries of a type may be shown at all."""
    return might(scopes, kind, "r") or might(scopes, kind, "s")


@cache
def narrowed(scopes: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """Give the queries of which an entry of this type must answer one; none where the scopes ask nothing of it."""
    over = [s for s in _over(scopes, kind) if "r" in s.rights or "s" in s.rights]
    return () if any(not s.query for s in over) else tuple(sorted({s.query for s in over}))


def meet(asked: Iterable[str], most: Sequence[str]) -> list[str]:
    """Give what is asked as far as it may be given: never a type, a right or an entry more than either says."""
    found: list[str] = []
    for word in asked:
        one = parse(word)
        if one is None:
            found += [word] if word in most and word in OTHERS else []
            continue
        both = (m for other in most if (limit := parse(other)) and (m := _meet(one, limit)) is not None)
        found += [str(m) for m in both]
    kept = list(dict.fromkeys(found))
    return [w for w in kept if not any(v != w and _within(w, v) for v in kept)]


def _meet(a: Scope, b: Scope) -> Scope | None:
    if a.context != b.context or (a.kind != b.kind and "*" not in (a.kind, b.kind)):
        return None
    rights = "".join(r for r in RIGHTS if r in a.rights and r in b.rights)
    if not rights:
        return None
    query = a.query if a.query == b.query else "&".join(q for q in (a.query, b.query) if q)
    return Scope(a.context, b.kind if a.kind == "*" else a.kind, rights, query)


def _within(word: str, other: str) -> bool:
    """Tell whether one scope opens nothing that another does not."""
    a, b = parse(word), parse(other)
    if a is None or b is None or a.context != b.context:
        return False
    return b.kind in (a.kind, "*") and set(a.rights) <= set(b.rights) and b.query in ("", a.query)


def contexts(scopes: Iterable[str]) -> set[str]:
    """Name in whose names these scopes ask."""
    return {s.context for word in scopes if (s := parse(word)) is not None}
