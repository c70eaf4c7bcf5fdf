"""Finds what answers a search: the index proposes, the lens decides, and what is cut is compared as it is cut.

Nothing that the lens hides is counted, sorted by, chained through or followed. An entry that is shown less than whole is
found by what is shown of it and by nothing else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from throughcare.access import labels
from throughcare.access.tokens import Bearer
from throughcare.exchange.fhir import crowd, gate, granular, params, profiles, store, values
from throughcare.exchange.fhir.criteria import Criterion, split_token, too_costly
from throughcare.exchange.fhir.params import Param
from throughcare.exchange.fhir.query import Query
from throughcare.exchange.fhir.store import Row
from throughcare.exchange.fhir.types import LEAN
from throughcare.exchange.fhir.values import Span
from throughcare.kernel.fhir import Json
from throughcare.kernel.statement import Ready
from throughcare.kernel.vocabulary import DataClass, Verb

# How many entries one search looks at one by one; what needs more asks for a narrower question.
MANY = 10_000
CHUNK = 100
LAST = 2**62


@dataclass(slots=True)
class Hit:
    """An entry that answers, by which cuts it is shown, and what it then says (read when needed)."""

    row: Row
    cuts: tuple[str, ...]
    body: Json | None = field(default=None)


# --- asking the index -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Asked:
    """A statement being put together."""

    conditions: list[str]
    values: list[Any]

    def add(self, condition: str, *given: Any) -> None:
        """Add a condition."""
        self.conditions.append(condition)
        self.values += given


def asked_of(bearer: Bearer, query: Query, *, walking: bool = False) -> Asked:
    """Say a search in SQL: never less than what answers, and exactly that wherever the index decides it.

    Walking, entries of the type are come by in their order, and the index of terms stays out of the way.
    """
    asked = Asked([], []) if walking else Asked(["c.type = %s"], [query.kind])
    asked.add("c.data_class = ANY (%s)", could(bearer))
    people, near = query.people, query.people is not None or query.ids is not None
    own = bearer.lens.person_id
    if own is not None:
        people = frozenset({own}) if people is None else people & {own}
        asked.add("(c.person_id IS NULL OR c.person_id = %s)", own)
    if query.people is not None:
        _one_of(asked, "c.person_id", sorted(people or ()))
    elif own is None and crowd.limits(bearer.lens):
        asked.add("(c.person_id IS NULL OR c.person_id = ANY (%s))", crowd.of(bearer))
    if query.ids is not None:
        _one_of(asked, "c.id", sorted(query.ids))
    for prefix, span in query.updated:
        _time(asked, "c.written_at", "c.written_at", prefix, span)
    for one in query.criteria:
        _criterion(bearer, asked, one, near or walking, array=UNSEEN if walking else SEEN)
    return asked


def _one_of(asked: Asked, column: str, ids: list[UUID]) -> None:
    """Ask for one as for one: the planner does not know how many stand in a list."""
    if len(ids) == 1:
        asked.add(f"{column} = %s", ids[0])
    else:
        asked.add(f"{column} = ANY (%s)", ids)


def could(bearer: Bearer) -> Ready:
    if "could" not in bearer.known:
        lens = bearer.lens
        verbs = (Verb.READ, Verb.SUMMARY, Verb.OPERATIONAL)
        every = bool(lens.opened)
        bearer.known["could"] = Ready([c.value for c in DataClass if every or any(lens.could(v, c) for v in verbs)])
    found: Ready = bearer.known["could"]
    return found


# Terms as a value, or as one that the planner can't look into: so it has nothing to plan anew for.
SEEN, UNSEEN = "%s::bigint[]", "(SELECT %s::bigint[])"


def _criterion(bearer: Bearer, asked: Asked, one: Criterion, near: bool, array: str) -> None:
    if one.dates:
        parts = Asked([], [])
        for prefix, span in one.dates:
            _time(parts, "c.from_at", "c.to_at", prefix, span)
        asked.add("(" + " OR ".join(parts.conditions) + ")", *parts.values)
    if not one.terms:
        if one.people is None and not one.dates and one.modifier != "missing":
            asked.add("false")
        return
    if all(len(a) == 1 for a in one.terms):
        condition, given = f"c.terms && {array}", [[a[0] for a in one.terms]]
    else:
        condition = "(" + " OR ".join([f"c.terms @> {array}"] * len(one.terms)) + ")"
        given = [list(a) for a in one.terms]
    if one.without:
        # What is not plainly shown is compared one by one: the index knows words that a cut takes away.
        asked.add(f"(({condition}) IS FALSE OR NOT {PLAIN})", *given, gate.free(bearer), gate.telling(bearer))
    else:
        # A person's entries are found by person; the index of terms would only be in the way.
        asked.add(f"({condition}) IS TRUE" if near else condition, *given)


PLAIN = "(c.data_class = ANY (%s::text[]) AND c.labels & %s = 0)"


def _time(asked: Asked, start: str, end: str, prefix: str, span: Span) -> None:
    inside = f"({start} >= %s AND {end} {'<=' if start != end else '<'} %s)"
    both = [span.start, span.end]
    match prefix:
        case "eq":
            asked.add(inside, *both)
        case "ne":
            asked.add(f"NOT {inside}", *both)
        case "gt":
            asked.add(f"{end} {'>' if start != end else '>='} %s", span.end)
        case "ge":
            asked.add(f"({end} > %s OR {inside})", span.end, *both)
        case "lt":
            asked.add(f"{start} < %s", span.start)
        case "le":
            asked.add(f"({start} < %s OR {inside})", span.start, *both)
        case "sa":
            asked.add(f"{start} >= %s", span.end)
        case "eb":
            asked.add(f"{end} <= %s", span.start)
        case _:
            asked.add(f"({start} < %s AND {end} > %s)", span.end, span.start)


# --- what answers ---------------------------------------------------------------------------------------------------------------


def everything(bearer: Bearer, query: Query, *, most: int = MANY) -> list[Hit]:
    """Give all that answers, the one written last first; refuses what would be too many to look at."""
    if query.kind in LEAN:
        hits = [*doses(bearer, query, most), *_sealed(bearer, query)]
        return sorted(hits, key=lambda h: -h.row.position)
    asked = asked_of(bearer, query)
    found = _heads(asked, most + 1, near=query.people is not None or query.ids is not None)
    if len(found) > most:
        raise too_costly(f"More than {most} entries would have to be looked at. Name a patient, or ask for less.")
    return sorted([*judged(bearer, query, found), *_sealed(bearer, query)], key=lambda h: -h.row.position)


def by_and_by(bearer: Bearer, query: Query, before: int) -> Iterator[Hit]:
    """Give what answers, the one written last first, looking at some at a time."""
    asked = asked_of(bearer, query)
    size = CHUNK
    while True:
        part = Asked([*asked.conditions, "c.position < %s"], [*asked.values, before])
        found = _heads(part, size, near=False)
        yield from judged(bearer, query, found)
        if len(found) < size:
            return
        before, size = found[-1].position, min(size * 2, 2000)


def _heads(asked: Asked, limit: int, *, near: bool) -> list[Row]:
    where = " AND ".join(asked.conditions)
    sql = f"SELECT {store.COLUMNS} FROM ledger_current c WHERE {where} ORDER BY c.position DESC LIMIT %s"  # noqa: S608
    return [
        Row(k, i, v, p, cls, bits, at, pos, None, since)
        for k, i, v, p, cls, bits, at, pos, since in store.rows(sql, [*asked.values, limit], prepare=near)
    ]


def judged(bearer: Bearer, query: Query, found: Sequence[Row]) -> list[Hit]:
    """Give those that the lens shows and that answer as they are shown."""
    seen = [
        Hit(r, cuts)
        for r in found
        if (cuts := gate.cuts(bearer, r.kind, r.person_id, r.data_class, r.labels)) is not None
    ]
    doubtful = [h for h in seen if _doubt(bearer, query, h)]
    read(doubtful)
    wrong = {id(h) for h in doubtful if not _answers(query, h)}
    return [h for h in seen if id(h) not in wrong]


def _doubt(bearer: Bearer, query: Query, hit: Hit) -> bool:
    """Tell whether an entry has to be read to know that it answers."""
    if query.meta or (hit.cuts and query.criteria) or (hit.row.body is not None and query.criteria):
        return True
    if all(c.exact and not c.without for c in query.criteria):
        return bool(hit.cuts)
    plain = hit.row.data_class in gate.free(bearer) and not hit.row.labels & gate.telling(bearer)
    return not all(c.exact and (plain or not c.without) for c in query.criteria)


def _answers(query: Query, hit: Hit) -> bool:
    if hit.body is None:
        return False
    if query.ids is not None and hit.row.id not in query.ids:
        return False
    body = hit.body
    return all(_is(c, hit, body) for c in query.criteria) and all(_meta_is(hit, *m) for m in query.meta)


def _is(one: Criterion, hit: Hit, body: Json) -> bool:
    if one.people is not None and not hit.cuts:
        return hit.row.person_id in one.people
    return one.answers(body)


def _meta_is(hit: Hit, name: str, modifier: str, wanted: tuple[str, ...]) -> bool:
    said = (hit.body or {}).get("meta", {})
    if name == "_profile":
        claims = {*said.get("profile", ()), *profiles.of(hit.row.kind, hit.row.body or b"")}
        return any(w in claims for w in wanted)
    codings = list(said.get("tag", ())) if name == "_tag" else []
    if name == "_security":
        codings = labels.spliced({}, hit.row.labels, DataClass(hit.row.data_class))["meta"]["security"]
    found = any(_coded(w, c) for w in wanted for c in codings)
    return not found if modifier == "not" else found


def _coded(word: str, coding: Json) -> bool:
    parts = split_token(word)
    if parts is None:
        return bool(coding.get("code") == word)
    return (coding.get("system", ""), coding.get("code")) == parts or (
        not parts[1] and coding.get("system") == parts[0]
    )


BODIES = f"""
SELECT {store.COLUMNS}, {store.BODY} FROM ledger_current c {store.JOIN.format(v="ledger_version")} WHERE c.type = %s AND c.id = ANY (%s)
"""  # noqa: S608


def read(hits: Sequence[Hit]) -> None:
    """Read what these entries say, as they are shown."""
    by_kind: dict[str, list[UUID]] = {}
    for hit in hits:
        if hit.row.body is None:
            by_kind.setdefault(hit.row.kind, []).append(hit.row.id)
    bodies = {
        (r.kind, r.id): r.body for kind, ids in by_kind.items() for r in store.unpacked(store.rows(BODIES, [kind, ids]))
    }
    for hit in hits:
        if hit.row.body is None:
            hit.row = replace(hit.row, body=bodies.get((hit.row.kind, hit.row.id)))
        if hit.body is None and hit.row.body is not None:
            hit.body = granular.cut(orjson.loads(hit.row.body), *hit.cuts)


def referred(hits: Sequence[Hit], param: Param) -> list[str]:
    """Give what these entries refer to by a parameter, as they are shown."""
    plain = [h for h in hits if param.person and not h.cuts and h.row.person_id is not None]
    rest = [h for h in hits if not (param.person and not h.cuts)]
    read(rest)
    found = [f"Patient/{h.row.person_id}" for h in plain]
    return [*found, *(r for h in rest if h.body is not None for r in values.references(h.body, param))]


# --- sealed and lean --------------------------------------------------------------------------------------------------------------

SEALED_OF = f"""
SELECT {store.COLUMNS}, {store.BODY} FROM ledger_sealed_current c {store.JOIN.format(v="ledger_sealed_version")}
WHERE c.type = %s AND (c.person_id = ANY (%s) OR c.id = ANY (%s))
"""  # noqa: S608


def _sealed(bearer: Bearer, query: Query) -> list[Hit]:
    """Find sealed entries, where a patient or an id is named: they have no terms, and are read one by one."""
    from throughcare.kernel import db

    if not gate.sealed(bearer.lens) or (query.people is None and query.ids is None):
        return []
    if query.people is not None and not store.rows(ANY_SEALED, [sorted(query.people)])[0][0]:
        return []
    with db.reading(bearer.lens):
        rows = store.rows(SEALED_OF, [query.kind, sorted(query.people or ()), sorted(query.ids or ())])
    found = [r for r in store.unpacked(rows, sealed=True) if query.people is None or r.person_id in query.people]
    return judged(bearer, query, [r for r in found if _written(query, r)])


# Whether anything sealed was ever kept of these people: where not, nothing sealed is looked for.
ANY_SEALED = "SELECT EXISTS (SELECT FROM ledger_head h WHERE h.sealed AND h.n > 0 AND h.subject = ANY (%s::uuid[]))"
SEALED_OF_PERSON = f"""
SELECT {store.COLUMNS}, {store.BODY} FROM ledger_sealed_current c {store.JOIN.format(v="ledger_sealed_version")}
WHERE c.type = ANY (%s::text[]) AND c.person_id = %s
"""  # noqa: S608


def sealed_of_person(bearer: Bearer, kinds: Sequence[str], person: UUID, *, known: bool = False) -> list[Hit]:
    """Give the sealed entries of a person that the database and the lens open; it may be known that there are some."""
    from throughcare.kernel import db

    if not gate.seals(bearer) or not (known or store.rows(ANY_SEALED, [[person]])[0][0]):
        return []
    with db.reading(bearer.lens):
        rows = store.rows(SEALED_OF_PERSON, [[k for k in kinds if k not in LEAN], person])
    return judged(bearer, Query("", []), list(store.unpacked(rows, sealed=True)))


def of_person(kind: str, person: UUID) -> Criterion:
    """Ask for the entries of one person; for a Patient, for that very one."""
    param = params.persons(kind) or params.Param("_person", "reference", (), params.PATIENT, person=True)
    return Criterion(kind, param, "", (f"Patient/{person}",), exact=True, people=frozenset({person}))


_DOSES = f"""
SELECT DISTINCT ON (v.id) v.type, v.id, v.version, v.subject, v.data_class, coalesce(c.labels, 0), v.written_at, v.position, v.happened_at,
  {store.BODY}
