"""What follows an observed treatment: decided anew after misses, diversion spoken about, other programmes asked, sources found.

A diversion event is written and answered by care. It never stops, holds or changes a treatment by itself (clinical.md 2.7).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from math import ceil
from typing import Any
from uuid import UUID

from throughcare.care.medications import sealed_orders, treatment
from throughcare.care.medications.actions import ordering
from throughcare.care.medications.actions.keeping import order_of
from throughcare.care.medications.actions.opioid_treatment import enter
from throughcare.care.medications.actions.programme import again, end, place, programme_order, require_programme
from throughcare.care.medications.events import (
    OpioidTreatmentMissed,
    OpioidTreatmentReassessed,
    OpioidTreatmentSourceArranged,
)
from throughcare.care.medications.models import MedicationOrder, OrderOverride, ProgrammeOrder
from throughcare.care.medications.policy import PRESCRIBERS
from throughcare.care.medications.rules import tables
from throughcare.care.medications.rules.missed_opioid import LegalBasis
from throughcare.chart import actions as chart
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.events import emit
from throughcare.people.family import family

SEEN = ("observed", "found", "reported")
CHECKED = ("none", "found", "unanswered")


@action("medications.reassess_treatment")
def reassess_treatment(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    order_id: UUID,
    version: int,
    amount: Decimal,
    why: str,
    reasons: Mapping[str, str] | None = None,
) -> UUID:
    """Decide anew after missed days: a new order with the amount to go on with replaces the old one. Gives the order.

    What was answered for the old order is not asked again; `reasons` answers, by its key, what a check finds that is new since.
    """
    if not why.strip():
        raise Invalid("Say how the person was found, and why this dose.", fields={"why": "Say why."})
    if amount <= 0:
        raise Invalid("Say how much.", fields={"amount": "Say how much."})
    sealed = ProgrammeOrder.objects.filter(id=order_id).first()
    if sealed is not None:
        new = _reassess_sealed(actor, programme_order(person_id, order_id, version), amount, why.strip(), reasons or {})
    else:
        if actor.role not in PRESCRIBERS:
            raise NotAllowed("A prescriber decides after missed doses. Call the one on call.")
        new = _reassess_own(actor, order_of(person_id, order_id, version), amount, why.strip(), reasons or {})
    emit(
        OpioidTreatmentReassessed(
            happened_at=clock.now(), person_id=person_id, facility_id=actor.facility_id, ref=order_id
        )
    )
    return new


def _reassess_sealed(actor: Actor, old: ProgrammeOrder, amount: Decimal, why: str, reasons: Mapping[str, str]) -> UUID:
    require_programme(actor)
    said = sealed_orders.programmed(old)
    asked = replace(again(said), amount=amount, reasons={**said.reasons, **reasons})
    if said.basis == LegalBasis.THREE_DAY:
        # Decided anew is not renewed: the days that are left; the gate counts them from the first dose (21 CFR 1306.07(b)).
        asked = replace(asked, days=max(1, ceil((old.ends_at - clock.now()) / timedelta(days=1))))
    end(old, f"Decided anew: {why}")
    row = place(actor, old.person_id, asked, old)
    enter(actor, old.person_id, "reassessed", {"why": why[:300], "amount": str(amount)}, order=row)
    return row.id


def _reassess_own(actor: Actor, old: MedicationOrder, amount: Decimal, why: str, reasons: Mapping[str, str]) -> UUID:
    asked = ordering.as_prescription(old)
    asked = replace(
        asked, amount=amount, gates={**old.gates, "reassessed": "yes"}, reasons={**_answered(old), **reasons}
    )
    return ordering.replace_order(actor, old, asked, f"Decided anew: {why}").id


def _answered(old: MedicationOrder) -> dict[str, str]:
    """Give the reasons that alerts of the old order had: what a prescriber answered once is not asked again."""
    said = dict(OrderOverride.objects.filter(order=old).values_list("said", "reason"))
    return {f["key"]: said[f["sentence"]] for f in old.findings if f["sentence"] in said}


@action("medications.report_diversion")
def report_diversion(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    order_id: UUID,
    seen: str,
    words: str,
    response: str,
) -> UUID:
    """Write down that a dose may have gone elsewhere, its context, and the clinical answer; the treatment goes on."""
    if seen not in SEEN:
        raise Invalid("Say whether it was seen, found or reported.", fields={"seen": "Choose one."})
    if not words.strip() or not response.strip():
        raise Invalid("Write what happened, and what care answers.", fields={"words": "Write what happened."})
    sealed = ProgrammeOrder.objects.filter(id=order_id, person_id=person_id).first()
    if sealed is not None:
        said = {"seen": seen, "words": words.strip()[:600], "response": response.strip()[:300]}
        return enter(actor, person_id, "diversion", said, order=sealed)
    order = order_of(person_id, order_id)
    text = f"{order.text}\n{seen}: {words.strip()}\n{response.strip()}"
    note = chart.draft_note(
        actor=actor,
        person_id=person_id,
        kind="diversion_event",
        title="Dose may have gone elsewhere",
        text=text,
        encounter_id=None,
    )
    chart.sign_note(actor=actor, person_id=person_id, note_id=note)
    return note


@action("medications.report_outside_dose")
def report_outside_dose(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    dose: str,
    last_on: str,
    missed: int | None,
    contradicts: bool,
) -> UUID:
    """Write down, sealed, what an outside programme says of the last dose; where it contradicts, or days were missed, every old dose is blocked."""
    contradicts = contradicts or (missed or 0) >= tables.opioid_treatment().block_days
    said = {"dose": dose[:80], "last_on": last_on[:10], "missed": str(missed or 0)}
    id_ = enter(actor, person_id, "outside_report", {**said, "contradicts": "yes" if contradicts else "no"})
    if contradicts:
        now = clock.now()
        for found in treatment.treatments(sorted(family(person_id))):
            days = treatment.standing(found, sorted(family(person_id)), now).missed.days or 0
            about: dict[str, Any] = {"person_id": person_id, "facility_id": found.facility_id, "ref": found.id}
            emit(OpioidTreatmentMissed(happened_at=now, days=max(days, tables.opioid_treatment().block_days), **about))
    return id_


@action("medications.record_enrolment_check")
def record_enrolment_check(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, result: str, where: str
) -> UUID:
    """Write down that other programmes were asked whether the person takes part there too (42 CFR 2.34)."""
    require_programme(actor)
    if result not in CHECKED or not where.strip():
        raise Invalid("Say who was asked, and what they said.", fields={"where": "Say who was asked."})
    row = programme_order(person_id, order_id)
    return enter(actor, person_id, "enrolment_check", {"result": result, "where": where.strip()[:200]}, order=row)


@action("medications.arrange_guest_dosing")
def arrange_guest_dosing(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    order_id: UUID,
    since: str,
    until: str,
    where: str,
) -> UUID:
    """Write down that the person takes their doses as a guest elsewhere for some days."""
    require_programme(actor)
    if not where.strip() or not since or until < since:
        raise Invalid("Say where, and from which day to which.", fields={"where": "Say where and when."})
    row = programme_order(person_id, order_id)
    return enter(
        actor, person_id, "guest", {"since": since[:10], "until": until[:10], "where": where.strip()[:200]}, order=row
    )


@action("medications.arrange_source")
def arrange_source(*, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, source: str) -> None:
    """Write down the lasting lawful source that takes over from the three-day rule (MOU-04)."""
    if not source.strip():
        raise Invalid("Name the source.", fields={"source": "Name the source."})
    sealed = ProgrammeOrder.objects.filter(id=order_id, person_id=person_id).first()
    if sealed is not None:
        enter(actor, person_id, "source", {"source": source.strip()[:200]}, order=sealed)
    else:
        order_of(person_id, order_id)
        about: dict[str, Any] = {"actor": actor, "person_id": person_id}
        title = "Lasting source of treatment"
        text = source.strip()
        note = chart.draft_note(**about, kind="treatment_source", title=title, text=text, encounter_id=None)
        chart.sign_note(**about, note_id=note)
    emit(
        OpioidTreatmentSourceArranged(
            happened_at=clock.now(), person_id=person_id, facility_id=actor.facility_id, ref=order_id
        )
    )
