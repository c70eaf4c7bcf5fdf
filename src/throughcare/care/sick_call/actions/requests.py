"""A request comes in: by kiosk, tablet, paper, voice or staff. It gets a receipt, its clocks, and is never refused."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.care.sick_call import fhir, history, rules, states
from throughcare.care.sick_call.events import RepeatComplaintFound, RequestReceived, RequestWithdrawn, SexualHarmTold
from throughcare.care.sick_call.models import CHANNELS, CareRequest
from throughcare.care.sick_call.rule_table import SickCallTable, load_protocols, load_table
from throughcare.chart.actions import keeping
from throughcare.custody import actions as custody
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import receipt, uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.family import family

ELECTRONIC = ("kiosk", "tablet")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the person is given: a number, the times promised, and whether to call an officer now."""

    request_id: UUID
    receipt: str
    call_officer: bool
    triaged_by: datetime | None = None
    seen_by: datetime | None = None


@action("sick_call.submit_request")
def submit_request(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    kind: str,
    words: str,
    channel: str = "kiosk",
    language: str = "en",
    worse: bool = False,
    answers: dict[str, str] | None = None,
    submitted_at: datetime | None = None,
    words_in_english: str = "",
    facility_id: UUID | None = None,
    slip_id: UUID | None = None,
    request_id: UUID | None = None,
) -> Receipt:
    """Take a request. Electronic receipt is the submission; paper and voice are received when health staff log them."""
    if channel not in CHANNELS:
        raise Invalid(f"Choose one of {', '.join(CHANNELS)}.", fields={"channel": "Choose how it came."})
    table, now = load_table(), clock.now()
    if kind not in table.types:
        raise Invalid("Choose what it is about.", fields={"type": "Choose what it is about."})
    if submitted_at is not None and submitted_at > now:
        raise Invalid("A slip can't be from the future.", fields={"submitted_at": "Write the time on the slip."})
    flags = rules.red_flags(f"{words}\n{words_in_english}", table, language)
    floor = rules.triage_floor(kind, flags, table, worse=worse)
    row = CareRequest.objects.create(
        id=request_id or uuid7(),
        person_id=person_id,
        facility_id=facility_id or actor.facility_id,
        receipt=receipt(),
        channel=channel,
        kind=kind,
        words=words.strip()[:8000],
        language=language,
        words_in_english=words_in_english.strip()[:8000],
        answers=answers or {},
        worse=worse,
        state="received",
        submitted_at=submitted_at or now,
        received_at=now,
        received_by=actor.label(),
        flags=[{**_flag(f), "spans": [asdict(s) for s in f.spans]} for f in flags],
        paged=rules.pages_now(flags),
        floor=floor.priority,
        symptom=rules.tells_symptom(kind, flags, table),
        complaint=_complaint(words, kind),
        slip_id=slip_id,
        table_version=table.version,
    )
    keep(row)
    _tell(actor, row, table)
    _tell_of_harm(row, flags)
    promised = rules.promise(row.received_at or now, symptom=row.symptom, table=table)
    return Receipt(row.id, row.receipt, row.paged, promised.triaged_by, promised.seen_by)


@action("sick_call.translate_request")
def translate_request(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    request_id: UUID,
    english: str,
    version: int | None = None,
) -> bool:
    """Add a translation of the person's words; a red flag in it acts as if it had been written so. Tells whether it pages now."""
    row = mine(request_id, person_id, version)
    if row.state in ("closed", "withdrawn"):
        raise Stale("This request is over. Nothing was kept; write the translation into a note.")
    if len(english.strip()) < 3:
        raise Invalid("No translation was kept.", fields={"english": "Write the person's words in English."})
    table = load_table()
    flags = rules.red_flags(english, table)
    # What is found now is added to what was found before, and never makes a request less urgent than it was.
    floors = (row.floor, rules.triage_floor(row.kind, flags, table, worse=row.worse).priority)
    known = {flag["key"] for flag in row.flags}
    pages = rules.pages_now(flags) and not row.paged
    asks_more = not row.symptom and rules.tells_symptom(row.kind, flags, table)
    row.bump(
        words_in_english=english.strip()[:8000],
        flags=[*row.flags, *(_flag(f) for f in flags if f.key not in known)],
        floor=min(floors, key=rules.PRIORITIES.index),
        symptom=row.symptom or asks_more,
        paged=row.paged or pages,
    )
    keep(row)
    if pages or (asks_more and row.state == "received"):
        _tell(actor, row, table)
    _tell_of_harm(row, flags)
    return pages


@action("sick_call.withdraw_request")
def withdraw_request(*, actor: Actor, intent: UUID | None = None, person_id: UUID, request_id: UUID) -> None:
    """Let the person take a request back before they are seen; a red flag stands all the same."""
    row = mine(request_id, person_id)
    if row.paged and row.triaged_at is None:
        raise Stale("Health staff have been called because of your words. They will come to you first.")
    row.bump(state=states.REQUEST.after(row.state, "withdraw"), closed_at=clock.now())
    keep(row)
    custody.end_alerts_for(actor=actor, reason_ref=row.id)
    emit(RequestWithdrawn(happened_at=clock.now(), person_id=person_id, facility_id=row.facility_id, ref=row.id))


def mine(request_id: UUID, person_id: UUID, version: int | None = None) -> CareRequest:
    """Fetch a request to change it, for its person only."""
    return keeping.mine(CareRequest, request_id, person_id, version, what="request")


def keep(row: CareRequest) -> None:
    """Keep the request in the ledger."""
    ledger.record(
        type="Communication",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.REQUEST,
        body=fhir.request(row),
        happened_at=row.submitted_at,
    )


def _tell(actor: Actor, row: CareRequest, table: SickCallTable) -> None:
    now = clock.now()
    about: dict[str, Any] = {
        "happened_at": now,
        "person_id": row.person_id,
        "facility_id": row.facility_id,
        "ref": row.id,
    }
    emit(
        RequestReceived(
            received_at=row.received_at or now, red_flag=row.paged, symptom=row.symptom, kind=row.kind, **about
        )
    )
    if row.paged:
        custody.raise_alert(actor=actor, person_id=row.person_id, template=table.custody_alert, reason_ref=row.id)
    if row.complaint:
        repeat = rules.repeat_complaint(row.complaint, now, history.of(row, family(row.person_id)), table)
        if repeat.book_provider:
            emit(RepeatComplaintFound(complaint=row.complaint, times=repeat.times, **about))


def _tell_of_harm(row: CareRequest, flags: Iterable[rules.RedFlag]) -> None:
    if rules.tells_of_sexual_harm(flags):
        emit(SexualHarmTold(happened_at=clock.now(), person_id=row.person_id, facility_id=row.facility_id, ref=row.id))


def _flag(found: rules.RedFlag) -> dict[str, Any]:
    """Write a red flag as it is kept; where it stands in the person's own words (`spans`) is not said of a translation."""
    return {"key": found.key, "spans": [], "en": found.text.en, "es": found.text.es}


def _complaint(words: str, kind: str) -> str:
    found = rules.likely_complaints(words, load_protocols())
    return found[0].key if found else "" if kind in ("records", "equipment", "result") else kind
