"""Which answers are positive, each with a key that stays the same, and which instruments they call for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from throughcare.chart.forms.answers import Answers
from throughcare.chart.forms.enable import enabled, places
from throughcare.chart.forms.questionnaire import Form, Item, Key
from throughcare.chart.forms.text import Text
from throughcare.chart.forms.values import Amount, Choice, Value


@dataclass(frozen=True, slots=True)
class Positive:
    """One positive answer: of a list, one per ticked option."""

    key: str
    link_id: str
    row: int | None
    option: str
    question: Text
    answer: Text


@dataclass(frozen=True, slots=True)
class Fired:
    """An instrument that an answer calls for."""

    instrument: str
    because: Positive


def positives(form: Form, answers: Answers) -> tuple[Positive, ...]:
    """Positive answers among those asked, in the order of the form."""
    at = places(enabled(form, answers))
    found: list[Positive] = []
    for item in form.walk():
        if item.positive is None:
            continue
        for key in at.get(item.link_id, ()):
            found.extend(_of(item, key, answers.values(*key)))
    return tuple(found)


def fired(form: Form, answers: Answers) -> tuple[Fired, ...]:
    """Instruments called for by positive answers, each instrument once, with the first answer that called for it."""
    found: dict[str, Fired] = {}
    for positive in positives(form, answers):
        for name in form.item(positive.link_id).fires:
            found.setdefault(name, Fired(name, positive))
    return tuple(found.values())


def _of(item: Item, key: Key, values: tuple[Value, ...]) -> list[Positive]:
    return [
        Positive(
            key=f"{key.field}={value.code}" if isinstance(value, Choice) else key.field,
            link_id=item.link_id,
            row=key.row,
            option=value.code if isinstance(value, Choice) else "",
            question=item.text,
            answer=said(item, value),
        )
        for value in values
        if is_positive(item, value)
    ]


def is_positive(item: Item, value: Value) -> bool:
    """True if this answer of this item is positive by the item's rule."""
    rule = item.positive
    if rule is None:
        return False
    if isinstance(value, bool):
        return rule.holds_for_bool(value)
    if isinstance(value, Choice):
        option = item.option(value.code)
        return option is not None and rule.holds_for_code(option.code, option.weight, option.exclusive)
    if isinstance(value, Amount):
        return rule.holds_for_number(value.value)
    if isinstance(value, int | Decimal):
        return rule.holds_for_number(Decimal(value))
    return rule.word == "any"


def said(item: Item, value: Value) -> Text:
    """The answer in words, in both languages."""
    if isinstance(value, bool):
        return Text("Yes", "Sí") if value else Text("No", "No")
    if isinstance(value, Choice):
        option = item.option(value.code)
        return option.text if option else Text(value.code, value.code)
    if isinstance(value, Amount):
        unit = item.unit.text if item.unit else value.unit
        return Text(f"{value.value} {unit}", f"{value.value} {unit}")
    return Text(str(value), str(value))
