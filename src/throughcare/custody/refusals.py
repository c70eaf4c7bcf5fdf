"""Custody's refusals, told apart so that a feed can hold a message for the right reason."""

from throughcare.kernel.errors import Invalid, NotFound, Stale


class OutOfOrder(Stale):
    """Something later is already recorded."""


class Overlaps(Stale):
    """It would lie over another stay of the same person."""


class Ahead(Invalid):
    """It is said to happen in the future."""


class AlreadyIn(Stale):
    """The person has an open stay."""


class NotIn(Stale):
    """The person has no open stay, or is not housed anywhere."""


class UnknownPlace(NotFound):
    """There is no such place, or not at that time."""


class BedTaken(Stale):
    """Somebody else is confirmed in that bed."""
