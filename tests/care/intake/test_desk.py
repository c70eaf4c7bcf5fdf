"""What is done at the desk is closed by its own result: the pregnancy test and how to get care (INT-06, INT-07, PRG-01)."""

from dataclasses import replace
from datetime import date

import pytest

from tests.care.intake.test_thread import HEALTHY_LOOK, answer_instruments, healthy, open_rules
from throughcare.care.intake import actions, answering, desk_rules, rules
from throughcare.care.intake.models import Arrival
from throughcare.care.intake.rule_table import load_table
from throughcare.chart import actions as chart
from throughcare.chart import forms
from throughcare.chart.models import Flag, FormResponse, Observation, Order
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility, OperationalAlert
from throughcare.duties.models import Duty
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db
WOMAN = {"can-be-pregnant": ["yes"]}


@pytest.mark.parametrize(
    ("answer", "signal", "result"),
    [
        ("negative", "pregnancy_test_read", "negative"),
        ("positive", "pregnancy_test_read", "positive"),
        ("declined", "pregnancy_test_declined", ""),
        ("unreadable", "", ""),  # done again: nothing closes
        ("", "", ""),
        ("POSITIVE?", "", ""),  # words that are not the form's own close nothing
    ],
)
def test_what_an_answer_about_the_test_does(answer: str, signal: str, result: str) -> None:
    assert desk_rules.meaning(answer) == desk_rules.TestMeaning(signal, result)


def screened(**posted: list[str]) -> forms.Answers:
    return answering.typed(forms.load(answering.SCREENING), posted)


@pytest.mark.parametrize(
    ("posted", "flagged", "uses"),
    [
        ({}, False, False),
        ({}, True, True),  # the record alone
        ({"substances": ["opioids"]}, False, True),
        ({"substances": ["treatment"]}, False, True),
        ({"substances": ["alcohol", "sedatives"]}, False, False),
        ({"substances": ["alcohol"], "withdrawal-history": ["sick"]}, False, False),  # sick from drink is no opioid use
        ({"substances": ["opioids"], "withdrawal-history": ["sick"]}, False, True),
    ],
)
def test_opioid_use_is_what_was_answered_or_is_on_record(posted, flagged: bool, uses: bool) -> None:
    table, form = load_table(), forms.load(answering.SCREENING)
    record = rules.History(opioid_treatment=flagged)
    answers = screened(**posted)
    assert rules.means(desk_rules.OPIOIDS, form, answers, record, table) is uses
    # The screening's own rows ask by the same words: what acts in pregnancy, and what the panel shows after a positive test.
    pregnant = screened(**posted, **WOMAN, pregnancy=["pregnant"])
    acts = {c.key for c in rules.consequences(form, pregnant, {}, record, table) if c.auto}
    shown = {c.key for c in rules.of_history(form, answers, replace(record, pregnant=True), table)}
    assert ("moud-offer" in acts, "obstetric-today" in shown) == (uses, uses)


@pytest.mark.parametrize(
    ("sex", "said", "asked", "may"),
    [
        ("female", None, False, True),
        ("unknown", None, False, True),
        ("other", None, False, True),
        ("male", None, False, False),
        ("male", True, False, True),  # a man who can be pregnant
        ("female", False, False, False),  # a woman who can't
        ("male", False, False, False),
        ("male", False, True, True),  # somebody ordered it, or it is owed: there is a need
        ("female", False, True, True),
        ("male", None, True, True),
    ],
)
def test_for_whom_a_pregnancy_test_is(sex: str, said: bool | None, asked: bool, may: bool) -> None:
    assert desk_rules.may_be_tested(sex, said, asked=asked) is may


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (True, True, ""),
        (False, False, ""),
        (True, None, ""),
        (False, None, ""),
        (False, True, "pregnancy_possible"),
        (True, False, "pregnancy_ruled_out"),
    ],
)
def test_what_the_clock_hears_of_a_corrected_answer(before: bool, now: bool | None, told: str) -> None:
    assert desk_rules.correction(before, now) == told


@pytest.mark.parametrize(
    ("language", "interpreter", "possible", "how"),
    [
        ("en", "not-needed", True, "english"),
        ("es", "not-needed", True, "spanish"),
        ("ht", "phone", True, "interpreter"),
        ("es", "present", True, "interpreter"),
        ("ht", "none-found", False, "english"),
        ("en", "", False, "english"),  # nobody asked yet: nothing is said to have been explained
    ],
)
def test_care_is_explained_in_the_language_of_the_screening(language, interpreter, possible, how) -> None:
    answers = screened(interpreter=[interpreter]) if interpreter else screened()
    assert (desk_rules.can_explain(answers), desk_rules.explained_in(language, answers)) == (possible, how)


@pytest.fixture
def york():
    return Facility.objects.get(short_name__istartswith="York")


@pytest.fixture
def nurse(york):
    return Actor("staff", derived("test", "nurse-york"), "Demo-Nurse, Ada", Role.RN, york.id)


