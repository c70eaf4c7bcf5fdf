"""A code and its stamps as the ledger keeps them; R4 has no resource for either."""

from throughcare.care.emergency.models import Code, Debrief, Packet, Recommendation, Stamp, Trip
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


def debrief(row: Debrief) -> Json:
    """Render what was said of a code."""
    return filled(
        resourceType="CodeDebrief",
        id=str(row.id),
        code=str(row.code_id),
        at=instant(row.at),
        by=row.by,
        present=row.present,
        changes=row.changes,
        preventable=row.preventable,
        preventableWhy=row.preventable_why,
        equipmentChecked=row.equipment_checked,
        video=row.video,
    )


def trip(row: Trip) -> Json:
    """Render a trip to hospital as it now stands."""
    return filled(
        resourceType="HospitalTrip",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        location=reference("Location", row.facility_id),
        code=str(row.code_id) if row.code_id else None,
        status=row.state,
        destination=row.destination,
        leftAt=instant(row.left_at),
        atDepartmentAt=instant(row.at_ed_at),
        admittedAt=instant(row.admitted_at),
        inpatient=row.inpatient,
        dischargedAt=instant(row.discharged_at),
        returnedAt=instant(row.returned_at),
        reviewedAt=instant(row.reviewed_at),
        reviewedBy=row.reviewed_by,
        beforeHousing=row.before_housing,
        papers=row.papers,
        providerCalled=row.provider_called,
        findings=row.findings,
        doneAt=instant(row.done_at),
    )


def recommendation(row: Recommendation) -> Json:
    """Render what a hospital asked for, and what was answered."""
    return filled(
        resourceType="HospitalRecommendation",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        trip=str(row.trip_id),
        text=row.text,
        answer=row.answer,
        words=row.words,
        answeredBy=row.answered_by,
        answeredAt=instant(row.answered_at),
    )


def packet(row: Packet) -> Json:
    """Render a packet with every word of it."""
    return filled(
        resourceType="SendOutPacket",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        code=str(row.code_id) if row.code_id else None,
        madeAt=instant(row.made_at),
        madeBy=row.made_by,
        body=row.body,
        digest=row.digest,
        handedAt=instant(row.handed_at),
        handedBy=row.handed_by,
        handedTo=row.handed_to,
    )
