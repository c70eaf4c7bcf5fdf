"""What a signed form says as FHIR Observations: the final score of an instrument, and measured values (vital signs)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from throughcare.chart.forms.answers import Answers
from throughcare.chart.forms.enable import enabled
from throughcare.chart.forms.questionnaire import Form, Item, Key, Kind
from throughcare.chart.forms.response import UCUM, Json, Meta, answer
from throughcare.chart.forms.scoring import Score, ScoreStatus

CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
LOCAL = "urn:throughcare:code"


def observations(
    form: Form, answers: Answers, score: Score | None = None, *, meta: Meta, new_id: Callable[[], str]
) -> list[Json]:
    """Observations of the response `meta.id`; an incomplete score gives none, a question not asked gives none."""
    asked = enabled(form, answers)
    found = [_scored(form, score, meta, new_id())] if score and score.status is ScoreStatus.FINAL else []
    inside = {child.link_id for item in form.walk() if item.extract and item.kind is Kind.GROUP for child in item.items}
    for item in form.walk():
        if not item.extract or item.code is None or item.link_id in inside:
            continue
        if item.kind is Kind.GROUP:
            found += _panel(item, answers, asked, meta, new_id)
        elif Key(item.link_id) in asked:
            found += [
                {**_base(meta, new_id(), "vital-signs", _concept(item)), **answer_value(item, value, meta.lang)}
                for value in answers.values(item.link_id)
            ]
    return found


def answer_value(item: Item, value: Any, lang: str) -> Json:
    """The answer as an Observation's value: a coding becomes a CodeableConcept, a decimal a quantity without unit."""
    (kind, content), *_ = answer(item, value, lang).items()
    if kind == "valueCoding":
        return {"valueCodeableConcept": {"coding": [content]}}
    if kind == "valueDecimal":
        return {"valueQuantity": {"value": content}}
    return {kind: content}


def _panel(group: Item, answers: Answers, asked: frozenset[Key], meta: Meta, new_id: Callable[[], str]) -> list[Json]:
    components = [
        {"code": _concept(item), **answer_value(item, value, meta.lang)}
        for item in group.items
        if item.code and Key(item.link_id) in asked
        for value in answers.values(item.link_id)
    ]
    return [{**_base(meta, new_id(), "vital-signs", _concept(group)), "component": components}] if components else []


def _scored(form: Form, score: Score, meta: Meta, new_id: str) -> Json:
    scale = form.scale
    system, code = (scale.code_system, scale.code) if scale and scale.code else (LOCAL, f"score-{form.name}")
    body = _base(meta, new_id, "survey", {"coding": [{"system": system, "code": code}], "text": form.title.en})
    if score.value is not None:
        body["valueQuantity"] = {"value": score.value, "unit": "{score}", "system": UCUM, "code": "{score}"}
    elif score.band:
        body["valueCodeableConcept"] = _band(form, score)
    if score.band:
        body["interpretation"] = [_band(form, score)]
    if score.counts:
        body["component"] = [
            {"code": {"coding": [{"system": LOCAL, "code": f"count-{form.name}-{name}"}]}, "valueInteger": count}
            for name, count in sorted(score.counts.items())
        ]
    return body


def _band(form: Form, score: Score) -> Json:
    if score.band is None:
        return {}
    return {"coding": [{"system": f"{LOCAL}:band:{form.name}", "code": score.band.key}], "text": score.band.text.en}


def _base(meta: Meta, new_id: str, category: str, code: Json) -> Json:
    body: Json = {
        "resourceType": "Observation",
        "id": new_id,
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": category}]}],
        "code": code,
        "subject": {"reference": meta.subject},
        "effectiveDateTime": meta.authored.isoformat(),
        "performer": [{"reference": meta.author}],
        "derivedFrom": [{"reference": f"QuestionnaireResponse/{meta.id}"}],
    }
    if meta.encounter:
        body["encounter"] = {"reference": meta.encounter}
    return body


def _concept(item: Item) -> Json:
    if item.code is None:
        return {"text": item.text.en}
    return {"coding": [{"system": item.code.system, "code": item.code.code}], "text": item.text.en}
