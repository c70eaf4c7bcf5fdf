"""The tables of people, places and time in custody."""

from throughcare.insight.schema.columns import DATA_CLASS, FACILITY, ID, PERSON, PLACED, Column, Table, instant, text

PEOPLE = Table(
    "person",
    "One person's record",
    "Patient",
    (
        ID,
        DATA_CLASS,
        text("sex", "Sex as recorded: female, male, other, unknown"),
        Column("birth_date", "date", "Date of birth"),
        text("language", "Preferred language (BCP 47)"),
        text(
            "race_ethnicity",
            "Race and ethnicity as the person said it, one word: white, black, hispanic, asian, native, pacific, several, other",
        ),
        Column("race_codes", "texts", "Race and ethnicity as `system|code`, where known"),
        instant("deceased_at", "Death"),
        text("survivor_id", "Record that goes on, where this one was linked to it"),
    ),
)
STAYS = Table(
    "stay",
    "One stay in custody, from booking to release",
    "Stay",
    (
        ID,
        PERSON,
        FACILITY,
        PLACED,
        DATA_CLASS,
        text("status", "open, ended, or cancelled"),
        instant("admitted_at", "Booked", null=False),
        instant("ended_at", "Released, died, or escaped for good; empty while it goes on"),
        text("first_legal_status", "Legal status at booking"),
        text("last_legal_status", "Latest legal status"),
    ),
    "admitted_at",
)
LEGAL_STATUSES = Table(
    "legal_status",
    "One segment of a stay's legal status; cancelled ones are left out",
    "Stay",
    (
        PERSON,
        DATA_CLASS,
        text("stay_id", "Stay", null=False),
        Column("number", "int", "Its number in the stay", null=False),
        text("kind", "Kind: accused, sentenced, parole …", null=False),
        instant("since", "From", null=False),
        instant("until", "Until (not included)"),
    ),
    key=("stay_id", "number"),
    of="stay_id",
)
MOVES = Table(
    "move",
    "One move: booking, transfer, within, out, back, release; cancelled ones with their mark",
    "Move",
    (
        ID,
        PERSON,
        FACILITY,
        DATA_CLASS,
        text("stay_id", "Stay it belongs to", null=False),
        Column("number", "int", "Its number in the stay", null=False),
        text("kind", "Kind of move", null=False),
        text("from_facility", "Facility left"),
        text("from_unit", "Unit left"),
        text("to_facility", "Facility reached"),
        text("to_unit", "Unit reached"),
        text("destination", "Kind of place outside, where it is one of the list"),
        Column("planned", "bool", "Planned release"),
        Column("cancelled", "bool", "Taken back later", null=False),
        instant("happened_at", "When it happened", null=False),
        instant("received_at", "When the record heard of it"),
    ),
    "happened_at",
)
PLACEMENTS = Table(
    "placement",
    "One stretch of a person's time at one facility, from one move to the next; made from moves",
    "Move",
    (
        PERSON,
        FACILITY,
        text("unit", "Unit"),
        text("stay_id", "Stay", null=False),
        instant("since", "From", null=False),
        instant("until", "Until (not included); empty while it goes on"),
        Column("away", "bool", "Out at court, hospital or elsewhere meanwhile; the facility still answers", null=False),
        DATA_CLASS,
    ),
    key=("person_id", "since", "stay_id"),
    of="",
)
PERSON_DAYS = Table(
    "person_day",
    "One person on one local day in custody, at the facility where they were when it ended (or left)",
    "Move, Stay",
    (
        PERSON,
        FACILITY,
        DATA_CLASS,
        Column("day", "date", "Local day of the agency", null=False),
        text("unit", "Unit"),
        text("stay_id", "Stay", null=False),
        text("legal_status", "Legal status at the end of the day"),
        Column("day_of_stay", "int", "1 on the day of booking", "d", null=False),
        Column("hours", "number", "Hours in custody on that day", "h", null=False),
    ),
    "day",
    ("person_id", "day"),
    "",
)
PERSON_MONTHS = Table(
    "person_month",
    "One person's days in custody in a row within a month, at one facility and in one legal status; made from person_day",
    "Move, Stay",
    (
        PERSON,
        FACILITY,
        DATA_CLASS,
        text("legal_status", "Legal status at the end of those days"),
        Column("day", "date", "First of those days", null=False),
        Column("days", "int", "How many days in a row", "d", null=False),
        Column("hours", "number", "Hours in custody on them", "h", null=False),
    ),
    "day",
    ("person_id", "facility", "legal_status", "day"),
    "",
)
FACILITIES = Table(
    "facility",
    "One facility",
    "Location",
    (
        ID,
        text("code", "Its short code", null=False),
        text("name", "Its name", null=False),
        text("kind", "jail, prison, both, halfway house …"),
        Column("opened_on", "date", "Open since"),
        Column("closed_on", "date", "Closed on"),
        DATA_CLASS,
    ),
)
UNITS = Table(
    "unit",
    "One unit of a facility, as it stands when the warehouse was made",
    "custody's list of places",
    (ID, FACILITY, text("code", "Code"), text("name", "Name"), text("kind", "Kind of unit"), DATA_CLASS),
)

CUSTODY = (PEOPLE, STAYS, LEGAL_STATUSES, MOVES, PLACEMENTS, PERSON_DAYS, PERSON_MONTHS, FACILITIES, UNITS)
