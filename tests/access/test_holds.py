"""Legal holds: placed at once by who keeps the records, ended by two offices, and nothing is destroyed meanwhile (clinical.md 7.4)."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction

from tests.access.makers import care_for, signed_in, staff
from tests.access.test_glass import actor_of, lens_of, somebody
from tests.access.test_rights import condition
from throughcare.access import actions, reads
from throughcare.access.models import Hold
from throughcare.duties.models import Duty
from throughcare.kernel.errors import NotAllowed, Refused
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import formats
from throughcare.ledger.models import Version

pytestmark = pytest.mark.django_db
ORDER = {"kind": "Condition", "versions": [1], "authority": "Order of a court", "reason": "By order of it"}


@pytest.fixture
def keeper():
    """Who keeps the records, signed in."""
    return signed_in(staff(Role.HIM, facility=None))


def test_a_held_record_is_not_destroyed_until_two_have_ended_the_hold(keeper) -> None:
    person, him, hsa = somebody(), staff(Role.HIM, facility=None), staff(Role.HSA)
    entry = condition(person)
    assert keeper.post(f"/people/{person}/holds/", {"authority": "", "hold_why": "A claim"}).status_code == 422
    placed = keeper.post(f"/people/{person}/holds/", {"authority": "Letter of 3 May", "hold_why": "A claim"})
    assert placed.status_code == 303
    hold = Hold.objects.get()
    assert "Letter of 3 May" in keeper.get(f"/people/{person}/rights/").text
    with pytest.raises(Refused, match="legal hold stands"):
        actions.destroy_bodies(actor=actor_of(him), id=entry, **ORDER)
    assert Version.objects.get(resource_id=entry).body is not None
    ask = f"/people/{person}/holds/{hold.id}/end/"
    assert keeper.post(ask, {"end_why": ""}).status_code == 422
    assert keeper.post(ask, {"end_why": "The claim is settled"}).status_code == 303
    assert keeper.post(ask, {"end_why": "The claim is settled"}).status_code == 409
    # Asked for is not ended.
    with pytest.raises(Refused, match="legal hold stands"):
        actions.destroy_bodies(actor=actor_of(him), id=entry, **ORDER)
    duty = Duty.objects.get(rule="HLD-01")
    assert (duty.owner_role, duty.closed_at) == (Role.HSA.value, None)
    end, second = f"/holds/{hold.id}/end/", Hold.objects.get().version
    assert keeper.post(end, {"intent": uuid7(), "version": second}).status_code == 403
    other = signed_in(hsa)
    assert "The claim is settled" in other.get("/holds/").text
    assert other.post(end, {"intent": uuid7(), "version": second - 1}).status_code == 409
    assert other.post(end, {"intent": uuid7(), "version": second}).status_code == 303
    assert other.post(end, {"intent": uuid7(), "version": second}).status_code == 409
    duty.refresh_from_db()
    assert duty.outcome == "done"
    with pytest.raises(Refused, match="entered in error first"):
        actions.destroy_bodies(actor=actor_of(him), id=entry, **ORDER)
    (shown,) = reads.holds(lens_of(him), person)
    assert shown.until is not None and shown.ended_why == "The claim is settled"
    assert not [fault for fault in formats.check().faults if fault.type == "LegalHold"]


def test_who_asked_never_answers_whatever_role_they_hold_by_then() -> None:
    person, him = somebody(), staff(Role.HIM, facility=None)
    hold = actions.hold_record(actor=actor_of(him), person_id=person, authority="Letter", why="A claim")
    actions.ask_end_of_hold(actor=actor_of(him), hold_id=hold, person_id=person, why="Settled")
    row = Hold.objects.get()
    with pytest.raises(Refused, match="somebody else answers"):
        actions.end_hold(actor=replace(actor_of(him), role=Role.HSA), hold_id=hold, version=row.version)
    with pytest.raises(DatabaseError, match="access_hold_ended_by_two"), transaction.atomic():
        Hold.objects.update(until=row.asked_at, ended_by="x", ended_why="y", ended_by_id=him.id)


def test_a_hold_that_is_kept_may_be_asked_about_again(keeper) -> None:
    person, hsa = somebody(), signed_in(staff(Role.HSA))
    keeper.post(f"/people/{person}/holds/", {"authority": "Letter of 3 May", "hold_why": "A claim"})
    hold = Hold.objects.get()
    ask, kept = f"/people/{person}/holds/{hold.id}/end/", f"/holds/{hold.id}/keep/"
    keeper.post(ask, {"end_why": "Settled, it seems"})
    version = Hold.objects.get().version
    assert hsa.post(kept, {"intent": uuid7(), "version": version, "why": ""}).status_code == 422
    assert hsa.post(kept, {"intent": uuid7(), "version": version, "why": "The appeal runs"}).status_code == 303
    assert Hold.objects.get().until is None and Duty.objects.get(rule="HLD-01").outcome == "done"
    assert Version.objects.filter(type="LegalHold").order_by("-version").first().reason == "The appeal runs"
    assert keeper.post(ask, {"end_why": "The appeal is over"}).status_code == 303
    assert Duty.objects.filter(rule="HLD-01").count() == 2


def test_only_who_keeps_the_records_places_one_and_no_officer_sees_that_one_stands() -> None:
    nurse, person = staff(), somebody()
    care_for(person)
    with pytest.raises(NotAllowed):
        actions.hold_record(actor=actor_of(nurse), person_id=person, authority="Letter", why="A claim")
    with pytest.raises(NotAllowed):
        reads.holds(lens_of(nurse), person)
    assert signed_in(nurse).post(f"/people/{person}/holds/", {"authority": "Letter"}).status_code == 403
    for role in (Role.CUSTODY, Role.RN, Role.OMBUDS):
        with pytest.raises(NotAllowed):
            reads.standing(lens_of(staff(role)))
