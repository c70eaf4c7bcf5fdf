"""Monitoring as FHIR R4: the episode an EpisodeOfCare, a check a ClinicalImpression; an offer in the house's own shape. Pure."""

from throughcare.care.substance_use.models import Check, Episode, Offer
from throughcare.care.substance_use.rule_table import load_table
from throughcare.kernel.fhir import LOCAL, Json, coding, concept, filled, instant, period, reference, resource

OWN = "urn:throughcare:extension:"
STATUS = {"active": "active", "finished": "finished", "left": "finished"}


def episode(row: Episode) -> Json:
    """Render an episode: since when, of what, who opened it and why, and the order that ended it."""
    return resource(
        "EpisodeOfCare",
        row.id,
        status=STATUS[row.state],
        type=[concept(coding(LOCAL, "withdrawal-monitoring"), coding(LOCAL, _label(row.substance)))],
        patient=reference("Patient", row.person_id),
        managingOrganization=reference("Location", row.facility_id),
        period=period(row.opened_at, row.ended_at),
        extension=[
            {"url": f"{OWN}opened-by", "valueString": row.opened_by},
            {"url": f"{OWN}because", "valueString": row.because},
            *([{"url": f"{OWN}state", "valueCode": row.state}]),
            *([{"url": f"{OWN}ended-by", "valueString": row.ended_by}] if row.ended_by else []),
            *([{"url": f"{OWN}ended-why", "valueString": row.ended_why}] if row.ended_why else []),
            *([_decided(row)] if row.decided_at else []),
        ],
    )


def _decided(row: Episode) -> Json:
    parts: list[Json] = [
        {"url": "at", "valueInstant": instant(row.decided_at)},
        {"url": "by", "valueString": row.decided_by},
        {"url": "decision", "valueCode": row.decision},
        {"url": "words", "valueString": row.decision_words},
    ]
    return {"url": f"{OWN}care-decided", "extension": [p for p in parts if p.get("valueString") != ""]}


def check(row: Check) -> Json:
    """Render a check: what it found, what it was taken to mean, and when the next one is due."""
    form = reference("QuestionnaireResponse", row.response_id)
    return resource(
        "ClinicalImpression",
        row.id,
        status="completed",
        code=concept(coding(LOCAL, f"withdrawal-check-{row.kind}"), coding(LOCAL, _label(row.episode.substance))),
        subject=reference("Patient", row.person_id),
        effectiveDateTime=instant(row.at),
        date=instant(row.at),
        investigation=[{"code": concept(coding(LOCAL, "scale")), "item": [form]}] if form else [],
        summary=row.words,
        finding=[{"itemCodeableConcept": concept(coding(LOCAL, f"sign-{s}"))} for s in row.signs]
        + [{"itemCodeableConcept": concept(coding(LOCAL, r["code"]), text=r["en"])} for r in row.reasons],
        extension=[
            {"url": f"{OWN}episode", "valueReference": reference("EpisodeOfCare", row.episode_id)},
            {"url": f"{OWN}by", "valueString": row.by},
            {"url": f"{OWN}level", "valueCode": row.level},
            {"url": f"{OWN}next-due", "valueInstant": instant(row.next_at)},
            {"url": f"{OWN}next-why", "valueString": row.next_why},
            {"url": f"{OWN}table", "valueString": row.table_version},
            *({"url": f"{OWN}measured-{k}", "valueString": v} for k, v in sorted(row.measured.items())),
        ],
    )


def offer(row: Offer) -> Json:
    """Render an offer of treatment and its answer."""
    return filled(
        resourceType="TreatmentOffer",
        id=str(row.id),
        code=concept(coding(LOCAL, "opioid-treatment-offer")),
        subject=reference("Patient", row.person_id),
        episode=reference("EpisodeOfCare", row.episode_id),
        at=instant(row.at),
        by=row.by,
        answer=row.answer,
        wish=row.wish,
        words=row.words,
        pregnant=row.pregnant,
        language=row.language,
        interpreter=row.interpreter,
    )


def _label(substance: str) -> str:
    return load_table().substances[substance].label
