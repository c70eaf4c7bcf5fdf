"""Bundles, written with resources as bytes: nothing in them is parsed and written again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from throughcare.kernel import clock
from throughcare.kernel.fhir import Json, instant


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: where it stands, its bytes, and why it is in the Bundle."""

    url: str
    body: bytes
    mode: str = ""
    request: Json | None = None
    response: Json | None = None


def bundle(
    kind: str, entries: Sequence[Entry], *, links: Mapping[str, str] | None = None, total: int | None = None
) -> bytes:
    """Write a Bundle."""
    said: Json = {"resourceType": "Bundle", "type": kind, "timestamp": instant(clock.now())}
    if total is not None:
        said["total"] = total
    if links:
        said["link"] = [{"relation": name, "url": url} for name, url in links.items()]
    if entries:
        said["entry"] = [_entry(one) for one in entries]
    return orjson.dumps(said)


def _entry(one: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {"fullUrl": one.url} if one.url else {}
    if one.body:
        found["resource"] = orjson.Fragment(one.body)
    if one.mode:
        found["search"] = {"mode": one.mode}
    if one.request:
        found["request"] = one.request
    if one.response:
        at = one.response.get("at")
        found["response"] = {k: v for k, v in one.response.items() if k != "at"}
        if at is not None:
            found["response"]["lastModified"] = instant(at)
    return found
