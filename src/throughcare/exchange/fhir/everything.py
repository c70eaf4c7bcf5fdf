"""Patient/$everything: all that the lens shows of one person, with the people and places it speaks of; and $docref over documents."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from throughcare.exchange.fhir import finding, including, months, paging, resource, store, values
from throughcare.exchange.fhir.bundle import Entry, bundle
from throughcare.exchange.fhir.call import Answer, Call, id_of
from throughcare.exchange.fhir.criteria import too_costly, within
from throughcare.exchange.fhir.finding import Hit
from throughcare.exchange.fhir.outcome import FhirError, bad, not_found
from throughcare.exchange.fhir.params import primary
from throughcare.exchange.fhir.query import Query
from throughcare.exchange.fhir.reading import with_present_lens
from throughcare.exchange.fhir.registry import interaction
from throughcare.exchange.fhir.search import searched
from throughcare.exchange.fhir.types import LEAN, STORED
from throughcare.exchange.fhir.values import Span

EVERYTHING = "http://hl7.org/fhir/OperationDefinition/Patient-everything"
DOCREF = "http://hl7.org/fhir/us/core/OperationDefinition/docref"
PATIENT = frozenset({"Patient"})
DOCUMENT = frozenset({"DocumentReference"})
# Whom and what a person's entries speak of: comes along, so that the answer can be read by itself.
AROUND = frozenset({"Practitioner", "PractitionerRole", "Organization", "Location"})
# What is shown whole is not read for it: its own bytes say whom it names.
_AROUND = re.compile(rb'"reference":"((?:%b)/[0-9a-f-]{36})"' % "|".join(sorted(AROUND)).encode())
# The epoch, whether anything sealed was ever kept of the person, and what is not: one statement, which looks in the newest months.
_OF_PERSON = f"""
WITH found AS MATERIALIZED (
  SELECT {store.COLUMNS} FROM ledger_current c
  WHERE c.person_id = %s AND c.type = ANY (%s::text[]) AND c.written_at >= %s ORDER BY c.position DESC LIMIT {finding.MANY + 1}
), hidden AS (
  SELECT EXISTS (SELECT FROM ledger_head h WHERE h.sealed AND h.n > 0 AND h.subject = %s) AS sealed
)
SELECT e.n, h.sealed, {store.COLUMNS}, {store.BODY} FROM access_epoch e CROSS JOIN hidden h
LEFT JOIN (found c {{join}}) ON true
"""  # noqa: S608


@lru_cache(maxsize=20)
def _of_person_within(bounds: months.Bounds) -> str:
    return _OF_PERSON.format(join=store.JOIN_WITHIN.format(within=months.within(bounds)))


@interaction(
    "operation", "GET", "instance", "$everything", types=PATIENT, operation=EVERYTHING, doc="All of one person."
)
@with_present_lens
def everything(call: Call, kind: str, id: str) -> Answer:
    """Give all that the lens shows of a person (`_type`, `_since`, `start`, `end`, `_count`)."""
    return _everything(call, id, call.params)


@interaction("operation", "POST", "instance", "$everything", types=PATIENT, operation=EVERYTHING)
@with_present_lens
def everything_posted(call: Call, kind: str, id: str) -> Answer:
    """Give the same, asked for by Parameters."""
    return _everything(call, id, parameters_of(call))


@interaction("operation", "GET", "type", "$docref", types=DOCUMENT, operation=DOCREF, doc="Documents of one patient.")
@with_present_lens
def docref(call: Call, kind: str) -> Answer:
    """Give a patient's documents (`patient`, `start`, `end`, `type`)."""
    return _docref(call, call.params)


@interaction("operation", "POST", "type", "$docref", types=DOCUMENT, operation=DOCREF)
@with_present_lens
def docref_posted(call: Call, kind: str) -> Answer:
    """Give the same, asked for by Parameters."""
    return _docref(call, parameters_of(call))


def parameters_of(call: Call) -> list[tuple[str, str]]:
    """Read an operation's parameters: from the query, and from a Parameters resource."""
    found = list(call.params)
    if not call.body:
        return found
    body = call.json()
    if body.get("resourceType") != "Parameters":
        raise bad("An operation is asked for with a Parameters resource.", "resourceType")
    for one in body.get("parameter") or ():
        for name, value in one.items() if isinstance(one, dict) else ():
            if name.startswith("value"):
                found.append((str(one.get("name")), _plain(value)))
    return found


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        coding = next(iter(value.get("coding", ())), value)
        return f"{coding.get('system', '')}|{coding['code']}" if "code" in coding else str(value.get("reference", ""))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _docref(call: Call, asked: Sequence[tuple[str, str]]) -> Answer:
    said = dict(asked)
    if not said.get("patient"):
        raise bad("[$docref] asks for a [patient].", "patient", code="required")
    if said.get("on-demand") == "true":
        raise FhirError(400, "not-supported", "No document is made on demand here.", "on-demand")
    search = [("patient", said["patient"])]
    search += [("date", f"{prefix}{said[name]}") for name, prefix in (("start", "ge"), ("end", "le")) if said.get(name)]
    search += [("type", v) for k, v in asked if k == "type"]
    search += [(k, v) for k, v in asked if k in ("_count", "_page")]
    call.params[:] = search
    return searched(call, "DocumentReference", search)


