"""The reviewed forms themselves: complete in two languages, licensed wording absent, codes as the specification has them."""

import json

import pytest

from throughcare.chart import forms
from throughcare.chart.forms.questionnaire import Kind
from throughcare.chart.forms.reading import read_form
from throughcare.chart.forms.scale import Action
from throughcare.kernel import content
from throughcare.kernel.vocabulary import Role

NAMES = forms.names()
PLUG_INS = {"dast-10", "tcuds-5", "morse", "moca", "poss"}
EXPECTED = {
    "phq-2", "phq-9", "gad-7", "c-ssrs-screener", "bjmhs", "cmhs-m", "cmhs-w", "audit-c", "dast-10", "tcuds-5", "rods", "cows", "ciwa-ar",
    "pc-ptsd-5", "aims", "morse", "pain", "poss", "sedation", "prea-risk", "tb-symptoms", "epds", "4at", "moca", "intake-quick-look",
    "intake-receiving-screening", "sick-call-request",
}  # fmt: skip


def test_every_instrument_is_here() -> None:
    assert set(NAMES) >= EXPECTED


@pytest.mark.parametrize("name", NAMES)
def test_form_loads_and_names_its_source(name: str) -> None:
    form = forms.load(name)
    assert form.source and form.version and form.canonical == f"urn:throughcare:questionnaire:{name}|{form.version}"


@pytest.mark.parametrize("name", sorted(set(NAMES) - PLUG_INS))
def test_wording_stands_in_both_languages(name: str) -> None:
    form = forms.load(name)
    for item in form.walk():
        assert item.text.en and item.text.es, item.link_id
        assert all(option.text.en and option.text.es for option in item.options), item.link_id
        assert item.help is None or (item.help.en and item.help.es), item.link_id


@pytest.mark.parametrize("name", sorted(PLUG_INS))
def test_licensed_wording_is_not_shipped(name: str) -> None:
    form = forms.load(name)
    assert form.plug_in and not form.worded
    assert not any(item.text.en or item.text.es for item in form.walk())
    assert not any(option.text.en for item in form.walk() for option in item.options)
    with pytest.raises(forms.WordingMissing, match="licensed"):
        forms.render(form, forms.Answers())


def test_a_plug_in_renders_with_the_agencys_wording() -> None:
    words = {
        "title": {"en": "T", "es": "T"},
        "items": {f"dast-{i}": {"en": f"Q{i}", "es": f"P{i}"} for i in range(1, 11)},
    }
    form = read_form(content.load("forms/dast-10.json"), content.load("forms/dast-10.score.toml"), words)
    view = forms.render(form, forms.Answers(), lang="es")
    assert [row.text.said("es") for row in view.sections[0].rows][:2] == ["P1", "P2"]


def actions_of(name: str) -> list[Action]:
    scale = forms.load(name).scale
    if scale is None:
        return []
    return [a for band in scale.bands for a in band.actions] + [a for flag in scale.flags for a in flag.actions]


@pytest.mark.parametrize("name", NAMES)
def test_actions_have_an_owner_and_instruments_exist(name: str) -> None:
    for action in actions_of(name):
        assert action.owner in set(Role), action
        assert action.text.en and action.text.es and action.source
        if action.kind == "instrument":
            assert action.key in NAMES
    for item in forms.load(name).walk():
        assert set(item.fires) <= set(NAMES), item.link_id


LOINC = {
    "phq-2": ("55757-9", "55758-7"), "phq-9": ("44249-1", "44261-6"), "gad-7": ("69737-5", "70274-6"), "c-ssrs-screener": ("93373-9", ""),
    "audit-c": ("72109-2", "75626-2"), "epds": ("71354-5", "99046-5"), "pain": ("72514-3", "72514-3"), "dast-10": ("", "82667-7"),
    "morse": ("", "59460-6"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(NAMES)))
def test_only_codes_of_the_specification_are_used(name: str) -> None:
    form = forms.load(name)
    panel, total = LOINC.get(name, ("", ""))
    assert [code.code for code in form.codes] == ([panel] if panel else [])
    assert (form.scale.code if form.scale else "") == total


def test_item_codes_of_the_depression_and_suicide_screens() -> None:
    phq = [forms.load("phq-9").item(f"phq-{i}").code for i in range(1, 10)]
    assert [c.code for c in phq if c] == [
        "44250-9",
        "44255-8",
        "44259-0",
        "44254-1",
        "44251-7",
        "44258-2",
        "44252-5",
        "44253-3",
        "44260-8",
    ]
    cssrs = [i.code for i in forms.load("c-ssrs-screener").walk() if i.kind is Kind.CHOICE]
    assert [c.code for c in cssrs if c] == ["93246-7", "93247-5", "93248-3", "93249-1", "93250-9", "93267-3", "93269-9"]


def test_the_cssrs_notice_is_kept() -> None:
    form = forms.load("c-ssrs-screener")
    assert "© 2011 Dr. Kelly Posner" in form.copyright
    assert form.notice and "Posner" in form.notice.es
    view = forms.render(form, forms.Answers())
    assert view.copyright == form.copyright


def test_spanish_that_is_not_the_published_one_says_so() -> None:
    for name in sorted(set(NAMES) - PLUG_INS - {"pain"}):
        form = forms.load(name)
        assert any(mark.lang in ("es", "*") for mark in form.provisional), name


def test_a_faulty_form_lists_every_fault() -> None:
    body = json.loads(json.dumps(content.load("forms/phq-2.json")))
    body["item"][1]["type"] = "slider"
    body["item"][2]["linkId"] = "phq-1"
    body["item"][2]["enableWhen"] = [{"question": "later", "operator": "~", "answerBoolean": True}]
    body["surprise"] = 1
    del body["item"][2]["_text"]
    with pytest.raises(forms.FormError) as caught:
        read_form(body)
    said = str(caught.value)
    assert all(part in said for part in ["slider", "used twice", "[later]", "[~]", "surprise", "Spanish"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"function": "guess"}, "guess"),
        ({"items": ["phq-1", "phq-7"]}, "phq-7"),
        ({"high": 7}, "do not end at 7"),
        ({"low": -1}, "gap or overlap"),
    ],
)
def test_a_faulty_scale_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(forms.FormError, match=said):
        read_form(content.load("forms/phq-2.json"), {**content.load("forms/phq-2.score.toml"), **change})


def test_an_agency_can_lay_its_own_band_over(tmp_path, monkeypatch) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "phq-2.score.toml").write_text(
        'version = "1-agency"\n[[overrides]]\ntable = "band"\nid = "negative"\nto = 1\n[[overrides]]\ntable = "band"\nid = "positive"\nfrom = 2\n'
    )
    monkeypatch.setenv("THROUGHCARE_CONTENT", str(tmp_path))
    scale = forms.load("phq-2").scale
    assert scale and scale.version == "1-agency"
    assert scale.band_for(2, "unknown").key == "positive"  # type: ignore[arg-type, union-attr]
