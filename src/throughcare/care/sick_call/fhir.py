"""A request for care as FHIR R4 Communication: the person's own words, and what became of them."""

from datetime import datetime
from uuid import UUID

from throughcare.care.sick_call.models import CareRequest, NoShow
from throughcare.kernel.fhir import LOCAL, Json, coding, concept, filled, instant, reference, resource

STATUS = {"submitted": "in-progress", "withdrawn": "stopped", "closed": "completed"}
OWN = "urn:throughcare:extension:"


def request(row: CareRequest) -> Json:
    """Render a request with its stamps; no words of another resource."""
    stamps = {
        "submitted": row.submitted_at,
        "received": row.received_at,
        "triaged": row.triaged_at,
        "seen": row.seen_at,
        "closed": row.closed_at,
    }
    return resource(
        "Communication",
        row.id,
        identifier=[{"system": "urn:throughcare:receipt", "value": row.receipt}],
        status=STATUS.get(row.state, "in-progress"),
        category=[concept(coding(LOCAL, f"request-{row.kind}"))],
        priority={"emergent": "stat", "urgent": "urgent"}.get(row.priority, "routine"),
        medium=[concept(coding(LOCAL, row.channel))],
        subject=reference("Patient", row.person_id),
        sender=reference("Patient", row.person_id),
        encounter=reference("Encounter", row.encounter_id),
        sent=instant(row.submitted_at),
        received=instant(row.received_at),
        payload=[{"contentString": words} for words in (row.words, row.answer_en, row.answer_es) if words],
        extension=[
            {"url": f"{OWN}{name}-at", "valueInstant": instant(at)} for name, at in stamps.items() if at is not None
        ]
        + [{"url": f"{OWN}state", "valueCode": row.state}]
        + [{"url": f"{OWN}red-flag", "valueCode": flag["key"]} for flag in row.flags]
        + ([{"url": f"{OWN}triage", "valueCode": row.priority}] if row.priority else []),
    )


def no_show(row: NoShow) -> Json:
    """Render one side's word on a visit that did not take place."""
    return filled(
        resourceType="VisitMissed",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        request=str(row.request_id),
        visit=instant(row.visit_at),
        saidBy=row.said_by,
        reason=row.reason,
        accessFailure=row.access_failure,
        words=row.words,
        by=row.by,
        at=instant(row.at),
        witnesses=row.witnesses,
        signed=row.signed,
    )


def collection(id_: UUID, facility_id: UUID, slips: int, at: datetime) -> Json:
    """Render a round on which slips were collected at a facility."""
    return filled(
        resourceType="RequestRound",
        id=str(id_),
        location=reference("Location", facility_id),
        slips=slips,
        at=instant(at),
    )
