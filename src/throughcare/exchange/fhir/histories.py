"""The history of a type: every version of its resources, newest first, page by page."""

from throughcare.exchange.fhir import gate, paging, resource, store
from throughcare.exchange.fhir.call import Call
from throughcare.exchange.fhir.store import Row

CHUNK = 200
HEADS = """
SELECT c.id, c.position FROM ledger_current c WHERE c.type = %s AND c.position < %s ORDER BY c.position DESC LIMIT %s
"""
BODIES = """
SELECT v.type, v.id, v.version, CASE WHEN v.subject_kind = 'person' THEN v.subject END, v.data_class, c.labels, v.written_at,
  v.position, v.happened_at, v.subject::text, v.digest, v.body
FROM ledger_version v JOIN ledger_current c ON c.id = v.id AND c.type = v.type
WHERE v.id = ANY (%s) AND v.type = %s AND v.position < %s
"""
LAST = 2**62


def of_type(call: Call, kind: str) -> tuple[list[Row], dict[str, str]]:
    """Give a page of versions and its links. A version is never newer than its resource's last one, so that walking the
    resources from the one written last finds versions in order."""
    bearer, count = call.bearer, paging.count_of(call)
    before = paging.resume(call, "history", kind) or LAST
    found: list[Row] = []
    head = LAST
    while True:
        heads = store.rows(HEADS, [kind, head, CHUNK])
        if heads:
            head = heads[-1][1]
            ids = [h[0] for h in heads]
            found += list(store.unpacked(store.rows(BODIES, [ids, kind, before])))
        done = len(heads) < CHUNK
        sure = sorted((r for r in found if done or r.position >= head), key=lambda r: -r.position)
        seen = [r for r in sure if _seen(call, r)]
        if done or len(seen) > count:
            break
    links = {"self": f"{call.base}/{kind}/_history"}
    if len(seen) > count:
        token = paging.token(bearer, "history", kind, str(seen[count - 1].position))
        links["next"] = f"{call.base}/{kind}/_history?_count={count}&_page={token}"
    return seen[:count], links


def _seen(call: Call, row: Row) -> bool:
    cuts = gate.cuts(call.bearer, row.kind, row.person_id, row.data_class, row.labels)
    return row.body is not None and resource.there(row, cuts)
