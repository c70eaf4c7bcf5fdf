"""What was sent, read without trust: whom it is about, by which numbers it is found again, what it refers to. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from throughcare.exchange.fhir.types import RECEIVED
from throughcare.exchange.resource_parts import listed, reference_of, state_of
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger.append import Kept

Json = dict[str, Any]

# What a room of ours or its patient may send of themselves: ten types, each by whoever may write its class.
WRITABLE = frozenset(
    {
        "Observation", "QuestionnaireResponse", "DocumentReference", "Immunization", "Appointment", "ServiceRequest",
        "Communication", "CommunicationRequest", "Patient", "Consent",
    }
)  # fmt: skip
# The record of another health service, which health information management takes in.
RECORDS = WRITABLE | RECEIVED | frozenset(
    {
        "AllergyIntolerance", "CarePlan", "CareTeam", "ClinicalImpression", "Composition", "Condition", "Coverage", "DiagnosticReport",
        "Encounter", "EpisodeOfCare", "Goal", "ImmunizationRecommendation", "Location", "MedicationAdministration",
        "MedicationDispense", "MedicationRequest", "MedicationStatement", "Organization", "Practitioner", "PractitionerRole",
        "Procedure", "Provenance", "RelatedPerson", "RiskAssessment", "Specimen",
    }
)  # fmt: skip
# Of these what is sent becomes the chart's own line: it is changed where the chart is kept, and sent anew, never over it.
OF_THE_CHART = frozenset(
    {"AllergyIntolerance", "Condition", "DiagnosticReport", "Encounter", "MedicationRequest", "MedicationStatement"}
)
CHANGEABLE = RECORDS - OF_THE_CHART
# These may be about nobody.
OF_NOBODY = frozenset(
    {
        "Device", "Endpoint", "Group", "HealthcareService", "InsurancePlan", "List", "MedicationKnowledge", "ResearchStudy", "Location", "Medication", "Organization",
        "OrganizationAffiliation", "Practitioner", "PractitionerRole", "Provenance", "Specimen", "Substance",
    }
)  # fmt: skip
_WHOSE = ("subject", "patient", "beneficiary", "individual", "for", "source")
_CLASSES = {
    **dict.fromkeys(
        (
            "Patient", "RelatedPerson", "Practitioner", "PractitionerRole", "Organization", "OrganizationAffiliation",
            "Location", "HealthcareService", "Endpoint", "Coverage", "Account",
        ),
        DataClass.DEMOGRAPHICS,
    ),
    **dict.fromkeys(("DiagnosticReport", "Specimen", "ImagingStudy"), DataClass.RESULT),
    **dict.fromkeys(
        (
            "Medication", "MedicationAdministration", "MedicationDispense", "MedicationRequest", "MedicationStatement",
            "Immunization",
        ),
        DataClass.MEDICATION,
    ),
    "Appointment": DataClass.APPOINTMENT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """One write that was asked for: what, as which address, and on which condition."""

    method: str
    kind: str
    resource: Json
    id: UUID | None = None
    full_url: str = ""
    if_none_exist: str = ""
    if_match: str = ""
    if_none_match: str = ""
    search: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one: its address and version, whether it is new, and what a lens is asked before it stands."""

    kind: str
    id: UUID
    version: int
    status: int
    person_id: UUID | None
    data_class: DataClass
    charted: bool = False
    note: str = ""
    # It was here before and nothing of it was changed.
    found: bool = False
    # Where the ledger put it, once it is there.
    kept: Kept | None = None


def class_of(resource: Mapping[str, Any]) -> DataClass:
    """Give the class that a resource has by its type; codes move it further (content/access/labels.toml)."""
    kind = str(resource.get("resourceType"))
    if kind == "Observation":
        categories = [c for said in listed(resource.get("category")) for c in listed(said.get("coding"))]
        lab = any(c.get("code") == "laboratory" for c in categories)
        return DataClass.RESULT if lab else DataClass.CLINICAL
    return _CLASSES.get(kind, DataClass.CLINICAL)


def whose(resource: Mapping[str, Any]) -> Iterator[str]:
    """Give the addresses that may say whom a resource is about, the surest first."""
    for name in _WHOSE:
        if address := reference_of(resource.get(name)):
            yield address
    for one in listed(resource.get("participant")):
        if address := reference_of(one.get("actor")):
            yield address
    for one in listed(resource.get("target")):
        if address := reference_of(one):
            yield address


def by_number(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the elements that name whom it is about by number and not by address, each with the condition that it is."""
    for name in _WHOSE:
        said = resource.get(name)
        if not isinstance(said, dict) or "reference" in said or said.get("type", "Patient") != "Patient":
            continue
        number = said.get("identifier")
        if not isinstance(number, dict):
            continue
        system, value = str(number.get("system") or ""), str(number.get("value") or "")
        if system and value:
            yield name, urlencode({"identifier": f"{system}|{value}"})


def numbers(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the numbers of a resource that fit the index."""
    said = resource.get("identifier")
    for one in listed([said] if isinstance(said, dict) else said):
        system, value = str(one.get("system") or ""), str(one.get("value") or "")
        if value and len(system) <= 300 and len(value) <= 300:
            yield system, value


def references(value: Any) -> list[Json]:
    """Give every Reference that stands anywhere in a resource."""
    found: list[Json] = []
    _gather(value, found)
    return found


def _gather(value: Any, found: list[Json]) -> None:
    # Whatever comes in is walked through here: a list that is filled costs half of what generators do.
    if type(value) is dict:
        if type(value.get("reference")) is str:
            found.append(value)
        value = value.values()
    for part in value:
        if type(part) is dict or type(part) is list:
            _gather(part, found)


def readdressed(value: Any, addresses: Mapping[str, str]) -> Any:
    """Give a resource with every address that was resolved: references, urls and links of narratives alike."""
    if type(value) is dict:
        return {k: readdressed(v, addresses) for k, v in value.items()}
    if type(value) is list:
        return [readdressed(v, addresses) for v in value]
    if type(value) is str:
        if value in addresses:
            return addresses[value]
        if value.startswith("<div") and "urn:uuid:" in value:
            for old, new in addresses.items():
                value = value.replace(f'"{old}"', f'"{new}"')
    return value


def as_kept(resource: Json, id: UUID, sender: str) -> tuple[Json, tuple[str, ...]]:
    """Give a resource as the ledger keeps it, and its sender's labels, which are kept beside it and never in it."""
    meta = dict(resource.get("meta") or {})
    meta.pop("versionId", None)
    meta.pop("lastUpdated", None)
    labels = [str(one.get("code")) for one in listed(meta.pop("security", []))]
    meta.setdefault("source", f"urn:throughcare:sender:{sender}")
    body = {"resourceType": resource["resourceType"], "id": str(id), "meta": meta}
    return {**body, **{k: v for k, v in resource.items() if k not in body}}, tuple(labels)


def pending(resource: Json) -> Json:
    """Give a consent of another system as it stands until health information management accepts it: proposed."""
    if resource.get("resourceType") == "Consent" and resource.get("status") == "active":
        return {**resource, "status": "proposed"}
    return resource


def withdrawn(resource: Mapping[str, Any]) -> bool:
    """True for what its sender calls an error."""
    return "entered-in-error" in (state_of(resource, "verificationStatus"), resource.get("status"))


def moved(one: Sent, resource: Json) -> Sent:
    """Give a write with another resource."""
    return replace(one, resource=resource)
