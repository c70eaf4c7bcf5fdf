"""The only writers of emergency, one file for each thing that is done."""

from throughcare.care.emergency.actions.calling import attach_person, call_code, end_code, keep_summary
from throughcare.care.emergency.actions.debriefing import debrief_code
from throughcare.care.emergency.actions.packets import disclose_programme, hand_packet, make_packet
from throughcare.care.emergency.actions.stamping import correct_stamp, stamp
from throughcare.care.emergency.actions.trips import (
    answer_recommendation,
    begin_trip,
    bring_back,
    close_trip,
    review_return,
    step_trip,
)

__all__ = [
    "answer_recommendation",
    "attach_person",
    "begin_trip",
    "bring_back",
    "call_code",
    "close_trip",
    "correct_stamp",
    "debrief_code",
    "disclose_programme",
    "end_code",
    "hand_packet",
    "keep_summary",
    "make_packet",
    "review_return",
    "stamp",
    "step_trip",
]
