"""What an export is asked for: types, since when, which searches. Read and checked before anything is queued. Pure but for the call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from throughcare.exchange.fhir import gate, granular, values
from throughcare.exchange.fhir.call import Call
from throughcare.exchange.fhir.outcome import FhirError, bad
from throughcare.exchange.fhir.types import STORED

NDJSON = "application/fhir+ndjson"
_FORMATS = frozenset({NDJSON, "application/ndjson", "ndjson"})
_KNOWN = frozenset({"_type", "_since", "_typeFilter", "_outputFormat", "_format", "_pretty", "patient"})


@dataclass(frozen=True, slots=True)
class Wish:
    """One export as asked."""

    types: tuple[str, ...]
    since: datetime | None
    filters: tuple[tuple[str, str], ...]


def read(call: Call, asked: Sequence[tuple[str, str]]) -> Wish:
    """Read what is asked; refuses what is not done, rather than giving something else."""
    if "respond-async" not in call.prefers:
        raise bad("An export is asked for with the header Prefer: respond-async.", code="required")
    said = [(k, v) for k, v in asked if v]
    lenient = call.prefers.get("handling") == "lenient"
    for name, value in said:
        if name not in _KNOWN and not lenient:
            raise bad(f"[{name[:60]}] is no parameter of an export here.", name, code="not-supported")
        if name == "_outputFormat" and value.replace(" ", "+") not in _FORMATS:
            raise bad("Exports are written as application/fhir+ndjson.", "_outputFormat", code="not-supported")
        if name == "patient":
            raise bad("[patient] is not done: ask for a Group.", "patient", code="not-supported")
    filters = tuple(_filter(v) for k, v in said if k == "_typeFilter")
    return Wish(_types(call, said, lenient=lenient), _since(said), filters)


def _types(call: Call, said: Sequence[tuple[str, str]], *, lenient: bool) -> tuple[str, ...]:
    named = [w.strip() for k, v in said if k == "_type" for w in v.split(",") if w.strip()]
    if not lenient and (unknown := [k for k in named if k not in STORED]):
        raise bad(f"There are no resources of type [{unknown[0][:40]}] here.", "_type", code="not-supported")
    wanted = sorted(set(named) & STORED) if named else sorted(STORED)
    found = tuple(k for k in wanted if gate.in_scope(call.bearer, k))
    if named and len(found) < len(wanted) and not lenient:
        lacking = next(k for k in wanted if k not in found)
        raise FhirError(403, "forbidden", f"This token's scopes don't let it read {lacking}.", "_type")
    if not found:
        raise FhirError(403, "forbidden", "This token's scopes let it read nothing that can be exported.")
    return found


def _since(said: Sequence[tuple[str, str]]) -> datetime | None:
    words = [v for k, v in said if k == "_since"]
    if not words:
        return None
    span = values.span(words[-1].replace(" ", "+"))
    if span is None:
        raise bad("[_since] is no time.", "_since")
    return span.start.astimezone(UTC)


def _filter(word: str) -> tuple[str, str]:
    kind, _, query = word.partition("?")
    if kind not in STORED or not query or granular.wrong(kind, query):
        raise bad(
            f"[{word[:80]}] is no search by which an export can be narrowed.", "_typeFilter", code="not-supported"
        )
    return kind, query