FROM ledger_version v LEFT JOIN ledger_current c ON c.type = v.type AND c.id = v.id
WHERE {{which}} AND v.subject_kind = 'person' AND v.written_at >= %s
ORDER BY v.id, v.version DESC
"""  # noqa: S608
DOSES = _DOSES.format(which="v.type = %s AND (v.subject = ANY (%s) OR v.id = ANY (%s))")
# Of one person, and so that the planner can't look at whom: else it is planned anew each time, over every month.
DOSES_OF_ONE = _DOSES.format(which="v.type = (SELECT %s::text) AND v.subject = (SELECT %s::uuid)")
# How much earlier than it was written something may say that it happened later: a tablet's clock may be off.
SLACK = timedelta(days=1)


def doses(bearer: Bearer, query: Query, most: int = MANY) -> list[Hit]:
    """Find entries of a lean type that are not sealed: a person's, from a time on, each compared with what is asked."""
    if query.people is None and query.ids is None:
        raise too_costly(f"{query.kind} is found by patient: name one.")
    since = values.EARLIEST
    for one in query.criteria:
        if one.dates and all(p in ("eq", "gt", "ge", "sa") for p, _ in one.dates):
            since = max(since, min(s.start for _, s in one.dates) - SLACK)
    people, ids = sorted(query.people or ()), sorted(query.ids or ())
    if len(people) == 1 and not ids:
        found = store.rows(DOSES_OF_ONE, [query.kind, people[0], since])
    else:
        found = store.rows(DOSES, [query.kind, people, ids, since])
    if len(found) > most:
        raise too_costly(f"More than {most} entries would have to be looked at. Ask from a date on.")
    rows = [r for r in store.unpacked(found) if query.people is None or r.person_id in query.people]
    return judged(bearer, query, [r for r in rows if _written(query, r)])


