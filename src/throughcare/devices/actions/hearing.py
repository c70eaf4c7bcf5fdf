"""What devices send, taken in: each entry exactly once, none lost, whatever was repeated, reordered or interrupted.

The floor decides whether an entry may be heard at all; what it then means, its kind decides (`ports.Kind.take`).
"""

import hashlib
import json
import logging
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import msgspec
from django.db import InterfaceError, OperationalError

from throughcare import ledger
from throughcare.devices import fhir
from throughcare.devices.actions.carrying import device_of
from throughcare.devices.actions.parcel import BESIDE, Came, Parcel, read_about
from throughcare.devices.entries import Arrival, Entry, Synced, Taken
from throughcare.devices.models import Device, DeviceBundle, DeviceEvent
from throughcare.devices.ports import kind_of
from throughcare.kernel import clock, db, events, statement
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Refused, Stale
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import SubjectKind
from throughcare.people.models import Person

log = logging.getLogger(__name__)
FAILED = Taken("kept", "failed", "Something of ours failed on this entry. It is kept; a person decides.")


@action("devices.take_in")
def take_in(
    *,
    actor: Actor,
    intent: UUID | None = None,
    device_id: UUID,
    bundle_id: UUID | None = None,
    entries: Sequence[Entry],
) -> list[Synced]:
    """Take in what a device sent: each entry once, whatever was repeated, reordered or interrupted.

    The actor is the person whose bundle it was. All of a parcel is written or none of it, so an answer that was lost is
    simply asked for again. An entry that breaks us holds nothing back: then each goes by itself, and that one is kept.
    """
    device = device_of(device_id)
    bundle = DeviceBundle.objects.filter(id=bundle_id, device=device).first() if bundle_id else None
    ordered = sorted(entries, key=lambda e: (e.sequence, e.event_id))
    desk = _Desk(actor, device, bundle)
    try:
        return desk.hear(ordered)
    except (OperationalError, InterfaceError):
        raise  # nothing is wrong with the parcel: it is sent again
    except Exception as failure:  # noqa: BLE001  (whatever it is, what was charted must arrive; its kind is logged, never its words)
        log.error("a parcel of device %s goes entry by entry: %s", device.id, _kind_of(failure))
        return [done for entry in ordered for done in _alone(desk, entry)]


def _alone(desk: "_Desk", entry: Entry) -> list[Synced]:
    """Hear one entry by itself: as it came; else kept and not acted on; else as the words of what can't be kept."""
    unheard = replace(entry, kind="", body={"sent": json.dumps(entry.body)[:4000]}, doubt="unreadable")
    for tried, taken in ((entry, None), (entry, FAILED), (unheard, None)):
        try:
            return desk.hear([tried], taken)
        except (OperationalError, InterfaceError):
            raise
        except Exception as failure:  # noqa: BLE001  (the same)
            log.error("entry %s of a device could not be taken in: %s", entry.event_id, _kind_of(failure))
    raise Invalid("An entry can't be kept here. It stays on the device; tell whoever looks after the system.")


def _kind_of(failure: Exception) -> str:
    frames = traceback.extract_tb(failure.__traceback__)
    ours = [frame for frame in frames if "throughcare" in frame.filename] or frames
    return f"{type(failure).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}"


