"""Distils HL7's definition packages (CC0) to the small tables that `validate` reads: structures, bindings, profiles.

`python -m throughcare.exchange.fhir.distil CORE.tgz USCORE.tgz` writes content/exchange/r4/. Run by hand, when HL7 publishes.
"""

import gzip
import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]
OUT = Path(__file__).parents[2] / "content/exchange/r4"
HOME = "http://hl7.org/fhir/us/core"
US_CORE = f"{HOME}/StructureDefinition/"
SYSTEM_TYPE = "http://hl7.org/fhirpath/System."
# Sets that US Core takes from the National Library of Medicine, which no package carries: five races, two ethnicities, two sexes
# (CDC's codes, in the public domain), and what is said where none of them is. Wide: also what earlier editions had, and the
# ethnicity that Synthea writes as a race.
_CDC = "urn:oid:2.16.840.1.113883.6.238|"
_ETHNIC = {_CDC + "2135-2", _CDC + "2186-5"}
_NONE = {f"http://terminology.hl7.org/CodeSystem/v3-NullFlavor|{code}" for code in ("ASKU", "OTH", "UNK")}
_SEX = "http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender|"
ELSEWHERE = {
    "omb-race-category": {_CDC + c for c in "1002-5 2028-9 2054-5 2076-8 2106-3 2131-1".split()} | _ETHNIC | _NONE,  # noqa: SIM905
    "omb-ethnicity-category": _ETHNIC | _NONE,
    "birthsex": {_SEX + "F", _SEX + "M"} | _NONE,
}
PLAIN = "SimpleQuantity"  # a quantity that is known: no "less than" stands with it


def main(paths: list[str]) -> None:
    """Write the tables from these packages, base first."""
    definitions: dict[str, Json] = {}
    for path in paths:
        definitions |= {one["url"]: one for one in _read(Path(path)) if one.get("url")}
    sets = ValueSets(definitions)
    structures = [d for d in definitions.values() if d["resourceType"] == "StructureDefinition"]
    types = _types(structures, sets)
    base = set(sets.used)
    of = {url: one.get("type", "") for url, one in definitions.items()}
    profiles = {
        d["url"]: {"type": d["type"], "tree": _tree(d, sets, base, of, types)}
        for d in structures
        if d.get("derivation") == "constraint" and d["url"].startswith(US_CORE) and d["type"] != "Extension"
    }
    _write("structures.json.gz", {"types": types, "extensions": _extensions(structures, sets)})
    _write("profiles.json.gz", profiles)
    _write("value_sets.json.gz", {url: sorted(codes) for url, codes in sets.used.items()})
    _write("code_systems.json.gz", _systems(definitions))


def _systems(definitions: dict[str, Json]) -> Json:
    """Give every code of each of HL7's own systems that is defined completely; what is withdrawn is known still."""
    found: Json = {}
    for url, one in definitions.items():
        own = url.startswith(("http://hl7.org/", "http://terminology.hl7.org/"))
        if own and one["resourceType"] == "CodeSystem" and one.get("content") == "complete":
            below: dict[str, set[str]] = {}
            _gather(one.get("concept", []), (), below)
            found[url] = sorted(below)
    return found


def _read(path: Path) -> Iterator[Json]:
    with tarfile.open(path) as archive:
        for member in archive:
            if member.name.endswith(".json") and (file := archive.extractfile(member)) is not None:
                one = json.loads(file.read())
                if one.get("resourceType") in ("StructureDefinition", "ValueSet", "CodeSystem"):
                    yield one


def _write(name: str, table: Json) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    raw = json.dumps(table, separators=(",", ":"), sort_keys=True).encode()
    (OUT / name).write_bytes(gzip.compress(raw, 9, mtime=0))
    print(name, len(raw), (OUT / name).stat().st_size)  # noqa: T201


# --- value sets -----------------------------------------------------------------------------------------------------------


