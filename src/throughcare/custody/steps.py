"""Steps: what each move does to a person's standing. The actions take them one by one, the bulk loader by the thousand;
both give the same rows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from throughcare import ledger
from throughcare.custody import events, fhir
from throughcare.custody.away import AwayRule
from throughcare.custody.models import Away, Facility, LegalStatus, Move, Placement, Stay
from throughcare.custody.refusals import AlreadyIn
from throughcare.custody.rules import DESTINATIONS, INSIDE, LEGAL_KINDS, LIBERTY, OUT_MOVE, in_custody
from throughcare.custody.standing import Said, Standing
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to be put: a facility at least. `bed_named` is what a feed calls a bed that we don't know."""

    facility_id: UUID
    unit_id: UUID | None = None
    bed_id: UUID | None = None
    bed_named: str = ""


class Places(Protocol):
    """What steps ask of places."""

    def checked(self, spot: Spot, at: datetime) -> Spot:
        """Give the spot with its unit filled in; refuse one that is not a place at that time."""

    def facility(self, facility_id: UUID) -> Facility:
        """Give a facility."""

    def taken(self, bed_id: UUID, person_id: UUID) -> bool:
        """Tell whether somebody else is confirmed in this bed; hold the bed until the action ends."""


def admit(
    standing: Standing, places: Places, at: Said, *, to: Spot, legal_status: str, booking_number: str = ""
) -> Move:
    """Begin a stay."""
    if standing.stay is not None and standing.stay.state == "open":
        raise AlreadyIn("This person is in custody already. Nothing was changed; move or return them instead.")
    if legal_status not in INSIDE:
        raise Invalid("Somebody who is admitted is pretrial or sentenced. Nothing was saved.")
    standing.in_time(at)
    for segment in standing.segments:
        if segment.until is None and not segment.cancelled:
            standing.change(segment, until=at.happened_at)
    stay = Stay(
        person_id=standing.person_id, id=uuid7(), booking_number=booking_number, admitted_at=at.happened_at
    )
    standing.stay, standing.count, standing.segments = stay, 0, []
    standing.add(stay)
    move = _move(standing, at, "admit", to=places.checked(to, at.happened_at))
    _segment(standing, legal_status, move)
    _house(standing, places, move)
    keep_stay(standing)
    keep_move(move)
    standing.told.append(
        events.Admitted(
            **_about(standing, move, move.to_facility_id),
            facility_kind=places.facility(to.facility_id).kind,
            legal_status=legal_status,
            sex=standing.sex,
        )
    )
    return move


def transfer(standing: Standing, places: Places, at: Said, *, to: Spot) -> Move:
    """Move to another facility; whoever was out is in again by it."""
    before = standing.housed()
    if to.facility_id == before.facility_id:
        return move_within(standing, places, at, to=to)
    standing.in_time(at)
    move = _move(standing, at, "transfer", to=places.checked(to, at.happened_at))
    _leave(standing, move)
    _house(standing, places, move)
    keep_move(move)
    ends = {"from_facility_id": move.from_facility_id, "to_facility_id": move.to_facility_id}
    standing.told.append(events.TransferredOut(**_about(standing, move, move.from_facility_id), **ends))
    standing.told.append(events.TransferredIn(**_about(standing, move, move.to_facility_id), **ends))
    return move


def move_within(standing: Standing, places: Places, at: Said, *, to: Spot) -> Move:
    """Move to another unit or bed of the same facility."""
    standing.housed()
    standing.in_time(at)
    move = _move(standing, at, "internal", to=places.checked(to, at.happened_at))
    _leave(standing, move, away=False)
    _house(standing, places, move)
    keep_move(move)
    standing.told.append(
        events.MovedWithin(
            **_about(standing, move, move.to_facility_id), from_unit_id=move.from_unit_id, to_unit_id=move.to_unit_id
        )
    )
    return move


def send_out(
    standing: Standing, at: Said, *, rule: AwayRule, place: str = "", expected_back: datetime | None = None
) -> Move:
    """Let somebody leave for a while; the rule says what becomes of the bed."""
    before = standing.housed()
    if standing.away is not None:
        raise AlreadyIn("This person is out already. Nothing was changed; return them first.")
    standing.in_time(at)
    move = _move(standing, at, OUT_MOVE[rule.kind], to=None, place=place)
    away = Away(
        person_id=standing.person_id,
        id=uuid7(),
        stay_id=move.stay_id,
        kind=rule.kind,
        place=place,
        expected_back=expected_back,
        since=at.happened_at,
        opened_by=move,
    )
    standing.away = away
    standing.add(away)
    if rule.bed != "keep":
        _close(standing, before, move)
        standing.placement = None
    if rule.bed == "give_up":
        _place(standing, move, Spot(before.facility_id, before.unit_id), confirmed=False)
    keep_move(move)
    about = _about(standing, move, before.facility_id)
    if rule.kind == "escape":
        standing.told.append(events.Escaped(**about))
    else:
        kinds = {"court": events.SentToCourt, "hospital": events.SentToHospital}
        standing.told.append(kinds.get(rule.kind, events.SentOut)(**about, kind=rule.kind, place=place))
    return move


