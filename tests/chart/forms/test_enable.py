"""Only what is asked counts: enableWhen with all and any, groups, rows, and every operator."""

import itertools
from zoneinfo import ZoneInfo

import pytest

from throughcare.chart import forms
from throughcare.chart.forms.questionnaire import Form
from throughcare.chart.forms.reading import read_form

ZONE = ZoneInfo("America/New_York")
ES = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": [{"url": "lang", "valueCode": "es"}, {"url": "content", "valueString": "x"}]}]}  # fmt: skip


def form_of(*items: dict[str, object]) -> Form:
    return read_form(
        {
            "resourceType": "Questionnaire", "id": "t", "url": "urn:throughcare:questionnaire:t", "version": "1", "title": "t", "_title": ES,
            "status": "active", "effectivePeriod": {"start": "2026-01-01"},
            "extension": [{"url": "urn:throughcare:extension:source", "valueString": "test"}], "item": list(items),
        }
    )  # fmt: skip


def item(link_id: str, kind: str, **more: object) -> dict[str, object]:
    return {"linkId": link_id, "text": link_id, "_text": ES, "type": kind, **more}


def shown(form: Form, **posted: str) -> set[str]:
    return {key.link_id for key in forms.enabled(form, forms.parse(form, posted, zone=ZONE))}


@pytest.mark.parametrize(
    ("operator", "answer", "typed", "holds"),
    [
        ("exists", {"answerBoolean": True}, "", False), ("exists", {"answerBoolean": True}, "5", True),
        ("exists", {"answerBoolean": False}, "", True), ("exists", {"answerBoolean": False}, "5", False),
        ("=", {"answerInteger": 5}, "5", True), ("=", {"answerInteger": 5}, "6", False), ("=", {"answerInteger": 5}, "", False),
        ("!=", {"answerInteger": 5}, "6", True), ("!=", {"answerInteger": 5}, "5", False), ("!=", {"answerInteger": 5}, "", False),
        (">", {"answerInteger": 5}, "6", True), (">", {"answerInteger": 5}, "5", False),
        (">=", {"answerInteger": 5}, "5", True), (">=", {"answerInteger": 5}, "4", False),
        ("<", {"answerInteger": 5}, "4", True), ("<", {"answerInteger": 5}, "5", False),
        ("<=", {"answerInteger": 5}, "5", True), ("<=", {"answerInteger": 5}, "6", False), ("<=", {"answerInteger": 5}, "", False),
    ],
)  # fmt: skip
def test_operators(operator: str, answer: dict[str, object], typed: str, holds: bool) -> None:
    form = form_of(
        item("a", "integer"), item("b", "string", enableWhen=[{"question": "a", "operator": operator, **answer}])
    )
    assert ("b" in shown(form, a=typed)) is holds


@pytest.mark.parametrize(("first", "second"), list(itertools.product(["yes", "no", ""], repeat=2)))
@pytest.mark.parametrize("behaviour", ["all", "any"])
def test_all_and_any(first: str, second: str, behaviour: str) -> None:
    conditions = [{"question": q, "operator": "=", "answerBoolean": True} for q in ("a", "b")]
    form = form_of(
        item("a", "boolean"), item("b", "boolean"), item("c", "string", enableWhen=conditions, enableBehavior=behaviour)
    )
    decide = any if behaviour == "any" else all
    assert ("c" in shown(form, a=first, b=second)) is decide([first == "yes", second == "yes"])


def test_dates_and_decimals_stand_in_order() -> None:
    form = form_of(
        item("d", "date"),
        item("n", "decimal"),
        item("late", "string", enableWhen=[{"question": "d", "operator": ">=", "answerDate": "2026-11-01"}]),
        item("high", "string", enableWhen=[{"question": "n", "operator": ">", "answerDecimal": 1.5}]),
    )
    assert shown(form, d="2026-11-01", n="1.51") == {"d", "n", "late", "high"}
    assert shown(form, d="2026-10-31", n="1.50") == {"d", "n"}


def test_a_hidden_answer_decides_nothing() -> None:
    when = [{"question": "a", "operator": "=", "answerBoolean": True}]
    form = form_of(
        item("a", "boolean"),
        item("b", "boolean", enableWhen=when),
        item("c", "string", enableWhen=[{**when[0], "question": "b"}]),
    )
    assert shown(form, a="yes", b="yes") == {"a", "b", "c"}
    assert shown(form, a="no", b="yes") == {"a"}


def test_a_hidden_group_hides_what_it_holds() -> None:
    screen = forms.load("intake-receiving-screening")
    answers = forms.parse(screen, {"can-be-pregnant": "no", "pregnancy": "pregnant"}, zone=ZONE)
    assert "pregnancy" not in {key.link_id for key in forms.enabled(screen, answers)}
    assert not forms.positives(screen, answers)
    answers = forms.parse(screen, {"can-be-pregnant": "yes", "pregnancy": "pregnant"}, zone=ZONE)
    assert [p.key for p in forms.positives(screen, answers)] == ["pregnancy=pregnant"]


def test_a_row_looks_at_its_own_row_first() -> None:
    group = item(
        "g",
        "group",
        repeats=True,
        item=[
            item("a", "boolean"),
            item("b", "string", enableWhen=[{"question": "a", "operator": "=", "answerBoolean": True}]),
        ],
    )
    form = form_of(group)
    answers = forms.parse(form, {"a:0": "yes", "a:1": "no"}, zone=ZONE)
    assert {(k.link_id, k.row) for k in forms.enabled(form, answers)} == {("g", None), ("a", 0), ("b", 0), ("a", 1)}
