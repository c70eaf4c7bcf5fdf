"""What a signed form tells the clock, read strictly from `content/chart/tells.toml`: pure, answers in, events out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from throughcare.chart import forms
from throughcare.chart.events import SIGNALS
from throughcare.chart.forms.values import Choice
from throughcare.kernel import content
from throughcare.kernel.vocabulary import DataClass, Role

PATH = "chart/tells.toml"
Fact = bool | int | str | datetime | None


@dataclass(frozen=True, slots=True)
class Tell:
    """One event that a form's signature tells, and the answers that it asks for."""

    event: str
    when: Mapping[str, frozenset[str]]
    at: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Telling:
    """A form whose signature tells the clock: who may sign it, and in which class of data its answers are kept."""

    roles: frozenset[Role]
    data_class: DataClass
    tells: tuple[Tell, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What is told: the event, when it happened (None: with the signature), and its facts.

    What was not answered is told as None: a series would else go on by what was said the time before.
    """

    event: str
    at: datetime | None
    facts: Mapping[str, Fact]


def of(form: str) -> Telling | None:
    """Give what a form tells; None where its signature tells no more than that it was signed."""
    return _forms(content.document(PATH).digest).get(form)


def data_class(form: str) -> DataClass:
    """Give the class of data in which a form of the chart keeps its answers."""
    telling = of(form)
    return telling.data_class if telling else DataClass.CLINICAL


def signs(form: str, role: Role | None) -> bool:
    """Tell whether somebody in this role may sign a form: anybody who writes the chart, where content names nobody."""
    telling = of(form)
    return telling is None or role in telling.roles


def signals(form: str) -> tuple[str, ...]:
    """Name every event that a form can tell."""
    telling = of(form)
    return tuple(one.event for one in telling.tells) if telling else ()


def told(form: str, answers: forms.Answers, *, zone: tzinfo) -> list[Told]:
    """Say what these answers tell, in the content's order; a date counts as the end of its local day."""
    telling = of(form)
    if telling is None or answers.form_unable is not None:
        return []
    return [
        Told(one.event, _moment(answers, one.at, zone), _facts(answers, one.facts, zone))
        for one in telling.tells
        if all(answers.codes(item) & codes for item, codes in one.when.items())
    ]


def _moment(answers: forms.Answers, item: str, zone: tzinfo) -> datetime | None:
    said = _fact(answers.value(item), zone) if item else None
    return said if isinstance(said, datetime) else None


def _facts(answers: forms.Answers, wanted: Mapping[str, str], zone: tzinfo) -> dict[str, Fact]:
    return {name: _fact(answers.value(item), zone) for name, item in wanted.items()}


def _fact(value: Any, zone: tzinfo) -> Fact:
    if isinstance(value, Choice):
        return value.code
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value + timedelta(days=1), time(), zone)
    return value if isinstance(value, (bool, int, str, datetime)) else None


@lru_cache(maxsize=4)
def _forms(digest: str) -> dict[str, Telling]:
    tells: dict[str, list[Tell]] = {}
    for row in content.rows(PATH, "tell"):
        tells.setdefault(row["form"], []).append(_tell(row))
    found = {row["id"]: _telling(row, tells.pop(row["id"], [])) for row in content.rows(PATH, "form")}
    if tells:
        raise content.ContentError(PATH, "tells of a form that no [[form]] names. Name who may sign it.", min(tells))
    return found


def _telling(row: Mapping[str, Any], tells: list[Tell]) -> Telling:
    asked = {item.link_id: item for item in forms.load(row["id"]).walk()}
    for one in tells:
        named = {*one.when, *one.facts.values(), *([one.at] if one.at else [])}
        unknown = sorted(named - asked.keys())
        unknown += sorted(
            c for item, codes in one.when.items() if item in asked for c in codes if not asked[item].option(c)
        )
        if unknown:
            raise content.ContentError(PATH, f"asks [{unknown[0]}], which the form has not. Correct it.", row["id"])
    roles = frozenset(Role(role) for role in row["roles"])
    return Telling(roles, DataClass(row.get("data_class", "clinical")), tuple(tells))


def _tell(row: Mapping[str, Any]) -> Tell:
    if row["id"] not in SIGNALS:
        raise content.ContentError(
            PATH, f"tells [{row['event']}], which the chart does not tell. Correct it.", row["form"]
        )
    when = {item: frozenset(codes) for item, codes in row.get("when", {}).items()}
    return Tell(row["id"], when, str(row.get("at", "")), dict(row.get("facts", {})))
