"""The reviewed numbers and words of this room (`content/grievances/rules.toml`), as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from throughcare.kernel import content

PATH = "grievances/rules.toml"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose, in both languages; `sexual_safety`: the PREA coordinator reads it too."""

    key: str
    en: str
    es: str
    sexual_safety: bool = False

    def said(self, lang: str) -> str:
        """Give it in a language."""
        return self.es if lang == "es" else self.en


@dataclass(frozen=True, slots=True)
class Table:
    """All of it."""

    appeal_days: int
    about: Mapping[str, Choice]
    findings: Mapping[str, Choice]


def load_table() -> Table:
    """The table in force, the agency's overlay applied."""
    return _table(content.document(PATH).digest)


@lru_cache(maxsize=8)
def _table(digest: str) -> Table:
    return Table(int(content.load(PATH)["appeal_days"]), _choices("about"), _choices("finding"))


def _choices(name: str) -> Mapping[str, Choice]:
    rows = content.rows(PATH, name)
    return {r["id"]: Choice(r["id"], r["en"], r["es"], bool(r.get("sexual_safety"))) for r in rows}
