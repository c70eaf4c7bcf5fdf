"""Bundles, written with resources as bytes: nothing in them is parsed and written again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from throughcare.kernel import clock
from throughcare.kernel.fhir import Json, instant


@dataclass(slots=True, eq=False)
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
    if not entries:
        return orjson.dumps(said)
    return b'%b,"entry":[%b]}' % (orjson.dumps(said)[:-1], b",".join([_entry(one) for one in entries]))


def _entry(one: Entry) -> bytes:
    if one.url and one.body and one.mode and not (one.request or one.response):
        return b'{"fullUrl":%b,"resource":%b,"search":{"mode":"%b"}}' % (
            orjson.dumps(one.url), one.body, one.mode.encode()
        )  # fmt: skip
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
    return orjson.dumps(found)
