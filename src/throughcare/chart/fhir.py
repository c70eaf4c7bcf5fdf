"""Clinical rows as FHIR R4, pure; exact digits, no text of another resource, nothing empty."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from throughcare.chart import models as m
from throughcare.kernel.fhir import (
    LOCAL,
    UCUM,
    Json,
    coding,
    concept,
    day,
    filled,
    instant,
    own_system,
    period,
    reference,
    resource,
)

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
ALLERGY = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
DOCUMENT_CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category"
SNOMED = "http://snomed.info/sct"
ERROR = "entered-in-error"
URGENCY = {"stat": "stat", "urgent": "urgent", "routine": "routine"}


def what(system: str, code: str, text: str) -> Json:
    """Build a concept of a code if there is one, and the words."""
    return concept(*([coding(system, code)] if code else []), text=text)


def encounter(row: m.Encounter) -> Json:
    """Render an encounter."""
    return resource(
        "Encounter",
        row.id,
        status=row.status,
        class_=coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB"),
        type=[concept(coding(LOCAL, row.kind))],
        subject=reference("Patient", row.person_id),
        period=period(row.started_at, row.ended_at),
        location=[{"location": reference("Location", row.facility_id)}] if row.facility_id else None,
        serviceProvider=reference("Organization", row.facility_id),
    )


def condition(row: m.Condition) -> Json:
    """Render a problem."""
    wrong = row.status == ERROR
    return resource(
        "Condition",
        row.id,
        clinicalStatus=None if wrong else concept(coding(CLINICAL, row.status)),
        verificationStatus=concept(coding(VERIFICATION, ERROR if wrong else row.verification)),
        category=[concept(coding("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item"))],
        code=what(row.system, row.code, row.text),
        subject=reference("Patient", row.person_id),
        encounter=reference("Encounter", row.encounter_id),
        onsetDateTime=day(row.onset),
        abatementDateTime=day(row.abated),
        recordedDate=instant(row.recorded_at),
        recorder=reference("Practitioner", row.recorder_id),
    )


def allergy(row: m.Allergy) -> Json:
    """Render an allergy, or the statement that none is known."""
    wrong = row.status == ERROR
    code = concept(coding(SNOMED, "716186003"), text="No known allergy") if row.none_known else None
    return resource(
        "AllergyIntolerance",
        row.id,
        clinicalStatus=None if wrong else concept(coding(ALLERGY, "active" if row.status == "active" else "resolved")),
        verificationStatus=concept(
            coding(ALLERGY.replace("clinical", "verification"), ERROR if wrong else "confirmed")
        ),
        criticality=row.criticality,
        code=code or what(row.system, row.code, row.text),
        patient=reference("Patient", row.person_id),
        recordedDate=instant(row.recorded_at),
        reaction=[{"manifestation": [{"text": row.reaction}]}] if row.reaction else None,
    )


def observation(row: m.Observation) -> Json:
    """Render a measurement; its value keeps the digits that were written."""
    return resource(
        "Observation",
        row.id,
        status=row.status,
        category=[concept(coding(CATEGORY, row.category))],
        code=_measured(row),
        subject=reference("Patient", row.person_id),
        encounter=reference("Encounter", row.encounter_id),
        effectiveDateTime=instant(row.effective_at),
        issued=instant(row.recorded_at),
        performer=[reference("Practitioner", row.recorder_id)],
        derivedFrom=[reference("QuestionnaireResponse", row.response_id)] if row.response_id else None,
        interpretation=[concept(coding(INTERPRETATION, row.interpretation))] if row.interpretation else None,
        referenceRange=[{"text": row.reference_range}] if row.reference_range else None,
        note=[{"text": row.remark}] if row.remark else None,
        **_value(row),
    )


# Saturation by a probe on the skin is saturation in arterial blood as well: US Core asks for both codes.
ALSO = {"59408-5": "2708-6"}


def _measured(row: m.Observation) -> Json:
    said = what(row.system, row.code, row.text)
    if row.code in ALSO and said.get("coding"):
        return {**said, "coding": [*said["coding"], coding(row.system, ALSO[row.code])]}
    return said


def _value(row: m.Observation) -> dict[str, Any]:
    if row.components:
        return {"component": [_component(c) for c in row.components]}
    if row.value is not None:
        return {"valueQuantity": amount(row.value, row.value_places, row.unit, row.comparator)}
    if row.value_code:
        return {"valueCodeableConcept": what(row.value_system, row.value_code, row.value_text)}
    return {"valueString": row.value_text} if row.value_text else {}


def _component(part: dict[str, Any]) -> Json:
    value = Decimal(part["value"])
    return {
        "code": concept(coding(part["system"], part["code"])),
        "valueQuantity": {"value": value, "unit": part["unit"], "system": UCUM, "code": part["unit"]},
    }


def amount(value: Decimal, places: int, unit: str, comparator: str = "") -> Json:
    """Build a quantity with just the decimal places that were written."""
    exact = value.quantize(Decimal(1).scaleb(-places))
    return filled(value=exact, comparator=comparator, unit=unit, system=UCUM if unit else None, code=unit)


def note(row: m.Note) -> Json:
    """Render a note as a Composition: its author, its times, its words."""
    status = {"draft": "preliminary", "signed": "final", "cosigned": "final"}.get(row.status, row.status)
    attesters = [{"mode": "professional", "time": instant(row.signed_at)}] if row.signed_at else []
    if row.cosigned_at:
        attesters.append({"mode": "legal", "time": instant(row.cosigned_at)})
    return resource(
        "Composition",
        row.id,
        status=status,
        type=concept(coding(LOCAL, row.kind)),
        subject=reference("Patient", row.person_id),
        encounter=reference("Encounter", row.encounter_id),
        date=instant(row.happened_at),
        author=[reference("Practitioner", row.recorder_id)],
        title=row.title,
        attester=attesters,
        relatesTo=[{"code": "appends", "targetReference": reference("Composition", row.addends_id)}]
        if row.addends_id
        else None,
        section=[{"extension": [{"url": "urn:throughcare:extension:text", "valueString": row.text}]}],
    )


def order(row: m.Order) -> Json:
    """Render an order."""
    return resource(
        "ServiceRequest",
        row.id,
        status=row.status,
        intent="order",
        category=[concept(coding(LOCAL, row.kind))],
        priority=URGENCY[row.priority],
        code=what(row.system, row.code, row.text),
        subject=reference("Patient", row.person_id),
        encounter=reference("Encounter", row.encounter_id),
        occurrencePeriod=period(None, row.due_at),
        authoredOn=instant(row.recorded_at),
        requester=reference("Practitioner", row.recorder_id),
        reasonCode=[{"text": row.reason}] if row.reason else None,
    )


def report(row: m.Report, lines: Sequence[UUID] = ()) -> Json:
    """Render a result's shell, and which lines it holds."""
    return resource(
        "DiagnosticReport",
        row.id,
        identifier=[{"system": own_system("filler", row.source), "value": row.filler}] if row.filler else None,
        basedOn=[reference("ServiceRequest", row.order_id)] if row.order_id else None,
        status=row.status,
        category=[concept(coding("http://terminology.hl7.org/CodeSystem/v2-0074", "LAB"))]
        if _of_laboratory(row)
        else None,
        code=what(row.system, row.code, row.text),
        subject=reference("Patient", row.person_id),
        effectiveDateTime=instant(row.effective_at),
        issued=instant(row.recorded_at),
        performer=[{"display": row.source}] if row.source else None,
        result=[reference("Observation", one) for one in lines] or None,
        conclusion=row.words or None,
        extension=[
            {"url": f"urn:throughcare:extension:{name}", "valueString": said}
            for name, said in (
                ("urgency", row.urgency if row.urgency != "normal" else ""),
                ("plan", row.plan),
                ("plan-words", row.plan_words),
                ("reviewed-by", row.reviewed_by),
                ("told-how", row.told_how),
                ("specimen", row.specimen),
                ("unjudged", "" if row.judged else "true"),
                *(("reviewed-before", f"{past['by']}: {past['plan']} {past['words']}".strip()) for past in row.earlier),
            )
            if said
        ],
    )


