"""Pure rules of going home: where a plan stands against its days, when calling ends, what goes into a go-bag."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from throughcare.reentry.tables import ReleaseTable, Step

Standing = Literal["done", "not_needed", "refused", "late", "now", "later", "after", "undone"]


@dataclass(frozen=True, slots=True)
class StepNow:
    """One step as it stands today: its day, and whether it is done, late, due or still to come."""

    step: Step
    day: date | None
    standing: Standing


def steps_now(
    table: ReleaseTable, release: date | None, today: date, done: Mapping[str, str], *, left: bool
) -> tuple[StepNow, ...]:
    """Say of every step where it stands; without a date of release nothing is late (clinical.md 2.12)."""
    return tuple(_step(s, release, today, done.get(s.id, ""), left=left) for s in table.steps)


def _step(step: Step, release: date | None, today: date, outcome: str, *, left: bool) -> StepNow:
    day = release + timedelta(days=step.day) if release else None
    if outcome in ("done", "not_needed", "refused"):
        return StepNow(step, day, outcome)  # type: ignore[arg-type]
    if step.day > 0 and not left:
        return StepNow(step, day, "after")
    if step.day < 0 and left:
        return StepNow(step, day, "undone")  # the door is behind them: nothing to be late for, duties say what is owed
    if day is None or day > today:
        return StepNow(step, day, "later")
    return StepNow(step, day, "now" if day == today else "late")


def may_finish(table: ReleaseTable, done: Mapping[str, str]) -> tuple[str, ...]:
    """Name the steps that a finished plan still lacks: those due thirty days before release or sooner (REL-01-PLAN)."""
    return tuple(s.id for s in table.steps if s.day <= -30 and s.id not in done)


@dataclass(frozen=True, slots=True)
class Calling:
    """What an attempt that failed means: which contacts end with it, and how many attempts are left."""

    ends: tuple[int, ...]
    left: int
    source: str


def after_failure(table: ReleaseTable, failed: Sequence[int], day: int, *, no_way: bool) -> Calling:
    """Say what ends after an attempt failed; `failed` are the days of the failed attempts, this one too (clinical.md 2.12).

    Days 1 and 7 share their attempts, three at most by day 7; day 30 has its own. Where there is no way to reach the
    person, calling ends at once.
    """
    early = day in (1, 7)
    most = table.early_attempts if early else table.late_attempts
    made = sum(1 for d in failed if (d in (1, 7)) is early)
    if not no_way and made < most:
        return Calling((), most - made, "clinical.md 2.12")
    return Calling((1, 7) if early else (30,), 0, "clinical.md 2.12")


@dataclass(frozen=True, slots=True)
class Need:
    """One medicine as the bridge sees it."""

    order_id: str
    text: str
    how: str
    critical: bool
    controlled: bool
    opioid_treatment: bool


@dataclass(frozen=True, slots=True)
class BridgePlan:
    """What the standing rule proposes to prescribe, and what it leaves to a prescriber with its reason."""

    medicines: tuple[Need, ...]
    left_out: tuple[tuple[Need, str], ...]


def bridge(needs: Sequence[Need], *, everything: bool = False) -> BridgePlan:
    """Propose a bridge: critical medicines by the standing rule; controlled ones and opioid treatment never by rule.

    Ruling 13: more than 72 hours of a controlled drug only after the monitoring programme was asked; the next dose of an
    opioid treatment is a clinic's (REL-MOUD).
    """
    taken, left = [], []
    for need in needs:
        if need.opioid_treatment:
            left.append((need, "opioid_treatment"))
        elif need.controlled:
            left.append((need, "controlled"))
        elif need.critical or everything:
            taken.append(need)
        else:
            left.append((need, "not_critical"))
    return BridgePlan(tuple(taken), tuple(left))
