"""What isn't in the gallery doesn't exist; what is, renders under strict names and in both languages."""

import re
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.utils import translation
from jinja2 import Environment, StrictUndefined, UndefinedError

from throughcare.kernel import clock
from throughcare.ui.gallery import LAYOUTS, gallery
from throughcare.ui.gallery_examples import examples
from throughcare.ui.jinja import KIT

COMPONENTS = Path(__file__).parents[2] / "src/throughcare/ui/templates/ui/components"
MACROS = {
    (file.stem, name)
    for file in COMPONENTS.glob("*.html")
    for name in re.findall(r"{% macro ([a-z]\w*)", file.read_text())
}
NEED_A_FORM = {"form_field", "form_fields"}  # shown by tests/ui/test_fields.py


def test_the_kit_lists_every_macro_of_every_file() -> None:
    assert {(home, name) for home, names in KIT.items() for name in names} == MACROS


def test_every_macro_is_in_the_gallery() -> None:
    drawn = {example.macro for chapter in examples(clock.now()) for example in chapter.examples}
    lines = {"duty_row", "board_row"}  # drawn by lanes, duty_table and board_list: a row needs its list
    assert {name for _, name in MACROS} - drawn - NEED_A_FORM - lines == set()


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("layout", ["", *LAYOUTS])
def test_the_gallery_renders(rf: RequestFactory, layout: str, lang: str) -> None:
    with translation.override(lang):
        answer = gallery(rf.get("/gallery/", {"layout": layout}))
    assert answer.status_code == (409 if layout == "problem" else 200)
    assert answer["Cache-Control"] == "no-store"
    assert f'<html lang="{lang}"'.encode() in answer.content


def test_names_are_strict(env: Environment) -> None:
    assert env.undefined is StrictUndefined
    with pytest.raises(UndefinedError):
        env.from_string("{{ patient_nmae }}").render()
    with pytest.raises(UndefinedError):
        env.from_string("{{ ui.no_such_component() }}").render()


def test_data_is_escaped_everywhere(env: Environment) -> None:
    evil = "<img src=x onerror=alert(1)>"
    text = env.from_string("{{ ui.note(x, 'harm', x) }}{{ ui.empty(x, x) }}{{ ui.facts([(x, x)]) }}").render(x=evil)
    assert "<img" not in text
    assert text.count("&lt;img") == 6
