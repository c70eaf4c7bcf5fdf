"""State machines as data: one table feeds the code, the database's check, the documents and the tests."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models

from throughcare.kernel.errors import Stale


@dataclass(frozen=True, slots=True)
class Transition:
    """From one state, by one verb, to another."""

    source: str
    verb: str
    target: str


class Lifecycle:
    """A closed set of states and the moves between them."""

    def __init__(self, *transitions: tuple[str, str, str]) -> None:
        self.transitions = tuple(Transition(*t) for t in transitions)
        self.states = tuple(dict.fromkeys(s for t in self.transitions for s in (t.source, t.target)))
        self._moves = {(t.source, t.verb): t.target for t in self.transitions}

    def after(self, state: str, verb: str) -> str:
        """Give the state that `verb` leads to; refuse where there is no such move."""
        target = self._moves.get((state, verb))
        if target is None:
            raise Stale(f"This is [{state}] now, so it can't be [{verb}]. Open it again to see what changed.")
        return target

    def verbs(self, state: str) -> Iterable[str]:
        """List what can be done from here."""
        return [t.verb for t in self.transitions if t.source == state]

    def check(self, column: str, name: str) -> models.CheckConstraint:
        """Give the constraint by which the database knows the states too."""
        return models.CheckConstraint(condition=models.Q(**{f"{column}__in": self.states}), name=name)
