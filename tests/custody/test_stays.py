"""Stays: admission, release, legal status, death, what is taken back; each as rows, ledger entries and events."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from tests.custody.conftest import HARTFORD, NORTHERN, OSBORN, UNIT_A, UNIT_B, bed
from throughcare.custody import events
from throughcare.custody.actions import (
    Spot,
    admit,
    cancel_admission,
    cancel_release,
    cancel_transfer,
    change_legal_status,
    confirm_bed,
    move_within,
    record_escape,
    release,
    return_in,
    send_out,
    swap_beds,
    transfer,
)
from throughcare.custody.models import Away, LegalStatus, Move, Placement, Stay
from throughcare.custody.refusals import Ahead, AlreadyIn, BedTaken, NotIn, OutOfOrder, UnknownPlace
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import Event, on
from throughcare.ledger import verify
from throughcare.people.actions import record_death

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
People = Callable[..., UUID]


@pytest.fixture(autouse=True)
def at_ten() -> Iterator[None]:
    """Hold the clock three days after the first admission."""
    with clock.frozen(T0 + timedelta(days=3)):
        yield


@pytest.fixture
def heard() -> Iterator[list[Event]]:
    """Hear every event."""
    from throughcare.kernel import events as bus

    told: list[Event] = []
    before = {k: list(v) for k, v in bus._handlers.items()}
    on(events.CustodyEvent, told.append)
    yield told
    bus._handlers.clear()
    bus._handlers.update(before)


def names(heard: list[Event]) -> list[str]:
    return [e.name for e in heard if isinstance(e, events.CustodyEvent)]


def entries(kind: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_version WHERE type = %s", [kind])
        return int(cursor.fetchone()[0])


def test_admission_opens_a_stay_a_segment_and_a_bed(officer: Actor, person: People, heard: list[Event]) -> None:
    who = person(sex="female")
    done = admit(actor=officer, person_id=who, to=Spot(HARTFORD, UNIT_A, bed("A-101")), happened_at=T0, source_ref="M1")
    stay = Stay.objects.get(id=done.stay_id)
    assert (stay.state, stay.admitted_at, done.bed_confirmed) == ("open", T0, True)
    assert LegalStatus.objects.get(stay=stay).kind == "accused"
    placement = Placement.objects.get(person_id=who)
    assert (placement.facility_id, placement.unit_id, placement.confirmed) == (HARTFORD, UNIT_A, True)
    move = Move.objects.get(id=done.move_id)
    assert (move.kind, move.source, move.source_ref) == ("admit", "custody feed", "M1")
    assert names(heard) == ["admitted"]
    assert next(e for e in heard if e.name == "admitted").payload() == {
        "stay_id": stay.id,
        "facility_kind": "jail",
        "legal_status": "accused",
        "sex": "female",
        "can_be_pregnant": True,
    }
    assert (entries("Stay"), entries("Move")) == (1, 1)
    assert verify.run().sound


def test_nobody_is_admitted_twice(officer: Actor, person: People) -> None:
    who = person()
    admit(actor=officer, person_id=who, to=Spot(HARTFORD), happened_at=T0)
    with pytest.raises(AlreadyIn):
        admit(actor=officer, person_id=who, to=Spot(OSBORN), happened_at=T0 + timedelta(hours=1))


@pytest.mark.parametrize("status", ["parole", "discharged", "nonsense"])
def test_admission_asks_for_a_status_inside(officer: Actor, person: People, status: str) -> None:
    with pytest.raises(Invalid):
        admit(actor=officer, person_id=person(), to=Spot(HARTFORD), legal_status=status, happened_at=T0)


def test_a_closed_site_takes_nobody(officer: Actor, person: People) -> None:
    with pytest.raises(UnknownPlace, match="Northern"):
        admit(actor=officer, person_id=person(), to=Spot(NORTHERN), happened_at=T0)


def test_a_bed_of_another_unit_is_no_place(officer: Actor, person: People) -> None:
    with pytest.raises(UnknownPlace):
        admit(actor=officer, person_id=person(), to=Spot(HARTFORD, UNIT_B, bed("A-101")), happened_at=T0)
    with pytest.raises(UnknownPlace):
        admit(actor=officer, person_id=person(), to=Spot(OSBORN, UNIT_A), happened_at=T0)


def test_a_taken_bed_stays_unconfirmed_and_the_move_holds(officer: Actor, person: People, heard: list[Event]) -> None:
    first, second = person(), person()
    spot = Spot(HARTFORD, UNIT_A, bed("A-101"))
    admit(actor=officer, person_id=first, to=spot, happened_at=T0)
    done = admit(actor=officer, person_id=second, to=spot, happened_at=T0)
    assert done.bed_confirmed is False
    here = Placement.objects.get(person_id=second)
    assert (here.facility_id, here.unit_id, here.bed_id, here.confirmed) == (HARTFORD, UNIT_A, bed("A-101"), False)
    assert names(heard)[-2:] == ["bed_unconfirmed", "admitted"]
    with pytest.raises(BedTaken):
        confirm_bed(actor=officer, person_id=second)
    assert confirm_bed(actor=officer, person_id=second, bed_id=bed("A-101", 2)).bed_confirmed
    assert names(heard)[-1] == "bed_confirmed"
    assert next(e for e in heard if e.name == "bed_unconfirmed").ref == heard[-1].ref


def test_a_bed_by_an_unknown_name_stays_unconfirmed(officer: Actor, person: People, heard: list[Event]) -> None:
    done = admit(actor=officer, person_id=person(), to=Spot(HARTFORD, bed_named="ZZ-9"), happened_at=T0)
    assert done.bed_confirmed is False
    assert "bed_unconfirmed" in names(heard)


def test_no_bed_named_is_nothing_to_settle(officer: Actor, person: People, heard: list[Event]) -> None:
    assert admit(actor=officer, person_id=person(), to=Spot(HARTFORD), happened_at=T0).bed_confirmed is None
    assert names(heard) == ["admitted"]


def test_late_is_fine_but_out_of_order_and_ahead_are_not(officer: Actor, person: People) -> None:
    who = person()
    admit(actor=officer, person_id=who, to=Spot(HARTFORD), happened_at=T0)
    transfer(actor=officer, person_id=who, to=Spot(OSBORN), happened_at=T0 + timedelta(days=2))
    with pytest.raises(OutOfOrder):
        transfer(actor=officer, person_id=who, to=Spot(HARTFORD), happened_at=T0 + timedelta(days=1))
    with pytest.raises(Ahead):
        transfer(actor=officer, person_id=who, to=Spot(HARTFORD), happened_at=T0 + timedelta(days=9))


def test_a_transfer_tells_both_sites(officer: Actor, person: People, heard: list[Event]) -> None:
    who = person()
    admit(actor=officer, person_id=who, to=Spot(HARTFORD), happened_at=T0)
    transfer(actor=officer, person_id=who, to=Spot(OSBORN), happened_at=T0 + timedelta(days=1))
    out, into = heard[-2:]
    assert (out.name, out.facility_id, into.name, into.facility_id) == (
        "transferred_out",
        HARTFORD,
        "transferred_in",
        OSBORN,
    )
    assert out.payload() == into.payload()


def test_a_swap_is_one_transaction(officer: Actor, person: People) -> None:
    one, two = person(), person()
    admit(actor=officer, person_id=one, to=Spot(HARTFORD, UNIT_A, bed("A-101")), happened_at=T0)
    admit(actor=officer, person_id=two, to=Spot(HARTFORD, UNIT_A, bed("A-102")), happened_at=T0)
    swap_beds(actor=officer, person_id=one, other_id=two, happened_at=T0 + timedelta(hours=1))
    open_now = {p.person_id: (p.bed_id, p.confirmed) for p in Placement.objects.filter(until=None)}
    assert open_now == {one: (bed("A-102"), True), two: (bed("A-101"), True)}


def test_court_keeps_the_bed_and_the_return_is_to_it(officer: Actor, person: People, heard: list[Event]) -> None:
    who = person()
    admit(actor=officer, person_id=who, to=Spot(HARTFORD, UNIT_A, bed("A-101")), happened_at=T0)
    send_out(actor=officer, person_id=who, kind="court", happened_at=T0 + timedelta(hours=7))
    assert Away.objects.get(until=None).kind == "court"
    other = admit(actor=officer, person_id=person(), to=Spot(HARTFORD, UNIT_A, bed("A-101")), happened_at=T0)
    assert other.bed_confirmed is False
    with pytest.raises(AlreadyIn):
        send_out(actor=officer, person_id=who, kind="hospital", happened_at=T0 + timedelta(hours=8))
    return_in(actor=officer, person_id=who, happened_at=T0 + timedelta(hours=16))
    assert not Away.objects.filter(until=None).exists()
    assert heard[-1].name == "returned" and heard[-1].payload()["from"] == "court"
    with pytest.raises(AlreadyIn):
        return_in(actor=officer, person_id=who, happened_at=T0 + timedelta(hours=17))


def test_return_to_another_site_is_a_transfer_too(officer: Actor, person: People, heard: list[Event]) -> None:
    who = person()
    admit(actor=officer, person_id=who, to=Spot(HARTFORD), happened_at=T0)
    send_out(actor=officer, person_id=who, kind="hospital", place="St Francis", happened_at=T0 + timedelta(hours=1))
    return_in(actor=officer, person_id=who, to=Spot(OSBORN), happened_at=T0 + timedelta(hours=9))
    assert sorted(names(heard)[-3:]) == ["returned", "transferred_in", "transferred_out"]


def test_an_escape_leaves_no_place_and_return_needs_one(officer: Actor, person: People) -> None:
    who = person()
    admit(actor=officer, person_id=who, to=Spot(HARTFORD, UNIT_A, bed("A-101")), happened_at=T0)
    record_escape(actor=officer, person_id=who, happened_at=T0 + timedelta(hours=1))
    assert not Placement.objects.filter(person_id=who, until=None).exists()
    with pytest.raises(Invalid):
        return_in(actor=officer, person_id=who, happened_at=T0 + timedelta(hours=2))
    return_in(actor=officer, person_id=who, to=Spot(OSBORN), happened_at=T0 + timedelta(hours=3))
    assert Placement.objects.get(person_id=who, until=None).facility_id == OSBORN


@pytest.mark.parametrize(
    ("destination", "state", "sees"),
    [
        ("discharged", "ended", None),
        ("parole", "ended", False),
        ("special_parole", "ended", False),
        ("transitional_supervision", "open", True),
        ("halfway_house_community_release", "open", True),
    ],
)
def test_release_ends_custody_only_with_the_segment(
    officer: Actor, person: People, heard: list[Event], destination: str, state: str, sees: bool | None
) -> None:
    who = person()
    done = admit(actor=officer, person_id=who, to=Spot(HARTFORD), happened_at=T0)
    release(actor=officer, person_id=who, planned=False, destination=destination, happened_at=T0 + timedelta(days=1))
    assert Stay.objects.get(id=done.stay_id).state == state
    segment = LegalStatus.objects.filter(until=None).first()
    assert (segment.custody_sees if segment else None) is sees
    told = heard[-1].payload()
    assert (told["planned"], told["destination"], told["ends_custody"]) == (False, destination, not sees)


def test_a_release_that_did_not_happen_brings_everything_back(officer: Actor, person: People) -> None:
    who = person()
    done = admit(actor=officer, person_id=who, to=Spot(HARTFORD, UNIT_A, bed("A-101")), happened_at=T0)
    send_out(actor=officer, person_id=who, kind="court", happened_at=T0 + timedelta(hours=7))
    before = list(Placement.objects.values("id", "until", "bed_id", "confirmed"))
    release(actor=officer, person_id=who, destination="parole", happened_at=T0 + timedelta(days=1))
    cancel_release(actor=officer, person_id=who, why="bail was revoked")
    assert Stay.objects.get(id=done.stay_id).state == "open"
    assert list(Placement.objects.values("id", "until", "bed_id", "confirmed")) == before
    assert Away.objects.get(until=None, cancelled=False).kind == "court"
    assert [s.kind for s in LegalStatus.objects.filter(until=None, cancelled=False)] == ["accused"]
    assert verify.run().sound


def test_a_bed_given_away_meanwhile_must_be_settled(officer: Actor, person: People, heard: list[Event]) -> None:
    who, other = person(), person()
    spot = Spot(HARTFORD, UNIT_A, bed("A-101"))
    admit(actor=officer, person_id=who, to=spot, happened_at=T0)
    release(actor=officer, person_id=who, happened_at=T0 + timedelta(days=1))
    admit(actor=officer, person_id=other, to=spot, happened_at=T0 + timedelta(days=2))
    assert cancel_release(actor=officer, person_id=who).bed_confirmed is False
    assert names(heard)[-2:] == ["release_cancelled", "bed_unconfirmed"]


def test_cancelled_transfer_and_admission(officer: Actor, person: People, heard: list[Event]) -> None:
    who = person()
    done = admit(actor=officer, person_id=who, to=Spot(HARTFORD, UNIT_A, bed("A-101")), happened_at=T0)
    transfer(actor=officer, person_id=who, to=Spot(OSBORN), happened_at=T0 + timedelta(hours=1))
    with pytest.raises(OutOfOrder):
        cancel_admission(actor=officer, person_id=who)
    cancel_transfer(actor=officer, person_id=who)
    here = Placement.objects.get(person_id=who, until=None, cancelled=False)
    assert (here.facility_id, here.confirmed) == (HARTFORD, True)
    cancel_admission(actor=officer, person_id=who)
    assert Stay.objects.get(id=done.stay_id).state == "cancelled"
    assert names(heard)[-2:] == ["transfer_cancelled", "admission_cancelled"]
    admit(actor=officer, person_id=who, to=Spot(HARTFORD, UNIT_A, bed("A-101")), happened_at=T0)
    assert verify.run().sound


def test_moves_need_an_open_stay(officer: Actor, person: People) -> None:
    who = person()
    for act in (
        lambda: transfer(actor=officer, person_id=who, to=Spot(OSBORN), happened_at=T0),
        lambda: move_within(actor=officer, person_id=who, unit_id=UNIT_A, happened_at=T0),
        lambda: release(actor=officer, person_id=who, happened_at=T0),
        lambda: send_out(actor=officer, person_id=who, kind="court", happened_at=T0),
        lambda: cancel_release(actor=officer, person_id=who),
    ):
        with pytest.raises(NotIn):
            act()


def test_status_inside_and_out_of_the_community(officer: Actor, person: People, heard: list[Event]) -> None:
    who = person()
    admit(actor=officer, person_id=who, to=Spot(HARTFORD), happened_at=T0)
    change_legal_status(actor=officer, person_id=who, kind="sentenced", happened_at=T0 + timedelta(hours=1))
    with pytest.raises(Invalid, match="release"):
        change_legal_status(actor=officer, person_id=who, kind="parole", happened_at=T0 + timedelta(hours=2))
    release(actor=officer, person_id=who, destination="transitional_supervision", happened_at=T0 + timedelta(hours=3))
    change_legal_status(actor=officer, person_id=who, kind="parole", happened_at=T0 + timedelta(hours=4))
    assert heard[-1].payload()["ends_custody"] is True
    assert Stay.objects.get().state == "ended"
    again = admit(actor=officer, person_id=who, to=Spot(HARTFORD), happened_at=T0 + timedelta(hours=5))
    assert [s.kind for s in LegalStatus.objects.filter(until=None)] == ["accused"]
    assert Stay.objects.filter(state="open").get().id == again.stay_id


def test_return_from_the_community(officer: Actor, person: People) -> None:
    who = person()
    admit(actor=officer, person_id=who, to=Spot(HARTFORD), legal_status="sentenced", happened_at=T0)
    release(actor=officer, person_id=who, destination="home_confinement", happened_at=T0 + timedelta(hours=3))
    return_in(actor=officer, person_id=who, to=Spot(OSBORN), happened_at=T0 + timedelta(hours=9))
    assert [s.kind for s in LegalStatus.objects.filter(until=None)] == ["sentenced"]
    assert Placement.objects.get(until=None).facility_id == OSBORN


def test_death_ends_the_stay(officer: Actor, person: People) -> None:
    who = person()
    done = admit(actor=officer, person_id=who, to=Spot(HARTFORD, UNIT_A, bed("A-101")), happened_at=T0)
    record_death(actor=officer, person_id=who, at=T0 + timedelta(days=1))
    assert Stay.objects.get(id=done.stay_id).state == "ended"
    assert Move.objects.filter(kind="death").count() == 1
    assert not Placement.objects.filter(until=None).exists()


def test_two_open_stays_after_a_link_are_told_and_settled(officer: Actor, person: People, heard: list[Event]) -> None:
    from throughcare.people.actions import merge, propose_merge, unmerge

    one, two, three = person(), person(), person()
    for who, site in ((one, HARTFORD), (two, OSBORN), (three, OSBORN)):
        admit(actor=officer, person_id=who, to=Spot(site), happened_at=T0)
    for other in (two, three):
        proposal = propose_merge(actor=officer, a=one, b=other, reasons=["alike"], source="test")
        assert proposal is not None
        merge(actor=officer, proposal_id=proposal, survivor_id=one, why="same fingerprints")
        assert names(heard)[-1] == "stay_conflict"
        if other == two:
            release(actor=officer, person_id=two)
        else:
            unmerge(actor=officer, loser_id=three, why="another man")
        assert names(heard)[-1] == "stay_conflict_settled" or "stay_conflict_settled" in names(heard)[-2:]
    opened = {e.ref for e in heard if e.name == "stay_conflict"}
    assert opened == {e.ref for e in heard if e.name == "stay_conflict_settled"}