class ValueSets:
    """Expands value sets whose code systems are in the packages; the others are open, and nothing is checked by them."""

    def __init__(self, definitions: dict[str, Json]) -> None:
        """Take the definitions by their address."""
        self._definitions = definitions
        self.used: dict[str, set[str]] = {}

    def named(self, address: str) -> str:
        """Give the address without version where the set can be expanded, and keep the expansion; else nothing."""
        url = address.split("|")[0]
        if url not in self.used:
            found = self._expand(url, ())
            if not found:
                return ""
            self.used[url] = found
        return url

    def _expand(self, url: str, within: tuple[str, ...]) -> set[str] | None:
        if url.startswith(f"{HOME}/ValueSet/") and (known := ELSEWHERE.get(url.rsplit("/", 1)[1])):
            return set(known)
        one = self._definitions.get(url)
        if one is None or one["resourceType"] != "ValueSet" or url in within:
            return None
        codes: set[str] = set()
        for part in one.get("compose", {}).get("include", []):
            found = self._part(part, (*within, url))
            if found is None:
                return None
            codes |= found
        for part in one.get("compose", {}).get("exclude", []):
            found = self._part(part, (*within, url))
            if found is None:
                return None
            codes -= found
        return codes

    def _part(self, part: Json, within: tuple[str, ...]) -> set[str] | None:
        found: set[str] | None = None
        system = part.get("system", "")
        if part.get("concept"):
            found = {f"{system}|{one['code']}" for one in part["concept"]}
        elif system:
            found = self._system(system, part.get("filter", []))
            if found is None:
                return None
        for address in part.get("valueSet", []):
            inner = self._expand(address.split("|")[0], within)
            if inner is None:
                return None
            found = inner if found is None else found & inner
        return found

    def _system(self, system: str, filters: list[Json]) -> set[str] | None:
        one = self._definitions.get(system)
        if one is None or one["resourceType"] != "CodeSystem" or one.get("content") != "complete":
            return None
        below: dict[str, set[str]] = {}
        _gather(one.get("concept", []), (), below)
        codes = set(below)
        for said in filters:
            if said["property"] != "concept" or said["op"] not in ("is-a", "descendent-of", "is-not-a"):
                return None
            family = below.get(said["value"], set()) | {said["value"]}
            if said["op"] == "descendent-of":
                family = family - {said["value"]}
            codes = codes - family if said["op"] == "is-not-a" else codes & family
        return {f"{system}|{code}" for code in codes}


def _gather(concepts: list[Json], above: tuple[str, ...], below: dict[str, set[str]]) -> None:
    for one in concepts:
        below.setdefault(one["code"], set())
        parents = [p["valueCode"] for p in one.get("property", []) if p["code"] == "subsumedBy" and "valueCode" in p]
        for parent in (*above, *parents):
            below.setdefault(parent, set()).add(one["code"])
        _gather(one.get("concept", []), (*above, one["code"]), below)


# --- structures -----------------------------------------------------------------------------------------------------------


def _types(structures: list[Json], sets: ValueSets) -> Json:
    """Give by type or backbone path: JSON name → [type, repeats, least, required set, kinds a reference may point to]."""
    types: dict[str, Json] = {}
    for d in structures:
        if d["kind"] not in ("resource", "complex-type") or d.get("derivation") == "constraint":
            continue
        for element in d["snapshot"]["element"]:
            if "." not in element["path"]:
                types.setdefault(element["path"], {})
                continue
            parent, name = element["path"].rsplit(".", 1)
            for key, row in _rows(element, name, sets):
                types.setdefault(parent, {})[key] = row
    return types


def _rows(element: Json, name: str, sets: ValueSets) -> Iterator[tuple[str, list[Any]]]:
    many = 0 if element["max"] in ("0", "1") else 1
    if element.get("contentReference"):
        yield name, [element["contentReference"].split("#")[1], many, element["min"], "", []]
        return
    binding = element.get("binding", {})
    required = sets.named(binding.get("valueSet", "")) if binding.get("strength") == "required" else ""
    for said in element.get("type", []):
        code = said["code"]
        if code.startswith(SYSTEM_TYPE):
            code = "string"
        nested = code in ("BackboneElement", "Element") and name != "extension"
        kinds = [t.rsplit("/", 1)[1] for t in said.get("targetProfile", []) if not t.endswith("/Resource")]
        key = name.replace("[x]", code[0].upper() + code[1:])
        plain = any(one.endswith(f"/{PLAIN}") for one in said.get("profile", []))
        kind = element["path"] if nested else PLAIN if plain else code
        yield key, [kind, many, element["min"], required, kinds]


