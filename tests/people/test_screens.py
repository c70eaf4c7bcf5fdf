"""Identity's pages: who somebody is, doubles decided by a person, a link taken away with what was written meanwhile."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.fixtures_lenses import lens_of
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify
from throughcare.people import reads
from throughcare.people.actions import Demographics, Number, correct, register
from throughcare.people.models import MergeProposal, Person

pytestmark = pytest.mark.django_db
CLERK = Actor("staff", derived("test", "clerk"), "Demo-Clerk, Bo")


@pytest.fixture
def pair() -> tuple[UUID, UUID]:
    """Register one man twice, the second time under part of his name."""
    one = Demographics("Sample-Ortiz", "Luis", date(1990, 2, 3), "male", synthetic=True)
    two = Demographics("Ortiz", "Luis", date(1990, 2, 3), "male", synthetic=True)
    return tuple(  # type: ignore[return-value]
        register(actor=CLERK, demographics=d, numbers=[Number("urn:throughcare:person", f"T000000{n}")])
        for n, d in enumerate((one, two), 1)
    )


@pytest.fixture
def as_role() -> Callable[..., Client]:
    """Give a function that signs a client in as a role."""

    def sign_in(role: str) -> Client:
        client = Client()
        assert client.post("/demo/become", {"role": role, "facility": "hartford"}).status_code in (200, 302, 303)
        return client

    return sign_in


def chains() -> dict[int, tuple[bytes, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT position, hash, body FROM ledger_version")
        return {p: (bytes(h), bytes(b)) for p, h, b in cursor.fetchall()}


def test_a_double_is_compared_and_linked_and_no_other_byte_changes(
    as_role: Callable[..., Client], pair: tuple[UUID, UUID]
) -> None:
    client, proposal = as_role("him"), MergeProposal.objects.get()
    listed = client.get(reverse("merge_proposals")).content.decode()
    assert "Sample-Ortiz, Luis" in listed and "T0000002" in listed
    address = reverse("merge", kwargs={"proposal_id": proposal.id})
    assert "the same given name" in client.get(address).content.decode()
    before = chains()
    post = {"intent": str(uuid7()), "decision": str(pair[0]), "why": ""}
    assert client.post(address, post).status_code == 422
    assert chains() == before
    assert client.post(address, {**post, "intent": str(uuid7()), "why": "same fingerprints"}).status_code == 303
    after = chains()
    assert {p: row for p, row in after.items() if p in before} == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, subject, action FROM ledger_version WHERE NOT position = ANY(%s)", [list(before)])
        new = cursor.fetchall()
    # The link itself, and the closing of the duty to decide.
    assert [(t, s) for t, s, _ in new if t != "Task"] == [("Patient", pair[1])]
    assert {a for _, _, a in new} == {"people.merge"}
    assert verify.run().sound
    assert client.post(address, {**post, "intent": str(uuid7()), "why": "again"}).status_code == 409
    lens = lens_of(Role.HIM)
    assert reads.family(lens, pair[1]) == (pair[0], pair[1])
    assert reads.cards(lens, pair)[pair[1]].number == "T0000001"


def test_two_people_are_kept_apart_with_a_reason(as_role: Callable[..., Client], pair: tuple[UUID, UUID]) -> None:
    proposal = MergeProposal.objects.get()
    post = {"intent": str(uuid7()), "decision": "apart", "why": "brothers"}
    assert as_role("him").post(reverse("merge", kwargs={"proposal_id": proposal.id}), post).status_code == 303
    assert MergeProposal.objects.get().state == "apart"


@pytest.mark.parametrize("decision", ["", "nonsense", str(derived("nobody"))])
def test_a_decision_must_be_one(as_role: Callable[..., Client], pair: tuple[UUID, UUID], decision: str) -> None:
    address = reverse("merge", kwargs={"proposal_id": MergeProposal.objects.get().id})
    answer = as_role("him").post(address, {"intent": str(uuid7()), "decision": decision, "why": "because of it"})
    assert answer.status_code == 422 and "because of it" in answer.content.decode()


def test_a_link_is_taken_away_and_what_was_written_meanwhile_is_listed(
    as_role: Callable[..., Client], pair: tuple[UUID, UUID]
) -> None:
    from throughcare.custody.actions import Spot, admit

    client, proposal = as_role("him"), MergeProposal.objects.get()
    post = {"intent": str(uuid7()), "decision": str(pair[0]), "why": "same fingerprints"}
    client.post(reverse("merge", kwargs={"proposal_id": proposal.id}), post)
    admit(actor=CLERK, person_id=pair[1], to=Spot(derived("facility", "hartford")))
    address = reverse("unmerge", kwargs={"person_id": pair[1]})
    assert "<b>Stay</b> written for Sample-Ortiz, Luis" in client.get(address).content.decode()
    assert client.post(address, {"intent": str(uuid7()), "why": " "}).status_code == 422
    assert client.post(address, {"intent": str(uuid7()), "why": "another man"}).status_code == 303
    assert Person.objects.get(id=pair[1]).survivor_id is None
    written = reads.written_since_merge(lens_of(Role.HIM), pair[1])
    assert {w.type for w in written} >= {"Stay", "Move"}
    assert {w.of for w in written if w.type == "Stay"} == {"Sample-Ortiz, Luis"}
    stay = next(w for w in written if w.type == "Stay")
    settle = reverse("settle_fact", kwargs={"person_id": pair[1], "type": "Stay", "fact_id": stay.id})
    before = chains()
    assert client.post(settle, {"intent": str(uuid7()), "verdict": "stays", "why": ""}).status_code == 422
    said = {"verdict": "anew", "why": "admitted again under his own chart"}
    assert client.post(settle, {"intent": str(uuid7()), **said}).status_code == 303
    assert client.post(settle, {"intent": str(uuid7()), **said}).status_code == 409
    after = chains()
    assert {p: row for p, row in after.items() if p in before} == before and len(after) == len(before) + 1
    assert said["why"] in client.get(address).content.decode()
    other = reverse("settle_fact", kwargs={"person_id": pair[1], "type": "Stay", "fact_id": uuid7()})
    assert client.post(other, {"intent": str(uuid7()), **said}).status_code == 404


def test_details_are_corrected_by_records_alone(as_role: Callable[..., Client], pair: tuple[UUID, UUID]) -> None:
    address = reverse("person_details", kwargs={"person_id": pair[0]})
    client = as_role("him")
    page = client.get(address).content.decode()
    assert "Perhaps the same" in page
    post = {
        "intent": str(uuid7()),
        "version": "1",
        "family": "Sample-Ruiz",
        "given": "Luis",
        "used_name": "Lucho",
        "birth_date": "1990-02-03",
        "sex": "male",
        "language": "es",
    }
    assert client.post(address, {**post, "birth_date": "1850-01-01"}).status_code == 422
    assert client.post(address, {**post, "intent": str(uuid7())}).status_code == 303
    assert "Sample-Ortiz, Luis" in client.get(address).content.decode()
    assert client.post(address, {**post, "intent": str(uuid7()), "family": "Sample-Other"}).status_code == 409
    assert as_role("rn").post(address, post).status_code == 403
    assert as_role("custody").get(address).status_code in (403, 404)


def test_candidates_say_who_the_other_chart_is(pair: tuple[UUID, UUID]) -> None:
    (found,) = reads.candidates(lens_of(Role.RN), pair[1])
    assert found.card.person_id == pair[0] and found.reasons


def test_search_finds_the_standing_chart_once_and_says_when_there_is_more(pair: tuple[UUID, UUID]) -> None:
    lens = lens_of(Role.HIM)
    assert {c.person_id for c in reads.search(lens, "ortiz").cards} == set(pair)
    found = reads.search(lens, "ortiz", limit=1)
    assert len(found.cards) == 1 and found.more
    assert reads.search(lens, "x").cards == [] and reads.search(lens, " ").cards == []
    correct(actor=CLERK, person_id=pair[0], demographics=Demographics("Sample-Niño", "Luis", synthetic=True))
    assert reads.search(lens, "nino luis").cards[0].person_id == pair[0]
    assert reads.search(lens, "sample-ortiz").cards[0].person_id == pair[0]
