"""The round as work that goes along on a device: whom to see, at which door, and how the checks come back."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from throughcare.care.mental_health import actions, policy, views
from throughcare.care.mental_health.models import Watch, WatchCheck
from throughcare.care.mental_health.reads import board
from throughcare.care.mental_health.rule_table import load_table
from throughcare.custody import reads as custody
from throughcare.custody.models import Placement
from throughcare.devices.entries import About, Arrival, Section, Taken
from throughcare.devices.models import DeviceEvent
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.family import family
from throughcare.ui.forms import id_or_none
from throughcare.ui.wording import t

ROUND = "round"
POSTS = ("take", "leave")
TURNS = 20_000  # rounds of PBKDF2 over a door's code: what lies open on a device does not tell it


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
            salt = secrets.token_hex(16)
            hidden = {
                place: digest_of(code, salt) for place, code in doors.items() if place in {x.place for x in lines}
            }
            drawn = [_drawn(line, told, hidden, lens) for line in lines]
            return {"as_of": clock.now().isoformat(), "salt": salt, "turns": TURNS, "people": drawn}

        return Section(content, tuple(whom))

    def keep_for(self, device_id: UUID, own: Sequence[UUID], since: datetime, until: datetime) -> None:
        """Nothing of a round belongs to one device alone."""

    def let_go(self, device_id: UUID, at: datetime) -> None:
        """Nothing of a round belonged to one device alone."""

    def owned(self, devices: Sequence[UUID], at: datetime) -> Mapping[UUID, int]:
        """Count nothing: two people may see somebody at once."""
        return {}

    def about(self, body: Mapping[str, Any]) -> About:
        """Read whom an entry is about, and what was seen, or that a post was taken or left."""
        person_id, watch_id = id_or_none(body.get("person_id")), id_or_none(body.get("watch_id"))
        behaviour = load_table().behaviours.get(str(body.get("behaviour", "")))
        post = body.get("verb") in POSTS
        if person_id is None or watch_id is None or (behaviour is None and not post):
            raise Invalid("This check can't be read.")
        return About(
            person_id, watch_id, t(f"rounds.said_{body['verb']}") if post else behaviour.short if behaviour else ""
        )

    def ahead(self, bodies: Sequence[Mapping[str, Any]]) -> None:
        """Ask nothing ahead: a phone sends a look or two at once."""

    def take(self, arrival: Arrival) -> Taken:
        """Let a look or a post stand at its own time; a look after the watch ended is kept as well.

        What is about somebody whom another facility watched then is refused, and a person decides.
        """
        body = arrival.entry.body
        about = self.about(body)
        rows = Watch.objects.filter(id__in=[about.about_id], person_id__in=[about.person_id])
        if (row := rows.first()) is None:
            return Taken("kept", "unknown_watch", "There is no such watch of this person.")
        if not _was_here(row, arrival):
            return Taken("kept", "other_facility", t("rounds.other_facility"))
        if body.get("verb") in POSTS:
            return _post(row, arrival)
        return _look(row, arrival)

    def kept(self, row: DeviceEvent) -> None:
        """Tell nobody: a look that is kept makes nobody be seen less; the round still asks for the next one."""

    def looked_at(self, row: DeviceEvent) -> None:
        """Hear it: nothing of a round waited for that."""


def _look(row: Watch, arrival: Arrival) -> Taken:
    body, entry = arrival.entry.body, arrival.entry
    # A device that was set back sends one number twice: the look stands, and the floor of devices has it looked at.
    twice = WatchCheck.objects.filter(device_id=arrival.device.id, sequence=entry.sequence).exists()
    actions.record_round(
        actor=arrival.actor,
        id=entry.event_id,
        watch_id=row.id,
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


def _post(row: Watch, arrival: Arrival) -> Taken:
    body = arrival.entry.body
    if body["verb"] == "leave":
        actions.leave_post(
            actor=arrival.actor, person_id=row.person_id, watch_id=row.id, happened_at=arrival.happened_at
        )
    else:
        actions.take_post(
            actor=arrival.actor,
            person_id=row.person_id,
            watch_id=row.id,
            door=str(body.get("door", ""))[:40],
            told=str(body.get("told", "")),
            happened_at=arrival.happened_at,
        )
    return Taken()


def _was_here(row: Watch, arrival: Arrival) -> bool:
    """Tell whether the device's facility watched the person when the entry was made: now, or until they moved on."""
    here, at = arrival.device.facility_id, arrival.happened_at
    stays = Placement.objects.filter(
        Q(until=None) | Q(until__gte=at), person_id__in=family(row.person_id), facility_id=here, since__lte=at
    )
    return row.facility_id == here or stays.filter(cancelled=False).exists()


def digest_of(code: str, salt: str) -> str:
    """Give what a device holds of a door's code: enough to know it when it is typed, too little to read it."""
    return hashlib.pbkdf2_hmac("sha256", code.encode(), bytes.fromhex(salt), TURNS, 16).hex()


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
        "observer": one.line.observer,
        "mine": one.line.mine,
        "rests": one.line.rests,
        "last": line.watch.last_seen_at.isoformat(),
        "next": line.turn.isoformat(),
        "do": [{"do": s.do, "first_aid": s.first_aid, "call": s.call} for s in one.sentences],
        "may_not": one.taken,
        "may_use": one.watched,
        "may_have": one.given,
    }
