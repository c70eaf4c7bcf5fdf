"""The structured timing of an order (clinical.md 2.3): frozen, checked when made, so that a timing which exists can be followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

DAY_CODES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS = ("days", "weeks", "months")
LONGEST_HOURS = 24 * 14


class TimingError(ValueError):
    """A timing can't be followed; the sentence says what is wrong and what to change."""


class Kind(StrEnum):
    """How the times of an order are found."""

    PASSES = "passes"
    INTERVAL = "interval"
    WEEK_DAYS = "week_days"
    EVERY = "every"
    ONCE = "once"
    STAT = "stat"
    PRN = "prn"
    MEALS = "meals"
    STEPPED = "stepped"
    SLIDING = "sliding"


AT_FIXED_TIMES = frozenset({Kind.PASSES, Kind.WEEK_DAYS, Kind.EVERY, Kind.MEALS})
"""Kinds whose doses fall at wall-clock times of local days."""


@dataclass(frozen=True, slots=True)
class Dose:
    """An amount with its unit, as `20 mg` or `2 tablets`."""

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        _require(self.value.is_finite() and self.value >= 0, f"A dose can't be [{self.value}]. Give 0 or more.")
        _require(bool(self.unit.strip()), "A dose has no unit. Name one, as mg or tablet.")

    def __str__(self) -> str:
        return f"{self.value.normalize():f} {self.unit}"


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """One line of a sliding scale: from `low` to `high`, both included, give `amount`."""

    low: int
    high: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Scale:
    """A sliding scale over whole numbers: every value has one row, or lies outside and is the prescriber's to answer.

    Below the first row nothing is given and the prescriber is called; above the last the prescriber is called and
    `above_amount`, where the order names one, is given.
    """

    measure: str
    unit: str
    rows: tuple[ScaleRow, ...]
    above_amount: Decimal | None = None

    def __post_init__(self) -> None:
        _require(bool(self.rows), "The scale has no rows. Add at least one.")
        _require(bool(self.measure.strip() and self.unit.strip()), "The scale needs what is measured and its unit.")
        for row in self.rows:
            _require(row.low <= row.high, f"The row [{row.low}–{row.high}] ends before it begins. Turn it round.")
            _require(row.amount >= 0, f"The row [{row.low}–{row.high}] gives less than nothing. Give 0 or more.")
        for one, two in zip(self.rows, self.rows[1:], strict=False):
            _require(two.low > one.high, f"[{two.low}] stands in two rows of the scale. Let each value stand in one.")
            gap = f"[{one.high + 1}–{two.low - 1}]"
            _require(two.low == one.high + 1, f"The scale says nothing for {gap}. Close the gap.")

    @property
    def call_below(self) -> int:
        """Below this value the prescriber is called and nothing is given."""
        return self.rows[0].low

    @property
    def call_above(self) -> int:
        """Above this value the prescriber is called."""
        return self.rows[-1].high


@dataclass(frozen=True, slots=True)
class ScaleAnswer:
    """What a sliding scale says for one value."""

    dose: Dose | None
    call_prescriber: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a taper; `days` is None where the last step goes on."""

    days: int | None
    dose: Dose
    timing: Timing


@dataclass(frozen=True, slots=True)
class Timing:
    """When doses are due. Only the fields of its kind are filled; `doses` is empty where each dose is the order's own."""

    kind: Kind
    passes: tuple[str, ...] = ()
    doses: tuple[Dose, ...] = ()
    hours: int = 0
    days: tuple[str, ...] = ()
    every: int = 0
    unit: str = ""
    minutes_before: int = 0
    min_interval_minutes: int = 0
    max_in_24h: int = 0
    steps: tuple[Step, ...] = ()
    base: Timing | None = None
    scale: Scale | None = None

    def __post_init__(self) -> None:
        _CHECKS[self.kind](self)
        _only_own_fields(self)
        _require(len(set(self.passes)) == len(self.passes), f"A pass is named twice in [{', '.join(self.passes)}].")
        _require(all(self.passes), "A pass without a name can't be kept. Name it.")
        fitting = len(self.doses) in (0, len(self.passes))
        _require(fitting, f"[{len(self.doses)}] doses for [{len(self.passes)}] passes. Give one each, or none.")


