"""What the medicines room gives to a packet that leaves the house: ordered medicines, and what a programme gives."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from throughcare.care.emergency.ports import PacketMedicine
from throughcare.care.medications.models import MedicationOrder
from throughcare.care.medications.reads import chart, opioid_treatment
from throughcare.kernel import clock
from throughcare.kernel.lens import Lens


class MedicinesForPacket:
    """The medicines room."""

    def ordered(self, lens: Lens, family: Sequence[UUID]) -> Sequence[PacketMedicine]:
        """Ask for the list with the last given and the next due dose; what nobody has decided on says so."""
        found = chart.medicines(lens, family)
        lines = [self._line(row, found, "") for row in found.active]
        lines += [self._line(row, found, "On hold") for row in found.held]
        brought = [
            PacketMedicine(m.text, m.dose, m.last_taken, "", "Brought, not ordered here") for m in found.undecided
        ]
        return [*lines, *brought]

    def _line(self, row: MedicationOrder, found: chart.Medicines, mark: str) -> PacketMedicine:
        last, following = found.last_given.get(row.id), found.next_due.get(row.id)
        return PacketMedicine(row.text, row.sig, _moment(last) or "no dose in 31 days", _moment(following), mark)

    def programme(self, lens: Lens, family: Sequence[UUID]) -> Sequence[PacketMedicine]:
        """Ask for a programme's orders as far as this reader may see them, with the last dose."""
        lines = []
        for line in opioid_treatment.programme_orders(lens, family):
            one = [t for t in opioid_treatment.treatments_of(lens, family) if t.treatment.id == line.id]
            last = one[0].standing.last if one else None
            given = f"{last.amount}, {_moment(last.at)}" if last else "no dose on record"
            lines.append(PacketMedicine(line.text, line.sig or line.amount, given, ""))
        return lines


def _moment(at: datetime | None) -> str:
    return f"{clock.local(at):%d %b %H:%M}" if at else ""
