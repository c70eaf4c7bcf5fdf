"""The tables of care: one row a FHIR resource, with every code it carries; the same rows from the ledger and from a Bundle."""

from throughcare.insight.schema.columns import (
    CODE,
    DATA_CLASS,
    ENCOUNTER,
    FACILITY,
    ID,
    NEGATION,
    PERSON,
    PLACED,
    RECORDED,
    STATUS,
    Column,
    Table,
    instant,
    span,
    text,
)

HEAD = (ID, PERSON, FACILITY, PLACED, DATA_CLASS, RECORDED)
START = "start_at"
CATEGORY = Column("categories", "texts", "Categories as `system|code`, sorted")
VALUE = (
    Column("value_number", "number", "Value where it is a number"),
    text("value_unit", "Its UCUM unit"),
    Column("value_codes", "texts", "Value where it is coded, as `system|code`"),
    text("value_text", "Value where it is one word of a closed list; free words stay in the record"),
    instant("value_at", "Value where it is a time"),
)

ENCOUNTERS = Table(
    "encounter",
    "One encounter",
    "Encounter",
    (
        *HEAD,
        *CODE,
        STATUS,
        text("class_code", "Class (AMB, IMP, EMER, VR …)"),
        *span("The encounter"),
        Column("reason_codes", "texts", "Why, as `system|code`"),
        Column("diagnosis_ids", "texts", "Conditions named as its diagnoses"),
        text("discharge_code", "Where the person went, as `system|code`"),
        Column("length_minutes", "number", "Stated length", "min"),
    ),
    START,
)
CONDITIONS = Table(
    "condition",
    "One problem or diagnosis",
    "Condition",
    (
        *HEAD,
        *CODE,
        CATEGORY,
        text("status", "Clinical status: active, recurrence, relapse, inactive, remission, resolved"),
        text("verification", "Verification status: confirmed, provisional, refuted, entered-in-error …"),
        *span("Onset to abatement"),
        ENCOUNTER,
    ),
    "recorded_at",
)
OBSERVATIONS = Table(
    "observation",
    "One measurement, score or finding; each component of a panel is a row of its own",
    "Observation",
    (
        *HEAD,
        Column("part", "int", "0 for the observation, 1 and on for its components", null=False),
        *CODE,
        CATEGORY,
        STATUS,
        *span("When it was so"),
        *VALUE,
        ENCOUNTER,
        *NEGATION,
    ),
    START,
    ("id", "part"),
)
PROCEDURES = Table(
    "procedure",
    "One procedure done, or not done for a reason",
    "Procedure",
    (*HEAD, *CODE, STATUS, *span("When it was done"), ENCOUNTER, *NEGATION),
    START,
)
REPORTS = Table(
    "report",
    "One result's shell",
    "DiagnosticReport",
    (
        *HEAD,
        *CODE,
        CATEGORY,
        STATUS,
        *span("When the sample was taken"),
        text("order_id", "Order it answers"),
        ENCOUNTER,
    ),
    START,
)
SERVICE_REQUESTS = Table(
    "service_request",
    "One order or referral",
    "ServiceRequest",
    (
        *HEAD,
        *CODE,
        CATEGORY,
        STATUS,
        text("intent", "order, plan …"),
        text("priority", "stat, urgent, routine"),
        instant("authored_at", "When it was ordered"),
        *span("When it is wanted"),
        Column("reason_codes", "texts", "Why, as `system|code`"),
        ENCOUNTER,
        *NEGATION,
    ),
    "authored_at",
)
DEVICE_REQUESTS = Table(
    "device_request",
    "One order of a device or aid",
    "DeviceRequest",
    (*HEAD, *CODE, STATUS, text("intent", "order, plan …"), instant("authored_at", "When it was ordered"), *NEGATION),
    "authored_at",
)
MEDICATION_ORDERS = Table(
    "medication_order",
    "One order of a medicine, or a medicine taken by report",
    "MedicationRequest, MedicationStatement",
    (
        *HEAD,
        text("kind", "order, or statement", null=False),
        *CODE,
        CATEGORY,
        STATUS,
        text("intent", "order, plan, instance-order …"),
        text("priority", "stat, urgent, routine"),
        text("mode", "How it is given (dot, kop, line …)"),
        instant("authored_at", "When it was ordered"),
        *span("Period for which it is ordered"),
        Column("supply_days", "number", "Expected duration of one supply", "d"),
        Column("quantity", "number", "Quantity of one supply"),
        Column("refills", "int", "Repeats allowed"),
        Column("dose_number", "number", "Amount of one dose"),
        text("dose_unit", "Its unit"),
        Column("per_day", "number", "Doses a day, where the timing says it", "1/d"),
        Column("reason_codes", "texts", "Why, as `system|code`"),
        text("replaces_id", "Order it goes on from"),
        ENCOUNTER,
        *NEGATION,
    ),
    "authored_at",
)
DOSES = Table(
    "dose",
    "One charted dose (MedicationAdministration, or a dispense by Bundle)",
    "MedicationAdministration, MedicationDispense",
    (
        *HEAD,
        text("kind", "administration, or dispense", null=False),
        text("order_id", "Order it is of"),
        *CODE,
        text("status", "FHIR status"),
        text("outcome", "MAR status of the house: given, given-late, refused, no-show, held, not-available, away …"),
        text("reason", "Reason charted, by its code"),
        instant("due_at", "When it was due", null=False),
        instant("happened_at", "When it was given or missed"),
        Column("amount", "number", "How much was given"),
        Column("supply_days", "number", "Days supplied (dispense)", "d"),
        *NEGATION,
    ),
    "due_at",
)
IMMUNIZATIONS = Table(
    "immunization",
    "One vaccination, or its refusal",
    "Immunization",
    (*HEAD, *CODE, STATUS, *span("When it was given", ends=False), *NEGATION),
    START,
)
ALLERGIES = Table(
    "allergy",
    "One allergy or intolerance",
    "AllergyIntolerance",
    (
        *HEAD,
        *CODE,
        text("status", "Clinical status"),
        text("verification", "Verification status"),
        text("criticality", "low, high, unable-to-assess"),
        *span("Onset"),
    ),
)
COMMUNICATIONS = Table(
    "communication",
    "One message about care: a request of the person's, or one between clinicians",
    "Communication",
    (
        *HEAD,
        *CODE,
        CATEGORY,
        STATUS,
        text("priority", "stat, urgent, routine"),
        text("state", "State of a request for care"),
        text("triage", "Urgency found at triage"),
        instant("sent_at", "Sent or submitted"),
        instant("received_at", "Received by health staff"),
        instant("triaged_at", "Triaged"),
        instant("seen_at", "Seen face to face"),
        instant("closed_at", "Closed"),
        text("about_id", "What it is about or answers"),
        ENCOUNTER,
        *NEGATION,
    ),
    "sent_at",
)
DOCUMENTS = Table(
    "document",
    "One signed note, form or filed document; its kind and time, never its words",
    "Composition, QuestionnaireResponse, DocumentReference",
    (*HEAD, text("kind", "FHIR type", null=False), *CODE, STATUS, *span("When it was written", ends=False), ENCOUNTER),
    START,
)
EPISODES = Table(
    "episode",
    "One episode: withdrawal monitoring, coverage, a goal, a plan of care",
    "EpisodeOfCare, CarePlan, Coverage, Goal",
    (*HEAD, text("kind", "FHIR type", null=False), *CODE, STATUS, *span("The episode")),
    START,
)
CLINICAL = (
    ENCOUNTERS,
    CONDITIONS,
    OBSERVATIONS,
    PROCEDURES,
    REPORTS,
    SERVICE_REQUESTS,
    DEVICE_REQUESTS,
    MEDICATION_ORDERS,
    DOSES,
    IMMUNIZATIONS,
    ALLERGIES,
    COMMUNICATIONS,
    DOCUMENTS,
    EPISODES,
)
