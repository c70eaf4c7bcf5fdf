"""What emergency tells the others; the clock table's EMR and HOS rows open and close by these names."""

from dataclasses import dataclass
from typing import Any, ClassVar

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class CodeCalled(Event):
    """Somebody called a code; who it is may not be known yet. A drill does not tell this."""

    name: ClassVar[str] = "code_called"


@dataclass(frozen=True, kw_only=True)
class CodeReached(Event):
    """Health staff are at the person's side."""

    name: ClassVar[str] = "code_reached"


@dataclass(frozen=True, kw_only=True)
class NaloxoneGiven(Event):
    """Somebody was given naloxone in a code: until a nurse has checked, that was an overdose; `ref` is the code."""

    name: ClassVar[str] = "naloxone_given"


@dataclass(frozen=True, kw_only=True)
class CodeEnded(Event):
    """A code is over; `ref` is the code."""

    name: ClassVar[str] = "code_ended"
    ending: str

    def payload(self) -> dict[str, Any]:
        """Give how it ended."""
        return {"ending": self.ending}


@dataclass(frozen=True, kw_only=True)
class CodeDebriefed(Event):
    """Those who were there talked a code over; `ref` is the code."""

    name: ClassVar[str] = "code_debriefed"
    preventable: str

    def payload(self) -> dict[str, Any]:
        """Give whether earlier care could have prevented it."""
        return {"preventable": self.preventable}


@dataclass(frozen=True, kw_only=True)
class DrillDone(Event):
    """A drill was held and its critique shared (EMR-01); `ref` is its timeline, `shift` the one in which it was called."""

    name: ClassVar[str] = "drill_done"
    kind: str
    shift: str

    def payload(self) -> dict[str, Any]:
        """Give which kind, and whose drill it was."""
        return {"kind": self.kind, "shift": self.shift}


@dataclass(frozen=True, kw_only=True)
class ReturnReviewed(Event):
    """A nurse saw the person who came back from a hospital, and called a provider (HOS-01); `ref` is the trip."""

    name: ClassVar[str] = "return_reviewed"


@dataclass(frozen=True, kw_only=True)
class RecommendationsAnswered(Event):
    """Each recommendation of the hospital is ordered, or the reason why not is on record; `ref` is the trip."""

    name: ClassVar[str] = "hospital_recommendations_answered"
