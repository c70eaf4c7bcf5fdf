"""What of a record that was sent stands in our chart as well: understood by `bundles`, written by the chart's own actions."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from throughcare.access.labels import class_of
from throughcare.chart import actions as chart
from throughcare.exchange import bundles
from throughcare.exchange.fhir.writing import sent
from throughcare.exchange.resource_parts import Coded
from throughcare.kernel import db
from throughcare.kernel.actor import Actor
from throughcare.kernel.vocabulary import DataClass

Json = Mapping[str, Any]
LONGEST_CODE = 20


def observed(resource: Json) -> bundles.Measurement | None:
    """Give what an Observation says as the chart holds it, if it does."""
    facts = _facts("Observation", resource, {})
    return facts.measurements[0] if facts is not None and facts.measurements else None


def chart_observations(
    actor: Actor, person_id: UUID, measured: list[tuple[int, bundles.Measurement]]
) -> dict[int, UUID]:
    """Write measurements into one chart; gives by place in the list the id of each."""
    rows = [_measured(one) for _, one in measured]
    ids = chart.observe(actor=actor, person_id=person_id, measured=rows)
    return {n: id_ for (n, _), id_ in zip(measured, ids, strict=True)}


def chart_one(actor: Actor, person_id: UUID, resource: Json, others: Mapping[str, Json], source: str) -> UUID | None:
    """Write one fact into the chart and give its id, if it became a line of its own of the same type."""
    kind = str(resource.get("resourceType"))
    facts = _facts(kind, resource, others)
    if facts is None:
        return None
    entries = db.unit().entries
    before = len(entries)
    made = _write(actor, person_id, facts, source)
    return made if any(entry.type == kind and entry.id == made for entry in entries[before:]) else None


def _facts(kind: str, resource: Json, others: Mapping[str, Json]) -> bundles.Facts | None:
    if kind not in bundles.CHARTED or kind == "Patient" or sent.withdrawn(resource):
        return None
    facts = bundles.Facts()
    return None if bundles.read_into(kind, resource, facts, others) else facts


def _write(actor: Actor, person_id: UUID, facts: bundles.Facts, source: str) -> UUID | None:
    for problem in facts.problems:
        return chart.add_condition(
            actor=actor,
            person_id=person_id,
            text=problem.code.text,
            system=_coded(problem.code).system,
            code=_coded(problem.code).code,
            onset=problem.onset,
            verification="unconfirmed",
            source=source,
            status=problem.status,
        )
    for allergy in facts.allergies:
        return chart.add_allergy(
            actor=actor,
            person_id=person_id,
            text=allergy.code.text,
            reaction=allergy.reaction,
            criticality=allergy.criticality,
            system=_coded(allergy.code).system,
            code=_coded(allergy.code).code,
            status=allergy.status,
        )
    for medicine in facts.medicines:
        return chart.report_medicine(
            actor=actor,
            person_id=person_id,
            text=medicine.code.text,
            dose=medicine.dose,
            system=_coded(medicine.code).system,
            code=_coded(medicine.code).code,
            announce=False,
        )
    for visit in facts.visits:
        return chart.record_encounter(
            actor=actor,
            person_id=person_id,
            kind=visit.code.text,
            started_at=visit.since,
            ended_at=visit.until,
            data_class=class_of([(visit.code.system, visit.code.code)], DataClass.CLINICAL),
        )
    for finding in facts.findings:
        return chart.receive_report(
            actor=actor,
            person_id=person_id,
            text=finding.code.text[:160],
            system=finding.code.system,
            code=finding.code.code,
            effective_at=finding.at,
            words=finding.words,
            outside=True,
        )
    return None


def _coded(said: Coded) -> Coded:
    """Give a code that the chart's lists can hold; the entry keeps a longer one, in its sender's words."""
    return said if len(said.code) <= LONGEST_CODE else Coded("", "", said.text)


def _measured(one: bundles.Measurement) -> chart.Measured:
    return chart.Measured(
        system=one.code.system,
        code=one.code.code,
        text=one.code.text,
        value=one.value,
        comparator=one.comparator,
        unit=one.unit,
        value_text=one.words,
        parts=tuple(chart.Part(part.code.system, part.code.code, part.value, part.unit) for part in one.parts),
        category=one.category,
        data_class=DataClass.RESULT if one.category == "laboratory" else DataClass.CLINICAL,
        effective_at=one.at,
    )


def restate(actor: Actor, person_id: UUID, id: UUID, measured: bundles.Measurement | None, status: str) -> None:
    """Let a measurement in the chart say what its sender now says of it."""
    chart.restate(
        actor=actor,
        person_id=person_id,
        observation_id=id,
        measured=_measured(measured) if measured is not None else None,
        status=status,
    )
