"""An arrival as JSON: R4 has no resource for it; its forms, orders and alerts are resources of their own."""

from throughcare.care.intake.models import Arrival
from throughcare.kernel.fhir import Json, instant, reference, resource


def arrival(row: Arrival) -> Json:
    """Render an arrival."""
    return resource(
        "IntakeArrival",
        row.id,
        status=row.state,
        subject=reference("Patient", row.person_id),
        facility=reference("Organization", row.facility_id),
        stay=str(row.stay_id),
        arrived=instant(row.arrived_at),
        lane=row.lane,
        officerFlags=row.officer_flags,
        quickLook=reference("QuestionnaireResponse", row.quick_look_id),
        screening=reference("QuestionnaireResponse", row.screening_id),
        cleared=instant(row.cleared_at),
        clearance=row.clearance,
        signed=instant(row.signed_at),
        signedBy=row.signed_by,
        disposition=row.disposition,
        reasons=row.reasons,
    )
