"""Bulk Data over HTTP: ask ($export), look how far it is, fetch, cancel. An export is there for who asked for it, and nobody else."""

from collections.abc import Iterator

from throughcare.access.realtime import real_now
from throughcare.exchange.bulk import actions, asking, files, groups
from throughcare.exchange.bulk.models import Export, ExportFile
from throughcare.exchange.fhir import store
from throughcare.exchange.fhir.call import Answer, Call, id_of
from throughcare.exchange.fhir.everything import parameters_of
from throughcare.exchange.fhir.outcome import FhirError, not_found
from throughcare.exchange.fhir.reading import with_present_lens
from throughcare.exchange.fhir.registry import interaction
from throughcare.kernel.fhir import LOCAL, Json, instant
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import reads as ledger_reads

BASE = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"
PATIENT, GROUP = frozenset({"Patient"}), frozenset({"Group"})
POLL, FILE = "bulk-export", "bulk-file"


@interaction(
    "operation", "GET", "system", "$export", operation=f"{BASE}/export", doc="Everything that the lens shows, as files."
)
@with_present_lens
def export(call: Call) -> Answer:
    """Begin an export of everything."""
    return _begin(call, "system")


@interaction("operation", "POST", "system", "$export", operation=f"{BASE}/export")
@with_present_lens
def export_posted(call: Call) -> Answer:
    """Begin the same, asked for by Parameters."""
    return _begin(call, "system")


@interaction(
    "operation",
    "GET",
    "type",
    "$export",
    types=PATIENT,
    operation=f"{BASE}/patient-export",
    doc="All people's entries.",
)
@with_present_lens
def export_patients(call: Call, kind: str) -> Answer:
    """Begin an export of all people's entries."""
    return _begin(call, "patient")


@interaction("operation", "POST", "type", "$export", types=PATIENT, operation=f"{BASE}/patient-export")
@with_present_lens
def export_patients_posted(call: Call, kind: str) -> Answer:
    """Begin the same, asked for by Parameters."""
    return _begin(call, "patient")


@interaction(
    "operation",
    "GET",
    "instance",
    "$export",
    types=GROUP,
    operation=f"{BASE}/group-export",
    doc="Entries of a group's people.",
)
@with_present_lens
def export_group(call: Call, kind: str, id: str) -> Answer:
    """Begin an export of a group's people: a facility's roll, or a kept Group."""
    return _begin(call, "group", id)


@interaction("operation", "POST", "instance", "$export", types=GROUP, operation=f"{BASE}/group-export")
@with_present_lens
def export_group_posted(call: Call, kind: str, id: str) -> Answer:
    """Begin the same, asked for by Parameters."""
    return _begin(call, "group", id)


def _begin(call: Call, level: str, group: str = "") -> Answer:
    wish = asking.read(call, parameters_of(call))
    store.require_epoch(call.bearer)
    members = groups.members(call.bearer, group) if level == "group" else None
    lens = call.lens
    if Export.objects.filter(state="asked", user_id=lens.user_id).count() >= actions.number("at_once"):
        raise FhirError(
            429, "throttled", "Your exports before this one are not done yet.", headers={"Retry-After": "60"}
        )
    request = f"{call.base}/{'/'.join(call.parts)}" + (f"?{call.query}" if call.query else "")
    asked = actions.Asked(level, request, wish, id_of(group) if group else None, members)
    id_ = actions.ask_export(actor=call.actor, bearer=call.bearer, asked=asked)
    return Answer(202, None, {"Content-Location": f"{call.base}/{POLL}/{id_}"})


@interaction("bulk-status", "GET", "system", f"{POLL}/*")
@with_present_lens
def status(call: Call, word: str) -> Answer:
    """Say how far an export is, or where its files are."""
    row = _mine(call, word)
    if row.state == "asked":
        said = f"{row.types[row.at_type]}, {row.resources} resources so far" if row.worked_at else "queued"
        return Answer(202, None, {"X-Progress": said[:100], "Retry-After": str(actions.number("retry_seconds"))})
    if row.state == "failed":
        raise FhirError(500, "exception", row.trouble)
    headers = {"Expires": row.expires_at.strftime("%a, %d %b %Y %H:%M:%S GMT")} if row.expires_at else {}
    return Answer(200, _manifest(call, row), headers, content_type="application/json")


@interaction("bulk-cancel", "DELETE", "system", f"{POLL}/*")
@with_present_lens
def cancel(call: Call, word: str) -> Answer:
    """Cancel an export, or forget one that is done: its files go now."""
    row = _mine(call, word)
    actions.end_export(actor=call.actor, export_id=row.id, state="cancelled")
    return Answer(202)


@interaction("bulk-file", "GET", "system", f"{FILE}/*")
@with_present_lens
def file(call: Call, word: str) -> Answer:
    """Give one file; each fetch stands in the read log, durably, before the first byte."""
    export_id, _, name = word.rpartition(".")[0].rpartition("-")
    row = _mine(call, export_id)
    found = ExportFile.objects.filter(export=row, n=int(name)).first() if name.isdigit() and len(name) < 9 else None
    if found is None or row.state != "done" or not word.endswith(".ndjson"):
        raise not_found(f"{FILE}/{word}"[:120])
    ledger_reads.log_read(
        call.lens,
        route="fhir export file",
        people=found.people,
        classes=[DataClass(c) for c in found.classes],
        kind="export",
        note=f"{row.id}/{found.n}",
    )
    return Answer(200, None, {}, content_type=asking.NDJSON, stream=_lines(row, found))


def _lines(row: Export, found: ExportFile) -> Iterator[bytes]:
    return files.read(row.id, bytes(row.key), found.n, length=found.length, frames=found.frames)


def _mine(call: Call, word: str) -> Export:
    """Give an export of whoever asks, as whom they asked; any other is not there."""
    store.require_epoch(call.bearer)
    id_, lens = id_of(word), call.lens
    row = Export.objects.filter(id=id_, wiped_at=None).first() if id_ is not None else None
    theirs = row is not None and (row.user_id, row.client, row.person_id) == (
        lens.user_id,
        call.bearer.client,
        lens.person_id,
    )
    late = row is not None and row.expires_at is not None and row.expires_at <= real_now()
    if row is None or not theirs or late or _narrower(call, row):
        raise not_found(f"{POLL}/{word}"[:120])
    return row


def _narrower(call: Call, row: Export) -> bool:
    """Tell whether this token asks for less than the one that asked for the export: it does not fetch what it may not read."""
    return set(call.bearer.scopes or ()) != set(row.scopes or ()) or (call.bearer.scopes is None) is not (
        row.scopes is None
    )


def _manifest(call: Call, row: Export) -> Json:
    made = row.files.order_by("n")
    return {
        "transactionTime": instant(row.as_of),
        "request": row.request,
        "requiresAccessToken": True,
        "output": [
            {"type": f.type, "url": f"{call.base}/{FILE}/{row.id}-{f.n}.ndjson", "count": f.resources} for f in made
        ],
        "deleted": [],
        "error": [],
        # Who took it, and when: an export that is found says whose it is (clinical.md 7.4).
        "extension": {
            f"{LOCAL}/export-mark": {
                "by": row.user.name,
                "as": row.posting.role,
                "client": row.client,
                "asked": instant(row.asked_at),
                "export": str(row.id),
            }
        },
    }
