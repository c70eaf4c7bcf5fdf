"""A kept resource as it leaves the house: the bytes as they were written, with what is said of them now spliced into `meta`."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from throughcare.access import labels, projections
from throughcare.exchange.fhir import exact, granular, profiles
from throughcare.exchange.fhir.store import Row
from throughcare.kernel.fhir import Json, instant
from throughcare.kernel.vocabulary import DataClass

SUBSETTED = projections.SUBSETTED
# What every cut by a reader's wish keeps: a resource that says neither what nor whose it is can't be used safely.
MANDATORY = frozenset(
    {"resourceType", "id", "meta", "status", "subject", "patient", "intent", "code", "modifierExtension"}
)
SUMMARY_LEAVES = frozenset({
    "text", "contained", "note", "section", "item", "component", "reaction", "dosageInstruction", "dispenseRequest", "content", "extension",
    "activity", "participant", "provision", "finding", "investigation", "input", "output", "statusReason", "conclusion",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """How much of each resource a reader wants: `_summary` (true, text, data) or `_elements`."""

    summary: str = ""
    elements: frozenset[str] = frozenset()

    @property
    def whole(self) -> bool:
        """Tell whether nothing is left out."""
        return self.summary in ("", "false") and not self.elements


AS_IT_IS = Shape()


def shown(row: Row, cuts: tuple[str, ...], shape: Shape = AS_IT_IS) -> bytes | None:
    """Give a resource's bytes as the reader sees it; None where a cut shows nothing of it."""
    if row.body is None:
        return None
    if not cuts and shape.whole:
        return _spliced(row)
    body = cut_of(row, cuts)
    if body is None:
        return None
    return exact.write(_shaped(body, shape) if not shape.whole else body)


def cut_of(row: Row, cuts: tuple[str, ...]) -> Json | None:
    """Give a resource as the lens cuts it, with its meta."""
    if row.body is None:
        return None
    body = granular.cut(exact.kept(row.body), *cuts)
    if body is None:
        return None
    return {**body, "meta": _merged(body.get("meta", {}), _meta(row))}


def there(row: Row, cuts: tuple[str, ...] | None) -> bool:
    """Tell whether an entry is there for a reader at all: a cut that knows nothing of its type shows nothing of it."""
    if cuts is None:
        return False
    return not cuts or row.body is None or cut_of(row, cuts) is not None


def etag(row: Row, cuts: tuple[str, ...]) -> str:
    """Give the ETag of a version as it is cut."""
    return projections.etag(row.version, *cuts)


def _spliced(row: Row) -> bytes:
    """Put `meta` behind type and id, and change no other byte: decimals keep their digits."""
    body = row.body or b"{}"
    said = spliced(row.kind, row.word, row.version, _moment(row.written_at), row.labels, row.data_class, body)
    if said is not None:
        return said
    read, meta = exact.kept(body), _meta(row)
    if "resourceType" not in read:
        read = {"resourceType": row.kind, "id": str(row.id), **read}
    return exact.write({**read, "meta": _merged(read.get("meta", {}), meta)})


def _moment(at: datetime) -> bytes:
    """Write an instant as `isoformat` does, in UTC and without the zone; by hand, in half the time."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    if not at.microsecond:
        return at.isoformat()[:-6].encode()
    day = at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond
    return b"%04d-%02d-%02dT%02d:%02d:%02d.%06d" % day


# What another system sent says of itself whose it is, mostly, and nothing else (writing/sent.py).
_SENT = re.compile(rb',"meta":\{("source":"[^"\\]*")\}')


def spliced(kind: str, word: bytes, version: int, at: bytes, bits: int, data_class: str, body: bytes) -> bytes | None:
    """Put `meta` between type and id of a body and the rest of it; None where its own says more than its source.

    `word` is its id; `at` is in UTC, without the zone.
    """
    head = b'{"resourceType":"%b","id":"%b"' % (kind.encode(), word)
    if not body.startswith(head):
        return None
    sent = _SENT.match(body, len(head))
    if sent is None and b'"meta":' in body:
        return None
    source, end = (sent[1] + b",", sent.end()) if sent is not None else (b"", len(head))
    tail = _tail(profiles.of(kind, body), bits, data_class)
    return b'%b,"meta":{%b"versionId":"%d","lastUpdated":"%bZ"%b' % (head, source, version, at, tail) + body[end:]


@lru_cache(maxsize=4096)
def _tail(claims: tuple[str, ...], bits: int, data_class: str) -> bytes:
    """Write what follows the time in `meta`: the same for very many entries."""
    said = orjson.dumps({**({"profile": claims} if claims else {}), "security": _security(bits, data_class)})
    return b"," + said[1:]


def _meta(row: Row) -> Json:
    meta: Json = {"versionId": str(row.version), "lastUpdated": instant(row.written_at)}
    if claims := profiles.of(row.kind, row.body or b""):
        meta["profile"] = list(claims)
    meta["security"] = list(_security(row.labels, row.data_class))
    return meta


@lru_cache(maxsize=4096)
def _security(bits: int, data_class: str) -> tuple[Json, ...]:
    return tuple(labels.spliced({}, bits, DataClass(data_class))["meta"]["security"])


def _merged(theirs: Json, ours: Json) -> Json:
    """Join what a resource brought with it and what we say of it now; ours wins, lists are joined."""
    joined = {**theirs, **ours}
    for name in ("profile", "security", "tag"):
        every = [*theirs.get(name, ()), *(one for one in ours.get(name, ()) if one not in theirs.get(name, ()))]
        if every:
            joined[name] = every
    return joined


def _shaped(body: Json, shape: Shape) -> Json:
    if shape.elements:
        kept: dict[str, Any] = {k: v for k, v in body.items() if k in MANDATORY or k.lstrip("_") in shape.elements}
    elif shape.summary == "text":
        kept = {k: v for k, v in body.items() if k in MANDATORY or k == "text"}
    elif shape.summary == "data":
        kept = {k: v for k, v in body.items() if k != "text"}
    else:
        kept = {k: v for k, v in body.items() if k not in SUMMARY_LEAVES or k in MANDATORY}
    meta = kept["meta"]
    tags = [t for t in meta.get("tag", ()) if t != SUBSETTED]
    return {**kept, "meta": {**meta, "tag": [*tags, SUBSETTED]}}
