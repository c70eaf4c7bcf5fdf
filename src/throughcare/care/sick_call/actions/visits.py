"""The visit: seen by a nurse under a protocol or by a provider; not seen, and why; and the answer to the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.care.sick_call import fhir, rules, states
from throughcare.care.sick_call.actions.requests import keep, mine
from throughcare.care.sick_call.events import (
    ProviderVisitDone,
    ReferredToProvider,
    RequestAnswered,
    RequestSeen,
    VisitMissed,
)
from throughcare.care.sick_call.models import CareRequest, NoShow
from throughcare.care.sick_call.rule_table import load_table
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass, Role

COPAY_FREE = ("", "chronic", "emergency", "mental", "infection", "prenatal", "staff")
PROVIDERS = (Role.PROVIDER, Role.PSYCH, Role.DENTAL)
REFERRALS = ("", "emergent", "urgent", "routine")


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of a visit: its encounter, and its signed note."""

    encounter_id: UUID
    note_id: UUID


@action("sick_call.record_visit")
def record_visit(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    request_id: UUID,
    findings: str,
    protocol: str = "",
    protocol_red_flags: Sequence[str] = (),
    remedies: Sequence[str] = (),
    measured: Sequence[chart.Measured] = (),
    refer: str = "",
    resolved: bool = False,
    modality: str = "clinic",
    modality_reason: str = "",
    interpreter: str = "",
    copay_free: str = "",
    version: int | None = None,
) -> Visit:
    """Record a face-to-face visit (SCR-03). A protocol's red flag ends the protocol: the provider decides."""
    if not findings.strip():
        raise Invalid("Write what you found.", fields={"findings": "Write what you found."})
    if protocol_red_flags and refer not in ("emergent", "urgent"):
        raise Invalid(
            "A red flag of the protocol goes to the provider now. Choose how soon.",
            fields={"refer": "Choose emergent or urgent."},
        )
    if refer not in REFERRALS:
        raise Invalid("Choose how soon the provider is needed.", fields={"refer": "Choose how soon."})
    if copay_free not in COPAY_FREE:
        raise Invalid("Choose why the visit is free.", fields={"copay_free": "Choose from the list."})
    row = mine(request_id, person_id, version)
    encounter = chart.start_encounter(
        actor=actor,
        person_id=person_id,
        kind="sick-call",
        modality=modality,
        modality_reason=modality_reason,
        interpreter=interpreter,
    )
    if measured:
        chart.observe(actor=actor, person_id=person_id, measured=measured, encounter_id=encounter)
    lines = [findings.strip()]
    lines += [f"Protocol: {protocol}"] if protocol else []
    lines += [f"Red flag: {flag}" for flag in protocol_red_flags]
    lines += [f"Given under protocol: {remedy}" for remedy in remedies]
    note = chart.draft_note(
        actor=actor,
        person_id=person_id,
        kind="sick-call",
        title="Sick call",
        text="\n".join(lines),
        encounter_id=encounter,
    )
    chart.sign_note(actor=actor, person_id=person_id, note_id=note)
    chart.finish_encounter(actor=actor, person_id=person_id, encounter_id=encounter)
    _seen(actor, row, encounter, resolved, copay_free)
    if refer:
        _refer(actor, row, refer, encounter)
    return Visit(encounter, note)


@action("sick_call.record_provider_visit")
def record_provider_visit(*, actor: Actor, intent: UUID | None = None, person_id: UUID, request_id: UUID) -> None:
    """Record that a provider has seen the person about this request (SCR-05, SCR-06)."""
    row = mine(request_id, person_id)
    emit(ProviderVisitDone(happened_at=clock.now(), person_id=person_id, facility_id=row.facility_id, ref=row.id))


