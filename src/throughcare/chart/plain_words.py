"""What a clinician wrote, in the words of who reads it: a reviewed list, found whole in the text, longest first."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from throughcare.kernel import content

PLAIN = "chart/plain_words.toml"


@lru_cache(maxsize=4)
def _words(stamp: tuple[str, int]) -> tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...]:
    rows = sorted(content.rows(PLAIN, "word"), key=lambda r: -len(r["id"]))
    return tuple((re.compile(rf"(?<!\w){re.escape(r['id'])}(?!\w)", re.IGNORECASE), r) for r in rows)


def plain(text: str, lang: str) -> str:
    """Say what a clinician wrote in plain words of a language, as far as the list knows them."""
    for pattern, row in _words(content.stamp()):
        if pattern.fullmatch(text.strip()):
            said = str(row[lang])
            return said[:1].upper() + said[1:]
    for pattern, row in _words(content.stamp()):
        if pattern.search(text):
            return f"{text} ({row[lang]})" if row[lang].casefold() not in text.casefold() else text
    return text
