"""Tonight: who is there, who can be reached, what is missing; equipment whole again after a code; floats over several sites."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.care.sick_call.test_screens import become
from tests.fixtures_lenses import lens_of
from throughcare.access import actions as access
from throughcare.access.models import Posting, User
from throughcare.care.emergency import actions as emergency
from throughcare.custody.models import Facility
from throughcare.duties import clock_table, cover, roster
from throughcare.duties.models import Duty, Escalation
from throughcare.duties.roster import ShiftPlan
from throughcare.kernel import clock, content
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.workforce import actions, reads, rule_table, rules, staff_files
from throughcare.workforce.actions import Look
from throughcare.workforce.models import Equipment, EquipmentCheck
from throughcare.workforce.rules import Stop, There

NIGHT = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.fixture
def place():
    return Facility.objects.get(code="hartford")


@pytest.fixture
def boss(place):
    return Actor("staff", derived("test", "hsa"), "Demo-Boss, Ann", Role.HSA, place.id)


def user(name: str) -> User:
    return User.objects.create(username=f"{name}-{uuid7()}", name=name)


# --- rules ----------------------------------------------------------------------------------------------------------------


def test_every_owner_and_cover_of_the_clock_table_is_within_its_licence() -> None:
    scope = rule_table.scope()
    for rule_id, rule in clock_table.rules(date(2026, 11, 20)).items():
        for role in (rule.owner, *rule.cover):
            assert rules.may_own(role, rule_id, scope), f"{role} may not own {rule_id}"


def test_only_what_a_source_states_is_recorded() -> None:
    sites = {r["id"] for r in content.rows("places/connecticut.toml", "facility")}
    for row in content.rows(rule_table.SITES, "site"):
        assert row["facility"] in sites
        assert row["source"]
        assert row["as_of"]
        assert row["state"] in ("reported", "reported_not")
    assert rule_table.of_site("cheshire") == {}, "nothing stated is not recorded, never no"
    assert not rule_table.of_site("robinson")["nursing_24h"].there


def test_the_worst_gap_stands_first() -> None:
    nurse, doctor = There(A, "rn", on_call=False), There(B, "provider", on_call=True)
    assert rules.gaps([nurse, doctor], [], [], infirmary=True) == []
    found = rules.gaps([doctor], ["psych"], ["Oxygen, A"], infirmary=False)
    assert [(g.kind, g.meaning) for g in found] == [("uncovered", "harm"), ("equipment", "harm"), ("no_nurse", "shift")]
    assert rules.gaps([], [], [], infirmary=True)[0].kind == "no_nurse_infirmary"
    assert rules.gaps([There(A, "rn", on_call=True), doctor], [], [], infirmary=False)[0].kind == "no_nurse"


@given(st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(1, 4)), min_size=2, max_size=6))
def test_somebody_who_floats_is_never_in_two_places_and_always_reached(parts: list[tuple[UUID, int]]) -> None:
    stops, at = [], NIGHT
    for site, hours in parts:
        stops.append(Stop(site, at, at + hours * HOUR))
        at += hours * HOUR
    assert not rules.clash(stops)
    found = rules.reach(stops)
    for n in range(int((at - NIGHT) / HOUR)):
        now = NIGHT + n * HOUR + HOUR / 2
        running = [r for r in found if r.starts <= now < r.ends]
        assert sum(not r.on_call for r in running) == 1
        assert {r.facility_id for r in running} == {s for s, _ in parts}
        assert len(running) == len({r.facility_id for r in running})


def test_two_sites_at_once_are_refused() -> None:
    assert rules.clash([Stop(A, NIGHT, NIGHT + 4 * HOUR), Stop(B, NIGHT + 3 * HOUR, NIGHT + 8 * HOUR)])
    assert rules.clash([Stop(A, NIGHT, NIGHT)])


def test_ready_means_good_and_enough() -> None:
    good = frozenset({"ready"})
    assert rules.ready("ready", None, 0, good)
    assert rules.ready("ready", 4, 4, good)
    assert not rules.ready("ready", 3, 4, good)
    assert not rules.ready("used", 9, 4, good)


# --- tonight --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_role_with_nobody_escalates_at_once_and_is_seen(boss, place) -> None:
    """Ruling 6: the duty's owner is somebody on shift or on call now; where there is nobody it goes up at once."""
    with clock.frozen(NIGHT):
        emergency.call_code(actor=Actor.feed("test"), facility_id=place.id, place="B-203")
        told = Escalation.objects.get(kind="uncovered", facility_id=place.id, role="rn")
        assert (told.raised_at, told.to_role) == (NIGHT, "hsa")
        mine = next(s for s in reads.tonight(lens_of(Role.HSA)) if s.facility.id == place.id)
        assert ("uncovered", "rn") in {(g.kind, g.what) for g in mine.gaps}
        nurse = user("Demo-Nurse")
        roster.put_on_shift(actor=boss, plan=ShiftPlan(nurse.id, Role.RN, place.id, NIGHT, NIGHT + 8 * HOUR))
        assert [o.user_id for o in cover.there(place.id, ["rn"])] == [nurse.id]
        mine = next(s for s in reads.tonight(lens_of(Role.HSA)) if s.facility.id == place.id)
        assert "uncovered" not in {g.kind for g in mine.gaps}
        assert [(o.user_id, o.on_call) for o in mine.there] == [(nurse.id, False)]


