"""An arrival opens when custody books somebody, is looked at within minutes, and may leave before it is screened."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from throughcare import ledger
from throughcare.care.intake import answering, desk_rules, effects, fhir, rules, states
from throughcare.care.intake.events import ClearanceRecorded, QuickLookDone
from throughcare.care.intake.models import Arrival
from throughcare.care.intake.rule_table import load_table
from throughcare.chart import actions as chart
from throughcare.chart import forms
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass


@action("intake.open_arrival")
def open_arrival(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    stay_id: UUID,
    facility_id: UUID,
    arrived_at: datetime,
    officer_flags: Sequence[str] = (),
) -> UUID:
    """Put a person who has just come in on the intake queue; once a stay."""
    known = Arrival.objects.filter(stay_id=stay_id).first()
    if known is not None:
        return known.id
    row = Arrival.objects.create(
        id=uuid7(),
        person_id=person_id,
        stay_id=stay_id,
        facility_id=facility_id,
        arrived_at=arrived_at,
        officer_flags=list(officer_flags),
    )
    keep(row)
    return row.id


@action("intake.finish_quick_look")
def finish_quick_look(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, arrival_id: UUID, posted: dict[str, list[str]]
) -> str:
    """Sign the quick look; its answers act at once. Gives the lane, or `send_out` (INT-01, ruling 1)."""
    arrival = mine(arrival_id, person_id)
    form = forms.load(answering.QUICK_LOOK)
    answers = answering.typed(form, posted)
    response = chart.start_form(actor=actor, person_id=person_id, form=form.name, purpose="intake-look", ref=arrival.id)
    chart.sign_form(actor=actor, person_id=person_id, response_id=response, posted=posted)
    decision = rules.lane(form, answers, load_table())
    out = decision.lane == rules.SEND_OUT
    effects.call(actor, arrival, decision.consequences)
    tell_of_pregnancy(arrival, answers, answering.took_for_possible(arrival, answering.sex_of(person_id)))
    arrival.bump(
        state=states.ARRIVAL.after(arrival.state, "send_out" if out else "look"),
        lane="now" if out else decision.lane,
        looked_at=clock.now(),
        quick_look_id=response,
    )
    keep(arrival)
    emit(
        QuickLookDone(
            happened_at=clock.now(),
            person_id=person_id,
            facility_id=arrival.facility_id,
            ref=arrival.id,
            clearance_needed=out,
            lane=arrival.lane,
        )
    )
    return decision.lane


@action("intake.record_clearance")
def record_clearance(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, arrival_id: UUID, clearance: str
) -> None:
    """Record the written clearance with which a person came back from an emergency department (INT-01)."""
    if len(clearance.strip()) < 5:
        raise Invalid(
            "Say who cleared the person, and when.", fields={"clearance": "Name the hospital and the clinician."}
        )
    arrival = mine(arrival_id, person_id)
    arrival.bump(
        state=states.ARRIVAL.after(arrival.state, "clear"), cleared_at=clock.now(), clearance=clearance.strip()[:200]
    )
    keep(arrival)
    emit(
        ClearanceRecorded(happened_at=clock.now(), person_id=person_id, facility_id=arrival.facility_id, ref=arrival.id)
    )


@action("intake.tell_of_safety")
def tell_of_safety(*, actor: Actor, person_id: UUID, reason: str, ref: UUID) -> None:
    """Have sexual safety screened after a referral or what was told (INT-09); one screen answers whatever asks for it.

    Who tells may not see whether one is owed already, so this does not ask.
    """
    effects.tell(person_id, actor.facility_id, ref, "prea_new_information", {"reason": reason})


@action("intake.leave_arrival")
def leave_arrival(*, actor: Actor, intent: UUID | None = None, stay_id: UUID) -> None:
    """Close an arrival whose person is gone before the screening was signed (released, died, booking cancelled)."""
    arrival = Arrival.objects.select_for_update().filter(stay_id=stay_id).first()
    if arrival is not None and arrival.state not in ("signed", "left"):
        arrival.bump(state=states.ARRIVAL.after(arrival.state, "leave"))
        keep(arrival)


def tell_of_pregnancy(arrival: Arrival, answers: forms.Answers, before: bool) -> None:
    """Tell the clock where an answer corrects what was taken `before` of whether the person can be pregnant (INT-06)."""
    said = answers.value(answering.POSSIBLE)
    signal = desk_rules.correction(before, said if isinstance(said, bool) else None)
    if signal:
        effects.tell(arrival.person_id, arrival.facility_id, arrival.id, signal)


def mine(arrival_id: UUID, person_id: UUID) -> Arrival:
    """Fetch an arrival that is still open, for its person only."""
    arrival = Arrival.objects.select_for_update(of=("self",)).select_related("screening").filter(id=arrival_id).first()
    if arrival is None:
        raise NotFound("There is no such arrival here.")
    if arrival.person_id != person_id:
        raise Stale("This arrival belongs to another person than the page you sent. Nothing was changed.")
    if arrival.state in ("signed", "left"):
        raise Stale(f"This intake is [{arrival.state}] already. What you typed was not added to it.")
    return arrival


def keep(arrival: Arrival) -> None:
    """Keep the arrival's state in the ledger."""
    ledger.record(
        type="IntakeArrival",
        id=arrival.id,
        person_id=arrival.person_id,
        data_class=DataClass.CLINICAL,
        media="throughcare/IntakeArrival",
        body=fhir.arrival(arrival),
        happened_at=arrival.arrived_at,
    )
