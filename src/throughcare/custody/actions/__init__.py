"""The only writers of custody: stays and moves, the schedule, what officers are told, and the places themselves."""

from throughcare.custody.actions.alerts import end_alert, end_alerts_for, end_lockdown, raise_alert, start_lockdown
from throughcare.custody.actions.moves import (
    confirm_bed,
    move_within,
    record_escape,
    return_in,
    send_out,
    swap_beds,
    transfer,
)
from throughcare.custody.actions.past import Station, record_past_stay
from throughcare.custody.actions.places import load_places, name_place
from throughcare.custody.actions.schedule import cancel_scheduled, schedule_event
from throughcare.custody.actions.stays import (
    Moved,
    admit,
    cancel_admission,
    cancel_release,
    cancel_transfer,
    change_legal_status,
    release,
)
from throughcare.custody.making import Spot

__all__ = [
    "Moved",
    "Spot",
    "Station",
    "admit",
    "cancel_admission",
    "cancel_release",
    "cancel_scheduled",
    "cancel_transfer",
    "change_legal_status",
    "confirm_bed",
    "end_alert",
    "end_alerts_for",
    "end_lockdown",
    "load_places",
    "move_within",
    "name_place",
    "raise_alert",
    "record_escape",
    "record_past_stay",
    "release",
    "return_in",
    "schedule_event",
    "send_out",
    "start_lockdown",
    "swap_beds",
    "transfer",
]
