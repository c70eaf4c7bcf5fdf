"""The scoring table of an instrument: function, items, bands, flags and the actions they call for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from throughcare.chart.forms.rule import Rule
from throughcare.chart.forms.text import Text

_WORDS = {
    "now": timedelta(minutes=15),
    "same_visit": timedelta(hours=1),
    "same_shift": timedelta(hours=8),
    "same_day": timedelta(hours=12),
}
_SPAN = re.compile(r"P([0-9]+)D|PT([0-9]+)H|PT([0-9]+)M")


def within(due: str) -> timedelta:
    """How long `due` allows: the words of content ([D] spans) or ISO 8601; ValueError for anything else."""
    if due in _WORDS:
        return _WORDS[due]
    found = _SPAN.fullmatch(due)
    if not found:
        raise ValueError(f"[{due}] is neither one of {sorted(_WORDS)} nor a span such as PT4H or P14D")
    return timedelta(days=int(found[1] or 0), hours=int(found[2] or 0), minutes=int(found[3] or 0))


def urgency(due: str) -> str:
    """How urgent it is by its span: `emergent` now, `urgent` in this visit, shift or day, else `routine` (INT-03)."""
    return "emergent" if due == "now" else "urgent" if due in _WORDS else "routine"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a score or an answer calls for: owner's role, limit, source; a duty names the event that its clock opens by."""

    kind: str
    key: str
    owner: str
    due: str
    text: Text
    source: str
    event: str = ""
    facts: Mapping[str, bool | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of a score; `sex` limits it to one threshold set, `rank` orders bands by harm."""

    key: str
    text: Text
    rank: int
    positive: bool
    low: Decimal | None = None
    high: Decimal | None = None
    sex: str = ""
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """An answer that acts whatever the total is (PHQ-9 item 9)."""

    key: str
    item: str
    rule: Rule
    text: Text
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """How an instrument is scored: a function of `functions.FUNCTIONS` by name, and its table. An unanswered gate leaves it incomplete."""

    function: str
    version: str
    source: str
    items: tuple[str, ...]
    bands: tuple[Band, ...]
    code_system: str = ""
    code: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    reversed_items: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] | None = None
    flags: tuple[Flag, ...] = ()
    higher_is_worse: bool = True
    gates: tuple[str, ...] = ()
    acted_on_by: str = ""
    """The room that acts on a score wherever it is signed; else the chart does what the table calls for."""
    unable_actions: tuple[Action, ...] = ()
    """The safest precautions where an item could not be asked (ruling 2)."""

    def band_for(self, value: Decimal, sex: str) -> Band | None:
        """The band that holds `value`; an unknown sex takes the lowest threshold (the worst band that fits)."""
        fits = [b for b in self.bands if b.low is not None and b.high is not None and b.low <= value <= b.high]
        own = [b for b in fits if b.sex in ("", sex)]
        return max(own or fits, key=lambda band: band.rank, default=None)

    def band(self, key: str) -> Band:
        """The band of that key; KeyError if the table has none."""
        for band in self.bands:
            if band.key == key:
                return band
        raise KeyError(key)
