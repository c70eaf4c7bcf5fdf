"""Search parameters: for each type, name, kind and where its values stand. R4's base and US Core 6.1's, for what we hold. Pure.

A path names JSON elements; `|` parts alternatives, `[name=value]` keeps those of a list that say so.
"""

from dataclasses import dataclass
from functools import cache

PATIENT = ("Patient",)
PRACTITIONERS = ("Practitioner", "PractitionerRole", "Organization")


@dataclass(frozen=True, slots=True)
class Param:
    """One search parameter of one type."""

    name: str
    kind: str
    paths: tuple[str, ...]
    targets: tuple[str, ...] = ()
    # The person whose chain the entry stands in: the index by person answers it.
    person: bool = False
    # The date that `ledger_current` keeps for its type.
    primary: bool = False
    # Of a composite: what stands together in one element at `paths`, each read from there.
    parts: tuple["Param", ...] = ()

    @property
    def definition(self) -> str:
        """Give the canonical address of what defines it, where R4 does."""
        return ""


def _p(name: str, kind: str, paths: str, *targets: str) -> Param:
    return Param(name, kind, tuple(paths.split("|")), targets)


def _together(name: str, path: str, *parts: Param) -> Param:
    return Param(name, "composite", tuple(path.split("|")), parts=parts)


def _who(name: str, path: str) -> Param:
    return Param(name, "reference", (path,), PATIENT, person=True)


def _day(name: str, paths: str) -> Param:
    return Param(name, "date", tuple(paths.split("|")), primary=True)


def _patient(path: str = "subject") -> tuple[Param, ...]:
    return (_who("patient", path), *((_who("subject", path),) if path == "subject" else ()))


_IDENTIFIER = _p("identifier", "token", "identifier")
_STATUS = _p("status", "token", "status")
_CODE = _p("code", "token", "code")
_CATEGORY = _p("category", "token", "category")
_ENCOUNTER = _p("encounter", "reference", "encounter", "Encounter")
_ADDRESS = (
    _p("address", "string", "address"),
    _p("address-city", "string", "address.city"),
    _p("address-state", "string", "address.state"),
    _p("address-postalcode", "string", "address.postalCode"),
    _p("address-country", "string", "address.country"),
    _p("address-use", "token", "address.use"),
)
_NAMES = (
    _p("name", "string", "name"),
    _p("family", "string", "name.family"),
    _p("given", "string", "name.given"),
    _p("phonetic", "string", "name"),
)
_TELECOM = (
    _p("telecom", "token", "telecom"),
    _p("phone", "token", "telecom[system=phone]"),
    _p("email", "token", "telecom[system=email]"),
)
EXT = "extension[url=http://hl7.org/fhir/us/core/StructureDefinition/"

