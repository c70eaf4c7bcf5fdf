"""What a document or a message refers to comes with it: R4's rules of references within a Bundle (R4 Bundle, documents, messaging)."""

from collections.abc import Iterator
from typing import Any

from throughcare.exchange.fhir.checking.invariants import Found, Json, objects, on


@on("Bundle")
def _comes_with_it(one: Json, top: Json) -> Found:
    entries = objects(one.get("entry"))
    first = entries[0].get("resource") if entries else None
    if one.get("type") not in ("document", "message") or not isinstance(first, dict):
        return
    base = _base(str(entries[0].get("fullUrl") or ""))
    here = {found for entry in entries for found in _names(entry)}
    for place, reference in _asked(first):
        target = reference.get("reference")
        if isinstance(target, str) and target[:1] not in ("", "#") and not {target, base + target} & here:
            words = f"[{target[:120]}] does not come with the {one['type']}."
            yield "not-found", f"entry[0].resource.{place}", words


def _asked(first: Json) -> Iterator[tuple[str, Json]]:
    """Give what must come: whom a document is about and its sections' entries; the matter of a message."""
    if first.get("resourceType") == "Composition":
        if isinstance(first.get("subject"), dict):
            yield "subject", first["subject"]
        yield from _sections(first, "section")
    elif first.get("resourceType") == "MessageHeader":
        yield from ((f"focus[{n}]", one) for n, one in enumerate(objects(first.get("focus"))))


def _sections(holder: Json, place: str) -> Iterator[tuple[str, Json]]:
    for n, section in enumerate(objects(holder.get("section"))):
        at = f"{place}[{n}]"
        yield from ((f"{at}.entry[{m}]", one) for m, one in enumerate(objects(section.get("entry"))))
        yield from _sections(section, f"{at}.section")


def _names(entry: Json) -> Iterator[str]:
    """Give by which addresses an entry is found: its full one, with its version, and by type and id."""
    resource: Any = entry.get("resource")
    url = str(entry.get("fullUrl") or "")
    names = [url] if url else []
    if isinstance(resource, dict) and resource.get("id"):
        names.append(f"{resource.get('resourceType')}/{resource['id']}")
        meta = resource.get("meta")
        version = meta.get("versionId") if isinstance(meta, dict) else None
        names += [f"{name}/_history/{version}" for name in tuple(names) if version]
    yield from names


def _base(url: str) -> str:
    """Give the server of a full address: `https://a.test/fhir/` of `https://a.test/fhir/Composition/1`."""
    return "/".join(url.split("/")[:-2]) + "/" if url.startswith("http") else ""
