"""The history of types: every version of their resources, newest first, page by page.

A version is never newer than its resource's last one, so walking the resources from the one written last finds versions in
order. Whoever sees the records of some people alone, or few classes, is not led past everything else: where the newest hold
too little for a page, theirs are asked for by whose they are, or by their class; each has an index.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from throughcare.access.tokens import Bearer
from throughcare.exchange.fhir import crowd, finding, gate, paging, resource, store
from throughcare.exchange.fhir.call import Call
from throughcare.exchange.fhir.store import Row
from throughcare.kernel.statement import Ready

LEAST, LARGEST = 50, 20_000
# So many of the newest are looked at before what may be seen is asked for by whose it is, or by its class.
FAR = 4_000
# So many at a time of what is asked for so: nearly all of it is seen.
SEEN = 2_000
# Positions are given out before a transaction ends: what was written last stands about, not exactly, last.
SLACK = timedelta(hours=1)
LAST = 2**62

HEAD = "c.type, c.id, c.version, c.person_id, c.data_class, c.labels, c.written_at, c.position"
# From each type its newest, by the index of types; of these the newest; of these what may be seen.
WALK = f"""
WITH heads AS MATERIALIZED (
  SELECT c.* FROM unnest(%s::text[]) AS k (type) CROSS JOIN LATERAL (
    SELECT {HEAD} FROM ledger_current c WHERE c.type = k.type AND c.position < %s ORDER BY c.position DESC LIMIT %s
  ) c ORDER BY c.position DESC LIMIT %s
)
SELECT e.n, e.last, e.at, c.* FROM (SELECT count(*) AS n, min(position) AS last, min(written_at) AS at FROM heads) e
LEFT JOIN heads c ON {{seen}}
"""  # noqa: S608
# From each type and class its newest, by the index of both: for whoever sees few classes of everybody.
BY_CLASS = f"""
SELECT {HEAD} FROM unnest(%s::text[]) AS k (type) CROSS JOIN unnest(%s::text[]) AS d (data_class) CROSS JOIN LATERAL (
  SELECT * FROM ledger_current c WHERE c.type = k.type AND c.data_class = d.data_class AND c.position < %s
  ORDER BY c.position DESC LIMIT %s
) c ORDER BY c.position DESC LIMIT %s
"""  # noqa: S608
# Of some people, and of nobody: all of theirs by the index of persons, and then the newest.
GATHERED = f"""
SELECT {HEAD} FROM (
  SELECT * FROM ledger_current c WHERE c.person_id = ANY (%s) AND c.type = ANY (%s::text[])
  UNION ALL SELECT * FROM ledger_current c WHERE c.person_id IS NULL AND c.type = ANY (%s::text[]) OFFSET 0
) c WHERE c.position < %s AND {{seen}} ORDER BY c.position DESC LIMIT %s
"""  # noqa: S608
BY_TYPE = "SELECT * FROM ledger_current c WHERE c.type = ANY (%s::text[]) AND c.position >= %s AND c.version > 1"
BY_PERSON = """SELECT * FROM ledger_current c WHERE c.person_id = ANY (%s) AND c.type = ANY (%s::text[]) AND c.version > 1
  UNION ALL SELECT * FROM ledger_current c WHERE c.person_id IS NULL AND c.type = ANY (%s::text[]) AND c.version > 1 OFFSET 0"""
VERSION = (
    """v.version, CASE WHEN v.subject_kind = 'person' THEN v.subject END, v.data_class, v.written_at, v.position"""
)
# Behind a page stand the older versions of what was written last before it.
OLDER = f"""
SELECT {HEAD}, {VERSION} FROM ({{heads}}) c JOIN ledger_version v ON v.id = c.id AND v.type = c.type AND v.version < c.version
WHERE c.position >= %s AND v.position < %s AND {{seen}} ORDER BY v.position DESC LIMIT %s
"""  # noqa: S608
VERSIONS = f"""
SELECT v.type, v.id, {VERSION} FROM unnest(%s::text[], %s::uuid[]) AS c (type, id)
JOIN ledger_version v ON v.id = c.id AND v.type = c.type WHERE v.position < %s
"""  # noqa: S608
BODIES = f"""
SELECT c.position, {store.BODY} FROM unnest(%s::uuid[], %s::timestamptz[], %s::bigint[]) AS c (id, written_at, position)
{store.JOIN.format(v="ledger_version")}
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Version:
    """A version, and the last one of its resource: where that is hidden, so is all that was before it."""

    row: Row
    head: Row


