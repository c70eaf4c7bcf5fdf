"""Projections: the closed list of cuts by which less than the whole of an entry is shown.

A projection is a pure cut of the stored body. It can only remove; it adds one thing, the SUBSETTED tag, and what it gives
has an ETag of its own. A resource type that a projection does not name is absent under it.
"""

from collections.abc import Callable
from typing import Any

from throughcare.kernel.fhir import Json

SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
}
_ALWAYS = ("resourceType", "id", "subject", "patient")
Cut = Callable[[Json], Json | None]


def _kept(**by_type: tuple[str, ...]) -> Cut:
    """Keep these elements of each type, whole, and nothing of other types."""

    def cut(body: Json) -> Json | None:
        kept = by_type.get(str(body.get("resourceType")))
        if kept is None:
            return None
        return {name: value for name, value in body.items() if name in kept or name in _ALWAYS}

    return cut


def _without_text(cut: Cut) -> Cut:
    """Keep of each concept its codes only: what somebody typed beside them may say why."""

    def without(body: Json) -> Json | None:
        found = cut(body)
        return None if found is None else {name: _codes_only(value) for name, value in found.items()}

    return without


def _codes_only(value: Any) -> Any:
    if isinstance(value, list):
        return [_codes_only(one) for one in value]
    if isinstance(value, dict) and "coding" in value:
        return {"coding": value["coding"]}
    return value


def _place_and_time(body: Json) -> Json | None:
    """Keep when and where; of those who take part the place alone, for a clinician's name says why.

    Of a visit outside nothing: custody plans the move by its own schedule, and a date known early is a risk.
    """
    if is_off_site(body):
        return None
    found = _kept(Appointment=("status", "start", "end", "priority", "participant"))(body)
    if found is None:
        return None
    places = [p for p in found.get("participant", ()) if _is_place(p)]
    return {**{k: v for k, v in found.items() if k != "participant"}, **({"participant": places} if places else {})}


def _is_place(participant: Json) -> bool:
    return str(participant.get("actor", {}).get("reference", "")).startswith("Location/")


def _no_offsite_date(body: Json) -> Json | None:
    """Keep all, but of a visit outside no time: a known date is a risk."""
    if is_off_site(body):
        return {name: value for name, value in body.items() if name not in ("start", "end", "requestedPeriod", "slot")}
    return dict(body)


def is_off_site(body: Json) -> bool:
    """Tell whether a visit is outside: typed so, or another system's word. Only what was sent names its source."""
    if body.get("resourceType") == "Appointment" and body.get("meta", {}).get("source"):
        return True
    codes = {c.get("code") for c in body.get("appointmentType", {}).get("coding", ())}
    return body.get("resourceType") == "Appointment" and "off_site" in codes


_STATE = ("status", "code", "category")
_summary = _kept(
    Patient=("name", "gender", "birthDate", "active", "link", "identifier"),
    Condition=(
        "clinicalStatus", "verificationStatus", "category", "severity", "code", "onsetDateTime", "abatementDateTime",
        "recordedDate",
    ),
    AllergyIntolerance=("clinicalStatus", "verificationStatus", "type", "category", "criticality", "code", "reaction"),
    MedicationRequest=("status", "intent", "medicationCodeableConcept", "authoredOn", "dosageInstruction"),
    MedicationStatement=("status", "medicationCodeableConcept", "effectiveDateTime", "effectivePeriod"),
    MedicationAdministration=("status", "medicationCodeableConcept", "effectiveDateTime"),
    Observation=(*_STATE, "effectiveDateTime", "valueQuantity", "valueInteger", "valueCodeableConcept", "interpretation"),
    DiagnosticReport=(*_STATE, "effectiveDateTime", "issued"),
    ServiceRequest=(*_STATE, "intent", "priority", "authoredOn", "occurrenceDateTime"),
    Procedure=(*_STATE, "performedDateTime"),
    Immunization=("status", "vaccineCode", "occurrenceDateTime"),
    Encounter=("status", "class", "type", "period"),
    CarePlan=("status", "intent", "category", "period", "title"),
    Composition=("status", "type", "date"),
    DocumentReference=("status", "type", "date"),
    QuestionnaireResponse=("status", "questionnaire", "authored"),
    Appointment=("status", "serviceType", "start", "end", "priority"),
    Flag=("status", "code", "period"),
    Task=("status", "code", "executionPeriod"),
)  # fmt: skip


def _summarised(body: Json) -> Json | None:
    """Keep the summary; of what another system asked for no day on which it is wanted: that may be a visit outside."""
    found = _summary(body)
    if found is not None and body.get("resourceType") == "ServiceRequest" and body.get("meta", {}).get("source"):
        found.pop("occurrenceDateTime", None)
    return found


_DOSED = ("status", "medicationCodeableConcept", "effectiveDateTime", "dosage")
_dose = _kept(
    MedicationAdministration=_DOSED,
    MedicationRequest=("status", "intent", "medicationCodeableConcept", "dosageInstruction"),
)
_named = ("status", "medicationCodeableConcept")
_medicine_name = _kept(MedicationRequest=_named, MedicationStatement=_named, MedicationAdministration=_named)
_kop_card = _kept(MedicationRequest=("status", "dispenseRequest"))
_operational = _kept(Flag=("status", "code", "period", "extension"))
_incident = _kept(AuditEvent=("type", "recorded"), Communication=("status", "category", "sent"))
_header = _kept(**dict.fromkeys(("Consent", "Composition", "QuestionnaireResponse", "DocumentReference"), ("status",)))
_accounting = _kept(AuditEvent=("type", "recorded", "purposeOfEvent"))


def _kop(body: Json) -> Json | None:
    """Keep that something may be carried and until when; never its name (ruling 8)."""
    found = _kop_card(body)
    if found is None:
        return None
    period = found.pop("dispenseRequest", {}).get("validityPeriod")
    return {**found, **({"dispenseRequest": {"validityPeriod": period}} if period else {})}


PROJECTIONS: dict[str, Cut] = {
    "summary": _without_text(_summarised),
    "dose": _dose,
    "medicine_name": _medicine_name,
    "kop_card": _kop,
    "place_time": _place_and_time,
    "no_offsite_date": _no_offsite_date,
    "operational": _operational,
    "incident": _without_text(_incident),
    "header": _header,
    "accounting": _accounting,
}


def cut(body: Json, *names: str) -> Json | None:
    """Cut a body by one projection after another; None where one of them shows nothing of it."""
    found: Json | None = body
    for name in names:
        found = PROJECTIONS[name](found) if found is not None else None
    if found is None or not names:
        return found
    meta = body.get("meta", {})
    return {**found, "meta": {**meta, "tag": [*meta.get("tag", ()), SUBSETTED]}}


def etag(version: int, *names: str) -> str:
    """Give the ETag of a version as cut: two readers who see different cuts never share a cache entry."""
    return f'W/"{"-".join([str(version), *names])}"'
