"""The exchange's own rows as FHIR R4. Pure."""

from datetime import timedelta

from throughcare.exchange.models import VisitOutside
from throughcare.kernel.fhir import LOCAL, Json, coding, concept, instant, reference, resource


def visit(row: VisitOutside) -> Json:
    """Render a visit outside; its type says `off_site`, by which its date is cut for the person and custody."""
    ends = row.starts_at + timedelta(minutes=row.minutes) if row.starts_at and row.minutes else None
    return resource(
        "Appointment",
        row.id,
        identifier=[{"system": f"urn:throughcare:filler:{row.source}", "value": row.number}],
        status=row.status,
        appointmentType=concept(coding(LOCAL, "off_site")),
        reasonCode=[concept(text=row.reason)] if row.reason else None,
        start=instant(row.starts_at) if ends else None,
        end=instant(ends) if ends else None,
        requestedPeriod=[{"start": instant(row.starts_at)}] if row.starts_at and not ends else None,
        participant=[
            {"actor": reference("Patient", row.person_id), "status": "accepted"},
            {"type": [concept(text=row.place)], "status": "accepted"},
        ],
    )
