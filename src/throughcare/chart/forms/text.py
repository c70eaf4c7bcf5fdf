"""Wording in the two languages that every patient-facing text has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Lang = Literal["en", "es"]


@dataclass(frozen=True, slots=True)
class Text:
    """One wording, English and Spanish; `es` is empty only where the licence leaves wording to a plug-in."""

    en: str
    es: str = ""

    def said(self, lang: str) -> str:
        """The wording in `lang`, else in English: a question is never blank because a translation is."""
        return self.es if lang == "es" and self.es else self.en

    def filled(self, **values: object) -> Text:
        """The same sentence with its `{names}` replaced."""
        return Text(self.en.format(**values), self.es.format(**values))


NO_TEXT = Text("")
