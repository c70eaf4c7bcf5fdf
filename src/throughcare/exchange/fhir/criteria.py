"""One parameter of a search: what was asked, which terms of the index it needs, and whether a resource answers it. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from throughcare.exchange.fhir import bound, params, values
from throughcare.exchange.fhir.call import id_of, plain
from throughcare.exchange.fhir.index import PREFIX, beginnings, term, trigrams
from throughcare.exchange.fhir.outcome import FhirError, bad
from throughcare.exchange.fhir.params import Param
from throughcare.exchange.fhir.types import HELD
from throughcare.exchange.fhir.values import Amount, Span
from throughcare.kernel.fhir import Json

PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
MODIFIERS = {
    "token": frozenset({"", "not", "text", "missing", "of-type"}),
    "reference": frozenset({"", "missing", "identifier"}),
    "string": frozenset({"", "exact", "contains", "missing"}),
    "date": frozenset({"", "missing"}),
    "quantity": frozenset({"", "missing"}),
    "number": frozenset({"", "missing"}),
    "uri": frozenset({"", "missing"}),
    "composite": frozenset({""}),
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One parameter as asked: alternatives in `wanted`. What the index says of it, and what has to be compared."""

    kind: str
    param: Param
    modifier: str
    wanted: tuple[str, ...]
    # Alternatives of terms that must all be there; none where the index says nothing.
    terms: tuple[tuple[int, ...], ...] = ()
    without: bool = False
    # Whether the index decides it for a resource that is shown whole.
    exact: bool = False
    people: frozenset[UUID] | None = None
    # Comparisons with the type's first date: prefix and span.
    dates: tuple[tuple[str, Span], ...] = ()

    def answers(self, body: Json) -> bool:
        """Tell whether a resource, as it is shown, answers it."""
        if self.modifier == "missing":
            return values.says(body, self.param) != (self.wanted[0] == "true")
        compare = _COMPARE[self.param.kind]
        found = any(compare(self, body, one) for one in self.wanted)
        return not found if self.modifier == "not" else found


def read(kind: str, name: str, modifier: str, value: str, base: str) -> Criterion:
    """Read one parameter of a search; refuses in words what can't be understood or isn't done."""
    param = params.of(kind)[name]
    if param.kind == "reference" and modifier in HELD:
        if param.targets and modifier not in param.targets:
            raise bad(f"[{name}] of {kind} never refers to [{modifier}].", name)
        value, modifier = ",".join(f"{modifier}/{v.removeprefix(modifier + '/')}" for v in split(value)), ""
    if modifier not in MODIFIERS[param.kind]:
        raise bad(f"[:{plain(modifier)}] is not done with [{name}] of {kind}.", name, code="not-supported")
    wanted = tuple(split(value))
    if name == "deceased" and modifier == "" and wanted == ("false",):
        # R4 takes whoever is not said to have died for alive; few records say so.
        wanted, modifier = ("true",), "not"
    if param.kind == "token" and modifier in ("", "not"):
        wanted = tuple(bare for one in wanted for bare in bound.bare(kind, param, one))
    made = Criterion(kind, param, modifier, wanted)
    if modifier == "missing":
        return _missing(made, value)
    return _READ[param.kind](made, base)


def of_references(kind: str, param: Param, found: Sequence[str]) -> Criterion:
    """Make the criterion that an entry refers to one of these: for chains."""
    return _reference(Criterion(kind, param, "", tuple(found)), "")


def split(value: str, by: str = ",") -> list[str]:
    """Part alternatives at commas that are not escaped; each stays escaped inside."""
    return [p for p in re.split(rf"(?<!\\){re.escape(by)}", value) if p != ""]


def plainly(value: str) -> str:
    """Take the escapes out of a value."""
    return re.sub(r"\\([,|$\\])", r"\1", value)


def prefixed(value: str) -> tuple[str, str]:
    """Part a comparison from what is compared with."""
    return (value[:2], value[2:]) if value[:2] in PREFIXES else ("eq", value)


def within(prefix: str, asked: Span, found: Span) -> bool:
    """Compare a time as R4 does: by the ranges that both stand for."""
    inside = found.start >= asked.start and found.end <= asked.end
    if prefix == "eq":
        return inside
    if prefix == "ne":
        return not inside
    if prefix in ("gt", "ge"):
        return found.end > asked.end or (prefix == "ge" and inside)
    if prefix in ("lt", "le"):
        return found.start < asked.start or (prefix == "le" and inside)
    if prefix == "sa":
        return found.start >= asked.end
    if prefix == "eb":
        return found.end <= asked.start
    return found.start < asked.end and found.end > asked.start


def around(prefix: str, asked: Span) -> Span:
    """Widen a time that was asked for approximately, by a tenth of its distance from now."""
    if prefix != "ap":
        return asked
    gap = abs(datetime.now(UTC) - asked.start) / 10
    try:
        return Span(asked.start - gap, asked.end + gap)
    except OverflowError:
        return asked


