"""Encounters: started when patient and clinician meet, finished when they part."""

from datetime import datetime
from uuid import UUID

from throughcare.chart import models as m
from throughcare.chart import states
from throughcare.chart.actions.keeping import keep, mine
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import uuid7
from throughcare.kernel.rows import insert
from throughcare.kernel.vocabulary import DataClass

MODALITIES = ("clinic", "cell_front", "telehealth", "phone")


@action("chart.start_encounter")
def start_encounter(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    kind: str,
    modality: str = "clinic",
    modality_reason: str = "",
    interpreter: str = "",
    happened_at: datetime | None = None,
    data_class: DataClass = DataClass.CLINICAL,
) -> UUID:
    """Open an encounter. A cell-front visit is coded and justified (clinical.md 2.2)."""
    if modality not in MODALITIES:
        raise Invalid(f"Choose one of {', '.join(MODALITIES)}.", fields={"modality": "Choose where you meet."})
    if modality == "cell_front" and not modality_reason.strip():
        raise Invalid(
            "A visit at the cell front needs its reason.",
            fields={"modality_reason": "Say why not in a clinical room."},
        )
    row = m.Encounter(
        id=uuid7(),
        person_id=person_id,
        kind=kind,
        modality=modality,
        modality_reason=modality_reason,
        interpreter=interpreter,
        facility_id=actor.facility_id,
        data_class=data_class.value,
        started_at=happened_at or clock.now(),
        responsible=actor.label(),
    )
    insert([row])
    keep(row, row.started_at)
    return row.id


@action("chart.record_encounter")
def record_encounter(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    kind: str,
    started_at: datetime,
    ended_at: datetime | None = None,
    data_class: DataClass = DataClass.CLINICAL,
) -> UUID:
    """Write down a meeting that is over, by the word of another health service."""
    row = m.Encounter(
        id=uuid7(),
        person_id=person_id,
        kind=kind[:40],
        status="finished",
        facility_id=actor.facility_id,
        data_class=data_class.value,
        started_at=started_at,
        ended_at=ended_at,
        responsible=actor.label(),
    )
    insert([row])
    keep(row, row.started_at)
    return row.id


@action("chart.finish_encounter")
def finish_encounter(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    encounter_id: UUID,
    happened_at: datetime | None = None,
) -> None:
    """Close an encounter."""
    row = mine(m.Encounter, encounter_id, person_id)
    row.bump(status=states.ENCOUNTER.after(row.status, "finish"), ended_at=happened_at or clock.now())
    keep(row, row.ended_at)
