"""Pure rules of custody: its closed words, what a release does to custody's view, and which input comes too late."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

FACILITY_KINDS = ("jail", "prison", "both", "halfway_house", "hospital", "court")
FACILITY_SEXES = ("male", "female", "any")
UNIT_KINDS = ("housing", "intake", "infirmary", "restricted", "transitional")
BUNKS = ("bottom", "top", "single")
STAY_STATES = ("open", "ended", "cancelled")
MOVE_KINDS = (
    "admit",
    "transfer",
    "internal",
    "court_out",
    "hospital_out",
    "furlough",
    "return",
    "release",
    "death",
    "escape",
)
AWAY_KINDS = ("court", "hospital", "furlough", "escape")
OUT_MOVE = {"court": "court_out", "hospital": "hospital_out", "furlough": "furlough", "escape": "escape"}
SCHEDULE_KINDS = ("court", "transfer", "release", "visit")
CONFIDENCE = ("fixed", "likely", "uncertain")
SCHEDULE_STATES = ("planned", "done", "cancelled")

# Segments inside the walls; all others are in the community, in custody or out of it (content/custody/legal_status.toml).
INSIDE = ("accused", "sentenced", "held_for_other")
DISCHARGED = "discharged"

# Clocks of two systems differ a little; what lies further ahead is a mistake.
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Timing:
    """Whether an input can be applied now, and if not, why."""

    verdict: str
    sentence: str = ""


def timing(happened_at: datetime, *, last: datetime | None, now: datetime) -> Timing:
    """Judge when something is said to have happened: it may be late, but not ahead of us and not before the last move."""
    if happened_at > now + AHEAD:
        return Timing("ahead", "This is said to happen in the future. Nothing was changed; schedule it instead.")
    if last is not None and happened_at < last:
        return Timing(
            "out_of_order",
            "Something later is already recorded for this person. Nothing was changed; somebody must say what is right.",
        )
    return Timing("fits")


def is_open(opened_on: date | None, closed_on: date | None, day: date) -> bool:
    """Tell whether a facility takes people on that day."""
    return (opened_on is None or opened_on <= day) and (closed_on is None or day < closed_on)
