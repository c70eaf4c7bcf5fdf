"""Word stems found in a person's own words, without case, accents or punctuation, with their places in the original."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Span:
    """Where a word stands in the original text: `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Plain:
    """A text folded to plain letters and single spaces, and for each letter its place in the original."""

    letters: str
    places: tuple[int, ...]


def plain(text: str) -> Plain:
    """The text folded for matching: `¡No PUEDO   respirár!` is ` no puedo respirar `."""
    letters: list[str] = [" "]
    places: list[int] = [0]
    for place, char in enumerate(text):
        for part in unicodedata.normalize("NFKD", char).casefold():
            if unicodedata.combining(part) or part in "'’`´‘":
                continue
            letter = part if part.isalnum() else " "
            if letter == " " and letters[-1] == " ":
                continue
            letters.append(letter)
            places.append(place)
    if letters[-1] != " ":
        letters.append(" ")
        places.append(len(text))
    return Plain("".join(letters), tuple(places))


@lru_cache(maxsize=8192)
def _folded(stem: str) -> str:
    """Give a stem of the content as it is sought; never used for what a person wrote, which is kept nowhere."""
    return " " + plain(stem).letters.strip()


def find_stems(text: Plain, stems: Iterable[str]) -> tuple[Span, ...]:
    """Where any of the stems begins a word, each as the span of the words it covers, in order."""
    found: list[Span] = []
    for stem in stems:
        wanted = _folded(stem)
        at = text.letters.find(wanted)
        while at >= 0 and wanted != " ":
            end = text.letters.find(" ", at + len(wanted))
            last = (end if end >= 0 else len(text.letters)) - 1
            found.append(Span(text.places[at + 1], text.places[last] + 1))
            at = text.letters.find(wanted, at + 1)
    return tuple(sorted(set(found), key=lambda span: (span.start, span.end)))