@pytest.mark.django_db
def test_one_person_over_two_sites_of_a_night(boss, place) -> None:
    york, nurse = Facility.objects.get(code="york"), user("Demo-Float")
    stops = [Stop(place.id, NIGHT, NIGHT + 4 * HOUR), Stop(york.id, NIGHT + 4 * HOUR, NIGHT + 8 * HOUR)]
    with clock.frozen(NIGHT):
        with pytest.raises(Invalid):
            actions.float_between(actor=boss, user_id=nurse.id, role=Role.RN, stops=stops)
        with pytest.raises(Invalid, match="no posting"):
            actions.float_between(actor=boss, user_id=nurse.id, role=Role.RN, stops=stops, phone="555-0100")
        access.post(actor=boss, user_id=nurse.id, role=Role.RN)
        actions.float_between(actor=boss, user_id=nurse.id, role=Role.RN, stops=stops, phone="555-0100")
    for at, here, there in ((NIGHT + HOUR, place, york), (NIGHT + 5 * HOUR, york, place)):
        with clock.frozen(at):
            assert [o.on_call for o in cover.there(here.id, ["rn"])] == [False]
            assert [o.on_call for o in cover.there(there.id, ["rn"])] == [True]
            sites = {s.facility.id: s for s in reads.tonight(lens_of(Role.HSA))}
            assert sites[there.id].there[0].elsewhere == here.short_name


@pytest.mark.django_db
def test_tonight_asks_as_much_for_one_site_as_for_all(boss, place, django_assert_max_num_queries) -> None:
    for n in range(4):
        site = Facility.objects.all()[n]
        roster.put_on_shift(
            actor=boss, plan=ShiftPlan(user(f"Demo-{n}").id, Role.RN, site.id, clock.now(), clock.now() + HOUR)
        )
    with django_assert_max_num_queries(12):
        reads.tonight(lens_of(Role.HSA))


# --- equipment ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_after_a_code_the_equipment_is_whole_again(boss, place) -> None:
    with clock.frozen(NIGHT):
        about = {"actor": boss, "facility_id": place.id}
        bag = actions.list_equipment(**about, kind="bag", place="Clinic")
        spray = actions.list_equipment(**about, kind="naloxone", place="Unit B", least=4)
        code = emergency.call_code(actor=boss, facility_id=place.id, place="B-203")
        emergency.end_code(actor=boss, code_id=code, ending="false_alarm")
    waits = Duty.objects.get(rule="EMR-04", facility_id=place.id)
    with clock.frozen(NIGHT + HOUR):
        with pytest.raises(Invalid):
            actions.check_equipment(**about, looks=[Look(spray, "ready")])
        assert actions.check_equipment(**about, looks=[Look(bag, "ready"), Look(spray, "ready", 2)]) == 1
        waits.refresh_from_db()
        assert waits.closed_at is None, "two sprays are not four"
        mine = next(s for s in reads.tonight(lens_of(Role.HSA)) if s.facility.id == place.id)
        assert [g.what for g in mine.gaps if g.kind == "equipment"] == ["Naloxone, Unit B"]
        assert actions.check_equipment(**about, looks=[Look(bag, "ready"), Look(spray, "refilled", 4)]) == 0
    waits.refresh_from_db()
    assert waits.outcome == "done"
    with pytest.raises(DatabaseError), transaction.atomic():
        EquipmentCheck.objects.update(found="ready")
    with clock.frozen(NIGHT + 30 * HOUR):
        assert [p.ready for p in reads.equipment(lens_of(Role.HSA), place.id)] == [False, False], (
            "nobody looked for a day"
        )


@pytest.mark.django_db
def test_the_pages(client, place) -> None:
    def become(role: str) -> None:
        assert client.post("/demo/become", {"role": role, "facility": str(place.id)}).status_code == 302

    become("hsa")
    page = client.get("/tonight/").content.decode()
    assert "Hartford" in page
    assert "not recorded" in page
    post = {"intent": str(uuid7()), "kind": "naloxone", "place": "Unit B", "least": "4"}
    assert client.post("/equipment/", post).status_code == 303
    piece = Equipment.objects.get()
    bad = client.post(
        "/equipment/check/", {"intent": str(uuid7()), f"found-{piece.id}": "ready", f"words-{piece.id}": "x"}
    )
    assert bad.status_code == 422
    assert 'value="x"' in bad.content.decode()
    done = {"intent": str(uuid7()), f"found-{piece.id}": "ready", f"n-{piece.id}": "4"}
    assert client.post("/equipment/check/", done).status_code == 303
    become("custody")
    for closed in ("/tonight/", "/equipment/"):
        assert client.get(closed).status_code == 403


