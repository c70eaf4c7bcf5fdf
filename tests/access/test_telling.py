"""Telling the institution by one of six purposes (45 CFR 164.512(k)(5)), copies of the record (164.524) (clinical.md 7.1, 7.4)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from tests.access.makers import Cares, care_for, signed_in, staff
from tests.access.test_glass import actor_of, somebody
from throughcare.access import actions
from throughcare.access.models import Amendment, Disclosure
from throughcare.access.ports import CARE
from throughcare.duties.models import Duty
from throughcare.kernel.errors import Invalid, Refused
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import formats
from throughcare.ledger.models import Read, Version

pytestmark = pytest.mark.django_db
SAID = {
    "purpose": "D",
    "told": "Lieutenant Demo-Lane, transport",
    "items": "Needs a wheelchair and a stop after two hours.",
    "why": "A transfer of four hours tomorrow morning.",
}


@pytest.fixture
def keeper():
    """Who keeps the records, signed in."""
    return signed_in(staff(Role.HIM, facility=None))


def test_what_is_told_names_its_purpose_person_least_and_reason_and_is_counted() -> None:
    nurse, person = staff(), somebody()
    care_for(person)
    client, address = signed_in(nurse), f"/people/{person}/told-custody/"
    assert "Nothing was told" in client.get(address).text
    for missing in SAID:
        refused = client.post(address, {"intent": str(uuid7()), **SAID, missing: ""})
        assert refused.status_code == 422, missing
        assert all(words in refused.text for name, words in SAID.items() if name not in (missing, "purpose"))
    assert not Disclosure.objects.exists()
    twice = {"intent": str(uuid7()), **SAID}
    assert {client.post(address, twice).status_code for _ in range(2)} == {303}
    row = Disclosure.objects.get()
    assert (row.purpose, row.told, row.by_id) == ("D", SAID["told"], nurse.id)
    page = client.get(address).text
    assert "Health and safety in transport" in page and SAID["items"] in page
    counted = Read.objects.get(kind="disclosure")
    assert (counted.people, counted.note) == ([person], f"D: {SAID['told']}")
    assert Version.objects.filter(type="InstitutionDisclosure").count() == 1 and formats.check().faults == []
    with pytest.raises(DatabaseError), transaction.atomic():
        Disclosure.objects.filter(id=row.id).update(items="Less.")


@pytest.mark.parametrize("purpose", ["G", "AB", "a", ""])
def test_a_purpose_that_the_law_does_not_know_is_refused(purpose: str) -> None:
    nurse, person = staff(), somebody()
    care_for(person)
    with pytest.raises(Invalid) as raised:
        actions.tell_institution(actor=actor_of(nurse), person_id=person, **{**SAID, "purpose": purpose})
    assert set(raised.value.fields) == {"purpose"}


def test_nothing_may_be_told_once_custody_s_part_has_ended() -> None:
    nurse, person = staff(), somebody()
    CARE._filled = Cares(person, ended=frozenset({person}))
    with pytest.raises(Refused, match="custody here has ended"):
        actions.tell_institution(actor=actor_of(nurse), person_id=person, **SAID)
    page = signed_in(nurse).get(f"/people/{person}/told-custody/").text
    assert "Ask for the person’s consent" in page and "<textarea" not in page
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize("role", [Role.CUSTODY, Role.TRANSPORT, Role.LPN, Role.PLANNER, Role.SCHEDULER, Role.PAROLE])
def test_who_may_not_read_the_chart_tells_nobody_of_it(role: Role) -> None:
    person = somebody()
    care_for(person)
    client = signed_in(staff(role))
    assert client.get(f"/people/{person}/told-custody/").status_code in (403, 404)
    answer = client.post(f"/people/{person}/told-custody/", {"intent": str(uuid7()), **SAID})
    assert answer.status_code in (403, 404) and not Disclosure.objects.exists()


# --- copies ---------------------------------------------------------------------------------------------------------------


def test_a_copy_is_owed_within_thirty_days_and_refused_on_a_ground_of_its_own(keeper) -> None:
    person = somebody()
    asked = {"asked_kind": "copy", "what": "All of this stay, on paper.", "why": "For his lawyer."}
    assert keeper.post(f"/people/{person}/amendments/", {**asked, "asked_kind": "photo"}).status_code == 422
    assert keeper.post(f"/people/{person}/amendments/", asked).status_code == 303
    row, duty = Amendment.objects.get(), Duty.objects.get(rule="ACC-01")
    assert (row.kind, duty.ref, duty.owner_role) == ("copy", row.id, "him")
    assert timedelta(days=29) <= duty.due_at - duty.opened_at <= timedelta(days=30)
    assert not Duty.objects.filter(rule="AMD-01").exists()
    answer = {"version": "1", "verdict": "denied", "answer": "A copy of these pages could be taken from you."}
    address = f"/people/{person}/amendments/{row.id}/"
    assert keeper.post(address, {**answer, "ground": "accurate"}).status_code == 422, "a ground of the other law"
    assert keeper.post(address, {**answer, "ground": "endangers"}).status_code == 303
    duty.refresh_from_db()
    assert duty.outcome == "done"
    page = keeper.get(f"/people/{person}/rights/").text
    assert "A copy of the record" in page and "good order, in custody" in page
    assert formats.check().faults == []
