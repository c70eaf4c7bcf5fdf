"""Which R4 resource types the house holds, and how each is searched: in full, or lean."""

# Kept in the ledger by the rooms.
OURS = frozenset(
    {
        "AllergyIntolerance", "Appointment", "CarePlan", "CareTeam", "ClinicalImpression", "Communication", "Composition", "Condition",
        "Consent", "Coverage", "DiagnosticReport", "DocumentReference", "Encounter", "EpisodeOfCare", "Flag", "Goal",
        "Immunization", "ImmunizationRecommendation", "Location", "MedicationAdministration",
        "MedicationDispense", "MedicationRequest", "MedicationStatement", "Observation", "Organization", "Patient",
        "Practitioner", "PractitionerRole", "Procedure", "Questionnaire", "QuestionnaireResponse", "RelatedPerson",
        "RiskAssessment", "ServiceRequest", "Specimen", "Task",
    }
)  # fmt: skip
# Of these no room has its own: they stand here as another system sent them (docs/decisions/0035).
RECEIVED = frozenset(
    {
        "Account", "AdverseEvent", "BodyStructure", "ChargeItem", "Claim", "ClaimResponse", "CoverageEligibilityRequest",
        "CoverageEligibilityResponse", "GuidanceResponse", "Invoice", "MolecularSequence", "ResearchSubject", "SupplyDelivery",
        "InsurancePlan", "MedicationKnowledge", "ResearchStudy", "CommunicationRequest", "DetectedIssue", "Device", "DeviceRequest",
        "DeviceUseStatement", "Endpoint", "ExplanationOfBenefit", "FamilyMemberHistory", "Group", "HealthcareService",
        "ImagingStudy", "ImmunizationEvaluation", "List", "Media", "Medication", "NutritionOrder",
        "OrganizationAffiliation", "RequestGroup", "Substance", "VisionPrescription",
    }
)  # fmt: skip
STORED = OURS | RECEIVED
# Rendered when read: views of the ledger's own columns, and the measures with their numbers, which the warehouse holds.
VIEWS = frozenset({"AuditEvent", "Measure", "MeasureReport", "Provenance"})
HELD = STORED | VIEWS
# There are millions of these: found by person, type and time alone; what else a search asks is compared entry by entry.
LEAN = frozenset({"MedicationAdministration"})
