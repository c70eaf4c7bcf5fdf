"""Custody's rows: places, stays and what belongs to them, the schedule, and what officers are told."""

from throughcare.custody.models.instructions import Lockdown, OperationalAlert
from throughcare.custody.models.places import Agency, Bed, Cell, Facility, PlaceCode, Unit
from throughcare.custody.models.schedule import ScheduledEvent
from throughcare.custody.models.stays import Away, LegalStatus, Move, Placement, Stay

__all__ = [
    "Agency",
    "Away",
    "Bed",
    "Cell",
    "Facility",
    "LegalStatus",
    "Lockdown",
    "Move",
    "OperationalAlert",
    "PlaceCode",
    "Placement",
    "ScheduledEvent",
    "Stay",
    "Unit",
]
