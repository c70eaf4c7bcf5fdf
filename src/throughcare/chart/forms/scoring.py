"""Scores: computed, never typed; an item that was skipped leaves the score incomplete and without a band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from throughcare.chart.forms.answers import Answers
from throughcare.chart.forms.enable import enabled
from throughcare.chart.forms.functions import FUNCTIONS, Given
from throughcare.chart.forms.positive import is_positive
from throughcare.chart.forms.questionnaire import Form, Item, Key
from throughcare.chart.forms.scale import Action, Band, Flag, Scale
from throughcare.chart.forms.values import Choice, Value


class ScoreStatus(StrEnum):
    """Whether every asked item has an answer."""

    FINAL = "final"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Score:
    """The result of one instrument. `floor` is the band certain already while items are missing; `unable` of those could not be asked."""

    instrument: str
    form_version: str
    scale_version: str
    status: ScoreStatus
    value: Decimal | None
    band: Band | None
    floor: Band | None
    missing: tuple[str, ...]
    flags: tuple[Flag, ...]
    source: str
    counts: Mapping[str, int] = field(default_factory=dict)
    unable: tuple[str, ...] = ()

    @property
    def positive(self) -> bool:
        """True if the band, or what is certain already, is positive."""
        reached = self.band or self.floor
        return bool(reached and reached.positive)

    @property
    def actions(self) -> tuple[Action, ...]:
        """What the band (or, while incomplete, the floor) and the flagged answers call for; each once."""
        reached = self.band or self.floor
        rows = [*(reached.actions if reached else ()), *(a for flag in self.flags for a in flag.actions)]
        return tuple({(a.kind, a.key): a for a in reversed(rows)}.values())[::-1]


def score(form: Form, answers: Answers, *, sex: str = "unknown") -> Score | None:
    """The score of an instrument, or None for a form that has no scale. An unknown sex takes the lower thresholds."""
    scale = form.scale
    if scale is None:
        return None
    given = _given(form, scale, answers)
    outcome = FUNCTIONS[scale.function](scale, given)
    reached = scale.band(outcome.band) if outcome.band else None
    if reached is None and outcome.value is not None:
        reached = scale.band_for(outcome.value, sex)
    final = not given.missing
    return Score(
        instrument=form.name,
        form_version=form.version,
        scale_version=scale.version,
        status=ScoreStatus.FINAL if final else ScoreStatus.INCOMPLETE,
        value=outcome.value if final else None,
        band=reached if final else None,
        floor=reached if not final and scale.higher_is_worse and reached is not None and reached.positive else None,
        missing=given.missing,
        flags=tuple(flag for flag in scale.flags if _flagged(form, flag, answers)),
        source=scale.source,
        counts=outcome.counts,
        unable=tuple(name for name in given.missing if answers.unable(name)),
    )


def _given(form: Form, scale: Scale, answers: Answers) -> Given:
    names = [*scale.items, *(name for group in (scale.groups or {}).values() for name in group)]
    asked = frozenset(key.link_id for key in enabled(form, answers))
    weights: dict[str, Decimal] = {}
    for name in dict.fromkeys(names):
        value = answers.value(name)
        weight = None if value is None else weight_of(form.item(name), value)
        if name in asked and weight is not None:
            weights[name] = weight
    unanswered = (n for n in scale.gates if n in asked and not answers.values(n))
    missing = (*unanswered, *(n for n in dict.fromkeys(names) if n in asked and n not in weights))
    return Given(weights, asked, missing)


def weight_of(item: Item, value: Value) -> Decimal | None:
    """The weight of an answer: 1 or 0 for yes or no, the option's ordinal, the number itself; else None."""
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, Choice):
        option = item.option(value.code)
        return option.weight if option else None
    return Decimal(value) if isinstance(value, int | Decimal) else None


def _flagged(form: Form, flag: Flag, answers: Answers) -> bool:
    item = form.item(flag.item)
    asked = Key(flag.item) in enabled(form, answers)
    probe = replace(item, positive=flag.rule)
    return asked and any(is_positive(probe, value) for value in answers.values(flag.item))
