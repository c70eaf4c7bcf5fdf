"""Which US Core profiles a resource claims. A claim is a function of the bytes, said on the way out and never kept in them. Pure."""

import re
from functools import cache, lru_cache

US = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
VERSION = "6.1.0"
# One profile for the whole type.
BY_TYPE = {
    "AllergyIntolerance": "allergyintolerance",
    "CarePlan": "careplan",
    "CareTeam": "careteam",
    "Coverage": "coverage",
    "DocumentReference": "documentreference",
    "Encounter": "encounter",
    "Goal": "goal",
    "Immunization": "immunization",
    "Location": "location",
    "MedicationDispense": "medicationdispense",
    "MedicationRequest": "medicationrequest",
    "Organization": "organization",
    "Patient": "patient",
    "Practitioner": "practitioner",
    "PractitionerRole": "practitionerrole",
    "Procedure": "procedure",
    "QuestionnaireResponse": "questionnaireresponse",
    "RelatedPerson": "relatedperson",
    "ServiceRequest": "servicerequest",
    "Specimen": "specimen",
}
# Words without which a resource of the type can't follow its profile: entries kept before our renderers wrote them claim nothing.
ASKS = {"CarePlan": b'"assess-plan"', "Practitioner": b'"identifier"', "PractitionerRole": b'"telecom"'}
VITALS = {
    "85354-9": "blood-pressure",
    "39156-5": "bmi",
    "8302-2": "body-height",
    "8310-5": "body-temperature",
    "29463-7": "body-weight",
    "9843-4": "head-circumference",
    "8867-4": "heart-rate",
    "59408-5": "pulse-oximetry",
    "2708-6": "pulse-oximetry",
    "9279-1": "respiratory-rate",
    "72166-2": "smokingstatus",
    "82810-3": "observation-pregnancystatus",
    "86645-9": "observation-pregnancyintent",
    "76690-7": "observation-sexual-orientation",
    "11341-5": "observation-occupation",
}
OXYGEN, OXYGEN_CODES = "pulse-oximetry", frozenset({"59408-5", "2708-6"})
BY_CATEGORY = {
    "laboratory": "observation-lab",
    "vital-signs": "vital-signs",
    "survey": "observation-screening-assessment",
    "social-history": "simple-observation",
    "exam": "observation-clinical-result",
    "imaging": "observation-clinical-result",
    "procedure": "observation-clinical-result",
}
HEAD = 140  # type and id stand first, and `meta` behind them
_CODES = re.compile(rb'"code":"([^"]{1,40})"')


def of(kind: str, body: bytes) -> tuple[str, ...]:
    """Give the profiles that a resource of this type with these bytes claims.

    What came from outside brings its own `meta` and claims what its sender claimed: nobody here has looked whether it is more.
    """
    if b'"meta":' in body[:HEAD]:
        return ()
    if kind in ASKS and ASKS[kind] not in body:
        return ()
    if kind in BY_TYPE:
        return _of_type(kind)
    if kind == "Observation":
        return _observation(tuple(_CODES.findall(body[:600])))
    if kind == "Condition":
        return _condition(b'"encounter-diagnosis"' in body)
    if kind == "DiagnosticReport":
        # The other profile asks for a category that nobody here gives: a letter or a film claims none.
        return (f"{US}diagnosticreport-lab",) if b'"LAB"' in body else ()
    return ()


def all_of(kind: str) -> list[str]:
    """Give every profile that resources of this type may claim, for the CapabilityStatement."""
    if kind in BY_TYPE:
        return list(_of_type(kind))
    if kind == "Observation":
        return sorted({f"{US}{name}" for name in (*VITALS.values(), *BY_CATEGORY.values())})
    if kind == "Condition":
        return [*_condition(False), *_condition(True)]
    if kind == "DiagnosticReport":
        return [f"{US}diagnosticreport-lab"]
    return []


@cache
def _of_type(kind: str) -> tuple[str, ...]:
    return (f"{US}{BY_TYPE[kind]}",)


@lru_cache(maxsize=4096)
def _observation(said: tuple[bytes, ...]) -> tuple[str, ...]:
    codes = [c.decode() for c in said]
    categories = [BY_CATEGORY[c] for c in codes if c in BY_CATEGORY]
    vitals = [VITALS[c] for c in codes if c in VITALS and not (VITALS[c] == OXYGEN and not set(codes) >= OXYGEN_CODES)]
    found = vitals[:1] if vitals else categories[:1]
    if "vital-signs" in categories and vitals:
        found = ["vital-signs", *vitals[:1]]
    return tuple(f"{US}{name}" for name in found)


@cache
def _condition(of_encounter: bool) -> tuple[str, ...]:
    return (f"{US}condition-{'encounter-diagnosis' if of_encounter else 'problems-health-concerns'}",)
