"""Provenance: who wrote a version, when, and by which act. A view of the ledger's own header; shown with what it is of."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from throughcare.access.tokens import Bearer
from throughcare.exchange.fhir import gate, reading, resource, store
from throughcare.exchange.fhir.bundle import Entry
from throughcare.exchange.fhir.call import Answer, Call, id_of
from throughcare.exchange.fhir.exact import write
from throughcare.exchange.fhir.outcome import bad, not_found
from throughcare.exchange.fhir.reading import with_present_lens
from throughcare.exchange.fhir.registry import interaction
from throughcare.exchange.fhir.store import Row
from throughcare.exchange.fhir.types import STORED
from throughcare.kernel.fhir import LOCAL, Json, coding, concept, filled, instant

KIND = frozenset({"Provenance"})
AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
ACT = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
HEADERS = """
SELECT v.type, v.id, v.version, v.action, v.actor, v.source, v.happened_at, v.written_at FROM {table} v
WHERE v.id = ANY (%s) AND v.type = ANY (%s) AND (%s = 0 OR v.version = %s) ORDER BY v.id, v.version DESC
"""


def entries_of(bearer: Bearer, base: str, shown: Sequence[Row]) -> list[Entry]:
    """Give who wrote the present versions of what is shown."""
    present = {(r.kind, r.id, r.version) for r in shown}
    found = []
    for row in _headers(bearer, [r.id for r in shown], sorted({r.kind for r in shown})):
        if (row[0], row[1], row[2]) in present:
            body = _rendered(*row)
            found.append(Entry(f"{base}/Provenance/{body['id']}", write(body), "include"))
    return found


@interaction("read", "GET", "instance", types=KIND, doc="Says who wrote a version, and when.")
@with_present_lens
def read(call: Call, kind: str, id: str) -> Answer:
    """Give the provenance of one version."""
    if "." not in id:  # another system's, kept as it was sent
        return reading.read(call, kind, id)
    word, _, number = id.rpartition(".")
    uuid = id_of(word)
    if uuid is None or not number.isdigit() or len(number) > 9:
        raise not_found(f"Provenance/{id}"[:120])
    for row in _headers(call.bearer, [uuid], sorted(STORED), int(number)):
        target = _shown(call.bearer, row[0], uuid)
        if target is not None:
            store.note(call.bearer, "fhir read Provenance", [target])
            return Answer(body=_rendered(*row))
    raise not_found(f"Provenance/{id}")


@interaction(
    "search-type", "GET", "type", types=KIND, doc="Says who wrote a resource: by target, or of all of a patient's."
)
@with_present_lens
def search(call: Call, kind: str) -> Answer:
    """Give the provenance of what is named by `target`."""
    from throughcare.exchange.fhir.bundle import bundle

    targets = [t for k, v in call.params if k == "target" for t in v.split(",")]
    if not targets:
        raise bad(
            "Provenance is found by what it is of: name a [target], such as Patient/….", "target", code="required"
        )
    found: list[Entry] = []
    seen: list[Row] = []
    for one in targets[:100]:
        of_kind, _, word = one.removeprefix(call.base + "/").partition("/")
        uuid = id_of(word.partition("/")[0])
        row = _shown(call.bearer, of_kind, uuid) if uuid is not None and of_kind in STORED else None
        if row is None or uuid is None:
            continue
        seen.append(row)
        for header in _headers(call.bearer, [uuid], [of_kind]):
            body = _rendered(*header)
            found.append(Entry(f"{call.base}/Provenance/{body['id']}", write(body), "match"))
    store.note(call.bearer, "fhir search Provenance", seen)
    return Answer(body=bundle("searchset", found, links={"self": f"{call.base}/Provenance"}, total=len(found)))


def _shown(bearer: Bearer, kind: str, id: UUID) -> Row | None:
    row, _ = store.one(bearer, kind, id, route="fhir read Provenance", logged=False)
    if row is None or not resource.there(row, gate.cuts(bearer, kind, row.person_id, row.data_class, row.labels)):
        return None
    return row


def _headers(
    bearer: Bearer, ids: Sequence[UUID], kinds: Sequence[str], version: int = 0
) -> list[tuple[str, UUID, int, str, str, str, datetime, datetime]]:
    from throughcare.kernel import db

    asked = [list(ids), list(kinds), version, version]
    found = store.rows(HEADERS.format(table="ledger_version"), asked)
    if gate.sealed(bearer.lens):
        with db.reading(bearer.lens):
            found += store.rows(HEADERS.format(table="ledger_sealed_version"), asked)
    return [(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]) for r in found]


def _rendered(
    kind: str, id: UUID, version: int, action: str, actor: str, source: str, happened: datetime, written: datetime
) -> Json:
    who = filled(display=actor)
    return {
        "resourceType": "Provenance",
        "id": f"{id}.{version}",
        "meta": {
            "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-provenance"],
            "lastUpdated": instant(written),
        },
        "target": [{"reference": f"{kind}/{id}/_history/{version}" if version > 1 else f"{kind}/{id}"}],
        "occurredDateTime": instant(happened),
        "recorded": instant(written),
        "activity": concept(coding(ACT, "UPDATE" if version > 1 else "CREATE"), coding(LOCAL, action)),
        "agent": [
            {"type": concept(coding(AGENT, "author")), "who": who, "onBehalfOf": {"display": "Throughcare agency"}},
            {"type": concept(coding(AGENT, "enterer")), "who": filled(display=source or actor)},
        ],
    }
