"""A programme's orders and entries as they stand in the sealed part of the ledger, and nowhere else."""

from throughcare.care.medications.fhir import LEFT_CUSTODY, OWN, RXNORM, amount
from throughcare.care.medications.models import ProgrammeEntry, ProgrammeOrder
from throughcare.care.medications.sealed_orders import Programmed
from throughcare.kernel.fhir import LOCAL, Json, coding, concept, encode, filled, instant, period, reference, resource


def programme_order(row: ProgrammeOrder, said: Programmed, why: str = "") -> Json:
    """Render a programme's order; it stands in the sealed part of the ledger alone."""
    return resource(
        "MedicationRequest",
        row.id,
        status=row.status,
        intent="order",
        medicationCodeableConcept=concept(coding(RXNORM, said.product), text=said.text),
        subject=reference("Patient", row.person_id),
        authoredOn=instant(row.recorded_at),
        requester={"display": said.prescriber},
        priorPrescription=reference("MedicationRequest", row.replaces_id),
        dosageInstruction=[
            filled(
                text=said.sig,
                route=concept(text=said.route),
                doseAndRate=[{"doseQuantity": amount(said.amount, said.unit)}],
                extension=[{"url": f"{OWN}timing", "valueString": encode(dict(said.timing)).decode()}],
            )
        ],
        dispenseRequest=filled(validityPeriod=period(row.starts_at, row.ends_at)),
        statusReason=concept(*([coding(LOCAL, LEFT_CUSTODY)] if row.left_by else []), text=why) or None,
        extension=[
            *([{"url": f"{OWN}left-at", "valueInstant": instant(row.ended_at)}] if row.left_by else []),
            {"url": f"{OWN}legal-basis", "valueCode": said.basis},
            {"url": f"{OWN}programme", "valueString": said.programme},
            {"url": f"{OWN}checked-against", "valueString": said.check_edition},
            *({"url": f"{OWN}alert-passed", "valueString": f"{k}: {v}"} for k, v in sorted(said.reasons.items())),
        ],
    )


def programme_entry(row: ProgrammeEntry, said: dict[str, str]) -> Json:
    """Render one thing done under a programme; it stands in the sealed part of the ledger alone."""
    return filled(
        resourceType="ProgrammeEntry",
        id=str(row.id),
        kind=row.kind,
        subject=reference("Patient", row.person_id),
        order=reference("MedicationRequest", row.order_id),
        dose=reference("MedicationAdministration", row.dose_id),
        by=row.recorded_by,
        at=instant(row.happened_at),
        said=dict(sorted(said.items())),
    )
