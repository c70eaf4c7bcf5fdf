"""What devices need from the rooms whose work goes along: for each kind of entry, who reads, takes in and looks after it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from throughcare.access.policy import Policy
from throughcare.devices.entries import About, Arrival, Section, Taken
from throughcare.devices.models import DeviceEvent
from throughcare.kernel.lens import Lens
from throughcare.kernel.ports import Port
from throughcare.kernel.vocabulary import DataClass


class Kind(Protocol):
    """One kind of work that goes along: the pass, the watch rounds. Its room fills this in; `app/wiring.py` names it."""

    data_class: DataClass
    """The class under which its entries stand in the ledger."""
    carry: Policy
    """Who may take it along, and so make its entries."""
    review: Policy
    """Who looks at its entries that could not simply stand."""
    page: str
    """The name of the page that works without a network."""
    shell: str
    """The name of the same page without anybody on it."""
    files: tuple[str, ...]
    """The static files that the page needs, beside the house's own."""
    person_page: str
    """The name of the page of one person in this room."""

    def section(self, lens: Lens, facility_id: UUID, device_id: UUID, asked: Mapping[str, str]) -> Section:
        """Give what a device takes along for the next twelve hours, through the carrier's lens."""

    def keep_for(self, device_id: UUID, own: Sequence[UUID], since: datetime, until: datetime) -> None:
        """Let these belong to the device alone, where no other has them; runs inside the action."""

    def let_go(self, device_id: UUID, at: datetime) -> None:
        """Let everything that belonged to the device be anybody's again; runs inside the action."""

    def owned(self, devices: Sequence[UUID], at: datetime) -> Mapping[UUID, int]:
        """Count what belongs to each device alone."""

    def about(self, body: Mapping[str, Any]) -> About:
        """Read what an entry is about; raise Invalid where it can't be read."""

    def ahead(self, bodies: Sequence[Mapping[str, Any]]) -> Any:
        """Ask once what `take` needs of a parcel's entries; each of them has it as `arrival.ahead`. None where nothing."""

    def take(self, arrival: Arrival) -> Taken:
        """Write what an entry says; runs inside the action. Refuse before anything is written, or not at all."""

    def kept(self, row: DeviceEvent) -> None:
        """Tell whoever would go on as if nothing had come: this entry is kept, and a person decides; runs inside the action."""

    def looked_at(self, row: DeviceEvent) -> None:
        """Hear that somebody looked at an entry; runs inside the action."""


KINDS: Port[Mapping[str, Kind]] = Port("devices.kinds")


def kind_of(name: str) -> Kind | None:
    """Give a kind by its name."""
    return KINDS().get(name)
