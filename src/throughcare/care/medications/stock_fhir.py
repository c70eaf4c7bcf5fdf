"""Stock and kept medicines as the ledger keeps them: packs as FHIR MedicationDispense, the rest as our own kinds."""

from decimal import Decimal

from throughcare.care.medications.fhir import RXNORM, amount
from throughcare.care.medications.models import (
    KeptCount,
    KeptFitness,
    KeptPack,
    RefillRequest,
    StockCount,
    StockDifference,
    StockEntry,
)
from throughcare.kernel.fhir import Json, coding, concept, filled, instant, reference, resource

PACK_STATUS = {"kept": "completed", "used-up": "completed", "taken-back": "stopped", "lost": "completed"}


def entry(row: StockEntry) -> Json:
    """Render a move of stock with all who took part, and for a dose its order and person."""
    lot = row.stock
    return filled(
        resourceType="StockEntry",
        id=str(row.id),
        number=row.number,
        stock=str(lot.id),
        facility=str(lot.facility_id),
        place=lot.place,
        product=filled(rxnorm=lot.code, text=lot.text, ndc=lot.ndc, lot=lot.lot),
        move=row.move,
        quantity=_number(row.quantity),
        change=_number(row.change),
        beyond=_number(row.beyond or None),
        balance=_number(row.balance),
        at=instant(row.happened_at),
        by=row.by,
        witness=row.witness,
        subject=reference("Patient", row.person_id),
        order=reference("MedicationRequest", row.order_id),
        dose=str(row.dose_id) if row.dose_id else None,
        other=str(row.other_id) if row.other_id else None,
        reason=row.reason,
        orderForm=row.order_form,
    )


def count(row: StockCount) -> Json:
    """Render a count of a place by two people."""
    return filled(
        resourceType="StockCount",
        id=str(row.id),
        facility=str(row.facility_id),
        place=row.place,
        at=instant(row.counted_at),
        by=row.by,
        second=row.second,
        singleNurse=row.single_nurse,
        kind=row.kind,
        lines=row.lines,
    )


def difference(row: StockDifference) -> Json:
    """Render a difference with its report and what explained it."""
    return filled(
        resourceType="StockDifference",
        id=str(row.id),
        status=row.state,
        stock=str(row.stock_id),
        expected=_number(row.expected),
        counted=_number(row.counted),
        foundAt=instant(row.found_at),
        foundBy=row.found_by,
        report=row.report,
        reportedBy=row.reported_by,
        theft=row.theft,
        explanation=row.explanation,
        explainedBy=row.explained_by,
        told=row.told,
    )


def pack(row: KeptPack) -> Json:
    """Render a pack that a person keeps."""
    return resource(
        "MedicationDispense",
        row.id,
        status=PACK_STATUS[row.state],
        statusReasonCodeableConcept=concept(text=row.ended_why) or None,
        category=concept(text="kept on person"),
        medicationCodeableConcept=concept(*([coding(RXNORM, row.order.code)] if row.order.code else []), text=row.text),
        subject=reference("Patient", row.person_id),
        authorizingPrescription=[reference("MedicationRequest", row.order_id)],
        quantity=amount(row.quantity, row.order.unit),
        daysSupply={"value": row.supply_days},
        whenHandedOver=instant(row.issued_at),
        identifier=[{"system": "urn:throughcare:pack", "value": row.number}],
        extension=[
            {"url": "urn:throughcare:extension:lot", "valueString": row.lot},
            {"url": "urn:throughcare:extension:signed", "valueCode": row.signed_how},
            {"url": "urn:throughcare:extension:kept", "valueCode": row.state},
        ],
    )


def fitness(row: KeptFitness) -> Json:
    """Render the finding that a person may keep medicines."""
    return filled(
        resourceType="KeptFitness",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        fit=row.fit,
        words=row.words,
        at=instant(row.recorded_at),
        by=row.recorded_by,
        lapsedAt=instant(row.lapsed_at) if row.lapsed_at else None,
        lapsedWhy=row.lapsed_why,
    )


def kept_count(row: KeptCount) -> Json:
    """Render a count of a pack."""
    return filled(
        resourceType="KeptCount",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        pack=reference("MedicationDispense", row.pack_id),
        counted=_number(row.counted),
        expected=_number(row.expected),
        flagged=row.flagged,
        finding=row.finding,
        words=row.words,
        at=instant(row.recorded_at),
        by=row.recorded_by,
    )


def refill(row: RefillRequest) -> Json:
    """Render a wish for the next pack."""
    return filled(
        resourceType="RefillRequest",
        id=str(row.id),
        status=row.state,
        subject=reference("Patient", row.person_id),
        order=reference("MedicationRequest", row.order_id),
        channel=row.channel,
        at=instant(row.recorded_at),
        by=row.recorded_by,
        answer=row.answer,
        pack=reference("MedicationDispense", row.pack_id),
    )


def _number(value: Decimal | None) -> Decimal | None:
    """Give a number the same way before and after the database padded it with zeros."""
    if value is None:
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()
