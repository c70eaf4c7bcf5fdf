"""What the world tells the clock of its past: events of the clock table, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class Told(Event):
    """Something that happened, by the name that the clock table listens to."""

    what: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:  # type: ignore[override]
        """Give the name."""
        return self.what

    def payload(self) -> dict[str, Any]:
        """Give the facts."""
        return dict(self.facts)
