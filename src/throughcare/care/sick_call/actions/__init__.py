"""The only writers of sick call: ask, log, triage, schedule, see, say why not seen, answer, withdraw."""

from throughcare.care.sick_call.actions.collecting import collect_requests
from throughcare.care.sick_call.actions.requests import Receipt, log_receipt, submit_request, withdraw_request
from throughcare.care.sick_call.actions.triage import answer_red_flag, schedule_visit, triage_request
from throughcare.care.sick_call.actions.visits import (
    Visit,
    answer_request,
    record_no_show,
    record_provider_visit,
    record_visit,
)

__all__ = [
    "Receipt",
    "Visit",
    "answer_red_flag",
    "answer_request",
    "collect_requests",
    "log_receipt",
    "record_no_show",
    "record_provider_visit",
    "record_visit",
    "schedule_visit",
    "submit_request",
    "triage_request",
    "withdraw_request",
]
