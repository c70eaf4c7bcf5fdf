"""Rules that are loaded and reviewed and wait for the room whose event opens them."""

from collections.abc import Iterator
from importlib import import_module

from throughcare.duties import clock_table
from throughcare.duties.rule import Rule
from throughcare.duties.rulebook import place
from throughcare.kernel import clock
from throughcare.kernel.events import Event


def known_events() -> frozenset[str]:
    """Name every event that a room of this house can emit."""
    return frozenset(name for cls in _subclasses(Event) for name in _names_of(cls))


def _names_of(cls: type[Event]) -> tuple[str, ...]:
    """Give an event's name; of one whose name reviewed content gives, all that its room lists as `SIGNALS`."""
    name = getattr(cls, "name", "")
    return (name,) if isinstance(name, str) else tuple(getattr(import_module(cls.__module__), "SIGNALS", ()))


def rules() -> tuple[Rule, ...]:
    """Give the rules that no event of this house opens."""
    return clock_table.inert(known_events(), place(None).working.day_of(clock.now()))


def known_rules() -> tuple[str, ...]:
    """Name every rule of every edition."""
    return tuple(rule.id for rule in clock_table.every_version())


def unclosable() -> tuple[Rule, ...]:
    """Give the rules that an event of this house opens and none closes: people close them by hand."""
    return clock_table.never_closed(known_events(), place(None).working.day_of(clock.now()))


def lines() -> list[str]:
    """Say, one line for each rule, what it waits for."""
    waiting = [f"{r.id:<20} {r.title:<44} waits for {_names(r)}" for r in rules()]
    by_hand = [
        f"{r.id:<20} {r.title:<44} is closed by hand until {', '.join(t.event for t in r.closes)}" for r in unclosable()
    ]
    return [
        f"{len(waiting)} rules are inert:",
        *waiting,
        f"{len(by_hand)} rules open but are closed by hand:",
        *by_hand,
    ]


def _names(rule: Rule) -> str:
    return ", ".join(dict.fromkeys(t.event for t in rule.opens)) or "the rule that hands over to it"


def _subclasses(cls: type[Event]) -> Iterator[type[Event]]:
    for sub in cls.__subclasses__():
        if not sub.__module__.startswith("tests."):
            yield sub
        yield from _subclasses(sub)
