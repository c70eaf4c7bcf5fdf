"""What the API can do: each interaction declares itself here, and the CapabilityStatement is made of it.

@interaction("read", "GET", "instance", doc="Reads a resource.")
def read(call: Call, kind: str, id: str) -> Answer: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from throughcare.exchange.fhir.call import Answer, Call
from throughcare.exchange.fhir.checking import tables
from throughcare.exchange.fhir.outcome import FhirError, not_found
from throughcare.exchange.fhir.types import HELD

Handler = Callable[..., Answer]
# Modules whose interactions are served; each is imported once, before the first request.
MODULES = [
    "throughcare.exchange.fhir.metadata",
    "throughcare.exchange.fhir.described",
    "throughcare.exchange.fhir.reading",
    "throughcare.exchange.fhir.search",
    "throughcare.exchange.fhir.compartments",
    "throughcare.exchange.fhir.provenance",
    "throughcare.exchange.fhir.audit",
    "throughcare.exchange.fhir.everything",
    "throughcare.exchange.fhir.numbers",
    "throughcare.exchange.documents.operation",
    "throughcare.exchange.fhir.writing.doors",
    "throughcare.exchange.fhir.writing.bundle",
    "throughcare.exchange.smart.discovery",
    "throughcare.exchange.bulk.doors",
]


@dataclass(frozen=True, slots=True)
class Interaction:
    """One thing the API does: FHIR's code, method and place, for which types, and what the statement says of it."""

    code: str
    method: str
    level: str
    tail: str
    handler: Handler
    types: frozenset[str] | None = None
    public: bool = False
    operation: str = ""
    doc: str = ""

    def serves(self, kind: str) -> bool:
        """Tell whether it is there for this type."""
        return self.types is None or kind in self.types


_AT: dict[tuple[str, str], list[Interaction]] = {}
# Why a method is not done to some types at all, in a sentence for whoever tries.
_WHY: dict[tuple[str, str], str] = {}


def interaction(
    code: str,
    method: str,
    level: str,
    tail: str = "",
    *,
    types: frozenset[str] | None = None,
    public: bool = False,
    operation: str = "",
    doc: str = "",
) -> Callable[[Handler], Handler]:
    """Declare an interaction.

    `level` is `system`, `type` or `instance`; `tail` is what follows in the path (`_search`, `_history`, `_history/*`,
    `$everything`, `metadata`; a `*` is handed on as an argument, and where one comes first it is a type). The handler is called with the call, and type and id
    where the level has them. `operation` is the canonical address of an operation's definition.
    """

    def declare(handler: Handler) -> Handler:
        found = Interaction(code, method, level, tail, handler, types, public, operation, doc)
        at = _AT.setdefault((level, tail), [])
        if any(i.method == method and (i.types is None or types is None or i.types & types) for i in at):
            raise RuntimeError(f"two interactions at [{method} {level} {tail}]")
        at.append(found)
        return handler

    return declare


def never(method: str, types: frozenset[str], words: str) -> None:
    """Say in a sentence why a method is not done to these types; there is no interaction for it."""
    _WHY.update({(method, kind): words for kind in types})


# What is done to nothing that is held here, whatever its type.
_NEVER = {
    "DELETE": "Nothing is deleted here: the record keeps every version of every fact. What was wrong is said to be so, by a new"
    " version with the status entered-in-error.",
    "PATCH": "No part of a resource is changed by itself here. Send the whole as it should be, by PUT with If-Match, where the"
    " CapabilityStatement names update for its type.",
}


def why_not(method: str, kind: str) -> str:
    """Give that sentence."""
    return _WHY.get((method, kind)) or (kind and _NEVER.get(method)) or f"[{method[:20]}] is not done here."


def interactions() -> list[Interaction]:
    """List everything that is declared."""
    load()
    return [one for at in _AT.values() for one in at]


_loaded: set[str] = set()


def load() -> None:
    """Import the modules that declare interactions."""
    if len(_loaded) == len(MODULES):
        return
    for module in MODULES:
        if module not in _loaded:
            import_module(module)
            _loaded.add(module)


def find(call: Call) -> tuple[Interaction, tuple[str, ...]]:
    """Find what a call asks for, and its arguments; refuses what is not there as FHIR does."""
    at, kind, args = _place(call.parts)
    here = [i for i in at if not kind or i.serves(kind)]
    if not here:
        raise not_found("/".join(call.parts)[:80])
    method = "GET" if call.method == "HEAD" else call.method
    for one in here:
        if one.method == method:
            return one, args
    allowed = ", ".join(sorted({i.method for i in here}))
    raise FhirError(405, "not-supported", why_not(call.method, kind), headers={"Allow": allowed})


def _place(parts: tuple[str, ...]) -> tuple[list[Interaction], str, tuple[str, ...]]:
    """Give what is declared at a path, its type, and the arguments a handler gets."""
    if not parts or parts[0] not in HELD:
        if parts[1:] == ("$validate",) and parts[0] in tables.resource_types():
            parts = parts[1:]  # what is not kept here can be judged all the same
        at, more = _tailed("system", parts)
        if not at and parts and parts[0][:1].isupper():
            raise FhirError(404, "not-supported", f"There are no resources of type [{parts[0][:40]}] here.")
        return at, "", more
    kind, rest = parts[0], parts[1:]
    if not rest or rest[0][:1] in ("_", "$"):
        at, more = _tailed("type", rest)
        return at, kind, (kind, *more)
    at, more = _tailed("instance", rest[1:])
    return at, kind, (kind, rest[0], *more)


def _tailed(level: str, rest: tuple[str, ...]) -> tuple[list[Interaction], tuple[str, ...]]:
    if "*" not in rest and (at := _AT.get((level, "/".join(rest)))):  # a star that somebody writes stands for nothing
        return at, ()
    if len(rest) > 1 and (at := _AT.get((level, f"{'/'.join(rest[:-1])}/*"))):
        return at, rest[-1:]
    if rest and rest[0][:1].isupper() and (at := _AT.get((level, "/".join(("*", *rest[1:]))))):
        return at, rest[:1]
    return [], ()
