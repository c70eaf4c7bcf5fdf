"""Posted strings become typed answers; faults are sentences at their field; nothing typed is lost."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from throughcare.chart import forms
from throughcare.chart.forms.answers import Answers
from throughcare.chart.forms.values import Amount, Choice

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
SCREEN = forms.load("intake-receiving-screening")


def parsed(**posted: object) -> Answers:
    return forms.parse(
        SCREEN, {name.replace("__", "~").replace("_", "-"): value for name, value in posted.items()}, zone=ZONE, now=NOW
    )  # type: ignore[misc]


@pytest.mark.parametrize(
    ("typed", "value"),
    [("yes", True), ("Sí", True), ("s", True), ("TRUE", True), ("no", False), ("n", False), ("false", False)],
)
def test_yes_and_no(typed: str, value: bool) -> None:
    assert parsed(dental_pain=typed).value("dental-pain") is value


@pytest.mark.parametrize("typed", ["maybe", "0", "yess", "null"])
def test_what_is_neither_is_said(typed: str) -> None:
    found = parsed(dental_pain=typed)
    assert found.errors["dental-pain"].en == "Choose yes or no."
    assert found.posted["dental-pain"] == (typed,)
    assert found.value("dental-pain") is None


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("98.6", "98.6"),
        ("98.60", None),
        ("98", "98"),
        ("98,6", None),
        ("1e2", None),
        ("９８", None),
        ("-0", None),
        ("120", None),
        ("100.0", "100.0"),
    ],
)
def test_numbers_keep_their_digits(typed: str, value: str | None) -> None:
    found = parsed(temperature=typed)
    if value is None:
        assert "temperature" in found.errors
    else:
        assert found.value("temperature") == Amount(Decimal(value), "[degF]")
        assert str(found.number("temperature")) == value


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2026-11-20T14:05", datetime(2026, 11, 20, 14, 5, tzinfo=ZONE)),
        ("11/20/2026 14:05", datetime(2026, 11, 20, 14, 5, tzinfo=ZONE)),
        ("11/20/2026 1405", datetime(2026, 11, 20, 14, 5, tzinfo=ZONE)),
        ("2026-11-20", date(2026, 11, 20)),
        ("2026-11-21 17:04", datetime(2026, 11, 21, 17, 4, tzinfo=ZONE)),
    ],
)
def test_moments(typed: str, value: object) -> None:
    assert parsed(opioid_last=typed).value("opioid-last") == value


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-11-21 17:06", "future"),
        ("2026-11-22", "future"),
        ("2026-02-30", "month/day/year"),
        ("2026-03-08 02:30", "clocks went forward"),
        ("yesterday", "month/day/year"),
        ("2026-11-20 25:00", "14:05"),
        ("2026-11-20 14:05 pm", "date and the time"),
        ("0001-01-01 00:00", ""),
        ("9999-12-31 23:59", "future"),
    ],
)
def test_moments_that_are_not(typed: str, said: str) -> None:
    found = parsed(opioid_last=typed)
    assert said in (found.errors["opioid-last"].en if found.errors else "")
    assert found.posted["opioid-last"] == (typed,)


def test_date_and_time_in_two_boxes() -> None:
    assert parsed(opioid_last__date="11/20/2026", opioid_last__time="14:05").value("opioid-last") == datetime(
        2026, 11, 20, 14, 5, tzinfo=ZONE
    )
    assert parsed(opioid_last__date="11/20/2026").value("opioid-last") == date(2026, 11, 20)
    assert "opioid-last" in parsed(opioid_last__time="14:05").errors


def test_choices() -> None:
    assert parsed(illness=["diabetes", "asthma"]).codes("illness") == {"diabetes", "asthma"}
    assert parsed(interpreter="phone").value("interpreter") == Choice("phone", "urn:throughcare:code:answer")
    assert "one answer" in parsed(interpreter=["phone", "present"]).errors["interpreter"].en
    assert "answers shown" in parsed(interpreter="telepathy").errors["interpreter"].en
    assert "None of these" in parsed(illness=["none", "asthma"]).errors["illness"].en
    assert parsed(illness=["asthma", "asthma"]).values("illness") == parsed(illness="asthma").values("illness")


def test_unable_is_an_answer_and_never_a_no() -> None:
    found = parsed(dental_pain__unable="intoxicated", dental_pain__note="asleep")
    unable = found.unable("dental-pain")
    assert unable and (unable.reason, unable.note) == ("intoxicated", "asleep")
    assert found.value("dental-pain") is None
    assert "dental-pain" not in forms.missing(SCREEN, found)
    assert "reason" in parsed(dental_pain__unable="busy").errors["dental-pain"].en
    assert "Keep one" in parsed(dental_pain="no", dental_pain__unable="refuses").errors["dental-pain"].en
    assert "needs an answer" in parsed(disposition__unable="refuses").errors["disposition"].en


def test_a_whole_form_can_be_refused() -> None:
    form = forms.load("phq-9")
    found = forms.parse(form, {"form~unable": "refuses"}, zone=ZONE)
    assert found.form_unable and not forms.missing(form, found)
    score = forms.score(form, found)
    assert score and score.status == "incomplete" and len(score.unable) == 9


@pytest.mark.parametrize(
    "field",
    [
        "surprise",
        "illness:0",
        "medicine.drug",
        "medicine.drug:99",
        "illness~date",
        "form",
        "",
        "illness~other",
        "a" * 500,
    ],
)
def test_unknown_fields_are_refused_and_kept(field: str) -> None:
    found = forms.parse(SCREEN, {field: "typed"}, zone=ZONE)
    assert found.errors and found.posted[field] == ("typed",)


def test_rows_of_a_repeating_group() -> None:
    posted = {
        "takes-medicines": "yes",
        "medicine.drug:0": "Sample-drug",
        "medicine.drug:3": "Other",
        "medicine.critical:3": "insulin",
    }
    found = forms.parse(SCREEN, posted, zone=ZONE)
    assert found.ok
    assert found.rows(SCREEN.item("medicine")) == (0, 3)
    lacking = forms.missing(SCREEN, found)
    assert {"medicine.dose:0", "medicine.critical:0", "medicine.dose:3"} <= set(lacking)
    assert "medicine.critical:3" not in lacking
    assert [p.key for p in forms.positives(SCREEN, found)] == ["medicine.critical:3=insulin"]


def test_merge_keeps_what_another_desk_saved() -> None:
    stored = forms.merge({}, {"dental-pain": "yes", "illness": ["asthma"]})
    assert forms.merge(stored, {"illness": ["none"]}) == {"dental-pain": ("yes",), "illness": ("none",)}


def test_long_words_are_kept_and_said() -> None:
    words = "x" * 2001
    found = parsed(other_report=words)
    assert "2001 characters; at most 2000" in found.errors["other-report"].en
    assert found.posted["other-report"] == (words,)


def test_characters_that_cannot_be_stored_are_replaced_and_said() -> None:
    found = parsed(other_report="a\x00b\ud800c")
    assert found.posted["other-report"] == ("a\ufffdb\ufffdc",)
    assert "replaced" in found.errors["other-report"].en


def test_a_few_minutes_of_a_devices_clock_are_not_the_future() -> None:
    local = (NOW + timedelta(minutes=4)).astimezone(ZONE)
    assert parsed(opioid_last=local.strftime("%Y-%m-%d %H:%M")).ok


def test_what_was_asked_already_is_carried_over() -> None:
    short, long = forms.load("phq-2"), forms.load("phq-9")
    answers = forms.parse(short, {"phq-1": "3", "phq-2~unable": "refuses", "nonsense": "1"}, zone=ZONE)
    assert forms.carried(answers, short, long) == {"phq-1": ("3",), "phq-2~unable": ("refuses",)}
    look = forms.load("intake-quick-look")
    answers = forms.parse(look, {"can-be-pregnant": "yes", "pregnancy": "possible", "awake": "alert"}, zone=ZONE)
    assert forms.carried(answers, look, SCREEN) == {"can-be-pregnant": ("yes",)}