def _extensions(structures: list[Json], sets: ValueSets) -> Json:
    """Give by address: kinds of value, inner extensions (least, most, kinds, codes), where it may stand, its required codes."""
    found: Json = {}
    for d in structures:
        if d["type"] != "Extension" or d.get("derivation") != "constraint":
            continue
        elements = {e["id"]: e for e in d["snapshot"]["element"]}
        inner = {}
        for id_, e in elements.items():
            parts = id_.split(".")
            if len(parts) == 2 and parts[1].startswith("extension:"):
                url = elements.get(id_ + ".url", {}).get("fixedUri", "")
                most = 0 if e["max"] == "*" else int(e["max"])
                inner[url] = [e["min"], most, *_worth(elements.get(id_ + ".value[x]", {}), sets)]
        kinds, codes = _worth(elements.get("Extension.value[x]", {}), sets)
        where = [c["expression"] for c in d.get("context", []) if c["type"] == "element"]
        where = where if len(where) == len(d.get("context", [])) else []
        found[d["url"]] = [kinds, inner, where, codes]
    return found


def _worth(value: Json, sets: ValueSets) -> tuple[list[str], str]:
    """Give the kinds that an extension's value may be of, and the set that its codes must be of."""
    binding = value.get("binding", {})
    required = sets.named(binding.get("valueSet", "")) if binding.get("strength") == "required" else ""
    return [] if value.get("max") == "0" else [t["code"] for t in value.get("type", [])], required


# --- profiles -------------------------------------------------------------------------------------------------------------


def _tree(d: Json, sets: ValueSets, base: set[str], of: dict[str, str], types: Json) -> Json:
    root: Json = {}
    for element in d["snapshot"]["element"]:
        node = root
        for part in element["id"].split(".")[1:]:
            name, _, slice_ = part.partition(":")
            node = node.setdefault("c", {}).setdefault(name, {})
            if slice_:
                node = node.setdefault("s", {}).setdefault(slice_, {})
        if "." in element["id"]:
            _say(node, element, sets, base)
            holder, _, name = element["path"].rpartition(".")
            kinds = _targets(element, of)
            if kinds and set(kinds) != set(types.get(holder, {}).get(name, [[]])[-1]):
                node["kinds"] = kinds
    return _pruned(root) or {}


def _say(node: Json, element: Json, sets: ValueSets, base: set[str]) -> None:
    if element["min"] > (0 if ":" in element["id"].rsplit(".", 1)[1] else element["base"]["min"]):
        node["min"] = element["min"]
    if element["max"] != element["base"]["max"] and element["max"] != "*":
        node["max"] = int(element["max"])
    for key, value in element.items():
        if key.startswith("fixed"):
            node["fixed"] = value
        elif key.startswith("pattern"):
            node["pattern"] = value
    binding = element.get("binding", {})
    if binding.get("strength") == "required":
        url = sets.named(binding.get("valueSet", ""))
        if url and url not in base:
            node["set"] = url
    types = element.get("type", [])
    if element["path"].endswith("[x]"):
        node["types"] = [t["code"] for t in types]
    if types and types[0]["code"] == "Extension" and types[0].get("profile"):
        node["url"] = types[0]["profile"][0].split("|")[0]
    if element.get("slicing", {}).get("discriminator"):
        node["by"] = [[one["type"], one["path"]] for one in element["slicing"]["discriminator"]]
        node["closed"] = element["slicing"]["rules"] == "closed"


def _targets(element: Json, of: dict[str, str]) -> list[str]:
    """Give the types that a reference may lead to; nothing where it may lead to any."""
    said = [url.split("|")[0] for t in element.get("type", []) for url in t.get("targetProfile", [])]
    found = sorted({of.get(url) or url.rsplit("/", 1)[1] for url in said})
    return [] if "Resource" in found else found


def _pruned(node: Json) -> Json | None:
    for part in ("c", "s"):
        kept = {name: one for name, child in node.get(part, {}).items() if (one := _pruned(child)) is not None}
        node.pop(part, None)
        if kept:
            node[part] = kept
    if "s" not in node:
        node.pop("by", None)
        node.pop("closed", None)
    return node if set(node) - {"types", "closed"} else None


if __name__ == "__main__":
    main(sys.argv[1:])
