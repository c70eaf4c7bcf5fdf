"""Who covers what a sealed programme owes: its own staff, by the roster; else it goes up, and says nothing of anybody (0061)."""

from datetime import timedelta

import pytest

from tests.care.sick_call.test_screens import become
from tests.duties.makers import FEED, HOUR, MONDAY, YORK, person, staff, tell, told
from tests.fixtures_lenses import lens_of
from throughcare.access import lenses
from throughcare.custody.models import Facility
from throughcare.duties import boards, clock_table, reads, roster, tick
from throughcare.duties.clock_row import HELD_BY_ONE, rule_from
from throughcare.duties.models import Escalation
from throughcare.duties.roster import ShiftPlan
from throughcare.kernel import clock, content
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import SEALED, DataClass, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return Facility.objects.get(code="hartford")


@pytest.fixture
def owed(place):
    """Somebody whose programme owes something now; two of them, so that a count would show."""
    for name in ("Luis", "Maya"):
        tell(told("break_glass_opened", person(name), MONDAY, facility=place.id, part2=True))


def here(role: Role, place: Facility):
    return lenses.make(derived("test", role), f"Demo-{role}", role, facilities=frozenset({place.id}))


def test_no_other_role_may_cover_a_rule_of_a_programme() -> None:
    assert {DataClass(name) for name in HELD_BY_ONE} <= SEALED
    for rule in clock_table.every_version():
        if rule.data_class in HELD_BY_ONE:
            assert (rule.owner, rule.cover) == ("sud", ()), rule.id
    document = content.document("clocks/medicines.toml")
    row = next(r for r in document.body["rule"] if r["id"] == "REC-TEST")
    with pytest.raises(content.ContentError, match="no other role covers it"):
        rule_from("clocks/medicines.toml", {**row, "cover": ["rn"]}, document.body, "1")


def test_the_programme_covers_itself_by_being_on_call(owed, place) -> None:
    counselor = staff(Role.SUD, "Demo-Counselor, Gus")
    plan = ShiftPlan(counselor.id, Role.SUD, None, MONDAY, MONDAY + 24 * HOUR, on_call=True, phone="4712")
    with clock.frozen(MONDAY + HOUR):
        roster.put_on_shift(actor=FEED, plan=plan)
        tick.run(MONDAY + HOUR)
        assert not Escalation.objects.filter(kind="uncovered", role="sud", cleared_at=None).exists()
        agency = lenses.make(counselor.id, counselor.name, Role.SUD, facilities=None)
        work = reads.worklist(agency, place.id)
        assert sum(w.people for w in work.waiting.values()) == 2
        for role in (Role.RN, Role.PROVIDER, Role.PSYCH, Role.HSA):
            shown = [
                i.rule
                for g in reads.worklist(here(role, place), place.id, everybody=True).groups.values()
                for x in g
                for i in x.items
            ]
            assert "BTG-03" not in shown, role


def test_with_nobody_on_it_goes_up_and_tells_of_nobody(owed, place, client) -> None:
    """Nobody of the programme is there, then what it owes is late: the administrator reads that, and whom to call."""
    other = staff(Role.SUD, "Demo-Counselor, Ida")
    late = MONDAY + timedelta(days=9)
    with clock.frozen(late):
        roster.put_on_shift(
            actor=FEED, plan=ShiftPlan(other.id, Role.SUD, YORK, late, late + 8 * HOUR, on_call=True, phone="4799")
        )
        tick.run(late)
        boss = here(Role.HSA, place)
        (alone,) = boards.untold(boss, place.id)
        assert (alone.role, alone.call) == ("sud", [])
        assert [(o.name, o.phone) for o in alone.elsewhere] == [("Demo-Counselor, Ida", "4799")]
        assert all(e.kind == "uncovered" or e.duty for e in boards.escalations(boss, place.id))
        assert "sud" in {e.role for e in boards.escalations(boss, place.id) if e.kind == "uncovered"}
        for role in (Role.RN, Role.PROVIDER, Role.PSYCH):
            assert boards.untold(here(role, place), place.id) == [], (
                "only who is told upwards reads that there is something"
            )
        become(client, "hsa", place)
        page = client.get("/work/").content.decode()
        assert "theirs alone to read" in page
        assert "Demo-Counselor, Ida" in page
        assert page.count("theirs alone to read") == 1, "two people owed, one line"
        for hidden in ("Luis", "Maya", "record was opened"):
            assert hidden not in page, hidden


def test_the_board_of_cover_counts_what_its_reader_may_read(owed, place) -> None:
    with clock.frozen(MONDAY + HOUR):
        for role in (Role.RN, Role.HSA):
            counted = {r.role: r.now + r.shift + r.late for r in boards.cover_board(lens_of(role), place.id)}
            assert not counted.get("sud"), role
