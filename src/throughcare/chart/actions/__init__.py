"""The only writers of clinical facts, one file per kind of fact."""

from throughcare.chart.actions.attachments import attach
from throughcare.chart.actions.calls import log_critical_call
from throughcare.chart.actions.encounters import finish_encounter, record_encounter, start_encounter
from throughcare.chart.actions.facts import (
    add_allergy,
    add_condition,
    change_condition,
    lower_flag,
    mark_error,
    no_known_allergies,
    raise_flag,
    take_back,
)
from throughcare.chart.actions.forms import (
    FormDone,
    SealedDone,
    save_draft,
    sign_form,
    sign_sealed,
    start_form,
    take_over_form,
)
from throughcare.chart.actions.immunizations import CVX, Vaccine, record_immunization, withdraw_immunization
from throughcare.chart.actions.keeping import gathered
from throughcare.chart.actions.laboratory import Line, Taken, Told, link_order, results_ahead, take_report
from throughcare.chart.actions.medicines import report_medicine, stop_medicine, verify_medicine
from throughcare.chart.actions.notes import addend_note, cosign_note, draft_note, sign_note
from throughcare.chart.actions.observations import Measured, Part, observe, restate
from throughcare.chart.actions.orders import cosign_order, end_order, order_item, place_order
from throughcare.chart.actions.own_notes import add_to_own_note, draft_own_note, sign_own_note
from throughcare.chart.actions.questionnaires import load_forms
from throughcare.chart.actions.results import file_result, receive_report, review_normals, review_report, tell_result
from throughcare.chart.actions.specialists import recheck_waiting, specialist_not_seen, specialist_seen
from throughcare.chart.actions.untelling import mark_form_error

__all__ = [
    "CVX",
    "FormDone",
    "Line",
    "Measured",
    "Part",
    "SealedDone",
    "Taken",
    "Told",
    "Vaccine",
    "add_allergy",
    "add_condition",
    "add_to_own_note",
    "addend_note",
    "attach",
    "change_condition",
    "cosign_note",
    "cosign_order",
    "draft_note",
    "draft_own_note",
    "end_order",
    "file_result",
    "finish_encounter",
    "gathered",
    "link_order",
    "load_forms",
    "log_critical_call",
    "lower_flag",
    "mark_error",
    "mark_form_error",
    "no_known_allergies",
    "observe",
    "order_item",
    "place_order",
    "raise_flag",
    "receive_report",
    "recheck_waiting",
    "record_encounter",
    "record_immunization",
    "report_medicine",
    "restate",
    "results_ahead",
    "review_normals",
    "review_report",
    "save_draft",
    "sign_form",
    "sign_note",
    "sign_own_note",
    "sign_sealed",
    "specialist_not_seen",
    "specialist_seen",
    "start_encounter",
    "start_form",
    "stop_medicine",
    "take_back",
    "take_over_form",
    "take_report",
    "tell_result",
    "verify_medicine",
    "withdraw_immunization",
]
