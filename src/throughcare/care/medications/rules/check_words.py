"""Whether what somebody typed names a disease or state: beginnings of words in both languages, unless it is denied just before."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from throughcare.care.medications.formulary_rows import plain

REACH = 3  # `no known history of asthma`: a denial reaches over so many words
SHORT = 3  # words this short are compared whole: `cad` is not the beginning of `cadence`


def names(text: str, beginnings: Iterable[str], denials: Iterable[str], *, but_not: Iterable[str] = ()) -> bool:
    """Tell whether a text names one of these; `but_not` are words that make another thing of it where they follow at once."""
    said, denied, other = _words(text), {_folded(d) for d in denials}, tuple(_folded(b) for b in but_not)
    for beginning in map(_words, beginnings):
        for start in range(len(said) - len(beginning) + 1):
            end = start + len(beginning)
            if not all(_begins(word, begin) for word, begin in zip(said[start:end], beginning, strict=True)):
                continue
            follows = other and any(word.startswith(other) for word in said[end : end + 1])
            if denied.isdisjoint(said[max(0, start - REACH) : start]) and not follows:
                return True
    return False


def _begins(word: str, begin: str) -> bool:
    return word == begin or (len(begin) > SHORT and word.startswith(begin))


def _words(text: str) -> list[str]:
    return _folded(text).split()


def _folded(text: str) -> str:
    return plain("".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)))
