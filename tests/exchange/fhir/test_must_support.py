"""Every must-support element of US Core 6.1 in the synthetic agency, counted. What nobody has is declared in us_core_zero.txt.

After a change on purpose: `UPDATE_ZERO=1 pytest tests/exchange/fhir/test_must_support.py`, read the difference, commit it.
"""

import json
import os
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

pytestmark = pytest.mark.slow
ZERO = Path(__file__).with_name("us_core_zero.txt")
US = "http://hl7.org/fhir/us/core/StructureDefinition/"


def test_every_must_support_element_is_there_or_declared_to_be_nowhere(in_agency: None, shared: Path) -> None:
    counts, kept = counted(shared)
    for profile, elements in sorted(counts.items()):
        print(f"{profile}: {kept[profile]} resources; " + ", ".join(f"{e} {n}" for e, n in sorted(elements.items())))
    # A profile without a single resource is one line; a profile with some names each element that none of them has.
    nowhere = [f"{p} (no resource)" for p in counts if not kept[p]]
    nowhere += [f"{p} {e}" for p in counts if kept[p] for e, n in counts[p].items() if not n]
    if os.environ.get("UPDATE_ZERO"):
        ZERO.write_text("\n".join(sorted(nowhere)) + "\n")
    declared = set(ZERO.read_text().split("\n"))
    print("declared and there by now: " + (", ".join(sorted(declared - {"", *nowhere})) or "nothing"))
    assert not set(nowhere) - declared


def counted(shared: Path) -> tuple[dict[str, Counter[str]], Counter[str]]:
    """Count each profile's resources and, in them, each must-support element."""
    by_profile: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for kind, body in bodies():
        from throughcare.exchange.fhir import profiles

        for claim in profiles.of(kind, body):
            by_profile[claim.removeprefix(US)].append(orjson.loads(body))
    counts: dict[str, Counter[str]] = {}
    with tarfile.open(shared / "corpora/defs/hl7.fhir.us.core-6.1.0-no-examples.tgz") as package:
        for member in package.getmembers():
            if "/StructureDefinition-us-core-" not in member.name or not member.name.endswith(".json"):
                continue
            definition = json.load(package.extractfile(member))  # type: ignore[arg-type]
            if definition["kind"] != "resource" or definition.get("derivation") != "constraint":
                continue
            name = definition["url"].removeprefix(US)
            counts[name] = Counter()
            for element in definition["snapshot"]["element"]:
                if element.get("mustSupport") and "." in element["path"]:
                    counts[name][label(element)] = sum(has(r, element) for r in by_profile[name])
    return counts, Counter({name: len(found) for name, found in by_profile.items()})


def bodies() -> Iterator[tuple[str, bytes]]:
    """Give the last version of everything that is served."""
    from throughcare.exchange.fhir.types import STORED
    from throughcare.ledger import body
    from throughcare.ledger.models import Version

    seen = set()
    for v in Version.objects.filter(type__in=STORED, body__isnull=False).order_by("-position").iterator():
        if (v.type, v.resource_id) not in seen:
            seen.add((v.type, v.resource_id))
            yield v.type, body.unpack(bytes(v.body), (v.resource_id, v.subject))


def label(element: dict[str, Any]) -> str:
    """Name an element without its type."""
    return str(element["id"].partition(".")[2])


def has(resource: dict[str, Any], element: dict[str, Any]) -> bool:
    """Tell whether a resource has an element; an extension is known by its address."""
    parts = element["path"].split(".")[1:]
    url = next((p for t in element.get("type", ()) for p in t.get("profile", ())), "")
    if parts[-1] == "extension" and url:
        return any(e.get("url") == url.partition("|")[0] for e in at(resource, parts))
    return next(at(resource, parts), None) is not None


def at(value: Any, parts: list[str]) -> Iterator[Any]:
    """Give what stands at a path; a choice by whichever of its types is there."""
    if isinstance(value, list):
        for one in value:
            yield from at(one, parts)
    elif not parts:
        yield value
    elif isinstance(value, dict):
        name = parts[0].removesuffix("[x]")
        for key in [k for k in value if k == name or (parts[0].endswith("[x]") and k.startswith(name))]:
            yield from at(value[key], parts[1:])
