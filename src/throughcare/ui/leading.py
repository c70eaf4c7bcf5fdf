"""Which addresses a page may lead its reader to: a link that would be refused is a dead end, so its words stand without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Opens = Callable[[str], bool]

_asked: ContextVar[Opens | None] = ContextVar("opens", default=None)


@contextmanager
def leading(opens: Opens | None) -> Iterator[None]:
    """While a page is made, ask this which addresses open to its reader; nothing where nobody knows."""
    token = _asked.set(opens)
    try:
        yield
    finally:
        _asked.reset(token)


def opens(address: str) -> bool:
    """Tell whether an address opens to who reads the page being made; where nobody knows, it may."""
    asked = _asked.get()
    return asked is None or asked(address)
