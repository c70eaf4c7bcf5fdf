"""Rounds that were walked without a network: each look once, at its own time, by its own observer, with what it gives away."""

import json
from datetime import timedelta

import pytest

from tests.care.medications.test_pass import become, post
from tests.care.mental_health.makers import (  # noqa: F401
    MINUTE,
    NIGHT,
    door_of,
    nurse,
    officer,
    person,
    place,
    psych,
    second,
    somebody,
    start,
)  # fmt: skip
from throughcare.care.mental_health import actions as mental_health
from throughcare.care.mental_health import along
from throughcare.care.mental_health.models import WatchCheck, WatchFinding, WatchObserver
from throughcare.devices import actions
from throughcare.devices.entries import Entry
from throughcare.devices.models import DeviceEvent
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db
BACK = NIGHT + 3 * timedelta(hours=1)


@pytest.fixture
def phone(officer, place):  # noqa: F811
    device = actions.enrol_device(actor=officer, device_id=uuid7(), facility_id=place.id, name="Phone 3")
    return device, actions.take_bundle(actor=officer, device_id=device, people=1, own={"round": []})


def look(watch, sequence, minutes, behaviour="calm", skew_ms=0, **more) -> Entry:
    number, at = uuid7(), NIGHT + minutes * MINUTE
    body = {
        "event_id": str(number), "sequence": sequence, "kind": "round", "at": at.isoformat(), "skew_ms": skew_ms,
        "person_id": str(watch.person_id), "watch_id": str(watch.id), "verb": "check", "behaviour": behaviour, **more,
    }  # fmt: skip
    return Entry(number, sequence, "round", at, skew_ms, body)


def send(by, phone, *entries):
    done = actions.take_in(actor=by, device_id=phone[0], bundle_id=phone[1], entries=list(entries))
    return [d.outcome for d in done]


def test_a_look_stands_at_its_own_time_with_all_three_stamps_and_only_once(nurse, officer, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
        code = door_of(watch)
    with clock.frozen(NIGHT + MINUTE):
        device = actions.enrol_device(actor=officer, device_id=uuid7(), facility_id=watch.facility_id, name="Phone 3")
        phone = device, actions.take_bundle(actor=officer, device_id=device, people=1, own={"round": []})
    one, two = look(watch, 1, 12, skew_ms=120_000, door=f"TCDOOR:{code}"), look(watch, 2, 21, "asleep")
    with clock.frozen(BACK):
        assert send(nurse, phone, two, one) == ["applied", "applied"]
        assert send(nurse, phone, one, two) == ["repeated", "repeated"]
    first, then = WatchCheck.objects.filter(watch=watch).order_by("at")
    assert (first.at, first.received_at, first.skew_seconds) == (NIGHT + 10 * MINUTE, BACK, 120)
    assert (first.proof, first.source, first.device_id, first.sequence) == ("badge", "device", phone[0], 1)
    assert then.behaviour == "asleep"
    assert not WatchFinding.objects.filter(watch=watch, kind="block").exists()
    assert verify.run().sound


def test_looks_written_at_once_are_found_by_the_phones_own_time(nurse, officer, person, phone) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
    rows = [look(watch, n, 20 + n * 0.4) for n in (1, 2, 3)]
    with clock.frozen(BACK):
        send(officer, phone, *rows)
    assert WatchFinding.objects.get(watch=watch, kind="block").reason.startswith("3 checks said to have happened")


def test_looks_after_the_fact_on_a_clock_that_was_set_back_are_looked_at(nurse, officer, person, phone) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
    with clock.frozen(BACK):
        assert send(officer, phone, look(watch, 1, 40), look(watch, 2, 12)) == ["applied", "applied"]
    assert DeviceEvent.objects.get(sequence=2).why == "clock_set_back"
    assert WatchCheck.objects.filter(watch=watch).count() == 2, "a look is not thrown away for that"


def test_one_number_twice_stops_no_parcel(nurse, officer, person, phone) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
    with clock.frozen(BACK):
        assert send(officer, phone, look(watch, 1, 9), look(watch, 1, 20)) == ["applied", "applied"]
    assert sorted(DeviceEvent.objects.values_list("why", flat=True)) == ["", "sequence_twice"]
    assert WatchCheck.objects.filter(watch=watch, source="device").count() == 2


def test_what_hurts_is_acted_on_when_it_comes(nurse, officer, person, phone) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
    with clock.frozen(BACK):
        send(officer, phone, look(watch, 1, 9, "harming", note="Cut down."))
    watch.refresh_from_db()
    assert watch.level == "constant"


def test_another_persons_watch_is_never_written(nurse, officer, person, place, phone) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch, other = start(nurse, person), somebody(place, "Sample-Byrd")
    wrong = look(watch, 1, 9)
    wrong.body.update(person_id=str(other))
    with clock.frozen(BACK):
        assert send(officer, phone, wrong) == ["kept"]
    assert DeviceEvent.objects.get().why == "unknown_watch"
    assert not WatchCheck.objects.exists()


def post_of(watch, sequence, minutes, verb="take", **more) -> Entry:
    entry = look(watch, sequence, minutes, **more)
    entry.body.pop("behaviour")
    entry.body["verb"] = verb
    return entry


def test_a_constant_post_is_taken_and_left_without_a_network(nurse, officer, person, phone) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person, "constant")
    with clock.frozen(BACK):
        assert mental_health.look_at_watches(actor=officer) == 1  # to the house, nobody was there for three hours
        assert send(officer, phone, post_of(watch, 1, 4), look(watch, 2, 30)) == ["applied", "applied"]
    (post_,) = WatchObserver.objects.filter(watch=watch)
    assert (post_.since, post_.until, post_.observer_id) == (NIGHT + 4 * MINUTE, None, officer.id)
    assert not WatchFinding.objects.filter(watch=watch, kind="nobody", state="open").exists(), "it was told later"
    with clock.frozen(BACK + MINUTE):
        assert send(officer, phone, post_of(watch, 3, 175, "leave")) == ["applied"]
    post_.refresh_from_db()
    assert (post_.until, post_.ended_how) == (NIGHT + 175 * MINUTE, "left")
    assert verify.run().sound


