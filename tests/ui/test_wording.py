"""Words are complete in both languages, with the same placeholders, and say no forbidden thing."""

import re
import string

import pytest
from django.utils import translation

from throughcare.kernel import content
from throughcare.ui import wording
from throughcare.ui.wording import UnknownWording, flatten, t

BOTH = [path for path, body in wording.read() if "es" in body]


def placeholders(sentence: str | dict[str, str]) -> set[str]:
    """Give the names a sentence wants filled."""
    forms = [sentence] if isinstance(sentence, str) else list(sentence.values())
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


def test_patient_words_exist_in_both_languages() -> None:
    assert "wording/patient.toml" in BOTH


@pytest.mark.parametrize("path", BOTH)
def test_languages_have_the_same_keys_and_placeholders(path: str) -> None:
    body = content.load(path)
    english, spanish = flatten(body["en"]), flatten(body["es"])
    assert english.keys() == spanish.keys()
    for key, sentence in english.items():
        assert placeholders(sentence) == placeholders(spanish[key]), key
        assert isinstance(sentence, dict) == isinstance(spanish[key], dict), key


def test_spanish_is_written_not_copied() -> None:
    body = content.load("wording/patient.toml")
    english, spanish = flatten(body["en"]), flatten(body["es"])
    same = {key for key in english if english[key] == spanish[key] and " " in str(english[key]).replace("{n} ", "")}
    assert same == set()


def test_spanish_says_usted() -> None:
    spanish = " ".join(str(s) for s in flatten(content.load("wording/patient.toml")["es"]).values())
    assert not re.search(r"\b(tú|tienes|puedes|quieres|dinos|cuéntanos|te van|tu)\b", spanish, re.IGNORECASE)


def test_no_page_says_submit_or_ok() -> None:
    for _path, body in wording.read():
        words = " ".join(str(s) for s in flatten(body.get("en", {})).values())
        assert not re.search(r"\bsubmit\b|\bOK\b|\binmate\b|\boffender\b|please", words, re.IGNORECASE)


def test_plurals_and_placeholders() -> None:
    assert t("form.errors", n=1) == "1 answer needs another look"
    assert t("form.errors", n=3) == "3 answers need another look"
    with translation.override("es"):
        assert t("form.errors", n=3) == "Hay que revisar 3 respuestas"


def test_spanish_falls_back_to_english_never_to_a_key() -> None:
    with translation.override("es"):
        assert t("page.search") == "Find a person"
    with pytest.raises(UnknownWording):
        t("no.such.words")


def test_every_key_a_template_names_is_written() -> None:
    from tests.ui.test_templates import TEMPLATES

    named = {
        key
        for file in TEMPLATES
        for key in re.findall(r"\b(?:t|sentence)\(\s*[\"']([\w.]+)[\"']\s*[,)]", file.read_text("utf-8"))
    }
    assert {key for key in named if key not in wording.table("en")} == set()
