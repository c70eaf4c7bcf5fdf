"""What duties need and only rooms above know: what keeps a shift from being handed over, and what a licence reaches."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class SiteGap:
    """Something that a facility can't do for a while, and whom that meets: people who are to arrive, doses due meanwhile.

    `capability` is a key of content/workforce/capabilities.toml; `by` says whether the roster or a public source has it.
    """

    facility_id: UUID
    capability: str
    title: str
    since: datetime
    until: datetime
    by: str
    arriving: int = 0
    doses: int = 0


class SiteAbilities(Protocol):
    """Knows what facilities can do, from the roster and from what is recorded of them."""

    def gaps(self, facility_ids: Collection[UUID], since: datetime, until: datetime) -> Sequence[SiteGap]:
        """Give what these facilities can't do between two times, the first one first."""

    def tonight(self, facility_id: UUID) -> Sequence[SiteGap]:
        """Give what a facility can't do within the next day, with how many arrive and how many doses are due meanwhile."""


ABILITIES: Port[SiteAbilities] = Port("duties.site_abilities")
SHIFT_CLOSE: Port[ShiftClose] = Port("duties.shift_close")
LICENCES: Port[Licences] = Port("duties.licences")