@action("sick_call.record_no_show")
def record_no_show(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    request_id: UUID,
    reason: str,
    said_by: str,
    visit_at: datetime | None = None,
    words: str = "",
    witnesses: Sequence[str] = (),
    signed: bool = False,
) -> UUID:
    """Record one side's word on why a visit did not take place. Custody cannot record a clinical refusal."""
    table = load_table()
    decision = rules.may_record_no_show(reason, said_by, table, witnesses=len(witnesses), signed=signed)
    if not decision.ok:
        raise Invalid(decision.reason.en, fields={"reason": decision.reason.en})
    row = mine(request_id, person_id)
    known = table.no_shows[reason]
    at = visit_at or row.scheduled_for or clock.now()
    if NoShow.objects.filter(request=row, visit_at=at, said_by=said_by).exists():
        raise Stale("This side has said why already. What it said stays as it was said.")
    kept = NoShow.objects.create(
        id=uuid7(),
        person_id=person_id,
        request=row,
        visit_at=at,
        said_by=said_by,
        reason=reason,
        access_failure=known.access_failure,
        words=words.strip()[:240],
        by=actor.label(),
        by_id=actor.id,
        at=clock.now(),
        witnesses=list(witnesses),
        signed=signed,
    )
    ledger.record(
        type="VisitMissed",
        id=kept.id,
        person_id=person_id,
        data_class=DataClass.REQUEST,
        media="throughcare/VisitMissed",
        body=fhir.no_show(kept),
    )
    if said_by == "health":
        emit(
            VisitMissed(
                happened_at=min(at, clock.now()),
                person_id=person_id,
                facility_id=row.facility_id,
                ref=row.id,
                reason=reason,
                access_failure=known.access_failure,
            )
        )
    return kept.id


@action("sick_call.answer_request")
def answer_request(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    request_id: UUID,
    answer_en: str,
    answer_es: str = "",
    resolved: bool = False,
    version: int | None = None,
) -> None:
    """Answer the person and close the request; in Spanish too where they asked in Spanish."""
    row = mine(request_id, person_id, version)
    fields = {}
    if not answer_en.strip():
        fields["answer_en"] = "Write the answer that the person will read."
    if row.language == "es" and not answer_es.strip():
        fields["answer_es"] = "They wrote in Spanish: write the answer in Spanish too."
    if row.symptom and row.seen_at is None and row.priority not in ("non-clinical",):
        fields["answer_en"] = "The words tell of a symptom: see the person first, or record why not."
    if fields:
        raise Invalid("The answer can't be sent yet. What you typed is kept.", fields=fields)
    row.bump(
        state=states.REQUEST.after(row.state, "answer"),
        closed_at=clock.now(),
        answer_en=answer_en.strip(),
        answer_es=answer_es.strip(),
        answered_by=actor.label(),
        resolved=row.resolved or resolved,
    )
    keep(row)
    emit(RequestAnswered(happened_at=clock.now(), person_id=person_id, facility_id=row.facility_id, ref=row.id))


def _seen(actor: Actor, row: CareRequest, encounter: UUID, resolved: bool, copay_free: str = "") -> None:
    provider = actor.role in PROVIDERS
    now = clock.now()
    charge = rules.copayment(
        load_table(),
        kind=row.kind,
        complaint=row.complaint,
        channel=row.channel,
        priority=row.priority,
        paged=row.paged,
        exempt=copay_free,
    )
    if row.seen_at is not None:  # one visit, one charge: what comes after was begun by staff
        charge = rules.Charge(row.copay_cents, row.copay_free)
    row.bump(
        copay_cents=charge.cents,
        copay_free=charge.free_because,
        state=states.REQUEST.after(row.state, "see"),
        seen_at=row.seen_at or now,
        seen_by=row.seen_by or actor.label(),
        seen_as="provider" if provider else row.seen_as or "nurse",
        encounter_id=encounter,
        resolved=resolved,
    )
    keep(row)
    custody.end_alerts_for(actor=actor, reason_ref=row.id)
    about: dict[str, Any] = {
        "happened_at": now,
        "person_id": row.person_id,
        "facility_id": row.facility_id,
        "ref": row.id,
    }
    emit(RequestSeen(by="provider" if provider else "nurse", **about))
    if provider:
        emit(ProviderVisitDone(**about))


def _refer(actor: Actor, row: CareRequest, priority: str, encounter: UUID) -> None:
    urgency = {"emergent": "stat", "urgent": "urgent", "routine": "routine"}[priority]
    chart.place_order(
        actor=actor,
        person_id=row.person_id,
        kind="referral",
        code="provider-visit",
        system="urn:throughcare:code",
        text="Provider visit after sick call",
        priority=urgency,
        encounter_id=encounter,
    )
    emit(
        ReferredToProvider(
            happened_at=clock.now(),
            person_id=row.person_id,
            facility_id=row.facility_id,
            ref=row.id,
            priority=priority,
        )
    )