@dataclass(slots=True)
class Asked:
    """Whose history is asked for: of which types, before which place, since when; and who of it may stand open."""

    bearer: Bearer
    kinds: list[str]
    before: int
    since: datetime | None
    people: Any

    def is_over(self, at: datetime) -> bool:
        """Tell whether nothing behind what was written then is asked for any more."""
        return self.since is not None and at < self.since - SLACK

    def seen(self) -> tuple[str, list[Any]]:
        """Say in SQL what may be seen: never less than the lens shows, which decides on each entry all the same."""
        could = finding.could(self.bearer)
        if self.people is None:
            return "c.data_class = ANY (%s)", [could]
        return "c.data_class = ANY (%s) AND (c.person_id IS NULL OR c.person_id = ANY (%s))", [could, self.people]


def of_types(
    call: Call, kinds: Sequence[str], path: str, since: datetime | None, until: datetime | None
) -> tuple[list[Row], dict[str, str]]:
    """Give a page of versions of these types, asked for at this path, and its links; none older than `since` or newer than `until`."""
    count = paging.count_of(call)
    before = paging.resume(call, "history", path) or LAST
    asked = Asked(call.bearer, list(kinds), before, since, _people(call.bearer))
    streams: list[_Stream] = [_Heads(asked)] if before == LAST else [_Heads(asked), _Older(asked)]
    shown: list[Row] = []
    waiting: list[Version] = []
    size = max(count + 1, LEAST)
    while True:
        edge = max(one.edge for one in streams)
        for one in streams:
            if one.edge == edge:
                waiting += one.further(size)
        edge = max(one.edge for one in streams)
        ready = [v for v in waiting if v.row.position >= edge]
        waiting = [v for v in waiting if v.row.position < edge]
        shown += _shown(call.bearer, _between(ready, since, until), count + 1 - len(shown))
        if not edge or len(shown) > count:
            break
        size = min(4 * size, LARGEST)  # whoever sees little among much gets there in fewer steps
    links = {"self": f"{call.base}/{path}"}
    if len(shown) > count:
        said = {name: word for name in ("_since", "_at") if (word := call.param(name))}
        said |= {"_page": paging.token(call.bearer, "history", path, str(shown[count - 1].position))}
        links["next"] = f"{call.base}/{path}?_count={count}&{urlencode(said)}"
    return shown[:count], links


def _people(bearer: Bearer) -> Any:
    """Give those whose records may stand open; nothing where that is not limited to some."""
    if bearer.lens.person_id is not None:
        return Ready([bearer.lens.person_id])
    return crowd.of(bearer) if crowd.limits(bearer.lens) else None


