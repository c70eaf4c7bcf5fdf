"""What people see of duties: the order of harm, the lens, why something is late; the pages that show it."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.duties.makers import FEED, HARTFORD, HOUR, MONDAY, YORK, person, staff, tell, told
from tests.fixtures_lenses import lens_of
from throughcare.access import lenses
from throughcare.duties import actions, boards, lateness, reads, roster, tick, views
from throughcare.duties.models import Duty
from throughcare.duties.roster import ShiftPlan
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.ids import derived
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.django_db


def at(hours: float):
    return clock.frozen(MONDAY + timedelta(hours=hours))


def here(role: Role, place: UUID = HARTFORD) -> Lens:
    return lenses.make(derived("test", role), f"Demo-{role}", role, facilities=frozenset({place}))


def arrive(name: str, hours: float = 0) -> UUID:
    found = person(name)
    tell(told("admitted", found, MONDAY + timedelta(hours=hours), facility_kind="jail"))
    return found


def test_lanes_then_time_to_breach_grouped_by_person() -> None:
    first, second = arrive("First"), arrive("Second", 1)
    with at(1.1):
        work = reads.worklist(here(Role.RN), HARTFORD)
    now = work.groups["now"]
    assert [g.person_id for g in now] == [first, second]
    assert now[0].first.rule == "INT-00" and now[0].name == "Sample-Ortiz, First"
    assert [i.due_at for i in now[0].items if i.lane == "now"] == sorted(
        i.due_at for i in now[0].items if i.lane == "now"
    )
    assert work.waiting["now"].late == 1 and not work.groups["later"] and work.waiting["later"].people == 2
    with at(1.1):
        assert len(reads.worklist(here(Role.RN), HARTFORD, more="later").groups["later"]) == 0  # the same two people


def test_what_only_rose_stands_after_what_harms_now() -> None:
    """The order of the list and of what was told upwards is the order of `rules.standing`, not of time alone."""
    rose, harms, nurse = person("Rose"), person("Harms"), staff(Role.RN)
    with at(0):
        for who, rule, hours in ((rose, "INT-07", 1), (harms, "INT-00", 4)):
            about = {"actor": nurse, "person_id": who, "facility_id": HARTFORD}
            actions.open_duty(rule_id=rule, due_at=MONDAY + hours * HOUR, **about)
    with at(3):
        work = reads.worklist(here(Role.RN), HARTFORD)
    assert [g.person_id for g in work.groups["now"]] == [harms, rose]
    with at(5):
        tick.run()
        told_up = [e.duty.person_id for e in boards.escalations(here(Role.HSA)) if e.duty]
    assert told_up == [harms, rose]


def test_a_list_asks_as_often_for_many_as_for_few() -> None:
    arrive("One")
    with at(1):
        with CaptureQueriesContext(connection) as few:
            reads.worklist(here(Role.RN), HARTFORD)
        for n in range(14):
            arrive(f"P{n}")
        with CaptureQueriesContext(connection) as many:
            work = reads.worklist(here(Role.RN), HARTFORD)
    assert len(many) == len(few) <= 10
    assert len(work.groups["now"]) == 15 > reads.ROWS and work.waiting["now"].people == 15


def test_nothing_of_the_lane_now_hides_behind_a_number() -> None:
    for n in range(reads.ROWS + 2):
        arrive(f"P{n}")
    with at(1.1):
        work = reads.worklist(here(Role.RN), HARTFORD)
        lane = views.lanes(work, more_href="?")[0]
    items = [i for g in work.groups["now"] for i in g.items if i.lane == "now"]
    assert lane.more is None and not lane.summary and len(lane.rows) == reads.ROWS + 2
    shown = [row.what for row in lane.rows] + [line.what for row in lane.rows for line in row.also]
    assert sorted(shown) == sorted(i.title for i in items) and len(items) > len(lane.rows)
    assert all(line.when.startswith(("by ", "late since ")) for row in lane.rows for line in row.also)
    with at(1.1):
        assert not reads.worklist(here(Role.RN), HARTFORD, limit=0).groups["now"]


def test_other_places_and_other_roles_are_not_mine() -> None:
    luis = arrive("Luis")
    with at(1):
        assert not reads.worklist(here(Role.RN, YORK), YORK).waiting["now"].people
        assert not any(reads.worklist(here(Role.PROVIDER), HARTFORD).groups["now"])
        assert {i.rule for i in reads.of_person(here(Role.RN), luis)} >= {"INT-00", "INT-02"}


def test_officers_never_see_a_clinical_duty() -> None:
    luis = arrive("Luis")
    tell(told("bed_unconfirmed", luis, MONDAY), told("alert_raised", luis, MONDAY, template="check_now"))
    with at(0.5):
        work = reads.worklist(here(Role.CUSTODY), HARTFORD)
        shown = {i.rule for held in work.groups.values() for g in held for i in g.items}
    assert shown == {"CUS-01", "CUS-02"}


def test_a_duty_of_a_sealed_class_is_its_owners_and_whoever_may_read_the_class() -> None:
    """That a programme has something to do for somebody tells that they are in it."""
    luis = arrive("Luis")
    with at(1):
        tell(told("break_glass_opened", luis, MONDAY, part2=True))
        with db.reading(here(Role.SUD)):
            duty = Duty.objects.get(person_id=luis, rule="BTG-03")
        assert (duty.data_class, duty.owner_role) == ("part2", "sud")
        for role in (Role.RN, Role.LPN, Role.PLANNER, Role.HSA, Role.PROVIDER):
            everybody = reads.worklist(here(role), HARTFORD, everybody=True)
            assert duty.id not in {i.id for i in _all(everybody)}, role
            assert duty.id not in {i.id for i in reads.of_person(here(role), luis)}, role
            with pytest.raises(NotFound):
                reads.require(here(role), duty.id)
        assert duty.id in {i.id for i in _all(reads.worklist(here(Role.SUD), HARTFORD))}
        assert duty.id in {i.id for i in reads.of_person(here(Role.SUD), luis)}


def test_a_covering_role_sees_what_nobody_else_can_do() -> None:
    arrive("Luis")
    with at(1):
        tell(told("transfer_medicines_needed", arrive("Maya"), MONDAY + HOUR))
        assert any(i.rule == "TRN-03" for i in _all(reads.worklist(here(Role.RN), HARTFORD)))
        chemist = staff(Role.PHARMACY, "Demo-Chemist, Al")
        plan = ShiftPlan(chemist.id, Role.PHARMACY, HARTFORD, MONDAY, MONDAY + 8 * HOUR)
        roster.put_on_shift(actor=FEED, plan=plan)
        assert not any(i.rule == "TRN-03" for i in _all(reads.worklist(here(Role.RN), HARTFORD)))


def _all(work: reads.Worklist) -> list[reads.WorkItem]:
    return [i for held in work.groups.values() for g in held for i in g.items]


def test_every_owner_may_see_the_duties_that_are_theirs() -> None:
    """A duty whose owner's lens hides it would wait for ever."""
    from throughcare.duties import policy, rulebook

    hidden = []
    for rule in rulebook.at(MONDAY).rules.values():
        if rule.kind == "duty":
            hidden += [
                f"{rule.id}: {role} may not see {rule.data_class}"
                for role in {rule.owner, *(limit.owner for limit in rule.limits if limit.owner)}
                if rule.data_class not in policy.classes(lens_of(Role(role)))
            ]
    assert hidden == []


