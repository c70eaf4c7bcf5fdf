"""The scoring table (`NAME.score.toml`) of an instrument, read strictly into a Scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from throughcare.chart.forms.functions import FUNCTIONS
from throughcare.chart.forms.questionnaire import Item
from throughcare.chart.forms.rule import read_rule
from throughcare.chart.forms.scale import Action, Band, Flag, Scale, within
from throughcare.chart.forms.text import Text

Table = Mapping[str, Any]
ACTION_KINDS = ("instrument", "referral", "order", "alert", "duty", "watch")


def read_scale(table: Table, items: Mapping[str, Item], fault: Callable[[str, str], None]) -> Scale | None:
    """The Scale of the table; what is wrong goes to `fault`, and then None may be returned."""
    try:
        scale = _scale(table)
    except (KeyError, ValueError, TypeError, ArithmeticError) as error:
        fault("score table", f"is not readable: {error!r}")
        return None
    if scale.function not in FUNCTIONS:
        fault("score table", f"function [{scale.function}] does not exist")
    groups = [name for group in (scale.groups or {}).values() for name in group]
    for name in (*scale.items, *scale.gates, *groups, *scale.reversed_items, *(flag.item for flag in scale.flags)):
        if name not in items:
            fault("score table", f"item [{name}] is not in the form")
    _check_bands(scale, fault)
    return scale


def read_action(row: Table, source: str) -> Action:
    """One action row of any content table; ValueError if its kind or its limit is unknown."""
    if row["kind"] not in ACTION_KINDS:
        raise ValueError(f"action kind [{row['kind']}] is unknown")
    within(row["due"])
    return Action(
        kind=row["kind"],
        key=row["key"],
        owner=row["owner"],
        due=row["due"],
        text=Text(row["en"], row["es"]),
        source=row.get("source", source),
        event=row.get("event", ""),
        facts=dict(row.get("facts", {})),
    )


def _scale(table: Table) -> Scale:
    source = str(table["source"])
    return Scale(
        function=str(table["function"]),
        version=str(table["version"]),
        source=source,
        items=tuple(table["items"]),
        code_system=str(table.get("code", {}).get("system", "")),
        code=str(table.get("code", {}).get("code", "")),
        low=_decimal(table.get("low")),
        high=_decimal(table.get("high")),
        reversed_items=tuple(table.get("reversed", ())),
        groups={name: tuple(group) for name, group in table.get("groups", {}).items()},
        bands=tuple(_band(row, rank, source) for rank, row in enumerate(table.get("band", ()))),
        flags=tuple(_flag(row, source) for row in table.get("flag", ())),
        gates=tuple(table.get("gates", ())),
        higher_is_worse=bool(table.get("higher_is_worse", True)),
        acted_on_by=str(table.get("acted_on_by", "")),
        unable_actions=tuple(read_action(row, source) for row in table.get("unable_action", ())),
    )


def _band(row: Table, rank: int, source: str) -> Band:
    return Band(
        key=row.get("key", row["id"]),
        text=Text(row["en"], row["es"]),
        rank=int(row.get("rank", rank)),
        positive=bool(row["positive"]),
        low=_decimal(row.get("from")),
        high=_decimal(row.get("to")),
        sex=str(row.get("sex", "")),
        actions=tuple(read_action(action, source) for action in row.get("action", ())),
    )


def _flag(row: Table, source: str) -> Flag:
    return Flag(
        key=row["id"],
        item=row["item"],
        rule=read_rule(row["rule"]),
        text=Text(row["en"], row["es"]),
        actions=tuple(read_action(action, source) for action in row.get("action", ())),
    )


def _check_bands(scale: Scale, fault: Callable[[str, str], None]) -> None:
    """Bands with limits must cover the whole range for each sex, without gap or overlap."""
    if scale.low is None or scale.high is None or not any(b.low is not None for b in scale.bands):
        return
    for sex in {b.sex for b in scale.bands if b.sex} or {""}:
        rows = sorted(
            (b.low, b.high) for b in scale.bands if b.low is not None and b.high is not None and b.sex in ("", sex)
        )
        expected = scale.low
        for low, high in rows:
            if low != expected or high < low:
                fault("score table", f"bands for [{sex or 'all'}] leave a gap or overlap at {low}")
            expected = high + 1
        if expected != scale.high + 1:
            fault("score table", f"bands for [{sex or 'all'}] do not end at {scale.high}")


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))
