"""Closed vocabularies: the words that code decides by. Their titles and wording are content."""

from enum import StrEnum


class Role(StrEnum):
    """Who somebody is to the record: the columns of clinical.md 7.3, in order, and the operator."""

    PROVIDER = "provider"
    RN = "rn"
    LPN = "lpn"
    PSYCH = "psych"
    SUD = "sud"
    DENTAL = "dental"
    PHARMACY = "pharmacy"
    PLANNER = "planner"
    HIM = "him"
    HSA = "hsa"
    SCHEDULER = "scheduler"
    CUSTODY = "custody"
    TRANSPORT = "transport"
    PREA = "prea"
    PAROLE = "parole"
    COMMUNITY = "community"
    PATIENT = "patient"
    OMBUDS = "ombuds"
    PUBLIC = "public"
    OPERATOR = "operator"


class DataClass(StrEnum):
    """What kind of fact an entry is: the rows of clinical.md 7.3, and two of the house's own."""

    DEMOGRAPHICS = "demographics"
    OPERATIONAL_ALERT = "operational_alert"
    APPOINTMENT = "appointment"
    CLINICAL = "clinical"
    MEDICATION = "medication"
    RESULT = "result"
    INFECTION = "infection"
    MENTAL_HEALTH = "mental_health"
    PSYCHOTHERAPY = "psychotherapy"
    PART2 = "part2"
    SUD_COUNSELLING = "sud_counselling"
    PREA = "prea"
    REPRODUCTIVE = "reproductive"
    FORENSIC = "forensic"
    PEER_REVIEW = "peer_review"
    GRIEVANCE = "grievance"
    CONTROLLED_COUNT = "controlled_count"
    AUDIT_LOG = "audit_log"
    REQUEST = "request"
    DUTY = "duty"


# Classes whose entries live in tables of their own, under row-level security, with encrypted bodies (design.md 4).
SEALED = frozenset(
    {
        DataClass.PSYCHOTHERAPY,
        DataClass.PART2,
        DataClass.SUD_COUNSELLING,
        DataClass.PREA,
        DataClass.FORENSIC,
        DataClass.PEER_REVIEW,
    }
)

# What broken glass never opens: it opens a record for care, and a complaint about care or who looked is not care (7.4).
BEYOND_GLASS = SEALED | {DataClass.GRIEVANCE, DataClass.AUDIT_LOG}

# Of these, what only whoever wrote an entry reads (clinical.md 7.1, 7.3); the ledger's row security names them too.
AUTHOR_ALONE = frozenset({DataClass.PSYCHOTHERAPY, DataClass.SUD_COUNSELLING})


class Verb(StrEnum):
    """What a role may do with a class of data."""

    READ = "read"
    WRITE = "write"
    SUMMARY = "summary"
    OPERATIONAL = "operational"


class Lane(StrEnum):
    """How soon harm comes; lists stand in this order (ruling 1)."""

    NOW = "now"
    SHIFT = "shift"
    LATER = "later"


LANE_ORDER = {Lane.NOW: 0, Lane.SHIFT: 1, Lane.LATER: 2}


class Purpose(StrEnum):
    """Why a record is opened (HL7 v3-PurposeOfUse)."""

    TREAT = "TREAT"
    ETREAT = "ETREAT"
    BREAK_GLASS = "BTG"
    OPERATIONS = "HOPERAT"
    PUBLIC_HEALTH = "PUBHLTH"
    COVERAGE = "COVERAGE"
    PATIENT_REQUEST = "PATRQT"
