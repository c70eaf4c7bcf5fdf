"""Doses of a sealed programme at the doors: owned by who may see them, shown to nobody else, charted on return."""

from datetime import timedelta

import pytest

from tests.care.medications.test_doors import FEED, VAN, elsewhere  # noqa: F401
from tests.care.medications.test_medication_screens import post
from tests.care.medications.test_ordering_and_giving import MORNING, doctor, nurse, order, person, place  # noqa: F401
from tests.care.medications.test_programme import counsellor, sealed_order  # noqa: F401
from tests.care.sick_call.test_screens import become
from tests.fixtures_lenses import lens_of
from throughcare.care.medications import actions
from throughcare.care.medications.models import Crossing, Dose
from throughcare.care.medications.reads import doors
from throughcare.custody import actions as custody
from throughcare.duties.models import Duty
from throughcare.kernel import clock, db
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db
EVE = VAN - timedelta(hours=6)


@pytest.fixture
def sealed(counsellor, person):  # noqa: F811
    with clock.frozen(EVE - timedelta(hours=1)):
        return sealed_order(counsellor, person, continues=True)


def owed(person) -> set[str]:  # noqa: F811
    with db.writing(FEED):
        rows = Duty.objects.filter(person_id=person, closed_at=None, rule__startswith="DOOR")
        assert set(rows.values_list("data_class", flat=True)) <= {"part2"}
        return set(rows.values_list("rule", flat=True))


def test_a_transfer_is_owned_at_both_ends_and_seen_only_where_the_programme_is(
    client,
    sealed,
    person,  # noqa: F811
    place,  # noqa: F811
    elsewhere,  # noqa: F811
) -> None:
    with clock.frozen(EVE):
        custody.schedule_event(
            actor=FEED, person_id=person, kind="transfer", starts_at=VAN, to_facility_id=elsewhere.id
        )
        row = Crossing.objects.get()
        assert (row.sealed, row.uncovered) == (True, 1)
        assert owed(person) == {"DOOR-OBSERVED-OUT", "DOOR-OBSERVED-IN"}
        assert not Duty.objects.filter(rule__startswith="DOOR").exists(), (
            "the database shows them to nobody without a lens"
        )
        for role in (Role.RN, Role.PHARMACY):
            assert doors.crossings(lens_of(role), [person]) == [], "no move is told, however it is counted"
            assert doors.board(lens_of(role), None) == ([], False)
        assert doors.observed_crossings(lens_of(Role.RN), [person]) == [], "no consent, no programme"
        become(client, "rn", place)
        for path in (f"/people/{person}/medications/doors/", "/medications/doors/", "/work/"):
            assert "bserved dose uncovered" not in client.get(path, follow=True).content.decode()
        become(client, "sud", place)
        page = f"/people/{person}/observed-doses/"
        assert "One observed dose falls in this move" in client.get(page).content.decode()
        said = {"verb": "move", "move": str(row.id), "version": str(row.version), "way": "give_there"}
        assert post(client, page, **said, receiver=" ").status_code == 422
        assert post(client, page, **said, receiver="Demo-Nurse, Bea").status_code == 303
        assert owed(person) == set()
    assert verify.run().sound


def test_a_trip_to_a_hospital_is_owned_at_once_and_what_was_given_there_is_charted_away(
    sealed,
    counsellor,  # noqa: F811
    person,  # noqa: F811
) -> None:
    with clock.frozen(VAN):
        custody.send_out(actor=FEED, person_id=person, kind="hospital", place="Demo hospital")
        row = Crossing.objects.get()
        assert (row.sealed, row.door) == (True, "hospital")
        assert owed(person) == {"DOOR-OBSERVED-OUT"}
        (move,) = doors.observed_crossings(lens_of(Role.SUD), [person])
        actions.cover_crossing(
            actor=counsellor,
            person_id=person,
            crossing_id=row.id,
            version=row.version,
            receiver="Ward 4",
            covered=tuple(actions.Covering(x.id, "give_there") for x in move.lines),
        )
        assert owed(person) == set()
    with clock.frozen(MORNING + timedelta(hours=5)):
        custody.return_in(actor=FEED, person_id=person)
    dose = Dose.objects.filter(programme_order_id=sealed).order_by("due_at").first()
    assert (dose.status, dose.reason, dose.detail) == ("away", "hospital", None)


def test_its_own_orders_and_the_programme_s_are_told_apart(sealed, doctor, person, elsewhere) -> None:  # noqa: F811
    with clock.frozen(EVE):
        order(doctor, person)
        custody.schedule_event(
            actor=FEED, person_id=person, kind="transfer", starts_at=VAN, to_facility_id=elsewhere.id
        )
    assert sorted(Crossing.objects.values_list("sealed", flat=True)) == [False, True]
    (open_,) = doors.crossings(lens_of(Role.RN), [person])
    assert [x.opioid_treatment for x in open_.lines] == [False]
    assert not any("bserved" in x.text for x in open_.lines)
