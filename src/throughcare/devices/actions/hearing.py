"""What devices send, taken in: each entry exactly once, none lost, whatever was repeated, reordered or interrupted.

The floor decides whether an entry may be heard at all; what it then means, its kind decides (`ports.Kind.take`).
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from throughcare import ledger
from throughcare.devices import fhir
from throughcare.devices.actions.carrying import device_of
from throughcare.devices.entries import About, Arrival, Entry, Synced, Taken
from throughcare.devices.models import Device, DeviceBundle, DeviceEvent
from throughcare.devices.ports import kind_of
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Refused, Stale
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import SubjectKind
from throughcare.people.models import Person

# Entries that never take part: nobody makes anything stand by a number that was used before, or by a refused device.
OUTSIDE = ("same_id_other_content", "device_refused", "no_bundle", "not_proved", "unreadable", "no_such_kind")

# Two clocks are never quite even, and how far a device's is ahead is measured anew at each answer.
UNEVEN = timedelta(minutes=2)


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

    The actor is the person whose bundle it was. All of a parcel stands or none of it, so an answer that was lost is
    simply asked for again.
    """
    device = device_of(device_id)
    bundle = DeviceBundle.objects.filter(id=bundle_id, device=device).first() if bundle_id else None
    ordered = sorted(entries, key=lambda e: (e.sequence, e.event_id))
    return [_Hearing(actor, device, bundle, e).hear() for e in ordered]


class _Hearing:
    """One entry on its way in."""

    def __init__(self, actor: Actor, device: Device, bundle: DeviceBundle | None, entry: Entry) -> None:
        self.actor, self.device, self.bundle, self.entry = actor, device, bundle, entry
        self.now = clock.now()
        self.kind = kind_of(entry.kind)
        self.about = About()
        self.digest = hashlib.sha256(
            msgspec.json.encode([entry.event_id, entry.sequence, entry.kind, entry.body], order="sorted")
        ).digest()

    def hear(self) -> Synced:
        """Decide, let the kind write, and say what became of it."""
        known = list(DeviceEvent.objects.filter(event_id=self.entry.event_id))
        if any(bytes(k.digest) == self.digest for k in known):
            return Synced(self.entry.event_id, "repeated", kind=self.entry.kind)
        doubt = self._read()
        if known:
            return self._keep(Taken("kept", "same_id_other_content", "This number came before with another content."))
        if self.device.revoked_at is not None:
            return self._keep(
                Taken("kept", "device_refused", "The device was revoked. A person decides whether this stands.")
            )
        if doubt or self.bundle is None:
            return self._keep(Taken("kept", doubt or "no_bundle", "Who made this entry can't be proved."))
        return self._keep(self._take(self.bundle))

    def _read(self) -> str:
        """Read what it is about, and say what speaks against it."""
        if self.entry.doubt == "unreadable":
            return "unreadable"
        if self.kind is None:
            return "no_such_kind"
        try:
            self.about = self.kind.about(self.entry.body)
        except Invalid:
            return "unreadable"
        return self.entry.doubt

    def _take(self, bundle: DeviceBundle) -> Taken:
        if self.kind is None or self.entry.kind not in bundle.kinds:
            return Taken("kept", "not_taken_along", "This device did not take that work along.")
        arrival = Arrival(self.actor, self.device, bundle, self.entry, self.digest, self.now)
        try:
            return self.kind.take(arrival)
        except Refused as refused:
            return Taken("kept", "refused", refused.sentence)

    def _keep(self, taken: Taken) -> Synced:
        why, sentence = self._numbered(taken.why, taken.sentence)
        row = DeviceEvent.objects.create(
            device=self.device,
            bundle=self.bundle,
            kind=self.entry.kind if self.kind else "",
            event_id=self.entry.event_id,
            sequence=self.entry.sequence,
            digest=self.digest,
            body=self.entry.body,
            about_id=self.about.about_id,
            person_id=self.about.person_id,
            said=self.about.said[:120],
            facility_id=self.device.facility_id,
            happened_at=self.entry.happened_at,
            skew_ms=self.entry.skew_ms,
            received_at=self.now,
            outcome=taken.outcome,
            why=why,
            sentence=sentence[:240],
        )
        _record(row)
        return Synced(self.entry.event_id, taken.outcome, taken.sentence, self.entry.kind)

    def _numbered(self, why: str, sentence: str) -> tuple[str, str]:
        twice = DeviceEvent.objects.filter(device=self.device, sequence=self.entry.sequence)
        if not why and twice.exclude(why__in=("same_id_other_content", "sequence_twice")).exists():
            return "sequence_twice", "Two entries of this device have one number: was it set back or copied?"
        if why not in ("", "same_id_other_content") and twice.exists():
            return "sequence_twice", f"{sentence} ({why})"
        if not why and self._set_back():
            return (
                "clock_set_back",
                "An entry made before this one says that it happened later: was the clock set back?",
            )
        return why, sentence

    def _set_back(self) -> bool:
        """Tell whether an entry that was made earlier on this device says a later time: a look entered after the fact."""
        if self.entry.happened_at is None:
            return False
        before = DeviceEvent.objects.filter(device=self.device, sequence__lt=self.entry.sequence)
        return before.filter(happened_at__gt=self.entry.happened_at + UNEVEN).exclude(why__in=OUTSIDE).exists()


@action("devices.review_entry")
def review_entry(*, actor: Actor, intent: UUID | None = None, entry_id: UUID, version: int, found: str) -> None:
    """Say what was found out about an entry of a device that could not simply stand."""
    if not found.strip():
        raise Invalid("Write what you found out.", fields={"found": "Write what you found out."})
    row = DeviceEvent.objects.select_for_update().filter(id=entry_id).first()
    if row is None or row.facility_id != actor.facility_id:
        raise NotFound("There is no such entry here.")
    if row.reviewed_at is not None or row.version != version:
        raise Stale(f"{row.reviewed_by or 'Somebody'} looked at this entry already.")
    row.bump(reviewed_at=clock.now(), reviewed_by=actor.label(), found=found.strip()[:240])
    _record(row)


def settle_entry(row: DeviceEvent, outcome: str, why: str = "", sentence: str = "") -> None:
    """Let an entry that came before have become something else: for kinds, inside their action."""
    row.bump(outcome=outcome, why=why, sentence=sentence[:240])
    _record(row)


def _record(row: DeviceEvent) -> None:
    kind = kind_of(row.kind)
    whose = row.person_id if row.person_id and Person.objects.filter(id=row.person_id).exists() else None
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
