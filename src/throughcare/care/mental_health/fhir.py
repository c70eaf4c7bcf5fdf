"""A watch as FHIR R4: the order and the safety plan as CarePlan, checks as Observation, assessments as RiskAssessment. Pure."""

from typing import Any

from throughcare.care.mental_health.models import (
    DoorTag,
    FollowUp,
    SafetyPlan,
    SelfHarmEvent,
    Watch,
    WatchAssessment,
    WatchCheck,
    WatchFinding,
    WatchObserver,
    WatchReason,
)
from throughcare.kernel.fhir import LOCAL, Json, coding, concept, filled, instant, period, reference, resource

OWN = "urn:throughcare:extension:"
# US Core finds an assessment with its plan by this.
PLAN_CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/careplan-category"
PROBABILITY = "http://terminology.hl7.org/CodeSystem/risk-probability"


def watch(row: Watch) -> Json:
    """Render the order of a watch: level, property item by item, room, where the person may go. It holds no reason."""
    return resource(
        "CarePlan",
        row.id,
        status="completed" if row.state == "ended" else "active",
        intent="order" if row.ordered_at else "proposal",
        category=[concept(coding(LOCAL, "watch")), concept(coding(PLAN_CATEGORY, "assess-plan"))],
        subject=reference("Patient", row.person_id),
        period=period(row.started_at, row.ended_at),
        created=instant(row.started_at),
        activity=[_activity("watch-" + row.level, row.level_since)]
        + [_activity(f"property-{key}-{given}") for key, given in sorted(row.property.items())]
        + [_activity(f"room-{key}", row.room_checked_at) for key in row.room_safe]
        + [_activity(f"out-of-cell-{row.out_of_cell}")]
        + [_activity(f"supplement-{key}") for key in row.supplements],
        extension=_said(
            state=row.state,
            alone="yes" if row.alone else "no",
            rests=row.rests_why,
            ended=row.ended_how,
            starter=row.started_by,
            orderer=row.ordered_by,
            ender=row.ended_by,
            facility=str(row.facility_id or ""),
        ),
    )


def reason(row: WatchReason) -> Json:
    """Render why, in the words of the clinician who said so."""
    return resource(
        "ClinicalImpression",
        row.id,
        status="completed",
        code=concept(coding(LOCAL, f"watch-{row.what}")),
        subject=reference("Patient", row.person_id),
        date=instant(row.at),
        assessor=reference("Practitioner", row.by_id),
        summary=row.words,
        extension=_said(watch=str(row.watch_id)),
    )


def check(row: WatchCheck) -> Json:
    """Render one check with both its times, and what proves the door."""
    return resource(
        "Observation",
        row.id,
        status="final",
        code=concept(coding(LOCAL, "watch-check")),
        subject=reference("Patient", row.person_id),
        effectiveDateTime=instant(row.at),
        issued=instant(row.received_at),
        performer=[reference("Practitioner", row.observer_id)],
        valueCodeableConcept=concept(coding(LOCAL, f"behaviour-{row.behaviour}")),
        note=[{"text": row.note}] if row.note else None,
        device=filled(identifier={"system": "urn:throughcare:device", "value": str(row.device_id)})
        if row.device_id
        else None,
        extension=_said(
            watch=str(row.watch_id),
            place=row.place,
            proof=row.proof,
            source=row.source,
            sequence="" if row.sequence is None else str(row.sequence),
            skew="" if not row.skew_seconds else str(row.skew_seconds),
        ),
    )


def observer(row: WatchObserver) -> Json:
    """Render one stretch of a constant watch."""
    return resource(
        "Observation",
        row.id,
        status="final" if row.until else "preliminary",
        code=concept(coding(LOCAL, "watch-observer")),
        subject=reference("Patient", row.person_id),
        effectivePeriod=period(row.since, row.until),
        performer=[reference("Practitioner", row.observer_id)],
        valueString=row.ended_how,
        note=[{"text": row.told}] if row.told else None,
        extension=_said(watch=str(row.watch_id), proof=row.proof),
    )


