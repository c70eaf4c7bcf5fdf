"""A form's answers in words: where a score stands now, and the signed answers with the wording as it was seen."""

from dataclasses import dataclass
from typing import Any

from throughcare.chart import forms
from throughcare.kernel.fhir import Json


@dataclass(frozen=True, slots=True)
class Answered:
    """One line of a signed form: a heading, or a question with what was answered."""

    question: str
    answer: str
    level: int
    heading: bool


def standing(score: forms.Score | None) -> str:
    """Say where a score stands while the form is answered; nothing where the form is not scored."""
    if score is None:
        return ""
    if score.status is forms.ScoreStatus.FINAL and score.value is not None:
        return f"{_plain(score.value)}{', ' + score.band.text.en if score.band else ''}"
    open_ = len(score.missing)
    certain = f"; at least {score.floor.text.en} already" if score.floor else ""
    return f"{open_} {'question' if open_ == 1 else 'questions'} open{certain}"


def _plain(value: Any) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def lines(response: Json | None) -> list[Answered]:
    """Give the lines of a kept QuestionnaireResponse, in order; a destroyed body has none."""
    return _lines(response.get("item", []), 0) if response else []


def _lines(items: list[Json], level: int) -> list[Answered]:
    found: list[Answered] = []
    for item in items:
        answers = item.get("answer", [])
        said = "; ".join(words for a in answers if (words := _said(a)))
        inner = [*item.get("item", []), *(i for a in answers for i in a.get("item", []))]
        heading = bool(inner) and not answers
        if item.get("text") and (heading or said or not inner):
            found.append(Answered(item["text"], said or _why(item), level, heading))
        found += _lines(inner, level + 1 if heading else level)
    return found


def _said(answer: Json) -> str:
    for name, value in answer.items():
        if name == "valueCoding":
            return str(value.get("display") or value.get("code", ""))
        if name == "valueBoolean":
            return "Yes" if value else "No"
        if name == "valueQuantity":
            return f"{value['value']} {value.get('unit', '')}".strip()
        if name.startswith("value"):
            return str(value)
    return ""


def _why(item: Json) -> str:
    for one in item.get("extension", []):
        if str(one.get("url", "")).endswith("unable"):
            return f"Could not be asked: {one.get('valueCode') or one.get('valueString', '')}"
    return ""