# --- reading ------------------------------------------------------------------------------------------------------------------


def _missing(made: Criterion, value: str) -> Criterion:
    if value not in ("true", "false"):
        raise bad(f"[:missing] is true or false, not [{plain(value)}].", made.param.name)
    if made.param.person:
        return made
    return replace(made, terms=((term(made.kind, made.param.name, "?", ""),),), without=value == "true", exact=True)


def _token(made: Criterion, base: str) -> Criterion:
    name = made.param.name
    there = term(made.kind, name, "?", "")
    if made.modifier == "of-type":
        for one in made.wanted:
            if len(split(one, "|")) != 3:
                raise bad("[:of-type] asks for system|code|value.", name)
    if made.modifier in ("text", "of-type"):
        return replace(made, terms=((there,),))
    found = tuple((t,) for one in made.wanted for t in _token_terms(made.kind, name, one))
    return replace(made, terms=found, without=made.modifier == "not", exact=True)


def _token_terms(kind: str, name: str, value: str) -> list[int]:
    parts = split_token(value)
    if parts is None:
        return [term(kind, name, "code", plainly(value))]
    system, code = parts
    if not code:
        return [term(kind, name, "system", system)]
    return [term(kind, name, "=", f"{system}|{code}"), term(kind, name, "=", f"{values.BOUND}|{code}")]


def split_token(value: str) -> tuple[str, str] | None:
    """Part system and code at the first bar that is not escaped; None where there is no bar."""
    found = re.split(r"(?<!\\)\|", value, maxsplit=1)
    return (plainly(found[0]), plainly(found[1])) if len(found) == 2 else None


def _reference(made: Criterion, base: str) -> Criterion:
    if made.modifier == "identifier":
        return replace(made, terms=((term(made.kind, made.param.name, "?", ""),),))
    wanted = tuple(w for one in made.wanted for w in _references(one, made.param, base))
    if made.param.person:
        people = frozenset(i for w in wanted if w.startswith("Patient/") and (i := id_of(w[8:])) is not None)
        return replace(made, wanted=wanted, people=people, exact=True)
    found = tuple((term(made.kind, made.param.name, "=", w),) for w in wanted)
    return replace(made, wanted=wanted, terms=found, exact=True)


def _references(value: str, param: Param, base: str) -> list[str]:
    word = plainly(value)
    if base and word.startswith(base + "/"):
        word = word[len(base) + 1 :]
    if "://" in word or word.startswith("urn:"):
        return [word]
    parts = word.split("/")
    if len(parts) >= 2:
        return ["/".join(parts[:2])]
    return [f"{kind}/{word}" for kind in (param.targets or sorted(HELD))]


def _string(made: Criterion, base: str) -> Criterion:
    found, exact = [], made.modifier == ""
    for one in made.wanted:
        words = values.normal(plainly(one))
        if made.modifier == "contains":
            parts = trigrams(words)
            found.append(tuple(term(made.kind, made.param.name, "~", p) for p in parts) or (_there(made),))
        else:
            found.append((term(made.kind, made.param.name, "^", words[:PREFIX]) if words else _there(made),))
            exact = exact and 0 < len(words) <= PREFIX
    return replace(made, terms=tuple(found), exact=exact)


def _there(made: Criterion) -> int:
    return term(made.kind, made.param.name, "?", "")


def _date(made: Criterion, base: str) -> Criterion:
    asked = []
    for one in made.wanted:
        prefix, word = prefixed(one)
        span = values.span(word)
        if span is None:
            raise bad(f"[{plain(one)}] is no time.", made.param.name)
        asked.append((prefix, around(prefix, span)))
    if made.param.primary:
        return replace(made, dates=tuple(asked), exact=True)
    return replace(made, terms=((_there(made),),))


# The parameter whose terms say which codes stand where a composite looks.
_CODES = {("",): "code", ("component",): "component-code", ("", "component"): "combo-code"}


def _composite(made: Criterion, base: str) -> Criterion:
    """Read a$b: each alternative has a word for each part, and both have to be said by one element."""
    for one in made.wanted:
        words = split(one, "$")
        if len(words) != len(made.param.parts):
            raise bad(f"[{made.param.name}] is written {'$'.join(p.name for p in made.param.parts)}.", made.param.name)
        for part, word in zip(made.param.parts, words, strict=True):
            _READ[part.kind](Criterion(made.kind, part, "", (word,)), base)
    code = _CODES[made.param.paths]
    terms = tuple((t,) for one in made.wanted for t in _token_terms(made.kind, code, split(one, "$")[0]))
    return replace(made, terms=terms)


def _is_composite(asked: Criterion, body: Json, one: str) -> bool:
    inner = replace(asked.param, paths=tuple(path for path in asked.param.paths if path))
    places = [*([body] if "" in asked.param.paths else []), *values.elements(body, inner)]
    words = split(one, "$")
    return any(
        all(_COMPARE[p.kind](replace(asked, param=p), place, w) for p, w in zip(asked.param.parts, words, strict=True))
        for place in places
        if isinstance(place, dict)
    )