def assessment(row: WatchAssessment) -> Json:
    """Render what was found face to face, and what was decided."""
    return resource(
        "RiskAssessment",
        row.id,
        status="final",
        code=concept(coding(LOCAL, "watch-assessment")),
        subject=reference("Patient", row.person_id),
        occurrenceDateTime=instant(row.at),
        performer=reference("Practitioner", row.by_id),
        basis=[r for r in [reference("CarePlan", row.watch_id)] if r],
        prediction=[_prediction(row.risk)],
        mitigation=f"{row.decision} {row.level_after}".strip(),
        note=[
            {"text": words}
            for words in (row.formulation, row.risk_factors, row.protective, row.changes, row.why)
            if words
        ],
        extension=_answers(row.answers) + _said(form=row.form, plan=str(row.plan_id or "")),
    )


def follow_up(row: FollowUp) -> Json:
    """Render one visit after a watch, owed or done."""
    return resource(
        "RiskAssessment",
        row.id,
        status="final" if row.state == "done" else "cancelled" if row.state == "converted" else "registered",
        code=concept(coding(LOCAL, f"watch-follow-up-{row.visit}")),
        subject=reference("Patient", row.person_id),
        occurrencePeriod=period(row.earliest_at, row.latest_at),
        prediction=[_prediction(row.risk)] if row.risk else None,
        note=[{"text": row.words}] if row.words else None,
        extension=_answers(row.answers)
        + _said(watch=str(row.watch_id), done=instant(row.done_at) or "", by=row.done_by),
    )


def plan(row: SafetyPlan) -> Json:
    """Render a safety plan, part by part, in the person's words."""
    return resource(
        "CarePlan",
        row.id,
        status="revoked" if row.replaced_at else "active",
        intent="plan",
        category=[concept(coding(LOCAL, "safety-plan")), concept(coding(PLAN_CATEGORY, "assess-plan"))],
        subject=reference("Patient", row.person_id),
        period=period(row.made_at, row.replaced_at),
        created=instant(row.made_at),
        activity=[
            {
                "detail": {
                    "code": concept(coding(LOCAL, f"safety-plan-{key}")),
                    "status": "in-progress",
                    "description": words,
                }
            }
            for key, words in sorted(row.parts.items())
            if words
        ],
        extension=_said(by=row.made_by),
    )


def event(row: SelfHarmEvent) -> Json:
    """Render an act, its class and what was done."""
    return resource(
        "Observation",
        row.id,
        status="final" if row.classed_at else "preliminary",
        code=concept(coding(LOCAL, "self-harm-event")),
        subject=reference("Patient", row.person_id),
        effectiveDateTime=instant(row.happened_at),
        valueCodeableConcept=concept(coding(LOCAL, row.kind)) if row.kind else None,
        component=[{"code": concept(coding(LOCAL, step)), "valueBoolean": True} for step in row.steps],
        note=[{"text": words} for words in (row.words, row.review) if words],
        extension=_said(watch=str(row.watch_id or ""), seen=row.seen_by, classed=row.classed_by),
    )


def finding(row: WatchFinding) -> Json:
    """Render a finding and its answer."""
    return filled(
        resourceType="WatchFinding",
        id=str(row.id),
        subject=reference("Patient", row.person_id),
        watch=str(row.watch_id),
        kind=row.kind,
        period=period(row.since, row.until),
        observer=row.observer,
        reason=row.reason,
        times=row.times,
        found=instant(row.found_at),
        state=row.state,
        answer=row.answer,
        answered=instant(row.answered_at),
        by=row.answered_by,
    )


def tag(row: DoorTag) -> Json:
    """Render that a door has a tag; the code itself stays out of the record."""
    return filled(
        resourceType="DoorTag",
        id=str(row.id),
        location=reference("Location", row.place_id),
        place=row.place,
        period=period(row.made_at, row.ended_at),
    )


def _activity(code: str, at: Any = None) -> Json:
    detail = filled(
        code=concept(coding(LOCAL, code)),
        status="in-progress",
        scheduledString=instant(at),
    )
    return {"detail": detail}


def _prediction(risk: str) -> Json:
    known = {"low": "low", "moderate": "moderate", "high": "high", "none": "negligible"}
    if risk not in known:
        return {"qualitativeRisk": concept(coding(LOCAL, risk))}
    return {"qualitativeRisk": concept(coding(PROBABILITY, known[risk]))}


def _answers(answers: dict[str, bool]) -> list[Json]:
    return [{"url": f"{OWN}c-ssrs-{key}", "valueBoolean": value} for key, value in sorted(answers.items())]


def _said(**parts: str) -> list[Json]:
    return [{"url": f"{OWN}{name}", "valueString": value} for name, value in parts.items() if value]
