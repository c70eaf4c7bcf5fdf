"""What the gate needs of the rest: the counts of a quarter for every registered table. `app` fills it."""

from collections.abc import Sequence
from typing import Protocol

from throughcare.kernel.ports import Port

from .cells import Draft


class Counts(Protocol):
    """Who counts."""

    def drafts(self, quarter: str) -> Sequence[Draft]:
        """Return every registered table that can be filled for a quarter, with true counts."""

    def invented(self) -> bool:
        """Say whether the counts are made up."""

    def secret(self) -> bytes:
        """Return the installation's own key for rounding at chance."""


COUNTS: Port[Counts] = Port("gate.counts")
