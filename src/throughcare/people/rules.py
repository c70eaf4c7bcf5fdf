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


OLDEST = 1900  # no birth date on record is older


def may_be_one(a: Facts, b: Facts) -> tuple[str, ...]:
    """Give the reasons why two charts may be one person's; none where they aren't proposed.

    Exact and alias matches only: an identifier in common; the same name (or alias) with the same birth date; the same
    given name, birth date and sex with one family name holding the other, as in Ortiz and Sample-Ortiz; the same name
    and sex with birth dates one slip of the hand apart (ruling 12: booked at night under a wrong birth date).
    """
    reasons = [f"the same number in {system}" for system, _ in sorted(a.identifiers & b.identifiers)]
    if a.birth_date is None or b.birth_date is None:
        return tuple(reasons)
    if a.birth_date != b.birth_date:
        same_name = (folded(a.family), folded(a.given)) == (folded(b.family), folded(b.given))
        if same_name and a.sex == b.sex and one_slip_apart(a.birth_date, b.birth_date):
            reasons.append("the same name and sex, and birth dates one slip apart")
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


def one_slip_apart(a: date, b: date) -> bool:
    """Tell whether one wrong digit, two digits swapped, or day and month swapped, makes one date of the other."""
    one, other = f"{a:%Y%m%d}", f"{b:%Y%m%d}"
    differ = [n for n, (x, y) in enumerate(zip(one, other, strict=True)) if x != y]
    swapped = len(differ) == 2 and one[differ[0]] == other[differ[1]] and one[differ[1]] == other[differ[0]]
    return len(differ) == 1 or swapped or (a.year == b.year and (a.month, a.day) == (b.day, b.month))


def slips_of(day: date) -> frozenset[date]:
    """Give every date one slip of the hand apart from this one, by which charts to compare are looked up."""
    text = f"{day:%Y%m%d}"
    found = {text[:n] + digit + text[n + 1 :] for n in range(8) for digit in "0123456789"}
    for n in range(8):
        for m in range(n):
            found.add(text[:m] + text[n] + text[m + 1 : n] + text[m] + text[n + 1 :])
    found.add(text[:4] + text[6:] + text[4:6])
    dates = {made for one in found if (made := _date(one)) is not None}
    return frozenset(d for d in dates - {day} if d.year >= OLDEST)


def _date(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _holds(a: str, b: str) -> bool:
    words_a, words_b = set(folded(a).split()), set(folded(b).split())
    return bool(words_a) and bool(words_b) and (words_a <= words_b or words_b <= words_a)