def _written(query: Query, row: Row) -> bool:
    from throughcare.exchange.fhir.criteria import within

    moment = Span(row.written_at, row.written_at + timedelta(microseconds=1))
    return all(within(prefix, span, moment) for prefix, span in query.updated)


# --- order --------------------------------------------------------------------------------------------------------------------


def ordered(hits: list[Hit], order: Sequence[tuple[str, bool]]) -> list[Hit]:
    """Sort by what is shown; what says nothing stands last."""
    read([h for h in hits if any(_needs_body(h, name) for name, _ in order)])
    for name, down in reversed(order):
        keyed = [(k, h) for h in hits if (k := _key(h, name)) is not None]
        keyed.sort(key=lambda pair: pair[0], reverse=down)
        there = [h for _, h in keyed]
        with_key = {id(h) for h in there}
        hits = [*there, *(h for h in hits if id(h) not in with_key)]
    return hits


def _needs_body(hit: Hit, name: str) -> bool:
    if name in ("_id", "_lastUpdated"):
        return False
    if hit.cuts or not params.of(hit.row.kind)[name].primary:
        return True
    # What is sealed or lean has no date in the index.
    return hit.row.body is not None or hit.row.from_at is None


def _key(hit: Hit, name: str) -> Any:
    if name == "_id":
        return str(hit.row.id)
    if name == "_lastUpdated":
        return hit.row.written_at
    param = params.of(hit.row.kind)[name]
    if not _needs_body(hit, name):
        return hit.row.from_at
    body = hit.body
    if body is None:
        return None
    match param.kind:
        case "date":
            return min((s.start for s in values.spans(body, param)), default=None)
        case "string":
            return min((values.normal(w) for w in values.strings(body, param)), default=None)
        case "quantity" | "number":
            return min((a.value for a in values.amounts(body, param)), default=None)
        case "reference":
            return min(values.references(body, param), default=None)
        case _:
            return min(((t.system, t.code) for t in values.tokens(body, param)), default=None)
