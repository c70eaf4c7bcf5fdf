"""A programme's record as it stands in the sealed part of the ledger, and nowhere else. Pure."""

from collections.abc import Mapping

from throughcare.care.substance_use.models import Enrolment, EnrolmentEntry, OutsideCall
from throughcare.kernel.fhir import Json, day, filled, instant, reference


def call(row: OutsideCall, said: Mapping[str, str]) -> Json:
    """Render one try to reach an outside programme."""
    return filled(
        resourceType="OutsideCall",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        outcome=row.outcome,
        at=instant(row.recorded_at),
        by=row.recorded_by,
        nextTry=instant(row.next_try_at),
        said=dict(sorted(said.items())),
    )


def enrolment(row: Enrolment, said: Mapping[str, str]) -> Json:
    """Render somebody's part in a programme."""
    return filled(
        resourceType="ProgrammeEnrolment",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        since=day(row.since),
        until=day(row.until),
        by=row.recorded_by,
        said=dict(sorted(said.items())),
    )


def entry(row: EnrolmentEntry, said: Mapping[str, str]) -> Json:
    """Render one thing that the programme's record holds."""
    return filled(
        resourceType="EnrolmentEntry",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        enrolment=str(row.enrolment_id),
        kind=row.kind,
        on=day(row.on),
        by=row.recorded_by,
        said=dict(sorted(said.items())),
    )
