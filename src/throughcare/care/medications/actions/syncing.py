"""What devices charted without a network, merged into the doses: none lost, none overwritten.

`rules/merge_offline` decides how a dose stands after everything that was charted on it; what can't stand is kept for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from throughcare.care.medications import states
from throughcare.care.medications.actions.asked_along import chart_asked
from throughcare.care.medications.actions.giving import (
    Charted,
    after_charting,
    chart_dose,
    reopen,
    set_charted,
    untell,
)
from throughcare.care.medications.actions.keeping import doses_to_write, keep_dose, write_doses
from throughcare.care.medications.actions.overtaken import same_pass_under_another
from throughcare.care.medications.actions.sent import SentEvent, doubled, read_sent, stopped_at
from throughcare.care.medications.dose_ids import dose_id as name_dose
from throughcare.care.medications.dose_ids import due_at_of
from throughcare.care.medications.leased import leases_of
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.rules import merge_offline as rules
from throughcare.care.medications.rules import statuses
from throughcare.care.medications.rules.statuses import Status
from throughcare.devices.actions import carrier_of, settle_entry
from throughcare.devices.entries import Arrival, Taken
from throughcare.devices.models import DeviceEvent
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused


def take_dose(arrival: Arrival) -> Taken:
    """Let a dose stand as a device charted it, inside the action of `devices.take_in`."""
    taking = _Taking(arrival)
    if taking.event.dose_id is None:
        device = arrival.device
        return chart_asked(arrival.actor, taking.event, device.facility_id, arrival.received_at, device.id)
    return taking.dose(taking.event.dose_id)


class _Taking:
    """One entry on its way into its dose."""

    def __init__(self, arrival: Arrival) -> None:
        self.actor, self.device, self.bundle = arrival.actor, arrival.device, arrival.bundle
        self.now, self.digest, self.past = arrival.received_at, arrival.digest, arrival.past
        self.ahead: DosesAhead = arrival.ahead
        self.event = read_sent(arrival.entry.body)

    # --- a dose that was laid out -----------------------------------------------------------------------------------------

    def dose(self, dose_id: UUID) -> Taken:
        """Merge a laid-out dose's entry with everything else that was charted on it."""
        row = self._row(dose_id)
        if row is None:
            return Taken("kept", "unknown_dose", "There is no such dose, and no order that makes it.")
        past = [p for p in self.past if p.outcome != "taken_back"]
        mine = _charted(self.event, self.device.id, self.digest)
        log = rules.Log(
            frozenset([*(_charted(read_sent(p.body), p.device_id, bytes(p.digest)) for p in past), *_online(row)])
        )
        found = rules.merge(log, [mine], {str(dose_id): self._expected(row)}, self._devices(past))
        ((_, decision),) = found.decisions
        if decision is rules.Decision.REVIEW:
            why = next((str(w) for e, w in found.outcome.review if e == mine), "review")
            return Taken("kept", why, "It can't stand by itself. A person decides.")
        chain = found.outcome.chains.get(str(dose_id), ())
        taken_back = {e.id for e in found.outcome.taken_back}
        unchecked = self._stand(row, chain[-1] if chain else None, taken_back, past)
        self._settle_waiting(past, mine)
        if decision is rules.Decision.DOUBLE:
            return doubled(row, self.device.facility_id, self.now)
        if decision is rules.Decision.CONFLICT:
            return Taken("kept", "conflict", f"The dose stands as {row.status}. A person decides.")
        ended = row.order is not None and row.order.ended_at is not None
        if ended and mine.status in rules.SWALLOWED and same_pass_under_another(row) is not None:
            return doubled(row, self.device.facility_id, self.now)
        return Taken("applied", self._flag(found.outcome, mine) or unchecked[0], unchecked[1])

    def _row(self, dose_id: UUID) -> Dose | None:
        """Give the dose to chart: as it was fetched for the parcel, but only to the first entry that is about it."""
        row = self.ahead.doses.pop(dose_id, None)
        if row is None:
            return _find_dose(dose_id, self.event)
        return row if row.person_id == self.event.person_id and row.order_id is not None else None

    def _expected(self, row: Dose) -> rules.Expected:
        order = row.order
        leased = self.ahead.leases
        if row.order_id and row.order_id not in self.ahead.orders:
            leased = leases_of([row.order_id], self.now)
        return rules.Expected(
            id=str(row.id),
            person=str(row.person_id),
            medicine=str(row.order_id),
            stopped_at=stopped_at(order) if order else None,
            leased_to=str(leased.get(row.order_id, "")) if row.order_id else "",
        )

    def _devices(self, past: Sequence[DeviceEvent]) -> dict[str, rules.Device]:
        """Give the devices of a dose's entries; what an earlier one sent before it was revoked stays."""
        ends = self.bundle.expires_at
        found = {str(p.device_id): rules.Device(str(p.device_id)) for p in past}
        return {**found, str(self.device.id): rules.Device(str(self.device.id), bundle_ends_at=ends)}

    def _flag(self, found: rules.Outcome, mine: rules.Charted) -> str:
        flags = {
            "after_stop": found.after_stop,
            "without_lease": found.without_lease,
            "after_bundle": found.after_bundle,
        }
        return next((name for name, rows in flags.items() if mine in rows), "")

    def _stand(
        self, row: Dose, standing: rules.Charted | None, taken_back: set[str], past: Sequence[DeviceEvent]
    ) -> tuple[str, str]:
        """Let the row say what stands; never write a giving over another giving."""
        current = (row.detail or {}).get("event", "")
        if current and current in taken_back:
            _take_back(row)
            current = ""
        if standing is None or standing.device == rules.SERVER or standing.id == current:
            return "", ""
        if Status(row.status) in statuses.TAKEN and standing.status in rules.SWALLOWED:
            return "", ""
        theirs = next((p for p in past if str(p.event_id) == standing.id), None)
        if theirs is None or theirs.bundle is None:
            return self._write(row, self.event, self.actor)
        return self._write(row, read_sent(theirs.body), carrier_of(theirs.bundle))

    def _write(self, row: Dose, event: SentEvent, nurse: Actor) -> tuple[str, str]:
        detail = {**(event.detail or {}), "event": str(event.event_id)}
        if event.second:
            detail["second"] = event.second
        said = Charted(row.id, event.status, event.happened_at, event.reason, amount=event.amount, detail=detail)
        doubt = ("", "")
        try:
            chart_dose(nurse, row, said, self.now, entered_late=False)
        except Refused as refused:
            # It happened: what was swallowed must not look open. Somebody completes what is missing.
            status = Status(event.status)
            set_charted(nurse, row, status, min(event.happened_at, self.now), self.now, event.reason, detail)
            doubt = ("incomplete", refused.sentence[:240])
        write_doses([row])
        after_charting(nurse, row.person_id, [row], self.now)
        return doubt

    def _settle_waiting(self, past: Sequence[DeviceEvent], mine: rules.Charted) -> None:
        """An error that came before what it corrects has found it now."""
        for p in past:
            if p.why == rules.Why.NOTHING_TO_CORRECT and p.body.get("corrects") == mine.id:
                settle_entry(p, "applied")