def _number(made: Criterion, base: str) -> Criterion:
    for one in made.wanted:
        _bounds(one, made.param.name)
    return replace(made, terms=((_there(made),),))


def _uri(made: Criterion, base: str) -> Criterion:
    found = tuple((term(made.kind, made.param.name, "=", plainly(one)),) for one in made.wanted)
    return replace(made, terms=found, exact=True)


_READ: dict[str, Callable[[Criterion, str], Criterion]] = {
    "token": _token, "reference": _reference, "string": _string, "date": _date, "quantity": _number, "number": _number, "uri": _uri,
    "composite": _composite,
}  # fmt: skip


# --- comparing ----------------------------------------------------------------------------------------------------------------


def _is_token(asked: Criterion, body: Json, one: str) -> bool:
    if asked.modifier == "text":
        words = values.normal(plainly(one))
        return any(b.startswith(words) for t in values.tokens(body, asked.param) for b in beginnings(t.words))
    if asked.modifier == "of-type":
        system, code, value = (plainly(p) for p in split(one, "|"))
        typed = (e for e in values.elements(body, asked.param) if isinstance(e, dict) and e.get("value") == value)
        return any(
            c.get("system") == system and c.get("code") == code
            for e in typed
            for c in e.get("type", {}).get("coding", ())
        )
    parts = split_token(one)
    found = values.tokens(body, asked.param)
    if parts is None:
        return any(t.code == plainly(one) for t in found)
    system, code = parts
    if not code:
        return any(t.system == system for t in found)
    return any(t.code == code and t.system in (system, values.BOUND) for t in found)


def _is_reference(asked: Criterion, body: Json, one: str) -> bool:
    if asked.modifier == "identifier":
        held = [e.get("identifier", {}) for e in values.elements(body, asked.param) if isinstance(e, dict)]
        parts = split_token(one)
        if parts is None:
            return any(h.get("value") == plainly(one) for h in held)
        return any((h.get("system", ""), h.get("value")) == parts for h in held)
    return any(r == one or r.partition("|")[0] == one for r in values.references(body, asked.param))


def _is_string(asked: Criterion, body: Json, one: str) -> bool:
    found, words = values.strings(body, asked.param), plainly(one)
    if asked.modifier == "exact":
        return words in found
    if asked.modifier == "contains":
        return any(values.normal(words) in values.normal(f) for f in found)
    return any(b.startswith(values.normal(words)) for f in found for b in beginnings(f))


def _is_date(asked: Criterion, body: Json, one: str) -> bool:
    prefix, word = prefixed(one)
    span = values.span(word)
    found = values.spans(body, asked.param)
    return span is not None and any(within(prefix, around(prefix, span), f) for f in found)


def _is_number(asked: Criterion, body: Json, one: str) -> bool:
    prefix, low, value, high, system, unit = _bounds(one, asked.param.name)
    return any(
        _unit(q, system, unit) and _holds(prefix, low, value, high, q.value) for q in values.amounts(body, asked.param)
    )


def _unit(found: Amount, system: str, unit: str) -> bool:
    if not unit:
        return True
    return (found.code == unit and (not system or found.system == system)) or (not system and found.unit == unit)


def _holds(prefix: str, low: Decimal, value: Decimal, high: Decimal, found: Decimal) -> bool:
    if prefix in ("eq", "ap"):
        return low <= found < high
    if prefix == "ne":
        return not low <= found < high
    if prefix in ("gt", "sa"):
        return found > value
    if prefix in ("lt", "eb"):
        return found < value
    return found >= value if prefix == "ge" else found <= value


def _bounds(one: str, name: str) -> tuple[str, Decimal, Decimal, Decimal, str, str]:
    """Read a number with what its digits leave open: 5.4 is anything from 5.35 up to 5.45."""
    prefix, rest = prefixed(one)
    number, _, unit = rest.partition("|")
    system, _, code = unit.partition("|")
    try:
        value = Decimal(number)
        if not value.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise bad(f"[{plain(one)}] is no number.", name) from None
    exponent = int(value.as_tuple().exponent)
    # R4's own example: 1e2 is anything from 95 up to 105.
    half = Decimal(1).scaleb(exponent - 1 if exponent > 0 else exponent) / 2
    if prefix == "ap":
        half = max(half, abs(value) / 10)
    return prefix, value - half, value, value + half, plainly(system), plainly(code)


def _is_uri(asked: Criterion, body: Json, one: str) -> bool:
    return any(e == plainly(one) for e in values.elements(body, asked.param))


_COMPARE: dict[str, Callable[[Criterion, Json, str], bool]] = {
    "token": _is_token, "reference": _is_reference, "string": _is_string, "date": _is_date, "quantity": _is_number,
    "number": _is_number, "uri": _is_uri, "composite": _is_composite,
}  # fmt: skip


def too_costly(words: str) -> FhirError:
    """Refuse a search that would have to look at too much."""
    return FhirError(400, "too-costly", words)
