"""The only writers of sick call: ask, log, triage, book, see, say why not seen, answer, withdraw."""

from throughcare.care.sick_call.actions.booking import cancel_visit, schedule_visit, tell_of_today, tell_officers
from throughcare.care.sick_call.actions.collecting import collect_requests
from throughcare.care.sick_call.actions.requests import Receipt, submit_request, translate_request, withdraw_request
from throughcare.care.sick_call.actions.triage import answer_red_flag, triage_request
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
    "cancel_visit",
    "collect_requests",
    "record_no_show",
    "record_provider_visit",
    "record_visit",
    "schedule_visit",
    "submit_request",
    "tell_of_today",
    "tell_officers",
    "translate_request",
    "triage_request",
    "withdraw_request",
]
