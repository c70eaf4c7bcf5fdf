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
DOSE_MONTHS = Table(
    "dose_month",
    "A person's charted doses of a month with the same outcome at one facility, counted; made from dose (administrations)",
    "MedicationAdministration",
    (
        PERSON,
        FACILITY,
        DATA_CLASS,
        text("month", "Month of the agency's calendar in which they were due, as YYYY-MM", null=False),
        text("status", "FHIR status"),
        text("outcome", "MAR status of the house"),
        *NEGATION[:1],
        instant("due_at", "When the first of them was due: age and legal status are taken then", null=False),
        Column("n", "int", "How many", null=False),
    ),
    "due_at",
    ("person_id", "month", "status", "outcome", "not_done"),
    "",
)
DOSE_HOURS = Table(
    "dose_hour",
    "How many doses were due at a facility in an hour; made from dose (administrations), naming nobody",
    "MedicationAdministration",
    (
        FACILITY,
        instant("due_at", "First moment of the hour", null=False),
        Column("n", "int", "How many", null=False),
    ),
    "due_at",
    ("facility", "due_at"),
    "",
)
MEDICINE_COURSES = Table(
    "medicine_course",
    "Days in a row, within a month, on which a person was given a medicine that measures follow day by day; made from dose",
    "MedicationAdministration",
    (
        text("id", "First such dose of the first day", null=False),
        PERSON,
        FACILITY,
        DATA_CLASS,
        Column("codes", "texts", "Its codes as `system|code`, sorted"),
        Column("day", "date", "The agency's first day", null=False),
        Column(
            "last", "date", "The agency's last day; a course that goes on has a row in the next month, too", null=False
        ),
        instant("happened_at", "When the first dose was given", null=False),
    ),
    "happened_at",
    ("person_id", "codes", "id"),
    "",
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
    DOSE_MONTHS,
    DOSE_HOURS,
    MEDICINE_COURSES,
    IMMUNIZATIONS,
    ALLERGIES,
    COMMUNICATIONS,
    DOCUMENTS,
    EPISODES,
)
