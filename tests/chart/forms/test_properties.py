"""Whatever is typed: no crash, scores within range, only what is asked is shown, scored and kept."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from throughcare.chart import forms
from throughcare.chart.forms.questionnaire import Form, Item

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 21, 22, tzinfo=UTC)
META = forms.Meta(id="r", subject="Patient/p", authored=NOW, author="Practitioner/n")
NAMES = forms.names()
CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpora" / "robustness" / "blns.json"
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def likely(item: Item) -> st.SearchStrategy[Any]:
    """Answers of the right kind most of the time, and nonsense sometimes."""
    codes = [option.code for option in item.options]
    good: st.SearchStrategy[Any] = (
        st.sampled_from(codes) if codes else st.sampled_from(["yes", "no", "3", "98.6", "2026-11-20 10:00"])
    )
    if item.repeats and codes:
        good = st.lists(st.sampled_from(codes), max_size=3)
    return st.one_of(good, good, good, st.text(max_size=12))


@st.composite
def drafts(draw: st.DrawFn, form: Form) -> dict[str, Any]:
    in_rows = {i.link_id for g in form.walk() if g.kind == "group" and g.repeats for i in g.walk()}
    items = [item for item in form.walk() if item.kind.asks]
    chosen = draw(st.lists(st.sampled_from(items), unique_by=lambda i: i.link_id, max_size=len(items)))
    posted: dict[str, Any] = {}
    for item in chosen:
        field = item.link_id + (f":{draw(st.integers(0, 3))}" if item.link_id in in_rows else "")
        if draw(st.integers(0, 9)) == 0:
            posted[f"{field}~unable"] = draw(st.sampled_from(["refuses", "intoxicated", "busy"]))
        else:
            posted[field] = draw(likely(item))
    return posted


@pytest.mark.parametrize("name", [n for n in NAMES if not forms.load(n).plug_in])
@QUICK
@given(data=st.data())
def test_any_answers(name: str, data: st.DataObject) -> None:
    form = forms.load(name)
    posted = data.draw(drafts(form))
    answers = forms.parse(form, posted, zone=ZONE, now=NOW)
    asked = forms.enabled(form, answers)
    view = forms.render(form, answers, unfinished=True)
    rows = [row for section in view.sections for row in section.rows]
    spare = {row.link_id: row.next_row for row in rows if row.next_row is not None}
    in_use = [row for row in rows if row.row is None or row.row != spare.get(row.link_id.split(".")[0])]
    assert {forms.Key(row.link_id, row.row) for row in in_use} <= asked
    ahead = [row for section in forms.render(form, answers, ahead=True).sections for row in section.rows]
    assert [row.field for row in ahead if row.asked] == [row.field for row in rows], "ahead of it, nothing else changes"
    assert all(row.when for row in ahead if not row.asked)
    assert {p.link_id for p in forms.positives(form, answers)} <= {key.link_id for key in asked}
    for field in posted:
        assert field in answers.posted
    score = forms.score(form, answers)
    response = forms.questionnaire_response(form, answers, score, meta=META)
    numbers = itertools.count()
    found = forms.observations(form, answers, score, meta=META, new_id=lambda: str(next(numbers)))
    json.dumps([response, found], default=str)
    if score is None or form.scale is None:
        return
    assert (score.status == "final") == (not score.missing)
    if score.status == "incomplete":
        assert score.value is None and score.band is None
    if score.value is not None and form.scale.low is not None and form.scale.high is not None:
        assert form.scale.low <= score.value <= form.scale.high and score.band is not None
    assert set(score.missing) <= {key.link_id for key in asked}


@QUICK
@given(
    posted=st.dictionaries(
        st.text(max_size=30), st.one_of(st.text(max_size=50), st.lists(st.text(max_size=10), max_size=3)), max_size=6
    )
)
def test_any_fields(posted: dict[str, Any]) -> None:
    form = forms.load("intake-receiving-screening")
    answers = forms.parse(form, posted, zone=ZONE, now=NOW)
    forms.render(form, answers)
    assert len(answers.posted) <= len(posted)


@QUICK
@given(data=st.data())
def test_a_floor_is_never_above_the_final_band(data: st.DataObject) -> None:
    """What is certain early stays true: completing an instrument can't lower the band that already acts."""
    name = data.draw(st.sampled_from(["phq-9", "gad-7", "cows", "ciwa-ar", "epds", "audit-c", "rods", "4at"]))
    form = forms.load(name)
    full = {i.link_id: data.draw(st.sampled_from([o.code for o in i.options])) for i in form.walk() if i.options}
    full |= {i.link_id: data.draw(st.sampled_from(["yes", "no"])) for i in form.walk() if i.kind == "boolean"}
    part = {k: v for k, v in full.items() if data.draw(st.booleans())}
    early = forms.score(form, forms.parse(form, part, zone=ZONE))
    late = forms.score(form, forms.parse(form, full, zone=ZONE))
    assert early and late and late.band
    if early.floor:
        assert early.floor.rank <= late.band.rank


def test_naughty_strings_are_answers_or_sentences() -> None:
    if not CORPUS.is_file():
        pytest.skip(f"the corpus of naughty strings is not at {CORPUS}")
    strings = json.loads(CORPUS.read_text())
    form = forms.load("intake-receiving-screening")
    fields = [
        "other-report",
        "illness",
        "temperature",
        "opioid-last",
        "dental-pain",
        "insurance",
        "disposition",
        "pregnancy-weeks",
        "breath-alcohol",
    ]
    refused = 0
    for text in strings:
        posted = {"can-be-pregnant": "yes", "substances": ["opioids"], **dict.fromkeys(fields, text), text: "x"}
        answers = forms.parse(form, posted, zone=ZONE, now=NOW)
        view = forms.render(form, answers)
        refused += len(answers.errors)
        for error in answers.errors.values():
            assert error.en and error.es
        assert all(fault.sentence.en for fault in view.faults)
        forms.questionnaire_response(form, answers, meta=META)
        words = answers.value("other-report")
        assert words is None or words == answers.posted["other-report"][0].strip()
    print(f"{len(strings)} naughty strings in {len(fields) + 1} places, {refused} refused with a sentence")
