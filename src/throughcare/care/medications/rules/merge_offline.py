"""What devices charted without a network, merged. The state is the set of everything charted, so it is the same whatever was
repeated, reordered or interrupted; how each dose stands is read from that set in the order of corrected time. Nothing is dropped:
what can't stand is kept beside, for a person to look at. An error names the charting it takes back, never merely the latest one:
else a late-coming second giving could leave a swallowed dose looking open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from throughcare.care.medications.rules.statuses import CHARTED, GIVEN, TAKEN, Status, may_follow
from throughcare.duties.calendar import aware

SERVER = ""
"""The device name of what was charted online."""
SWALLOWED = GIVEN | {Status.SELF, Status.PARTIAL}
"""Statuses that say a dose went in; vomited only says what became of it after."""


@dataclass(frozen=True, slots=True, order=True)
class Charted:
    """One charting of one dose, on a device or (device empty, sequence 0) online. `skew` is how far the device's clock is ahead."""

    id: str
    digest: str
    device: str
    sequence: int
    at: datetime
    skew: timedelta
    dose: str
    status: Status
    by: str = ""
    second: str = ""
    corrects: str = ""
    """Of an error: the id of the charting that it takes back."""

    @property
    def happened_at(self) -> datetime:
        """The moment by the server's clock."""
        return aware(self.at) - self.skew


@dataclass(frozen=True, slots=True)
class Expected:
    """A dose as the server knows it, without what was charted on it."""

    id: str
    person: str
    medicine: str
    minimum: timedelta | None = None
    stopped_at: datetime | None = None
    leased_to: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """What the server knows of a device: when it was revoked, until when its bundle stood, its first sequence number."""

    id: str
    revoked_at: datetime | None = None
    bundle_ends_at: datetime | None = None
    first_sequence: int = 1


@dataclass(frozen=True, slots=True)
class Log:
    """Everything charted, each once; `held` came from a device that was unknown or revoked then, and waits for a person."""

    events: frozenset[Charted] = frozenset()
    held: frozenset[Charted] = frozenset()


class Decision(StrEnum):
    """What became of one event."""

    APPLY = "apply"
    REPEAT = "repeat"
    DOUBLE = "possible_double"
    CONFLICT = "conflict"
    REVIEW = "review"


class Why(StrEnum):
    """Why an event waits for a person."""

    SAME_ID_OTHER_CONTENT = "same_id_other_content"
    UNKNOWN_DOSE = "unknown_dose"
    NOTHING_TO_CORRECT = "nothing_to_correct"
    NOT_A_STATUS = "not_a_status"
    DEVICE_REFUSED = "device_refused"


@dataclass(frozen=True, slots=True)
class Double:
    """Two givings too close together: of one dose, or of two within the medicine's minimum interval."""

    first: str
    second: str
    dose: str
    same_dose: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Sequence numbers of a device that never arrived."""

    device: str
    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How everything stands: each dose's applied chain without what was taken back, and the lists that people look at."""

    chains: Mapping[str, tuple[Charted, ...]]
    taken_back: tuple[Charted, ...]
    doubles: tuple[Double, ...]
    conflicts: tuple[Charted, ...]
    review: tuple[tuple[Charted, Why], ...]
    after_stop: tuple[Charted, ...]
    without_lease: tuple[Charted, ...]
    after_bundle: tuple[Charted, ...]
    sequence_twice: tuple[Charted, ...]
    gaps: tuple[Gap, ...]

    def standing(self, dose: str) -> Status:
        """Say how a dose stands; expected while nothing charted on it stands."""
        chain = self.chains.get(dose, ())
        return chain[-1].status if chain else Status.EXPECTED


@dataclass(frozen=True, slots=True)
class Merged:
    """The log after a merge, and what became of each event that came, by its place in the order given."""

    log: Log
    outcome: Outcome
    decisions: tuple[tuple[Charted, Decision], ...]


def merge(log: Log, events: Iterable[Charted], doses: Mapping[str, Expected], devices: Mapping[str, Device]) -> Merged:
    """Add events to the log and say how everything stands; the same whatever the order, repetition or cut of the events.

    A device that is unknown or revoked is refused: its events are held until `release`. What it sent before stays.
    """
    came = list(events)
    known = log.events | frozenset(e for e in came if _accepted(e, devices))
    merged = Log(known, (log.held | frozenset(came)) - known)
    found = outcome(merged, doses, devices)
    return Merged(merged, found, tuple(_decided(came, log, found)))


def release(log: Log, ids: frozenset[str]) -> Log:
    """Let held events stand that a person has looked at."""
    freed = frozenset(e for e in log.held if e.id in ids)
    return Log(log.events | freed, log.held - freed)


def outcome(log: Log, doses: Mapping[str, Expected], devices: Mapping[str, Device]) -> Outcome:
    """Read from everything charted how each dose stands and what people must look at."""
    ordered = sorted(log.events, key=_by_time)
    review = _review(ordered, doses)
    waiting = {event for event, _ in review}
    sound = [event for event in ordered if event not in waiting]
    errors = {event.corrects for event in sound if event.status is Status.ERROR}
    live = [event for event in sound if event.status is not Status.ERROR and event.id not in errors]
    chains, doubles, conflicts = _chains(live)
    doubles += _within_interval(live, doses)
    held = [(event, Why.DEVICE_REFUSED) for event in sorted(log.held, key=_by_time)]
    return Outcome(
        chains=chains,
        taken_back=tuple(event for event in sound if event.id in errors),
        doubles=tuple(sorted(doubles, key=lambda d: (d.first, d.second))),
        conflicts=tuple(conflicts),
        review=(*review, *held),
        after_stop=tuple(e for e in live if _after(e, doses[e.dose].stopped_at)),
        without_lease=tuple(e for e in live if _without_lease(e, doses[e.dose])),
        after_bundle=tuple(e for e in sound if _after(e, _bundle_end(e, devices))),
        sequence_twice=_sequence_twice(ordered),
        gaps=_gaps(log, devices),
    )


