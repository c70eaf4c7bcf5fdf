"""The guard at every door: what falls in the shadow of a move is covered, or owned at both ends; a release never waits."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests.care.medications.test_medication_screens import ANY_REASON, post
from tests.care.medications.test_ordering_and_giving import MORNING, TWICE, doctor, nurse, order, person, place  # noqa: F401
from tests.care.sick_call.test_screens import become
from tests.fixtures_lenses import lens_of
from throughcare.access.models import User
from throughcare.care.medications import actions
from throughcare.care.medications.actions import Charted, Covering
from throughcare.care.medications.actions.bags import bag_code
from throughcare.care.medications.models import Crossing, CrossingLine, Dose, MedicationOrder
from throughcare.care.medications.reads import doors as doors_read
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.duties import roster
from throughcare.duties.models import Duty
from throughcare.duties.roster import ShiftPlan
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db
LEVETIRACETAM = "311289"
BIKTARVY = "1999667"
FEED = Actor.feed("custody")
VAN = MORNING - timedelta(hours=3)  # 05:00


@pytest.fixture
def elsewhere(place):  # noqa: F811
    return Facility.objects.exclude(id=place.id).filter(kind="prison", sex__in=("any", "male")).first()


def seizure(doctor, person, at=MORNING - timedelta(days=1, hours=6), **more):  # noqa: F811
    with clock.frozen(at):
        return order(
            doctor, person, product=LEVETIRACETAM, timing=TWICE, indication="Seizures", reasons=ANY_REASON, **more
        )


def open_rules(person):  # noqa: F811
    rows = Duty.objects.filter(person_id=person, closed_at=None)
    return set(rows.filter(rule__regex="^(DOOR|TRN-03|REL-MED|REL-MOUD)").values_list("rule", flat=True))


def cover(actor, crossing, way, receiver="Demo-Nurse, Bea", **more):
    crossing.refresh_from_db()
    lines = crossing.lines.exclude(doses=[])
    return actions.cover_crossing(
        actor=actor,
        person_id=crossing.person_id,
        crossing_id=crossing.id,
        version=crossing.version,
        receiver=receiver,
        covered=tuple(Covering(x.id, way, **more) for x in lines),
    )


def scan(actor, crossing):
    return actions.scan_bag(actor=actor, code=bag_code(crossing.id))


def give(nurse, person, row, until):  # noqa: F811
    for dose in Dose.objects.filter(order=row, status="expected", due_at__lt=until).order_by("due_at"):
        with clock.frozen(dose.due_at):
            actions.record_doses(actor=nurse, person_id=person, charted=[Charted(dose.id, "given")])


def test_a_transfer_asks_both_ends_until_it_is_covered(doctor, nurse, person, elsewhere) -> None:  # noqa: F811
    row = seizure(doctor, person)
    give(nurse, person, row, VAN)
    with clock.frozen(VAN - timedelta(hours=6)):
        custody.schedule_event(
            actor=FEED, person_id=person, kind="transfer", starts_at=VAN, to_facility_id=elsewhere.id
        )
        crossing = Crossing.objects.get()
        assert crossing.uncovered == 1
        assert open_rules(person) == {"DOOR-OUT", "DOOR-IN", "TRN-03"}
        out, into = (Duty.objects.get(rule=r, closed_at=None) for r in ("DOOR-OUT", "DOOR-IN"))
        assert (out.facility_id, into.facility_id) == (nurse.facility_id, elsewhere.id)
        assert out.due_at == VAN
        assert Duty.objects.get(rule="TRN-03").due_at == MORNING
        with pytest.raises(Invalid, match="Name who receives"):
            cover(nurse, crossing, "send_with", receiver=" ")
        assert cover(nurse, crossing, "send_with") == 0
        assert open_rules(person) == set()
        scan(nurse, crossing)
    with clock.frozen(VAN):
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(elsewhere.id))
    crossing.refresh_from_db()
    assert (crossing.state, crossing.uncovered) == ("under_way", 0)
    assert open_rules(person) == set()
    assert verify.run().sound


def test_a_van_without_the_bag_calls_the_supervisor(client, doctor, nurse, person, elsewhere, place) -> None:  # noqa: F811
    row = seizure(doctor, person)
    give(nurse, person, row, VAN)
    with clock.frozen(VAN - timedelta(hours=6)):
        custody.schedule_event(
            actor=FEED, person_id=person, kind="transfer", starts_at=VAN, to_facility_id=elsewhere.id
        )
        crossing = Crossing.objects.get()
        cover(nurse, crossing, "send_with")
    early = VAN - timedelta(minutes=15)
    with clock.frozen(early):
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(elsewhere.id))
    assert open_rules(person) == {"DOOR-OUT", "DOOR-IN", "TRN-03", "DOOR-BAG"}, "nobody knows whether it went along"
    bag = Duty.objects.get(rule="DOOR-BAG", closed_at=None)
    assert (bag.owner_role, bag.facility_id, bag.opened_at) == ("hsa", place.id, early)
    with clock.frozen(early + timedelta(minutes=1)):
        become(client, "rn", place)
        assert "nobody scanned the bag" in client.get(f"/people/{person}/medications/doors/").content.decode()
        assert "Bag not scanned" in client.get("/medications/doors/").content.decode()
        for code, words, status in (
            ("B0000000000", "No bag with this code", 404),
            ("", "Scan the code on the bag.", 422),
        ):
            refused = post(client, "/medications/doors/bag/", code=code)
            assert refused.status_code == status
            page = refused.content.decode()
            assert words in page
            assert f'value="{code}"' in page, "what was scanned stands in its field"
        become(client, "rn", elsewhere)
        assert post(client, "/medications/doors/bag/", code=bag_code(crossing.id).lower()).status_code == 303
    assert open_rules(person) == set(), "it came"
    crossing.refresh_from_db()
    assert crossing.bag_in_at and not crossing.bag_out_at
    assert Duty.objects.get(id=bag.id).outcome == "done"
    assert verify.run().sound


def test_a_bag_that_nobody_scanned_is_not_charted_as_sent(doctor, nurse, person) -> None:  # noqa: F811
    row = seizure(doctor, person)
    give(nurse, person, row, VAN)
    with clock.frozen(VAN):
        custody.send_out(actor=FEED, person_id=person, kind="court", place="Hartford")
        cover(nurse, Crossing.objects.get(), "send_with", receiver="Transport officer")
        assert open_rules(person) == {"DOOR-OUT", "DOOR-BAG"}
    with clock.frozen(MORNING + timedelta(hours=4)):
        custody.return_in(actor=FEED, person_id=person)
    assert Dose.objects.get(order=row, due_at=MORNING).status == "expected", "asked about, never assumed"


def test_a_sudden_transfer_is_owned_in_the_same_moment(doctor, nurse, person, elsewhere) -> None:  # noqa: F811
    row = seizure(doctor, person)
    give(nurse, person, row, VAN)
    with clock.frozen(VAN):
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(elsewhere.id))
    assert open_rules(person) == {"DOOR-OUT", "DOOR-IN", "TRN-03"}
    ends = dict(Duty.objects.filter(closed_at=None, rule__startswith="DOOR").values_list("rule", "facility_id"))
    assert ends == {"DOOR-OUT": nurse.facility_id, "DOOR-IN": elsewhere.id}, (
        "what was left undone is owed where it was left"
    )
    give(nurse, person, row, VAN + timedelta(hours=25))
    with clock.frozen(VAN + timedelta(hours=25)):
        actions.watch_doors(actor=nurse)
    assert open_rules(person) == set(), "given over there: nothing is uncovered any more"
    assert Crossing.objects.get().state == "over"


def test_a_cancelled_plan_takes_its_duties_back_and_a_later_one_asks_anew(doctor, person, elsewhere) -> None:  # noqa: F811
    seizure(doctor, person)
    with clock.frozen(VAN - timedelta(hours=6)):
        about = {"actor": FEED, "person_id": person, "kind": "transfer", "to_facility_id": elsewhere.id}
        plan = custody.schedule_event(**about, starts_at=VAN)
        custody.cancel_scheduled(actor=FEED, event_id=plan)
        assert open_rules(person) == set()
        assert Crossing.objects.get().state == "cancelled"
        custody.schedule_event(**about, starts_at=VAN + timedelta(hours=24))
    assert open_rules(person) == {"DOOR-OUT", "DOOR-IN", "TRN-03"}


def test_an_order_added_or_stopped_meanwhile_changes_the_door(doctor, nurse, person, elsewhere) -> None:  # noqa: F811
    with clock.frozen(VAN - timedelta(hours=6)):
        custody.schedule_event(
            actor=FEED, person_id=person, kind="transfer", starts_at=VAN, to_facility_id=elsewhere.id
        )
    assert open_rules(person) == set()
    row = seizure(doctor, person, at=VAN - timedelta(hours=5))
    assert "DOOR-OUT" in open_rules(person)
    with clock.frozen(VAN - timedelta(hours=4)):
        actions.stop_order(actor=doctor, person_id=person, order_id=row.id, version=1, why="Rash")
    assert open_rules(person) == set()


def test_the_court_van_at_five_early_dose_and_what_was_sent(doctor, nurse, person) -> None:  # noqa: F811
    row = seizure(doctor, person)
    give(nurse, person, row, VAN)
    back = MORNING + timedelta(hours=14)  # 22:00, after the evening dose
    with clock.frozen(VAN - timedelta(hours=8)):
        custody.schedule_event(
            actor=FEED, person_id=person, kind="court", starts_at=VAN, ends_at=back, place="Hartford"
        )
        crossing = Crossing.objects.get()
        line = CrossingLine.objects.get()
        assert len(line.doses) == 2
        assert open_rules(person) == {"DOOR-OUT"}
        with pytest.raises(Invalid, match="may be given from"):
            actions.give_early(actor=nurse, person_id=person, crossing_id=crossing.id, line_id=line.id)
    with clock.frozen(VAN - timedelta(minutes=20)):
        actions.give_early(actor=nurse, person_id=person, crossing_id=crossing.id, line_id=line.id)
        line.refresh_from_db()
        assert len(line.doses) == 1, "the morning dose is given, the evening one is still to travel"
        assert open_rules(person) == {"DOOR-OUT"}
        cover(nurse, crossing, "send_with", receiver="Transport officer")
        assert open_rules(person) == set()
        scan(nurse, crossing)
    with clock.frozen(VAN):
        custody.send_out(actor=FEED, person_id=person, kind="court", place="Hartford", expected_back=back)
    with clock.frozen(back):
        custody.return_in(actor=FEED, person_id=person)
    early, sent = Dose.objects.filter(order=row, due_at__gte=VAN, due_at__lt=back).order_by("due_at")
    assert (early.status, early.reason) == ("given-early", "court")
    assert (sent.status, sent.reason, sent.detail["supply"]) == ("away", "court", "yes")
    assert sent.by == "guard at the doors"
    assert Crossing.objects.get().state == "over"


def test_what_was_not_sent_stays_owed_after_the_return(doctor, nurse, person) -> None:  # noqa: F811
    row = seizure(doctor, person)
    give(nurse, person, row, VAN)
    with clock.frozen(VAN):
        custody.send_out(actor=FEED, person_id=person, kind="hospital", place="Hospital")
    assert open_rules(person) == {"DOOR-OUT"}
    with clock.frozen(MORNING + timedelta(hours=4)):
        custody.return_in(actor=FEED, person_id=person)
        assert open_rules(person) == {"DOOR-OUT"}, "nobody knows what became of the morning dose"
        missed = Dose.objects.get(order=row, due_at=MORNING)
        assert missed.status == "expected"
        said = Charted(missed.id, "away", reason="hospital", detail={"supply": "no"})
        actions.record_doses(actor=nurse, person_id=person, charted=[said])
        actions.watch_doors(actor=nurse)
    assert open_rules(person) == set()


def test_a_long_stay_in_hospital_keeps_asking_until_the_hospital_gives(doctor, nurse, person) -> None:  # noqa: F811
    row = seizure(doctor, person)
    give(nurse, person, row, VAN)
    with clock.frozen(VAN):
        custody.send_out(actor=FEED, person_id=person, kind="hospital", place="Hospital")
        cover(nurse, Crossing.objects.get(), "give_there", receiver="Ward 4")
    with clock.frozen(VAN + timedelta(days=4)):
        actions.lay_doses(actor=nurse)
        actions.watch_doors(actor=nurse)
        assert open_rules(person) == set()
        custody.return_in(actor=FEED, person_id=person)
    away = Dose.objects.filter(order=row, due_at__gte=VAN, due_at__lt=VAN + timedelta(days=4))
    assert set(away.values_list("status", flat=True)) == {"away"}
    assert away.count() == 8


def test_a_sudden_release_is_never_held_and_its_bridge_is_owed_within_the_hour(doctor, nurse, person) -> None:  # noqa: F811
    row = seizure(doctor, person)
    give(nurse, person, row, VAN)
    with clock.frozen(VAN):
        moved = custody.release(actor=FEED, person_id=person, planned=False)
    assert moved.move_id
    duty = Duty.objects.get(rule="REL-MED", closed_at=None)
    assert duty.due_at == VAN + timedelta(hours=1)
    row.refresh_from_db()
    assert (row.status, row.ended_why, row.ended_at) == ("stopped", "Left custody", VAN)
    assert not Dose.objects.filter(order=row, due_at__gt=VAN, status="expected").exists()
    with clock.frozen(VAN + timedelta(minutes=30)):
        with pytest.raises(Invalid, match="what was prescribed"):
            cover(nurse, Crossing.objects.get(), "prescribe", receiver="Sample pharmacy")
        cover(nurse, Crossing.objects.get(), "prescribe", receiver="Sample pharmacy", note="14 days, e-prescribed")
    assert open_rules(person) == set()


def test_a_planned_release_converts_what_is_open_and_a_cancelled_one_goes_back(doctor, nurse, person) -> None:  # noqa: F811
    row = seizure(doctor, person)
    with clock.frozen(VAN - timedelta(hours=8)):
        custody.schedule_event(actor=FEED, person_id=person, kind="release", starts_at=VAN)
    assert open_rules(person) == {"DOOR-OUT"}
    with clock.frozen(VAN):
        custody.release(actor=FEED, person_id=person, planned=True)
    assert open_rules(person) == {"REL-MED"}
    assert Duty.objects.get(rule="DOOR-OUT").outcome == "converted"
    with clock.frozen(VAN + timedelta(hours=1)):
        custody.cancel_release(actor=FEED, person_id=person, why="Detainer")
    row.refresh_from_db()
    assert row.status == "active"
    assert Dose.objects.filter(order=row, due_at__gt=VAN + timedelta(hours=1), status="expected").exists()
    assert "REL-MED" not in open_rules(person)


def test_what_fell_due_during_a_release_that_did_not_happen_is_owed_and_the_rest_is_due_as_before(
    doctor,  # noqa: F811
    nurse,  # noqa: F811
    person,  # noqa: F811
) -> None:
    row = seizure(doctor, person)
    with clock.frozen(VAN):
        actions.find_blanks(actor=nurse)
        before = set(Dose.objects.filter(order=row, due_at__gte=VAN).values_list("due_at", flat=True))
        custody.release(actor=FEED, person_id=person, planned=False)
    late = MORNING + timedelta(hours=3)
    with clock.frozen(late):
        assert not Dose.objects.filter(order=row, due_at__gte=VAN).exists()
        assert actions.tell_ending_orders(actor=nurse) == 0
        custody.cancel_release(actor=FEED, person_id=person, why="Entered in error")
        after = Dose.objects.filter(order=row, due_at__gte=VAN)
        assert before <= set(after.values_list("due_at", flat=True)), "none is lost"
        assert after.filter(due_at__lt=late).exists(), "the morning's dose was missed, and somebody must know"
        assert actions.find_blanks(actor=nurse) == 1, "and the morning's blank is owned"


def test_an_order_of_somebody_who_left_is_renewed_by_nobody(doctor, nurse, person) -> None:  # noqa: F811
    row = seizure(doctor, person)
    near = row.ends_at - timedelta(days=7)
    with clock.frozen(near):
        custody.release(actor=FEED, person_id=person, planned=True)
        assert actions.tell_ending_orders(actor=nurse) == 0
        custody.cancel_release(actor=FEED, person_id=person, why="Detainer")
        assert actions.tell_ending_orders(actor=nurse) == 1


def test_a_pack_kept_on_the_person_is_asked_about_too(doctor, person, elsewhere) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(days=1, hours=6)):
        row = order(doctor, person, product=BIKTARVY, indication="HIV", reasons=ANY_REASON, mode="KOP")
    with clock.frozen(VAN):
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(elsewhere.id))
    line = CrossingLine.objects.get()
    assert (line.ways[0], line.order_id) == ("keeps", row.id)
    with clock.frozen(VAN):
        cover(doctor, Crossing.objects.get(), "keeps")
    assert open_rules(person) == set()


def test_nothing_controlled_travels_with_the_person(doctor, nurse, person, elsewhere) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(days=1)):
        gates = {"monitoring_checked_at": (MORNING - timedelta(days=1)).isoformat()}
        order(doctor, person, product="1010604", indication="Opioid use disorder", amount=Decimal(2), gates=gates,
              reasons=ANY_REASON, days=20)  # fmt: skip
    with clock.frozen(VAN):
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(elsewhere.id))
        with pytest.raises(Invalid, match="Choose how"):
            cover(nurse, Crossing.objects.get(), "send_with")


def test_no_medicine_no_crossing_and_the_database_refuses_an_unowned_lack(person, doctor, elsewhere) -> None:  # noqa: F811
    with clock.frozen(VAN):
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(elsewhere.id))
    assert not Crossing.objects.exists()
    seizure(doctor, person, at=VAN + timedelta(hours=1))
    with clock.frozen(VAN + timedelta(hours=2)):
        custody.send_out(actor=FEED, person_id=person, kind="hospital")
    row = Crossing.objects.get()
    with pytest.raises(IntegrityError, match="medications_crossing_owned"), transaction.atomic():
        Crossing.objects.filter(id=row.id).update(owned=False)
    with pytest.raises(Stale):
        actions.cover_crossing(
            actor=doctor, person_id=row.person_id, crossing_id=row.id, version=99, receiver="X", covered=()
        )
    assert MedicationOrder.objects.count() == 1


def test_the_pages(client, doctor, nurse, person, place, elsewhere) -> None:  # noqa: F811
    seizure(doctor, person)
    with clock.frozen(VAN - timedelta(hours=6)):
        become(client, "rn", place)
        assert "No move" in client.get("/medications/doors/").content.decode()
        custody.schedule_event(
            actor=FEED, person_id=person, kind="transfer", starts_at=VAN, to_facility_id=elsewhere.id
        )
        crossing, line = Crossing.objects.get(), CrossingLine.objects.get()
        assert "levetiracetam" in client.get("/medications/doors/").content.decode()
        base = f"/people/{person}/medications/doors/"
        assert "not covered" in client.get(base).content.decode()
        fields = {"version": str(crossing.version), f"way-{line.id}": "send_with", f"doses-{line.id}": "many"}
        refused = post(client, f"{base}{crossing.id}/", **fields, receiver="Demo-Nurse, Bea")
        assert refused.status_code == 422
        assert "Demo-Nurse, Bea" in refused.content.decode(), "what was typed is kept"
        fields[f"doses-{line.id}"] = "4"
        assert post(client, f"{base}{crossing.id}/", **fields, receiver="Demo-Nurse, Bea").status_code == 303
        assert "All covered" in client.get(base).content.decode()
        assert post(client, f"{base}{crossing.id}/early/", line="x").status_code == 422
        assert "levetiracetam" in client.get(f"{base}{crossing.id}/summary/").content.decode()
        assert "Mis medicinas" in client.get(f"{base}{crossing.id}/list/", {"lang": "es"}).content.decode()
        for role, status in (("pharmacy", 200), ("planner", 200), ("custody", 403), ("transport", 403)):
            become(client, role, place)
            assert client.get("/medications/doors/").status_code == status, role


def test_nobody_leaves_a_dose_to_a_night_without_a_nurse(nurse, doctor, person, elsewhere) -> None:  # noqa: F811
    """The roster of the other site has no nurse when the dose is due: the page says so, and who gives it is written down."""
    eve = VAN - timedelta(hours=6)
    seizure(doctor, person)
    with clock.frozen(eve):
        custody.schedule_event(
            actor=FEED, person_id=person, kind="transfer", starts_at=VAN, to_facility_id=elsewhere.id
        )
        row = Crossing.objects.get()
        line = row.lines.get()
        guard = User.objects.create(username="officer-there", name="Demo-Officer, There")
        plan = ShiftPlan(guard.id, Role.CUSTODY, elsewhere.id, eve, eve + timedelta(hours=24))
        roster.put_on_shift(actor=FEED, plan=plan)
        # The next day's roster is known too, and it has no nurse either.
        later = ShiftPlan(guard.id, Role.CUSTODY, elsewhere.id, eve + timedelta(hours=24), eve + timedelta(hours=48))
        roster.put_on_shift(actor=FEED, plan=later)
        (shown,) = doors_read.crossings(lens_of(Role.RN), [person])
        assert {g.capability for g in shown.gaps} == {"nursing_24h"}
        (listed,), _ = doors_read.board(lens_of(Role.RN), None)
        assert listed.gaps
        about = {"person_id": person, "crossing_id": row.id, "version": row.version, "receiver": "Demo-Nurse, Bea"}
        with pytest.raises(Invalid, match="No nurse is on the roster there"):
            actions.cover_crossing(actor=nurse, covered=(Covering(line.id, "give_there"),), **about)
        said = (Covering(line.id, "give_there", note="Nurse of Osborn comes over"),)
        assert actions.cover_crossing(actor=nurse, covered=said, **about) == 0


@pytest.mark.parametrize(
    ("minutes", "before", "asked"),
    [(10, False, True), (30, False, True), (31, False, False), (10, True, False)],
    ids=["van before the line", "end of the window", "a blank by then, which has its owner", "given"],
)
def test_a_dose_still_to_be_given_when_the_van_leaves(doctor, nurse, person, minutes, before, asked) -> None:  # noqa: F811
    row = seizure(doctor, person)
    leaves = MORNING + timedelta(minutes=minutes)
    give(nurse, person, row, leaves if before else VAN)
    with clock.frozen(VAN):
        custody.schedule_event(
            actor=FEED, person_id=person, kind="court", starts_at=leaves, ends_at=leaves + timedelta(hours=5), place="X"
        )
        assert open_rules(person) == set(), "the line comes before the van"
    with clock.frozen(leaves):
        custody.send_out(
            actor=FEED, person_id=person, kind="court", place="X", expected_back=leaves + timedelta(hours=5)
        )
        assert (open_rules(person) == {"DOOR-OUT"}) is asked
        actions.watch_doors(actor=nurse, person_id=person)
        assert (open_rules(person) == {"DOOR-OUT"}) is asked
        if asked:
            cover(nurse, Crossing.objects.get(), "send_with", receiver="Transport officer")
            scan(nurse, Crossing.objects.get())
            assert open_rules(person) == set()
    with clock.frozen(leaves + timedelta(hours=5)):
        custody.return_in(actor=FEED, person_id=person)
    became = Dose.objects.get(order=row, due_at=MORNING).status
    assert became == ("away" if asked else "given" if before else "expected")


def test_who_comes_from_court_to_another_facility_is_back_from_court(doctor, nurse, person, elsewhere) -> None:  # noqa: F811
    row = seizure(doctor, person)
    give(nurse, person, row, VAN)
    with clock.frozen(VAN):
        custody.send_out(
            actor=FEED, person_id=person, kind="court", place="X", expected_back=MORNING + timedelta(hours=6)
        )
    with clock.frozen(VAN + timedelta(hours=1)):
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(elsewhere.id))
        assert {(c.door, c.state) for c in Crossing.objects.all()} == {("court", "over"), ("transfer", "under_way")}
        cover(nurse, Crossing.objects.get(door="transfer"), "give_there")
    assert open_rules(person) == set()


def test_of_moves_in_a_chain_the_last_one_asks(doctor, nurse, person, place, elsewhere) -> None:  # noqa: F811
    row = seizure(doctor, person)
    give(nurse, person, row, VAN)
    for n, to in enumerate((elsewhere, place, elsewhere)):
        with clock.frozen(VAN + timedelta(hours=n)):
            custody.transfer(actor=FEED, person_id=person, to=custody.Spot(to.id))
    assert sorted(Crossing.objects.values_list("state", flat=True)) == ["cancelled", "cancelled", "under_way"]
    rules = Duty.objects.filter(person_id=person, closed_at=None, rule__startswith="DOOR").values_list(
        "rule", flat=True
    )
    assert sorted(rules) == ["DOOR-IN", "DOOR-OUT"]
    with clock.frozen(MORNING + timedelta(hours=3)):  # the morning dose was lost on the way: that door goes on asking
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(place.id))
    assert sorted(Crossing.objects.values_list("state", flat=True))[-2:] == ["under_way", "under_way"]
