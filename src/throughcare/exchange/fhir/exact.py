"""JSON with exact decimals: what was written as 7.10 goes out as 7.10."""

import json
from decimal import Decimal
from typing import Any

import orjson

from throughcare.exchange.fhir.outcome import bad
from throughcare.kernel.fhir import encode

_DEEP = 100


def parse(body: bytes) -> Any:
    """Read JSON; a number with a point keeps its digits. Refuses what is no JSON, what repeats a name, and what is too deep."""
    try:
        found = json.loads(body, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
    except RecursionError:
        raise bad("The body is nested too deep.", code="structure") from None
    except (ValueError, UnicodeDecodeError) as wrong:
        words = str(wrong) if isinstance(wrong, _Twice) else "The body is no JSON in UTF-8."
        raise bad(words, code="structure") from None
    if _too_deep(found, _DEEP):
        raise bad("The body is nested too deep.", code="structure")
    return found


def kept(body: bytes) -> Any:
    """Read what we wrote ourselves, with exact decimals."""
    return json.loads(body, parse_float=Decimal)


def write(body: Any, *, pretty: bool = False) -> bytes:
    """Write JSON; decimals keep their digits."""
    if not pretty:
        return encode(body)
    from throughcare.kernel.fhir import _default

    return orjson.dumps(kept(encode(body)), default=_default, option=orjson.OPT_INDENT_2)


class _Twice(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice("The body names a property twice in one object.")
    return found


def _no_constant(word: str) -> Any:
    raise ValueError(word)


def _too_deep(value: Any, left: int) -> bool:
    if left == 0:
        return True
    if isinstance(value, dict):
        return any(_too_deep(v, left - 1) for v in value.values() if isinstance(v, dict | list))
    if isinstance(value, list):
        return any(_too_deep(v, left - 1) for v in value if isinstance(v, dict | list))
    return False
