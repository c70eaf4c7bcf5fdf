"""The floor of devices by itself: what stands in the ledger, what is logged, who may carry what, which clock was set back."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from tests.care.medications.line_makers import EVERY_PASS, MORNING, housed, nurse, ordered
from tests.care.medications.test_pass import become, post
from tests.care.medications.test_sync import enrolled, event, sent, sync
from throughcare.care.medications.models import Dose
from throughcare.devices import actions
from throughcare.devices.models import DeviceEvent
from throughcare.kernel import clock
from throughcare.kernel.ids import uuid7
from throughcare.ledger import verify
from throughcare.ledger.models import Version

pytestmark = pytest.mark.django_db
LATER = MORNING + timedelta(hours=10)


@pytest.fixture
def dose() -> Dose:
    found = Dose.objects.filter(order_id=ordered(housed(1), timing=EVERY_PASS)).order_by("due_at").first()
    assert found is not None
    return found


def test_devices_and_entries_stand_in_the_ledger_with_what_became_of_them(dose: Dose) -> None:
    with clock.frozen(LATER):
        device, bundle = enrolled()
        sync(device, bundle, event(dose))
        actions.revoke_device(actor=nurse(), device_id=device, why="Lost")
        sync(device, bundle, event(dose, 2))
        kept = DeviceEvent.objects.get(why="device_refused")
        actions.review_entry(actor=nurse(), entry_id=kept.id, version=kept.version, found="Asked; not given.")
    assert Version.objects.filter(type="Device", resource_id=device).count() == 2
    entries = Version.objects.filter(type="DeviceEntry", subject=dose.person_id)
    assert sorted(entries.values_list("resource_id", "version")) == sorted(
        [(DeviceEvent.objects.get(why="").id, 1), (kept.id, 1), (kept.id, 2)]
    )
    assert verify.run().sound


def test_an_entry_of_a_kind_that_was_not_taken_along_is_kept(dose: Dose) -> None:
    with clock.frozen(LATER):
        device = enrolled()[0]
        empty = actions.take_bundle(actor=nurse(), device_id=device, people=0, own={})
        assert sync(device, empty, event(dose)) == ["kept"]
    assert DeviceEvent.objects.get().why == "not_taken_along"
    dose.refresh_from_db()
    assert dose.status == "expected"


def test_what_no_kind_can_read_is_kept_as_it_came(dose: Dose) -> None:
    with clock.frozen(LATER):
        device, bundle = enrolled()
        strange = sent(event(dose))
        strange.body.update(dose_id="no dose")
        (done,) = actions.take_in(actor=nurse(), device_id=device, bundle_id=bundle, entries=[strange])
    assert done.outcome == "kept"
    assert (DeviceEvent.objects.get().why, DeviceEvent.objects.get().body["dose_id"]) == ("unreadable", "no dose")


def test_a_clock_that_was_set_back_is_looked_at(dose: Dose) -> None:
    other = Dose.objects.filter(order_id=dose.order_id).order_by("due_at")[1]
    minutes = int((other.due_at - dose.due_at).total_seconds() // 60)
    with clock.frozen(LATER):
        device, bundle = enrolled()
        sync(device, bundle, event(other, 1, "no-show", minutes + 5), event(dose, 2, "no-show", 10))
        assert dict(DeviceEvent.objects.values_list("sequence", "why")) == {1: "", 2: "clock_set_back"}
        # An hour between two clocks is a skew and no lie.
        device, bundle = enrolled("Cart 2")
        late = event(dose, 1, "given", 11, skew_ms=3_600_000)
        sync(device, bundle, late, event(other, 2, "given", minutes + 6))
    assert not DeviceEvent.objects.filter(device=device, why="clock_set_back").exists()


def test_a_bundle_is_logged_as_an_export_with_everybody_in_it(client, dose: Dose) -> None:
    with clock.frozen(MORNING):
        become(client)
        device = str(uuid7())
        assert post(client, "/devices/enrol/", device=device, name="Cart 1")[0] == 200
        status, given = post(client, "/devices/bundle/", device=device, sections={"dose": {}})
    assert status == 200
    assert json.loads(given["body"])["sections"].keys() == {"dose"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, people, classes FROM ledger_read WHERE route = 'device_bundle'")
        ((kind, people, classes),) = cursor.fetchall()
    assert (kind, people, classes) == ("export", [dose.person_id], ["medication"])


def test_an_officer_carries_no_medicines_and_reads_nothing_of_them(client, dose: Dose) -> None:
    with clock.frozen(MORNING):
        become(client, "custody")
        device = str(uuid7())
        assert post(client, "/devices/enrol/", device=device, name="Phone 1")[0] == 200
        assert post(client, "/devices/bundle/", device=device, sections={"dose": {}})[0] == 403
        assert post(client, "/devices/bundle/", device=device, sections={})[0] == 422
        assert client.get("/devices/").status_code == 403
        assert client.get("/pass/shell/").status_code == 403
        worker = client.get("/devices/worker.js")
    assert (worker.status_code, worker["Service-Worker-Allowed"]) == (200, "/")
