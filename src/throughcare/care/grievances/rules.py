"""Who may answer a complaint, how long the person may ask again, which answer waits. Pure; the numbers are content."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something may be done, and the sentence that says why not."""

    may: bool
    why_not: str = ""


def may_answer(actor: UUID, about: UUID | None, before: Collection[UUID | None] = ()) -> Decision:
    """Refuse whom the complaint is about, and, where it is heard again, who answered before (GRV-01)."""
    if about is not None and actor == about:
        return Decision(False, "This complaint is about you. Somebody else logs and answers it.")
    if actor in before:
        return Decision(False, "You gave the first answer. Somebody else hears it again.")
    return Decision(True)


def appeal_until(answered_on: date, days: int) -> date:
    """Give the last day on which the person may ask that it is heard again; the day of the answer is day one. [D]"""
    return answered_on + timedelta(days=days - 1)


def may_appeal(state: str, answered_on: date | None, today: date, days: int) -> bool:
    """Tell whether the person may ask now that it is heard again: once, while the days run."""
    return state == "answered" and answered_on is not None and today <= appeal_until(answered_on, days)


def age_days(filed_at: datetime, now: datetime) -> int:
    """Give how many whole days a complaint has been waiting."""
    return max(0, (now - filed_at).days)
