"""A duty as FHIR R4 Task, a refusal as the house's own form; pure."""

from throughcare.duties.models import Duty, Handover, Refusal, RosterShift
from throughcare.kernel.fhir import LOCAL, Json, coding, concept, filled, instant, period, reference, resource

STATUS = {
    "": "requested",
    "done": "completed",
    "refused": "rejected",
    "excused": "cancelled",
    "converted": "cancelled",
    "void": "cancelled",
}
PRIORITY = {"now": "stat", "shift": "urgent", "later": "routine"}


def task(duty: Duty) -> Json:
    """Render a duty: the rule as code, the due time as restriction, the outcome as business status."""
    return resource(
        "Task",
        duty.id,
        instantiatesUri=f"{LOCAL}:rule:{duty.rule}|{duty.rule_version}",
        status=STATUS[duty.outcome],
        statusReason={"text": duty.reason} if duty.reason else None,
        businessStatus=concept(coding(f"{LOCAL}:outcome", duty.outcome)) if duty.outcome else None,
        intent="order",
        priority=PRIORITY[duty.lane],
        code=concept(coding(f"{LOCAL}:rule", duty.rule), text=duty.title),
        for_=reference("Patient", duty.person_id),
        executionPeriod=period(duty.opened_at, duty.closed_at),
        authoredOn=instant(duty.opened_at),
        lastModified=instant(duty.closed_at or duty.opened_at),
        performerType=[concept(coding(f"{LOCAL}:role", duty.owner_role))],
        owner=reference("Practitioner", duty.owner_id),
        location=reference("Location", duty.facility_id),
        restriction=filled(period=period(duty.not_before, duty.due_at)),
        input=_inputs(duty),
        output=[{"type": {"text": "successor"}, "valueReference": reference("Task", duty.successor_id)}]
        if duty.successor_id
        else None,
    )


def _inputs(duty: Duty) -> list[Json]:
    given = [{"type": {"text": "trigger"}, "valueString": duty.trigger}]
    if duty.ref:
        given.append({"type": {"text": "ref"}, "valueUuid": f"urn:uuid:{duty.ref}"})
    return given


def refusal(row: Refusal) -> Json:
    """Render a refusal with everything that makes it informed."""
    return filled(
        duty=str(row.duty_id),
        clinician=str(row.clinician_id),
        clinicianName=row.clinician_name,
        said=row.said,
        riskTold=row.risk_told,
        capacity=row.capacity,
        interpreter=row.interpreter,
        signedByPerson=row.signed_by_person,
        witness=row.witness,
        secondWitness=row.second_witness,
        signedAt=instant(row.signed_at),
    )


def shift(row: RosterShift) -> Json:
    """Render a shift."""
    return filled(
        role=row.role,
        facility=str(row.facility_id) if row.facility_id else None,
        starts=instant(row.starts),
        ends=instant(row.ends),
        onCall=row.on_call,
    )


def handover(row: Handover) -> Json:
    """Render a handover; its notes are the givers' words."""
    return filled(
        role=row.role,
        shift=row.shift,
        givenBy=str(row.given_by_id),
        givenAt=instant(row.given_at),
        notes=row.notes,
        duties=[str(d) for d in row.duties],
        acceptedBy=str(row.accepted_by_id) if row.accepted_by_id else None,
        acceptedAt=instant(row.accepted_at),
        questions=row.questions,
    )
