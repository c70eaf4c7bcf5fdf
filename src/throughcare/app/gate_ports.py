"""What the publish gate is told: the counts of a quarter."""

import hashlib
from collections.abc import Sequence

from django.conf import settings

from throughcare.insight.gate import demonstration
from throughcare.insight.gate.cells import Draft


class InventedCounts:
    """The demonstration's counts: no measure's results take part."""

    def drafts(self, quarter: str) -> Sequence[Draft]:
        """Give every registered table with invented counts."""
        return demonstration.drafts(quarter)

    def invented(self) -> bool:
        """Say that they are made up."""
        return True

    def secret(self) -> bytes:
        """Give a key of this installation's own, made from its secret."""
        return hashlib.sha256(b"gate.rounding" + settings.SECRET_KEY.encode()).digest()
