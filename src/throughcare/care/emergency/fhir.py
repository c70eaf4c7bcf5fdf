"""A code and its stamps as the ledger keeps them; R4 has no resource for either."""

from throughcare.care.emergency.models import Code, Stamp
from throughcare.kernel.fhir import Json, filled, instant, reference


def code(row: Code) -> Json:
    """Render a code as it now stands."""
    return filled(
        resourceType="EmergencyCode",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        location=reference("Location", row.facility_id),
        unit=str(row.unit_id) if row.unit_id else None,
        place=row.place,
        complaint=row.complaint,
        drill=row.drill,
        status=row.state,
        calledAt=instant(row.called_at),
        calledBy=row.called_by,
        recordedAt=instant(row.recorded_at),
        endedAt=instant(row.ended_at) if row.ended_at else None,
        endedBy=row.ended_by,
        ending=row.ending,
        plan=row.plan,
        situation=row.situation,
        background=row.background,
        assessment=row.assessment,
        recommendation=row.recommendation,
        table=row.table_version,
    )


def stamp(row: Stamp) -> Json:
    """Render one stamp, or the correction of one."""
    return filled(
        resourceType="CodeStamp",
        id=str(row.id),
        code=str(row.code_id),
        kind=row.kind,
        at=instant(row.at),
        by=row.by,
        said=dict(row.detail) or None,
        recordedAt=instant(row.recorded_at),
        corrects=str(row.corrects_id) if row.corrects_id else None,
        takenBack=row.void or None,
        why=row.why,
    )
