"""Answers and score as FHIR R4: the QuestionnaireResponse as it was asked, with the wording that was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from throughcare.chart.forms.answers import Answers, Unable
from throughcare.chart.forms.enable import enabled, missing
from throughcare.chart.forms.questionnaire import Form, Item, Key, Kind, UnableReason
from throughcare.chart.forms.reading import OWN
from throughcare.chart.forms.scoring import Score
from throughcare.chart.forms.values import Amount, Choice, Value

UCUM = "http://unitsofmeasure.org"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
MODE = "http://hl7.org/fhir/StructureDefinition/questionnaireresponse-completionMode"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"
MODES = {"spoken": {"system": PARTICIPATION, "code": "VERBAL"}}
_ABSENT_CODE = {UnableReason.REFUSES: "asked-declined"}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Meta:
    """Who, about whom, when, in which language and mode; references are written `Type/id`."""

    id: str
    subject: str
    authored: datetime
    author: str
    source: str = ""
    encounter: str = ""
    lang: str = "en"
    mode: str = "spoken"


def questionnaire_response(form: Form, answers: Answers, score: Score | None = None, *, meta: Meta) -> Json:
    """The response: asked questions only, `completed` when nothing required is missing, wording as seen."""
    asked = enabled(form, answers)
    lacking = missing(form, answers, asked)
    body: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": meta.id,
        "language": meta.lang,
        "extension": [
            {
                "url": MODE,
                "valueCodeableConcept": {"coding": [MODES[meta.mode]]},
            }
        ],
        "questionnaire": form.canonical,
        "status": "in-progress" if lacking or not answers.ok else "completed",
        "subject": {"reference": meta.subject},
        "authored": meta.authored.isoformat(),
        "author": {"reference": meta.author},
    }
    if answers.form_unable:
        body["status"] = "stopped"
        body["extension"] += _unable_extensions(answers.form_unable)
    if score:
        body["extension"].append(_score_extension(score))
    if meta.encounter:
        body["encounter"] = {"reference": meta.encounter}
    if meta.source:
        body["source"] = {"reference": meta.source}
    items = [entry for item in form.items for entry in _items(item, None, answers, asked, meta.lang)]
    if items:
        body["item"] = items
    return body


def _items(item: Item, row: int | None, answers: Answers, asked: frozenset[Key], lang: str) -> list[Json]:
    if item.kind is Kind.GROUP and item.repeats:
        if Key(item.link_id) not in asked:
            return []
        each = [_children(item, number, answers, asked, lang) for number in answers.rows(item)]
        return [
            {"linkId": item.link_id, "text": item.text.said(lang), "item": children} for children in each if children
        ]
    key = Key(item.link_id, row)
    if key not in asked or item.kind is Kind.DISPLAY:
        return []
    entry: Json = {"linkId": item.link_id}
    if item.text.said(lang):
        entry["text"] = item.text.said(lang)
    if item.kind is Kind.GROUP:
        children = _children(item, row, answers, asked, lang)
        return [{**entry, "item": children}] if children else []
    values = answers.values(*key)
    own = answers.unable_by.get(key)
    if own:
        return [{**entry, "extension": _unable_extensions(own)}]
    return [{**entry, "answer": [answer(item, value, lang) for value in values]}] if values else []


def _children(item: Item, row: int | None, answers: Answers, asked: frozenset[Key], lang: str) -> list[Json]:
    return [entry for child in item.items for entry in _items(child, row, answers, asked, lang)]


def answer(item: Item, value: Value, lang: str) -> Json:
    """One FHIR answer; numbers stay Decimal, so that what was typed is what is stored."""
    if isinstance(value, Choice):
        option = item.option(value.code)
        coding = {"system": value.system, "code": value.code}
        display = option.text.said(lang) if option else ""
        return {"valueCoding": {**coding, "display": display} if display else coding}
    if isinstance(value, Amount):
        unit = item.unit.text if item.unit else value.unit
        return {"valueQuantity": {"value": value.value, "unit": unit, "system": UCUM, "code": value.unit}}
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    if isinstance(value, Decimal):
        return {"valueDecimal": value}
    if isinstance(value, datetime):
        return {"valueDateTime": value.isoformat()}
    if isinstance(value, date):
        return {("valueDateTime" if item.kind is Kind.DATETIME else "valueDate"): value.isoformat()}
    if isinstance(value, time):
        return {"valueTime": value.isoformat()}
    return {"valueString": value}


def _unable_extensions(unable: Unable) -> list[Json]:
    parts: list[Json] = [{"url": "reason", "valueCode": unable.reason.value}]
    if unable.note:
        parts.append({"url": "note", "valueString": unable.note})
    return [
        {"url": OWN + "unable", "extension": parts},
        {"url": ABSENT, "valueCode": _ABSENT_CODE.get(unable.reason, "temp-unknown")},
    ]


def _score_extension(score: Score) -> Json:
    parts: list[Json] = [
        {"url": "status", "valueCode": score.status.value},
        {"url": "version", "valueString": score.scale_version},
    ]
    if score.value is not None:
        parts.append({"url": "value", "valueDecimal": score.value})
    if score.band:
        parts.append({"url": "band", "valueCode": score.band.key})
    if score.floor:
        parts.append({"url": "floor", "valueCode": score.floor.key})
    parts += [{"url": f"count-{name}", "valueInteger": count} for name, count in sorted(score.counts.items())]
    parts += [{"url": "missing", "valueString": name} for name in score.missing]
    return {"url": OWN + "score", "extension": parts}
