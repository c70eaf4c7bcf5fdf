"""What the people room tells the others."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from throughcare.kernel import clock
from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PersonRegistered(Event):
    """A new chart was opened."""

    name: ClassVar[str] = "person_registered"


@dataclass(frozen=True, kw_only=True)
class MergeProposed(Event):
    """Two charts look like one person's."""

    name: ClassVar[str] = "merge_proposed"


@dataclass(frozen=True, kw_only=True)
class MergeDeclined(Event):
    """A person found that two charts are two people's; `ref` is the proposal."""

    name: ClassVar[str] = "merge_declined"


@dataclass(frozen=True, kw_only=True)
class PeopleMerged(Event):
    """A person linked two charts; `person_id` survives."""

    name: ClassVar[str] = "people_merged"
    loser_id: UUID


@dataclass(frozen=True, kw_only=True)
class PeopleUnmerged(Event):
    """A person took the link away."""

    name: ClassVar[str] = "people_unmerged"
    loser_id: UUID


@dataclass(frozen=True, kw_only=True)
class PersonDied(Event):
    """The person has died."""

    name: ClassVar[str] = "died"

    def payload(self) -> dict[str, Any]:
        """Give when the federal report of the quarter is due (DTH-05)."""
        return {"federal_report_due_at": federal_report_due_at(self.happened_at)}


def federal_report_due_at(died_at: datetime) -> datetime:
    """Give the end of the day on which the report of a death is due: the 20th after the quarter in which it happened."""
    day = died_at.astimezone(clock.zone()).date()
    month = (day.month - 1) // 3 * 3 + 4
    due = date(day.year + month // 13, month % 12, 20)
    return datetime.combine(due + timedelta(days=1), time(0), tzinfo=clock.zone()).astimezone(UTC)
