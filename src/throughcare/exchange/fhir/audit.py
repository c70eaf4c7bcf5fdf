"""AuditEvent: who looked at a person's record. A view of the read log, for whoever may ask: records office, auditors, the person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare.access import projections, showing
from throughcare.access.ports import COMPLAINTS, FAMILY
from throughcare.access.tokens import Bearer
from throughcare.exchange.fhir import gate, paging, store, values
from throughcare.exchange.fhir.bundle import Entry, bundle
from throughcare.exchange.fhir.call import Answer, Call, id_of
from throughcare.exchange.fhir.criteria import prefixed
from throughcare.exchange.fhir.exact import write
from throughcare.exchange.fhir.outcome import bad, not_found
from throughcare.exchange.fhir.reading import with_present_lens
from throughcare.exchange.fhir.registry import interaction
from throughcare.kernel.fhir import LOCAL, Json, coding, concept, instant
from throughcare.kernel.vocabulary import DataClass

KIND = frozenset({"AuditEvent"})
EVENT = "http://terminology.hl7.org/CodeSystem/audit-event-type"
REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
COLUMNS = "id, at, user_id, user_name, role, purpose, kind, route"
# To whom a complaint of the person is about, no look at a complaint is told (GRV-01).
TOLD = "NOT (%s AND classes @> ARRAY['grievance'])"
LOOKS = f"""
SELECT {COLUMNS} FROM ledger_read WHERE people @> ARRAY[%s]::uuid[] AND at >= %s AND at < %s AND id < %s AND {TOLD}
ORDER BY id DESC LIMIT %s
"""  # noqa: S608
LOOK = f"SELECT {COLUMNS} FROM ledger_read WHERE id = %s AND people @> ARRAY[%s]::uuid[] AND {TOLD}"  # noqa: S608


@interaction("search-type", "GET", "type", types=KIND, doc="Says who looked at a patient's record (patient, date).")
@with_present_lens
def search(call: Call, kind: str) -> Answer:
    """Give the looks at one person's record, newest first."""
    word = call.param("patient") or call.param("entity")
    person = id_of(word.removeprefix(call.base + "/").removeprefix("Patient/"))
    if person is None:
        raise bad("AuditEvent is found by whom it is of: name a [patient].", "patient", code="required")
    store.require_epoch(call.bearer)
    cuts, count = _cuts(call.bearer, person), paging.count_of(call)
    start, end = _dates(call)
    before = paging.resume(call, "looks", str(person)) or 2**62
    found = (
        store.rows(LOOKS, [person, start, end, before, _subject(call.bearer, person), count + 1])
        if cuts is not None
        else []
    )
    entries = _entries(call, found[:count], person, cuts or ())
    links = {"self": f"{call.base}/AuditEvent"}
    if len(found) > count:
        token = paging.token(call.bearer, "looks", str(person), found[count - 1][0])
        links["next"] = f"{call.base}/AuditEvent?patient={person}&_count={count}&_page={token}"
    store.note(call.bearer, "fhir search AuditEvent", [])
    return Answer(body=bundle("searchset", entries, links=links))


@interaction("read", "GET", "instance", types=KIND, doc="Gives one look.")
@with_present_lens
def read(call: Call, kind: str, id: str) -> Answer:
    """Give one look at one person's record."""
    number, _, word = id.partition(".")
    person = id_of(word)
    store.require_epoch(call.bearer)
    if person is None or not number.isdigit() or len(number) > 18:
        raise not_found(f"AuditEvent/{id}"[:120])
    cuts = _cuts(call.bearer, person)
    found = store.rows(LOOK, [int(number), person, _subject(call.bearer, person)]) if cuts is not None else []
    entries = _entries(call, found, person, cuts or ())
    if not entries:
        raise not_found(f"AuditEvent/{id}")
    return Answer(body=entries[0].body)


def _cuts(bearer: Bearer, person: UUID) -> tuple[str, ...] | None:
    if not gate.in_scope(bearer, "AuditEvent") or not gate.stands_open(bearer, person):
        return None
    return showing.cuts(bearer.lens, DataClass.AUDIT_LOG, 0, person_id=person)


def _subject(bearer: Bearer, person: UUID) -> bool:
    return COMPLAINTS().about(bearer.lens.user_id, FAMILY().of(person))


def _dates(call: Call) -> tuple[datetime, datetime]:
    start, end = values.EARLIEST, values.LATEST
    for name, value in call.params:
        if name == "date" and value:
            prefix, word = prefixed(value)
            span = values.span(word)
            if span is None or prefix not in ("eq", "ge", "gt", "le", "lt"):
                raise bad("[date] is a time, after ge, gt, le, lt or nothing.", "date")
            start = (
                max(start, span.start) if prefix in ("eq", "ge") else max(start, span.end) if prefix == "gt" else start
            )
            end = min(end, span.end) if prefix in ("eq", "le") else min(end, span.start) if prefix == "lt" else end
    return start, end


def _entries(call: Call, found: Sequence[tuple[Any, ...]], person: UUID, cuts: tuple[str, ...]) -> list[Entry]:
    shown = [projections.cut(_rendered(row, person), *cuts) for row in found]
    return [Entry(f"{call.base}/AuditEvent/{b['id']}", write(b), "match") for b in shown if b is not None]


def _rendered(row: tuple[Any, ...], person: UUID) -> Json:
    id_, at, user_id, user_name, role, purpose, kind, route = row
    return {
        "resourceType": "AuditEvent",
        "id": f"{id_}.{person}",
        "type": coding(EVENT, "rest"),
        "subtype": [coding(f"{LOCAL}:look", kind)],
        "action": "R",
        "recorded": instant(at),
        "purposeOfEvent": [concept(coding(REASON, purpose))],
        "agent": [
            {
                "role": [concept(coding(f"{LOCAL}:role", role))],
                "who": {"reference": f"Practitioner/{user_id}", "display": user_name},
                "requestor": True,
            }
        ],
        "source": {"observer": {"display": "Throughcare"}},
        "entity": [{"what": {"reference": f"Patient/{person}"}, "description": route}],
    }
