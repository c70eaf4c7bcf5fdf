"""The pass as work that goes along on a device: what is taken, whose doses it has for itself, how its entries are read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count

from throughcare.care.medications import actions, formulary, pass_views, policy
from throughcare.care.medications.actions import bags, leasing
from throughcare.care.medications.models import Lease
from throughcare.care.medications.reads import leases, passes
from throughcare.care.medications.traits import double_kills
from throughcare.devices.actions import LASTS
from throughcare.devices.entries import About, Arrival, Section, Taken
from throughcare.devices.models import DeviceEvent
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass
from throughcare.ui.forms import id_or_none

DOSE = "dose"


class Doses:
    """Doses given and not given on a pass, and who was seen arriving with their bag: the kind `dose`."""

    data_class: DataClass = DataClass.MEDICATION
    carry = policy.GIVE
    review = policy.DEVICES
    page, shell, person_page = "pass", "pass_shell", "medications"
    files: tuple[str, ...] = (
        "medications/pass.css", "medications/faces.js", "medications/asked.js", "medications/pass.js", "medications/pass_view.js",
        "medications/pass_dialogs.js", "medications/pass_offline.js", "medications/packs.js",
    )  # fmt: skip

    def section(self, lens: Lens, facility_id: UUID, device_id: UUID, asked: Mapping[str, str]) -> Section:
        """Give the line of the next twelve hours, with who is expected; doses that could kill twice become the device's."""
        code = asked.get("pass", "")
        found = passes.line(lens, facility_id, unit_id=id_or_none(asked.get("unit")), code=code, ahead=LASTS)
        expected = passes.coming(lens, facility_id, code=code, ahead=LASTS)
        everybody = [*found.people, *expected]
        orders = {d.order.id: d.order for p in everybody for d in p.doses}
        orders |= {a.order.id: a.order for p in everybody for a in p.as_needed}
        owned = tuple(o.id for o in orders.values() if double_kills(o))

        def content() -> dict[str, Any]:
            return {
                **pass_views.line(found),
                "expected": [pass_views.person(p) for p in expected],
                "leases": leases.leases(lens, set(owned)),
                "packs": pass_views.packs(formulary.load(), {o.code for o in orders.values() if o.code}),
            }

        return Section(content, tuple(p.who.person_id for p in everybody), owned)

    def keep_for(self, device_id: UUID, own: Sequence[UUID], since: datetime, until: datetime) -> None:
        """Let these orders' doses belong to the device."""
        leasing.lease(device_id, own, since, until)

    def let_go(self, device_id: UUID, at: datetime) -> None:
        """End its leases."""
        leasing.end_leases(device_id, at)

    def owned(self, devices: Sequence[UUID], at: datetime) -> Mapping[UUID, int]:
        """Count the orders that each device has for itself."""
        rows = Lease.objects.filter(device_id__in=devices, ended_at=None, until__gt=at)
        return dict(rows.values_list("device_id").annotate(n=Count("id")))

    def about(self, body: Mapping[str, Any]) -> About:
        """Read which dose an entry is about, and the status that it says."""
        if body.get("status") in bags.ARRIVALS:
            return About(id_or_none(body.get("person_id")), id_or_none(body.get("crossing_id")), str(body["status"]))
        event = actions.read_sent(body)
        return About(event.person_id, event.dose_id, event.status)

    def ahead(self, bodies: Sequence[Mapping[str, Any]]) -> actions.DosesAhead:
        """Fetch the doses of a parcel, to write them, and who has them for itself."""
        return actions.doses_ahead([id_or_none(b.get("dose_id")) for b in bodies])

    def take(self, arrival: Arrival) -> Taken:
        """Let the dose stand as it was charted, or keep the entry for a person."""
        if arrival.entry.body.get("status") in bags.ARRIVALS:
            return bags.take_arrival(arrival)
        return actions.take_dose(arrival)

    def kept(self, row: DeviceEvent) -> None:
        """Let nobody give a dose again that may be swallowed: it waits to be judged, at once."""
        actions.tell_kept(row)

    def looked_at(self, row: DeviceEvent) -> None:
        """End that wait."""
        actions.tell_looked_at(row)