def return_in(standing: Standing, places: Places, at: Said, *, to: Spot | None = None, legal_status: str = "") -> Move:
    """Take somebody back who was out, or in the community."""
    standing.open_stay()
    away, before = standing.away, standing.placement
    status = standing.status
    from_community = status is not None and status.kind not in INSIDE
    if away is None and not from_community:
        raise AlreadyIn("This person is in already. Nothing was changed.")
    standing.in_time(at)
    if to is None and (before is None or from_community):
        raise Invalid("Say to which facility this person returns. Nothing was changed.")
    spot = places.checked(to, at.happened_at) if to is not None else _spot(before)
    move = _move(standing, at, "return", to=spot)
    if away is not None:
        _close(standing, away, move)
        standing.away = None
    if to is not None:
        _leave(standing, move)
        _house(standing, places, move)
    if from_community and status is not None:
        _close(standing, status, move)
        _segment(standing, legal_status or "sentenced", move)
        keep_stay(standing)
    keep_move(move)
    kind = away.kind if away else "community"
    kinds = {"court": events.ReturnedFromCourt, "hospital": events.ReturnedFromHospital}
    standing.told.append(
        kinds.get(kind, events.ReturnedIn)(
            **_about(standing, move, spot.facility_id), kind=kind, place=away.place if away else ""
        )
    )
    if before is not None and before.facility_id != spot.facility_id:
        ends = {"from_facility_id": before.facility_id, "to_facility_id": spot.facility_id}
        standing.told.append(events.TransferredOut(**_about(standing, move, before.facility_id), **ends))
        standing.told.append(events.TransferredIn(**_about(standing, move, spot.facility_id), **ends))
    return move


def release(
    standing: Standing, places: Places, at: Said, *, planned: bool, destination: str = LIBERTY, to: Spot | None = None
) -> Move:
    """Let somebody go: to liberty or supervision, which ends the stay, or into the community in custody, which doesn't."""
    if destination not in DESTINATIONS:
        raise Invalid("Say where this person is released to: liberty, or a kind of supervision. Nothing was changed.")
    stay = standing.open_stay()
    standing.in_time(at)
    from_court = standing.away is not None and standing.away.kind == "court"
    stays_in = destination != LIBERTY and in_custody(destination)
    spot = places.checked(to, at.happened_at) if to is not None and stays_in else None
    move = _move(standing, at, "release", to=spot, destination=destination, planned=planned)
    status = standing.status
    if status is not None:
        _close(standing, status, move)
    _leave(standing, move)
    if spot is not None:
        _house(standing, places, move)
    if destination != LIBERTY:
        _segment(standing, destination, move)
    if not stays_in:
        standing.change(stay, state="ended", ended_at=at.happened_at)
    keep_stay(standing)
    keep_move(move)
    standing.told.append(
        events.Released(
            **_about(standing, move, move.from_facility_id),
            planned=planned,
            destination=destination,
            ends_custody=not stays_in,
            from_court=from_court,
        )
    )
    return move


def die(standing: Standing, at: Said) -> Move:
    """End a stay by death; who tells of the death is the people room."""
    stay = standing.open_stay()
    when = max(at.happened_at, standing.last.happened_at) if standing.last else at.happened_at
    move = _move(standing, at, "death", to=None)
    move.happened_at = when
    if standing.status is not None:
        _close(standing, standing.status, move)
    _leave(standing, move)
    standing.change(stay, state="ended", ended_at=when)
    keep_stay(standing)
    keep_move(move)
    return move


def change_legal_status(standing: Standing, at: Said, *, kind: str) -> None:
    """End the segment that runs and begin another; one outside custody ends the stay of whoever is in the community."""
    if kind not in LEGAL_KINDS:
        raise Invalid("This is not a legal status. Nothing was changed.")
    stay, status = standing.open_stay(), standing.status
    if status is not None and status.kind == kind:
        return
    if standing.placement is not None and kind not in INSIDE and (status is None or status.kind in INSIDE):
        raise Invalid("This person is in a facility. Record the release, with the status as its destination.")
    standing.in_time(at)
    if status is not None:
        standing.change(status, until=max(at.happened_at, status.since))
    ends = not in_custody(kind)
    _segment(standing, kind, None, since=at.happened_at)
    if ends:
        if standing.placement is not None:
            standing.change(standing.placement, until=at.happened_at)
            standing.placement = None
        if standing.away is not None:
            standing.change(standing.away, until=at.happened_at)
            standing.away = None
        standing.change(stay, state="ended", ended_at=at.happened_at)
    keep_stay(standing)
    standing.told.append(
        events.StatusChanged(
            happened_at=at.happened_at,
            person_id=standing.person_id,
            facility_id=standing.placement.facility_id if standing.placement else None,
            ref=stay.id,
            stay_id=stay.id,
            before=status.kind if status else "",
            after=kind,
            ends_custody=ends,
        )
    )


