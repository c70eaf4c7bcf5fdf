"""Which questions are asked now: enableWhen evaluated in one pass, in the order of the form."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from throughcare.chart.forms.answers import Answers
from throughcare.chart.forms.questionnaire import Condition, Form, Item, Key, Kind
from throughcare.chart.forms.text import Text
from throughcare.chart.forms.values import Amount, Choice, Value


@dataclass(frozen=True, slots=True)
class Check:
    """One condition as a page can check it: a field, an operator, the value as posted, and whether it holds now."""

    field: str
    operator: str
    value: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """Conditions of which all, or any, must hold for an item to be asked."""

    any: bool
    tests: tuple[Check, ...]


NEEDED = Text("This question needs an answer.", "Esta pregunta necesita una respuesta.")
NEEDED_OR_UNABLE = Text(
    "Answer this question, or choose why it could not be answered.",
    "Conteste esta pregunta o elija por qué no se pudo contestar.",
)


def enabled(form: Form, answers: Answers) -> frozenset[Key]:
    """The places that are asked; a group that is not asked hides what it holds, and a hidden answer decides nothing."""
    found: set[Key] = set()
    rows = {id(g): answers.rows(g) for g in form.walk() if g.kind is Kind.GROUP and g.repeats}
    for item in form.items:
        _enable(item, None, answers, rows, found)
    return frozenset(found)


def clause(item: Item, row: int | None, answers: Answers, asked: Collection[Key]) -> Clause:
    """The conditions of an item as a page can check them, with what they give now."""
    tests = tuple(
        Check(condition.question, condition.operator, _posted(condition), _holds(condition, row, answers, asked))
        for condition in item.conditions
    )
    return Clause(item.behaviour == "any", tests)


def _posted(condition: Condition) -> str:
    if isinstance(condition.value, bool):
        return "yes" if condition.value else "no"
    return str(condition.value)


def places(asked: frozenset[Key]) -> dict[str, list[Key]]:
    """The asked places by linkId, rows in order."""
    found: dict[str, list[Key]] = {}
    for key in asked:
        found.setdefault(key.link_id, []).append(key)
    for keys in found.values():
        keys.sort(key=lambda key: key.row or 0)
    return found


def missing(form: Form, answers: Answers, asked: frozenset[Key] | None = None) -> dict[str, Text]:
    """Required questions that are asked and have neither answer nor reason, each with its sentence; empty is complete."""
    asked = enabled(form, answers) if asked is None else asked
    found: dict[str, Text] = {}
    at = places(asked)
    for item in form.walk():
        if not (item.required and item.kind.asks):
            continue
        for key in at.get(item.link_id, ()):
            if not answers.values_by.get(key) and not answers.unable(*key):
                found[key.field] = NEEDED_OR_UNABLE if item.unable else NEEDED
    return found


def _enable(item: Item, row: int | None, answers: Answers, rows: dict[int, tuple[int, ...]], found: set[Key]) -> None:
    if item.conditions:
        results = [_holds(condition, row, answers, found) for condition in item.conditions]
        if not (any(results) if item.behaviour == "any" else all(results)):
            return
    if item.kind is Kind.GROUP and item.repeats:
        found.add(Key(item.link_id))
        for number in rows[id(item)]:
            for child in item.items:
                _enable(child, number, answers, rows, found)
        return
    found.add(Key(item.link_id, row))
    for child in item.items:
        _enable(child, row, answers, rows, found)


def _holds(condition: Condition, row: int | None, answers: Answers, found: Collection[Key]) -> bool:
    values: Sequence[Value] = ()
    for key in (Key(condition.question, row), Key(condition.question)):
        if key in found:
            values = answers.values(*key)
            break
    if condition.operator == "exists":
        return bool(values) == (condition.value is True)
    if condition.operator == "!=":
        return bool(values) and not any(_equal(v, condition.value) for v in values)
    if condition.operator == "=":
        return any(_equal(v, condition.value) for v in values)
    return any(_ordered(v, condition.operator, condition.value) for v in values)


def _equal(value: Value, wanted: bool | Decimal | str) -> bool:
    plain = _plain(value)
    if isinstance(wanted, bool) or isinstance(plain, bool):
        return plain is wanted
    return plain == wanted


def _plain(value: Value) -> bool | Decimal | str:
    if isinstance(value, Choice):
        return value.code
    if isinstance(value, Amount):
        return value.value
    if isinstance(value, bool | Decimal | str):
        return value
    if isinstance(value, int):
        return Decimal(value)
    return value.isoformat()  # dates and times in ISO form stand in order as text


def _ordered(value: Value, operator: str, wanted: bool | Decimal | str) -> bool:
    plain = _plain(value)
    if isinstance(plain, Decimal) and isinstance(wanted, Decimal):
        return {">": plain > wanted, "<": plain < wanted, ">=": plain >= wanted, "<=": plain <= wanted}[operator]
    if isinstance(plain, str) and isinstance(wanted, str):  # ISO dates and times stand in order as text
        return {">": plain > wanted, "<": plain < wanted, ">=": plain >= wanted, "<=": plain <= wanted}[operator]
    return False
