"""A search as asked: criteria, what is said of the entry itself (`_id`, `_lastUpdated` …), order, inclusions. Chains are followed here.

A chain and a `_has` are searches of their own, through the same lens: what it hides leads nowhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from throughcare.exchange.fhir import criteria, params, values
from throughcare.exchange.fhir.call import id_of, plain
from throughcare.exchange.fhir.criteria import Criterion, prefixed, split
from throughcare.exchange.fhir.outcome import FhirError, bad, issue
from throughcare.exchange.fhir.params import Param
from throughcare.exchange.fhir.types import HELD
from throughcare.exchange.fhir.values import Span
from throughcare.kernel.fhir import Json

# Say how the answer is given, not what is in it.
OF_ANSWER = frozenset({
    "_count", "_sort", "_total", "_summary", "_elements", "_include", "_revinclude", "_format", "_pretty", "_page",
    "_include:iterate", "_revinclude:iterate", "_include:recurse", "_revinclude:recurse",
})  # fmt: skip
OF_ENTRY = frozenset({"_id", "_lastUpdated", "_tag", "_security", "_profile"})
REFUSED = frozenset(
    {"_filter", "_text", "_content", "_list", "_query", "_contained", "_containedType", "_score", "_type"}
)
Found = Callable[[str, list[tuple[str, str]]], list[tuple[str, UUID]]]
Referring = Callable[[str, list[tuple[str, str]], Param], list[str]]


@dataclass(frozen=True, slots=True)
class Include:
    """One inclusion: from which type, by which parameter, of which type only, and whether what comes is asked again."""

    source: str
    param: str
    target: str
    again: bool


@dataclass(slots=True)
class Query:
    """A search of one type, read and checked."""

    kind: str
    asked: list[tuple[str, str]]
    criteria: list[Criterion] = field(default_factory=list)
    ids: frozenset[UUID] | None = None
    updated: list[tuple[str, Span]] = field(default_factory=list)
    # Parameters that are compared with `meta` as it is shown: name, modifier, alternatives.
    meta: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)
    includes: list[Include] = field(default_factory=list)
    revincludes: list[Include] = field(default_factory=list)
    warnings: list[Json] = field(default_factory=list)
    used: list[tuple[str, str]] = field(default_factory=list)

    @property
    def people(self) -> frozenset[UUID] | None:
        """Give the people whom the search names; None where it names nobody."""
        named = [c.people for c in self.criteria if c.people is not None]
        return frozenset.intersection(*named) if named else None


class Reader:
    """Reads a search; `find` and `refer` run the searches inside it."""

    def __init__(self, base: str, find: Found, refer: Referring, *, strict: bool = False) -> None:
        self.base, self._find, self._refer, self.strict = base, find, refer, strict

    def read(self, kind: str, asked: Sequence[tuple[str, str]]) -> Query:
        """Read a search of a type."""
        query = Query(kind, list(asked))
        for name, value in asked:
            if value == "":
                if name.startswith("_has"):
                    _has_parts(name)
                continue
            if name in OF_ANSWER:
                self._of_answer(query, name, value)
            elif self._criterion(query, name, value):
                query.used.append((name, value))
        return query

    def _criterion(self, query: Query, name: str, value: str) -> bool:
        head, _, rest = name.partition(".")
        base, _, modifier = head.partition(":")
        if base == "_has":
            self._has(query, name, value)
        elif base in OF_ENTRY:
            _of_entry(query, base, modifier, value)
        elif base in params.of(query.kind):
            if rest:
                query.criteria.append(self._chain(query.kind, base, modifier, rest, value))
            else:
                query.criteria.append(criteria.read(query.kind, base, modifier, value, self.base))
        else:
            return self._unknown(query, name)
        return True

    def _unknown(self, query: Query, name: str) -> bool:
        words = f"[{plain(name)}] is no parameter of {query.kind} here."
        if self.strict or name.partition(":")[0] in REFUSED:
            raise bad(words, code="not-supported")
        query.warnings.append(issue("warning", "not-supported", words + " It was passed over."))
        return False

    def _of_answer(self, query: Query, name: str, value: str) -> None:
        base, _, modifier = name.partition(":")
        if base in ("_include", "_revinclude"):
            for one in split(value):
                include = _include(query.kind, base, one, again=modifier in ("iterate", "recurse"))
                (query.includes if base == "_include" else query.revincludes).append(include)
            query.used.append((name, value))
        elif name == "_sort":
            query.order = [_order(query.kind, one) for one in split(value)]
            query.used.append((name, value))
        elif name == "_total" and value not in ("none", "estimate", "accurate"):
            raise bad(f"[_total={plain(value)}] is none of none, estimate, accurate.", "_total")

    def _chain(self, kind: str, name: str, modifier: str, rest: str, value: str) -> Criterion:
        param = params.of(kind)[name]
        if param.kind != "reference":
            raise bad(f"[{name}] of {kind} is no reference, so nothing can be chained to it.", name)
        first = rest.partition(".")[0].partition(":")[0]
        targets = [modifier] if modifier else [t for t in (param.targets or sorted(HELD)) if _knows(t, first)]
        if modifier and modifier not in HELD:
            raise bad(f"There are no resources of type [{plain(modifier)}] here.", name)
        if not targets or not all(_knows(t, first) for t in targets):
            raise bad(f"[{plain(first)}] is no parameter of what [{name}] refers to.", name, code="not-supported")
        found = [f"{k}/{i}" for target in targets for k, i in self._find(target, [(rest, value)])]
        return criteria.of_references(kind, param, found)

    def _has(self, query: Query, name: str, value: str) -> None:
        source, reference, rest = _has_parts(name)
        param = params.of(source).get(reference)
        if (
            param is None
            or param.kind != "reference"
            or not (rest.startswith("_has") or _knows(source, rest.partition(":")[0].partition(".")[0]))
        ):
            raise bad(f"[{plain(name)}] names no parameter of {source}.", "_has", code="not-supported")
        found = self._refer(source, [(rest, value)], param)
        begins = f"{query.kind}/"
        ids = frozenset(i for r in found if r.startswith(begins) and (i := id_of(r[len(begins) :])) is not None)
        query.ids = ids if query.ids is None else query.ids & ids


def _has_parts(name: str) -> tuple[str, str, str]:
    """Part `_has:Type:reference:parameter`; refused where it is written otherwise, with a value or without."""
    parts = name.split(":", 3)
    if len(parts) != 4 or parts[1] not in HELD:
        raise bad("[_has] is written _has:Type:reference:parameter=value.", "_has")
    return parts[1], parts[2], parts[3]


def _knows(kind: str, name: str) -> bool:
    return name in params.of(kind) or name in OF_ENTRY


def _of_entry(query: Query, name: str, modifier: str, value: str) -> None:
    if modifier and not (name in ("_tag", "_security") and modifier == "not"):
        raise bad(f"[:{plain(modifier)}] is not done with [{name}].", name, code="not-supported")
    wanted = split(value)
    if name == "_id":
        ids = frozenset(i for w in wanted if (i := id_of(w)) is not None)
        query.ids = ids if query.ids is None else query.ids & ids
    elif name == "_lastUpdated":
        if len(wanted) != 1:
            raise bad("[_lastUpdated] is one time; name it twice for a range.", name)
        prefix, word = prefixed(wanted[0])
        span = values.span(word)
        if span is None:
            raise bad(f"[{plain(value)}] is no time.", name)
        query.updated.append((prefix, criteria.around(prefix, span)))
    else:
        query.meta.append((name, modifier, tuple(wanted)))


def _order(kind: str, word: str) -> tuple[str, bool]:
    name = word.removeprefix("-")
    if name not in ("_id", "_lastUpdated") and name not in params.of(kind):
        raise bad(f"[{plain(name)}] is no parameter of {kind}, so nothing is sorted by it.", "_sort")
    return name, word.startswith("-")


def _include(kind: str, how: str, word: str, *, again: bool) -> Include:
    source, _, rest = word.partition(":")
    name, _, target = rest.partition(":")
    if word == "*" or name == "*":
        raise bad(f"[{how}=*] is not done: name what is to come with it.", how, code="not-supported")
    if source not in HELD and source.isidentifier():
        raise FhirError(400, "not-supported", f"There are no resources of type [{plain(source)}] here.", how)
    if source == "Provenance" and name == "target":
        return Include(source, name, target, again)
    param = params.of(source).get(name)
    if param is None or param.kind != "reference":
        raise bad(f"[{plain(word)}] names no reference of a type that is here.", how)
    return Include(source, name, target, again)
