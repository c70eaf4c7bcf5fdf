"""How long a person's record is kept after their last discharge, and what keeps it longer (clinical.md 7.4). Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

# A child's record is not counted by the rule for adults, the only one that was read.
ADULT_AT = 18
State = Literal["here", "died", "held", "child", "runs", "past"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What counts for one person, with all charts linked to theirs: `discharged` is none for somebody who is here."""

    discharged: date | None
    born: date | None
    died: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a record stands: why it is kept, or that its period is over; `ends` is the period's last day, where one runs."""

    state: State
    ends: date | None = None


def standing(facts: Facts, years: int, today: date) -> Standing:
    """Say where a record stands that is kept `years` after the last discharge; a death or a hold is asked before any day.

    The source is clinical.md 7.4: adults by years after the last discharge, a hold stops, what is known of a death stays.
    Somebody whose birth date is not known is taken for a child.
    """
    if facts.died:
        return Standing("died")
    if facts.discharged is None:
        return Standing("here")
    if facts.held:
        return Standing("held")
    if facts.born is None or years_later(facts.born, ADULT_AT) > facts.discharged:
        return Standing("child")
    ends = years_later(facts.discharged, years)
    return Standing("past" if today > ends else "runs", ends)


def years_later(day: date, years: int) -> date:
    """Give the same day of a later year; of 29 February the first of March, so that nothing ends a day early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def last_past(today: date, years: int) -> date:
    """Give the latest day of discharge whose period is over today: what a search of many records begins from."""
    try:
        day = today.replace(year=today.year - years)
    except ValueError:
        day = date(today.year - years, 2, 28)
    while years_later(day, years) >= today:
        day -= timedelta(days=1)
    return day
