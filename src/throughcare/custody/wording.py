"""What officers read: alert templates of reviewed content, which take typed values and never free text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from throughcare.kernel import clock, content
from throughcare.kernel.errors import Invalid

PATH = "custody/alerts.toml"
MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}
PLACES = ("clinic", "dental clinic", "infirmary", "intake", "visiting room", "front gate")
# What a value may look like, by its name: a place is one of a closed list, so that nobody can write a reason into it.
_VALUES: dict[str, re.Pattern[str]] = {
    "time": re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"),
    "place": re.compile("|".join(PLACES)),
}
_GIVEN_BY_HOUSE = frozenset({"phone", "until"})
_NAMES = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """One alert: sentence, first aid and whom to call, in English and Spanish; hours for which it holds by itself.

    The content's `gloss`, which tells health staff what stands behind it, is not read here on purpose.
    """

    key: str
    title: str
    version: str
    words: Mapping[str, str]
    hours: int
    urgent: bool
    rank: int
    group: str = ""

    @property
    def values(self) -> frozenset[str]:
        """Name the values that whoever raises it must give."""
        names = {name for text in self.words.values() for name in _NAMES.findall(text)}
        return frozenset(names - _GIVEN_BY_HOUSE)

    def checked(self, given: Mapping[str, str | int]) -> dict[str, str]:
        """Give the values as text; refuse one that is missing, unknown or not of its kind."""
        wrong = set(given) ^ set(self.values)
        wrong |= {name for name, value in given.items() if name in _VALUES and not _VALUES[name].fullmatch(str(value))}
        if wrong:
            names = ", ".join(sorted(wrong))
            raise Invalid(f"The alert needs proper values for [{names}]. Nothing was changed.")
        return {name: str(value) for name, value in given.items()}

    def sentence(
        self, part: str, values: Mapping[str, str], *, lang: str = "en", phone: str = "", until: str = ""
    ) -> str:
        """Write a part (`text`, `first_aid`, `call`) with its values."""
        text = self.words.get(f"{part}_{lang}") or self.words[part]
        if not until:
            text = re.sub(r" (?:until|before|hasta|antes de) \{until\}", "", text)
        return " ".join(text.format_map({**values, "phone": phone, "until": until}).replace(" .", ".").split())


def moment(at: datetime, zone: str, lang: str = "en") -> str:
    """Say until when, as short as a board needs: the time today, else the day."""
    there, today = clock.local(at, zone), clock.local(clock.now(), zone).date()
    if there.date() == today:
        return there.strftime("%H:%M")
    return f"{there.day} {MONTHS[lang][there.month - 1]}"


def template(key: str) -> Template:
    """Give one alert template."""
    found = templates().get(key)
    if found is None:
        raise Invalid(f"There is no alert [{key}]. Nothing was changed.")
    return found


def templates() -> dict[str, Template]:
    """Give all alert templates, in the order in which officers need them."""
    return _templates(content.document(PATH).digest)


@lru_cache(maxsize=4)
def _templates(digest: str) -> dict[str, Template]:
    version = content.document(PATH).version
    rows = [_template(row, version, rank) for rank, row in enumerate(content.rows(PATH, "alert"))]
    return {t.key: t for t in rows}


def _template(row: Mapping[str, Any], version: str, rank: int) -> Template:
    words = {f"{part}{lang}": row[f"{part}{lang}"] for part in ("text", "first_aid", "call") for lang in ("", "_es")}
    found = Template(
        key=row["id"],
        title=row["title"],
        version=version,
        words=words,
        hours=row["lasts_hours"],
        urgent=row["board"] == "top",
        rank=rank,
        group=row.get("group", ""),
    )
    if unknown := found.values - set(_VALUES):
        raise content.ContentError(PATH, f"asks for values that have no kind: {sorted(unknown)}. Drop them.", row["id"])
    return found