def doses_per_day(timing: Timing) -> float:
    """Say how many doses a day the timing makes on its busiest days; 0 for as needed."""
    match timing.kind:
        case Kind.PASSES | Kind.MEALS:
            return float(len(timing.passes))
        case Kind.INTERVAL:
            return 24 / timing.hours
        case Kind.WEEK_DAYS | Kind.EVERY:
            return float(max(1, len(timing.passes)))
        case Kind.ONCE | Kind.STAT:
            return 1.0
        case Kind.PRN:
            return 0.0
        case Kind.STEPPED:
            return max(doses_per_day(step.timing) for step in timing.steps)
        case Kind.SLIDING:
            return doses_per_day(timing.base) if timing.base else 0.0


def doses_per_week(timing: Timing) -> float:
    """Say how many doses the timing makes in its busiest seven days, as needed at its most: what a weekly ceiling is held to."""
    match timing.kind:
        case Kind.WEEK_DAYS:
            return len(timing.days) * doses_per_day(timing)
        case Kind.EVERY:
            turn = {"days": 1, "weeks": 7, "months": 28}[timing.unit] * timing.every
            return doses_per_day(timing) * max(1.0, 7 / turn)
        case Kind.ONCE | Kind.STAT:
            return 1.0
        case Kind.PRN:
            return float(min(7 * timing.max_in_24h, 7 * 24 * 60 // timing.min_interval_minutes + 1))
        case Kind.STEPPED:
            return max(doses_per_week(step.timing) for step in timing.steps)
        case Kind.SLIDING if timing.base is not None:
            return doses_per_week(timing.base)
        case _:
            return doses_per_day(timing) * 7


def amounts(timing: Timing) -> tuple[Dose, ...]:
    """Give every amount that the timing itself names: of its passes, its steps, its scale."""
    scale = timing.scale
    of_scale = [] if scale is None else [Dose(row.amount, scale.unit) for row in scale.rows]
    if scale is not None and scale.above_amount is not None:
        of_scale.append(Dose(scale.above_amount, scale.unit))
    return (*timing.doses, *(step.dose for step in timing.steps), *of_scale)


def days_covered(timing: Timing) -> int | None:
    """Say how many days the steps of a taper last; None where nothing in the timing ends it."""
    days = [step.days for step in timing.steps]
    return sum(d for d in days if d) if days and days[-1] is not None else None


def scale_dose(scale: Scale, value: int) -> ScaleAnswer:
    """Say what the scale gives for a measured value, and whether the prescriber is called."""
    if value < scale.call_below:
        return ScaleAnswer(None, True, f"below {scale.call_below}: treat as low and call the prescriber")
    for row in scale.rows:
        if value <= row.high:
            return ScaleAnswer(Dose(row.amount, scale.unit), False, f"{row.low} to {row.high}")
    above = None if scale.above_amount is None else Dose(scale.above_amount, scale.unit)
    return ScaleAnswer(above, True, f"above {scale.call_above}: call the prescriber")


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise TimingError(sentence)


def _passes(timing: Timing) -> None:
    _require(bool(timing.passes), "No pass is named. Name at least one, as morning.")


def _interval(timing: Timing) -> None:
    right = 1 <= timing.hours <= LONGEST_HOURS
    _require(right, f"Every [{timing.hours}] hours can't be followed. Give 1 to {LONGEST_HOURS} hours.")


def _week_days(timing: Timing) -> None:
    _require(bool(timing.days), "No day of the week is named. Name at least one, as mon.")
    for day in timing.days:
        _require(day in DAY_CODES, f"[{day}] is no day. Use {', '.join(DAY_CODES)}.")
    _require(timing.days == tuple(d for d in DAY_CODES if d in timing.days), "Name each day once, Monday first.")


def _every(timing: Timing) -> None:
    _require(timing.unit in UNITS, f"[{timing.unit}] is no unit of time here. Use {', '.join(UNITS)}.")
    _require(1 <= timing.every <= 366, f"Every [{timing.every}] {timing.unit} can't be followed. Give 1 to 366.")


def _once(timing: Timing) -> None:
    _require(len(timing.passes) <= 1, "A single dose has one pass at most. Keep one.")


def _prn(timing: Timing) -> None:
    right = 1 <= timing.min_interval_minutes <= 7 * 24 * 60
    _require(right, "As needed wants the least time between doses. Give 1 minute to 7 days.")
    _require(timing.max_in_24h >= 1, "As needed wants the most doses in 24 hours. Give 1 or more.")


def _meals(timing: Timing) -> None:
    _require(bool(timing.passes), "No meal is named. Name at least one, as breakfast.")
    right = 0 <= timing.minutes_before <= 120
    _require(right, f"[{timing.minutes_before}] minutes before a meal can't be followed. Give 0 to 120.")


def _stepped(timing: Timing) -> None:
    _require(bool(timing.steps), "The taper has no steps. Add at least one.")
    for number, step in enumerate(timing.steps, 1):
        last = number == len(timing.steps)
        _require(last or step.days is not None, f"Step [{number}] has no days. Only the last step may go on.")
        _require(
            step.days is None or 1 <= step.days <= 366, f"Step [{number}] lasts [{step.days}] days. Give 1 to 366."
        )
        followable = step.timing.kind in AT_FIXED_TIMES or step.timing.kind is Kind.INTERVAL
        _require(followable, f"Step [{number}] can't be [{step.timing.kind}]. Use passes, meals, days or hours.")
        timed = step.timing.kind is Kind.INTERVAL or bool(step.timing.passes)
        _require(timed, f"Step [{number}] doesn't say at which pass. Name it, as morning.")
        _require(not step.timing.doses, f"Step [{number}] names its dose twice. Keep the dose of the step.")
    by_hours = {step.timing.kind is Kind.INTERVAL for step in timing.steps}
    _require(len(by_hours) == 1, "The steps mix hours with passes. Use hours in all of them, or in none.")


def _sliding(timing: Timing) -> None:
    _require(timing.scale is not None, "The sliding scale has no table. Add its rows.")
    _require(timing.base is not None, "The sliding scale doesn't say when. Name its passes, meals or hours.")
    if timing.base is not None:
        asked_for = timing.base.kind is Kind.PRN  # nothing would be laid out, and nobody would measure
        _require(
            not asked_for, "A sliding scale can't be as needed: say when to measure. Name its passes, meals or hours."
        )
        usable = timing.base.kind in AT_FIXED_TIMES | {Kind.INTERVAL, Kind.ONCE}
        _require(usable, f"A sliding scale can't be [{timing.base.kind}]. Use passes, meals or hours.")
        _require(not timing.base.doses, "A sliding scale finds its dose in the table. Take the fixed doses out.")


def _nothing(timing: Timing) -> None:
    return None


_CHECKS = {
    Kind.PASSES: _passes,
    Kind.INTERVAL: _interval,
    Kind.WEEK_DAYS: _week_days,
    Kind.EVERY: _every,
    Kind.ONCE: _once,
    Kind.STAT: _nothing,
    Kind.PRN: _prn,
    Kind.MEALS: _meals,
    Kind.STEPPED: _stepped,
    Kind.SLIDING: _sliding,
}

FIELDS: dict[Kind, Sequence[str]] = {
    Kind.PASSES: ("passes", "doses"),
    Kind.INTERVAL: ("hours",),
    Kind.WEEK_DAYS: ("days", "passes", "doses"),
    Kind.EVERY: ("every", "unit", "passes", "doses"),
    Kind.ONCE: ("passes", "doses"),
    Kind.STAT: (),
    Kind.PRN: ("min_interval_minutes", "max_in_24h"),
    Kind.MEALS: ("passes", "minutes_before", "doses"),
    Kind.STEPPED: ("steps",),
    Kind.SLIDING: ("base", "scale"),
}
"""The fields that each kind may fill; every other stays empty."""

_ALL_FIELDS = frozenset(name for names in FIELDS.values() for name in names)


def _only_own_fields(timing: Timing) -> None:
    for name in _ALL_FIELDS:
        _require(name in FIELDS[timing.kind] or not getattr(timing, name), f"[{name}] has no place in [{timing.kind}].")
