"""The only writers of complaints (GRV-01): the complaint and its answers, and what staff say of it in their own words."""

from throughcare.care.grievances.actions.complaints import (
    Filed,
    answer_grievance,
    appeal_grievance,
    decide_grievance,
    file_grievance,
    log_grievance,
    step_back,
    withdraw_grievance,
)
from throughcare.care.grievances.actions.replies import ask_reply, give_reply, take_reply_down

__all__ = [
    "Filed",
    "answer_grievance",
    "appeal_grievance",
    "ask_reply",
    "decide_grievance",
    "file_grievance",
    "give_reply",
    "log_grievance",
    "step_back",
    "take_reply_down",
    "withdraw_grievance",
]
