"""What was done and from where, in words: the actions of the software as history pages say them (content vocabulary/deeds.toml)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from throughcare.kernel import content

DEEDS = "vocabulary/deeds.toml"


def deed(action: str) -> str:
    """Say an action as something that was done: `chart.add_condition` is "Added problem"."""
    whole, verbs, nouns = (_words(table, content.stamp()) for table in ("deed", "verb", "noun"))
    if action in whole:
        return whole[action]
    first, *rest = action.rpartition(".")[2].split("_")
    verb = verbs.get(first, first.capitalize())
    return " ".join([verb, *(nouns.get(word, word) for word in rest)])


def from_where(source: str) -> str:
    """Say from where something was written: a page, the kiosk, the clock; a sender keeps its own name."""
    return _words("origin", content.stamp()).get(source, source)


@lru_cache(maxsize=8)
def _words(table: str, stamp: tuple[str, int]) -> Mapping[str, str]:
    return {row["id"]: row["title"] for row in _rows(table)}


def _rows(table: str) -> tuple[Mapping[str, Any], ...]:
    return content.rows(DEEDS, table)