def _everything(call: Call, id: str, asked: Sequence[tuple[str, str]]) -> Answer:
    bearer, uuid = call.bearer, id_of(id)
    if uuid is None:
        raise not_found(f"Patient/{id}"[:120])
    said = dict(asked)
    kinds = [k for word in [v for n, v in asked if n == "_type"] for k in word.split(",")] or sorted(STORED)
    if unknown := [k for k in kinds if k not in STORED]:
        raise bad(f"There are no resources of type [{unknown[0][:40]}] here.", "_type")
    hits = _of_person(call, uuid, kinds, _time(said, "_since"))
    if not any(h.row.kind == "Patient" and h.row.id == uuid for h in hits) and not including.fetched(
        bearer, "Patient", [uuid]
    ):
        raise not_found(f"Patient/{id}")
    hits = [h for h in hits if _between(h, _time(said, "start"), _time(said, "end"))]
    hits.sort(key=lambda h: (h.row.kind != "Patient", h.row.kind, -h.row.position))
    begin = _begin(call, said)
    count = paging.count_of(call, default=finding.MANY)
    page = hits[begin : begin + count]
    around = _around(call, page) if said.get("_type") is None else []
    entries = []
    for mode, some in (("match", page), ("include", around)):
        for hit in some:
            body = resource.shown(hit.row, hit.cuts)
            if body is not None:
                entries.append(Entry(f"{call.base}/{hit.row.kind}/{hit.row.word.decode()}", body, mode))
    store.note(bearer, "fhir everything", [h.row for h in page])
    links = {"self": f"{call.base}/Patient/{id}/$everything"}
    if len(hits) > begin + count:
        token = paging.token(bearer, "everything", id, begin + count)
        more = "".join(f"&{k}={v}" for k, v in asked if k in ("_type", "_since", "start", "end", "_count"))
        links["next"] = f"{links['self']}?_page={token}{more}"
    return Answer(body=bundle("searchset", entries, links=links, total=len(hits)))


def _begin(call: Call, said: dict[str, str]) -> int:
    if not said.get("_page"):
        return 0
    what, whose, begin = [*paging.opened(call.bearer, said["_page"]), "", "", ""][:3]
    if what != "everything" or whose != call.parts[1]:
        raise bad("This page belongs to another search.", "_page")
    return int(begin)


def _of_person(call: Call, person: UUID, kinds: Sequence[str], since: Span | None) -> list[Hit]:
    bearer = call.bearer
    at = since.start if since else values.EARLIEST
    stored = [k for k in kinds if k not in LEAN]
    rows = store.rows(_of_person_within(months.newest()), [person, stored, at, person])
    if rows[0][0] != bearer.epoch:
        raise store.EpochMoved
    sealed = rows[0][1]
    if len(rows) > finding.MANY:
        raise too_costly(
            f"There are more than {finding.MANY} entries. Ask type by type (_type), or from a time on (_since)."
        )
    whole = store.completed(bearer, [r[2:] for r in rows if r[2] is not None])
    found = finding.judged(bearer, Query("", []), list(store.unpacked(whole)))
    for kind in kinds:
        query = Query(kind, [], ids=None)
        if kind in LEAN:
            query.criteria.append(finding.of_person(kind, person))
            search = finding.everything if sealed else finding.doses
            found += [h for h in search(bearer, query) if h.row.written_at >= at]
    return found + (finding.sealed_of_person(bearer, kinds, person, known=True) if sealed else [])


def _around(call: Call, page: Sequence[Hit]) -> list[Hit]:
    """Give the staff and places that these refer to."""
    finding.read([h for h in page if h.cuts or h.row.body is None])
    wanted: dict[str, set[UUID]] = {}
    for hit in page:
        for reference in _AROUND.findall(hit.row.body or b"") if not hit.cuts else _references(hit.body):
            kind, _, word = (reference.decode() if isinstance(reference, bytes) else reference).partition("/")
            if kind in AROUND and (id_ := id_of(word)) is not None:
                wanted.setdefault(kind, set()).add(id_)
    return [h for kind, ids in sorted(wanted.items()) for h in including.fetched(call.bearer, kind, sorted(ids))]


def _references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [r for one in value for r in _references(one)]
    if isinstance(value, dict):
        own = [value["reference"]] if isinstance(value.get("reference"), str) else []
        return [*own, *(r for v in value.values() if isinstance(v, list | dict) for r in _references(v))]
    return []


def _time(said: dict[str, str], name: str) -> Span | None:
    word = said.get(name)
    if not word:
        return None
    found = values.span(word)
    if found is None:
        raise bad(f"[{name}] is no time.", name)
    return found


def _between(hit: Hit, start: Span | None, end: Span | None) -> bool:
    if start is None and end is None:
        return True
    param = primary(hit.row.kind)
    finding.read([hit])
    found = values.spans(hit.body or {}, param) if param and hit.row.kind != "Patient" else []
    return not found or any(
        (start is None or within("ge", start, s) or s.end > start.start) and (end is None or s.start < end.end)
        for s in found
    )
