"""Opening a record with a reason, and against the matrix."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.access.makers import care_for, signed_in, staff
from throughcare.access import actions, lenses
from throughcare.access.actions.glass import Emergency
from throughcare.access.care import Relation, relation
from throughcare.access.events import GlassBroken
from throughcare.access.models import BreakGlass, Posting, User, Why
from throughcare.kernel import clock, events
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from throughcare.kernel.vocabulary import SEALED, DataClass, Role, Verb
from throughcare.ledger.models import Read
from throughcare.people import actions as people
from throughcare.people.actions import Demographics

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 17, tzinfo=UTC)
WORDS = "Found unconscious in his cell, no history known."


def actor_of(user: User) -> Actor:
    posting = Posting.objects.get(user=user)
    return Actor("staff", user.id, user.name, Role(posting.role), posting.facility_id)


def lens_of(user: User):
    from throughcare.access import personal

    posting, own = Posting.objects.get(user=user), personal.load(user.id)
    return lenses.make(
        user.id,
        user.name,
        Role(posting.role),
        facilities=frozenset({posting.facility_id}),
        opened=own.opened,
        reasoned=own.reasoned,
        denied=own.denied,
        emergencies=own.emergencies,
    )


def somebody():
    return people.register(
        actor=Actor.system("test"), demographics=Demographics(family="Sample-Reyes", given="Luis", synthetic=True)
    )


def break_for(user, person, **more):
    return actions.break_glass(
        actor=actor_of(user), person_id=person, code="life_at_risk", text=more.pop("text", WORDS), **more
    )


def test_a_chart_opens_for_sixty_minutes_to_one_user_and_closes_by_itself() -> None:
    nurse, other, person = staff(), staff(), somebody()
    assert relation(lens_of(nurse), person) is Relation.NEEDS_REASON
    with clock.frozen(NOON):
        break_for(nurse, person)
        assert lens_of(nurse).may(Verb.READ, DataClass.MENTAL_HEALTH, person_id=person)
        assert not lens_of(nurse).may(Verb.READ, DataClass.MENTAL_HEALTH, person_id=uuid4())
        assert not lens_of(other).may(Verb.READ, DataClass.MENTAL_HEALTH, person_id=person)
    with clock.frozen(NOON + timedelta(minutes=59)):
        assert relation(lens_of(nurse), person) is Relation.OPEN
    with clock.frozen(NOON + timedelta(minutes=60)):
        assert relation(lens_of(nurse), person) is Relation.NEEDS_REASON


def test_it_never_opens_a_sealed_class() -> None:
    nurse, person = staff(), somebody()
    break_for(nurse, person)
    lens = lens_of(nurse)
    opened = {c for c in SEALED if lens.may(Verb.READ, c, person_id=person)}
    assert opened == {DataClass.PREA}, "PREA by need alone, which a nurse has in an emergency; nothing else"
    assert not any(lens.may(Verb.WRITE, c, person_id=person) for c in SEALED)


def test_a_part_2_record_opens_in_an_emergency_that_is_written_down() -> None:
    nurse, person = staff(), somebody()
    with pytest.raises(Invalid):
        break_for(nurse, person, emergency=Emergency("Dr. Example-Stone", "", "overdose"))
    break_for(nurse, person, emergency=Emergency("Dr. Example-Stone", "Example Hospital", "overdose"))
    assert lens_of(nurse).may(Verb.READ, DataClass.PART2, person_id=person)
    assert not lens_of(nurse).may(Verb.READ, DataClass.PART2, person_id=uuid4())


@pytest.mark.parametrize("role", [Role.CUSTODY, Role.TRANSPORT, Role.PAROLE, Role.HSA, Role.SCHEDULER, Role.OMBUDS])
def test_it_is_not_for_those_who_do_not_treat(role: Role) -> None:
    with pytest.raises(NotAllowed):
        break_for(staff(role), somebody())


def test_the_database_refuses_a_custody_role_too() -> None:
    from django.db import IntegrityError, transaction

    officer = staff(Role.CUSTODY)
    with pytest.raises(IntegrityError), transaction.atomic():
        BreakGlass.objects.create(
            user=officer,
            role="custody",
            person_id=uuid4(),
            code="x",
            text="x",
            opened_at=NOON,
            until=NOON + timedelta(hours=1),
        )


@pytest.mark.parametrize(("code", "text"), [("life_at_risk", "short"), ("curiosity", WORDS), ("", WORDS)])
def test_without_a_reason_and_words_it_stays_closed(code: str, text: str) -> None:
    nurse = staff()
    with pytest.raises(Invalid):
        actions.break_glass(actor=actor_of(nurse), person_id=somebody(), code=code, text=text)


def test_those_who_must_know_are_told_at_once_and_a_review_is_owed(monkeypatch) -> None:
    told = []
    monkeypatch.setitem(events._handlers, GlassBroken, [told.append])
    nurse, person = staff(), somebody()
    glass = break_for(nurse, person)
    assert [(e.person_id, e.ref, e.name) for e in told] == [(person, glass, "break_glass_opened")]


def test_it_is_in_the_read_log_durably_and_as_what_it_is() -> None:
    nurse, person = staff(), somebody()
    break_for(nurse, person)
    row = Read.objects.get(people__contains=[person])
    assert (row.kind, row.purpose, row.user_id) == ("break_glass", "BTG", nurse.id)


def test_one_hand_holds_one_chart_open() -> None:
    nurse, first, second = staff(), somebody(), somebody()
    break_for(nurse, first)
    break_for(nurse, second)
    assert lens_of(nurse).opened == {second}


def test_nobody_s_record_is_not_opened() -> None:
    nurse = staff()
    with pytest.raises(NotFound):
        break_for(nurse, uuid4())
    with pytest.raises(NotFound):
        actions.say_why(actor=actor_of(nurse), person_id=uuid4(), code="covering")


def test_a_day_s_limit_holds() -> None:
    nurse, person = staff(), somebody()
    for _ in range(5):
        break_for(nurse, person)
    with pytest.raises(NotAllowed):
        break_for(nurse, person)


def test_a_denial_beats_the_glass_a_reason_and_the_matrix() -> None:
    nurse, person = staff(), somebody()
    break_for(nurse, person)
    actions.close_record(actor=Actor.system("test"), user_id=nurse.id, person_id=person, why="The nurse's brother.")
    care_for(person)
    lens = lens_of(nurse)
    assert relation(lens, person) is Relation.CLOSED
    assert not any(lens.may(v, c, person_id=person) for c in DataClass for v in Verb)
    with pytest.raises(NotFound):
        break_for(nurse, person)
    with pytest.raises(NotFound):
        actions.say_why(actor=actor_of(nurse), person_id=person, code="covering")


def test_what_holds_for_one_chart_holds_for_the_charts_linked_to_it() -> None:
    nurse, person, twin = staff(), somebody(), somebody()
    proposal = people.propose_merge(
        actor=Actor.system("test"), a=person, b=twin, reasons=["same number"], source="test"
    )
    people.merge(actor=Actor.system("test"), proposal_id=proposal, survivor_id=person, why="One person, seen.")
    actions.close_record(actor=Actor.system("test"), user_id=nurse.id, person_id=twin, why="The nurse's brother.")
    assert lens_of(nurse).denied == {person, twin}


def test_reviews_are_by_another_once_and_say_why() -> None:
    nurse, keeper, person = staff(), staff(Role.HIM, facility=None), somebody()
    glass = break_for(nurse, person)
    him = actor_of(keeper)
    with pytest.raises(NotAllowed):
        actions.review_glass(actor=actor_of(nurse), glass_id=glass, version=1, finding="justified", review="Fine.")
    with pytest.raises(Invalid):
        actions.review_glass(actor=him, glass_id=glass, version=1, finding="justified", review="")
    actions.review_glass(actor=him, glass_id=glass, version=1, finding="justified", review="Transport to hospital.")
    with pytest.raises(Stale):
        actions.review_glass(actor=him, glass_id=glass, version=1, finding="justified", review="Again.")


# --- one click --------------------------------------------------------------------------------------------------------------


def test_one_click_opens_what_the_matrix_gives_and_no_more() -> None:
    nurse, person = staff(), somebody()
    actions.say_why(actor=actor_of(nurse), person_id=person, code="covering")
    lens = lens_of(nurse)
    assert relation(lens, person) is Relation.OPEN
    assert lens.may(Verb.READ, DataClass.CLINICAL, person_id=person)
    assert not lens.may(Verb.READ, DataClass.MENTAL_HEALTH, person_id=person), "S for a nurse"
    assert Why.objects.get().until - Why.objects.get().at == timedelta(hours=12)
    assert Read.objects.filter(people__contains=[person], kind="break_glass", note="covering").exists()


def test_an_officer_is_helped_by_no_reason() -> None:
    with pytest.raises(NotAllowed):
        actions.say_why(actor=actor_of(staff(Role.CUSTODY)), person_id=somebody(), code="covering")


def test_custody_s_record_ends_with_its_segment() -> None:
    officer, person = staff(Role.CUSTODY), somebody()
    care_for(person)
    assert relation(lens_of(officer), person) is Relation.OPEN
    care_for(person, ended=frozenset({person}))
    assert relation(lens_of(officer), person) is Relation.CLOSED


# --- pages ------------------------------------------------------------------------------------------------------------------


def test_the_pages_break_close_and_review() -> None:
    nurse, keeper, person = staff(), staff(Role.HIM, facility=None), somebody()
    client = signed_in(nurse)
    page = client.get(f"/break-glass/{person}/")
    assert page.status_code == 200 and "Sample-Reyes" in page.text
    answer = client.post(f"/break-glass/{person}/", {"code": "overdose", "text": "too short"})
    assert answer.status_code == 422 and "too short" in answer.text, "what was typed is kept"
    answer = client.post(f"/break-glass/{person}/", {"code": "overdose", "text": WORDS, "next": "/account/"})
    assert answer["Location"] == "/account/"
    page = client.get("/account/")
    assert "You hold a record open" in page.text and "Sample-Reyes" in page.text

    him = signed_in(keeper)
    page = him.get("/break-glass/")
    assert WORDS in page.text
    glass = BreakGlass.objects.get()
    answer = him.post(f"/glass/{glass.id}/review/", {"version": "1", "finding": "justified", "review": ""})
    assert answer.status_code == 422
    answer = him.post(f"/glass/{glass.id}/review/", {"version": "1", "finding": "justified", "review": "Sent out."})
    assert answer.status_code == 302
    client.post(f"/glass/{glass.id}/close/")
    assert "You hold a record open" not in client.get("/account/").text
