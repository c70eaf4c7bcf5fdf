"""Bringing custody's record of one person in line with the history that the messages tell, by custody's own actions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughcare.custody import actions as custody
from throughcare.custody.models import Facility, LegalStatus, Move, Placement, Stay
from throughcare.custody.rules import DISCHARGED, INSIDE
from throughcare.exchange.hl7v2 import whom
from throughcare.exchange.hl7v2.history import Effect, Happening, History, Spot, Told
from throughcare.exchange.hl7v2.holding import Hold
from throughcare.exchange.hl7v2.rules import EVENTS
from throughcare.exchange.models import Message
from throughcare.kernel.actor import Actor
from throughcare.people import actions as people
from throughcare.people.models import Person

_TAKEN_BACK = "Custody's system took it back."
_OLDER = "Older than what the record says of this person; kept, and nothing was changed."


@dataclass(slots=True)
class Reconciliation:
    """Each stay that is told, against what custody has; each difference becomes one action."""

    person_id: UUID
    row: Message
    actor: Actor
    history: History
    laid: bool = False

    def run(self, event: str) -> str:
        """Do what is missing, in order, and say what it came to without naming anybody."""
        stays = self.history.stays
        followed = [any(later.cancelled is None for later in stays[n + 1 :]) for n in range(len(stays))]
        known = [
            self._tell(told, is_latest=told is stays[-1], is_past=past)
            for told, past in zip(stays, followed, strict=True)
        ]
        if not known[-1]:
            return _OLDER
        if self.laid:
            return f"{EVENTS[event]}: an earlier stay, laid in its place."
        latest = stays[-1]
        if latest.cancelled is not None:
            return f"{EVENTS[event]}: recorded."
        facility = Facility.objects.filter(id=latest.here.spot.facility_id).values_list("short_name", flat=True).first()
        return f"{EVENTS[event]}: {facility}."

    def _tell(self, told: Told, *, is_latest: bool, is_past: bool) -> bool:
        """Bring one stay in line; False where it is older than what the record says and stays out of it.

        A stay that ended before another one began stands as it was laid: what comes of it later is kept with its message.
        """
        stay = self._stay(told)
        if told.cancelled is not None:
            self._cancel(stay, told.cancelled)
            return True
        if stay is not None and is_past and stay.state == "ended":
            return True
        begun = stay is None
        stay = stay or self._begin(told, is_latest=is_latest)
        if stay is None:
            return False
        if begun and told.is_open and len(told.stations) == 1 and told.status == told.arrival.legal_status:
            return True  # the common case: somebody arrives, and nothing more is known yet
        self._reopen(stay)
        self._move(stay, told)
        self._restate(stay, told)
        self._end(stay, told)
        return True

    def _stay(self, told: Told) -> Stay | None:
        arrival = told.arrival.message_id
        if arrival == self.row.id:
            stay_id = self.row.stay_id
        else:
            stay_id = Message.objects.filter(id=arrival).values_list("stay_id", flat=True).first()
            stay_id = stay_id or Move.objects.filter(id=arrival).values_list("stay_id", flat=True).first()
        return Stay.objects.filter(id=stay_id).first() if stay_id else None

    def _cancel(self, stay: Stay | None, by: Happening) -> None:
        if stay is not None and stay.state == "open":
            custody.cancel_admission(
                actor=self.actor, person_id=self.person_id, why=_TAKEN_BACK, source_ref=str(by.message_id)
            )

    def _begin(self, told: Told, *, is_latest: bool) -> Stay | None:
        last = Move.objects.filter(person_id__in=self._family(), cancelled_at=None).order_by("-happened_at").first()
        if last is not None and last.happened_at > told.arrival.at and not (told.is_open and is_latest):
            return self._lay(told)
        running = Stay.objects.filter(person_id__in=self._family(), state="open").first()
        if running is not None:
            return self._return(running, told)
        moved = custody.admit(
            actor=self.actor,
            person_id=self.person_id,
            to=_spot(told.stations[0].spot),
            legal_status=told.arrival.legal_status or "accused",
            booking_number=told.arrival.booking,
            happened_at=told.arrival.at,
            received_at=self.row.received_at,
            source_ref=str(told.arrival.message_id),
        )
        return self._remember(told, moved.stay_id)

    def _lay(self, told: Told) -> Stay | None:
        """Lay a stay that was over before what the record says, in its place; raise Overlaps where it has none."""
        if told.released is None:
            return None
        moved = custody.record_past_stay(
            actor=self.actor,
            person_id=self.person_id,
            stations=[custody.Station(_spot(s.spot), s.at, str(s.message_id)) for s in told.stations],
            ended_at=told.released.at,
            ended_ref=str(told.released.message_id),
            legal_status=told.arrival.legal_status or "accused",
            booking_number=told.arrival.booking,
            received_at=self.row.received_at,
        )
        self.laid = True
        return self._remember(told, moved.stay_id)

    def _return(self, running: Stay, told: Told) -> Stay:
        """Somebody who was in the community, still in custody, is brought back inside."""
        status = _status(running)
        if status is None or status.kind in INSIDE:
            sentence = (
                "This person is in custody under another arrival, and no release of it has come. It waits for that."
            )
            raise Hold("out_of_order", sentence, whom.key_of(self.person_id))
        custody.return_in(
            actor=self.actor,
            person_id=self.person_id,
            to=_spot(told.stations[0].spot),
            legal_status=told.arrival.legal_status,
            happened_at=told.arrival.at,
            received_at=self.row.received_at,
            source_ref=str(told.arrival.message_id),
        )
        return self._remember(told, running.id)

    def _remember(self, told: Told, stay_id: UUID) -> Stay:
        if told.arrival.message_id == self.row.id:
            self.row.stay_id = stay_id
        else:
            Message.objects.filter(id=told.arrival.message_id).update(stay_id=stay_id)
        return Stay.objects.get(id=stay_id)

    def _reopen(self, stay: Stay) -> None:
        """Take back a release that a message cancelled, as the last thing that custody recorded."""
        last = _moves(stay)[-1:]
        if last and last[0].kind == "release" and self._is_cancelled(last[0]):
            custody.cancel_release(
                actor=self.actor, person_id=self.person_id, why=_TAKEN_BACK, source_ref=str(self.row.id)
            )
            stay.refresh_from_db()

    def _move(self, stay: Stay, told: Told) -> None:
        moves = _moves(stay)
        if stay.state != "open" or not moves or moves[-1].kind == "release":
            return
        while moves[-1].kind in ("transfer", "internal") and self._is_cancelled(moves[-1]):
            custody.cancel_transfer(
                actor=self.actor, person_id=self.person_id, why=_TAKEN_BACK, source_ref=str(self.row.id)
            )
            moves = _moves(stay)
        for station in told.stations[1:]:
            known = {ref for move in moves for ref in (move.source_ref, str(move.id))}
            if str(station.message_id) not in known and station.at >= moves[-1].happened_at:
                self._put(stay, station.spot, station.at, station.message_id)
                moves = _moves(stay)
        if moves[-1].kind in ("admit", "transfer", "internal"):
            here = told.here
            self._put(stay, here.spot, max(here.at, moves[-1].happened_at), here.message_id)

    def _put(self, stay: Stay, spot: Spot, at: datetime, by: UUID) -> None:
        placed = Placement.objects.filter(stay=stay, until=None, cancelled=False).first()
        if placed is None or _is_there(placed, spot):
            return
        custody.transfer(
            actor=self.actor,
            person_id=self.person_id,
            to=_spot(spot),
            happened_at=at,
            received_at=self.row.received_at,
            source_ref=str(by),
        )

    def _is_cancelled(self, move: Move) -> bool:
        """True where the history says that the message, or the person's own record, behind this move was taken back."""
        effects = self.history.effects
        taken_back = {str(one) for one, effect in effects.items() if effect is Effect.CANCELLED}
        return bool(taken_back & {move.source_ref, str(move.id)})

    def _restate(self, stay: Stay, told: Told) -> None:
        running, moves = _status(stay), _moves(stay)
        if stay.state != "open" or running is None or running.kind not in INSIDE or not told.status:
            return
        if running.kind == told.status or told.status_at < running.since:
            return
        custody.change_legal_status(
            actor=self.actor,
            person_id=self.person_id,
            kind=told.status,
            happened_at=max(told.status_at, moves[-1].happened_at),
            received_at=self.row.received_at,
            source_ref=str(self.row.id),
        )

    def _end(self, stay: Stay, told: Told) -> None:
        released = told.released
        known = {ref for move in _moves(stay) for ref in (move.source_ref, str(move.id))}
        if released is None or stay.state != "open" or str(released.message_id) in known:
            return
        if released.ending == "died":
            people.record_death(actor=self.actor, person_id=self.person_id, at=released.at)
            stay.refresh_from_db()
            if stay.state != "open":
                return
        custody.release(
            actor=self.actor,
            person_id=self.person_id,
            destination=released.ending if released.ending not in ("", "died") else DISCHARGED,
            happened_at=released.at,
            received_at=self.row.received_at,
            source_ref=str(released.message_id),
        )

    def _family(self) -> list[UUID]:
        return [self.person_id, *Person.objects.filter(survivor_id=self.person_id).values_list("id", flat=True)]


def _moves(stay: Stay) -> list[Move]:
    return list(Move.objects.filter(stay=stay, cancelled_at=None).order_by("n"))


def _status(stay: Stay) -> LegalStatus | None:
    return LegalStatus.objects.filter(stay=stay, until=None, cancelled=False).order_by("-since").first()


def _spot(spot: Spot) -> custody.Spot:
    return custody.Spot(spot.facility_id, spot.unit_id, spot.bed_id, spot.bed_named)


def _is_there(placed: Placement, spot: Spot) -> bool:
    return (placed.facility_id, placed.unit_id, placed.bed_id, placed.bed_named) == (
        spot.facility_id,
        spot.unit_id,
        spot.bed_id,
        spot.bed_named,
    )
