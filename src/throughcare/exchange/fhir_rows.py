"""The exchange's own rows as FHIR R4. Pure."""

from datetime import timedelta

from throughcare.exchange.models import Incoming, VisitOutside
from throughcare.kernel.fhir import LOCAL, Json, coding, concept, filled, instant, own_system, reference, resource


def visit(row: VisitOutside) -> Json:
    """Render a visit outside; its type says `off_site`, by which its date is cut for the person and custody."""
    ends = row.starts_at + timedelta(minutes=row.minutes) if row.starts_at and row.minutes else None
    return resource(
        "Appointment",
        row.id,
        identifier=[{"system": own_system("filler", row.source), "value": row.number}],
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


def incoming(row: Incoming) -> Json:
    """Render what waits for somebody: what it is, and what became of it; not its words, which are the record's."""
    return filled(
        resourceType="Incoming",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        kind=row.kind,
        about=f"{row.about_type}/{row.about_id}",
        others=list(row.others) or None,
        sender=row.sender,
        urgency=row.urgency,
        received=instant(row.received_at),
        state=row.state,
        words=row.words,
        settled=instant(row.settled_at),
        by=row.settled_by,
    )