def _of_laboratory(row: m.Report) -> bool:
    """Tell whether a laboratory made the report: it came by message or with a record, and its test has a code. A letter has none."""
    return bool(row.code and (row.filler or row.outside))


def critical_call(row: m.CriticalCall) -> Json:
    """Render a call about a critical value: who told whom, when, and whether it was read back."""
    return filled(
        person=str(row.person_id),
        report=str(row.report_id),
        caller=row.caller,
        told=row.told,
        at=instant(row.called_at),
        readBack=row.read_back,
        words=row.words,
        recordedBy=row.recorded_by,
    )


def immunization(row: m.Immunization) -> Json:
    """Render a vaccine given, refused or reported."""
    return resource(
        "Immunization",
        row.id,
        status=row.status,
        statusReason=concept(text=row.why_not) if row.why_not else None,
        vaccineCode=what(row.system, row.code, row.text),
        patient=reference("Patient", row.person_id),
        encounter=reference("Encounter", row.encounter_id),
        occurrenceDateTime=instant(row.given_at),
        recorded=instant(row.recorded_at),
        primarySource=row.primary,
        reportOrigin=concept(text=row.source) if row.source and not row.primary else None,
        manufacturer={"display": row.manufacturer} if row.manufacturer else None,
        lotNumber=row.lot or None,
        expirationDate=day(row.expires),
        site=concept(text=row.site) if row.site else None,
        route=concept(text=row.route) if row.route else None,
        doseQuantity=filled(value=row.amount.normalize() if row.amount is not None else None, unit=row.unit or None)
        or None,
        performer=[{"actor": reference("Practitioner", row.recorder_id)}] if row.primary else None,
    )


