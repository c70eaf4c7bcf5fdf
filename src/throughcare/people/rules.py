"""Pure rules of identity: how a name is found again, and when two charts may be one person's."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Facts:
    """What is compared of a chart."""

    family: str
    given: str
    birth_date: date | None
    sex: str
    identifiers: frozenset[tuple[str, str]] = frozenset()
    aliases: frozenset[tuple[str, str]] = frozenset()


def folded(text: str) -> str:
    """Fold a name for comparing: no accents, no case, hyphens and apostrophes as blanks."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return re.sub(r"[^0-9a-z]+", " ", plain).strip()


def search_text(parts: Iterable[str]) -> str:
    """Give the text in which a chart is found: each word once, folded."""
    return " ".join(dict.fromkeys(w for part in parts for w in (folded(part), *folded(part).split()) if w))


def may_be_one(a: Facts, b: Facts) -> tuple[str, ...]:
    """Give the reasons why two charts may be one person's; none where they aren't proposed.

    Exact and alias matches only: an identifier in common; the same name (or alias) with the same birth date; the same
    given name, birth date and sex with one family name holding the other, as in Ortiz and Sample-Ortiz.
    """
    reasons = [f"the same number in {system}" for system, _ in sorted(a.identifiers & b.identifiers)]
    if a.birth_date is None or a.birth_date != b.birth_date:
        return tuple(reasons)
    names_a = {(folded(a.family), folded(a.given)), *((folded(f), folded(g)) for f, g in a.aliases)}
    names_b = {(folded(b.family), folded(b.given)), *((folded(f), folded(g)) for f, g in b.aliases)}
    if (folded(a.family), folded(a.given)) == (folded(b.family), folded(b.given)):
        reasons.append("the same name and birth date")
    elif names_a & names_b:
        reasons.append("an alias of one is a name of the other, with the same birth date")
    elif a.sex == b.sex and folded(a.given) == folded(b.given) and _holds(a.family, b.family):
        reasons.append("the same given name, birth date and sex, and one family name within the other")
    return tuple(reasons)


def _holds(a: str, b: str) -> bool:
    words_a, words_b = set(folded(a).split()), set(folded(b).split())
    return bool(words_a) and bool(words_b) and (words_a <= words_b or words_b <= words_a)
