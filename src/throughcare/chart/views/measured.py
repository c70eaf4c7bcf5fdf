"""Measurements as pages show them: the last value with its line, and the trend whose title is the answer."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from io import StringIO
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from throughcare.chart import courses, trends
from throughcare.chart import models as m
from throughcare.chart.reads import shown
from throughcare.chart.units import said
from throughcare.kernel import content
from throughcare.ui.jinja import day
from throughcare.ui.shapes import FieldShape, Meaning, TrendPoint, TrendShape

CRITICAL = frozenset({"HH", "LL", "AA"})
ABNORMAL = frozenset({"H", "L", "A", "HU", "LU", "POS", "DET"})
WORDS = {"H": "high", "L": "low", "HH": "critically high", "LL": "critically low", "A": "abnormal", "AA": "critical"}


@dataclass(frozen=True, slots=True)
class Last:
    """The newest value of one measurement, with the line of those before."""

    name: str
    value: str
    at: datetime
    mark: str
    meaning: Meaning
    line: list[float]
    answer: str
    href: str
    category: str
    id: UUID
    person_id: UUID


@lru_cache(maxsize=2)
def _vitals(stamp: tuple[str, int]) -> Mapping[str, Mapping[str, Any]]:
    by_code = {}
    for row in content.rows("chart/vitals.toml", "vital"):
        by_code[row["code"]] = row
        if row.get("panel") and row["id"] == "systolic":
            by_code[row["panel"]] = row
    return by_code


def vital(code: str) -> Mapping[str, Any] | None:
    """Give what content says of a vital sign, by its code or its panel's."""
    return _vitals(content.stamp()).get(code)


def number(row: m.Observation) -> Decimal | None:
    """Give the value that a line is drawn by; of a blood pressure the first component, the systolic one.

    "Less than 5" is no point of a line.
    """
    if row.components:
        return Decimal(row.components[0]["value"])
    return None if row.comparator else row.value


def unit(row: m.Observation) -> str:
    """Give the unit of that value, in UCUM."""
    return str(row.components[0]["unit"]) if row.components else row.unit


def lasts(found: Mapping[str, Sequence[m.Observation]], person_id: UUID) -> list[Last]:
    """Give the newest of each measurement: vital signs first, in content's order, then by name."""
    order = {code: place for place, code in enumerate(_vitals(content.stamp()))}
    made = [_last(rows, person_id) for rows in found.values() if rows]
    codes = {one.id: rows[-1].code for one, rows in zip(made, [r for r in found.values() if r], strict=True)}
    return sorted(made, key=lambda one: (order.get(codes[one.id], len(order)), one.name))


def _last(rows: Sequence[m.Observation], person_id: UUID) -> Last:
    newest = rows[-1]
    return Last(
        name=newest.text,
        value=shown(newest),
        at=newest.effective_at,
        mark=WORDS.get(newest.interpretation, "abnormal" if newest.interpretation in ABNORMAL else ""),
        meaning="harm" if newest.interpretation in CRITICAL else "shift" if newest.interpretation in ABNORMAL else "",
        line=[float(p.value) for p in trends.comparable(_points(rows))],
        answer=answer(rows),
        href=_trend(person_id, newest.code),
        category=newest.category,
        id=newest.id,
        person_id=newest.person_id,
    )


def answer(rows: Sequence[m.Observation]) -> str:
    """Say what became of a measurement, and of the course of illness that it is the score of (clinical.md 3.2)."""
    newest = rows[-1]
    known = vital(newest.code)
    steady = Decimal(str(known["steady"])) if known else None
    name = "Systolic pressure" if newest.components else newest.text
    points = _points(rows)
    said_so = trends.answer(name, points, said(unit(newest)), steady=steady)
    rule = courses.rule_for(newest.code)
    found = courses.course(points, rule) if rule else None
    course = courses.words(found) if found else ""
    return f"{said_so}; {course}" if course else said_so


def trend(rows: Sequence[m.Observation], download: str) -> TrendShape:
    """Draw one measurement over time, in the unit of the newest."""
    newest = rows[-1]
    same = [r for r in rows if unit(r) == unit(newest)]
    points = [
        TrendPoint(r.effective_at, float(value), shown(r).removesuffix(said(unit(r))).strip())
        for r in same
        if (value := number(r)) is not None
    ]
    return TrendShape(answer(rows), points, said(unit(newest)), name=newest.text, download=download)


def table(rows: Sequence[m.Observation]) -> str:
    """Write measurements as CSV; it names nobody."""
    out = StringIO()
    lines = csv.writer(out)
    lines.writerow(["at", "name", "value", "unit", "status"])
    for row in rows:
        value = "/".join(c["value"] for c in row.components) if row.components else row.value
        lines.writerow([row.effective_at.isoformat(), row.text, value, unit(row), row.status])
    return out.getvalue()


def _points(rows: Sequence[m.Observation]) -> list[trends.Point]:
    return [trends.Point(r.effective_at, value, unit(r)) for r in rows if (value := number(r)) is not None]


def _trend(person_id: UUID, code: str) -> str:
    try:
        return reverse("chart_trend", kwargs={"person_id": person_id, "code": code})
    except NoReverseMatch:
        return ""


def questions(
    typed: Mapping[str, str], wrong: Mapping[str, str], last: Mapping[str, m.Observation]
) -> list[FieldShape]:
    """Give the fields of the set of vital signs, each with the value before it as a hint."""
    return [
        FieldShape(
            row["id"],
            row["title"],
            "number",
            value=typed.get(row["id"], ""),
            error=wrong.get(row["id"], ""),
            unit=said(row["unit"]),
            width="s",
            hint=_before(last.get(row.get("panel") or row["code"])),
            max_length=6,
            quiet=True,
        )
        for row in content.rows("chart/vitals.toml", "vital")
    ]


def _before(row: m.Observation | None) -> str:
    return f"Last {shown(row)}, {day(row.effective_at)}" if row is not None else ""
