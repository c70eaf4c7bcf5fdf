"""What the clock tells the other rooms, and the calendar's own events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class DutyRefused(Event):
    """A person refused care, informed and witnessed; `ref` is the duty."""

    name: ClassVar[str] = "duty_refused"
    rule: str

    def payload(self) -> dict[str, Any]:
        """Give the rule."""
        return {"rule": self.rule}


@dataclass(frozen=True, kw_only=True)
class ToldInError(Event):
    """What a room told before was not so: the entry behind it was made in error; `ref` is that of what was told."""

    name: ClassVar[str] = "told_in_error"
    what: str
    """The name of the event that is taken back."""

    def payload(self) -> dict[str, Any]:
        """Name what is taken back."""
        return {"what": self.what}


@dataclass(frozen=True, kw_only=True)
class RoleUncovered(Event):
    """Duties wait at a facility for a role that nobody holds now; `ref` is the escalation."""

    name: ClassVar[str] = "role_uncovered"
    role: str

    def payload(self) -> dict[str, Any]:
        """Give the role."""
        return {"role": self.role}


@dataclass(frozen=True, kw_only=True)
class LinkConflictFound(Event):
    """A link between two charts left the same duty open in both; `ref` is the loser's duty."""

    name: ClassVar[str] = "link_conflict_found"
    of: UUID

    def payload(self) -> dict[str, Any]:
        """Name the duty that stays."""
        return {"of": self.of, "kind": "duty"}


@dataclass(frozen=True, kw_only=True)
class LinkConflictSettled(Event):
    """A person settled what a link had doubled; `ref` is what was told of."""

    name: ClassVar[str] = "link_conflict_settled"


@dataclass(frozen=True, kw_only=True)
class CollectionDayBegan(Event):
    """A day began on which written requests are collected at a facility."""

    name: ClassVar[str] = "collection_day_began"


@dataclass(frozen=True, kw_only=True)
class FacilityYearBegan(Event):
    """A calendar year began at a facility: drills, meetings and studies are counted from here."""

    name: ClassVar[str] = "facility_year_began"


@dataclass(frozen=True, kw_only=True)
class ReleaseNears(Event):
    """An expected release is two weeks away or less; `ref` is custody's plan, and it happened two weeks before the release."""

    name: ClassVar[str] = "release_nears"
    release_at: datetime

    def payload(self) -> dict[str, Any]:
        """Give when."""
        return {"release_at": self.release_at}