def test_why_it_is_late() -> None:
    luis = arrive("Luis")
    nurse = staff()
    roster.put_on_shifts(actor=FEED, plans=[ShiftPlan(nurse.id, Role.RN, HARTFORD, MONDAY + HOUR, MONDAY + 9 * HOUR)])
    with db.writing(FEED):
        late = Duty.objects.get(person_id=luis, rule="INT-00")
    with at(2):
        page = lateness.duty_page(here(Role.RN), late.id)
    assert "nobody held the role for part of its time" in page.reasons
    assert page.happenings[0].what == "Opened" and page.there[0].name == nurse.name
    with pytest.raises(NotFound):
        lateness.duty_page(here(Role.CUSTODY), late.id)


def test_the_cover_board_puts_the_uncovered_first() -> None:
    arrive("Luis")
    with at(1):
        rows = boards.cover_board(here(Role.HSA), HARTFORD)
        told_up = boards.escalations(here(Role.HSA), HARTFORD)
    assert rows[0].role == "rn" and not rows[0].held and rows[0].escalated_at
    assert [e.kind for e in told_up] == ["uncovered"] or {e.kind for e in told_up} == {"uncovered"}


def test_gaps() -> None:
    whole = (MONDAY, MONDAY + 8 * HOUR)
    assert lateness.gaps(whole, []) == [whole]
    assert lateness.gaps(whole, [(MONDAY - HOUR, MONDAY + 9 * HOUR)]) == []
    assert lateness.gaps(whole, [(MONDAY + HOUR, MONDAY + 2 * HOUR), (MONDAY + 2 * HOUR, MONDAY + 3 * HOUR)]) == [
        (MONDAY, MONDAY + HOUR),
        (MONDAY + 3 * HOUR, MONDAY + 8 * HOUR),
    ]