BY_TYPE: dict[str, tuple[Param, ...]] = {
    "AllergyIntolerance": (
        *_patient("patient"), _IDENTIFIER, _CODE, _CATEGORY, _p("clinical-status", "token", "clinicalStatus"),
        _p("verification-status", "token", "verificationStatus"), _p("criticality", "token", "criticality"),
        _p("type", "token", "type"), _day("date", "recordedDate"), _p("onset", "date", "onsetDateTime"),
        _p("manifestation", "token", "reaction.manifestation"), _p("severity", "token", "reaction.severity"),
        _p("route", "token", "reaction.exposureRoute"), _p("last-date", "date", "lastOccurrence"),
        _p("asserter", "reference", "asserter", "Practitioner", "Patient", "RelatedPerson"),
        _p("recorder", "reference", "recorder", "Practitioner", "PractitionerRole", "Patient", "RelatedPerson"),
    ),
    "Appointment": (
        Param("patient", "reference", ("participant.actor",), PATIENT, person=True), _IDENTIFIER, _STATUS, _day("date", "start"),
        _p("actor", "reference", "participant.actor", "Patient", "Practitioner", "Location", "RelatedPerson"),
        _p("practitioner", "reference", "participant.actor", "Practitioner"),
        _p("location", "reference", "participant.actor", "Location"), _p("part-status", "token", "participant.status"),
        _p("appointment-type", "token", "appointmentType"), _p("service-type", "token", "serviceType"),
        _p("service-category", "token", "serviceCategory"), _p("specialty", "token", "specialty"),
        _p("reason-code", "token", "reasonCode"), _p("based-on", "reference", "basedOn", "ServiceRequest"),
    ),
    "CarePlan": (
        *_patient(), _IDENTIFIER, _STATUS, _CATEGORY, _day("date", "period"), _p("intent", "token", "intent"), _ENCOUNTER,
        _p("goal", "reference", "goal", "Goal"), _p("condition", "reference", "addresses", "Condition"),
        _p("care-team", "reference", "careTeam", "CareTeam"), _p("based-on", "reference", "basedOn", "CarePlan"),
        _p("part-of", "reference", "partOf", "CarePlan"), _p("replaces", "reference", "replaces", "CarePlan"),
        _p("activity-code", "token", "activity.detail.code"), _p("activity-date", "date", "activity.detail.scheduledPeriod"),
    ),
    "CareTeam": (
        *_patient(), _IDENTIFIER, _STATUS, _CATEGORY, _day("date", "period"), _ENCOUNTER, _p("role", "token", "participant.role"),
        _p("participant", "reference", "participant.member", "Practitioner", "PractitionerRole", "Patient", "RelatedPerson",
           "Organization", "CareTeam"),
    ),
    "ClinicalImpression": (
        *_patient(), _IDENTIFIER, _STATUS, _day("date", "effectiveDateTime|effectivePeriod|date"), _ENCOUNTER,
        _p("assessor", "reference", "assessor", "Practitioner", "PractitionerRole"),
        _p("investigation", "reference", "investigation.item", "QuestionnaireResponse", "Observation"),
        _p("finding-code", "token", "finding.itemCodeableConcept"), _p("problem", "reference", "problem", "Condition"),
    ),
    "Communication": (
        *_patient(), _IDENTIFIER, _STATUS, _CATEGORY, _day("sent", "sent"), _p("received", "date", "received"), _ENCOUNTER,
        _p("medium", "token", "medium"), _p("based-on", "reference", "basedOn"), _p("part-of", "reference", "partOf"),
        _p("sender", "reference", "sender"), _p("recipient", "reference", "recipient"),
    ),
    "Composition": (
        *_patient(), _p("identifier", "token", "identifier"), _STATUS, _CATEGORY, _p("type", "token", "type"), _day("date", "date"), _ENCOUNTER,
        _p("author", "reference", "author", "Practitioner", "PractitionerRole", "Patient", "Organization"),
        _p("title", "string", "title"), _p("section", "token", "section.code"), _p("confidentiality", "token", "confidentiality"),
        _p("attester", "reference", "attester.party"), _p("entry", "reference", "section.entry"), _p("period", "date", "event.period"),
    ),
    "Condition": (
        *_patient(), _IDENTIFIER, _CODE, _CATEGORY, _ENCOUNTER, _p("clinical-status", "token", "clinicalStatus"),
        _p("verification-status", "token", "verificationStatus"), _day("recorded-date", "recordedDate"),
        _p("onset-date", "date", "onsetDateTime|onsetPeriod"), _p("abatement-date", "date", "abatementDateTime|abatementPeriod"),
        _p("asserted-date", "date", "extension[url=http://hl7.org/fhir/StructureDefinition/condition-assertedDate].valueDateTime"),
        _p("severity", "token", "severity"), _p("body-site", "token", "bodySite"), _p("onset-info", "string", "onsetString"),
        _p("abatement-string", "string", "abatementString"), _p("evidence", "token", "evidence.code"), _p("stage", "token", "stage.summary"),
        _p("asserter", "reference", "asserter", "Practitioner", "Patient", "RelatedPerson"),
    ),
    "Consent": (
        *_patient("patient"), _IDENTIFIER, _STATUS, _CATEGORY, _day("date", "dateTime"), _p("scope", "token", "scope"),
        _p("period", "date", "provision.period"), _p("action", "token", "provision.action"), _p("purpose", "token", "provision.purpose"),
        _p("security-label", "token", "provision.securityLabel"), _p("actor", "reference", "provision.actor.reference"),
        _p("consentor", "reference", "performer"), _p("organization", "reference", "organization", "Organization"),
    ),
    "Coverage": (
        _who("patient", "beneficiary"), _who("beneficiary", "beneficiary"), _IDENTIFIER, _STATUS, _p("type", "token", "type"),
        _p("payor", "reference", "payor"), _p("subscriber", "reference", "subscriber"),
    ),
    "DiagnosticReport": (
        *_patient(), _IDENTIFIER, _STATUS, _CATEGORY, _CODE, _day("date", "effectiveDateTime|effectivePeriod"), _ENCOUNTER,
        _p("issued", "date", "issued"), _p("result", "reference", "result", "Observation"), _p("conclusion", "token", "conclusionCode"),
        _p("based-on", "reference", "basedOn", "ServiceRequest", "CarePlan"), _p("specimen", "reference", "specimen", "Specimen"),
        _p("performer", "reference", "performer", *PRACTITIONERS), _p("media", "reference", "media.link", "Media"),
        _p("results-interpreter", "reference", "resultsInterpreter", *PRACTITIONERS),
    ),
    "DocumentReference": (
        *_patient(), _p("identifier", "token", "identifier|masterIdentifier"), _STATUS, _CATEGORY, _p("type", "token", "type"), _day("date", "date"),
        _p("period", "date", "context.period"), _p("encounter", "reference", "context.encounter", "Encounter"),
        _p("author", "reference", "author", *PRACTITIONERS, "Patient"), _p("custodian", "reference", "custodian", "Organization"),
        _p("contenttype", "token", "content.attachment.contentType"), _p("format", "token", "content.format"),
        _p("location", "uri", "content.attachment.url"), _p("description", "string", "description"),
        _p("facility", "token", "context.facilityType"), _p("setting", "token", "context.practiceSetting"),
        _p("event", "token", "context.event"), _p("relatesto", "reference", "relatesTo.target"), _p("relation", "token", "relatesTo.code"),
        _p("security-label", "token", "securityLabel"), _p("related", "reference", "context.related"),
        _p("authenticator", "reference", "authenticator", *PRACTITIONERS), _p("language", "token", "content.attachment.language"),
    ),
    "Encounter": (
        *_patient(), _IDENTIFIER, _STATUS, _p("class", "token", "class"), _p("type", "token", "type"), _day("date", "period"),
        _p("location", "reference", "location.location", "Location"), _p("location-period", "date", "location.period"),
        _p("discharge-disposition", "token", "hospitalization.dischargeDisposition"),
        _p("participant", "reference", "participant.individual", "Practitioner", "PractitionerRole", "RelatedPerson"),
        _p("participant-type", "token", "participant.type"), _p("reason-code", "token", "reasonCode"),
        _p("service-provider", "reference", "serviceProvider", "Organization"), _p("part-of", "reference", "partOf", "Encounter"),
        _p("practitioner", "reference", "participant.individual", "Practitioner"),
        _p("episode-of-care", "reference", "episodeOfCare", "EpisodeOfCare"), _p("appointment", "reference", "appointment", "Appointment"),
        _p("based-on", "reference", "basedOn", "ServiceRequest"), _p("diagnosis", "reference", "diagnosis.condition", "Condition"),
        _p("reason-reference", "reference", "reasonReference"), _p("special-arrangement", "token", "hospitalization.specialArrangement"),
    ),
    "EpisodeOfCare": (
        *_patient("patient"), _IDENTIFIER, _STATUS, _p("type", "token", "type"), _day("date", "period"),
        _p("condition", "reference", "diagnosis.condition", "Condition"), _p("care-manager", "reference", "careManager", "Practitioner"),
        _p("organization", "reference", "managingOrganization", "Organization"), _p("incoming-referral", "reference", "referralRequest"),
    ),
    "Flag": (*_patient(), _IDENTIFIER, _STATUS, _CODE, _CATEGORY, _day("date", "period"), _ENCOUNTER, _p("author", "reference", "author")),
    "Goal": (
        *_patient(), _IDENTIFIER, _CATEGORY, _p("lifecycle-status", "token", "lifecycleStatus"), _p("description", "token", "description"),
        _p("achievement-status", "token", "achievementStatus"), _day("start-date", "startDate"), _p("target-date", "date", "target.dueDate"),
    ),
    "Immunization": (
        *_patient("patient"), _IDENTIFIER, _STATUS, _day("date", "occurrenceDateTime"), _p("vaccine-code", "token", "vaccineCode"),
        _p("lot-number", "string", "lotNumber"), _p("location", "reference", "location", "Location"), _p("manufacturer", "reference", "manufacturer"),
        _p("performer", "reference", "performer.actor", *PRACTITIONERS), _p("reason-code", "token", "reasonCode"),
        _p("status-reason", "token", "statusReason"), _p("series", "string", "protocolApplied.series"),
        _p("target-disease", "token", "protocolApplied.targetDisease"), _p("reaction", "reference", "reaction.detail"), _p("reaction-date", "date", "reaction.date"),
    ),
    "ImmunizationRecommendation": (
        *_patient("patient"), _IDENTIFIER, _day("date", "date"), _p("status", "token", "recommendation.forecastStatus"),
        _p("vaccine-type", "token", "recommendation.vaccineCode"), _p("target-disease", "token", "recommendation.targetDisease"),
    ),
    "Location": (
        _p("name", "string", "name|alias"), *_ADDRESS, _IDENTIFIER, _STATUS, _p("type", "token", "type"),
        _p("organization", "reference", "managingOrganization", "Organization"), _p("partof", "reference", "partOf", "Location"),
        _p("operational-status", "token", "operationalStatus"),
    ),
    "Measure": (_p("url", "uri", "url"),),
    "MeasureReport": (_p("measure", "reference", "measure", "Measure"), _day("date", "date"), _p("period", "date", "period")),
    "MedicationAdministration": (
        *_patient(), _IDENTIFIER, _STATUS, _p("code", "token", "medicationCodeableConcept"),
        _day("effective-time", "effectiveDateTime|effectivePeriod"), _p("request", "reference", "request", "MedicationRequest"),
        _p("reason-not-given", "token", "statusReason"), _p("reason-given", "token", "reasonCode"), _p("performer", "reference", "performer.actor"),
        _p("context", "reference", "context", "Encounter", "EpisodeOfCare"), _p("medication", "reference", "medicationReference", "Medication"),
        _p("device", "reference", "device"),
    ),
    "MedicationDispense": (
        *_patient(), _IDENTIFIER, _STATUS, _p("type", "token", "type"), _p("code", "token", "medicationCodeableConcept"),
        _day("whenhandedover", "whenHandedOver"), _p("whenprepared", "date", "whenPrepared"),
        _p("prescription", "reference", "authorizingPrescription", "MedicationRequest"), _p("medication", "reference", "medicationReference", "Medication"),
        _p("context", "reference", "context", "Encounter"), _p("performer", "reference", "performer.actor"), _p("receiver", "reference", "receiver"),
    ),
    "MedicationRequest": (
        *_patient(), _IDENTIFIER, _STATUS, _CATEGORY, _p("intent", "token", "intent"), _day("authoredon", "authoredOn"), _ENCOUNTER,
        _p("code", "token", "medicationCodeableConcept"), _p("medication", "reference", "medicationReference", "Medication"),
        _p("priority", "token", "priority"), _p("requester", "reference", "requester", *PRACTITIONERS, "Patient", "RelatedPerson"),
        _p("date", "date", "dosageInstruction.timing.event"), _p("intended-dispenser", "reference", "dispenseRequest.performer"),
        _p("intended-performer", "reference", "performer"), _p("intended-performertype", "token", "performerType"),
    ),
    "MedicationStatement": (
        *_patient(), _IDENTIFIER, _STATUS, _CATEGORY, _p("code", "token", "medicationCodeableConcept"), _day("effective", "effectiveDateTime|effectivePeriod"),
        _p("medication", "reference", "medicationReference", "Medication"), _p("source", "reference", "informationSource"),
        _p("part-of", "reference", "partOf"), _p("context", "reference", "context", "Encounter", "EpisodeOfCare"),
    ),
    "Observation": (
        *(
            _together(f"{begin}code-value-{kind}", path, Param("code", "token", ("code",)), Param(f"value-{kind}", how, (value,)))
            for begin, path in (("", ""), ("component-", "component"), ("combo-", "|component"))
            for kind, how, value in (("quantity", "quantity", "valueQuantity"), ("concept", "token", "valueCodeableConcept"))
        ),
        *_patient(), _IDENTIFIER, _STATUS, _CATEGORY, _CODE, _day("date", "effectiveDateTime|effectivePeriod|effectiveInstant"), _ENCOUNTER,
        _p("value-quantity", "quantity", "valueQuantity"), _p("value-concept", "token", "valueCodeableConcept"),
        _p("value-string", "string", "valueString|valueCodeableConcept.text"), _p("value-date", "date", "valueDateTime|valuePeriod"),
        _p("combo-code", "token", "code|component.code"), _p("component-code", "token", "component.code"),
        _p("component-value-quantity", "quantity", "component.valueQuantity"), _p("component-value-concept", "token", "component.valueCodeableConcept"),
        _p("combo-value-quantity", "quantity", "valueQuantity|component.valueQuantity"),
        _p("combo-value-concept", "token", "valueCodeableConcept|component.valueCodeableConcept"),
        _p("performer", "reference", "performer", *PRACTITIONERS, "Patient", "RelatedPerson"), _p("specimen", "reference", "specimen", "Specimen"),
        _p("derived-from", "reference", "derivedFrom", "QuestionnaireResponse", "Observation", "DocumentReference"),
        _p("has-member", "reference", "hasMember", "Observation", "QuestionnaireResponse"), _p("based-on", "reference", "basedOn", "ServiceRequest"),
        _p("part-of", "reference", "partOf"), _p("focus", "reference", "focus"), _p("method", "token", "method"),
        _p("data-absent-reason", "token", "dataAbsentReason"), _p("combo-data-absent-reason", "token", "dataAbsentReason|component.dataAbsentReason"),
        _p("component-data-absent-reason", "token", "component.dataAbsentReason"), _p("device", "reference", "device"),
    ),
    "Organization": (
        _p("name", "string", "name|alias"), *_ADDRESS, _IDENTIFIER, _p("active", "token", "active"), _p("type", "token", "type"),
        _p("partof", "reference", "partOf", "Organization"), _p("endpoint", "reference", "endpoint", "Endpoint"), _p("phonetic", "string", "name"),
    ),
    "Patient": (
        *_NAMES, *_ADDRESS, *_TELECOM, _IDENTIFIER, _p("active", "token", "active"), _day("birthdate", "birthDate"), _p("gender", "token", "gender"),
        _p("death-date", "date", "deceasedDateTime"), _p("deceased", "token", "deceasedBoolean|deceasedDateTime"), _p("language", "token", "communication.language"),
        _p("general-practitioner", "reference", "generalPractitioner", *PRACTITIONERS), _p("organization", "reference", "managingOrganization", "Organization"),
        _p("link", "reference", "link.other", "Patient", "RelatedPerson"),
        _p("race", "token", f"{EXT}us-core-race].extension[url=ombCategory].valueCoding|{EXT}us-core-race].extension[url=detailed].valueCoding"),
        _p("ethnicity", "token", f"{EXT}us-core-ethnicity].extension[url=ombCategory].valueCoding|{EXT}us-core-ethnicity].extension[url=detailed].valueCoding"),
    ),
    "Practitioner": (*_NAMES, *_ADDRESS, *_TELECOM, _IDENTIFIER, _p("active", "token", "active"), _p("gender", "token", "gender"), _p("communication", "token", "communication")),
    "PractitionerRole": (
        _IDENTIFIER, _p("active", "token", "active"), _p("practitioner", "reference", "practitioner", "Practitioner"), _p("role", "token", "code"),
        _p("specialty", "token", "specialty"), _p("location", "reference", "location", "Location"), _p("organization", "reference", "organization", "Organization"),
        _p("service", "reference", "healthcareService"), _p("endpoint", "reference", "endpoint", "Endpoint"), _day("date", "period"), *_TELECOM,
    ),
    "Procedure": (
        *_patient(), _IDENTIFIER, _STATUS, _CATEGORY, _CODE, _day("date", "performedDateTime|performedPeriod"), _ENCOUNTER,
        _p("performer", "reference", "performer.actor", *PRACTITIONERS), _p("based-on", "reference", "basedOn", "ServiceRequest", "CarePlan"),
        _p("location", "reference", "location", "Location"), _p("part-of", "reference", "partOf"), _p("reason-code", "token", "reasonCode"),
        _p("reason-reference", "reference", "reasonReference"),
    ),
    "Questionnaire": (
        _IDENTIFIER, _STATUS, _p("url", "uri", "url"), _p("version", "token", "version"), _p("name", "string", "name"), _p("title", "string", "title"),
        _CODE, _day("date", "date"), _p("description", "string", "description"), _p("publisher", "string", "publisher"), _p("subject-type", "token", "subjectType"),
    ),
    "QuestionnaireResponse": (
        *_patient(), _IDENTIFIER, _STATUS, _p("questionnaire", "reference", "questionnaire", "Questionnaire"), _day("authored", "authored"), _ENCOUNTER,
        _p("author", "reference", "author", "Practitioner", "Patient", "PractitionerRole"), _p("source", "reference", "source", "Patient", "Practitioner"),
        _p("based-on", "reference", "basedOn", "ServiceRequest", "CarePlan"), _p("part-of", "reference", "partOf"),
    ),
    "RelatedPerson": (
        *_patient("patient"), _p("name", "string", "name"), *_ADDRESS, *_TELECOM, _IDENTIFIER, _p("active", "token", "active"), _p("gender", "token", "gender"),
        _day("birthdate", "birthDate"), _p("relationship", "token", "relationship"), _p("phonetic", "string", "name"),
    ),
    "RiskAssessment": (
        *_patient(), _IDENTIFIER, _STATUS, _day("date", "occurrenceDateTime|occurrencePeriod"), _ENCOUNTER, _p("method", "token", "method"),
        _p("risk", "token", "prediction.qualitativeRisk"), _p("performer", "reference", "performer", "Practitioner", "PractitionerRole"),
        _p("condition", "reference", "condition", "Condition"), _p("probability", "number", "prediction.probabilityDecimal"),
    ),
    "ServiceRequest": (
        *_patient(), _IDENTIFIER, _STATUS, _CATEGORY, _CODE, _day("authored", "authoredOn"), _ENCOUNTER, _p("intent", "token", "intent"),
        _p("occurrence", "date", "occurrenceDateTime|occurrencePeriod"), _p("priority", "token", "priority"),
        _p("requester", "reference", "requester", *PRACTITIONERS, "Patient", "RelatedPerson"), _p("performer", "reference", "performer", *PRACTITIONERS),
        _p("performer-type", "token", "performerType"), _p("specimen", "reference", "specimen", "Specimen"), _p("body-site", "token", "bodySite"),
        _p("based-on", "reference", "basedOn", "ServiceRequest", "CarePlan"), _p("replaces", "reference", "replaces", "ServiceRequest"), _p("requisition", "token", "requisition"),
    ),
    "Specimen": (*_patient(), _IDENTIFIER, _STATUS, _p("type", "token", "type"), _day("collected", "collection.collectedDateTime|collection.collectedPeriod"),
                 _p("accession", "token", "accessionIdentifier"), _p("bodysite", "token", "collection.bodySite"), _p("collector", "reference", "collection.collector")),
    "Task": (
        Param("patient", "reference", ("for",), PATIENT, person=True), Param("subject", "reference", ("for",), PATIENT, person=True),
        _IDENTIFIER, _STATUS, _CODE, _p("business-status", "token", "businessStatus"), _p("intent", "token", "intent"), _p("priority", "token", "priority"),
        _day("authored-on", "authoredOn"), _p("modified", "date", "lastModified"), _p("period", "date", "executionPeriod"), _ENCOUNTER,
        _p("owner", "reference", "owner", "Practitioner", "PractitionerRole", "Organization"), _p("requester", "reference", "requester", *PRACTITIONERS),
        _p("performer", "token", "performerType"), _p("focus", "reference", "focus"), _p("based-on", "reference", "basedOn"),
        _p("part-of", "reference", "partOf", "Task"), _p("group-identifier", "token", "groupIdentifier"),
    ),
    # What stands here as another system sent it is found by whose it is, its numbers and its state.
    **{kind: (*_patient("patient"), _IDENTIFIER, _STATUS) for kind in ("ClaimResponse", "DetectedIssue", "FamilyMemberHistory")},
    **{kind: (*_patient(), _IDENTIFIER, _STATUS) for kind in ("Account", "AdverseEvent", "CommunicationRequest", "DeviceRequest", "List", "RequestGroup")},
    **{kind: (*_patient("patient"), _IDENTIFIER, _STATUS) for kind in ("NutritionOrder", "VisionPrescription", "BodyStructure")},
    **{kind: (*_patient("patient"), _IDENTIFIER, _STATUS, _day("created", "created")) for kind in ("Claim", "ExplanationOfBenefit")},
    **{kind: (*_patient("patient"), _IDENTIFIER, _STATUS) for kind in ("SupplyDelivery", "CoverageEligibilityRequest", "CoverageEligibilityResponse")},
    **{kind: (*_patient(), _IDENTIFIER, _STATUS) for kind in ("ChargeItem", "GuidanceResponse", "Invoice")},
    "MolecularSequence": (*_patient("patient"), _IDENTIFIER, _p("type", "token", "type")),
    "ResearchSubject": (_who("patient", "individual"), _who("individual", "individual"), _IDENTIFIER, _STATUS, _p("study", "reference", "study", "ResearchStudy")),
    "ResearchStudy": (_IDENTIFIER, _STATUS, _p("title", "string", "title")),
    "InsurancePlan": (_IDENTIFIER, _STATUS, _p("name", "string", "name|alias"), _p("type", "token", "type")),
    "MedicationKnowledge": (_STATUS, _CODE),
    "Device": (*_patient("patient"), _IDENTIFIER, _STATUS, _p("type", "token", "type")),
    "ImagingStudy": (*_patient(), _IDENTIFIER, _STATUS, _day("started", "started")),
    "Media": (*_patient(), _IDENTIFIER, _STATUS, _p("type", "token", "type")),
    "Medication": (_IDENTIFIER, _STATUS, _CODE),
}  # fmt: skip


@cache
def of(kind: str) -> dict[str, Param]:
    """Give a type's parameters by name."""
    return {p.name: p for p in BY_TYPE.get(kind, ())}


@cache
def primary(kind: str) -> Param | None:
    """Give the date that the present row keeps for this type."""
    return next((p for p in BY_TYPE.get(kind, ()) if p.primary), None)


@cache
def persons(kind: str) -> Param | None:
    """Give the parameter by which an entry is its person's."""
    return next((p for p in BY_TYPE.get(kind, ()) if p.person), None)
