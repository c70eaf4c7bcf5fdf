"""Which files of one import may be taken in at the same time: those that say nothing of one another. Pure.

Files about one person, or of which one points to what another brings, stay in one hand and in their order; so however
many hands take them in, the record is the same.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from throughcare.exchange import bundles
from throughcare.exchange.fhir.writing.sent import references
from throughcare.exchange.resource_parts import day_of, listed
from throughcare.people.rules import folded, slips_of

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class About:
    """What ties a file to others: whom and what it is about; numbers that it brings, and those that it asks for."""

    keys: frozenset[Key]
    brings: frozenset[str]
    asks: frozenset[str]
    size: int


def tie(raw: bytes) -> About | None:
    """Read what ties a Bundle to other files; None for any other file, which is taken in by itself and in its place."""
    if raw[:1] != b"{":
        return None
    try:
        document = orjson.loads(raw)
        if document.get("resourceType") != "Bundle":
            return None
        return about(document, hashlib.sha256(raw).digest(), len(raw))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None  # what is odd about it is said where it is taken in


def about(document: Mapping[str, Any], digest: bytes, size: int) -> About:
    """Read of a file what ties it to others."""
    keys: set[Key] = {("file", digest.hex())}
    brings: set[str] = set()
    asks: set[str] = set()
    for _, one in bundles.entries(document):
        held = {str(n.get("value")) for n in listed(one.get("identifier")) if n.get("value")}
        brings |= held
        if one.get("resourceType") == "Patient":
            keys |= {("number", value) for value in held} | set(_named(one))
    for one in references(document):
        address = one["reference"]
        if "?" in address:
            asks |= {value.rpartition("|")[2] for _, value in parse_qsl(address.partition("?")[2])} | {unquote(address)}
        elif "Patient/" in address:
            keys.add(("patient", address.rpartition("Patient/")[2]))
    return About(frozenset(keys), frozenset(brings), frozenset(asks), size)


def _named(patient: Mapping[str, Any]) -> Iterator[Key]:
    """Give by what two charts are thought to be one person's: the day of birth, or one slip apart with one family name."""
    born = day_of(patient.get("birthDate"))
    if born is None:
        return
    yield "born", born.isoformat()
    for name in listed(patient.get("name")):
        days: set[date] = {born, *slips_of(born)}
        yield from (("slip", folded(str(name.get("family", ""))), day.isoformat()) for day in days)


def shared_out(files: Sequence[About], hands: int) -> list[list[int]]:
    """Share files out, by their places in the list: those that are tied in one hand and in their order."""
    ties = _tied(files)
    ties.sort(key=lambda some: -sum(files[n].size for n in some))
    shares: list[list[int]] = [[] for _ in range(max(hands, 1))]
    weights = [0] * len(shares)
    for some in ties:
        least = weights.index(min(weights))
        shares[least] += some
        weights[least] += sum(files[n].size for n in some)
    return [sorted(share) for share in shares if share]


def _tied(files: Sequence[About]) -> list[list[int]]:
    asked = frozenset().union(*(one.asks for one in files))
    head = list(range(len(files)))

    def first(n: int) -> int:
        while head[n] != n:
            head[n] = head[head[n]]
            n = head[n]
        return n

    seen: dict[Key, int] = {}
    for n, one in enumerate(files):
        asks = {("asks", value) for value in one.asks | (one.brings & asked)}
        for key in one.keys | asks:
            head[first(n)] = first(seen.setdefault(key, n))
    found: dict[int, list[int]] = {}
    for n in range(len(files)):
        found.setdefault(first(n), []).append(n)
    return list(found.values())