def test_a_late_relief_never_overtakes_a_later_one(nurse, officer, second, person, phone) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person, "constant")
        mental_health.take_post(actor=nurse, person_id=person, watch_id=watch.id)
    with clock.frozen(BACK - 10 * MINUTE):
        assert send(officer, phone, post_of(watch, 1, 60)) == ["kept"], "nothing was handed over"
        assert send(officer, phone, post_of(watch, 2, 60, told="nothing new")) == ["applied"]
    first, relief = WatchObserver.objects.filter(watch=watch).order_by("since")
    assert first.until == relief.since == NIGHT + 60 * MINUTE and relief.told == "nothing new"
    with clock.frozen(BACK):
        mental_health.take_post(actor=second, person_id=person, watch_id=watch.id, told="calm")
    with clock.frozen(BACK + MINUTE):
        assert send(officer, phone, post_of(watch, 3, 120, told="late")) == ["kept"]
    assert "is recorded in place since" in DeviceEvent.objects.get(sequence=3).sentence
    assert WatchObserver.objects.get(watch=watch, until=None).observer_id == second.id


def test_another_facilitys_watch_is_refused_in_words_and_kept(nurse, officer, person, place) -> None:  # noqa: F811
    from throughcare.custody.models import Facility

    other = Facility.objects.exclude(id=place.id).filter(kind="prison").first()
    stranger = Actor("staff", uuid7(), "Demo-Far", Role.CUSTODY, other.id)
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
        device = actions.enrol_device(actor=stranger, device_id=uuid7(), facility_id=other.id, name="Phone 9")
        far = device, actions.take_bundle(actor=stranger, device_id=device, people=1, own={"round": []})
    with clock.frozen(BACK):
        assert send(stranger, far, look(watch, 1, 9), post_of(watch, 2, 12)) == ["kept", "kept"]
    row = DeviceEvent.objects.get(sequence=1)
    assert row.why == "other_facility" and row.sentence.startswith("Another facility watched this person then.")
    assert not WatchCheck.objects.exists() and not WatchObserver.objects.exists()


def test_a_look_made_before_a_transfer_stands(nurse, officer, person, place, phone) -> None:  # noqa: F811
    from throughcare.custody import actions as custody
    from throughcare.custody.models import Facility

    other = Facility.objects.exclude(id=place.id).filter(kind="prison").first()
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
    with clock.frozen(NIGHT + 60 * MINUTE):
        custody.transfer(actor=Actor.feed("custody"), person_id=person, to=custody.Spot(other.id))
    with clock.frozen(BACK):
        assert send(officer, phone, look(watch, 1, 20), look(watch, 2, 90)) == ["applied", "kept"]


def test_a_device_holds_no_door_code_that_can_be_read(client, nurse, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        code = door_of(start(nurse, person))
        become(client, "custody")
        device = str(uuid7())
        post(client, "/devices/enrol/", device=device, name="Phone 1")
        given = json.loads(post(client, "/devices/bundle/", device=device, sections={"round": {}})[1]["body"])
    section = given["sections"]["round"]
    (line,) = section["people"]
    assert code not in json.dumps(section)
    assert line["door"] == along.digest_of(code, section["salt"]) and section["turns"] == along.TURNS


def test_an_officer_takes_the_round_along_and_no_word_of_why(client, nurse, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
        become(client, "custody")
        device = str(uuid7())
        assert post(client, "/devices/enrol/", device=device, name="Phone 1")[0] == 200
        status, given = post(client, "/devices/bundle/", device=device, sections={"round": {}})
        assert status == 200, given
        (line,) = json.loads(given["body"])["sections"]["round"]["people"]
        assert line["watch"] == str(watch.id)
        assert "can't go on" not in given["body"] and "risk" not in given["body"].lower()
