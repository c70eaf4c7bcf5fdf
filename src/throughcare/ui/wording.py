"""The words on the screen: one table per audience, by language, with plurals and placeholders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.utils import translation

from throughcare.kernel import content

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


def read() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every wording file there is, the agency's changes applied: a room may bring its own."""
    for path in content.names("wording"):
        yield path, content.load(path)


@cache
def table(lang: str) -> dict[str, str | dict[str, str]]:
    """Return every sentence of a language; one that is missing is said in English."""
    sentences: dict[str, str | dict[str, str]] = {}
    for path, body in read():
        own = flatten(body.get(lang, {}))
        if twice := sentences.keys() & own.keys():
            raise content.ContentError(path, f"words {sorted(twice)[0]} a second time. Keep one of the two.")
        sentences.update(own)
    return sentences if lang == "en" else table("en") | sentences


_spoken: ContextVar[str] = ContextVar("spoken", default="")


@contextmanager
def speaking() -> Iterator[None]:
    """Hold the language still while a page is made: every word of it asks."""
    token = _spoken.set(_active())
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """Return the language of the page being made: `en` or `es`."""
    return _spoken.get() or _active()


def _active() -> str:
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
