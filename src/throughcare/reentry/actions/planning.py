"""The plan for going home: begun, answered step by step, finished; how the person is reached; appointments outside."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from throughcare.care.medications.events import ReleaseOpioidTreatmentLinked
from throughcare.custody.homes import facilities_now
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import Event, emit
from throughcare.people.family import family
from throughcare.reentry import models as m
from throughcare.reentry import partners, rules, states
from throughcare.reentry.actions import bridging, keeping
from throughcare.reentry.events import DischargePlanFinished, DischargePlanningBegun, ReleaseMentalHealthLinked
from throughcare.reentry.tables import load_table


@dataclass(frozen=True, slots=True)
class Reach:
    """How somebody is reached outside, where they want their medicines, and what they have with them."""

    phone: str = ""
    reach_words: str = ""
    town: str = ""
    pharmacy: str = ""
    insurance: str = ""
    naloxone_kit: str = ""
    naloxone_trained_on: date | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment outside as the planner makes it: with a partner of the directory, or written by hand."""

    kind: str
    partner: str = ""
    place: str = ""
    address: str = ""
    phone: str = ""
    at: datetime | None = None
    walk_in: str = ""
    bring: str = ""


@action("reentry.begin_plan")
def begin_plan(*, actor: Actor, intent: UUID | None = None, person_id: UUID) -> UUID:
    """Open the case (REL-01); one that is open already stands."""
    found = m.ReleasePlan.objects.filter(person_id__in=family(person_id), state__in=states.LIVE).first()
    if found is not None:
        return found.id
    now = clock.now()
    here = facilities_now([person_id]).get(person_id) or actor.facility_id
    row = m.ReleasePlan.objects.create(person_id=person_id, facility_id=here, begun_at=now, begun_by=actor.label())
    _answer(row, "open_case", "done", "", actor)
    keeping.keep_plan(row)
    emit(DischargePlanningBegun(happened_at=now, person_id=person_id, facility_id=here, ref=row.id))
    return row.id


@action("reentry.answer_step")
def answer_step(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    plan_id: UUID,
    step: str,
    outcome: str,
    note: str = "",
) -> None:
    """Say of one step that it is done, not needed, or refused by the person; a refusal or none needed says why."""
    if step not in {s.id for s in load_table().steps}:
        raise Invalid("There is no such step. Open the page again.")
    if outcome not in states.STEP_OUTCOMES:
        raise Invalid("Nothing was kept.", fields={f"outcome-{step}": "Choose done, not needed or refused."})
    if outcome != "done" and len(note.strip()) < 3:
        raise Invalid("Nothing was kept.", fields={f"note-{step}": "Say why, in a few words."})
    row = keeping.mine(m.ReleasePlan, plan_id, person_id, what="plan")
    _answer(row, step, outcome, note, actor)
    if row.state == "finished" and rules.may_finish(load_table(), _done(row)):
        row.bump(state=states.PLAN.after(row.state, "reopen"), finished_at=None, finished_by="")
    keeping.keep_plan(row)


def _answer(row: m.ReleasePlan, step: str, outcome: str, note: str, actor: Actor) -> None:
    m.PlanStep.objects.update_or_create(
        plan=row,
        step=step,
        defaults={
            "person_id": row.person_id,
            "outcome": outcome,
            "note": note.strip()[:240],
            "at": clock.now(),
            "by": actor.label(),
        },
    )


def _done(row: m.ReleasePlan) -> dict[str, str]:
    return dict(m.PlanStep.objects.filter(plan=row).values_list("step", "outcome"))


@action("reentry.finish_plan")
def finish_plan(*, actor: Actor, intent: UUID | None = None, person_id: UUID, plan_id: UUID, version: int) -> None:
    """Close the planning (REL-01-PLAN): nothing that is due thirty days before release lacks an answer."""
    row = keeping.mine(m.ReleasePlan, plan_id, person_id, version, what="plan")
    lacks = rules.may_finish(load_table(), _done(row))
    if lacks:
        said = {f"outcome-{s}": "Done, not needed, or refused?" for s in lacks}
        raise Invalid("The plan is not complete. Nothing was changed.", fields=said)
    now = clock.now()
    row.bump(state=states.PLAN.after(row.state, "finish"), finished_at=now, finished_by=actor.label())
    keeping.keep_plan(row)
    emit(DischargePlanFinished(happened_at=now, person_id=person_id, facility_id=row.facility_id, ref=row.id))


