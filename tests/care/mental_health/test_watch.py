"""A watch from the answer that begins it to the visits after it: who may do what, and what duties open and close."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.care.mental_health.makers import (  # noqa: F401
    MINUTE,
    NIGHT,
    PLAN,
    admin,
    assess,
    check,
    nurse,
    officer,
    open_rules,
    person,
    place,
    psych,
    second,
    somebody,
    start,
)
from throughcare.care.mental_health import actions
from throughcare.care.mental_health.models import FollowUp, Watch, WatchCheck, WatchFinding, WatchObserver
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility, OperationalAlert
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import IntentReused, Invalid, NotAllowed, Stale
from throughcare.kernel.ids import uuid7
from throughcare.ledger import formats, verify

pytestmark = pytest.mark.django_db


def told(person) -> set[str]:  # noqa: F811
    return set(OperationalAlert.objects.filter(person_id=person, ended_at=None).values_list("template", flat=True))


def test_from_the_order_to_the_visits_after_it(nurse, psych, officer, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
    assert (watch.state, watch.level) == ("preliminary", "staggered")
    assert open_rules(person) == {"SUI-02", "SUI-03"}
    assert told(person) == {"watch_staggered", "property_limited"}
    with clock.frozen(NIGHT + 9 * MINUTE):
        done = check(officer, watch)
    assert 4 * MINUTE <= done.next_at - done.at <= 14 * MINUTE
    due = Duty.objects.get(person_id=person, rule="SUI-02", closed_at=None)
    assert due.due_at == NIGHT + 24 * MINUTE
    with clock.frozen(NIGHT + timedelta(hours=10)):
        with pytest.raises(NotAllowed, match="mental health professional"):
            actions.end_watch(actor=nurse, person_id=person, watch_id=watch.id, why="Feels better.")
        with pytest.raises(Invalid, match="Assess the person first"):
            actions.end_watch(actor=psych, person_id=person, watch_id=watch.id, why="Feels better.")
        with pytest.raises(Invalid) as refused:
            assess(psych, watch, "end", why="No intent for ten hours.")
        assert "plan-warnings" in refused.value.fields
        assess(psych, watch, "end", why="No intent for ten hours.", plan=PLAN)
    assert open_rules(person) >= {"SUI-04-72H", "SUI-04-10D", "SUI-04-24D"}
    assert not open_rules(person) & {"SUI-02", "SUI-03"}
    assert told(person) == set()
    first = FollowUp.objects.get(person_id=person, visit="first")
    answers = {"1": False, "2": False, "6": False}
    visit = {"actor": psych, "person_id": person, "follow_up_id": first.id, "answers": answers, "words": "Calm, eats."}
    with clock.frozen(NIGHT + timedelta(hours=12)), pytest.raises(Invalid, match="first day"):
        actions.record_follow_up(**visit)
    with clock.frozen(NIGHT + timedelta(hours=40)):
        actions.record_follow_up(**visit)
    assert "SUI-04-72H" not in open_rules(person)
    assert verify.run().broken == []
    assert formats.turn().faults == []


def test_an_alert_of_an_answer_begins_it_before_any_signature(nurse, person) -> None:  # noqa: F811
    custody.raise_alert(actor=nurse, person_id=person, template="watch_constant", reason_ref=uuid7())
    watch = Watch.objects.get(person_id=person)
    assert (watch.state, watch.level, watch.begun_by) == ("preliminary", "constant", "answer")
    assert open_rules(person) == {"SUI-01", "SUI-03"}
    custody.raise_alert(actor=nurse, person_id=person, template="watch_staggered", reason_ref=uuid7())
    watch.refresh_from_db()
    assert watch.level == "constant", "a later, milder answer lowers nothing"
    assert told(person) == {"watch_constant", "property_limited"}


def test_a_stricter_answer_raises_it(nurse, person) -> None:  # noqa: F811
    custody.raise_alert(actor=nurse, person_id=person, template="watch_staggered")
    custody.raise_alert(actor=nurse, person_id=person, template="watch_constant")
    assert Watch.objects.get(person_id=person).level == "constant"
    assert "SUI-02" not in open_rules(person)
    assert "SUI-01" in open_rules(person)


def test_nobody_tells_officers_to_stop_while_it_runs(nurse, psych, person) -> None:  # noqa: F811
    start(nurse, person)
    standing = OperationalAlert.objects.get(person_id=person, template="watch_staggered", ended_at=None)
    for actor in (nurse, psych):
        with pytest.raises(NotAllowed, match="as long as the watch does"):
            custody.end_alert(actor=actor, alert_id=standing.id)
    assert "watch_staggered" in told(person)


def test_custody_neither_begins_nor_lowers_it(officer, nurse, person) -> None:  # noqa: F811
    with pytest.raises(NotAllowed):
        actions.start_watch(actor=officer, person_id=person, level="constant", why="He said so.")
    watch = start(nurse, person, "constant")
    for actor in (officer, nurse):
        with pytest.raises(NotAllowed):
            assess(actor, watch, "lower", why="Quiet all night.", plan=PLAN)


def test_somebody_kept_alone_is_watched_without_a_break(nurse, psych, person) -> None:  # noqa: F811
    watch = start(nurse, person, "staggered", alone=True)
    assert watch.level == "constant"
    with pytest.raises(Invalid) as refused:
        assess(psych, watch, "lower", why="Much better.", plan=PLAN)
    assert "alone" in refused.value.fields["decision"]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "update mental_health_watch set level = 'staggered', next_check_at = now() where id = %s", [watch.id]
        )


def test_a_constant_watch_is_handed_over_without_a_gap(nurse, officer, second, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person, "constant")
    one = {"person_id": person, "watch_id": watch.id}
    with clock.frozen(NIGHT + 3 * MINUTE):
        actions.take_post(actor=officer, **one)
    assert "SUI-01" not in open_rules(person)
    assert Duty.objects.get(person_id=person, rule="SUI-01-RELIEF").due_at == NIGHT + 123 * MINUTE
    with clock.frozen(NIGHT + 100 * MINUTE):
        with pytest.raises(Invalid, match="told"):
            actions.take_post(actor=second, **one)
        actions.take_post(actor=second, told="Nothing new, drank water.", **one)
    stretches = list(WatchObserver.objects.filter(watch=watch).order_by("since"))
    assert stretches[0].until == stretches[1].since == NIGHT + 100 * MINUTE
    assert not WatchFinding.objects.filter(kind="nobody").exists()
    with clock.frozen(NIGHT + 130 * MINUTE):
        actions.leave_post(actor=second, **one)
    assert "SUI-01" in open_rules(person)
    with clock.frozen(NIGHT + 137 * MINUTE):
        actions.look_at_watches(actor=Actor.system("hand"))
    assert WatchFinding.objects.get(kind="nobody").since == NIGHT + 130 * MINUTE


def test_a_gap_is_found_though_the_clocks_hand_stood_still(nurse, officer, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
    with clock.frozen(NIGHT + 15 * MINUTE + timedelta(seconds=1)):
        check(officer, watch)
    gap = WatchFinding.objects.get(kind="gap")
    assert (gap.since, gap.until) == (NIGHT, NIGHT + 15 * MINUTE + timedelta(seconds=1))
    late = Duty.objects.get(person_id=person, rule="SUI-02", outcome="done")
    assert late.closed_at > late.due_at
    assert Duty.objects.filter(person_id=person, rule="SUI-05", about=gap.id, closed_at=None, owner_role="hsa").exists()


def test_exactly_fifteen_minutes_is_no_gap(nurse, officer, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
    with clock.frozen(NIGHT + 15 * MINUTE):
        check(officer, watch)
        actions.look_at_watches(actor=Actor.system("hand"))
    assert not WatchFinding.objects.filter(kind="gap").exists()


def test_a_check_made_without_a_network_comes_once_and_explains_a_gap(nurse, officer, admin, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
    with clock.frozen(NIGHT + 26 * MINUTE):
        check(officer, watch)
    assert WatchFinding.objects.filter(kind="gap", state="open").count() == 1
    sent = {
        "id": uuid7(),
        "happened_at": NIGHT + 15 * MINUTE,
        "skew_seconds": 120,
        "device": uuid7(),
        "sequence": 7,
    }
    with clock.frozen(NIGHT + 40 * MINUTE):
        first, again = (check(officer, watch, **sent) for _ in range(2))
        assert first.at == again.at == NIGHT + 13 * MINUTE
        with pytest.raises(IntentReused):
            check(officer, watch, "crying", **sent)
    assert WatchCheck.objects.filter(watch=watch).count() == 2
    assert not WatchFinding.objects.filter(kind="gap", state="open").exists()
    assert Duty.objects.filter(person_id=person, rule="SUI-05", outcome="done").exists()


def test_what_hurts_is_answered_at_once(nurse, officer, psych, person) -> None:  # noqa: F811
    watch = start(nurse, person)
    done = check(officer, watch, "harming", note="Sheet round the neck, cut down.")
    assert done.code
    watch.refresh_from_db()
    assert watch.level == "constant"
    assert {"SUI-01", "SUI-03", "SUI-06"} <= open_rules(person)
    event = person_event(person)
    actions.class_self_harm(actor=psych, person_id=person, event_id=event.id, kind="attempt", steps=["cut-down"])
    assert "SUI-06" not in open_rules(person)


def person_event(person):  # noqa: F811
    from throughcare.care.mental_health.models import SelfHarmEvent

    return SelfHarmEvent.objects.get(person_id=person)


def test_it_goes_with_the_person_and_rests_in_hospital(nurse, officer, person, place) -> None:  # noqa: F811
    other = Facility.objects.exclude(id=place.id).filter(closed_on=None, sex__in=["any", "male"]).first()
    feed = Actor.feed("custody")
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
    with clock.frozen(NIGHT + 5 * MINUTE):
        custody.send_out(actor=feed, person_id=person, kind="hospital", place="Example Hospital")
    assert "SUI-02" not in open_rules(person)
    with clock.frozen(NIGHT + 300 * MINUTE):
        custody.return_in(actor=feed, person_id=person)
    assert "SUI-02" in open_rules(person)
    assert not WatchFinding.objects.exists()
    with clock.frozen(NIGHT + 310 * MINUTE):
        custody.transfer(actor=feed, person_id=person, to=custody.Spot(other.id))
    watch.refresh_from_db()
    assert watch.facility_id == other.id
    due = Duty.objects.get(person_id=person, rule="SUI-02", closed_at=None)
    assert (due.facility_id, due.due_at) == (other.id, NIGHT + 325 * MINUTE)


def test_a_release_hands_on_what_was_owed_and_its_cancelling_brings_all_back(nurse, psych, person) -> None:  # noqa: F811
    feed = Actor.feed("custody")
    with clock.frozen(NIGHT):
        watch = start(nurse, person)
        assess(psych, watch, "end", why="Long talk, plan made, family called.", plan=PLAN)
        again = start(nurse, person)
    with clock.frozen(NIGHT + 30 * MINUTE):
        custody.release(actor=feed, person_id=person, destination="parole")
    again.refresh_from_db()
    assert (again.state, again.ended_how) == ("ended", "released")
    assert open_rules(person) == {"SUI-05"}, "the gap before the release has still to be answered"
    assert Duty.objects.filter(person_id=person, rule="REL-MH", closed_at=None).exists()
    assert set(FollowUp.objects.filter(person_id=person).values_list("state", flat=True)) == {"converted"}
    with clock.frozen(NIGHT + 40 * MINUTE):
        custody.cancel_release(actor=feed, person_id=person)
    again.refresh_from_db()
    assert again.state == "preliminary"
    assert "SUI-02" in open_rules(person)
    assert "SUI-04-72H" in open_rules(person)
    assert set(FollowUp.objects.filter(person_id=person).values_list("state", flat=True)) == {"open"}


def test_only_a_professional_gives_back_what_was_taken(nurse, psych, person) -> None:  # noqa: F811
    watch = start(nurse, person)
    one = {"person_id": person, "watch_id": watch.id}
    actions.order_watch(actor=nurse, property={"bedding": "no"}, **one)
    with pytest.raises(Invalid, match="gives back"):
        actions.order_watch(actor=nurse, property={"bedding": "yes"}, **one)
    actions.order_watch(actor=psych, property={"bedding": "yes"}, **one)
    watch.refresh_from_db()
    assert (watch.state, watch.property["bedding"]) == ("ordered", "yes")


def test_a_second_watch_beside_it_is_refused(nurse, person) -> None:  # noqa: F811
    start(nurse, person)
    with pytest.raises(Stale):
        start(nurse, person)


def test_a_written_check_is_never_changed(nurse, officer, person) -> None:  # noqa: F811
    watch = start(nurse, person)
    check(officer, watch)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update mental_health_watchcheck set at = at - interval '5 minutes'")