def home_medicine(row: m.HomeMedicine) -> Json:
    """Render what the person says or a pharmacy confirms that they take."""
    status = {"active": "active", ERROR: ERROR}.get(row.status, "stopped")
    return resource(
        "MedicationStatement",
        row.id,
        status=status,
        statusReason=[concept(text=row.stopped_why)] if row.stopped_why else None,
        category=concept(coding("http://terminology.hl7.org/CodeSystem/medication-statement-category", "community")),
        medicationCodeableConcept=what(row.system, row.code, row.text),
        subject=reference("Patient", row.person_id),
        dateAsserted=instant(row.recorded_at),
        note=[{"text": t} for t in (row.last_taken, row.verified_how) if t],
        dosage=[{"text": row.dose}] if row.dose else None,
    )


def flag(row: m.Flag) -> Json:
    """Render a mark on the chart."""
    return resource(
        "Flag",
        row.id,
        status="inactive" if row.until else "active",
        code=concept(coding(LOCAL, row.code), text=row.text),
        subject=reference("Patient", row.person_id),
        period=period(row.since, row.until),
    )


def attachment(row: m.Attachment, blob: m.Blob) -> Json:
    """Render a document by reference to its bytes' digest."""
    return resource(
        "DocumentReference",
        row.id,
        status=row.status,
        type=concept(coding(LOCAL, row.kind)),
        category=[concept(coding(DOCUMENT_CATEGORY, "clinical-note"))],
        subject=reference("Patient", row.person_id),
        date=instant(row.recorded_at),
        content=[{"attachment": {"contentType": blob.media, "size": blob.size, "title": row.title}}],
        identifier=[{"system": "urn:throughcare:sha256", "value": blob.sha256}],
        context={"related": [reference("DiagnosticReport", row.report_id)]} if row.report_id else None,
    )
