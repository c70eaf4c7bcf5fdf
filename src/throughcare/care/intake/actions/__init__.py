"""The only writers of intake: an arrival opens, is looked at, screened as its answers act, and signed."""

from throughcare.care.intake.actions.arrivals import (
    finish_quick_look,
    leave_arrival,
    open_arrival,
    record_clearance,
    tell_of_safety,
)
from throughcare.care.intake.actions.desk import explain_care, heed_pregnancy_test, record_pregnancy_test
from throughcare.care.intake.actions.officers import report_by_officer
from throughcare.care.intake.actions.screening import (
    Panel,
    accept_offer,
    answer_positive,
    save_screening,
    sign_instrument,
    sign_screening,
    sign_sexual_safety,
    take_over,
)

__all__ = [
    "Panel",
    "accept_offer",
    "answer_positive",
    "explain_care",
    "finish_quick_look",
    "heed_pregnancy_test",
    "leave_arrival",
    "open_arrival",
    "record_clearance",
    "record_pregnancy_test",
    "report_by_officer",
    "save_screening",
    "sign_instrument",
    "sign_screening",
    "sign_sexual_safety",
    "take_over",
    "tell_of_safety",
]
