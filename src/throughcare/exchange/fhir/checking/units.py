"""Units as UCUM writes them: its grammar over its symbols. Pure."""

import re
from functools import cache

from throughcare.kernel import content

PATH = "exchange/ucum.toml"
LONGEST = 100
DEEPEST = 8
_ANNOTATION = re.compile(r"\{[\x21-\x7a\x7c\x7e ]*\}")
_EXPONENT = re.compile(r"[+-]?\d+\Z")
_FACTOR = re.compile(r"\d+\Z")


@cache
def readable(code: str) -> bool:
    """Tell whether a unit can be read: `mg/dL`, `10*3/uL`, `{score}`, `kg.m/s2`, `/min`."""
    return 0 < len(code) <= LONGEST and code.isascii() and _term(code, 0)


def _term(code: str, depth: int) -> bool:
    """Parts joined by `.` or `/`; a `/` may come first."""
    if depth > DEEPEST:
        return False
    parts = _parts(code.removeprefix("/"))
    return parts is not None and all(_component(part, depth) for part in parts)


def _parts(code: str) -> list[str] | None:
    """Part at the points and strokes that stand in no bracket of any kind; None where the brackets don't close."""
    parts, begin, inside = [], 0, ""
    closing = {"[": "]", "{": "}", "(": ")"}
    for n, letter in enumerate(code):
        if inside and letter == inside[-1]:
            inside = inside[:-1]
        elif letter in closing and not inside.endswith(("]", "}")):
            inside += closing[letter]
        elif letter in "./" and not inside:
            parts.append(code[begin:n])
            begin = n + 1
    return None if inside else [*parts, code[begin:]]


def _component(part: str, depth: int) -> bool:
    bare = _ANNOTATION.sub("", part, count=1) if part.endswith("}") else part
    if not bare:
        return part != ""  # an annotation alone is the unit one
    if bare.startswith("(") and bare.endswith(")"):
        return len(bare) > 2 and _term(bare[1:-1], depth + 1)
    exponent = any(_simple(bare[:n]) and _EXPONENT.match(bare[n:]) for n in _ends(bare))
    return bool(_FACTOR.match(bare)) or _simple(bare) or exponent


def _ends(bare: str) -> range:
    return range(max(1, len(bare) - 4), len(bare))


def _simple(bare: str) -> bool:
    metric, plain, prefixes = _symbols()
    if bare in plain or bare in metric:
        return True
    return any(bare.startswith(one) and bare[len(one) :] in metric for one in prefixes)


@cache
def _symbols() -> tuple[frozenset[str], frozenset[str], tuple[str, ...]]:
    table = content.load(PATH)
    return frozenset(table["metric"]), frozenset(table["plain"]), tuple(table["prefixes"])
