"""The history of types: every version of their resources, newest first, page by page."""

from collections.abc import Sequence

from throughcare.exchange.fhir import gate, paging, resource, store
from throughcare.exchange.fhir.call import Call
from throughcare.exchange.fhir.store import Row

CHUNK, LARGEST = 200, 5_000
# From each type its newest, by the index of types; of these the newest.
HEADS = """
SELECT h.id, h.position FROM unnest(%s::text[]) AS k (type) CROSS JOIN LATERAL (
  SELECT c.id, c.position FROM ledger_current c WHERE c.type = k.type AND c.position < %s ORDER BY c.position DESC LIMIT %s
) h ORDER BY h.position DESC LIMIT %s
"""
BODIES = """
SELECT v.type, v.id, v.version, CASE WHEN v.subject_kind = 'person' THEN v.subject END, v.data_class, c.labels, v.written_at,
  v.position, v.happened_at, v.subject::text, v.digest, v.body
FROM ledger_version v JOIN ledger_current c ON c.id = v.id AND c.type = v.type
WHERE v.id = ANY (%s) AND v.type = ANY (%s::text[]) AND v.position < %s
"""
LAST = 2**62


def of_types(call: Call, kinds: Sequence[str], path: str) -> tuple[list[Row], dict[str, str]]:
    """Give a page of versions of these types, asked for at this path, and its links. A version is never newer than its
    resource's last one, so that walking the resources from the one written last finds versions in order."""
    bearer, count = call.bearer, paging.count_of(call)
    before = paging.resume(call, "history", path) or LAST
    found: list[Row] = []
    head, size = LAST, CHUNK
    while True:
        heads = store.rows(HEADS, [list(kinds), head, size, size])
        if heads:
            head = heads[-1][1]
            ids = [h[0] for h in heads]
            read = store.unpacked(store.rows(BODIES, [ids, list(kinds), before]))
            found += [r for r in read if _seen(call, r)]
        done = len(heads) < size
        seen = sorted((r for r in found if done or r.position >= head), key=lambda r: -r.position)
        if done or len(seen) > count:
            break
        size = min(2 * size, LARGEST)  # whoever sees little among much gets there in fewer steps
    links = {"self": f"{call.base}/{path}"}
    if len(seen) > count:
        token = paging.token(bearer, "history", path, str(seen[count - 1].position))
        links["next"] = f"{call.base}/{path}?_count={count}&_page={token}"
    return seen[:count], links


def _seen(call: Call, row: Row) -> bool:
    cuts = gate.cuts(call.bearer, row.kind, row.person_id, row.data_class, row.labels)
    return row.body is not None and resource.there(row, cuts)
