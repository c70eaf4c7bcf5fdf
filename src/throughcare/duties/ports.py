"""What duties need and only rooms above know: what keeps a shift from being handed over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from throughcare.kernel.ports import Port


class ShiftClose(Protocol):
    """Knows what must be done before a shift closes."""

    def obstacles(self, facility_id: UUID, role: str, at: datetime) -> Sequence[str]:
        """Give in sentences what keeps this role's shift at this facility from closing; nothing where it may close."""


SHIFT_CLOSE: Port[ShiftClose] = Port("duties.shift_close")
