"""Reading custody: where people are, the board, who comes and goes, finding; constant in queries, within the lens."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.custody.conftest import HARTFORD, OSBORN, UNIT_A, UNIT_B, YORK, bed
from tests.fixtures_lenses import lens_of
from throughcare.custody import reads
from throughcare.custody.actions import (
    Spot,
    admit,
    end_alert,
    raise_alert,
    release,
    return_in,
    schedule_event,
    send_out,
    start_lockdown,
    transfer,
)
from throughcare.custody.policy import visible_people
from throughcare.custody.relationship import AtTheFacility
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import merge, propose_merge

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
NOW = T0 + timedelta(days=1)
People = Callable[..., UUID]


@pytest.fixture(autouse=True)
def a_day_later() -> Iterator[None]:
    """Hold the clock a day after the first admission."""
    with clock.frozen(NOW):
        yield


def at(role: Role, *facilities: UUID) -> Lens:
    from throughcare.access import lenses

    return lenses.make(lens_of(role).user_id, "Demo", role, facilities=frozenset(facilities))


def test_whereabouts_says_cell_trip_and_what_comes_next(officer: Actor, person: People) -> None:
    who = person()
    admit(actor=officer, person_id=who, to=Spot(HARTFORD, UNIT_A, bed("A-114")), happened_at=T0)
    schedule_event(actor=officer, person_id=who, kind="court", starts_at=NOW + timedelta(hours=7), place="GA 14")
    send_out(actor=officer, person_id=who, kind="hospital", place="St Francis")
    here = reads.whereabouts(at(Role.RN, HARTFORD), [who])[who]
    assert here.place == "Hartford CC · A-114"
    assert here.words == "Hartford CC · A-114, in hospital"
    assert (here.going_to, here.next_at) == ("Court, GA 14", NOW + timedelta(hours=7))


def test_linked_charts_are_one_person(officer: Actor, person: People) -> None:
    one, two = person(), person()
    admit(actor=officer, person_id=two, to=Spot(HARTFORD), happened_at=T0)
    proposal = propose_merge(actor=officer, a=one, b=two, reasons=["the same face"], source="test")
    assert proposal is not None
    merge(actor=officer, proposal_id=proposal, survivor_id=one, why="the same fingerprints")
    where = reads.whereabouts(at(Role.RN, HARTFORD), [one, two])
    assert where[one].facility_id == where[two].facility_id == HARTFORD
    transfer(actor=officer, person_id=one, to=Spot(OSBORN))
    assert reads.whereabouts(at(Role.RN, HARTFORD), [two])[two].facility_id == OSBORN


CEILINGS = {"whereabouts": 2, "present": 3, "board": 6, "movements": 9, "find": 4}


@pytest.mark.parametrize("read", list(CEILINGS))
def test_queries_do_not_grow(
    read: str, officer: Actor, person: People, django_assert_num_queries: Callable[..., object]
) -> None:
    lens = at(Role.RN, HARTFORD)
    calls: dict[str, Callable[[list[UUID]], object]] = {
        "whereabouts": lambda ids: reads.whereabouts(lens, ids),
        "present": lambda _: reads.present(lens, HARTFORD),
        "board": lambda _: reads.board(lens, HARTFORD),
        "movements": lambda _: reads.movements(lens, HARTFORD),
        "find": lambda _: reads.find(lens, "sample"),
    }
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts, ids = [], []
    for _ in range(2):
        for n in range(6):
            who = person()
            ids.append(who)
            admit(actor=officer, person_id=who, to=Spot(HARTFORD, UNIT_A, bed(f"A-{101 + len(ids)}")), happened_at=T0)
            raise_alert(actor=officer, person_id=who, template="bottom_bunk")
            schedule_event(actor=officer, person_id=who, kind="court", starts_at=NOW + timedelta(hours=n + 1))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            calls[read](ids)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= CEILINGS[read]


def test_an_officer_sees_their_facility_until_the_segment_ends(officer: Actor, person: People) -> None:
    here, there = person(), person()
    admit(actor=officer, person_id=here, to=Spot(HARTFORD), happened_at=T0)
    admit(actor=officer, person_id=there, to=Spot(OSBORN), happened_at=T0)
    lens = at(Role.CUSTODY, HARTFORD)
    assert set(reads.whereabouts(lens, [here, there])) == {here}
    assert [p.id for p in visible_people(lens) or []] == [here]
    care = AtTheFacility()
    assert care.holds(lens, here) and not care.holds(lens, there)
    assert care.segment_ended(here) is None
    release(actor=officer, person_id=here, destination="parole")
    assert not reads.whereabouts(lens, [here])
    assert care.segment_ended(here) == NOW and not care.holds(lens, here)


def test_care_reaches_three_days_back_and_one_day_ahead(officer: Actor, person: People) -> None:
    who = person()
    admit(actor=officer, person_id=who, to=Spot(HARTFORD), happened_at=T0)
    care = AtTheFacility()
    hartford, osborn, york = (at(Role.RN, f) for f in (HARTFORD, OSBORN, YORK))
    assert care.holds(hartford, who) and not care.holds(osborn, who)
    schedule_event(
        actor=officer, person_id=who, kind="transfer", starts_at=NOW + timedelta(hours=10), to_facility_id=OSBORN
    )
    assert care.holds(osborn, who) and not care.holds(york, who)
    transfer(actor=officer, person_id=who, to=Spot(OSBORN))
    assert care.holds(hartford, who)
    with clock.frozen(NOW + timedelta(hours=73)):
        assert not care.holds(hartford, who)
        assert care.holds(osborn, who)


def test_the_board_orders_by_harm_and_says_when_they_leave(officer: Actor, person: People) -> None:
    calm, worst, court = person(given="Ana"), person(given="Luis"), person(given="Maya")
    for n, who in enumerate((calm, worst, court)):
        admit(actor=officer, person_id=who, to=Spot(HARTFORD, UNIT_A, bed(f"A-10{n + 1}")), happened_at=T0)
    admit(actor=officer, person_id=person(), to=Spot(HARTFORD, UNIT_B), happened_at=T0)
    raise_alert(actor=officer, person_id=calm, template="bottom_bunk", until=NOW + timedelta(days=10))
    alert = raise_alert(actor=officer, person_id=worst, template="property_limited")
    schedule_event(actor=officer, person_id=court, kind="court", starts_at=NOW + timedelta(hours=7), place="GA 14")
    start_lockdown(actor=officer, facility_id=HARTFORD, unit_id=UNIT_B)
    lens = at(Role.CUSTODY, HARTFORD)
    board = reads.board(lens, HARTFORD)
    assert [line.short_name for line in board.lines] == ["Luis S.", "Ana S.", "Maya S."]
    assert board.lines[0].alerts[0].call == "Call nurse 4406."
    assert board.lines[1].alerts[0].do.endswith("13 Mar.")
    assert board.lines[2].moves[0].sentence == "Ready for court: GA 14"
    assert (board.quiet, [x.unit for x in board.lockdowns]) == (1, ["Unit B"])
    assert reads.board(lens, HARTFORD, UNIT_B).lines == ()
    end_alert(actor=officer, alert_id=alert)
    assert [line.short_name for line in reads.board(lens, HARTFORD).lines] == ["Ana S.", "Maya S."]
    with clock.frozen(NOW + timedelta(days=11)):
        assert reads.board(lens, HARTFORD).lines == ()


def test_who_comes_and_goes(officer: Actor, person: People) -> None:
    came, goes, comes, gone, out = (person() for _ in range(5))
    for who in (goes, gone, out):
        admit(actor=officer, person_id=who, to=Spot(HARTFORD, UNIT_A), happened_at=T0 - timedelta(days=9))
    admit(actor=officer, person_id=came, to=Spot(HARTFORD), happened_at=NOW - timedelta(hours=1))
    admit(actor=officer, person_id=comes, to=Spot(OSBORN), happened_at=T0)
    schedule_event(
        actor=officer, person_id=comes, kind="transfer", starts_at=NOW + timedelta(hours=9), to_facility_id=HARTFORD
    )
    schedule_event(
        actor=officer, person_id=goes, kind="release", starts_at=NOW + timedelta(hours=9), confidence="likely"
    )
    release(actor=officer, person_id=gone, happened_at=NOW - timedelta(minutes=5))
    send_out(actor=officer, person_id=out, kind="court", place="GA 14")
    day = reads.movements(at(Role.RN, HARTFORD), HARTFORD)
    assert [m.who.person_id for m in day.came] == [came]
    assert [(m.who.person_id, m.kind) for m in day.coming] == [(comes, "Transfer")]
    assert [m.place for m in day.coming] == ["Osborn CI"], "where they come from, not where we are"
    assert [(m.who.person_id, m.kind, m.confidence) for m in day.going] == [(goes, "Release", "likely")]
    assert [m.who.person_id for m in day.left] == [gone]
    assert [(m.who.person_id, m.kind) for m in day.out] == [(out, "Court")]
    return_in(actor=officer, person_id=out)
    assert not reads.movements(at(Role.RN, HARTFORD), HARTFORD).out


@pytest.mark.parametrize("text", ["ortiz", "SAMPLE-ORT", "luis ort", "t0000001", "A-114", "a114", "ruiz"])
def test_finding_by_fragment_number_alias_or_cell(officer: Actor, person: People, text: str) -> None:
    from throughcare.people.actions import Demographics, correct

    who = person(family="Sample-Ruiz", given="Luis")
    correct(actor=officer, person_id=who, demographics=Demographics("Sample-Ortíz", "Luis", synthetic=True))
    other = person(family="Sample-Kim", given="Jo")
    admit(actor=officer, person_id=who, to=Spot(HARTFORD, UNIT_A, bed("A-114")), happened_at=T0)
    admit(actor=officer, person_id=other, to=Spot(OSBORN), happened_at=T0)
    found, more = reads.find(at(Role.CUSTODY, HARTFORD), text)
    assert [f.who.person_id for f in found] == [who]
    assert not more and found[0].where is not None and found[0].where.cell == "A-114"
    assert reads.find(at(Role.CUSTODY, HARTFORD), "kim") == ([], False)
    assert [f.who.person_id for f in reads.find(lens_of(Role.HIM), "kim")[0]] == [other]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("HARTFORD CC", "A", "1", "114"), Spot(HARTFORD, UNIT_A, bed("A-114"))),
        (("hartford", "a", "2", "A-114"), Spot(HARTFORD, UNIT_A, bed("A-114", 2))),
        (("HARTFORD CC", "Q9", "1", "7"), Spot(HARTFORD, None, None, "Q9-7-1")),
        (("HARTFORD CC", "A", "9", "114"), Spot(HARTFORD, UNIT_A, None, "A-114-9")),
        (("HARTFORD CC", "", "", ""), Spot(HARTFORD)),
        (("NOWHERE", "A", "1", "114"), None),
    ],
)
def test_places_by_others_names(db: None, names: tuple[str, str, str, str], expected: Spot | None) -> None:
    facility, unit, bunk, room = names
    assert reads.spot_by_names(lens_of(Role.HIM), facility, unit, bunk, room) == expected


def test_stays_show_every_move_and_what_was_taken_back(officer: Actor, person: People) -> None:
    from throughcare.custody.actions import cancel_transfer

    who = person()
    admit(actor=officer, person_id=who, to=Spot(HARTFORD, UNIT_A, bed("A-114")), happened_at=T0)
    transfer(actor=officer, person_id=who, to=Spot(OSBORN))
    cancel_transfer(actor=officer, person_id=who)
    (stay,) = reads.stays(at(Role.RN, HARTFORD), who)
    assert [(m.words, m.destination, m.cancelled_at is not None) for m in stay.moves] == [
        ("Transferred", "Osborn CI", True),
        ("Admitted", "Hartford CC · A-114", False),
    ]
    assert [s[0] for s in stay.segments] == ["accused, not sentenced"]
