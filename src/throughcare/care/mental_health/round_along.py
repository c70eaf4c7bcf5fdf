"""The rounds as work that goes along on a phone: whom to see at which door, and every look or change of post, once (SUI-01, 02)."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from throughcare.care.mental_health import actions, along_views, policy
from throughcare.care.mental_health.models import Watch, WatchCheck
from throughcare.care.mental_health.reads import along as reads
from throughcare.custody.models import Placement
from throughcare.devices.entries import About, Arrival, Section, Taken
from throughcare.kernel.errors import Invalid
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass

ROUND = "round"
POSTS = ("take", "leave")


class SentRound(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone says of one look, or of a post taken or left; `door` is the code that was scanned or typed there."""

    person_id: UUID
    watch_id: UUID
    verb: str = "check"
    behaviour: str = ""
    door: str = ""
    note: str = ""
    told: str = ""


class Rounds:
    """Looks at people on watch, and posts of constant observation: the kind `round`."""

    data_class: DataClass = DataClass.OPERATIONAL_ALERT
    carry = policy.ROUNDS
    review = policy.BOARD
    page, shell, person_page = "rounds_along", "rounds_along_shell", "watch"
    files: tuple[str, ...] = ("mental_health/rounds.css", "mental_health/along.js")

    def section(self, lens: Lens, facility_id: UUID, device_id: UUID, asked: Mapping[str, str]) -> Section:
        """Give the round of a facility as its carrier may know it, with the doors' codes in a form that can't be read off."""
        lines, alerts = reads.lines(lens, facility_id)
        doors = reads.doors(lens, facility_id)

        def content() -> dict[str, Any]:
            salt = str(device_id)
            return {
                **along_views.round_of(lens, lines, alerts),
                "salt": salt,
                "doors": [[hashlib.sha256(f"{salt}{code}".encode()).hexdigest(), place] for code, place in doors],
            }

        return Section(content, tuple(line.watch.person_id for line in lines))

    def keep_for(self, device_id: UUID, own: Sequence[UUID], since: datetime, until: datetime) -> None:
        """Nothing belongs to one phone: two may look at one person, and that is no harm."""

    def let_go(self, device_id: UUID, at: datetime) -> None:
        """Nothing belonged to it."""

    def owned(self, devices: Sequence[UUID], at: datetime) -> Mapping[UUID, int]:
        """Nothing belongs to any."""
        return {}

    def about(self, body: Mapping[str, Any]) -> About:
        """Read whose watch an entry is about, and what was seen or done."""
        said = read_round(body)
        return About(said.person_id, said.watch_id, said.behaviour if said.verb == "check" else said.verb)

    def take(self, arrival: Arrival) -> Taken:
        """Record the look or the change of post at its own time; an ended watch, or another house's, is for a person to look at."""
        said = read_round(arrival.entry.body)
        watch = Watch.objects.filter(id=said.watch_id, person_id=said.person_id).first()
        if watch is None:
            return Taken("kept", "unknown_watch", "There is no such watch of this person.")
        if not _was_here(watch, arrival.device.facility_id, arrival.happened_at):
            return Taken("kept", "watched_elsewhere", "The person was at another facility then.")
        if said.verb in POSTS:
            return _post(arrival, said)
        return _check(arrival, said)


def read_round(body: Mapping[str, Any]) -> SentRound:
    """Read what a phone said; what can't be read raises Invalid."""
    try:
        said = msgspec.convert(body, SentRound, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid("This entry can't be read.") from error
    if said.verb not in ("check", *POSTS):
        raise Invalid("This entry can't be read.")
    return said


def _check(arrival: Arrival, said: SentRound) -> Taken:
    number = arrival.entry.sequence
    # A device that was set back sends one number twice: the look stands, and the floor of devices has it looked at.
    twice = WatchCheck.objects.filter(device_id=arrival.device.id, sequence=number).exists()
    done = actions.record_round(
        actor=arrival.actor,
        id=arrival.entry.event_id,
        watch_id=said.watch_id,
        behaviour=said.behaviour,
        door=said.door,
        note=said.note,
        happened_at=arrival.entry.at,
        skew_seconds=round(arrival.entry.skew_ms / 1000),
        device=None if twice else arrival.device.id,
        sequence=None if twice else number,
        source="device",
    )
    return Taken() if done.running else Taken("applied", "after_watch", "The watch had ended when this look arrived.")


def _post(arrival: Arrival, said: SentRound) -> Taken:
    about: dict[str, Any] = {"actor": arrival.actor, "person_id": said.person_id, "watch_id": said.watch_id}
    if said.verb == "take":
        actions.take_post(**about, door=said.door, told=said.told, happened_at=arrival.happened_at)
    else:
        actions.leave_post(**about, happened_at=arrival.happened_at)
    return Taken()


def _was_here(watch: Watch, facility_id: UUID, at: datetime) -> bool:
    if watch.facility_id == facility_id:
        return True
    there = Placement.objects.filter(person_id=watch.person_id, facility_id=facility_id, cancelled=False, since__lte=at)
    return there.exclude(until__lte=at).exists()
