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
class CodeEnded(Event):
    """A code is over; `ref` is the code."""

    name: ClassVar[str] = "code_ended"
    ending: str

    def payload(self) -> dict[str, Any]:
        """Give how it ended."""
        return {"ending": self.ending}
