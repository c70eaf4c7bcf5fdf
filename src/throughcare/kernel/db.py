"""The two doors to the database: `reading(lens)` and `writing(actor)`. Nothing else opens a transaction.

Each tells PostgreSQL, for this transaction only, which sealed classes it may open; row-level security does the rest.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction

from throughcare.kernel import clock, statement
from throughcare.kernel.actor import Actor
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import SEALED, DataClass, Verb


@dataclass(slots=True)
class Unit:
    """One unit of work: who writes, when, and what is to be kept of it at the end."""

    actor: Actor
    now: datetime
    action: str = ""
    reason: str = ""
    entries: list[Any] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    # Events that whoever hears last has still to hear, all of them at once (kernel/events.py).
    unheard: list[Any] = field(default_factory=list)
    # New rows that wait for the end of a part of the action (kernel/rows.py).
    gathered: dict[type[Any], list[Any]] = field(default_factory=dict)
    # What was asked ahead for many at once, and is asked again by each.
    known: dict[Hashable, Any] = field(default_factory=dict)
    # What was answered to what was asked as it began.
    told: list[statement.Rows] = field(default_factory=list)
    # What was kept of it, each with where it now stands.
    kept: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """One transaction that reads: through whose lens, and what it has asked."""

    lens: Lens
    answers: dict[Hashable, Any] = field(default_factory=dict)


_unit: ContextVar[Unit | None] = ContextVar("unit", default=None)
_reading: ContextVar[Reading | None] = ContextVar("reading", default=None)
# What a keeper has written at the end: a statement, and who takes what it answers.
Last = tuple[statement.Ask, Callable[[statement.Rows], object]]
_keepers: list[Callable[[Unit], list[Last]]] = []
BEGIN: statement.Ask = ("BEGIN", ())
# Before the keepers: a check may wait for somebody's row, and nobody waits while they hold a chain's head.
CHECK: statement.Ask = ("SET CONSTRAINTS ALL IMMEDIATE", ())
AGAIN: statement.Ask = ("SET CONSTRAINTS ALL DEFERRED", ())
COMMIT: statement.Ask = ("COMMIT", ())


def keep_with(keeper: Callable[[Unit], list[Last]]) -> None:
    """Let `keeper` say what is to be written of a unit at the end of its transaction (the ledger installs itself here)."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def unit() -> Unit:
    """Give the unit of work that is open; there is none outside an action."""
    current = _unit.get()
    if current is None:
        raise RuntimeError("the record changes only inside an action")
    return current


def unit_or_none() -> Unit | None:
    """Give the open unit of work, if there is one."""
    return _unit.get()


@contextmanager
def writing(actor: Actor, *, reason: str = "", asks: Sequence[statement.Ask] = ()) -> Iterator[Unit]:
    """Open the one transaction of an action, or join it; at its end constraints are checked and the ledger written.

    What it `asks` first goes with the trip that begins it, and stands in the unit's `told`.
    """
    current = _unit.get()
    if current is not None:
        if asks:
            current.told = statement.together(asks)
        yield current
        return
    work = Unit(actor=actor, now=clock.now(), reason=reason)
    token = _unit.set(work)
    try:
        with transaction.atomic(), _told(_settings(SEALED, SEALED, user=actor.id), asks) as told:
            work.told = told
            yield work
            _end(work)
    except BaseException:
        statement.forget()
        raise
    finally:
        _unit.reset(token)
        if (around := _reading.get()) is not None:
            around.answers.clear()


def later(sql: str, values: Sequence[Any]) -> None:
    """Write with the next trip to the database that an action makes; outside one, at once."""
    if _unit.get() is None:
        statement.run(sql, values)
    else:
        statement.later(sql, values)


def _end(work: Unit) -> None:
    """Check, keep and commit, in one trip."""
    last = [one for keeper in _keepers for one in keeper(work)]
    asked = [CHECK, *(ask for ask, _ in last)]
    if connection.savepoint_ids:
        # Only a transaction around this one (tests have one) goes on and needs them deferred again.
        asked.append(AGAIN)
    elif len(connection.atomic_blocks) == 1 and not connection.needs_rollback:
        asked.append(COMMIT)
    answers = statement.together(asked)
    for (_, take), rows in zip(last, answers[1:], strict=False):
        take(rows)


@contextmanager
def apart() -> Iterator[None]:
    """Do a part of an action that may fail by itself: its rows, entries and events go together, and the rest stands.

    Who uses it drains the events before, or theirs would fall with the part.
    """
    work = unit()
    entries, events, unheard = len(work.entries), list(work.events), list(work.unheard)
    gathered = {kind: len(rows) for kind, rows in work.gathered.items()}
    try:
        with transaction.atomic():
            yield
    except BaseException:
        del work.entries[entries:]
        work.events[:] = events
        work.unheard[:] = unheard
        for kind, count in gathered.items():
            del work.gathered[kind][count:]
        raise


@contextmanager
def reading(lens: Lens) -> Iterator[None]:
    """Open a transaction that sees what `lens` sees; inside an action, join the action's."""
    around = _reading.get()
    if _unit.get() is not None or (around is not None and around.lens is lens):
        yield
        return
    token = _reading.set(Reading(lens))
    try:
        settings = _settings(lens.sealed_classes(Verb.READ), frozenset(), user=lens.user_id)
        with transaction.atomic(), _told(settings):
            yield
    finally:
        _reading.reset(token)


Answer = TypeVar("Answer")


def once(question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """Ask once in a reading, however many parts of a page want to know; an action asks every time, for it may change it.

    Nothing outlives the transaction that asked.
    """
    around, work = _reading.get(), _unit.get()
    if work is not None and question in work.known:
        known: Answer = work.known[question]
        return known
    if around is None or work is not None:
        return ask()
    if question not in around.answers:
        around.answers[question] = ask()
    answer: Answer = around.answers[question]
    return answer


@contextmanager
def knowing(answers: Mapping[Hashable, Any]) -> Iterator[None]:
    """Give these answers to those who ask `once` in a part of an action that changes none of them, or keeps them right."""
    work = unit()
    before, work.known = work.known, {**work.known, **answers}
    try:
        yield
    finally:
        work.known = before


def known(question: Hashable) -> Any:
    """Give what was asked ahead, or None."""
    work = _unit.get()
    return work.known.get(question) if work is not None else None


def _settings(read: Iterable[DataClass], write: Iterable[DataClass], *, user: UUID) -> list[str]:
    return [",".join(sorted(read)), ",".join(sorted(write)), str(user)]


@contextmanager
def _told(settings: list[str], asks: Sequence[statement.Ask] = ()) -> Iterator[list[statement.Rows]]:
    """Set these for the transaction, and ask; take them back at its end if it stands inside another (tests do)."""
    nested = len(connection.savepoint_ids) > 0
    yield _tell(settings, asks)
    # After an error PostgreSQL takes them back itself, with the savepoint.
    if nested:
        _tell([""] * len(settings))


TELL = (
    "SELECT set_config('throughcare.sealed_read', %s, true), set_config('throughcare.sealed_write', %s, true), "
    "set_config('throughcare.user', %s, true)"
)


def _tell(settings: list[str], asks: Sequence[statement.Ask] = ()) -> list[statement.Rows]:
    asked = [(TELL, settings), *asks]
    # The first words of a transaction begin it: one trip and not two.
    answers = statement.together([BEGIN, *asked] if statement.idle() else asked)
    return answers[len(answers) - len(asks) :]
