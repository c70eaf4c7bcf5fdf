"""By what a resource is found: hashes of its tokens, references and beginnings of words, and the span of its first date. Pure.

A term is 8 bytes of BLAKE2 over type, parameter, how it is compared, and value: no word of a record stands in the index.
What a term can't decide (a long string, a number, a second date) is compared with the resource itself.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any

from throughcare.exchange.fhir import params, values
from throughcare.exchange.fhir.params import Param
from throughcare.exchange.fhir.types import LEAN, STORED
from throughcare.kernel.fhir import encode
from throughcare.ledger.searching import NOTHING, Index

# How many letters of a word's beginning have a term; what is longer is compared with the resource.
PREFIX = 8


def index(kind: str, body: dict[str, Any]) -> Index:
    """Give by what a resource is found; nothing for types that aren't served or are found lean."""
    if kind not in STORED or kind in LEAN:
        return NOTHING
    found: set[int] = set()
    for param, begins in _plan(kind):
        if begins.isdisjoint(body):
            continue
        if param.kind in REPEATED:
            found.update(_known_terms(kind, param, begins, body))
        else:
            found.update(_terms(kind, param, body))
    date = params.primary(kind)
    spans = values.spans(body, date) if date else []
    if not spans:
        return Index(tuple(sorted(found)))
    return Index(tuple(sorted(found)), min(s.start for s in spans), max(s.end for s in spans))


@cache
def _plan(kind: str) -> tuple[tuple[Param, frozenset[str]], ...]:
    """Give a type's parameters with the elements in which each may say something: most say nothing in most resources."""
    found = (p for p in params.BY_TYPE.get(kind, ()) if not p.person and p.kind != "composite")
    return tuple((p, frozenset(re.split(r"[.\[]", path)[0] for path in p.paths)) for p in found)


# Most of what is coded is said the same way in thousands of entries: its terms are kept under a digest of what was said.
REPEATED = frozenset({"token", "uri"})
MOST_KEPT = 20_000
_kept: dict[tuple[str, str, bytes], tuple[int, ...]] = {}


def _known_terms(kind: str, param: Param, begins: frozenset[str], body: dict[str, Any]) -> tuple[int, ...]:
    said = encode([body.get(name) for name in sorted(begins)])
    key = kind, param.name, blake2b(said, digest_size=16).digest()
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        found = _kept[key] = tuple(_terms(kind, param, body))
    return found


def _terms(kind: str, param: Param, body: dict[str, Any]) -> Iterator[int]:
    if not values.says(body, param):
        return
    yield term(kind, param.name, "?", "")
    for how, value in _BY_KIND[param.kind](body, param) if param.kind in _BY_KIND else ():
        yield term(kind, param.name, how, value)


def _token_terms(body: dict[str, Any], param: Param) -> Iterator[tuple[str, str]]:
    for token in values.tokens(body, param):
        if token.code:
            yield "=", f"{token.system}|{token.code}"
            yield "code", token.code
        if token.system and token.system != values.BOUND:
            yield "system", token.system


def _reference_terms(body: dict[str, Any], param: Param) -> Iterator[tuple[str, str]]:
    for reference in values.references(body, param):
        yield "=", reference
        if "|" in reference:
            yield "=", reference.partition("|")[0]


def _uri_terms(body: dict[str, Any], param: Param) -> Iterator[tuple[str, str]]:
    for element in values.elements(body, param):
        yield "=", str(element)


def _string_terms(body: dict[str, Any], param: Param) -> Iterator[tuple[str, str]]:
    for words in values.strings(body, param):
        for begin in beginnings(words):
            yield from (("^", begin[:n]) for n in range(1, min(PREFIX, len(begin)) + 1))
        yield from (("~", part) for part in trigrams(words))


_BY_KIND = {"token": _token_terms, "reference": _reference_terms, "uri": _uri_terms, "string": _string_terms}


def beginnings(words: str) -> list[str]:
    """Give a string from each place where a word of it begins: a double name is found by either of its names."""
    plain = values.normal(words)
    return [plain[i:] for i in range(len(plain)) if i == 0 or plain[i - 1] in " -'"]


def trigrams(words: str) -> set[str]:
    """Give every three letters in a row."""
    plain = values.normal(words)
    return {plain[i : i + 3] for i in range(len(plain) - 2)}


@lru_cache(maxsize=65536)
def term(kind: str, name: str, how: str, value: str) -> int:
    """Give the term of a value."""
    word = f"{kind}\x1f{name}\x1f{how}\x1f{value}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(word, digest_size=8).digest(), "big", signed=True)
