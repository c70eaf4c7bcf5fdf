"""Rows for a template: ticks of sections, only visible questions, faults in order, both languages."""

from zoneinfo import ZoneInfo

from throughcare.chart import forms
from throughcare.chart.forms.render import FormView, Row

ZONE = ZoneInfo("America/New_York")
SCREEN = forms.load("intake-receiving-screening")


def view_of(unfinished: bool = False, name: str = "", lang: str = "en", **posted: object) -> FormView:
    form = forms.load(name) if name else SCREEN
    answers = forms.parse(form, {k.replace("__", "~").replace("_", "-"): v for k, v in posted.items()}, zone=ZONE)  # type: ignore[misc]
    return forms.render(form, answers, lang=lang, unfinished=unfinished)


def row_of(view: FormView, field: str) -> Row:
    return next(row for section in view.sections for row in section.rows if row.field == field)


def state(view: FormView, section: str) -> str:
    return next(s.state.value for s in view.sections if s.link_id == section)


def test_sections_tick_off() -> None:
    assert state(view_of(), "illness-section") == "empty"
    assert state(view_of(illness=["none"]), "illness-section") == "started"
    full = {"illness": ["none"], "infection_history": ["none"]}
    assert state(view_of(**full, dental_pain="no"), "illness-section") == "done"
    assert state(view_of(**full, dental_pain__unable="refuses"), "illness-section") == "unable"
    assert state(view_of(**full, dental_pain="perhaps"), "illness-section") == "faulty"


def test_a_section_that_is_not_asked_is_not_shown() -> None:
    assert "pregnancy-section" not in [s.link_id for s in view_of(can_be_pregnant="no").sections]
    assert "pregnancy-section" in [s.link_id for s in view_of(can_be_pregnant="yes").sections]


def test_follow_up_questions_appear_when_called_for() -> None:
    assert "alcohol-last" not in [r.field for s in view_of(substances=["tobacco"]).sections for r in s.rows]
    view = view_of(substances=["alcohol", "tobacco"])
    fields = [r.field for s in view.sections for r in s.rows]
    assert "alcohol-last" in fields and "withdrawal-history" in fields and "opioid-last" not in fields


def test_faults_stand_in_the_order_of_the_form_and_keep_what_was_typed() -> None:
    view = view_of(True, temperature="hot", dental_pain="perhaps", nonsense="1")
    fields = [fault.field for fault in view.faults]
    assert fields.index("dental-pain") < fields.index("temperature") < fields.index("nonsense")
    assert row_of(view, "temperature").typed == ("hot",)
    assert "out-of-hearing" in fields
    assert not view.complete
    assert [f.field for f in view_of(temperature="hot").faults] == ["temperature"]


def test_row_of_a_chosen_list() -> None:
    row = row_of(view_of(illness=["asthma"]), "illness")
    assert [o.code for o in row.options if o.chosen] == ["asthma"]
    assert row.positive and row.unable_allowed and row.repeats
    assert row.said[0].es == "Asma, EPOC u otra enfermedad del pulmón"


def test_unable_shows_its_reason() -> None:
    view = view_of(dental_pain__unable="no_interpreter", dental_pain__note="line busy")
    row = row_of(view, "dental-pain")
    assert (row.unable_reason, row.typed_parts["note"]) == ("no_interpreter", "line busy")
    assert dict(view.unable_reasons)["no_interpreter"].es == "No hay intérprete"


def test_repeating_group_says_which_row_comes_next() -> None:
    view = view_of(takes_medicines="yes")
    assert row_of(view, "medicine").next_row == 0
    form = SCREEN
    answers = forms.parse(form, {"takes-medicines": "yes", "medicine.drug:0": "A", "medicine.drug:2": "B"}, zone=ZONE)
    view = forms.render(form, answers)
    assert row_of(view, "medicine").next_row == 3
    assert [r.row for s in view.sections for r in s.rows if r.link_id == "medicine.drug"] == [0, 2, 3], (
        "one empty row stands ready"
    )


def test_both_languages_are_at_hand_and_marks_show() -> None:
    view = view_of(name="phq-9", lang="es")
    row = row_of(view, "phq-1")
    assert row.text.said(view.lang) == "Poco interés o placer en hacer las cosas"
    assert row.text.said("en") == "Little interest or pleasure in doing things"
    assert view.provisional and view.provisional[0].startswith("es:")
    assert view_of(name="phq-9").provisional == ()


def test_an_instrument_is_one_section_named_after_it() -> None:
    view = view_of(name="phq-2", phq_1="1", phq_2="0")
    assert [(s.link_id, s.state.value, s.answered) for s in view.sections] == [("form", "done", 2)]
    assert view.complete


def test_full_boxes_know_their_length() -> None:
    view = view_of()
    assert (
        row_of(view, "bp-systolic").max_length,
        row_of(view, "temperature").max_length,
        row_of(view, "height").max_length,
    ) == (3, 5, 2)
