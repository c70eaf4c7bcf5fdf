"""HL7's definitions as `distil` made them: read once, kept by the process."""

import gzip
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import orjson

PLAIN = "SimpleQuantity"
DATED = frozenset({"date", "dateTime", "instant"})


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type, by its JSON name: its type, whether it repeats, its required codes, where it may point.

    A plain one is a quantity that is known: no "less than" stands with it.
    """

    type: str
    many: bool
    least: int
    codes: str
    kinds: frozenset[str]
    complex: bool
    dated: bool
    plain: bool


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
                kind if kind != PLAIN else "Quantity",
                bool(many),
                least,
                codes,
                frozenset(kinds),
                kind in table or kind in ("Resource", PLAIN),
                kind in DATED,
                kind == PLAIN,
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


class Worth(NamedTuple):
    """What an extension holds: kinds of value in small letters, and the set that its codes must be of; inside another, how often it stands."""

    kinds: frozenset[str]
    codes: str
    least: int = 0
    most: int = 0


class Extension(NamedTuple):
    """A known extension: its own value, its parts by name, and where it may stand."""

    worth: Worth
    parts: dict[str, Worth]
    where: frozenset[str]


def _small(kinds: list[str]) -> frozenset[str]:
    return frozenset(kind.lower() for kind in kinds)


@cache
def extensions() -> dict[str, Extension]:
    """Give the known extensions by address."""
    table = _table("structures.json.gz")["extensions"]
    return {
        url: Extension(
            Worth(_small(kinds), codes),
            {name: Worth(_small(of), set_, least, most) for name, (least, most, of, set_) in inner.items()},
            frozenset(where),
        )
        for url, (kinds, inner, where, codes) in table.items()
    }


@cache
def profiles() -> dict[str, Any]:
    """Give the constraints of each US Core profile, by address."""
    table: dict[str, Any] = _table("profiles.json.gz")
    return table


@cache
def code_systems() -> dict[str, frozenset[str]]:
    """Give every code of each of HL7's systems that R4 defines completely."""
    return {url: frozenset(codes) for url, codes in _table("code_systems.json.gz").items()}


def in_set(value: Any, url: str) -> bool:
    """Tell whether a code, a Coding or one coding of a concept is of a value set; of what is none of these nothing is asked."""
    if isinstance(value, str):
        return value in bare_codes()[url]
    if not isinstance(value, dict):
        return True
    if "code" in value and "coding" not in value:
        return f"{value.get('system', '')}|{value['code']}" in value_sets()[url]
    said = [one for one in value.get("coding", []) if isinstance(one, dict)]
    return any(f"{one.get('system', '')}|{one.get('code', '')}" in value_sets()[url] for one in said)


@cache
def resource_types() -> frozenset[str]:
    """Name the types that are resources."""
    return frozenset(name for name, elements in types().items() if "implicitRules" in elements)
