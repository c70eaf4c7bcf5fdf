"""What this room tells the others; the clock table's GRV rows open and close by these names."""

from dataclasses import dataclass
from typing import Any, ClassVar

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class GrievanceFiled(Event):
    """A person has complained; where care is asked for in it, a nurse reads that part the same day."""

    name: ClassVar[str] = "grievance_filed"
    clinical_risk: bool
    sexual_safety: bool = False
    """Whether it tells of sexual harm; in no duty's facts, for the room that screens alone."""

    def payload(self) -> dict[str, Any]:
        """Give whether care was asked for, or words of danger stand in it."""
        return {"clinical_risk": self.clinical_risk}


@dataclass(frozen=True, kw_only=True)
class GrievanceLogged(Event):
    """It is in the log, and somebody owns the answer."""

    name: ClassVar[str] = "grievance_logged"


@dataclass(frozen=True, kw_only=True)
class GrievanceTriaged(Event):
    """A nurse has read what was asked of care with it."""

    name: ClassVar[str] = "grievance_triaged"


@dataclass(frozen=True, kw_only=True)
class GrievanceAnswered(Event):
    """The person has an answer, by somebody it isn't about."""

    name: ClassVar[str] = "grievance_answered"


@dataclass(frozen=True, kw_only=True)
class GrievanceAppealed(Event):
    """The person asks that it is heard again."""

    name: ClassVar[str] = "grievance_appealed"


@dataclass(frozen=True, kw_only=True)
class GrievanceDecided(Event):
    """It was heard again, by somebody else, or the person let the first answer stand."""

    name: ClassVar[str] = "grievance_decided"


@dataclass(frozen=True, kw_only=True)
class GrievanceWithdrawn(Event):
    """The person took it back; what was asked of care goes on."""

    name: ClassVar[str] = "grievance_withdrawn"
