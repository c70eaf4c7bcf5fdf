"""Problems, allergies and flags."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from throughcare.access.labels import class_of
from throughcare.chart import models as m
from throughcare.chart import states
from throughcare.chart.actions.keeping import keep, mine, recorded, tell_changed
from throughcare.chart.actions.untelling import mark_form_error, untell
from throughcare.chart.events import NoteSigned, WaitingSymptomsChecked
from throughcare.kernel import clock, db
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.ids import uuid7
from throughcare.kernel.lifecycle import Lifecycle
from throughcare.kernel.rows import insert
from throughcare.kernel.vocabulary import DataClass

KINDS: dict[str, tuple[type[Any], Lifecycle]] = {
    "Condition": (m.Condition, states.CONDITION),
    "AllergyIntolerance": (m.Allergy, states.CONDITION),
    "Observation": (m.Observation, states.OBSERVATION),
    "Composition": (m.Note, states.NOTE),
    "ServiceRequest": (m.Order, states.ORDER),
    "DiagnosticReport": (m.Report, states.OBSERVATION),
    "MedicationStatement": (m.HomeMedicine, states.CONDITION),
    "Immunization": (m.Immunization, states.IMMUNIZATION),
}

JUST_NOW = timedelta(minutes=15)


@action("chart.add_condition")
def add_condition(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    text: str,
    system: str = "",
    code: str = "",
    onset: date | None = None,
    verification: str = "confirmed",
    data_class: DataClass = DataClass.CLINICAL,
    encounter_id: UUID | None = None,
    source: str = "",
    status: str = "active",
    happened_at: datetime | None = None,
) -> UUID:
    """Put a problem on the list; the same active problem is not put there twice."""
    if not text.strip():
        raise Invalid("Name the problem.", fields={"text": "Name the problem."})
    same = m.Condition.objects.filter(person_id=person_id, status="active", system=system, code=code)
    known = (same if code else same.filter(text__iexact=text.strip())).first()
    if known is not None and status == "active":
        return known.id
    row = m.Condition(
        id=uuid7(),
        person_id=person_id,
        text=text.strip()[:240],
        system=system,
        code=code,
        onset=onset,
        verification=verification,
        status=status,
        data_class=class_of([(system, code)], data_class).value,
        encounter_id=encounter_id,
        facility_id=actor.facility_id,
        source=source,
        **recorded(actor),
    )
    insert([row])
    keep(row, happened_at)
    tell_changed([row])
    return row.id


@action("chart.change_condition")
def change_condition(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, condition_id: UUID, version: int, verb: str
) -> None:
    """Resolve, deactivate or reopen a problem."""
    row = mine(m.Condition, condition_id, person_id, version)
    target = states.CONDITION.after(row.status, verb)
    row.bump(status=target, abated=clock.today() if target in ("resolved", "remission") else None)
    keep(row)
    tell_changed([row])


@action("chart.add_allergy")
def add_allergy(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    text: str,
    reaction: str = "",
    criticality: str = "",
    system: str = "",
    code: str = "",
    encounter_id: UUID | None = None,
    status: str = "active",
) -> UUID:
    """Record an allergy; a statement that none is known ends with it."""
    if not text.strip():
        raise Invalid("Name what the person is allergic to.", fields={"text": "Name the drug, food or thing."})
    for said in m.Allergy.objects.select_for_update().filter(person_id=person_id, none_known=True, status="active"):
        said.bump(status="inactive")
        keep(said)
    known = m.Allergy.objects.filter(person_id=person_id, status="active", text__iexact=text.strip()).first()
    if known is not None:
        return known.id
    row = m.Allergy.objects.create(
        id=uuid7(),
        person_id=person_id,
        text=text.strip()[:160],
        reaction=reaction[:200],
        criticality=criticality,
        system=system,
        code=code,
        status=status,
        encounter_id=encounter_id,
        facility_id=actor.facility_id,
        **recorded(actor),
    )
    keep(row)
    tell_changed([row])
    return row.id


@action("chart.no_known_allergies")
def no_known_allergies(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, encounter_id: UUID | None = None
) -> UUID | None:
    """Record that the person was asked and none is known; nothing while an allergy stands."""
    active = m.Allergy.objects.filter(person_id=person_id, status="active")
    if active.filter(none_known=False).exists():
        raise Invalid("An allergy stands on this chart. Resolve it first, with its reason.")
    stated = active.first()
    if stated is not None:
        return stated.id
    row = m.Allergy.objects.create(
        id=uuid7(),
        person_id=person_id,
        text="No known allergy",
        none_known=True,
        encounter_id=encounter_id,
        facility_id=actor.facility_id,
        **recorded(actor),
    )
    keep(row)
    return row.id


@action("chart.raise_flag")
def raise_flag(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    code: str,
    text: str,
    since: datetime | None = None,
    data_class: DataClass = DataClass.CLINICAL,
) -> UUID:
    """Mark the chart; one open flag of a code."""
    known = m.Flag.objects.filter(person_id=person_id, code=code, until=None).first()
    if known is not None:
        return known.id
    row = m.Flag.objects.create(
        id=uuid7(),
        person_id=person_id,
        code=code,
        text=text,
        since=since or clock.now(),
        data_class=data_class.value,
        facility_id=actor.facility_id,
        **recorded(actor),
    )
    keep(row, row.since)
    return row.id


@action("chart.lower_flag")
def lower_flag(*, actor: Actor, intent: UUID | None = None, person_id: UUID, flag_id: UUID) -> None:
    """End a mark."""
    row = mine(m.Flag, flag_id, person_id)
    row.bump(until=clock.now())
    keep(row)


@action("chart.mark_error")
def mark_error(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, kind: str, id: UUID, version: int, why: str
) -> None:
    """Mark an entry as entered in error: it stays, and says so; what its signature had told the clock is taken back."""
    if len(why.strip()) < 3:
        raise Invalid("Say what is wrong with the entry.", fields={"why": "Say what is wrong with it."})
    if kind == "QuestionnaireResponse":
        mark_form_error(actor=actor, person_id=person_id, response_id=id, version=version, why=why)
        return
    if kind not in KINDS:
        raise Invalid("This kind of entry can't be marked as an error.")
    model, lifecycle = KINDS[kind]
    row = mine(model, id, person_id, version)
    db.unit().reason = why.strip()
    row.bump(status=lifecycle.after(row.status, "mark_error"))
    keep(row)
    tell_changed([row])
    if isinstance(row, m.Note) and row.addends_id is None:
        for what in (NoteSigned.name, WaitingSymptomsChecked.name):
            untell(row, what)


@action("chart.take_back")
def take_back(*, actor: Actor, intent: UUID | None = None, person_id: UUID, kind: str, id: UUID) -> None:
    """Undo what the same person has just added: marked as an error, as nothing vanishes; later it takes a reason."""
    if kind not in KINDS:
        raise Invalid("This kind of entry can't be taken back.")
    row = mine(KINDS[kind][0], id, person_id)
    just_now = clock.now() - row.recorded_at < JUST_NOW
    if row.recorder_id != actor.id or row.version != 1 or not just_now:
        raise Stale("This can't be undone any more. Mark the entry as an error and say why; it is still on the list.")
    mark_error(actor=actor, person_id=person_id, kind=kind, id=id, version=1, why="Taken back by its author at once")
