"""Every reading of custody. Each function takes the lens first and gives plain rows ready for a page."""

from throughcare.custody.reads.board import AlertLine, Board, BoardLine, MoveLine, alerts_of, board
from throughcare.custody.reads.finding import FoundPerson, find
from throughcare.custody.reads.history import MoveRow, StayRow, stays
from throughcare.custody.reads.movements import Movement, Movements, PlanRow, incoming, movements, outgoing, plans
from throughcare.custody.reads.places import (
    FacilityRow,
    LockdownRow,
    UnitRow,
    counted_units,
    facilities,
    facility,
    facility_by_code,
    free_beds,
    in_beds,
    lockdowns,
    spot_by_names,
    units,
    zone_of,
)
from throughcare.custody.reads.where import AWAY_WORDS, RosterRow, Whereabouts, present, unsettled_beds, whereabouts

__all__ = [
    "AWAY_WORDS",
    "AlertLine",
    "Board",
    "BoardLine",
    "FacilityRow",
    "FoundPerson",
    "LockdownRow",
    "MoveLine",
    "MoveRow",
    "Movement",
    "Movements",
    "PlanRow",
    "RosterRow",
    "StayRow",
    "UnitRow",
    "Whereabouts",
    "alerts_of",
    "board",
    "counted_units",
    "facilities",
    "facility",
    "facility_by_code",
    "find",
    "free_beds",
    "in_beds",
    "incoming",
    "lockdowns",
    "movements",
    "outgoing",
    "plans",
    "present",
    "spot_by_names",
    "stays",
    "units",
    "unsettled_beds",
    "whereabouts",
    "zone_of",
]