# --- what a site can't do for a while ------------------------------------------------------------------------------------


def test_a_night_without_a_nurse_is_a_hole_of_the_roster() -> None:
    """Only in person counts; what the roster does not reach is not said; what only a nurse makes possible goes with her."""
    shifts = [(NIGHT, NIGHT + 3 * HOUR), (NIGHT + 2 * HOUR, NIGHT + 4 * HOUR), (NIGHT + 11 * HOUR, NIGHT + 19 * HOUR)]
    day = {"since": NIGHT, "until": NIGHT + 24 * HOUR}
    found = rules.missing(shifts, {"infirmary": True}, **day, known_until=NIGHT + 19 * HOUR)
    assert [(m.capability, (m.since - NIGHT) / HOUR, (m.until - NIGHT) / HOUR, m.by) for m in found] == [
        ("infirmary", 4, 11, "roster"),
        ("nursing_24h", 4, 11, "roster"),
    ]
    assert rules.missing(shifts, {}, **day, known_until=None) == [], "no roster says nothing"
    assert rules.missing([(NIGHT, NIGHT + 24 * HOUR)], {}, **day, known_until=NIGHT + 30 * HOUR) == []
    reported = rules.missing([], {"nursing_24h": False, "hospice": True}, **day, known_until=None)
    assert [(m.capability, m.by) for m in reported] == [("nursing_24h", "reported")]
    rostered = rules.missing([(NIGHT, NIGHT + 24 * HOUR)], {"nursing_24h": False}, **day, known_until=NIGHT + 24 * HOUR)
    assert rostered == [], "the roster is newer than a report"
    (whole,) = rules.missing([], {}, **day, known_until=NIGHT + 24 * HOUR)
    assert (whole.since, whole.until) == (NIGHT, NIGHT + 24 * HOUR)


@pytest.mark.django_db
def test_what_a_site_lacks_tonight_is_on_the_home_of_who_runs_it_and_who_plans_the_way_out(boss, place, client) -> None:
    nurse, officer = user("Demo-Nurse"), user("Demo-Officer")
    with clock.frozen(NIGHT):
        for who, role, starts, ends in ((nurse, Role.RN, 0, 5), (officer, Role.CUSTODY, 0, 20)):
            plan = ShiftPlan(who.id, role, place.id, NIGHT + starts * HOUR, NIGHT + ends * HOUR)
            roster.put_on_shift(actor=boss, plan=plan)
        become(client, "hsa", place)
        page = client.get("/work/").content.decode()
        assert "Tonight here: Nurse at every hour is missing" in page
        assert "to arrive" not in page
        become(client, "rn", place)
        assert "Tonight here" not in client.get("/work/").content.decode(), "it goes up; nurses see it at the doors"
        become(client, "planner", place)
        planner = client.get("/work/").content.decode()
        assert "Tonight here: Nurse at every hour is missing" in planner, "who plans the way out must know"
        assert "/work/cover/" not in planner, "no link to a page that is not theirs"


@pytest.mark.parametrize(
    ("current", "there", "enough"),
    [(0, 0, True), (3, 4, True), (2, 3, False), (1, 1, True), (5, 7, False), (6, 8, True)],
)
def test_three_officers_in_four(current: int, there: int, enough: bool) -> None:
    assert rules.trained_enough(current, there) is enough


@pytest.mark.django_db
def test_officers_on_shift_without_current_training_are_shown(boss, place) -> None:
    """STF-04-SHIFT: of two officers on shift one was trained within two years; without any file nothing is said."""
    trained, lapsed = user("Demo-Officer-A"), user("Demo-Officer-B")

    def shown():
        return next(s for s in reads.tonight(lens_of(Role.HSA)) if s.facility.id == place.id)

    with clock.frozen(NIGHT):
        for who in (trained, lapsed):
            Posting.objects.create(user=who, role="custody", facility_id=place.id, since=NIGHT - 9000 * HOUR)
            plan = ShiftPlan(who.id, Role.CUSTODY, place.id, NIGHT, NIGHT + 8 * HOUR)
            roster.put_on_shift(actor=boss, plan=plan)
        assert shown().officers is None
        for who, on in ((trained, date(2024, 11, 20)), (lapsed, date(2024, 11, 19))):
            staff_files.begin_file(actor=boss, user_id=who.id, started_on=date(2020, 1, 6))
            done = staff_files.Done("officer_health_training", on)
            staff_files.record_done(actor=boss, user_id=who.id, done=done)
        assert shown().officers == (1, 2)
        assert ("officers_training", "1 / 2") in {(g.kind, g.what) for g in shown().gaps}
