"""Is what a document says in the chart already? By code, else by the words; a proposal, never a decision. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from throughcare.exchange.documents.ccda.found import Item


@dataclass(frozen=True, slots=True)
class Charted:
    """One line of the chart, or an item decided before, as it is compared: `contents` are the drugs in a medicine."""

    kind: str
    text: str
    codes: frozenset[tuple[str, str]] = frozenset()
    day: str = ""
    value: str = ""
    contents: frozenset[str] = frozenset()
    words: str = ""
    """How it stands there, for the page."""


@dataclass(frozen=True, slots=True)
class Match:
    """What an item is beside: the very same, or something like it that a person must weigh."""

    line: Charted
    same: bool


_NUMBER = re.compile(r"\d+(?:\.\d+)?")
DATED = frozenset({"immunization", "result", "vital_sign", "procedure", "encounter"})


def match(item: Item, contents: frozenset[str], chart: Sequence[Charted]) -> Match | None:
    """Find what the chart holds of an item: the same first, else what is like it."""
    like: Match | None = None
    codes = {(one.system, one.code) for one in (item.code, *item.also) if one.code and one.code != "ASSERTION"}
    for line in chart:
        if line.kind != item.kind:
            continue
        named = bool(codes & line.codes) or folded(item.code.text) == folded(line.text)
        inside = bool(contents) and contents == line.contents and strengths(item.code.text) == strengths(line.text)
        if not (named or inside):
            if contents & line.contents:
                like = like or Match(line, same=False)
            continue
        if item.kind in DATED and item.since[:10] != line.day:
            like = like or (None if item.kind in ("result", "vital_sign") else Match(line, same=False))
            continue
        if item.kind in ("result", "vital_sign", "social_history") and not equal(item.value, line.value):
            like = like or Match(line, same=False)
            continue
        return Match(line, same=True)
    return like


def folded(text: str) -> str:
    """Give words as they are compared: small letters, no marks, no brackets' content."""
    return " ".join(re.sub(r"\([^)]*\)|\[[^\]]*\]|[^\w\s]", " ", text.casefold()).split())


def strengths(text: str) -> frozenset[str]:
    """Give the numbers in the words of a medicine: another strength of a drug is like it, and not the same."""
    return frozenset(number.rstrip("0").rstrip(".") if "." in number else number for number in _NUMBER.findall(text))


def equal(one: str, other: str) -> bool:
    """Tell whether two values say the same, as numbers where both are numbers."""
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return folded(one) == folded(other)