class _Heads:
    """What was written last of each resource, newest first, and all that was before it."""

    def __init__(self, asked: Asked) -> None:
        self.asked, self.edge, self.looked = asked, asked.before, 0

    def further(self, size: int) -> list[Version]:
        asked, (seen, given) = self.asked, self.asked.seen()
        own, far = asked.bearer.lens.person_id is not None, self.looked >= FAR
        if own or far:
            size = min(size, SEEN)
            if asked.people is not None:
                values = [asked.people, asked.kinds, asked.kinds, self.edge, *given, size]
                found = store.rows(GATHERED.format(seen=seen), values)
            else:
                found = store.rows(BY_CLASS, [asked.kinds, *given, self.edge, size, size])
            over = len(found) < size or asked.is_over(found[-1][6])
            self.edge = 0 if over else found[-1][7]
        else:
            some = store.rows(WALK.format(seen=seen), [asked.kinds, self.edge, size, size, *given])
            looked, last, at = some[0][:3]
            over = looked < size or asked.is_over(at)
            self.edge, self.looked = 0 if over else last, self.looked + looked
            found = [one[3:] for one in some if one[3] is not None]
        return self._versions([Row(*one) for one in found])

    def _versions(self, heads: list[Row]) -> list[Version]:
        """Give of each resource that the lens shows every version."""
        heads = [one for one in heads if _cuts(self.asked.bearer, one) is not None]
        many = {(one.kind, one.id): one for one in heads if one.version > 1}
        found = [Version(one, one) for one in heads]
        if many:
            values = [[kind for kind, _ in many], [id_ for _, id_ in many], self.asked.before]
            for kind, id_, *version in store.rows(VERSIONS, values):
                head = many[kind, id_]
                if version[0] < head.version:
                    found.append(_version(head, version))
        return found


class _Older:
    """Older versions of what was written since the page before this one."""

    def __init__(self, asked: Asked) -> None:
        self.asked, self.edge = asked, asked.before

    def further(self, size: int) -> list[Version]:
        asked, (seen, given) = self.asked, self.asked.seen()
        if asked.people is None:
            heads, whose = BY_TYPE, [asked.kinds, asked.before]
        else:
            heads, whose = BY_PERSON, [asked.people, asked.kinds, asked.kinds]
        found = store.rows(OLDER.format(heads=heads, seen=seen), [*whose, asked.before, self.edge, *given, size])
        over = len(found) < size or asked.is_over(found[-1][-2])
        self.edge = 0 if over else found[-1][-1]
        last = {(one[0], one[1]): Row(*one[:8]) for one in found}
        shown = {key: head for key, head in last.items() if _cuts(asked.bearer, head) is not None}
        return [_version(shown[one[0], one[1]], one[8:]) for one in found if (one[0], one[1]) in shown]


_Stream = _Heads | _Older


def _version(head: Row, found: Sequence[Any]) -> Version:
    version, person, data_class, at, position = found
    return Version(Row(head.kind, head.id, version, person, data_class, head.labels, at, position), head)


def _cuts(bearer: Bearer, row: Row) -> tuple[str, ...] | None:
    return gate.cuts(bearer, row.kind, row.person_id, row.data_class, row.labels)


def _between(versions: Iterable[Version], since: datetime | None, until: datetime | None) -> list[Version]:
    found = [
        v
        for v in versions
        if (since is None or v.row.written_at >= since) and (until is None or v.row.written_at <= until)
    ]
    return sorted(found, key=lambda v: -v.row.position)


def _shown(bearer: Bearer, versions: list[Version], most: int) -> Iterator[Row]:
    """Give the first so many that are there for the reader, with what they say: no more are read than that needs."""
    versions = [v for v in versions if _cuts(bearer, v.row) is not None]
    at = 0
    while most > 0 and at < len(versions):
        some = versions[at : at + most]
        at += most
        # A cut that knows nothing of its type shows nothing of it: for that the last version has to be read as well.
        _read([*(v.row for v in some), *(v.head for v in some if v.head is not v.row and _cuts(bearer, v.head))])
        for v in some:
            if v.row.body is not None and _there(bearer, v.head) and _there(bearer, v.row):
                most -= 1
                yield v.row


def _there(bearer: Bearer, row: Row) -> bool:
    return resource.there(row, _cuts(bearer, row))


def _read(rows: Sequence[Row]) -> None:
    """Read what these say, each in the one table of its month."""
    by_place: dict[int, list[Row]] = {}
    for one in rows:
        if one.body is None:
            by_place.setdefault(one.position, []).append(one)
    lacking = [some[0] for some in by_place.values()]
    values = [[one.id for one in lacking], [one.written_at for one in lacking], [one.position for one in lacking]]
    for position, subject, digest, body in store.rows(BODIES, values):
        for one in by_place[position]:
            one.body = store.opened(one.word, subject, digest, body, sealed=False)
