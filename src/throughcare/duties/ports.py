"""What duties need and only rooms above know: what keeps a shift from being handed over, and what a licence reaches."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from throughcare.kernel.ports import Port


class ShiftClose(Protocol):
    """Knows what must be done before a shift closes."""

    def obstacles(self, facility_id: UUID, role: str, at: datetime) -> Sequence[str]:
        """Give in sentences what keeps this role's shift at this facility from closing; nothing where it may close."""


class Licences(Protocol):
    """Knows what a licence lets somebody own."""

    def reaching(self, rule_id: str, roles: Collection[str]) -> frozenset[str]:
        """Give those of these roles whose licence lets them own or cover a duty of this rule."""

    def over(self, user_id: UUID, role: str, at: datetime) -> str:
        """Name what is over and keeps somebody from owning a duty in this role; nothing where nothing is."""


SHIFT_CLOSE: Port[ShiftClose] = Port("duties.shift_close")
LICENCES: Port[Licences] = Port("duties.licences")
