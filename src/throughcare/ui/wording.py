"""The words on the screen: one table per audience, by language, with plurals and placeholders."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.utils import translation

FILES = ("wording/staff.toml", "wording/patient.toml")
LANGUAGES = ("en", "es")


class UnknownWording(KeyError):
    """A page asked for words nobody wrote."""


def flatten(table: dict[str, Any], prefix: str = "") -> dict[str, str | dict[str, str]]:
    """Return a nested table as `dotted.key` → sentence, or → {one, other} where it has plurals."""
    flat: dict[str, str | dict[str, str]] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and set(value) != {"one", "other"}:
            flat.update(flatten(value, f"{name}."))
        else:
            flat[name] = value
    return flat


def read(name: str) -> dict[str, Any]:
    """Read one wording file: the agency's own where it has one, else the one in the package."""
    overlay = os.environ.get("THROUGHCARE_CONTENT")
    if overlay and (own := Path(overlay) / name).is_file():
        return tomllib.loads(own.read_text("utf-8"))
    return tomllib.loads((files("throughcare") / "content" / name).read_text("utf-8"))


@cache
def table(lang: str) -> dict[str, str | dict[str, str]]:
    """Return every sentence of a language; a language falls back to English, never to a key."""
    sentences = {} if lang == "en" else dict(table("en"))
    for name in FILES:
        sentences.update(flatten(read(name).get(lang, {})))
    return sentences


def language() -> str:
    """Return the language of the page being made: `en` or `es`."""
    active = (translation.get_language() or "en").split("-")[0]
    return active if active in LANGUAGES else "en"


def t(key: str, *, lang: str = "", **values: object) -> str:
    """Return the sentence for `key` with its placeholders filled; `n` chooses the plural."""
    sentences = table(lang or language())
    try:
        sentence = sentences[key]
    except KeyError as missing:
        raise UnknownWording(f"no wording for {key!r}") from missing
    if isinstance(sentence, dict):
        sentence = sentence["one" if values.get("n") == 1 else "other"]
    return sentence.format(**values)


def sentence(key: str, **values: object) -> str:
    """Return a raw template of a sentence for the page's script, placeholders kept."""
    raw = table(language())[key]
    return raw if isinstance(raw, str) else raw["other"]
