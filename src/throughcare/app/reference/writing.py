"""Reference of what changes the record: actions, events with who hears them, and the states of things."""

import inspect
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import throughcare
from throughcare.app.reference.markdown import code, codes, first_sentence, page, room_of, table
from throughcare.duties import clock_table
from throughcare.kernel.actions import REGISTRY, Registered
from throughcare.kernel.events import Event, wired
from throughcare.kernel.lifecycle import Lifecycle


def load_rooms() -> None:
    """Import every module of every room, so that whatever registers itself has done so."""
    skip = ("throughcare.app.commands", "throughcare.app.wsgi", "throughcare.app.__main__")
    for module in walk_packages(throughcare.__path__, "throughcare."):
        if ".migrations" not in module.name and not module.name.startswith(skip):
            import_module(module.name)


def actions() -> str:
    """List every action with what it promises and takes."""
    load_rooms()
    rooms: dict[str, list[Registered]] = {}
    for name, registered in sorted(REGISTRY.items()):
        rooms.setdefault(name.partition(".")[0], []).append(registered)
    parts = [
        f"## {room}\n\n" + table(("Action", "What it guarantees", "Takes", "Gives"), map(_action, found))
        for room, found in rooms.items()
    ]
    return page(
        "Actions",
        "The only writers. Each runs in one transaction: it checks, writes, keeps a version in the ledger and tells its event, whose "
        "hearers run in the same transaction; it all happens or nothing does. Every one takes `actor`. One that takes `intent` "
        "(a UUIDv7 made by the client) happens once: the same intent again gives the first result, with other content it is refused.",
        *parts,
    )


def _action(registered: Registered) -> tuple[str, ...]:
    signature = inspect.signature(registered.function)
    taken = [
        f"{name}?" if parameter.default is not inspect.Parameter.empty and name != "intent" else name
        for name, parameter in signature.parameters.items()
        if name != "actor"
    ]
    result = signature.return_annotation
    given = result if isinstance(result, str) else getattr(result, "__name__", str(result))
    given = "" if given in ("None", "NoneType", "_empty") else given.replace("uuid.UUID", "UUID")
    return code(registered.name), first_sentence(registered.function.__doc__), codes(taken), code(given)


def events() -> str:
    """List every event, what it carries, who is wired to it and which clocks it moves."""
    from throughcare.app.reference import IN_FORCE

    load_rooms()
    hearers = wired()
    rows: dict[str, list[tuple[str, ...]]] = {}
    for event in sorted(_kinds(Event), key=lambda e: (e.__module__, e.__name__)):
        rows.setdefault(room_of(event.__module__), []).append(_event(event, hearers, IN_FORCE))
    parts = [
        f"## {room}\n\n" + table(("Event", "Name", "Says", "Heard by", "Clocks"), found) for room, found in rows.items()
    ]
    return page(
        "Events",
        "What rooms tell each other, inside the transaction of the action that tells it, in the order of `app/wiring.py`. `duties` "
        "hears every event after those who are named here; the name is what a clock's row means by `opens`, `closes` and `ends`.",
        *parts,
    )


def _kinds(kind: type[Event]) -> Iterator[type[Event]]:
    for known in kind.__subclasses__():
        if known.__module__.startswith("throughcare."):
            yield known
        yield from _kinds(known)


def _event(event: type[Event], hearers: dict[str, list[str]], day: date) -> tuple[str, ...]:
    names = _names(event)
    heard = [
        hearer.removeprefix("throughcare.")
        for base in event.__mro__
        if base is not Event
        for hearer in hearers.get(base.__name__, ())
    ]
    table_ = clock_table.events(day)
    clocks = [f"{word} {', '.join(ids)}" for name in names for word, ids in _uses(table_.get(name)) if ids]
    return code(event.__name__), codes(names), first_sentence(event.__doc__), codes(heard), "; ".join(clocks)


def _names(event: type[Event]) -> tuple[str, ...]:
    """Give the name of an event; of one whose name content chooses, all that its room can tell."""
    name = getattr(event, "name", None)
    if isinstance(name, str):
        return (name,)
    return tuple(getattr(import_module(event.__module__), "SIGNALS", ())) if isinstance(name, property) else ()


def _uses(use: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    if use is not None:
        yield from (("opens", use.opens), ("closes", use.closes), ("ends", use.ends))


def states() -> str:
    """List every life of a thing: from which state, by which verb, to which."""
    load_rooms()
    parts = []
    for room, name, life in sorted(_lives(), key=lambda found: found[:2]):
        by_source: dict[str, list[str]] = {}
        for step in life.transitions:
            by_source.setdefault(step.source, []).append(f"{step.verb} → **{step.target}**")
        rows = ((code(source), ", ".join(by_source.get(source, []) or ["stays so"])) for source in life.states)
        parts.append(f"## {room}: {name.lower().replace('_', ' ')}\n\n" + table(("In", "By verb, to"), rows))
    return page(
        "States",
        "Each table is the one that the code decides by, and that the database's check on the column was made from.",
        *parts,
    )


def _lives() -> Iterator[tuple[str, str, Lifecycle]]:
    for module in walk_packages(throughcare.__path__, "throughcare."):
        if module.name.rpartition(".")[2] == "states":
            for name, found in vars(import_module(module.name)).items():
                if isinstance(found, Lifecycle):
                    yield room_of(module.name), name, found
