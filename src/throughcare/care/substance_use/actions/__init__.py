"""The only writers of this room: open, check, put off, refuse, decide, end; offer treatment."""

from throughcare.care.substance_use.actions.checking import (
    CheckDone,
    record_asleep,
    record_check,
    record_refusal,
    record_unable,
)
from throughcare.care.substance_use.actions.deciding import decide_care, end_monitoring
from throughcare.care.substance_use.actions.offering import offer_treatment
from throughcare.care.substance_use.actions.opening import open_monitoring, screen_again

__all__ = [
    "CheckDone",
    "decide_care",
    "end_monitoring",
    "offer_treatment",
    "open_monitoring",
    "record_asleep",
    "record_check",
    "record_refusal",
    "record_unable",
    "screen_again",
]
