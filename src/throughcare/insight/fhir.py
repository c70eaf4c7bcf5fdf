"""Measures and their numbers as FHIR R4 Measure and MeasureReport (summary). Pure.

A report says no more than may be told of few people: strata with too little stand together, and a number on too little is masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.numbers import Number
from throughcare.insight.pooling import TOGETHER, enough, left_out_told
from throughcare.kernel.fhir import Json, coding, concept, filled, instant

POPULATION = "http://terminology.hl7.org/CodeSystem/measure-population"
SCORING = "http://terminology.hl7.org/CodeSystem/measure-scoring"
BETTER = "http://terminology.hl7.org/CodeSystem/measure-improvement-notation"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
CANONICAL = "urn:throughcare:measure"
NOTATION = {"higher": "increase", "lower": "decrease"}


def url(measure: Definition) -> str:
    """Give a measure's canonical address."""
    return f"{CANONICAL}:{measure.id}"


def measure(one: Definition, on: date) -> Json:
    """Render what a measure is."""
    said = (("denominator", one.denominator), ("denominator-exclusion", one.exclusions), ("numerator", one.numerator))
    return filled(
        resourceType="Measure",
        id=one.id,
        url=url(one),
        version=one.version,
        name=one.id.replace("-", "_"),
        title=one.title,
        status="draft" if one.waits_for or one.provisional else "active",
        date=on.isoformat(),
        publisher="Throughcare",
        description=one.source,
        scoring=concept(coding(SCORING, "ratio" if one.is_rate else "proportion")),
        rateAggregation=_unit(one),
        improvementNotation=_notation(one),
        group=[
            {
                "population": [
                    {
                        "code": concept(coding(POPULATION, code)),
                        "criteria": {"language": "text/plain", "expression": words},
                    }
                    for code, words in said
                    if words
                ],
                "stratifier": [{"code": concept(text=name)} for name in one.stratifiers],
            }
        ],
    )


def report_id(one: Definition, month: str) -> str:
    """Give the id of a measure's report of a month."""
    return f"{one.id}.{month}"


def report(
    one: Definition,
    month: str,
    covers: tuple[date, date],
    whole: Number,
    strata: Mapping[str, Mapping[str, Number]],
    named: Mapping[str, str],
    made_at: datetime | None,
) -> Json:
    """Render a measure's numbers of a month (or of the months that end in it)."""
    shown = enough(whole, one)
    group = filled(
        population=_population(one, whole) if shown else None,
        measureScore=_score(one, whole),
        stratifier=[
            {
                "code": [concept(text=name)],
                "stratum": [
                    filled(
                        value=concept(text="together" if key == TOGETHER else named.get(key, key)),
                        population=_population(one, n, ()),
                        measureScore=_score(one, n),
                    )
                    for key, n in sorted(parts.items())
                ],
            }
            for name, parts in strata.items()
            if parts and shown
        ]
        or None,
    )
    return filled(
        resourceType="MeasureReport",
        id=report_id(one, month),
        status="complete",
        type="summary",
        measure=f"{url(one)}|{one.version}",
        date=instant(made_at),
        reporter={"display": "Throughcare"},
        period={"start": covers[0].isoformat(), "end": covers[1].isoformat()},
        improvementNotation=_notation(one),
        group=[group],
    )


def _population(one: Definition, n: Number, more: tuple[str, ...] = ("denominator-exclusion",)) -> list[Json]:
    counts = {
        "denominator": round(n.denominator),
        "denominator-exclusion": left_out_told(n.excused + n.gone, one),
        "numerator": int(n.numerator),
    }
    wanted = ("denominator", *more, "numerator") if not one.is_rate else ("denominator", "numerator")
    told = [(code, counts[code]) for code in wanted]
    return [{"code": concept(coding(POPULATION, code)), "count": count} for code, count in told if count is not None]


def _score(one: Definition, n: Number) -> Json:
    value = n.value(one)
    if value is None or not enough(n, one) or n.small(one):
        return {"extension": [{"url": ABSENT, "valueCode": "masked"}]}
    if one.is_rate:
        return {"value": round(value, 4), "unit": _unit(one)}
    return {"value": round(value, 4), "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}


def _unit(one: Definition) -> str | None:
    return f"per {one.per:,.0f} {one.unit}" if one.is_rate else None


def _notation(one: Definition) -> Json | None:
    word = NOTATION.get(one.better)
    return concept(coding(BETTER, word)) if word else None
