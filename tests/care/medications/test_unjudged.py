"""A tablet's entry that was kept: its dose may be swallowed, so nobody gives it again before a nurse has judged (MED-06-KEPT)."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.care.medications.line_makers import EVERY_PASS, MORNING, housed, nurse, ordered
from tests.care.medications.test_pass import become, post
from tests.care.medications.test_sync import LATER, enrolled, event, sync
from throughcare.care.medications import actions
from throughcare.care.medications.actions import Charted
from throughcare.care.medications.models import Dose
from throughcare.devices import actions as devices
from throughcare.devices.entries import Entry
from throughcare.devices.models import DeviceEvent
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.ids import uuid7
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db
# More than the column of an amount holds: the database refuses it when everything else is written.
TOO_MUCH = Decimal(10) ** 12
SENTENCE = "waits to be judged"


@pytest.fixture
def dose() -> Dose:
    return Dose.objects.filter(order_id=ordered(housed(1), timing=EVERY_PASS)).order_by("due_at").first()


def kept(dose: Dose, **more) -> DeviceEvent:
    """Let a tablet send a dose that something of ours fails on."""
    device, bundle = enrolled()
    one = replace(event(dose, minutes=5), **{"amount": TOO_MUCH, **more})
    assert sync(device, bundle, one) == ["kept"]
    return DeviceEvent.objects.get(event_id=one.event_id)


def duties(about) -> list[bool]:
    return [d.closed_at is None for d in Duty.objects.filter(rule="MED-06-KEPT", about=about)]


def judge(sent: DeviceEvent, swallowed: bool, **more) -> None:
    said = {"version": sent.version, "found": "Asked both of them.", **more}
    actions.judge_entry(actor=nurse(), person_id=sent.person_id, entry_id=sent.id, swallowed=swallowed, **said)


def test_a_kept_entry_opens_a_duty_at_once_and_nobody_gives_that_dose_again(dose) -> None:
    with clock.frozen(LATER):
        sent = kept(dose)
        assert duties(dose.id) == [True]
        for status in ("given", "no-show"):
            with pytest.raises(Invalid, match=SENTENCE):
                said = [Charted(dose.id, status, reason="asleep")]
                actions.record_doses(actor=nurse(), person_id=dose.person_id, charted=said)
        judge(sent, swallowed=False)
        assert duties(dose.id) == [False]
        actions.record_doses(actor=nurse(), person_id=dose.person_id, charted=[Charted(dose.id, "given")])
    dose.refresh_from_db()
    assert dose.status in ("given", "given-late") and verify.run().sound


def test_judged_as_swallowed_it_is_charted_at_its_own_time_by_its_own_nurse(dose) -> None:
    with clock.frozen(LATER):
        sent = kept(dose, reason="")
        judge(sent, swallowed=True)
        with pytest.raises(Stale):
            judge(sent, swallowed=True)
    dose.refresh_from_db()
    sent.refresh_from_db()
    assert (dose.status, dose.detail["entry"]) == ("given", str(sent.event_id))
    assert dose.happened_at == sent.happened_at and dose.by.startswith("Demo-Nurse, Ada")
    assert (sent.outcome, sent.found) == ("kept", "Asked both of them.") and duties(dose.id) == [False]
    assert verify.run().sound


def test_another_tablet_s_giving_after_the_judging_is_a_possible_double(dose) -> None:
    with clock.frozen(LATER):
        judge(kept(dose), swallowed=True)
        assert sync(*enrolled("Cart 2"), event(dose, minutes=9)) == ["possible_double"]


def test_charted_as_given_meanwhile_both_stand_and_the_person_is_seen(dose) -> None:
    with clock.frozen(LATER):
        sent = kept(dose)
        late = [Charted(dose.id, "given", MORNING)]
        actions.record_doses(actor=nurse(), person_id=dose.person_id, charted=late, entered_late=True)
        judge(sent, swallowed=True)
        assert Duty.objects.filter(rule="MED-06", about=dose.id, closed_at=None).exists()


@pytest.mark.parametrize(("swallowed", "found"), [(None, "Seen."), (True, "  ")])
def test_a_judgement_says_what_and_how_it_is_known(dose, swallowed, found) -> None:
    with clock.frozen(LATER):
        sent = kept(dose)
        with pytest.raises(Invalid):
            judge(sent, swallowed, found=found)
        assert duties(dose.id) == [True]


def test_nobody_judges_the_entry_of_another_person(dose) -> None:
    with clock.frozen(LATER):
        sent = kept(dose)
        with pytest.raises(NotFound):
            said = {"version": sent.version, "swallowed": False, "found": "Seen."}
            actions.judge_entry(actor=nurse(), person_id=housed(2), entry_id=sent.id, **said)


def test_what_was_not_swallowed_waits_for_nobody_s_dose(dose) -> None:
    with clock.frozen(LATER):
        kept(dose, status="refused", reason="side-effects", detail={"capacity": "yes"})
        assert not duties(dose.id)
        actions.record_doses(actor=nurse(), person_id=dose.person_id, charted=[Charted(dose.id, "given")])


def test_whatever_kept_it_a_revoked_tablet_s_dose_waits_too_and_two_entries_are_judged_one_by_one(dose) -> None:
    with clock.frozen(LATER):
        first = kept(dose)
        device, bundle = enrolled("Cart 2")
        devices.revoke_device(actor=nurse(), device_id=device, why="Lost.")
        assert sync(device, bundle, event(dose, minutes=6)) == ["kept"]
        second = DeviceEvent.objects.get(device_id=device)
        judge(first, swallowed=False)
        assert duties(dose.id) == [True], "one of two is judged"
        # Looked at on the page of tablets, it is judged as well.
        devices.review_entry(actor=nurse(), entry_id=second.id, version=second.version, found="The tablet was stolen.")
        assert duties(dose.id) == [False]


def test_what_a_refused_tablet_sends_under_a_number_used_before_is_charted_by_whoever_judges(dose) -> None:
    other = Dose.objects.filter(order_id=dose.order_id).exclude(id=dose.id).order_by("due_at").first()
    with clock.frozen(LATER):
        device, bundle = enrolled()
        assert sync(device, bundle, event(other)) == ["applied"]
        devices.revoke_device(actor=nurse(), device_id=device, why="Stolen.")
        assert sync(device, bundle, event(dose, minutes=6)) == ["kept"]
        sent = DeviceEvent.objects.get(about_id=dose.id)
        assert sent.why == "sequence_twice" and "device_refused" in sent.sentence
        said = {"version": sent.version, "swallowed": True, "found": "He says so."}
        actions.judge_entry(
            actor=replace(nurse(), name="Demo-Nurse, Bea"), person_id=dose.person_id, entry_id=sent.id, **said
        )
    dose.refresh_from_db()
    assert dose.status == "given" and dose.by.startswith("Demo-Nurse, Bea")


def test_an_entry_that_nobody_could_read_is_looked_at_like_any_other() -> None:
    with clock.frozen(LATER):
        device, bundle = enrolled()
        body = {"status": "given", "dose_id": "no dose"}
        devices.take_in(
            actor=nurse(), device_id=device, bundle_id=bundle, entries=[Entry(uuid7(), 1, "dose", LATER, body=body)]
        )
        sent = DeviceEvent.objects.get(why="unreadable")
        devices.review_entry(actor=nurse(), entry_id=sent.id, version=sent.version, found="Asked; not given.")
    sent.refresh_from_db()
    assert sent.found == "Asked; not given."


def test_a_dose_that_was_asked_for_is_not_given_again_either() -> None:
    person = housed(1)
    order = ordered(person, timing={"kind": "prn", "min_interval_minutes": 60, "max_in_24h": 4}, as_needed_for="pain")
    with clock.frozen(LATER):
        device, bundle = enrolled()
        asked = event(Dose(person_id=person, order_id=order), dose_id=None, minutes=600, amount=TOO_MUCH, reason="pain")
        assert sync(device, bundle, asked) == ["kept"]
        assert duties(order) == [True]
        about = {"actor": nurse(), "person_id": person, "order_id": order, "reason": "pain"}
        with pytest.raises(Invalid, match=SENTENCE):
            actions.give_as_needed(**about)
        judge(DeviceEvent.objects.get(), swallowed=True)
        assert duties(order) == [False] and Dose.objects.get(order_id=order).status == "given"
        with pytest.raises(Invalid, match="Not yet"):
            actions.give_as_needed(**about)


def test_pass_sheet_dose_and_downtime_say_so_and_the_page_judges(client, dose) -> None:
    with clock.frozen(MORNING + timedelta(minutes=30)):
        sent = kept(dose)
        become(client, "rn")
        line = client.get("/pass/list/", {"pass": dose.pass_code}).json()
        (shown,) = [d for p in line["people"] for d in p["doses"] if d["id"] == str(dose.id)]
        assert shown["unjudged"] and shown["status"] == "expected"
        assert [d["unjudged"] for p in line["people"] for d in p["doses"]].count(True) == 1
        home = f"/people/{dose.person_id}/medications/"
        for page in (home, f"{home}doses/{dose.id}/", "/pass/downtime/"):
            assert SENTENCE in client.get(page).content.decode(), page
        given = [{"dose": str(dose.id), "status": "given"}]
        status, answer = post(client, "chart", person=str(dose.person_id), doses=given)
        assert status == 422 and SENTENCE in json.dumps(answer)
        said = {"intent": str(uuid7()), "version": sent.version, "swallowed": "yes", "found": "She saw it."}
        assert client.post(f"{home}entries/{sent.id}/", said).status_code == 303
        assert SENTENCE not in client.get(home).content.decode()
    dose.refresh_from_db()
    assert dose.status == "given"
