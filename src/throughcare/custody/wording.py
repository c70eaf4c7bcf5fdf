"""What officers read: alert templates of reviewed content, which take typed values and never free text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from throughcare.kernel import content
from throughcare.kernel.errors import Invalid

PATH = "custody/alerts.toml"
_TYPES = {
    "minutes": re.compile(r"[1-9][0-9]{0,2}"),
    "time": re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"),
    "phone": re.compile(r"[0-9+() .-]{1,20}"),
    "count": re.compile(r"[1-9][0-9]?"),
}


@dataclass(frozen=True, slots=True)
class Template:
    """One alert: sentence, first aid and whom to call, in English and Spanish; hours for which it holds by itself."""

    key: str
    title: str
    version: str
    do: Mapping[str, str]
    first_aid: Mapping[str, str]
    call: Mapping[str, str]
    values: Mapping[str, str]
    hours: int
    urgent: bool
    rank: int
    short: Mapping[str, str]

    def checked(self, given: Mapping[str, str | int]) -> dict[str, str]:
        """Give the values as text; refuse one that is missing, unknown or not of its type."""
        wrong = set(given) ^ set(self.values)
        for name, kind in self.values.items():
            if name in given and not _TYPES[kind].fullmatch(str(given[name])):
                wrong.add(name)
        if wrong:
            names = ", ".join(sorted(wrong))
            raise Invalid(f"The alert needs proper values for [{names}]. Nothing was changed.")
        return {name: str(value) for name, value in given.items()}

    def sentence(self, part: str, values: Mapping[str, str], *, lang: str = "en", phone: str = "") -> str:
        """Write a part (`do`, `first_aid`, `call`) with its values."""
        words = {"do": self.do, "first_aid": self.first_aid, "call": self.call}[part]
        text = words.get(lang) or words.get("en", "")
        return " ".join(text.format_map({**values, "nurse": phone}).split())


def template(key: str) -> Template:
    """Give one alert template."""
    found = templates().get(key)
    if found is None:
        raise Invalid(f"There is no alert [{key}]. Nothing was changed.")
    return found


def templates() -> dict[str, Template]:
    """Give all alert templates, in the order in which officers need them."""
    document = content.document(PATH)
    return _templates(document.digest)


@lru_cache(maxsize=4)
def _templates(digest: str) -> dict[str, Template]:
    version = content.document(PATH).version
    rows = [_template(row, version, rank) for rank, row in enumerate(content.rows(PATH, "alert"))]
    return {t.key: t for t in rows}


def _template(row: Mapping[str, Any], version: str, rank: int) -> Template:
    for kind in row.get("values", {}).values():
        if kind not in _TYPES:
            raise content.ContentError(PATH, f"asks for a value of type [{kind}]. Use {', '.join(_TYPES)}.", row["id"])
    return Template(
        key=row["id"],
        title=row["title"],
        version=version,
        do=row["do"],
        first_aid=row.get("first_aid", {}),
        call=row.get("call", {}),
        values=row.get("values", {}),
        hours=row["hours"],
        urgent=row.get("urgent", False),
        rank=rank,
        short=row.get("short", row["do"]),
    )