@pytest.fixture
def arrival(york):
    feed = Actor.feed("custody")
    person = register(actor=feed, demographics=Demographics("Sample-Ortiz", "Luz", date(1994, 2, 3), "female"))
    custody.admit(actor=feed, person_id=person, to=custody.Spot(york.id))
    return Arrival.objects.get(person_id=person)


def screen(nurse, arrival, *, sign: bool = True, explained: bool = False, **changes: list[str]) -> None:
    one = {"actor": nurse, "person_id": arrival.person_id, "arrival_id": arrival.id}
    if arrival.state == "arrived":
        actions.finish_quick_look(**one, posted=HEALTHY_LOOK | WOMAN)
    actions.save_screening(**one, posted=healthy(**WOMAN, **changes))
    if sign:
        answer_instruments(nurse, arrival)
        actions.sign_screening(**one, explained=explained)


def test_a_negative_test_closes_what_the_screening_leaves_open(nurse, arrival) -> None:
    person = arrival.person_id
    screen(nurse, arrival)
    assert {"INT-06", "INT-07"} <= open_rules(person), "a signature is no result"
    actions.record_pregnancy_test(
        actor=nurse, person_id=person, posted={"pregnancy-test": ["negative"], "test-lot": ["HCG-7 0426"]}
    )
    assert not {"INT-06", "PRG-01-VISIT"} & open_rules(person)
    assert Duty.objects.get(person_id=person, rule="INT-06").outcome == "done"
    found = Observation.objects.get(person_id=person, code="2106-3")
    assert (found.value_text, found.value_code, found.remark) == ("negative", "260385009", "Lot HCG-7 0426")
    assert (found.data_class, found.recorded_by) == ("reproductive", nurse.label())
    assert set(Order.objects.filter(person_id=person, code__startswith="pregnancy-test").values_list("status")) == {
        ("completed",)
    }
    actions.explain_care(actor=nurse, person_id=person, posted={"explained": ["helped"]})
    assert "INT-07" not in open_rules(person)


def test_a_positive_test_acts_at_once_and_officers_are_told_what_to_do(nurse, arrival) -> None:
    person = arrival.person_id
    screen(nurse, arrival, explained=True)
    assert "INT-07" not in open_rules(person)
    assert FormResponse.objects.get(person_id=person, form="care-information").posted == {"explained": ["english"]}
    actions.record_pregnancy_test(actor=nurse, person_id=person, posted={"pregnancy-test": ["positive"]})
    assert "PRG-01-VISIT" in open_rules(person)
    assert not {"INT-06", "PRG-01-MOUD"} & open_rules(person)
    told = OperationalAlert.objects.filter(person_id=person, ended_at=None).values_list("template", flat=True)
    assert {"bottom_bunk", "no_waist_restraint"} <= set(told)
    assert Flag.objects.get(person_id=person, code="pregnant").data_class == "reproductive"
    assert Observation.objects.get(person_id=person, code="2106-3").interpretation == "A"
    words = "Ten weeks by dates; seen at the clinic."
    note = chart.draft_note(actor=nurse, person_id=person, kind="prenatal_visit", title="First visit", text=words)
    chart.sign_note(actor=nurse, person_id=person, note_id=note)
    assert "PRG-01-VISIT" not in open_rules(person)


def test_with_opioids_the_test_is_owed_at_once_and_treatment_the_same_day(nurse, arrival) -> None:
    person = arrival.person_id
    opioids = {
        "substances": ["opioids"],
        "opioid-last": ["2026-01-01T08:00"],
        "opioid-often": ["daily"],
        "withdrawal-history": ["none"],
    }
    screen(nurse, arrival, sign=False, **opioids)
    assert "INT-06-NOW" in open_rules(person) and "INT-06" not in open_rules(person)
    assert Duty.objects.get(person_id=person, rule="INT-06").outcome == "void"
    actions.record_pregnancy_test(actor=nurse, person_id=person, posted={"pregnancy-test": ["positive"]})
    assert {"PRG-01-VISIT", "PRG-01-MOUD"} <= open_rules(person) and "INT-06-NOW" not in open_rules(person)
    assert Order.objects.filter(person_id=person, code="obstetric-today", status="active").exists()
    screen(nurse, Arrival.objects.get(id=arrival.id), sign=False, substances=["none"])
    told = OperationalAlert.objects.filter(person_id=person, ended_at=None).values_list("template", flat=True)
    assert {"bottom_bunk", "no_waist_restraint"} <= set(told), "a later save takes nothing of the test back"


def test_who_said_that_she_is_pregnant_has_one_visit_and_not_two(nurse, arrival) -> None:
    person = arrival.person_id
    screen(nurse, arrival, sign=False, pregnancy=["pregnant"])
    actions.record_pregnancy_test(actor=nurse, person_id=person, posted={"pregnancy-test": ["positive"]})
    owed = [d.rule for d in Duty.objects.filter(person_id=person, closed_at=None)]
    assert owed.count("INT-03-LATER") == 1 and "PRG-01-VISIT" not in owed


