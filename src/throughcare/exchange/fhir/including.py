"""What comes with a page: what its entries refer to, and what refers to them. Each passes the lens as if it were asked for."""

from collections.abc import Sequence
from uuid import UUID

from throughcare.access.tokens import Bearer
from throughcare.exchange.fhir import criteria, finding, gate, params, resource, store, values
from throughcare.exchange.fhir.bundle import Entry
from throughcare.exchange.fhir.call import id_of
from throughcare.exchange.fhir.criteria import too_costly
from throughcare.exchange.fhir.finding import Hit
from throughcare.exchange.fhir.query import Include, Query
from throughcare.exchange.fhir.types import STORED
from throughcare.ledger.entry import PLENTIFUL

MOST = 2000
DEEP = 5
Key = tuple[str, UUID]


def included(bearer: Bearer, base: str, query: Query, hits: Sequence[Hit]) -> list[Hit]:
    """Give what comes with these, each once, and none of themselves."""
    have: dict[Key, Hit] = {(h.row.kind, h.row.id): h for h in hits}
    found: dict[Key, Hit] = {}
    asked = [(i, True) for i in query.includes] + [(i, False) for i in query.revincludes]
    fresh = list(hits)
    for depth in range(DEEP):
        new: dict[Key, Hit] = {}
        for include, forward in asked:
            if depth and not include.again:
                continue
            got = _referred(bearer, include, fresh) if forward else _referring(bearer, base, include, fresh)
            new |= {(h.row.kind, h.row.id): h for h in got}
        fresh = [h for key, h in new.items() if key not in have and key not in found]
        found |= {(h.row.kind, h.row.id): h for h in fresh}
        if len(found) > MOST:
            raise too_costly(f"More than {MOST} entries would come with this page. Ask for fewer at a time.")
        if not fresh:
            break
        finding.read(fresh)
    return list(found.values())


def _referred(bearer: Bearer, include: Include, hits: Sequence[Hit]) -> list[Hit]:
    param = params.of(include.source).get(include.param)
    sources = [h for h in hits if h.row.kind == include.source and h.body is not None]
    if param is None or not sources:
        return []
    wanted: dict[str, set[UUID]] = {}
    for hit in sources:
        for reference in values.references(hit.body or {}, param):
            kind, _, word = reference.partition("/")
            id_ = id_of(word)
            if kind in STORED and id_ is not None and include.target in ("", kind):
                wanted.setdefault(kind, set()).add(id_)
    return [h for kind, ids in sorted(wanted.items()) for h in fetched(bearer, kind, sorted(ids))]


def fetched(bearer: Bearer, kind: str, ids: Sequence[UUID]) -> list[Hit]:
    """Give those of these entries that the lens shows."""
    found = store.of_ids(bearer, kind, ids)
    lacking = sorted(set(ids) - {r.id for r in found})
    if lacking and kind in PLENTIFUL:
        found += store.unpacked(store.rows(store.ALONE, [lacking, kind]))
    if lacking:
        found += store.sealed_rows(bearer, kind, lacking)
    seen = ((r, gate.cuts(bearer, r.kind, r.person_id, r.data_class, r.labels)) for r in found)
    return [Hit(r, cuts) for r, cuts in seen if cuts is not None and resource.there(r, cuts)]


def _referring(bearer: Bearer, base: str, include: Include, hits: Sequence[Hit]) -> list[Hit]:
    if include.source not in STORED:
        return []
    param = params.of(include.source)[include.param]
    targets = [f"{h.row.kind}/{h.row.id}" for h in hits if not param.targets or h.row.kind in param.targets]
    if not targets:
        return []
    query = Query(include.source, [], [criteria.of_references(include.source, param, targets)])
    return finding.everything(bearer, query, most=MOST)


def views(bearer: Bearer, base: str, query: Query, hits: Sequence[Hit]) -> list[Entry]:
    """Give what is a view of the ledger itself and was asked to come along: who wrote these."""
    from throughcare.exchange.fhir import provenance

    if not any(i.source == "Provenance" for i in query.revincludes):
        return []
    return provenance.entries_of(bearer, base, [h.row for h in hits])