def _move(
    standing: Standing,
    at: Said,
    kind: str,
    *,
    to: Spot | None,
    place: str = "",
    destination: str = "",
    planned: bool = True,
) -> Move:
    before = standing.placement
    standing.count += 1
    move = Move(
        person_id=standing.person_id,
        id=uuid7(),
        stay=standing.stay,
        n=standing.count,
        kind=kind,
        from_facility_id=before.facility_id if before else None,
        from_unit_id=before.unit_id if before else None,
        from_bed_id=before.bed_id if before else None,
        to_facility_id=to.facility_id if to else None,
        to_unit_id=to.unit_id if to else None,
        to_bed_id=to.bed_id if to else None,
        bed_named=to.bed_named if to else "",
        place=place,
        destination=destination,
        planned=planned,
        happened_at=at.happened_at,
        received_at=at.received_at,
        source=at.actor.source,
        source_ref=at.ref,
        moved_by=at.actor.label(),
    )
    standing.add(move)
    standing.last = move
    return move


def _house(standing: Standing, places: Places, move: Move) -> None:
    """Put the person where the move says. A bed that is taken or unknown stays unconfirmed, and never stops the move."""
    assert move.to_facility_id is not None
    confirmed = move.to_bed_id is not None and not places.taken(move.to_bed_id, standing.person_id)
    _place(
        standing,
        move,
        Spot(move.to_facility_id, move.to_unit_id, move.to_bed_id, move.bed_named),
        confirmed=confirmed,
    )
    if not confirmed and (move.to_bed_id is not None or move.bed_named):
        standing.told.append(events.BedUnconfirmed(**_about(standing, move, move.to_facility_id)))


def _place(standing: Standing, move: Move, spot: Spot, *, confirmed: bool) -> None:
    placement = Placement(
        person_id=standing.person_id,
        id=uuid7(),
        stay_id=move.stay_id,
        facility_id=spot.facility_id,
        unit_id=spot.unit_id,
        bed_id=spot.bed_id,
        bed_named=spot.bed_named,
        confirmed=confirmed,
        since=move.happened_at,
        opened_by=move,
    )
    standing.placement = placement
    standing.add(placement)


def _leave(standing: Standing, move: Move, *, away: bool = True) -> None:
    if standing.placement is not None:
        _close(standing, standing.placement, move)
        standing.placement = None
    if away and standing.away is not None:
        _close(standing, standing.away, move)
        standing.away = None


def _close(standing: Standing, row: Placement | Away | LegalStatus, move: Move) -> None:
    standing.change(row, until=max(move.happened_at, row.since), closed_by=move)


def _segment(standing: Standing, kind: str, move: Move | None, since: datetime | None = None) -> None:
    segment = LegalStatus(
        person_id=standing.person_id,
        id=uuid7(),
        stay=standing.stay,
        kind=kind,
        since=move.happened_at if move else since,
        opened_by=move,
    )
    standing.segments.append(segment)
    standing.add(segment)


def _spot(placement: Placement | None) -> Spot:
    assert placement is not None
    return Spot(placement.facility_id, placement.unit_id, placement.bed_id, placement.bed_named)


def _about(standing: Standing, move: Move, facility_id: UUID | None) -> dict[str, Any]:
    return {
        "happened_at": move.happened_at,
        "person_id": standing.person_id,
        "facility_id": facility_id,
        "ref": move.id,
        "stay_id": move.stay_id,
    }


def keep_stay(standing: Standing) -> None:
    stay = standing.stay
    assert stay is not None
    ledger.record(
        type="Stay",
        id=stay.id,
        person_id=stay.person_id,
        data_class=DataClass.DEMOGRAPHICS,
        media="throughcare/Stay",
        body=fhir.stay(stay, standing.segments),
        happened_at=stay.ended_at or stay.admitted_at,
    )


def keep_move(move: Move) -> None:
    ledger.record(
        type="Move",
        id=move.id,
        person_id=move.person_id,
        data_class=DataClass.DEMOGRAPHICS,
        media="throughcare/Move",
        body=fhir.move(move),
        happened_at=move.happened_at,
    )
