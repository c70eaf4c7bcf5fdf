"""Measurements and results."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from throughcare.access.labels import class_of
from throughcare.chart import models as m
from throughcare.chart.actions.keeping import keep, mine, recorded, tell_changed
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import uuid7
from throughcare.kernel.rows import insert
from throughcare.kernel.vocabulary import DataClass


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a measurement, such as the systolic pressure."""

    system: str
    code: str
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: a number with a UCUM unit, or words, or parts."""

    system: str
    code: str
    text: str
    value: Decimal | None = None
    unit: str = ""
    value_text: str = ""
    parts: tuple[Part, ...] = ()
    category: str = "vital-signs"
    interpretation: str = ""
    data_class: DataClass = DataClass.CLINICAL
    effective_at: datetime | None = None
    comparator: str = ""
    value_system: str = ""
    value_code: str = ""
    reference_range: str = ""
    remark: str = ""


@action("chart.observe")
def observe(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    measured: Sequence[Measured],
    encounter_id: UUID | None = None,
    response_id: UUID | None = None,
    report_id: UUID | None = None,
    status: str = "final",
) -> list[UUID]:
    """Record measurements, each with the digits it was written with."""
    rows = [
        row_of(
            actor,
            person_id,
            one,
            encounter_id=encounter_id,
            response_id=response_id,
            report_id=report_id,
            status=status,
        )
        for one in measured
    ]
    insert(rows)
    for row in rows:
        keep(row, row.effective_at)
    tell_changed(rows)
    return [row.id for row in rows]


@action("chart.restate")
def restate(*, actor: Actor, person_id: UUID, observation_id: UUID, measured: Measured | None, status: str) -> None:
    """Let a measurement of another system say what its sender now says: corrected, or entered in error."""
    row = mine(m.Observation, observation_id, person_id, what="measurement")
    if measured is None:
        row.bump(status="entered-in-error" if status == "entered-in-error" else row.status)
    else:
        new = row_of(actor, person_id, measured, status=status)
        told = ("text", "value", "value_places", "unit", "value_text", "components", "interpretation", "effective_at")
        row.bump(**{name: getattr(new, name) for name in told}, status=status)
    keep(row, row.effective_at)
    tell_changed([row])


def row_of(
    actor: Actor,
    person_id: UUID,
    one: Measured,
    *,
    encounter_id: UUID | None = None,
    response_id: UUID | None = None,
    report_id: UUID | None = None,
    status: str = "final",
) -> m.Observation:
    """Make the row of a measurement, not yet written; a number that can't be measured is refused."""
    places = 0
    if one.value is not None:
        exponent = one.value.as_tuple().exponent
        if not isinstance(exponent, int) or one.value.copy_abs() >= Decimal(10) ** 10:
            raise Invalid(f"[{one.text}] is not a number that can be measured.")
        places = min(max(0, -exponent), 4)
    return m.Observation(
        id=uuid7(),
        person_id=person_id,
        system=one.system,
        code=one.code,
        text=one.text[:160],
        value=one.value,
        value_places=places,
        unit=one.unit,
        comparator=one.comparator,
        value_text=one.value_text,
        value_system=one.value_system,
        value_code=one.value_code,
        reference_range=one.reference_range,
        remark=one.remark,
        components=[{"system": p.system, "code": p.code, "value": str(p.value), "unit": p.unit} for p in one.parts],
        category=one.category,
        interpretation=one.interpretation,
        status=status,
        effective_at=one.effective_at or clock.now(),
        data_class=class_of([(one.system, one.code)], one.data_class).value,
        encounter_id=encounter_id,
        response_id=response_id,
        report_id=report_id,
        facility_id=actor.facility_id,
        **recorded(actor),
    )