def test_a_no_is_a_signed_refusal_with_its_words_and_is_offered_again(nurse, arrival) -> None:
    person = arrival.person_id
    with pytest.raises(Invalid) as refused:
        actions.record_pregnancy_test(actor=nurse, person_id=person, posted={"pregnancy-test": ["declined"]})
    assert set(refused.value.fields) == {"declined-words"}
    assert "INT-06" in open_rules(person)
    words = ["Why the test is offered; she prefers to wait for her own doctor."]
    posted = {"pregnancy-test": ["declined"], "declined-words": words}
    actions.record_pregnancy_test(actor=nurse, person_id=person, posted=posted)
    first, again = Duty.objects.filter(person_id=person, rule="INT-06").order_by("opened_at", "due_at")
    assert (first.outcome, again.outcome) == ("refused", "")
    assert not Observation.objects.filter(person_id=person, code="2106-3").exists()


def test_one_that_cant_be_read_leaves_the_test_owed(nurse, arrival) -> None:
    person = arrival.person_id
    actions.record_pregnancy_test(actor=nurse, person_id=person, posted={"pregnancy-test": ["unreadable"]})
    assert "INT-06" in open_rules(person)
    actions.record_pregnancy_test(actor=nurse, person_id=person, posted={"pregnancy-test": ["negative"]})
    assert "INT-06" not in open_rules(person)


def test_a_laboratorys_positive_test_does_the_same(nurse, arrival) -> None:
    person = arrival.person_id
    line = chart.Measured("http://loinc.org", "2106-3", "Pregnancy test", value_text="Positive", interpretation="A")
    chart.file_result(actor=nurse, person_id=person, text="Pregnancy test, urine", lines=[line])
    assert "PRG-01-VISIT" in open_rules(person) and "INT-06" not in open_rules(person)


def test_an_answer_is_corrected_after_its_order_was_done_and_its_alert_ended(nurse, arrival) -> None:
    person = arrival.person_id
    screen(nurse, arrival, sign=False, needs=["stairs"], **{"officer-report": ["force"]})
    for order in Order.objects.filter(person_id=person, code="wound-care"):
        chart.end_order(actor=nurse, person_id=person, order_id=order.id, verb="complete")
    for alert in OperationalAlert.objects.filter(person_id=person, template="no_stairs"):
        custody.end_alert(actor=nurse, alert_id=alert.id)
    screen(nurse, Arrival.objects.get(id=arrival.id), sign=False)
    assert Order.objects.get(person_id=person, code="wound-care").status == "completed"
    assert Arrival.objects.get(id=arrival.id).screening.posted["needs"] == ["none"]


@pytest.fixture
def man():
    feed, hartford = Actor.feed("custody"), Facility.objects.get(code="hartford")
    person = register(actor=feed, demographics=Demographics("Sample-Ruiz", "Leo", date(1994, 2, 3), "male"))
    custody.admit(actor=feed, person_id=person, to=custody.Spot(hartford.id))
    return Arrival.objects.get(person_id=person)


def test_a_test_for_a_man_is_refused_until_something_says_that_it_is_for_him(nurse, man) -> None:
    one = {"actor": nurse, "person_id": man.person_id}
    with pytest.raises(Invalid, match="Nothing says that this person can be pregnant"):
        actions.record_pregnancy_test(**one, posted={"pregnancy-test": ["negative"]})
    assert not FormResponse.objects.filter(person_id=man.person_id, form="pregnancy-test").exists()
    chart.order_item(**one, item="pregnancy-test", priority="urgent", reason="He asked for it")
    actions.record_pregnancy_test(**one, posted={"pregnancy-test": ["negative"]})
    assert Observation.objects.filter(person_id=man.person_id, code="2106-3").exists()


def test_a_man_who_can_be_pregnant_is_owed_the_test_since_he_said_so(nurse, man) -> None:
    one = {"actor": nurse, "person_id": man.person_id}
    assert "INT-06" not in open_rules(man.person_id)
    actions.finish_quick_look(**one, arrival_id=man.id, posted=HEALTHY_LOOK | WOMAN)
    assert "INT-06" in open_rules(man.person_id)
    actions.record_pregnancy_test(**one, posted={"pregnancy-test": ["negative"]})
    man.refresh_from_db()
    screen(nurse, man)
    assert "INT-06" not in open_rules(man.person_id), "the same answer again owes nothing anew"


def test_a_woman_who_cannot_be_pregnant_is_not_asked_for_ever(nurse, arrival) -> None:
    one = {"actor": nurse, "person_id": arrival.person_id}
    assert "INT-06" in open_rules(arrival.person_id)
    actions.finish_quick_look(**one, arrival_id=arrival.id, posted=HEALTHY_LOOK | {"can-be-pregnant": ["no"]})
    duty = Duty.objects.get(person_id=arrival.person_id, rule="INT-06")
    assert (duty.outcome, duty.closed_event) == ("excused", "pregnancy_ruled_out")
    with pytest.raises(Invalid):
        actions.record_pregnancy_test(**one, posted={"pregnancy-test": ["negative"]})