@action("reentry.describe_plan")
def describe_plan(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, plan_id: UUID, version: int, reach: Reach
) -> None:
    """Write how the person is reached, where they want their medicines, their kit and training."""
    row = keeping.mine(m.ReleasePlan, plan_id, person_id, version, what="plan")
    trained = reach.naloxone_trained_on
    if trained is not None and trained > clock.today():
        raise Invalid("Nothing was kept.", fields={"naloxone_trained_on": "This day is still to come."})
    row.bump(
        phone=reach.phone.strip()[:40],
        reach_words=reach.reach_words.strip()[:240],
        town=reach.town.strip()[:60],
        pharmacy=reach.pharmacy.strip()[:160],
        insurance=reach.insurance.strip()[:160],
        naloxone_kit=reach.naloxone_kit.strip()[:40],
        naloxone_trained_on=trained,
        naloxone_trained_by=(row.naloxone_trained_by or actor.label()) if trained else "",
    )
    if trained:
        _answer(row, "naloxone_training", "done", "", actor)
    keeping.keep_plan(row)


@action("reentry.make_appointment")
def make_appointment(*, actor: Actor, intent: UUID | None = None, person_id: UUID, visit: Visit) -> UUID:
    """Write an appointment outside; the duties that wait for just this one close by it (REL-MH, REL-MOUD)."""
    partner = partners.of(visit.partner) if visit.partner else None
    wrong = {}
    if visit.kind not in load_table().appointments:
        wrong["kind"] = "Choose what it is for."
    if partner is None and not visit.place.strip():
        wrong["place"] = "Choose a partner, or write the place."
    if visit.at is None and not visit.walk_in.strip():
        wrong["at"] = "Write the day and time, or when one may walk in."
    if wrong:
        raise Invalid("No appointment was kept.", fields=wrong)
    row = m.Appointment.objects.create(
        person_id=person_id,
        facility_id=facilities_now([person_id]).get(person_id) or actor.facility_id,
        kind=visit.kind,
        partner=partner.id if partner else "",
        place=(partner.name if partner else visit.place.strip())[:160],
        address=(partner.where if partner else visit.address.strip())[:200],
        phone=(partner.phone if partner else visit.phone.strip())[:40],
        at=visit.at,
        walk_in=visit.walk_in.strip()[:120],
        bring=visit.bring.strip()[:160],
        made_at=clock.now(),
        made_by=actor.label(),
    )
    keeping.keep_appointment(row)
    _link(actor, row)
    return row.id


def _link(actor: Actor, row: m.Appointment) -> None:
    """An appointment made after release is what REL-MH and REL-MOUD wait for."""
    waits = {"mental_health": "REL-MH", "opioid_treatment": "REL-MOUD"}.get(row.kind)
    if (
        waits is None
        or not Duty.objects.filter(rule=waits, person_id__in=family(row.person_id), closed_at=None).exists()
    ):
        return
    about = {"happened_at": row.made_at, "person_id": row.person_id, "facility_id": row.facility_id, "ref": row.id}
    if row.kind == "opioid_treatment":
        bridging.cover_opioid(actor, row)
    told: Event = ReleaseMentalHealthLinked(**about) if waits == "REL-MH" else ReleaseOpioidTreatmentLinked(**about)  # type: ignore[arg-type]
    emit(told)


@action("reentry.end_appointment")
def end_appointment(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    appointment_id: UUID,
    version: int,
    outcome: str,
    why: str = "",
) -> None:
    """Say what became of an appointment: kept, missed, or cancelled with its reason."""
    row = keeping.mine(m.Appointment, appointment_id, person_id, version, what="appointment")
    verbs = {"kept": "keep", "missed": "miss", "cancelled": "cancel"}
    if outcome not in verbs:
        raise Invalid("Nothing was kept.", fields={"outcome": "Choose kept, missed or cancelled."})
    state = states.APPOINTMENT.after(row.state, verbs[outcome])
    row.bump(state=state, ended_at=clock.now(), ended_why=why.strip()[:160])
    keeping.keep_appointment(row)
