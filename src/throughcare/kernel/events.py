"""Events: what rooms tell each other, inside one transaction.

A room's `events.py` holds frozen dataclasses made with `Event`; `app/wiring.py` writes, in order, who hears them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from throughcare.kernel import db


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a person (or a place), with the time at which it happened."""

    name: ClassVar[str]
    happened_at: datetime
    person_id: UUID | None = None
    facility_id: UUID | None = None
    ref: UUID | None = None

    def payload(self) -> dict[str, Any]:
        """Give the facts that a clock's condition may ask for; a room adds its own."""
        return {}


E = TypeVar("E", bound=Event)
_handlers: dict[type[Event], list[Callable[[Any], None]]] = {}


def on(event: type[E], handler: Callable[[E], None]) -> None:
    """Let `handler` hear every such event, after those that were wired before it."""
    _handlers.setdefault(event, []).append(handler)


def emit(event: Event) -> None:
    """Tell it: handlers run when the present action has done its own work, in the same transaction."""
    db.unit().events.append(event)


def drain() -> None:
    """Run the handlers of all that was emitted, and of what those emit in turn."""
    queue = db.unit().events
    while queue:
        event = queue.pop(0)
        for base in type(event).__mro__:
            for handler in _handlers.get(base, ()):
                handler(event)


def wired() -> dict[str, list[str]]:
    """List event names and their handlers, for the reference and the tests."""
    return {
        event.__name__: [f"{h.__module__}.{h.__qualname__}" for h in handlers] for event, handlers in _handlers.items()
    }


def clear() -> None:
    """Forget all handlers (wiring begins with this, so that it can run twice)."""
    _handlers.clear()
