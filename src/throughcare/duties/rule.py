"""What one row of the clock table says: when a duty opens, by when it must be done, by whom, and what a move, a refusal
and its own completion do to it. Frozen values without behaviour beyond asking them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Literal

LaneName = Literal["now", "shift", "later"]
# `stay`: what a move left undone is owed where it was left, and does not go along with the person.
MoveEffectName = Literal["carry", "convert", "void", "stay"]
RuleKind = Literal["duty", "invariant"]
Subject = Literal["person", "facility", "staff"]
Each = Literal["subject", "thing"]
Facts = Mapping[str, Any]

LANES: tuple[LaneName, ...] = ("now", "shift", "later")


class Unit(StrEnum):
    """How a limit is counted."""

    IMMEDIATE = "immediate"  # at once; the value is the minutes that "at once" may take
    MINUTES = "minutes"
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"
    SAME_SHIFT = "same_shift"
    NEXT_PASS = "next_pass"  # noqa: S105 - a pass of medicines
    NEXT_DOSE = "next_dose"
    ON_DATE = "on_date"  # the moment stands in the event's own facts


EXACT: Mapping[Unit, str] = {Unit.IMMEDIATE: "minutes", Unit.MINUTES: "minutes", Unit.HOURS: "hours"}


@dataclass(frozen=True, slots=True)
class Duration:
    """A number and its unit, as content writes them."""

    value: int
    unit: Unit

    def exact(self) -> timedelta | None:
        """Return the length where it doesn't depend on a calendar: minutes and hours; else None."""
        name = EXACT.get(self.unit)
        return timedelta(**{name: self.value}) if name else None


@dataclass(frozen=True, slots=True)
class Limit:
    """By when a duty must be done, if its conditions hold; where several hold, the earliest binds."""

    allowed: Duration
    facility_kinds: frozenset[str] = frozenset()
    when: Facts | None = None
    anchor: str = ""  # name of a fact that holds the moment to count from, instead of the opening
    before: bool = False  # count backwards from the anchor
    not_before: str = ""  # name of a fact that holds the earliest moment at which the act is allowed
    lane: LaneName | None = None
    owner: str = ""
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """An event by name, and the facts it must carry to count."""

    event: str
    when: Facts | None = None
    outcome: str = "done"  # used where the event closes a duty


@dataclass(frozen=True, slots=True)
class Recurrence:
    """When the next occurrence is due: counted from the last closing, or on the grid of the last due time.

    `at` names a fact of the closing event that says the very moment; where it says none that is still to come, `every` counts.
    """

    every: Duration
    counted_from: Literal["closed", "due"]
    when: Facts | None = None
    lasting: Duration | None = None  # from the series' start; None: until an event ends it
    at: str = ""


@dataclass(frozen=True, slots=True)
class OnMove:
    """What a transfer, a release and a death do to an open duty, and who takes over where it converts."""

    transfer: MoveEffectName
    release: MoveEffectName
    successor: str
    death: MoveEffectName


@dataclass(frozen=True, slots=True)
class Refusal:
    """Whether the person may refuse, and what then re-arms and how soon."""

    allowed: bool
    rearms_as: str = ""
    after: Duration | None = None


@dataclass(frozen=True, slots=True)
class Do:
    """Where the act is done: the name of a page, the verb on the way to it, and the form where the page asks one."""

    page: str = ""
    verb: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the clock table in one version."""

    id: str
    row: str  # the row of the clinical clock table it belongs to; "" for a rule made for another page of it
    title: str
    obligation: str
    kind: RuleKind
    subject: Subject
    data_class: str
    opens: tuple[Trigger, ...]  # any of them; none: opened only as another rule's successor
    closes: tuple[Trigger, ...]
    ends: tuple[Trigger, ...]  # events that end the series: nothing re-opens
    limits: tuple[Limit, ...]
    owner: str
    cover: tuple[str, ...]  # roles that may own it where the owner's has nobody on shift
    lane: LaneName
    due_soon: float
    recurrences: tuple[Recurrence, ...]
    on_move: OnMove
    refusal: Refusal
    measures: tuple[str, ...]
    source: tuple[str, ...]
    marks: tuple[str, ...]
    facility_may_be_stricter: bool
    effective_from: date
    effective_to: date | None
    version: str
    edition: str = ""
    note: str = ""
    each: Each = "subject"  # one duty for each person or place, or one for each thing that the event's `ref` names
    do: Do = Do()

    @property
    def provisional(self) -> bool:
        """Tell whether the limit is recalled and not yet read in the primary text (marked K? in the table)."""
        return "K?" in self.marks or any(limit.provisional for limit in self.limits)

    @property
    def default(self) -> bool:
        """Tell whether the limit is a value of the project's that a state must sign (marked D)."""
        return "D" in self.marks

    @property
    def clock(self) -> str:
        """Name the kind of clock: business days, shifts and doses, or calendar time."""
        units = {limit.allowed.unit for limit in self.limits}
        if not units:
            return "none"
        if Unit.BUSINESS_DAYS in units:
            return "business days"
        if units & {Unit.SAME_SHIFT, Unit.NEXT_PASS, Unit.NEXT_DOSE}:
            return "shift and dose"
        return "calendar"

    def in_force(self, day: date) -> bool:
        """Tell whether this version holds on a local day."""
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)


def matches(when: Facts | None, facts: Facts) -> bool:
    """Tell whether facts meet a condition: equal, one of a list, within bounds, present, or not so. None is met by all."""
    return all(_holds(wanted, facts.get(name)) for name, wanted in (when or {}).items())


def _holds(wanted: object, found: object) -> bool:
    if isinstance(wanted, Mapping):
        return all(_bound(kind, limit, found) for kind, limit in wanted.items())
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        return any(_holds(option, found) for option in wanted)
    if isinstance(found, (list, tuple, set, frozenset)):
        return wanted in found
    return wanted == found and isinstance(wanted, bool) is isinstance(found, bool)


def _bound(kind: str, limit: Any, found: Any) -> bool:
    if kind == "present":
        return (found is not None and found != "") is bool(limit)
    if kind == "not":  # holds also where nothing is known: a stricter limit is dropped only by a known fact
        return not _holds(limit, found)
    if found is None:
        return False
    if kind == "at_least":
        return bool(found >= limit)
    if kind == "below":
        return bool(found < limit)
    raise ValueError(f"a condition has the unknown bound [{kind}]: use at_least, below, present or not")
