"""In which months of the ledger a body is looked for first: a statement that names them opens no other month's table.

The ledger lies in a table for each month, and PostgreSQL opens all that a statement might need before it runs: sixty months
cost a read by id as much again as the read itself. A guess that misses costs a second statement, and changes no answer.
"""

from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

# Older ids than this, and those that tell no time, are looked for as what is new: few guesses, for each is a statement of its own.
YEARS = 10
Bounds = tuple[datetime, datetime]


def of_id(id: UUID) -> Bounds:
    """Give the month in which a resource of this id was probably written last: ids are made by time, and most have one version."""
    now = datetime.now(UTC)
    if id.version == 7:
        # The first six bytes are the milliseconds since 1970.
        seconds = (id.int >> 80) // 1000
        if -YEARS * 365 * 86400 < seconds - now.timestamp() <= 0:
            made = datetime.fromtimestamp(seconds, UTC)
            return _months(made.year, made.month, 0)
    return _months(now.year, now.month, 0)


def newest() -> Bounds:
    """Give this month and the one before, where what a search finds first was nearly always written."""
    now = datetime.now(UTC)
    return _months(now.year, now.month, 1)


def within(bounds: Bounds) -> str:
    """Say it in SQL of a version `x`, written out: the planner has to see it."""
    begin, end = bounds
    return f"x.written_at >= '{begin.isoformat()}' AND x.written_at < '{end.isoformat()}'"


@lru_cache(maxsize=200)
def _months(year: int, month: int, before: int) -> Bounds:
    first, end = year * 12 + month - 1 - before, year * 12 + month
    return (
        datetime(first // 12, first % 12 + 1, 1, tzinfo=UTC),
        datetime(end // 12, end % 12 + 1, 1, tzinfo=UTC),
    )
