"""What the mental health room tells the others; the clock table's SUI rows open and close by these names."""

from dataclasses import dataclass
from typing import Any, ClassVar

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class WatchStarted(Event):
    """A watch is in force, by an answer or by somebody's word (ruling 2); `ref` is the watch."""

    name: ClassVar[str] = "watch_started"
    level: str
    preliminary: bool = True

    def payload(self) -> dict[str, Any]:
        """Give the level, and whether a mental health professional has yet to order it."""
        return {"level": self.level, "preliminary": self.preliminary}


@dataclass(frozen=True, kw_only=True)
class WatchOrdered(Event):
    """A mental health professional has made the watch their order."""

    name: ClassVar[str] = "watch_ordered"


@dataclass(frozen=True, kw_only=True)
class WatchLevelChanged(Event):
    """The level is another one; checks of the former end, those of the new begin."""

    name: ClassVar[str] = "watch_level_changed"
    level: str
    before: str

    def payload(self) -> dict[str, Any]:
        """Give both levels."""
        return {"level": self.level, "before": self.before}


@dataclass(frozen=True, kw_only=True)
class WatchRested(Event):
    """Another house watches the person meanwhile, or they are on the way to another facility."""

    name: ClassVar[str] = "watch_rested"
    level: str

    def payload(self) -> dict[str, Any]:
        """Give the level."""
        return {"level": self.level}


@dataclass(frozen=True, kw_only=True)
class WatchResumed(Event):
    """The person is ours to watch again: checks begin anew from this moment."""

    name: ClassVar[str] = "watch_resumed"
    level: str

    def payload(self) -> dict[str, Any]:
        """Give the level."""
        return {"level": self.level}


@dataclass(frozen=True, kw_only=True)
class WatchChecked(Event):
    """Somebody saw the person."""

    name: ClassVar[str] = "watch_checked"


@dataclass(frozen=True, kw_only=True)
class ObserverInPlace(Event):
    """Somebody has the person in sight without a break."""

    name: ClassVar[str] = "observer_in_place"


@dataclass(frozen=True, kw_only=True)
class ObserverRelieved(Event):
    """Another observer took over, without a gap."""

    name: ClassVar[str] = "observer_relieved"


@dataclass(frozen=True, kw_only=True)
class ObserverLeft(Event):
    """The observer of a constant watch left, and nobody took over."""

    name: ClassVar[str] = "observer_left"


@dataclass(frozen=True, kw_only=True)
class WatchEnded(Event):
    """A mental health professional ended the watch; three visits follow (SUI-04)."""

    name: ClassVar[str] = "watch_ended"


@dataclass(frozen=True, kw_only=True)
class WatchAssessmentDone(Event):
    """A mental health professional assessed the person face to face (SUI-03)."""

    name: ClassVar[str] = "watch_assessment_done"
    risk: str
    decision: str

    def payload(self) -> dict[str, Any]:
        """Give the risk found and the decision."""
        return {"risk": self.risk, "decision": self.decision}


@dataclass(frozen=True, kw_only=True)
class WatchFollowUpDone(Event):
    """A visit after a watch took place."""

    name: ClassVar[str] = "watch_follow_up_done"
    visit: str

    def payload(self) -> dict[str, Any]:
        """Give which visit."""
        return {"visit": self.visit}


@dataclass(frozen=True, kw_only=True)
class WatchFindingOpened(Event):
    """Something was wrong in how a person was watched; `ref` is the finding."""

    name: ClassVar[str] = "watch_finding_opened"
    kind: str

    def payload(self) -> dict[str, Any]:
        """Give what kind of thing."""
        return {"kind": self.kind}


@dataclass(frozen=True, kw_only=True)
class WatchFindingAnswered(Event):
    """The administrator answered a finding, or a check that came late explained it."""

    name: ClassVar[str] = "watch_finding_answered"


@dataclass(frozen=True, kw_only=True)
class SelfHarmRecorded(Event):
    """An act was seen or told; `ref` is the event."""

    name: ClassVar[str] = "self_harm_recorded"


@dataclass(frozen=True, kw_only=True)
class SelfHarmClassed(Event):
    """A mental health professional gave an act its class."""

    name: ClassVar[str] = "self_harm_classed"
    kind: str

    def payload(self) -> dict[str, Any]:
        """Give the class, in the words of the C-SSRS."""
        return {"kind": self.kind}


@dataclass(frozen=True, kw_only=True)
class SuicideRiskNotAsked(Event):
    """A mental health visit was signed, and nobody had asked the suicide questions that day; `ref` is the note."""

    name: ClassVar[str] = "suicide_risk_not_asked"
