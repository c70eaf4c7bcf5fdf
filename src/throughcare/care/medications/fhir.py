"""Orders as FHIR R4 MedicationRequest, charted doses as MedicationAdministration, overrides as our own kind."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

import orjson

from throughcare.care.medications.models import Crossing, CrossingLine, Dose, MedicationOrder, OrderOverride
from throughcare.care.medications.rules.statuses import FHIR, Status
from throughcare.kernel.fhir import LOCAL, Json, coding, concept, filled, instant, period, reference, resource

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
OWN = "urn:throughcare:extension:"
INTENT = {"standing": "instance-order"}
# The reason of an order that ended with somebody's custody: they may well go on taking it outside.
LEFT_CUSTODY = "left-custody"


class Charted(Protocol):
    """What is told of a dose that was charted."""

    id: UUID
    person_id: UUID
    version: int
    status: str
    reason: str | None
    happened_at: datetime | None
    amount: Decimal | None
    detail: Any


def order(row: MedicationOrder) -> Json:
    """Render an order; who signed it and what the checks found stand beside it."""
    return resource(
        "MedicationRequest",
        row.id,
        status=row.status,
        intent=INTENT.get(row.source, "order"),
        category=[concept(coding(LOCAL, row.mode))],
        priority=row.priority,
        reportedBoolean=False,
        medicationCodeableConcept=concept(*([coding(RXNORM, row.code)] if row.code else []), text=row.text),
        subject=reference("Patient", row.person_id),
        encounter=reference("Encounter", row.encounter_id),
        authoredOn=instant(row.recorded_at),
        requester=reference("Practitioner", row.prescriber_id),
        reasonCode=[concept(text=row.indication)] if row.indication else None,
        priorPrescription=reference("MedicationRequest", row.replaces_id),
        supportingInformation=[{"reference": f"MedicationStatement/{row.home_medicine_id}"}]
        if row.home_medicine_id
        else None,
        dosageInstruction=[
            filled(
                text=row.sig,
                patientInstruction=row.prepare,
                asNeededCodeableConcept=concept(text=row.as_needed_for) or None,
                route=concept(text=row.route),
                doseAndRate=[{"doseQuantity": amount(row.amount, row.unit)}] if row.amount is not None else None,
                extension=[{"url": f"{OWN}timing", "valueString": _timing(row)}],
            )
        ],
        dispenseRequest=filled(validityPeriod=period(row.starts_at, row.ends_at)),
        statusReason=_why(row),
        note=[{"text": row.off_formulary_why}] if row.off_formulary_why else None,
        extension=[
            {"url": f"{OWN}source", "valueCode": row.source},
            *([{"url": f"{OWN}left-at", "valueInstant": instant(row.ended_at)}] if row.left_by else []),
            *([{"url": f"{OWN}signed-at", "valueInstant": instant(row.signed_at)}] if row.signed_at else []),
            {"url": f"{OWN}checked-against", "valueString": row.check_edition},
        ],
    )


def _why(row: MedicationOrder) -> Json | None:
    """Give why an order does not run; one that a leaving stopped says so by a code, for who goes on with the medicine."""
    codes = [coding(LOCAL, LEFT_CUSTODY)] if row.left_by else []
    return concept(*codes, text=row.ended_why or row.held_why) or None


def _timing(row: MedicationOrder) -> str:
    # By the order of names, which the database does not keep.
    return orjson.dumps(row.timing, option=orjson.OPT_SORT_KEYS).decode()


def dose(row: Dose, product: str) -> Json:
    """Render a dose and what became of it: small, for there are thirteen million a year; `product` is its RxNorm code."""
    return dose_of(row, ordered(row.person_id, row.order_id or row.programme_order_id, product))


def ordered(person_id: UUID, order_id: UUID | None, product: str) -> Json:
    """Render what the doses of an order have in common."""
    return filled(
        medicationCodeableConcept=concept(coding(RXNORM, product)) if product else None,
        subject=reference("Patient", person_id),
        request=reference("MedicationRequest", order_id),
    )


def dose_of(row: Charted, common: Json) -> Json:
    """Render what became of a dose, beside what it has in common with the others of its order."""
    body: Json = {
        "resourceType": "MedicationAdministration",
        "id": str(row.id),
        "status": FHIR[Status(row.status)] or "unknown",
        "statusReason": [_what_became(row.status, row.reason or "")],
        **common,
    }
    if row.happened_at is not None:
        body["effectiveDateTime"] = instant(row.happened_at)
    if row.amount is not None:
        body["dosage"] = {"dose": {"value": row.amount}}
    if row.detail:
        body["extension"] = [{"url": f"{OWN}{k}", "valueString": str(v)} for k, v in sorted(row.detail.items())]
    return body


@lru_cache(maxsize=1024)
def _what_became(status: str, reason: str) -> Json:
    return concept(coding(LOCAL, status), *([coding(LOCAL, reason)] if reason else []))


def override(row: OrderOverride) -> Json:
    """Render an alert that was passed, with its reason."""
    return filled(
        resourceType="AlertOverride",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        order=reference("MedicationRequest", row.order_id),
        rule=row.rule,
        grade=row.grade,
        said=row.said,
        reason=row.reason,
        by=row.by,
        at=instant(row.at),
    )


def amount(value: Decimal, unit: str) -> Json:
    """Render how much: in the unit of the product, which is not always a unit of measure (a tablet, a puff)."""
    return filled(value=value.normalize() if value != value.to_integral() else value.quantize(Decimal(1)), unit=unit)


def crossing(row: Crossing, lines: Sequence[CrossingLine]) -> Json:
    """Render a move through a door with who covers each order; our own kind, for R4 has none."""
    return filled(
        resourceType="MedicationCrossing",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        door=row.door,
        status=row.state,
        period=period(row.leaves_at, row.back_at),
        place=row.place,
        uncovered=row.uncovered,
        bagOutAt=instant(row.bag_out_at),
        bagOutBy=row.bag_out_by,
        bagInAt=instant(row.bag_in_at),
        bagInBy=row.bag_in_by,
        arrivedAt=instant(row.arrived_at),
        arrivedBy=row.arrived_by,
        line=[
            filled(
                order=reference("MedicationRequest", line.order_id),
                doses=len(line.doses),
                nextDoseAt=instant(line.first_due_at),
                lacks=list(line.lacks),
                way=line.way,
                supplied=line.supplied or None,
                receiver=line.receiver,
                note=line.note,
                confirmedAt=instant(line.confirmed_at),
                confirmedBy=line.confirmed_by,
            )
            for line in sorted(lines, key=lambda x: str(x.order_id))
        ],
    )