@dataclass(frozen=True, slots=True)
class DosesAhead:
    """Doses of a parcel, fetched to be written; the orders they are of, and which devices have those for themselves."""

    doses: dict[UUID, Dose]
    orders: frozenset[UUID]
    leases: dict[UUID, UUID]


def doses_ahead(ids: Sequence[UUID | None]) -> DosesAhead:
    """Fetch the doses that a parcel is about, inside the action; doses of one order share it."""
    doses = doses_to_write([i for i in dict.fromkeys(ids) if i is not None])
    orders = {row.order_id: row.order for row in doses if row.order_id is not None}
    for row in doses:
        if row.order_id is not None:
            row.order = orders[row.order_id]
    found = frozenset(orders)
    return DosesAhead({row.id: row for row in doses}, found, leases_of(found, clock.now()) if found else {})


def _find_dose(dose_id: UUID, event: SentEvent) -> Dose | None:
    """Fetch a dose to chart it; one that was taken back with its order, but was given, is laid out again."""
    due_at = due_at_of(dose_id)
    rows = Dose.objects.select_for_update(of=("self",)).select_related("order").filter(id=dose_id, due_at=due_at)
    row = rows.first()
    if row is not None:
        return row if row.person_id == event.person_id and row.order_id is not None else None
    order = MedicationOrder.objects.filter(id=event.order_id).first() if event.order_id else None
    if order is None or order.person_id != event.person_id or name_dose(order.id, due_at) != dose_id:
        return None
    Dose.objects.bulk_create(
        [
            Dose(
                id=dose_id,
                due_at=due_at,
                person_id=order.person_id,
                order=order,
                pass_code="",
                amount=order.amount,
                critical=order.time_critical,
                controlled=bool(order.schedule),
            )
        ]
    )
    return rows.first()


def _charted(event: SentEvent, device: UUID, digest: bytes) -> rules.Charted:
    try:
        status = Status(event.status)
    except ValueError:
        status = Status.CANCELLED
    return rules.Charted(
        id=str(event.event_id),
        digest=digest.hex(),
        device=str(device),
        sequence=event.sequence,
        at=event.at,
        skew=timedelta(milliseconds=event.skew_ms),
        dose=str(event.dose_id),
        status=status,
        second=event.second,
        corrects=str(event.corrects) if event.corrects else "",
    )


def _online(row: Dose) -> list[rules.Charted]:
    """Give what was charted on the row without a device, as one more entry."""
    if row.status in (states.EXPECTED, Status.CANCELLED) or (row.detail or {}).get("event") or row.happened_at is None:
        return []
    name = f"online:{row.id}:{row.version}"
    status = Status(row.status)
    return [rules.Charted(name, "", rules.SERVER, 0, row.happened_at, timedelta(), str(row.id), status)]


def _take_back(row: Dose) -> None:
    row.version += 1
    untell(row, clock.now())
    row.reason, row.detail = "charted-in-error", {**(row.detail or {}), "why": "Taken back on the device."}
    keep_dose(row, error=True)
    reopen(row)
    row.happened_at = row.recorded_at = row.by = row.by_id = row.reason = row.detail = None
