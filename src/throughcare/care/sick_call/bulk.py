"""Many answered requests of the past at once, for the synthetic agency and for taking over an older system: the same rows and
ledger entries as submit, triage, visit and answer make one by one; a test holds that.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare.care.sick_call import rules, states
from throughcare.care.sick_call.actions.requests import _complaint, keep
from throughcare.care.sick_call.events import RequestAnswered, RequestReceived, RequestSeen, RequestTriaged
from throughcare.care.sick_call.models import CareRequest
from throughcare.care.sick_call.rule_table import SickCallTable, load_table
from throughcare.chart.actions.keeping import keep as keep_fact
from throughcare.chart.models import Encounter, Note
from throughcare.duties import actions as duties
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.events import Event
from throughcare.kernel.ids import receipt, uuid7


@dataclass(frozen=True, slots=True)
class Answered:
    """One request that was read, seen by a nurse and answered."""

    person_id: UUID
    facility_id: UUID
    kind: str
    words: str
    submitted_at: datetime
    triaged_at: datetime
    seen_at: datetime
    findings: str
    answer_en: str
    answer_es: str = ""
    language: str = "en"
    channel: str = "kiosk"
    asked_by: str = "the person (patient)"
    priority: str = "routine"
    protocol: str = ""
    resolved: bool = False


@action("sick_call.lay_requests")
def lay_requests(*, actor: Actor, requests: Sequence[Answered]) -> int:
    """Write requests of the past, each with its visit, its note and its four stamps, by one nurse. Gives how many."""
    table = load_table()
    rows: list[CareRequest] = []
    encounters: list[Encounter] = []
    notes: list[Note] = []
    told: list[Event] = []
    for one in requests:
        row = _submitted(one, table)
        keep(row)
        _change(row, "triage", priority=one.priority, triaged_at=one.triaged_at, triaged_by=actor.label())
        keep(row)
        encounter, note = _visit(actor, one)
        seen = {"seen_at": one.seen_at, "seen_by": actor.label(), "seen_as": "nurse", "encounter": encounter}
        _change(row, "see", **seen, resolved=one.resolved)
        keep(row)
        answer = {"answer_en": one.answer_en.strip(), "answer_es": one.answer_es.strip(), "answered_by": actor.label()}
        _change(row, "answer", closed_at=one.seen_at, **answer)
        keep(row)
        rows.append(row)
        encounters.append(encounter)
        notes.append(note)
        told += _told(row, one)
    Encounter.objects.bulk_create(encounters, batch_size=1000)
    Note.objects.bulk_create(notes, batch_size=1000)
    CareRequest.objects.bulk_create(rows, batch_size=1000)
    duties.hear_many(actor=actor, events=sorted(told, key=lambda e: e.happened_at))
    return len(rows)


def _submitted(one: Answered, table: SickCallTable) -> CareRequest:
    flags = rules.red_flags(f"{one.words}\n", table, one.language)
    return CareRequest(
        id=uuid7(),
        person_id=one.person_id,
        facility_id=one.facility_id,
        receipt=receipt(),
        channel=one.channel,
        kind=one.kind,
        words=one.words.strip()[:8000],
        language=one.language,
        answers={},
        state="received",
        submitted_at=one.submitted_at,
        received_at=one.submitted_at,
        received_by=one.asked_by,
        flags=[{"key": f.key, "spans": [asdict(s) for s in f.spans], "en": f.text.en, "es": f.text.es} for f in flags],
        paged=rules.pages_now(flags),
        floor=rules.triage_floor(one.kind, flags, table, worse=False).priority,
        symptom=rules.tells_symptom(one.kind, flags, table),
        complaint=_complaint(one.words, one.kind),
        table_version=table.version,
    )


def _change(row: CareRequest, verb: str, **changes: Any) -> None:
    row.state = states.REQUEST.after(row.state, verb)
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1


def _visit(actor: Actor, one: Answered) -> tuple[Encounter, Note]:
    """Make the visit's encounter and its signed note, each version kept as the chart keeps them."""
    encounter = Encounter(
        id=uuid7(),
        person_id=one.person_id,
        kind="sick-call",
        facility_id=actor.facility_id,
        started_at=one.seen_at,
        responsible=actor.label(),
    )
    keep_fact(encounter, encounter.started_at)
    encounter.status, encounter.ended_at, encounter.version = "finished", one.seen_at, 2
    lines = [one.findings.strip(), *([f"Protocol: {one.protocol}"] if one.protocol else [])]
    note = Note(
        id=uuid7(),
        person_id=one.person_id,
        kind="sick-call",
        title="Sick call",
        text="\n".join(lines),
        encounter=encounter,
        happened_at=one.seen_at,
        facility_id=actor.facility_id,
        recorded_by=actor.label(),
        recorder_id=actor.id,
        recorded_at=one.seen_at,
        status="signed",
        signed_at=one.seen_at,
        version=2,
    )
    keep_fact(note, note.happened_at)
    keep_fact(encounter, encounter.ended_at)
    return encounter, note


def _told(row: CareRequest, one: Answered) -> list[Event]:
    about: dict[str, Any] = {"person_id": one.person_id, "facility_id": one.facility_id, "ref": row.id}
    asked = {**about, "received_at": one.submitted_at}
    return [
        RequestReceived(happened_at=one.submitted_at, red_flag=row.paged, symptom=row.symptom, kind=one.kind, **asked),
        RequestTriaged(happened_at=one.triaged_at, priority=one.priority, symptom_found=False, **asked),
        RequestSeen(happened_at=one.seen_at, by="nurse", **about),
        RequestAnswered(happened_at=one.seen_at, **about),
    ]
