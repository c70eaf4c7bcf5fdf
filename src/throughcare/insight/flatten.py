"""A resource as rows of the warehouse's tables: `rows` for one, `bundle` for a FHIR Bundle. Pure; the ledger and a Bundle alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from throughcare.insight.flattening import clinical, house
from throughcare.insight.flattening.clinical import Found
from throughcare.insight.flattening.reading import Head, Json, Row, id_of, moment

# Each type with the tables its rows may lie in: a changed entry is looked for in all of them.
FLATTEN: Mapping[str, tuple[Callable[[Json, Head], Found], tuple[str, ...]]] = {
    "Patient": (house.patient, ("person",)),
    "Stay": (house.stay, ("stay", "legal_status")),
    "Move": (house.move, ("move",)),
    "Location": (house.location, ("facility",)),
    "Task": (house.task, ("duty",)),
    "EmergencyCode": (house.code, ("incident",)),
    "CodeStamp": (house.stamp, ("code_stamp",)),
    "HospitalTrip": (house.trip, ("incident",)),
    "VisitMissed": (house.missed, ("incident",)),
    "WatchFinding": (house.finding, ("incident",)),
    "Appointment": (house.appointment, ("appointment",)),
    "ScheduledEvent": (house.appointment, ("appointment",)),
    "ReleasePlan": (house.going_home, ("release_step",)),
    "ReleasePacket": (house.going_home, ("release_step",)),
    "ReleaseBridge": (house.going_home, ("release_step",)),
    "ReleaseContact": (house.going_home, ("release_step",)),
    "IntakeArrival": (house.arrival, ("arrival",)),
    "Lockdown": (house.lockdown, ("lockdown",)),
    "PractitionerRole": (house.posting, ("staff",)),
    "Shift": (house.shift, ("shift",)),
    "Encounter": (clinical.encounter, ("encounter",)),
    "Condition": (clinical.condition, ("condition",)),
    "Observation": (clinical.observation, ("observation", "incident")),
    "Procedure": (clinical.procedure, ("procedure",)),
    "DiagnosticReport": (clinical.report, ("report",)),
    "ServiceRequest": (clinical.service_request, ("service_request",)),
    "DeviceRequest": (clinical.device_request, ("device_request",)),
    "MedicationRequest": (clinical.medication_order, ("medication_order",)),
    "MedicationStatement": (clinical.medication_statement, ("medication_order",)),
    "MedicationAdministration": (clinical.administration, ("dose",)),
    "MedicationDispense": (clinical.dispense, ("dose",)),
    "Immunization": (clinical.immunization, ("immunization",)),
    "AllergyIntolerance": (clinical.allergy, ("allergy",)),
    "Communication": (clinical.communication, ("communication",)),
    "Composition": (clinical.document, ("document",)),
    "QuestionnaireResponse": (clinical.document, ("document",)),
    "DocumentReference": (clinical.document, ("document",)),
    "EpisodeOfCare": (clinical.episode, ("episode",)),
    "CarePlan": (clinical.episode, ("episode", "watch")),
    "Coverage": (clinical.episode, ("episode",)),
    "Goal": (clinical.episode, ("episode",)),
}
WRONG = "entered-in-error"


def rows(body: Json, head: Head) -> Found:
    """Give the rows of one resource: each a table's name and its columns; none where it was entered in error."""
    known = FLATTEN.get(body.get("resourceType", ""))
    if known is None or body.get("status") == WRONG or _unverified(body):
        return []
    return known[0](body, head)


def _unverified(body: Json) -> bool:
    said: Any = body.get("verificationStatus")
    return isinstance(said, dict) and any(c.get("code") == WRONG for c in said.get("coding", ()))


def bundle(content: Json, *, data_class: str = "clinical") -> Iterator[tuple[str, Row]]:
    """Give the rows of every resource of a Bundle of one or several people."""
    resources = [e["resource"] for e in content.get("entry", ()) if "resource" in e]
    known = {r["id"]: r for r in resources if "id" in r}
    for body in resources:
        whose = body["id"] if body["resourceType"] == "Patient" else _whose(body)
        head = Head(body.get("id", ""), whose or "", data_class, _recorded(body), known)
        yield from rows(body, head)


def _whose(body: Json) -> str | None:
    return next((found for n in ("subject", "patient", "beneficiary", "for") if (found := id_of(body.get(n)))), None)


def _recorded(body: Json) -> datetime | None:
    names = ("recordedDate", "issued", "authoredOn", "recorded", "dateAsserted", "sent", "date")
    return next((moment(body[n]) for n in names if isinstance(body.get(n), str)), None)
