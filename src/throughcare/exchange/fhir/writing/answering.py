"""What is answered to a write: status, address, version, and what the client prefers to get back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from email.utils import format_datetime
from uuid import UUID

from django.db import connection

from throughcare.access.labels import spliced
from throughcare.exchange.fhir import exact, gate, resource, store
from throughcare.exchange.fhir.call import Answer, Call
from throughcare.exchange.fhir.outcome import FhirError, issue, outcome
from throughcare.exchange.fhir.validate import Issue, Validated
from throughcare.exchange.fhir.writing.sent import Done
from throughcare.kernel import statement
from throughcare.kernel.fhir import Json, instant
from throughcare.ledger.present import opened


def issues_of(found: Iterable[Issue]) -> list[Json]:
    """Say what is wrong with a resource as an OperationOutcome does."""
    return [issue(one.severity, one.code, one.text, *([one.expression] if one.expression else [])) for one in found]


def accept(judged: Validated) -> Json:
    """Give what was read; refuse what is not FHIR, all that is wrong with it named."""
    if not judged.resource:
        raise FhirError(400, "structure", judged.issues[0].text, issues=issues_of(judged.issues))
    if not judged.valid:
        raise FhirError(422, "invalid", "The resource is not valid.", issues=issues_of(judged.issues))
    return judged.resource


PRESENT = """
SELECT c.id, c.written_at FROM unnest(%s::uuid[], %s::text[], %s::int[]) AS d (id, type, version)
JOIN ledger_current c ON c.id = d.id AND c.type = d.type AND c.version = d.version
"""
EARLIER = """
SELECT v.id, v.written_at FROM unnest(%s::uuid[], %s::text[], %s::int[]) AS d (id, type, version)
JOIN ledger_version v ON v.id = d.id AND v.type = d.type AND v.version = d.version
"""


def written(done: Sequence[Done]) -> dict[UUID, datetime]:
    """Give when the database wrote each: what was just kept says it; else nearly always the present version, found without months."""
    found = {one.id: one.kept.written_at for one in done if one.kept is not None and one.kept.version == one.version}
    for sql in (PRESENT, EARLIER):
        if lacking := [one for one in done if one.id not in found]:
            asked = [[o.id for o in lacking], [o.kind for o in lacking], [o.version for o in lacking]]
            found.update(statement.run(sql, asked))
    return found


def headers(call: Call, one: Done, at: datetime | None) -> dict[str, str]:
    """Give the headers that say where a resource stands now."""
    found = {
        "Location": f"{call.base}/{one.kind}/{one.id}/_history/{one.version}",
        "ETag": f'W/"{one.version}"',
    }
    return {**found, "Last-Modified": format_datetime(at, usegmt=True)} if at else found


def entry(call: Call, one: Done, at: datetime | None) -> Json:
    """Give one entry of the answer to a batch or transaction."""
    said: Json = {
        "status": "201 Created" if one.status == 201 else "200 OK",
        "location": f"{one.kind}/{one.id}/_history/{one.version}",
        "etag": f'W/"{one.version}"',
    }
    if at is not None:
        said["lastModified"] = instant(at)
    if one.note:
        said["outcome"] = outcome(issue("information", "informational", one.note))
    found: Json = {"fullUrl": f"{call.base}/{one.kind}/{one.id}", "response": said}
    if call.prefers.get("return") == "representation" and (body := _whole(call, one, _present(one))) is not None:
        found["resource"] = exact.kept(body)
    return found


def single(call: Call, one: Done) -> Answer:
    """Answer to one write, in the form that the client prefers."""
    row = _present(one)
    at = row.written_at if row is not None else written([one]).get(one.id)
    wanted = call.prefers.get("return", "representation")
    body: Json | bytes | None = None
    if wanted == "operationoutcome" or (one.note and wanted != "minimal" and one.status == 201):
        words = one.note or ("It is kept." if one.status == 201 else "It is changed.")
        body = outcome(issue("information", "informational", words))
    elif wanted != "minimal":
        body = _whole(call, one, row) or outcome(issue("information", "informational", one.note or "It is kept."))
    return Answer(one.status, body, headers(call, one, at))


PRESENT_WHOLE = f"""
SELECT {store.COLUMNS}, {store.BODY} FROM ledger_current c {store.JOIN.format(v="ledger_version")}
WHERE c.type = %s AND c.id = %s AND c.version = %s
"""  # noqa: S608


def _whole(call: Call, one: Done, row: store.Row | None) -> bytes | None:
    """Give what was written as it stands; what was here before is shown as the lens shows it, and may not be shown at all."""
    if not one.found:
        return resource.shown(row, ()) if row is not None else exact.write(representation(one))
    cuts = gate.cuts(call.bearer, row.kind, row.person_id, row.data_class, row.labels) if row is not None else None
    return resource.shown(row, cuts) if row is not None and cuts is not None else None


def _present(one: Done) -> store.Row | None:
    """Give what was just written as it stands, if nothing newer stands over it already."""
    kept = one.kept
    if kept is not None and kept.version == one.version and not kept.entry.sealed:
        entry = kept.entry
        cls = entry.data_class.value
        at = kept.written_at
        return store.Row(
            one.kind, one.id, kept.version, entry.person_id, cls, kept.labels, at, kept.position, entry.body
        )
    return next(store.unpacked(statement.run(PRESENT_WHOLE, [one.kind, one.id, one.version])), None)


def representation(one: Done) -> Json:
    """Give a resource as it stands in the ledger, with its version, time and labels."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.subject, v.digest, v.body, v.written_at, c.labels, c.data_class FROM ledger_version v "
            "JOIN ledger_current c ON c.id = v.id AND c.type = v.type WHERE v.id = %s AND v.type = %s AND v.version = %s",
            [one.id, one.kind, one.version],
        )
        row = cursor.fetchone()
    if row is None:
        return {"resourceType": one.kind, "id": str(one.id)}
    subject, digest, stored, at, labels, _ = row
    body: Json = exact.kept(opened(stored, digest, (one.id, subject), sealed=False) or b"{}")
    body["meta"] = {**body.get("meta", {}), "versionId": str(one.version), "lastUpdated": instant(at)}
    return spliced(body, labels, one.data_class)
