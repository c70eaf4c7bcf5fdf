"""Calls about critical values: who told whom, when, and whether it was read back (LAB-01)."""

from datetime import datetime
from uuid import UUID

from throughcare import ledger
from throughcare.chart import fhir
from throughcare.chart import models as m
from throughcare.chart.actions.keeping import mine, recorded
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass


@action("chart.log_critical_call")
def log_critical_call(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    report_id: UUID,
    caller: str,
    told: str,
    read_back: bool | None,
    called_at: datetime | None = None,
    words: str = "",
) -> UUID:
    """Keep who told whom of a critical value; the review is still owed, for a call is not a plan."""
    row = mine(m.Report, report_id, person_id, what="result")
    at = called_at or clock.now()
    wrong = {}
    if len(caller.strip()) < 2:
        wrong["caller"] = "Write who called."
    if len(told.strip()) < 2:
        wrong["told"] = "Write who was told."
    if read_back is None:
        wrong["read_back"] = "Say whether the value was read back."
    if at > clock.now():
        wrong["time"] = "This time lies ahead. Write when the call was."
    if wrong or read_back is None:
        raise Invalid("The call is not kept yet. Everything you typed is still here.", fields=wrong)
    call = m.CriticalCall.objects.create(
        id=uuid7(),
        person_id=person_id,
        report=row,
        caller=caller.strip()[:120],
        told=told.strip()[:120],
        called_at=at,
        read_back=read_back,
        words=words.strip()[:400],
        data_class=row.data_class,
        facility_id=actor.facility_id or row.facility_id,
        **recorded(actor),
    )
    ledger.record(
        type="CriticalCall",
        id=call.id,
        person_id=person_id,
        data_class=DataClass(row.data_class),
        body=fhir.critical_call(call),
        media="throughcare/CriticalCall",
        happened_at=at,
    )
    return call.id
