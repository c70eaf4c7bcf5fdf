"""HL7's definitions as `distil` made them: read once, kept by the process."""

import gzip
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import orjson

DATED = frozenset({"date", "dateTime", "instant"})


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type, by its JSON name: its type, whether it repeats, its required codes, where it may point."""

    type: str
    many: bool
    least: int
    codes: str
    kinds: frozenset[str]
    complex: bool
    dated: bool


def _table(name: str) -> Any:
    raw = resources.files("throughcare.content").joinpath(f"exchange/r4/{name}").read_bytes()
    return orjson.loads(gzip.decompress(raw))


@cache
def types() -> dict[str, dict[str, Element]]:
    """Give the elements of each resource, datatype and backbone element, by path."""
    table = _table("structures.json.gz")["types"]
    return {
        name: {
            key: Element(
                kind, bool(many), least, codes, frozenset(kinds), kind in table or kind == "Resource", kind in DATED
            )
            for key, (kind, many, least, codes, kinds) in elements.items()
        }
        for name, elements in table.items()
    }


@cache
def value_sets() -> dict[str, frozenset[str]]:
    """Give the codes of each required value set that can be expanded, as `system|code`."""
    return {url: frozenset(codes) for url, codes in _table("value_sets.json.gz").items()}


@cache
def bare_codes() -> dict[str, frozenset[str]]:
    """Give the codes of each required value set without their systems, for elements of type code."""
    return {url: frozenset(one.rsplit("|", 1)[1] for one in codes) for url, codes in value_sets().items()}


@cache
def extensions() -> dict[str, tuple[frozenset[str], dict[str, list[int]], frozenset[str]]]:
    """Give by address of a known extension: kinds of value, inner extensions with least and most, where it may stand."""
    table = _table("structures.json.gz")["extensions"]
    return {url: (frozenset(kinds), inner, frozenset(where)) for url, (kinds, inner, where) in table.items()}


@cache
def profiles() -> dict[str, Any]:
    """Give the constraints of each US Core profile, by address."""
    table: dict[str, Any] = _table("profiles.json.gz")
    return table


@cache
def code_systems() -> dict[str, frozenset[str]]:
    """Give every code of each of HL7's systems that R4 defines completely."""
    return {url: frozenset(codes) for url, codes in _table("code_systems.json.gz").items()}


@cache
def resource_types() -> frozenset[str]:
    """Name the types that are resources."""
    return frozenset(name for name, elements in types().items() if "implicitRules" in elements)
