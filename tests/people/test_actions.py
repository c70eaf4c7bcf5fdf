"""Identity: register, correct, propose, merge and take back; a merge is a link and touches no other byte."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import IntentReused, Invalid, Refused, Stale
from throughcare.kernel.ids import derived, uuid7
from throughcare.ledger import verify
from throughcare.people.actions import (
    Demographics,
    Name,
    Number,
    correct,
    keep_apart,
    merge,
    register,
    unmerge,
)
from throughcare.people.models import Alias, MergeProposal, Person

pytestmark = pytest.mark.django_db
CLERK = Actor("staff", derived("test", "clerk"), "Demo-Clerk, Bo")
LUIS = Demographics("Sample-Ortiz", "Luis", date(1990, 2, 3), "male", synthetic=True)


def versions() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT position, hash, body FROM ledger_version WHERE type = 'Patient' ORDER BY position")
        return [(p, bytes(h), bytes(b)) for p, h, b in cursor.fetchall()]


def test_registering_is_kept_in_the_ledger_and_found_again() -> None:
    before = verify.run().entries
    person_id = register(actor=CLERK, demographics=LUIS, numbers=[Number("urn:throughcare:person", "T0000001")])
    person = Person.objects.get(id=person_id)
    assert "sample ortiz" in person.search and "t0000001" in person.search
    assert verify.run().entries == before + 1


def test_one_intent_is_one_chart() -> None:
    intent = uuid7()
    first = register(actor=CLERK, intent=intent, demographics=LUIS)
    assert register(actor=CLERK, intent=intent, demographics=LUIS) == first
    assert Person.objects.count() == 1
    with pytest.raises(IntentReused):
        register(actor=CLERK, intent=intent, demographics=Demographics("Sample-Other", "Luis"))


def test_bad_details_are_refused_field_by_field() -> None:
    with pytest.raises(Invalid) as refusal:
        register(actor=CLERK, demographics=Demographics(" ", "Luis", date(1890, 1, 1), "m"))
    assert set(refusal.value.fields) == {"family", "birth_date", "sex"}


def test_a_number_has_one_holder() -> None:
    number = Number("urn:throughcare:person", "T0000001")
    register(actor=CLERK, demographics=LUIS, numbers=[number])
    with pytest.raises(Refused, match="another chart"), transaction.atomic():
        register(actor=CLERK, demographics=Demographics("Test-King", "Ann"), numbers=[number])


def test_a_changed_name_stays_as_an_alias_and_a_stale_page_is_refused() -> None:
    person_id = register(actor=CLERK, demographics=LUIS)
    correct(actor=CLERK, person_id=person_id, version=1, demographics=Demographics("Sample-Reyes", "Luis"))
    assert Alias.objects.get(person_id=person_id).family == "Sample-Ortiz"
    with pytest.raises(Stale):
        correct(actor=CLERK, person_id=person_id, version=1, demographics=LUIS)


def test_a_returning_alias_is_proposed_and_a_person_decides() -> None:
    first = register(actor=CLERK, demographics=LUIS, aliases=[Name("Sample-Rivera", "Lou")])
    second = register(actor=CLERK, demographics=Demographics("Sample-Rivera", "Lou", date(1990, 2, 3), "male"))
    proposal = MergeProposal.objects.get()
    assert "alias" in proposal.reasons[0]
    before = versions()
    merge(actor=CLERK, proposal_id=proposal.id, survivor_id=first, why="same fingerprint card")
    assert versions()[: len(before)] == before, "no byte and no chain is touched"
    assert len(versions()) == len(before) + 1, "one link, one entry"
    assert Person.objects.get(id=second).survivor_id == first
    unmerge(actor=CLERK, loser_id=second, why="two people after all")
    assert Person.objects.get(id=second).survivor_id is None
    assert verify.run().sound


def test_two_people_kept_apart_are_not_proposed_again() -> None:
    register(actor=CLERK, demographics=LUIS)
    twin = register(actor=CLERK, demographics=LUIS)
    keep_apart(actor=CLERK, proposal_id=MergeProposal.objects.get().id, why="twins")
    correct(
        actor=CLERK, person_id=twin, demographics=Demographics("Sample-Ortiz", "Luis", date(1990, 2, 3), "male", "J")
    )
    assert MergeProposal.objects.filter(state="open").count() == 0


def test_the_database_holds_merges_at_depth_one() -> None:
    a, b, c = (register(actor=CLERK, demographics=Demographics("Test-King", name)) for name in ("A", "B", "C"))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET survivor_id = %s WHERE id = %s", [b, a])
        cursor.execute("UPDATE people_person SET survivor_id = %s WHERE id = %s", [c, b])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET survivor_id = %s WHERE id = %s", [a, a])


def test_a_link_to_a_loser_moves_to_the_new_survivor() -> None:
    ids = [register(actor=CLERK, demographics=LUIS) for _ in range(3)]
    pairs = {frozenset((p.a_id, p.b_id)): p.id for p in MergeProposal.objects.all()}
    merge(actor=CLERK, proposal_id=pairs[frozenset(ids[:2])], survivor_id=ids[1], why="same person")
    merge(actor=CLERK, proposal_id=pairs[frozenset(ids[1:])], survivor_id=ids[2], why="same person")
    assert set(Person.objects.filter(survivor_id=ids[2]).values_list("id", flat=True)) == set(ids[:2])
