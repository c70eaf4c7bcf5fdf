"""Events: what rooms tell each other, inside one transaction.

A room's `events.py` holds frozen dataclasses made with `Event`; `app/wiring.py` writes, in order, who hears them.
"""

from collections.abc import Callable, Sequence
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
_last: list[Callable[[Sequence[Event]], None]] = []


def on(event: type[E], handler: Callable[[E], None]) -> None:
    """Let `handler` hear every such event, after those that were wired before it."""
    _handlers.setdefault(event, []).append(handler)


def at_end(handler: Callable[[Sequence[Event]], None]) -> None:
    """Let `handler` hear everything that was told, in its order and at once, when all others have heard all of it."""
    _last.append(handler)


def emit(event: Event) -> None:
    """Tell it: handlers run when the present action has done its own work, in the same transaction."""
    db.unit().events.append(event)


def drain() -> None:
    """Run the handlers of all that was emitted, and of what those emit in turn.

    Whoever hears last hears it before this ends, also where an action inside another drains: so in the order of telling.
    """
    work = db.unit()
    while work.events or work.unheard:
        while work.events:
            event = work.events.pop(0)
            for base in type(event).__mro__:
                for handler in _handlers.get(base, ()):
                    handler(event)
            work.unheard.append(event)
        told = list(work.unheard)
        work.unheard.clear()
        for last in _last:
            last(told)


def wired() -> dict[str, list[str]]:
    """List event names and their handlers, for the reference and the tests."""
    named: dict[str, list[Callable[..., None]]] = {e.__name__: [*handlers] for e, handlers in _handlers.items()}
    if _last:
        named[Event.__name__] = [*named.get(Event.__name__, ()), *_last]
    return {event: [f"{h.__module__}.{h.__qualname__}" for h in handlers] for event, handlers in named.items()}


def clear() -> None:
    """Forget all handlers (wiring begins with this, so that it can run twice)."""
    _handlers.clear()
    _last.clear()
