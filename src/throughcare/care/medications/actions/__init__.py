"""The only writers of medicines: order and sign, lay out doses, chart and correct them, open and close a pass."""

from throughcare.care.medications.actions.ending import end_orders, find_blanks, tell_ending_orders
from throughcare.care.medications.actions.giving import (
    Charted,
    Outcome,
    answer_double_dose,
    correct_dose,
    give_as_needed,
    record_doses,
    record_effect,
)
from throughcare.care.medications.actions.laying import CLOCK, lay_doses, make_months
from throughcare.care.medications.actions.missing import answer_nonadherence
from throughcare.care.medications.actions.ordering import (
    Prescription,
    change_order,
    decide_medicine,
    hold_order,
    place_order,
    renew_order,
    resume_order,
    sign_order,
    stop_order,
)
from throughcare.care.medications.actions.passing import close_pass, open_pass

__all__ = [
    "CLOCK",
    "Charted",
    "Outcome",
    "Prescription",
    "answer_double_dose",
    "answer_nonadherence",
    "change_order",
    "close_pass",
    "correct_dose",
    "decide_medicine",
    "end_orders",
    "find_blanks",
    "give_as_needed",
    "hold_order",
    "lay_doses",
    "make_months",
    "open_pass",
    "place_order",
    "record_doses",
    "record_effect",
    "renew_order",
    "resume_order",
    "sign_order",
    "stop_order",
    "tell_ending_orders",
]
