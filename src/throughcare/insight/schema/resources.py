"""The tables of demand and capacity that pages show and a what-if model reads: each a pure count over the other tables, naming nobody.

An hour is named by its first moment in UTC; `day` and `hour` are the agency's own. Where clocks go back, one hour of the day
comes twice and is told twice; where they go ahead, one does not come.
"""

from throughcare.insight.schema.columns import Column, Table, instant, text

FACILITY = text("facility", "Facility's id; `unknown` where the entry names none", null=False)
HOUR = (
    FACILITY,
    instant("hour_at", "First moment of the hour", null=False),
    Column("day", "date", "Local day", null=False),
    Column("hour", "int", "Local hour of the day, 0 to 23", "h", null=False),
)
KEY = ("facility", "hour_at")
MADE = "the other tables"


def count(name: str, meaning: str, unit: str = "") -> Column:
    """Make a column of whole numbers."""
    return Column(name, "int", meaning, unit, null=False)


DEMAND_HOURS = Table(
    "demand_hour",
    "How many came for one kind of care at a facility in an hour",
    MADE,
    (
        *HOUR,
        text("kind", "arrival, transfer_in, return, request, code, send_out, dose_due", null=False),
        count("came", "How many came"),
    ),
    key=(*KEY, "kind"),
    of="",
)
SERVICE_TIMES = Table(
    "service_time",
    "How long one kind of service took at a facility in a month, begun and ended in it: its spread, not its people",
    MADE,
    (
        FACILITY,
        text("month", "Month of the agency's calendar, as YYYY-MM", null=False),
        text("kind", "screening, hospital_trip, code, or visit: and the encounter's own kind", null=False),
        count("services", "How many were ended"),
        Column("mean_minutes", "number", "Mean", "min"),
        Column("sd_minutes", "number", "Standard deviation; empty for one alone", "min"),
        Column("p10_minutes", "number", "One in ten takes less", "min"),
        Column("p25_minutes", "number", "One in four takes less", "min"),
        Column("p50_minutes", "number", "Half take less", "min"),
        Column("p75_minutes", "number", "Three in four take less", "min"),
        Column("p90_minutes", "number", "Nine in ten take less", "min"),
        Column("p95_minutes", "number", "Nineteen in twenty take less", "min"),
        Column("longest_minutes", "number", "The longest", "min"),
    ),
    key=("facility", "kind", "month"),
    of="",
)
STAFF_HOURS = Table(
    "staff_hour",
    "How many were on shift at a facility in an hour, by the licence or role they were put on for",
    MADE,
    (
        *HOUR,
        text("role", "Role on the roster, e.g. rn, lpn, provider", null=False),
        Column("here", "number", "People here, a part of an hour as a part", "persons", null=False),
        Column("on_call", "number", "People on call, not here", "persons", null=False),
    ),
    key=(*KEY, "role"),
    of="",
)
ESCORTS = Table(
    "escort_day",
    "Visits that needed somebody to bring the person, on one local day at a facility: asked for, and held or not",
    MADE,
    (
        FACILITY,
        Column("day", "date", "Local day of the visit", null=False),
        text("kind", "clinic (inside), outside (appointment out of the facility)", null=False),
        count("asked", "Visits that were planned and not called off before"),
        count("held", "Of them, those that took place"),
        count("not_brought", "Of them, those to which custody did not bring the person, or could not for a lockdown"),
        count("refused", "Of them, those the person refused"),
        count("other", "Of them, those that did not take place for another reason"),
        count("unknown", "Of them, those of which nobody said what became of them"),
    ),
    key=("facility", "day", "kind"),
    of="",
)
LOCKDOWN_HOURS = Table(
    "lockdown_hour",
    "How much of an hour a facility, or one of its units, was locked down",
    MADE,
    (
        *HOUR,
        text("unit", "Unit's id; empty for the whole facility", null=False),
        Column("minutes", "number", "Minutes of the hour", "min", null=False),
    ),
    key=(*KEY, "unit"),
    of="",
)
WAITING_HOURS = Table(
    "waiting_hour",
    "One queue at a facility in an hour: who joined, who was served, how long was waited in all",
    MADE,
    (
        *HOUR,
        text("queue", "screening, triage, visit, nurse_review (after hospital)", null=False),
        count("joined", "How many began to wait"),
        count("served", "How many were served"),
        Column(
            "waited_minutes",
            "number",
            "Minutes waited by all of them in the hour: divided by 60, how many waited on average",
            "min",
            null=False,
        ),
        count("at_end", "How many still waited when it ended"),
        Column("longest_minutes", "number", "How long the one who waited longest had waited when it ended", "min"),
    ),
    key=(*KEY, "queue"),
    of="",
)

RESOURCES = (DEMAND_HOURS, SERVICE_TIMES, STAFF_HOURS, ESCORTS, LOCKDOWN_HOURS, WAITING_HOURS)
