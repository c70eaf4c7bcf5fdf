"""The only writers of this room: open, check, put off, refuse, decide, end; offer treatment; call an outside programme; a programme's record."""

from throughcare.care.substance_use.actions.calling import Call, CallDone, log_outside_call
from throughcare.care.substance_use.actions.checking import (
    CheckDone,
    record_asleep,
    record_check,
    record_refusal,
    record_unable,
)
from throughcare.care.substance_use.actions.deciding import decide_care, end_monitoring
from throughcare.care.substance_use.actions.enrolling import add_to_enrolment, end_enrolment, enrol
from throughcare.care.substance_use.actions.offering import offer_treatment
from throughcare.care.substance_use.actions.opening import open_monitoring, screen_again

__all__ = [
    "Call",
    "CallDone",
    "CheckDone",
    "add_to_enrolment",
    "decide_care",
    "end_enrolment",
    "end_monitoring",
    "enrol",
    "log_outside_call",
    "offer_treatment",
    "open_monitoring",
    "record_asleep",
    "record_check",
    "record_refusal",
    "record_unable",
    "screen_again",
]
