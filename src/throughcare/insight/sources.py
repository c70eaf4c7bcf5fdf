"""Which numbers a reader is told: months of the last state; or, to who sees aggregates only, whole quarters as they were kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from throughcare.custody import reads as custody
from throughcare.duties.working_time import working_time
from throughcare.insight import numbers, policy
from throughcare.insight.measures import definitions, periods
from throughcare.insight.numbers import Row
from throughcare.insight.warehouse import closing
from throughcare.insight.warehouse.files import State
from throughcare.kernel import clock
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens

STALE = timedelta(days=2)  # after so long without a whole day more, numbers are called old
UNTOLD = (
    "Your office is told numbers by whole quarters. The first stands here {days} days after it ended; none has yet."
)


@dataclass(frozen=True, slots=True)
class Freshness:
    """Until which day the record was read, when that was done, and whether a day is missing by now."""

    until: date
    updated_at: datetime | None
    stale: bool


@dataclass(frozen=True, slots=True)
class Source:
    """The months that a reader is told, oldest first, and where their results stand."""

    lens: Lens
    fresh: Freshness
    months: tuple[str, ...]
    files: tuple[Path, ...]

    @property
    def until(self) -> date:
        """Give the last day that counts."""
        return self.fresh.until

    @property
    def spans(self) -> dict[str, tuple[str, ...]]:
        """Give the months that are told together, each month or each quarter, by the last of them."""
        step = 3 if policy.aggregate(self.lens) else 1
        found = [self.months[n : n + step] for n in range(0, len(self.months), step)]
        return {months[-1]: months for months in found}

    def rows(self, measure: str = "") -> list[Row]:
        """Give the results, of one measure whole or of all by facility, as far as this reader may compare."""
        return within(self.lens, numbers.rows_in(self.files, self.months, measure))


def source(lens: Lens, months: int) -> Source:
    """Find the last so many months for a reader; refuses, with what to wait for, where there are none yet."""
    state = numbers.held()
    if policy.aggregate(lens):
        return _quarters(lens, state, months // 3)
    until = numbers.last_day(state)
    files = (numbers.folder() / state.files("measure_result")[0],)
    return Source(lens, fresh(state), numbers.months_until(until, months), files)


def fresh(state: State) -> Freshness:
    """Say how old a state's numbers are."""
    until = numbers.last_day(state)
    return Freshness(until, state.read_at, working_time().day_of(clock.now()) - until >= STALE)


def within(lens: Lens, rows: Iterable[Row]) -> list[Row]:
    """Keep what this reader may compare: where the lens has places, those alone, added up as everybody's."""
    if lens.facilities is None:
        return list(rows)
    here = {str(f) for f in lens.facilities}
    mine = [r for r in rows if r.divided_by == "facility" and r.stratum in here]
    return mine + [r._replace(divided_by="", stratum="") for r in mine]


def titles(lens: Lens) -> dict[str, str]:
    """Name the facilities."""
    return {str(f.id): f.short_name for f in custody.facilities(lens)}


def titles_here(lens: Lens) -> dict[str, str]:
    """Name those of them that this reader compares: all, or those that the lens has."""
    found = titles(lens)
    return found if lens.facilities is None else {k: v for k, v in found.items() if UUID(k) in lens.facilities}


def _quarters(lens: Lens, state: State, count: int) -> Source:
    found = closing.kept(numbers.folder(), numbers.last_day(state))[-count:]
    if not found:
        raise NotFound(UNTOLD.format(days=definitions.counting()["aggregate"]["settle_days"]))
    months = tuple(month for quarter in found for month in closing.months_of(quarter))
    last = periods.month_period(months[-1], numbers.last_day(state), working_time().zone).last
    files = tuple(closing.file(numbers.folder(), quarter) for quarter in found)
    return Source(lens, Freshness(last, None, fresh(state).stale), months, files)
