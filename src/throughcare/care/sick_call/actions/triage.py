"""Triage: a nurse reads, and gives a priority not lower than the words allow."""

from uuid import UUID

from throughcare.care.sick_call import rules, states
from throughcare.care.sick_call.actions.requests import keep, mine
from throughcare.care.sick_call.events import RedFlagAnswered, RequestTriaged
from throughcare.care.sick_call.models import PRIORITIES
from throughcare.chart.forms.text import NO_TEXT
from throughcare.custody import actions as custody
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit


@action("sick_call.triage_request")
def triage_request(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    request_id: UUID,
    priority: str,
    version: int | None = None,
    complaint: str = "",
    symptom_found: bool = False,
    why_lower: str = "",
) -> None:
    """Give a priority (SCR-02). Below what the words call for, it needs a typed reason."""
    if priority not in PRIORITIES:
        raise Invalid("Choose a priority.", fields={"priority": "Choose a priority."})
    row = mine(request_id, person_id, version)
    decision = rules.may_triage(priority, rules.Floor(row.floor, (NO_TEXT,)), why_lower)
    if not decision.ok:
        raise Invalid(decision.reason.en, fields={"why_lower": decision.reason.en})
    now = clock.now()
    row.bump(
        state=states.REQUEST.after(row.state, "triage"),
        priority=priority,
        triaged_at=row.triaged_at or now,
        triaged_by=row.triaged_by or actor.label(),
        complaint=complaint or row.complaint,
        below_floor_why=why_lower.strip()[:240],
        symptom=row.symptom or symptom_found,
    )
    keep(row)
    emit(
        RequestTriaged(
            happened_at=now,
            person_id=person_id,
            facility_id=row.facility_id,
            ref=row.id,
            priority=priority,
            symptom_found=symptom_found,
            received_at=row.received_at or now,
        )
    )


@action("sick_call.answer_red_flag")
def answer_red_flag(*, actor: Actor, intent: UUID | None = None, person_id: UUID, request_id: UUID) -> None:
    """Record that somebody from health is with the person now (ruling 7)."""
    row = mine(request_id, person_id)
    custody.end_alerts_for(actor=actor, reason_ref=row.id)  # officers need not stand by any more
    emit(RedFlagAnswered(happened_at=clock.now(), person_id=person_id, facility_id=row.facility_id, ref=row.id))
