"""An export from asking to the last line, as a client of the specification would go."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from tests.exchange.fhir.conftest import Door, Reply

ASYNC = {"prefer": "respond-async", "accept": "application/fhir+json"}
# A test writes in a transaction that is rolled back: its own entries are before no horizon but this.
LATEST = "SELECT 4611686018427387904, clock_timestamp()"


def ask(door: Door, path: str = "$export") -> Reply:
    """Ask for an export."""
    return door("GET", path, None, **ASYNC)


def made(door: Door, path: str = "$export", *, seconds: float = 120) -> Any:
    """Ask, have it made, and give the manifest."""
    from throughcare.exchange.bulk import working

    asked = ask(door, path)
    assert asked.status == 202, asked.body
    working.go_on(seconds)
    done = door.get(where(asked))
    assert done.status == 200, (done.status, done.headers, done.body)
    return done.json


def where(asked: Reply) -> str:
    """Give the address at which an export is looked for."""
    return urlsplit(asked.headers["Content-Location"]).path


def lines(door: Door, manifest: Any, kind: str = "") -> list[dict[str, Any]]:
    """Fetch the files and read them."""
    found = []
    for one in manifest["output"]:
        if kind in ("", one["type"]):
            answer = door("GET", urlsplit(one["url"]).path, None, accept="application/fhir+ndjson")
            assert answer.status == 200 and answer.headers["Content-Type"] == "application/fhir+ndjson"
            read = [orjson.loads(line) for line in answer.body.splitlines()]
            assert len(read) == one["count"] and {r["resourceType"] for r in read} == {one["type"]}
            found += read
    return found


def export_of(asked: Reply) -> UUID:
    """Give an export's id."""
    return UUID(where(asked).rpartition("/")[2])