def _accepted(event: Charted, devices: Mapping[str, Device]) -> bool:
    return event.device == SERVER or (event.device in devices and devices[event.device].revoked_at is None)


def _by_time(event: Charted) -> tuple[datetime, str, int, str, str]:
    return (event.happened_at, event.device, event.sequence, event.id, event.digest)


def _after(event: Charted, moment: datetime | None) -> bool:
    return moment is not None and event.happened_at > aware(moment)


def _bundle_end(event: Charted, devices: Mapping[str, Device]) -> datetime | None:
    return devices[event.device].bundle_ends_at if event.device in devices else None


def _without_lease(event: Charted, dose: Expected) -> bool:
    """A leased dose given on another device, or online, by one person only."""
    alone = not event.second or event.second == event.by
    return event.status in SWALLOWED and bool(dose.leased_to) and event.device != dose.leased_to and alone


def _review(events: list[Charted], doses: Mapping[str, Expected]) -> list[tuple[Charted, Why]]:
    """Find what can't stand by itself. Of two contents under one id one stands, a swallowed dose before any other: what was
    applied must not vanish because somebody sent its number again.
    """
    first: dict[str, Charted] = {}
    for event in sorted(events, key=lambda e: (e.status not in TAKEN, _by_time(e))):
        first.setdefault(event.id, event)
    found = []
    for event in events:
        why = Why.SAME_ID_OTHER_CONTENT if first[event.id] != event else _why(event, first, doses)
        if why:
            found.append((event, why))
    return found


def _why(event: Charted, known: Mapping[str, Charted], doses: Mapping[str, Expected]) -> Why | None:
    if event.status not in CHARTED:
        return Why.NOT_A_STATUS
    if event.dose not in doses:
        return Why.UNKNOWN_DOSE
    if event.status is not Status.ERROR:
        return None
    target = known.get(event.corrects)
    fits = target is not None and target.dose == event.dose and target.status is not Status.ERROR
    return None if fits else Why.NOTHING_TO_CORRECT


def _chains(events: list[Charted]) -> tuple[dict[str, tuple[Charted, ...]], list[Double], list[Charted]]:
    """Follow each dose through its events in time; what can't follow is a possible double or a conflict, and changes nothing."""
    chains: dict[str, list[Charted]] = defaultdict(list)
    doubles, conflicts = [], []
    for event in events:
        chain = chains[event.dose]
        taken = next((e for e in chain if e.status in TAKEN), None)
        if may_follow(chain[-1].status if chain else Status.EXPECTED, event.status):
            chain.append(event)
        elif taken and event.status in SWALLOWED:
            doubles.append(Double(taken.id, event.id, event.dose, True))
        else:
            conflicts.append(event)
    return {dose: tuple(chain) for dose, chain in chains.items()}, doubles, conflicts


def _within_interval(events: list[Charted], doses: Mapping[str, Expected]) -> list[Double]:
    """Givings of two doses of one person's medicine closer together than its minimum interval."""
    swallowed = {event.dose for event in events if event.status in SWALLOWED}
    taken: dict[tuple[str, str], list[Charted]] = defaultdict(list)
    for event in events:
        if event.status in SWALLOWED or (event.status is Status.VOMITED and event.dose not in swallowed):
            taken[doses[event.dose].person, doses[event.dose].medicine].append(event)
    found = []
    for one, two in (pair for given in taken.values() for pair in pairwise(given)):
        minimum = doses[two.dose].minimum
        if one.dose != two.dose and minimum is not None and two.happened_at - one.happened_at < minimum:
            found.append(Double(one.id, two.id, two.dose, False))
    return found


def _sequence_twice(events: list[Charted]) -> tuple[Charted, ...]:
    """Events of one device under one number: it was set back or copied. They stand, and somebody asks why."""
    places: dict[tuple[str, int], set[str]] = defaultdict(set)
    for event in events:
        if event.device != SERVER:
            places[event.device, event.sequence].add(event.id)
    return tuple(e for e in events if e.device != SERVER and len(places[e.device, e.sequence]) > 1)


def _gaps(log: Log, devices: Mapping[str, Device]) -> tuple[Gap, ...]:
    seen: dict[str, set[int]] = defaultdict(set)
    for event in log.events | log.held:
        if event.device != SERVER:
            seen[event.device].add(event.sequence)
    found = []
    for device in sorted(seen):
        first = devices[device].first_sequence if device in devices else 1
        missing = tuple(sorted(set(range(first, max(seen[device]))) - seen[device]))
        if missing:
            found.append(Gap(device, missing))
    return tuple(found)


def _decided(came: list[Charted], before: Log, found: Outcome) -> Iterable[tuple[Charted, Decision]]:
    review = {event for event, _ in found.review}
    doubled = {name for double in found.doubles for name in (double.first, double.second)}
    seen = set(before.events | before.held)
    for event in came:
        if event in seen:
            yield event, Decision.REPEAT
        elif event in review:
            yield event, Decision.REVIEW
        elif event.id in doubled:
            yield event, Decision.DOUBLE
        else:
            yield event, Decision.CONFLICT if event in found.conflicts else Decision.APPLY
        seen.add(event)
