"""Restriction as FHIR R4: a stretch apart and a restraint as Procedure, what was done meanwhile as Observation. Pure."""

from throughcare.care.restriction.models import Confinement, ConfinementVisit, Restraint, RestraintStep
from throughcare.kernel.fhir import LOCAL, Json, coding, concept, instant, period, reference, resource

OWN = "urn:throughcare:extension:"
STATUS = {"planned": "preparation", "running": "in-progress", "ended": "completed"}


def confinement(row: Confinement) -> Json:
    """Render a stretch of restrictive housing; it holds no reason."""
    return resource(
        "Procedure",
        row.id,
        status="not-done" if row.state == "ended" and row.since is None else STATUS[row.state],
        category=concept(coding(LOCAL, "restriction")),
        code=concept(coding(LOCAL, "restrictive-housing")),
        subject=reference("Patient", row.person_id),
        performedPeriod=period(row.since, row.until) if row.since else None,
        extension=_said(
            contact=row.tier,
            isolated="yes" if row.isolated else "no",
            origin=row.origin,
            place=row.place,
            facility=str(row.facility_id or ""),
            teller=row.noticed_by,
            ender=row.ended_by,
            noticed=instant(row.noticed_at) or "",
            reviewed=(instant(row.reviewed_at) or "") if row.reviewed_at else "",
        ),
    )


def visit(row: ConfinementVisit) -> Json:
    """Render one thing done for somebody kept apart."""
    body = _observation(row, f"restrictive-housing-{row.kind.replace('_', '-')}", str(row.confinement_id))
    if row.minutes is not None:
        body["valueQuantity"] = {
            "value": row.minutes,
            "unit": "min",
            "system": "http://unitsofmeasure.org",
            "code": "min",
        }
    return body


def restraint(row: Restraint) -> Json:
    """Render a stretch in restraints or seclusion."""
    return resource(
        "Procedure",
        row.id,
        status="completed" if row.until else "in-progress",
        category=concept(coding(LOCAL, "restriction")),
        code=concept(coding(LOCAL, f"restraint-{row.device.replace('_', '-')}")),
        subject=reference("Patient", row.person_id),
        performedPeriod=period(row.since, row.until),
        extension=_said(
            decided=row.decided_by,
            place=row.place,
            facility=str(row.facility_id or ""),
            applied=row.applied_by,
            orderer=row.ordered_by,
            holds=(instant(row.order_until) or "") if row.order_until else "",
            reviewed=(instant(row.reviewed_at) or "") if row.reviewed_at else "",
            ender=row.ended_by,
        ),
    )


def step(row: RestraintStep) -> Json:
    """Render one thing done for somebody in restraints."""
    return _observation(row, f"restraint-{row.kind}", str(row.restraint_id))


def _observation(row: ConfinementVisit | RestraintStep, code: str, of: str) -> Json:
    return resource(
        "Observation",
        row.id,
        status="final",
        code=concept(coding(LOCAL, code)),
        subject=reference("Patient", row.person_id),
        effectiveDateTime=instant(row.at),
        issued=instant(row.at),
        performer=[reference("Practitioner", row.by_id)],
        component=[{"code": concept(coding(LOCAL, f"found-{key}")), "valueBoolean": True} for key in row.items] or None,
        note=[{"text": row.words}] if row.words else None,
        extension=_said(stretch=of, by=row.by),
    )


def _said(**values: str) -> list[Json]:
    return [{"url": OWN + key, "valueString": value} for key, value in values.items() if value]
