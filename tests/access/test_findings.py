"""Detectors over the read log (clinical.md 7.4): each finds what it should and nothing else, once; a person answers each."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.access.makers import CLERK, care_for, signed_in, staff
from tests.access.test_glass import WORDS, actor_of, break_for
from throughcare.access import actions, detecting, lenses, limits
from throughcare.access.actions.glass import Emergency
from throughcare.access.detecting import Called, Look
from throughcare.access.models import Finding, Told, User, Watched
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import reads as ledger_reads
from throughcare.people import actions as people
from throughcare.people.actions import Demographics

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 4, 17, tzinfo=UTC)


def somebody(family: str = "Sample-Quill", given: str = "Luis") -> UUID:
    return people.register(
        actor=CLERK, demographics=Demographics(family=family, given=given, birth_date=None, synthetic=True)
    )


def look(user: User, person: UUID, *, role: Role = Role.RN, kind: str = "read", others: tuple[UUID, ...] = ()) -> None:
    lens = lenses.make(user.id, user.name, role, facilities=None)
    with transaction.atomic():
        ledger_reads.log_read(lens, route="chart", people=[person, *others], classes=[DataClass.CLINICAL], kind=kind)


def found() -> list[tuple[str, UUID, UUID | None]]:
    actions.find_looks(actor=CLERK)
    return sorted(Finding.objects.values_list("detector", "user_id", "person_id"), key=str)


# --- pure -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "families", "whole", "common", "finds"),
    [
        ("Demo-Quill, Ada", ["quill"], "quill luis", (), "same_name"),
        ("Ada Quill", ["quill"], "quill luis", (), "same_name"),
        ("Demo-Quill, Luis", ["quill"], "quill luis", (), "own_record"),
        ("Demo-Garcia-Lopez, Ada", ["lopez"], "lopez luis", (), "same_name"),
        ("Demo-Quill, Ada", ["quill"], "quill luis", ("quill",), ""),
        ("Demo-Quill, Luis", ["quill"], "quill luis", ("quill",), "own_record"),
        ("Demo-Stone, Quill", ["quill"], "quill luis", (), ""),
        ("", ["quill"], "quill luis", (), ""),
    ],
)
def test_by_name(user: str, families: list[str], whole: str, common: tuple[str, ...], finds: str) -> None:
    person = uuid4()
    called = {person: Called(frozenset(families), frozenset({frozenset(whole.split())}))}
    one = Look(uuid4(), user, "rn", person, date(2026, 3, 4), AT, AT, 1)
    assert [f.detector for f in detecting.by_name([one], called, frozenset(common))] == ([finds] if finds else [])


def test_too_many_is_counted_by_reader_and_day() -> None:
    user, other = uuid4(), uuid4()
    looks = [
        Look(who, "Demo-Nurse", "rn", uuid4(), day, AT + timedelta(minutes=n), AT + timedelta(minutes=n), 1)
        for who, day, how_many in (
            (user, date(2026, 3, 4), 4),
            (user, date(2026, 3, 5), 3),
            (other, date(2026, 3, 4), 3),
        )
        for n in range(how_many)
    ]
    (one,) = detecting.too_many(looks, "many_charts", 3)
    assert (one.user_id, one.day, one.number, one.person_id) == (user, date(2026, 3, 4), 4, None)
    assert one.last_at - one.first_at == timedelta(minutes=3)


# --- each detector -----------------------------------------------------------------------------------------------------------


def test_a_relative_and_oneself_are_found_and_strangers_and_patients_are_not() -> None:
    nurse, other = staff(name="Demo-Quill, Ada"), staff(name="Demo-Stone, Bea")
    relative, self_, stranger = somebody(), somebody("Sample-Quill", "Ada"), somebody("Sample-Vale")
    for person in (relative, self_, stranger):
        look(nurse, person)
        look(other, person)
    look(nurse, somebody("Sample-Quill", "Marc"), role=Role.PATIENT)
    assert found() == sorted([("same_name", nurse.id, relative), ("own_record", nurse.id, self_)], key=str)


def test_an_alias_counts_as_a_name() -> None:
    nurse, person = staff(name="Demo-Quill, Ada"), somebody("Sample-Vale")
    from throughcare.people.models import Alias

    Alias.objects.create(person_id=person, family="Sample-Quill", given="Luis", source="test", at=clock.now())
    look(nurse, person)
    assert found() == [("same_name", nurse.id, person)]


def test_a_name_that_many_bear_says_nothing() -> None:
    nurse = staff(name="Demo-Quill, Ada")
    for n in range(limits.detectors()["same_name"].limit + 1):
        person = somebody("Sample-Quill", f"Luis{n}")
    look(nurse, person)
    assert found() == []


def test_a_watched_record_asks_about_each_look_but_the_keeper_s() -> None:
    nurse, keeper, person = staff(), staff(Role.HIM, facility=None), somebody()
    look(nurse, person)
    assert found() == []
    actions.watch_record(actor=actor_of(keeper), person_id=person, why="Known to the public.")
    look(keeper, person, role=Role.HIM)
    assert found() == [("watched", nurse.id, person)]
    with pytest.raises(Stale):
        actions.watch_record(actor=actor_of(keeper), person_id=person, why="Known to the public.")
    actions.end_watch(actor=actor_of(keeper), person_id=person)
    assert Watched.objects.get().until is not None


def test_many_reasons_many_charts_and_much_taken_out(monkeypatch) -> None:
    for name in ("reasons", "many_charts", "taken_out"):
        monkeypatch.setitem(limits.detectors(), name, detecting.Detector(name, name, limit=2))
    nurse, clerk, quiet = staff(), staff(Role.RN), staff()
    crowd = [somebody(f"Sample-Crowd{n}") for n in range(3)]
    for person in crowd:
        actions.say_why(actor=actor_of(nurse), person_id=person, code="covering")
    look(clerk, crowd[0], kind="print", others=tuple(crowd[1:]))
    for person in crowd[:2]:
        look(quiet, person)
    assert found() == sorted(
        [("reasons", nurse.id, None), ("many_charts", nurse.id, None), ("taken_out", clerk.id, None)], key=str
    )
    assert set(Finding.objects.values_list("number", flat=True)) == {3}


def test_a_record_opened_long_after_release(monkeypatch) -> None:
    nurse, planner, person, here = staff(), staff(Role.PLANNER), somebody(), somebody("Sample-Vale")
    cares = care_for(person, here, ended=frozenset({person}))
    ended_at = {"at": clock.now()}
    monkeypatch.setattr(cares, "segment_ended", lambda one: ended_at["at"] if one == person else None)
    for user, role in ((nurse, Role.RN), (planner, Role.PLANNER)):
        look(user, person, role=role)
        look(user, here, role=role)
    assert found() == [], "it ended today"
    ended_at["at"] = clock.now() - timedelta(days=31)
    assert found() == [("after_release", nurse.id, person)]


def test_breaking_the_glass_often_and_an_account_at_the_console(monkeypatch) -> None:
    monkeypatch.setitem(limits.detectors(), "glass_habit", detecting.Detector("glass_habit", "often", limit=2))
    nurse = staff()
    staff(Role.HSA, facility=None)
    for n in range(3):
        break_for(nurse, somebody(f"Sample-Glass{n}"))
    opened = actions.open_at_console(
        actor=CLERK, username="late.come", name="Demo-Late, Come", because="Nobody could sign in any more."
    )
    assert found() == sorted([("glass_habit", nurse.id, None), ("console_account", opened.user_id, None)], key=str)


def test_the_first_account_is_no_question() -> None:
    actions.open_at_console(actor=CLERK, username="first.come", name="Demo-First, Come")
    assert found() == []


# --- once, and answered --------------------------------------------------------------------------------------------------------


def test_what_was_found_is_found_once_and_learns_how_far_it_went_on() -> None:
    nurse, person = staff(name="Demo-Quill, Ada"), somebody()
    look(nurse, person)
    assert actions.find_looks(actor=CLERK) == 1
    look(nurse, person)
    assert actions.find_looks(actor=CLERK) == 0
    row = Finding.objects.get()
    assert row.number == 2 and row.last_at > row.first_at


def test_an_answer_is_by_another_once_with_words_and_closes_the_duty() -> None:
    from throughcare.duties.models import Duty

    nurse, keeper, person = staff(name="Demo-Quill, Ada"), staff(Role.HIM, facility=None), somebody()
    look(nurse, person)
    actions.find_looks(actor=CLERK)
    row = Finding.objects.get()
    duty = Duty.objects.get(rule="LOOK-01")
    assert (duty.owner_role, duty.closed_at, duty.ref) == ("him", None, row.id)
    him = actor_of(keeper)
    for bad in ({"outcome": "guilty", "review": "He did."}, {"outcome": "explained", "review": ""}):
        with pytest.raises(Invalid):
            actions.review_finding(actor=him, finding_id=row.id, version=1, **bad)
    with pytest.raises(NotAllowed):
        actions.review_finding(
            actor=actor_of(nurse), finding_id=row.id, version=1, outcome="explained", review="It was me."
        )
    actions.review_finding(actor=him, finding_id=row.id, version=1, outcome="explained", review="On shift there.")
    with pytest.raises(Stale):
        actions.review_finding(actor=him, finding_id=row.id, version=1, outcome="explained", review="Again.")
    duty.refresh_from_db()
    assert duty.closed_at is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(id=row.id).update(review="")


def test_the_board_shows_who_and_keeps_what_was_typed() -> None:
    nurse, keeper, person = staff(name="Demo-Quill, Ada"), staff(Role.HIM, facility=None), somebody()
    look(nurse, person)
    actions.find_looks(actor=CLERK)
    him = signed_in(keeper)
    page = him.get("/findings/")
    assert page.status_code == 200 and "Demo-Quill, Ada" in page.text and "Sample-Quill" in page.text
    row = Finding.objects.get()
    answer = him.post(f"/findings/{row.id}/", {"version": "1", "outcome": "", "review": "Half a thought"})
    assert answer.status_code == 422 and "Half a thought" in answer.text
    him.post(f"/findings/{row.id}/", {"version": "1", "outcome": "explained", "review": "On shift there."})
    assert "On shift there." in him.get("/findings/").text
    assert him.post(f"/people/{person}/watch/", {"why": "Known to the public."}).status_code == 303
    assert "Known to the public." in him.get("/findings/").text
    assert "Watch it no longer" in him.get(f"/people/{person}/who-looked/").text
    him.post(f"/people/{person}/watch/", {"end": "yes"})
    assert "No record is watched" in him.get("/findings/").text
    assert signed_in(nurse).get("/findings/").status_code == 403


# --- who is told of broken glass ------------------------------------------------------------------------------------------------


def test_the_provider_is_told_and_the_programme_only_of_its_own_record() -> None:
    from throughcare.duties.models import Duty
    from throughcare.kernel import db

    nurse, doctor, counsellor = staff(), staff(Role.PROVIDER), staff(Role.SUD)
    plain, programme = somebody(), somebody("Sample-Vale")
    care_for(plain, programme)
    first = break_for(nurse, plain)
    second = break_for(nurse, programme, emergency=Emergency("Dr. Example-Stone", "Example Hospital", "overdose"))
    with db.writing(CLERK):
        owed = sorted(Duty.objects.filter(rule__startswith="BTG-0").values_list("rule", "ref"), key=str)
    assert owed == sorted(
        [("BTG-01", first), ("BTG-01", second), ("BTG-02", first), ("BTG-02", second), ("BTG-03", second)], key=str
    )
    him = signed_in(doctor)
    page = him.get("/glass/told/")
    assert WORDS in page.text and "Sample-Quill" in page.text and "Sample-Vale" in page.text
    assert "Example Hospital" not in page.text, "that there is a programme's record is the programme's to know"
    page = signed_in(counsellor).get("/glass/told/")
    assert "Example Hospital" in page.text and "Sample-Quill" not in page.text
    assert him.post(f"/glass/{first}/told/").status_code == 302
    assert him.post(f"/glass/{first}/told/").status_code == 409
    assert signed_in(counsellor).post(f"/glass/{first}/told/").status_code == 409
    assert signed_in(counsellor).post(f"/glass/{second}/told/").status_code == 302
    assert sorted(Told.objects.values_list("role", flat=True)) == ["provider", "sud"]
    with db.writing(CLERK):
        still = sorted(Duty.objects.filter(rule__in=["BTG-02", "BTG-03"], closed_at=None).values_list("rule", "ref"))
    assert still == [("BTG-02", second)]


def test_nobody_tells_themselves() -> None:
    doctor, person = staff(Role.PROVIDER), somebody()
    care_for(person)
    glass = break_for(doctor, person)
    assert "Nothing that you have not read" in signed_in(doctor).get("/glass/told/").text
    with pytest.raises(NotAllowed):
        actions.read_of_glass(actor=actor_of(doctor), glass_id=glass)
    with pytest.raises(NotAllowed):
        actions.read_of_glass(actor=actor_of(staff()), glass_id=glass)
    with pytest.raises(NotFound):
        actions.read_of_glass(actor=actor_of(staff(Role.SUD)), glass_id=glass)
