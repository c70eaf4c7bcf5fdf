"""What medicines need that only a site has: a device that knows a person again."""

from typing import Protocol
from uuid import UUID

from throughcare.kernel.ports import Port


class IdentityDevice(Protocol):
    """A device at an observed line that knows a person again, such as a fingerprint reader."""

    def matches(self, person_id: UUID, reading: str) -> bool:
        """Tell whether this reading is of this person; a device that is missing or unsure says no."""


class SoftwareIdentity:
    """The stand-in while no device is connected: it knows nobody, so the line takes photo and number by two people.

    A demonstration may let one agreed reading pass; it proves nothing about a finger and must never be used for care.
    """

    def __init__(self, demo_reading: str = "") -> None:
        self.demo_reading = demo_reading

    def matches(self, person_id: UUID, reading: str) -> bool:
        """Tell whether the reading is the one that a demonstration agreed on."""
        return bool(self.demo_reading) and reading == self.demo_reading


IDENTITY: Port[IdentityDevice] = Port("medications.identity")
