"""Scopes with a query: a token sees the entries that answer it, as they are shown, and no others.

Such a scope works as a cut does: it stands among the cuts of a hit, so that reading, counting, sorting, chaining and following ask it everywhere.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from urllib.parse import parse_qsl

from throughcare.access import projections
from throughcare.exchange.fhir import criteria, params
from throughcare.exchange.fhir.criteria import Criterion
from throughcare.exchange.fhir.outcome import FhirError
from throughcare.kernel.fhir import Json

BEGINS = "scope-"
_known: dict[str, tuple[str, tuple[str, ...]]] = {}


def wrong(kind: str, query: str) -> str:
    """Say what is wrong with a scope's query; nothing where it can be asked of every entry of the type."""
    if kind not in params.BY_TYPE:
        return f"A scope over [{kind[:40]}] can't be narrowed by a query."
    try:
        _read(kind, query)
    except (FhirError, KeyError, ValueError):
        return f"[{query[:80]}] is no search of {kind} that can narrow a scope."
    return ""


@cache
def named(kind: str, queries: tuple[str, ...]) -> str:
    """Give the cut that shows what answers one of these queries, and nothing else."""
    name = BEGINS + hashlib.sha256("\n".join((kind, *queries)).encode()).hexdigest()[:12]
    _known[name] = (kind, queries)
    return name


def cut(body: Json, *names: str) -> Json | None:
    """Cut a body as `projections.cut` does, and let the scopes' queries be answered by what is then shown."""
    found = projections.cut(body, *(n for n in names if not n.startswith(BEGINS)))
    for name in names:
        if name.startswith(BEGINS) and found is not None and not _answers(name, found):
            return None
    return found


def _answers(name: str, body: Json) -> bool:
    kind, queries = _known[name]
    return body.get("resourceType") == kind and any(all(c.answers(body) for c in _read(kind, q)) for q in queries)


@cache
def _read(kind: str, query: str) -> Sequence[Criterion]:
    asked = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
    if not asked:
        raise ValueError("nothing is asked")
    found = []
    for name, value in asked:
        base, _, modifier = name.partition(":")
        if "." in name or not value or base.startswith("_"):
            raise ValueError("a scope's query asks the entry itself")
        found.append(criteria.read(kind, base, modifier, value, ""))
    return found
