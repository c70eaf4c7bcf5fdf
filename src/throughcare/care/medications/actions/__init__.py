"""The only writers of medicines: order and sign, lay out doses, chart and correct them, open and close a pass,
book stock and count it, hand over packs that people keep.
"""

from throughcare.care.medications.actions.as_needed import give_as_needed, record_effect
from throughcare.care.medications.actions.bags import scan_bag
from throughcare.care.medications.actions.counting import (
    CountDone,
    CountedLot,
    count_stock,
    explain_difference,
)
from throughcare.care.medications.actions.covering import Covering, cover_crossing, give_early, watch_doors
from throughcare.care.medications.actions.differing import report_difference, tell_loss
from throughcare.care.medications.actions.ending import end_orders, find_blanks, tell_ending_orders
from throughcare.care.medications.actions.giving import (
    Charted,
    Outcome,
    answer_double_dose,
    correct_dose,
    enter_from_paper,
    record_doses,
)
from throughcare.care.medications.actions.judging import judge_entry, tell_kept, tell_looked_at
from throughcare.care.medications.actions.kept_fitness import check_fitness, lapse_fitness, watch_instead
from throughcare.care.medications.actions.kept_packs import (
    Issue,
    PackCounted,
    answer_count,
    ask_refill,
    count_pack,
    decline_refill,
    issue_pack,
    take_back_pack,
)
from throughcare.care.medications.actions.laying import CLOCK, lay_doses, make_months
from throughcare.care.medications.actions.looking_again import keep_as_it_is, ordered_ahead
from throughcare.care.medications.actions.missing import answer_nonadherence, look_at_taking, review_taking
from throughcare.care.medications.actions.opioid_treatment import (
    Observed,
    chart_observed_dose,
    correct_observed_dose,
    finish_watch,
    give_observed_dose,
    tell_missed_treatment,
)
from throughcare.care.medications.actions.ordering import (
    Prescription,
    change_order,
    check_order,
    decide_medicine,
    hold_order,
    place_order,
    renew_order,
    resume_order,
    sign_order,
    stop_order,
)
from throughcare.care.medications.actions.passing import close_pass, open_pass
from throughcare.care.medications.actions.programme import (
    ProgrammePrescription,
    lay_programme_doses,
    place_programme_order,
    stop_programme_order,
)
from throughcare.care.medications.actions.sent import SentEvent, read_sent
from throughcare.care.medications.actions.stocking import (
    Change,
    Received,
    Second,
    change_stock,
    receive_delivery,
    receive_stock,
)
from throughcare.care.medications.actions.syncing import DosesAhead, doses_ahead, take_dose
from throughcare.care.medications.actions.treatment_followed import (
    arrange_guest_dosing,
    arrange_source,
    reassess_treatment,
    record_enrolment_check,
    report_diversion,
    report_outside_dose,
)
from throughcare.care.medications.actions.two_people import sign_second

__all__ = [
    "CLOCK",
    "Change",
    "Charted",
    "CountDone",
    "CountedLot",
    "Covering",
    "DosesAhead",
    "Issue",
    "Observed",
    "Outcome",
    "PackCounted",
    "Prescription",
    "ProgrammePrescription",
    "Received",
    "Second",
    "SentEvent",
    "answer_count",
    "answer_double_dose",
    "answer_nonadherence",
    "arrange_guest_dosing",
    "arrange_source",
    "ask_refill",
    "change_order",
    "change_stock",
    "chart_observed_dose",
    "check_fitness",
    "check_order",
    "close_pass",
    "correct_dose",
    "correct_observed_dose",
    "count_pack",
    "count_stock",
    "cover_crossing",
    "decide_medicine",
    "decline_refill",
    "doses_ahead",
    "end_orders",
    "enter_from_paper",
    "explain_difference",
    "find_blanks",
    "finish_watch",
    "give_as_needed",
    "give_early",
    "give_observed_dose",
    "hold_order",
    "issue_pack",
    "judge_entry",
    "keep_as_it_is",
    "lapse_fitness",
    "lay_doses",
    "lay_programme_doses",
    "look_at_taking",
    "make_months",
    "open_pass",
    "ordered_ahead",
    "place_order",
    "place_programme_order",
    "read_sent",
    "reassess_treatment",
    "receive_delivery",
    "receive_stock",
    "record_doses",
    "record_effect",
    "record_enrolment_check",
    "renew_order",
    "report_difference",
    "report_diversion",
    "report_outside_dose",
    "resume_order",
    "review_taking",
    "scan_bag",
    "sign_order",
    "sign_second",
    "stop_order",
    "stop_programme_order",
    "take_back_pack",
    "take_dose",
    "tell_ending_orders",
    "tell_kept",
    "tell_looked_at",
    "tell_loss",
    "tell_missed_treatment",
    "watch_doors",
    "watch_instead",
]
