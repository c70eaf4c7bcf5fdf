"""Steps: what each move does to a person's standing. The actions take them one by one, the bulk loader by the thousand;
both give the same rows.
"""

from datetime import datetime
from uuid import UUID

from throughcare.custody import events, legal
from throughcare.custody.away import AwayRule
from throughcare.custody.making import (
    Places,
    Spot,
    about,
    close,
    house,
    keep_move,
    keep_stay,
    leave,
    new_move,
    segment,
    set_down,
)
from throughcare.custody.models import Away, Move, Stay
from throughcare.custody.refusals import AlreadyIn
from throughcare.custody.rules import DISCHARGED, INSIDE, OUT_MOVE
from throughcare.custody.standing import Said, Standing
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import uuid7


def admit(
    standing: Standing, places: Places, at: Said, *, to: Spot, legal_status: str, booking_number: str = ""
) -> Move:
    """Begin a stay."""
    if standing.stay is not None and standing.stay.state == "open":
        raise AlreadyIn("This person is in custody already. Nothing was changed; move or return them instead.")
    if legal_status not in INSIDE:
        raise Invalid(
            "Somebody who is admitted is accused, sentenced or held for another authority. Nothing was saved."
        )
    standing.in_time(at)
    for running in standing.segments:
        if running.until is None and not running.cancelled:
            standing.change(running, until=at.happened_at)
    stay = Stay(person_id=standing.person_id, id=uuid7(), booking_number=booking_number, admitted_at=at.happened_at)
    standing.stay, standing.count, standing.segments = stay, 0, []
    standing.add(stay)
    spot = places.checked(to, at.happened_at)
    move = new_move(standing, at, "admit", to=spot)
    segment(standing, legal_status, at.happened_at, move)
    house(standing, places, move, spot)
    keep_stay(standing)
    keep_move(move)
    standing.told.append(
        events.Admitted(
            **about(standing, move, move.to_facility_id),
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
    spot = places.checked(to, at.happened_at)
    move = new_move(standing, at, "transfer", to=spot)
    leave(standing, move)
    house(standing, places, move, spot)
    keep_move(move)
    _tell_transfer(standing, move, before.facility_id, spot.facility_id)
    return move


def move_within(standing: Standing, places: Places, at: Said, *, to: Spot) -> Move:
    """Move to another unit or bed of the same facility."""
    standing.housed()
    standing.in_time(at)
    spot = places.checked(to, at.happened_at)
    move = new_move(standing, at, "internal", to=spot)
    leave(standing, move, away=False)
    house(standing, places, move, spot)
    keep_move(move)
    standing.told.append(
        events.MovedWithin(
            **about(standing, move, move.to_facility_id), from_unit_id=move.from_unit_id, to_unit_id=move.to_unit_id
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
    move = new_move(standing, at, OUT_MOVE[rule.kind], to=None, place=place)
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
        close(standing, before, move)
        standing.placement = None
    if rule.bed == "give_up":
        set_down(standing, move, Spot(before.facility_id, before.unit_id), confirmed=False)
    keep_move(move)
    facts = about(standing, move, before.facility_id)
    if rule.kind == "escape":
        standing.told.append(events.Escaped(**facts))
    else:
        kinds = {"court": events.SentToCourt, "hospital": events.SentToHospital}
        standing.told.append(kinds.get(rule.kind, events.SentOut)(**facts, kind=rule.kind, place=place))
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
    if to is not None:
        spot = places.checked(to, at.happened_at)
    elif before is None or from_community:
        raise Invalid("Say to which facility this person returns. Nothing was changed.")
    else:
        spot = Spot(before.facility_id, before.unit_id, before.bed_id, before.bed_named)
    move = new_move(standing, at, "return", to=spot)
    if away is not None:
        close(standing, away, move)
        standing.away = None
    if to is not None:
        leave(standing, move)
        house(standing, places, move, spot)
    if from_community and status is not None:
        close(standing, status, move)
        segment(standing, legal_status or "sentenced", at.happened_at, move)
        keep_stay(standing)
    keep_move(move)
    kind = away.kind if away else "community"
    kinds = {"court": events.ReturnedFromCourt, "hospital": events.ReturnedFromHospital}
    standing.told.append(
        kinds.get(kind, events.ReturnedIn)(
            **about(standing, move, spot.facility_id), kind=kind, place=away.place if away else ""
        )
    )
    if before is not None and before.facility_id != spot.facility_id:
        _tell_transfer(standing, move, before.facility_id, spot.facility_id)
    return move


def release(
    standing: Standing,
    places: Places,
    at: Said,
    *,
    planned: bool,
    destination: str = DISCHARGED,
    to: Spot | None = None,
) -> Move:
    """Let somebody go: to liberty or supervision, which ends the stay, or into the community in custody, which doesn't."""
    target = legal.status(destination)
    if destination in INSIDE:
        raise Invalid(
            "Say where this person is released to: discharged, or a status in the community. Nothing was changed."
        )
    stay = standing.open_stay()
    standing.in_time(at)
    from_court = standing.away is not None and standing.away.kind == "court"
    stays_in = target.in_custody
    spot = places.checked(to, at.happened_at) if to is not None and stays_in else None
    move = new_move(standing, at, "release", to=spot, destination=destination, planned=planned)
    status = standing.status
    if status is not None:
        close(standing, status, move)
    leave(standing, move)
    if spot is not None:
        house(standing, places, move, spot)
    if destination != DISCHARGED:
        segment(standing, destination, at.happened_at, move)
    if not stays_in:
        standing.change(stay, state="ended", ended_at=at.happened_at)
    keep_stay(standing)
    keep_move(move)
    standing.told.append(
        events.Released(
            **about(standing, move, move.from_facility_id),
            planned=planned,
            destination=destination,
            ends_custody=not target.custody_sees,
            from_court=from_court,
        )
    )
    return move


def die(standing: Standing, at: Said) -> Move:
    """End a stay by death; who tells of the death is the people room."""
    stay = standing.open_stay()
    when = max(at.happened_at, standing.last.happened_at) if standing.last else at.happened_at
    move = new_move(standing, at, "death", to=None)
    move.happened_at = when
    if standing.status is not None:
        close(standing, standing.status, move)
    leave(standing, move)
    standing.change(stay, state="ended", ended_at=when)
    keep_stay(standing)
    keep_move(move)
    return move


def change_legal_status(standing: Standing, at: Said, *, kind: str) -> None:
    """End the segment that runs and begin another; one outside custody ends the stay of whoever is in the community."""
    target = legal.status(kind)
    stay, status = standing.open_stay(), standing.status
    if status is not None and status.kind == kind:
        return
    if standing.placement is not None and kind not in INSIDE and (status is None or status.kind in INSIDE):
        raise Invalid("This person is in a facility. Record the release, with the status as its destination.")
    standing.in_time(at)
    if status is not None:
        standing.change(status, until=max(at.happened_at, status.since))
    ends = not target.in_custody
    if kind != DISCHARGED:
        segment(standing, kind, at.happened_at)
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
            ends_custody=not target.custody_sees,
        )
    )


def _tell_transfer(standing: Standing, move: Move, one: UUID, other: UUID) -> None:
    for event, place_id in ((events.TransferredOut, one), (events.TransferredIn, other)):
        standing.told.append(event(**about(standing, move, place_id), from_facility_id=one, to_facility_id=other))
