"""What a person's messages say together: a fold over them in the order in which things happened, not in which they came.

Pure. Senders repeat, delay and reorder; the same set of messages gives the same history whatever the order of arrival.
A message that has nothing to act on yet (a release before its arrival, a cancellation before its cause) waits.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

# Two things at one minute stand in the order in which they can have happened.
_RANK = {"A01": 0, "A02": 1, "A08": 2, "A03": 3, "A12": 4, "A13": 5, "A11": 6}
STAY_EVENTS = frozenset({"A01", "A02", "A03", "A08", "A11", "A12", "A13"})


class Effect(StrEnum):
    """What became of one message in the history."""

    TOLD = "told"
    CANCELLED = "cancelled"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Spot:
    """A resolved place: a facility of ours; unit and bed as far as we know them, and the bed's name as it was sent."""

    facility_id: UUID
    unit_id: UUID | None = None
    bed_id: UUID | None = None
    bed_named: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One message about a stay: what, when, which booking, and where, by what legal status or to what end if it says."""

    message_id: UUID
    event: str
    at: datetime
    booking: str = ""
    spot: Spot | None = None
    legal_status: str = ""
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Station:
    """A place in which the person was, from when, by which message."""

    spot: Spot
    at: datetime
    message_id: UUID


@dataclass(slots=True)
class Told:
    """One stay as the messages tell it."""

    arrival: Happening
    stations: list[Station]
    status: str
    status_at: datetime
    released: Happening | None = None
    cancelled: Happening | None = None
    reopened: Happening | None = None

    @property
    def is_open(self) -> bool:
        """True while the person is in."""
        return self.released is None and self.cancelled is None

    @property
    def here(self) -> Station:
        """Where the person is, or was last."""
        return self.stations[-1]


@dataclass(slots=True)
class History:
    """All stays in order, and what became of each message."""

    stays: list[Told] = field(default_factory=list)
    effects: dict[UUID, Effect] = field(default_factory=dict)

    def open_stay(self, booking: str) -> Told | None:
        """The stay that runs, if it is of this booking or bookings are not said."""
        last = self.last()
        return last if last is not None and last.is_open and _same_booking(last, booking) else None

    def last(self) -> Told | None:
        """The latest stay that was not cancelled."""
        return next((stay for stay in reversed(self.stays) if stay.cancelled is None), None)


def fold(happenings: Iterable[Happening]) -> History:
    """Tell the history of one person from any set of messages about them."""
    history = History()
    for one in sorted(happenings, key=lambda h: (h.at, _RANK[h.event], h.message_id)):
        history.effects[one.message_id] = _TELL[one.event](history, one)
    return history


def _same_booking(stay: Told, booking: str) -> bool:
    return not booking or not stay.arrival.booking or stay.arrival.booking == booking


def _arrive(history: History, one: Happening) -> Effect:
    last = history.last()
    if last is not None and last.is_open:
        again = one.at == last.arrival.at or (one.booking and one.booking == last.arrival.booking)
        return Effect.TOLD if again else Effect.WAITING
    if one.spot is None:
        return Effect.WAITING
    station = Station(one.spot, one.at, one.message_id)
    history.stays.append(Told(one, [station], one.legal_status, one.at))
    return Effect.TOLD


def _move(history: History, one: Happening) -> Effect:
    stay = history.open_stay(one.booking)
    if stay is None or one.spot is None:
        return Effect.WAITING
    stay.stations.append(Station(one.spot, one.at, one.message_id))
    _restate(stay, one)
    return Effect.TOLD


def _update(history: History, one: Happening) -> Effect:
    stay = history.open_stay(one.booking)
    if stay is not None:
        _restate(stay, one)
    return Effect.TOLD


def _release(history: History, one: Happening) -> Effect:
    stay = history.open_stay(one.booking)
    if stay is None:
        return Effect.WAITING
    stay.released = one
    return Effect.TOLD


def _cancel_arrival(history: History, one: Happening) -> Effect:
    stay = history.open_stay(one.booking)
    if stay is None:
        return Effect.WAITING
    stay.cancelled = one
    history.effects[stay.arrival.message_id] = Effect.CANCELLED
    return Effect.TOLD


def _cancel_move(history: History, one: Happening) -> Effect:
    stay = history.open_stay(one.booking)
    if stay is None or len(stay.stations) < 2:
        return Effect.WAITING
    history.effects[stay.stations.pop().message_id] = Effect.CANCELLED
    return Effect.TOLD


def _cancel_release(history: History, one: Happening) -> Effect:
    last = history.last()
    if last is None or last.released is None or not _same_booking(last, one.booking):
        return Effect.WAITING
    history.effects[last.released.message_id] = Effect.CANCELLED
    last.released, last.reopened = None, one
    if one.spot is not None and one.spot != last.here.spot:
        last.stations.append(
            Station(one.spot, one.at, one.message_id)
        )  # chapter 3: it may be another place than before
    return Effect.TOLD


def _restate(stay: Told, one: Happening) -> None:
    if one.legal_status and one.legal_status != stay.status:
        stay.status, stay.status_at = one.legal_status, one.at


_TELL = {
    "A01": _arrive,
    "A02": _move,
    "A03": _release,
    "A08": _update,
    "A11": _cancel_arrival,
    "A12": _cancel_move,
    "A13": _cancel_release,
}
