"""The round as work that goes along on a device: whom to see, at which door, and how the checks come back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare.care.mental_health import actions, policy, views
from throughcare.care.mental_health.models import Watch, WatchCheck
from throughcare.care.mental_health.reads import board
from throughcare.care.mental_health.rule_table import load_table
from throughcare.custody import reads as custody
from throughcare.devices.entries import About, Arrival, Section, Taken
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass
from throughcare.ui.forms import id_or_none

ROUND = "round"


class Rounds:
    """Checks made on a round: the kind `round`."""

    data_class: DataClass = DataClass.OPERATIONAL_ALERT
    carry = policy.ROUNDS
    review = policy.BOARD
    page, shell, person_page = "rounds", "rounds_shell", "watch"
    files: tuple[str, ...] = (
        "mental_health/rounds.css",
        "mental_health/rounds.js",
        "mental_health/rounds_along.js",
    )

    def section(self, lens: Lens, facility_id: UUID, device_id: UUID, asked: Mapping[str, str]) -> Section:
        """Give the round as it stands: door, order and what to do, for everybody on it; nothing of care."""
        lines = board.rounds(lens, facility_id)
        whom = [line.watch.person_id for line in lines]
        phone = custody.facility(lens, facility_id).nurse_phone
        told = custody.alerts_of(lens, whom, phone=phone)
        doors = board.door_codes(lens, facility_id)

        def content() -> dict[str, Any]:
            return {"as_of": clock.now().isoformat(), "people": [_drawn(line, told, doors, lens) for line in lines]}

        return Section(content, tuple(whom))

    def keep_for(self, device_id: UUID, own: Sequence[UUID], since: datetime, until: datetime) -> None:
        """Nothing of a round belongs to one device alone."""

    def let_go(self, device_id: UUID, at: datetime) -> None:
        """Nothing of a round belonged to one device alone."""

    def owned(self, devices: Sequence[UUID], at: datetime) -> Mapping[UUID, int]:
        """Count nothing: two people may see somebody at once."""
        return {}

    def about(self, body: Mapping[str, Any]) -> About:
        """Read whom a check is about, and what was seen."""
        person_id, watch_id = id_or_none(body.get("person_id")), id_or_none(body.get("watch_id"))
        behaviour = load_table().behaviours.get(str(body.get("behaviour", "")))
        if person_id is None or watch_id is None or behaviour is None:
            raise Invalid("This check can't be read.")
        return About(person_id, watch_id, behaviour.short)

    def take(self, arrival: Arrival) -> Taken:
        """Let the check stand at the time at which it was made; one after the watch ended is kept as well."""
        body, entry = arrival.entry.body, arrival.entry
        about = self.about(body)
        if about.about_id is None or about.person_id is None or not _is_of(about.about_id, about.person_id):
            return Taken("kept", "unknown_watch", "There is no such watch of this person.")
        # A device that was set back sends one number twice: the look stands, and the floor of devices has it looked at.
        twice = WatchCheck.objects.filter(device_id=arrival.device.id, sequence=entry.sequence).exists()
        actions.record_round(
            actor=arrival.actor,
            id=entry.event_id,
            watch_id=about.about_id,
            behaviour=str(body.get("behaviour", "")),
            door=str(body.get("door", ""))[:40],
            note=str(body.get("note", "")),
            happened_at=entry.at or arrival.received_at,
            skew_seconds=round(entry.skew_ms / 1000),
            device=None if twice else arrival.device.id,
            sequence=None if twice else entry.sequence,
            source="device",
        )
        return Taken()


def _is_of(watch_id: UUID, person_id: UUID) -> bool:
    return Watch.objects.filter(id=watch_id, person_id=person_id).exists()


def _drawn(
    line: board.Line, told: Mapping[UUID, Sequence[custody.AlertLine]], doors: Mapping[str, str], lens: Lens
) -> dict[str, Any]:
    one = views.round_one(line, lens.user_id, told.get(line.watch.person_id, ()))
    return {
        "watch": str(line.watch.id),
        "person": str(line.watch.person_id),
        "name": one.line.name,
        "number": one.number,
        "place": one.line.place,
        "door": doors.get(one.line.place, ""),
        "constant": one.line.constant,
        "rests": one.line.rests,
        "last": line.watch.last_seen_at.isoformat(),
        "next": line.turn.isoformat(),
        "do": [{"do": s.do, "first_aid": s.first_aid, "call": s.call} for s in one.sentences],
        "may_not": one.taken,
        "may_use": one.watched,
        "may_have": one.given,
    }
