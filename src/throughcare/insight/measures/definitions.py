"""What each measure is, in the words of content/measures: title, who counts, which way is better, how it is published."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from throughcare.kernel import content
from throughcare.kernel.content import ContentError

FILES = ("quality", "access", "medicines", "safety", "reentry")
KINDS = ("proportion", "rate")
DIRECTIONS = ("higher", "lower", "none")
RULES = ("person", "service")
STRATIFIERS = ("facility", "sex", "age_band", "legal_status", "race_ethnicity", "language")


@dataclass(frozen=True, slots=True)
class Definition:
    """One measure as content says it. `core` names its code; `rules` its duties; `waits_for` what it has no data of yet."""

    id: str
    area: str
    title: str
    kind: str
    denominator: str
    numerator: str
    exclusions: str
    better: str
    published_as: str
    source: str
    version: str
    aligned_with: str = ""
    core: str = ""
    rules: tuple[str, ...] = ()
    per: float = 1.0
    unit: str = ""
    smallest_base: int = 30
    smallest_count: int = 20
    stratifiers: tuple[str, ...] = STRATIFIERS
    limits: tuple[tuple[str, Any], ...] = ()
    waits_for: str = ""

    @property
    def limit(self) -> dict[str, Any]:
        """Give the measure's own numbers ([D] values of content)."""
        return dict(self.limits)


def every() -> tuple[Definition, ...]:
    """Give all measures in the order of content."""
    return _every(content.stamp())


def find(name: str) -> Definition | None:
    """Find a measure by its id; case doesn't matter."""
    return next((d for d in every() if d.id.casefold() == name.strip().casefold()), None)


@lru_cache(maxsize=4)
def _every(_stamp: tuple[str, int]) -> tuple[Definition, ...]:
    found = [_read(area, row) for area in FILES for row in content.rows(f"measures/{area}.toml", "measure")]
    seen: set[str] = set()
    for definition in found:
        if definition.id.casefold() in seen:
            raise ContentError(f"measures/{definition.area}.toml", "stands in another file too.", definition.id)
        seen.add(definition.id.casefold())
    return tuple(found)


def _read(area: str, row: dict[str, Any]) -> Definition:
    path = f"measures/{area}.toml"
    body = content.load(path)
    known = set(Definition.__dataclass_fields__) - {"area", "limits"} | {"limit"}
    if strange := sorted(set(row) - known):
        raise ContentError(path, f"has {strange[0]}, which no measure has. Correct its name.", row["id"])
    said = {
        **row,
        "area": area,
        "source": row.get("source", body["source"]),
        "version": row.get("version", body["version"]),
    }
    said["limits"] = tuple(sorted(said.pop("limit", {}).items()))
    for name in ("rules", "stratifiers"):
        if name in said:
            said[name] = tuple(said[name])
    try:
        definition = Definition(**said)
    except TypeError as wrong:
        raise ContentError(path, f"lacks something ({wrong}).", row["id"]) from None
    for value, allowed in (
        (definition.kind, KINDS),
        (definition.better, DIRECTIONS),
        (definition.published_as, RULES),
    ):
        if value not in allowed:
            raise ContentError(path, f"says [{value}]. Say one of {', '.join(allowed)}.", definition.id)
    if not (definition.core or definition.rules or definition.waits_for):
        raise ContentError(path, "names neither core nor rules, nor what it waits for.", definition.id)
    return definition