class _Desk:
    """Where the entries of one device and one bundle are heard."""

    def __init__(self, actor: Actor, device: Device, bundle: DeviceBundle | None) -> None:
        self.actor, self.device, self.bundle = actor, device, bundle
        self.now = clock.now()

    def hear(self, entries: Sequence[Entry], taken: Taken | None = None) -> list[Synced]:
        """Hear some entries so that all of them stand or none; `taken` says what becomes of them without asking."""
        with db.apart():
            came = [_came(entry) for entry in entries]
            parcel = Parcel(self.device, came)
            done = [self._one(parcel, c, taken) for c in came]
            parcel.write()
            events.drain()
            # What the database looks at last, it looks at here: nothing may fall after the parcel was heard.
            statement.command("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        return done

    def _one(self, parcel: Parcel, came: Came, taken: Taken | None) -> Synced:
        """Decide, let the kind write, and say what became of it."""
        entry = came.entry
        known = parcel.known.get(entry.event_id, ())
        if came.digest in known:
            return Synced(entry.event_id, "repeated", kind=entry.kind)
        if known:
            taken = Taken("kept", "same_id_other_content", "This number came before with another content.")
        elif self.device.revoked_at is not None:
            taken = Taken("kept", "device_refused", "The device was revoked. A person decides whether this stands.")
        elif came.doubt or self.bundle is None:
            taken = Taken("kept", came.doubt or "no_bundle", "Who made this entry can't be proved.")
        return self._keep(parcel, came, taken or self._take(parcel, came, self.bundle))

    def _take(self, parcel: Parcel, came: Came, bundle: DeviceBundle | None) -> Taken:
        entry, kind = came.entry, kind_of(came.entry.kind)
        if kind is None or bundle is None or entry.kind not in bundle.kinds:
            return Taken("kept", "not_taken_along", "This device did not take that work along.")
        past = parcel.heard(entry.kind, came.about.about_id)
        ahead = parcel.ahead.get(entry.kind)
        arrival = Arrival(self.actor, self.device, bundle, entry, came.digest, self.now, past, ahead)
        try:
            return kind.take(arrival)
        except Refused as refused:
            return Taken("kept", "refused", refused.sentence)

    def _keep(self, parcel: Parcel, came: Came, taken: Taken) -> Synced:
        why, sentence = _numbered(parcel, came.entry, taken.why, taken.sentence)
        kind = kind_of(came.entry.kind)
        row = DeviceEvent(
            device=self.device,
            bundle=self.bundle,
            kind=came.entry.kind if kind else "",
            event_id=came.entry.event_id,
            sequence=came.entry.sequence,
            digest=came.digest,
            body=came.entry.body,
            about_id=came.about.about_id,
            person_id=came.about.person_id,
            said=came.about.said[:120],
            facility_id=self.device.facility_id,
            happened_at=came.entry.happened_at,
            skew_ms=came.entry.skew_ms,
            received_at=self.now,
            outcome=taken.outcome,
            why=why,
            sentence=sentence[:240],
        )
        parcel.add(row)
        _record(row, row.person_id in parcel.people)
        if taken.outcome == "kept" and kind is not None and row.person_id in parcel.people:
            kind.kept(row)
        return Synced(row.event_id, taken.outcome, taken.sentence, came.entry.kind)


def _came(entry: Entry) -> Came:
    content = [entry.event_id, entry.sequence, entry.kind, entry.body]
    digest = hashlib.sha256(msgspec.json.encode(content, order="sorted")).digest()
    return Came(entry, digest, *read_about(entry))


def _numbered(parcel: Parcel, entry: Entry, why: str, sentence: str) -> tuple[str, str]:
    twice = parcel.whys.get(entry.sequence, ())
    if not why and any(w not in BESIDE for w in twice):
        return "sequence_twice", "Two entries of this device have one number: was it set back or copied?"
    if why not in ("", "same_id_other_content") and twice:
        return "sequence_twice", f"{sentence} ({why})"
    if not why and parcel.set_back(entry):
        return "clock_set_back", "An entry made before this one says that it happened later: was the clock set back?"
    return why, sentence


@action("devices.review_entry")
def review_entry(*, actor: Actor, intent: UUID | None = None, entry_id: UUID, version: int, found: str) -> None:
    """Say what was found out about an entry of a device that could not simply stand."""
    if not found.strip():
        raise Invalid("Write what you found out.", fields={"found": "Write what you found out."})
    row = DeviceEvent.objects.select_for_update().filter(id=entry_id).first()
    if row is None or row.facility_id != actor.facility_id:
        raise NotFound("There is no such entry here.")
    look_at(row, actor, version, found)


def look_at(row: DeviceEvent, actor: Actor, version: int, found: str) -> None:
    """Write down what was found out about an entry: for kinds, inside their action."""
    if row.reviewed_at is not None or row.version != version:
        raise Stale(f"{row.reviewed_by or 'Somebody'} looked at this entry already.")
    row.bump(reviewed_at=clock.now(), reviewed_by=actor.label(), found=found.strip()[:240])
    _record(row)
    if (kind := kind_of(row.kind)) is not None:
        kind.looked_at(row)


def settle_entry(row: DeviceEvent, outcome: str, why: str = "", sentence: str = "") -> None:
    """Let an entry that came before have become something else: for kinds, inside their action."""
    row.bump(outcome=outcome, why=why, sentence=sentence[:240])
    _record(row)


def _record(row: DeviceEvent, known: bool | None = None) -> None:
    kind = kind_of(row.kind)
    if known is None:
        known = Person.objects.filter(id__in=[row.person_id] if row.person_id else []).exists()
    whose = row.person_id if known else None
    ledger.record(
        type="DeviceEntry",
        id=row.id,
        person_id=whose,
        subject=None if whose else (SubjectKind.PLACE, row.facility_id),
        # What nobody could read is sealed or unknown: it stands where clinical facts do.
        data_class=kind.data_class if kind else DataClass.CLINICAL,
        media="throughcare/DeviceEntry",
        body=fhir.entry(row),
        happened_at=row.happened_at or row.received_at,
    )
