"""The schedule as who keeps the records sees it: counted and listed as the rule says, and nothing is purged."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from tests.access.makers import signed_in, staff
from tests.fixtures_lenses import lens_of
from throughcare.access import actions as access
from throughcare.custody.actions import Spot, admit, release
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotAllowed, NotFound
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.ledger.models import Version
from throughcare.oversight import retention_reads as reads
from throughcare.oversight import rule_table, rules
from throughcare.people import actions as people

pytestmark = pytest.mark.django_db
FEED = Actor.feed("custody feed")
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
AGO = timedelta(days=365 * 7 + 2)  # two leap days lie between


def left(on: datetime | None, born: date | None = date(1980, 1, 1), *, name: str = "Sample") -> UUID:
    """Register somebody who came a month before they left, and is here still where no day is given."""
    details = people.Demographics(family=f"Sample-{name}", given="Pat", sex="male", birth_date=born, synthetic=True)
    person = people.register(actor=FEED, demographics=details)
    came = (on or NOON) - timedelta(days=30)
    with clock.frozen(came):
        admit(actor=FEED, person_id=person, to=Spot(derived("facility", "hartford")), happened_at=came)
    if on is not None:
        with clock.frozen(on):
            release(actor=FEED, person_id=person, destination="discharged", happened_at=on)
    return person


@pytest.fixture
def agency(db: None) -> dict[str, UUID]:
    """One person of each standing, and what the rule says of each."""
    edge = NOON - AGO
    made = {
        "past": left(edge - timedelta(days=1), name="Past"),
        "runs": left(edge, name="Runs"),
        "here": left(None, name="Here"),
        "child": left(edge - timedelta(days=400), date(2005, 1, 1), name="Child"),
        "unknown": left(edge - timedelta(days=400), None, name="Unknown"),
        "held": left(edge - timedelta(days=500), name="Held"),
        "died": left(edge - timedelta(days=600), name="Died"),
        "back": left(edge - timedelta(days=700), name="Back"),
    }
    him = Actor("staff", derived("test", "him"), "Demo-him", Role.HIM, None)
    access.hold_record(actor=him, person_id=made["held"], authority="Letter of 3 May", why="A claim")
    people.record_death(actor=FEED, person_id=made["died"], at=edge - timedelta(days=590))
    with clock.frozen(NOON - timedelta(days=3)):
        back = NOON - timedelta(days=3)
        admit(actor=FEED, person_id=made["back"], to=Spot(derived("facility", "hartford")), happened_at=back)
    return made


def test_the_list_says_of_each_what_the_rule_says(agency: dict[str, UUID]) -> None:
    with clock.frozen(NOON):
        kept, rows, after = reads.due(lens_of(Role.HIM), "chart")
        stands = {row.who.person_id: row.standing.state for row in rows if row.who.person_id in agency.values()}
        counted = next(line.past for line in reads.schedule(lens_of(Role.HIM)) if line.kept.id == "chart")
    assert stands == {
        agency["past"]: "past", agency["child"]: "child", agency["unknown"]: "child", agency["held"]: "held", agency["died"]: "died",
    }  # fmt: skip
    assert counted is not None and after == "" and kept.years == 7
    everybody = [row.standing.state for row in rows]
    assert (counted.number, counted.died, counted.held, counted.child, counted.due) == (
        len(everybody), everybody.count("died"), everybody.count("held"), everybody.count("child"), everybody.count("past"),
    )  # fmt: skip
    assert isinstance(rows[0].standing, rules.Standing)


def test_a_linked_chart_s_later_stay_and_its_hold_count(agency: dict[str, UUID]) -> None:
    here = agency["here"]
    proposal = people.propose_merge(actor=FEED, a=here, b=agency["past"], reasons=["same number"], source="test")
    assert proposal is not None
    people.merge(actor=FEED, proposal_id=proposal, survivor_id=here, why="One person, seen.")
    with clock.frozen(NOON):
        _, rows, _ = reads.due(lens_of(Role.HIM), "chart")
    assert {agency["past"], here}.isdisjoint(row.who.person_id for row in rows)


def test_the_list_goes_on_by_key(agency: dict[str, UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "PAGE", 2)
    seen: list[UUID] = []
    with clock.frozen(NOON):
        lens, after = lens_of(Role.HIM), ""
        for _ in range(20):
            _, rows, after = reads.due(lens, "chart", after)
            seen += [row.who.person_id for row in rows]
            if not after:
                break
    assert len(seen) == len(set(seen)) and agency["past"] in seen
    for odd in ("x", "_", "2026_", f"9_{agency['past']}"):
        reads.due(lens_of(Role.HIM), "chart", odd)


@pytest.mark.parametrize("class_id", ["sexual_safety", "programme", "complaints", "own_notes", "looks", "nothing"])
def test_no_list_of_names_belongs_to_a_sealed_class(class_id: str) -> None:
    with pytest.raises(NotFound):
        reads.due(lens_of(Role.HIM), class_id)
    lines = {line.kept.id: line.past for line in reads.schedule(lens_of(Role.HIM))}
    assert class_id == "looks" or lines.get(class_id) is None


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.HIM, Role.PUBLIC}))
def test_nobody_else_reads_who_is_past_a_period(role: Role) -> None:
    for asked in (reads.schedule, lambda lens: reads.due(lens, "chart")):
        with pytest.raises(NotAllowed):
            asked(lens_of(role))


def test_the_pages_say_the_source_and_change_nothing(agency: dict[str, UUID]) -> None:
    written = Version.objects.count()
    with clock.frozen(NOON):
        keeper = signed_in(staff(Role.HIM, facility=None))
        before = Version.objects.count()
        page = keeper.get("/retention/").text
        assert "clinical 7.4" in page and "Provisional" in page and "7 years after the last discharge" in page
        listed = keeper.get("/retention/chart/").text
        assert "Sample-Past" in listed and "Sample-Back" not in listed and "a legal hold" in listed
        assert keeper.get("/retention/sexual_safety/").status_code == 404
        assert Version.objects.count() == before >= written
    assert len(rule_table.schedule()) > 5
