"""Ports: what a floor needs and only a higher one knows. `app/wiring.py` fills each; an unfilled one stops the start."""

from typing import Generic, TypeVar

T = TypeVar("T")
_all: list["Port[object]"] = []


class Port(Generic[T]):
    """A named place for one implementation of a Protocol."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._filled: T | None = None
        _all.append(self)  # type: ignore[arg-type]

    def fill(self, implementation: T) -> None:
        """Put the implementation in; the last one stands."""
        self._filled = implementation

    def __call__(self) -> T:
        """Give the implementation."""
        if self._filled is None:
            raise RuntimeError(f"the port [{self.name}] is not filled: app/wiring.py must fill it")
        return self._filled


def unfilled() -> list[str]:
    """Name the ports that stand empty."""
    return [port.name for port in _all if port._filled is None]
