"""D3-2, a road forgotten: whom a complaint is about finds neither its words nor who read it, on no page and in no interface (H245)."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from tests.access.makers import signed_in, staff
from tests.exchange.fhir.conftest import Door
from tests.security.objects import HARTFORD, YORK, World
from throughcare.access import actions as access
from throughcare.access import tokens
from throughcare.access.models import Posting, User
from throughcare.care.grievances import actions
from throughcare.care.grievances.models import Grievance
from throughcare.duties.models import Duty
from throughcare.kernel.actor import Actor
from throughcare.kernel.vocabulary import DataClass, Role, Verb

pytestmark = pytest.mark.django_db
WORDS = "The one in charge laughed at my wound"


@pytest.fixture
def fresh_tokens() -> Iterator[None]:
    """Forget what was remembered of tokens."""
    tokens.forget()
    yield
    tokens.forget()


def actor_of(user: User) -> Actor:
    posting = Posting.objects.get(user=user)
    return Actor("staff", user.id, user.name, Role(posting.role), posting.facility_id)


def complaint_about(world: World, subject: User, reader: User) -> Grievance:
    """Give a complaint of who is here, logged by one as being about another."""
    kiosk = Actor("patient", world.here, "Sample", Role.PATIENT, HARTFORD)
    done = actions.file_grievance(actor=kiosk, person_id=world.here, about="conduct", words=WORDS)
    actions.log_grievance(
        actor=actor_of(reader),
        person_id=world.here,
        grievance_id=done.grievance_id,
        version=1,
        about_id=subject.id,
    )
    return Grievance.objects.get(id=done.grievance_id)


def roads(row: Grievance) -> list[str]:
    """Name every page that an id of a complaint opens."""
    person = row.person_id
    return [
        f"/grievances/{row.id}/",
        f"/people/{person}/history/Grievance/{row.id}/",
        f"/people/{person}/history/Grievance/{row.id}/?v=1",
        f"/people/{person}/entries/Grievance/{row.id}/labels/",
    ]


def told(client: Client, row: Grievance) -> list[str]:
    """Give the addresses at which the words, or the complaint's very existence there, come out."""
    found = []
    for at in roads(row):
        answer = client.get(at)
        if answer.status_code == 200 or WORDS in answer.content.decode():
            found.append(at)
    return found


@pytest.mark.parametrize("role", [Role.HSA, Role.HIM], ids=str)
def test_whom_it_is_about_finds_it_nowhere(world: World, role: Role) -> None:
    subject, reader = staff(role, facility=HARTFORD), staff(Role.HSA, facility=HARTFORD)
    row = complaint_about(world, subject, reader)
    assert told(signed_in(subject), row) == []
    by_other = told(signed_in(reader), row)
    assert roads(row)[0] in by_other and roads(row)[1] in by_other, "who answers reads it, and how it came to be"


def test_broken_glass_opens_no_complaint_no_log_of_looks_and_no_duty_of_it(world: World) -> None:
    nurse, doctor, reader = staff(Role.RN), staff(Role.PROVIDER, facility=HARTFORD), staff(Role.HSA, facility=HARTFORD)
    row = complaint_about(world, doctor, reader)
    for user in (nurse, doctor):
        access.break_glass(
            actor=actor_of(user), person_id=row.person_id, code="life_at_risk", text="Found unconscious in the cell."
        )
        client = signed_in(user)
        assert told(client, row) == []
        duty = Duty.objects.get(about=row.id, rule="GRV-01-ANSWER")
        assert client.get(f"/duties/{duty.id}/").status_code in (403, 404)
        assert client.get(f"/people/{row.person_id}/who-looked/").status_code == 403
        assert client.get(f"/people/{row.person_id}/").status_code == 200, "the record of care did open"


def test_its_history_opens_where_its_page_does(world: World) -> None:
    subject, reader = staff(Role.HSA, facility=HARTFORD), staff(Role.HSA, facility=HARTFORD)
    row = complaint_about(world, subject, reader)
    elsewhere = staff(Role.HSA, facility=YORK)
    assert told(signed_in(elsewhere), row) == []
    assert told(signed_in(staff(Role.PREA, facility=None)), row) == []
    records = told(signed_in(staff(Role.HIM, facility=None)), row)
    assert roads(row)[1] in records


def test_who_looked_at_it_is_not_told_to_whom_it_is_about(world: World, fresh_tokens: None) -> None:
    subject, reader = staff(Role.HSA, facility=HARTFORD), staff(Role.HSA, facility=HARTFORD)
    row = complaint_about(world, subject, reader)
    signed_in(reader).get(f"/grievances/{row.id}/")
    signed_in(reader).get(f"/people/{row.person_id}/")

    def page(user: User) -> str:
        return signed_in(user).get(f"/people/{row.person_id}/who-looked/").content.decode()

    def by_interface(user: User) -> list[str]:
        posting = Posting.objects.get(user=user)
        issued = access.issue_token(actor=Actor.system("test"), posting_id=posting.id, lasts=timedelta(hours=1))
        looks = Door(issued.secret).get("AuditEvent", patient=str(row.person_id))
        assert looks.status == 200
        return [f"{e['id']} {e['entity'][0]['description']}" for e in looks.resources]

    assert "Grievances" in page(reader) and "Grievances" not in page(subject)
    other = by_interface(reader)
    one = next(x.split()[0] for x in other if x.endswith(" grievance"))
    mine = by_interface(subject)
    assert mine and not [x for x in mine if "grievance" in x]
    posting = Posting.objects.get(user=subject)
    issued = access.issue_token(actor=Actor.system("test"), posting_id=posting.id, lasts=timedelta(hours=1))
    door = Door(issued.secret)
    assert door.get(f"AuditEvent/{one}").status == 404
    for at in (f"Grievance/{row.id}", f"Grievance/{row.id}/_history", f"Provenance/{row.id}.1", f"Provenance?target=Grievance/{row.id}"):  # fmt: skip
        answer = door.get(at)
        assert answer.status in (400, 404) or not answer.resources, at


def test_two_charts_that_were_linked_tell_nothing_of_it_either(world: World) -> None:
    from throughcare.people import reads as people

    subject, reader = staff(Role.HIM, facility=None), staff(Role.HSA, facility=HARTFORD)
    row = complaint_about(world, subject, reader)

    def written(user: User) -> set[UUID]:
        from throughcare.access import lenses

        lens = lenses.make(user.id, user.name, Role.HIM, facilities=None)
        return {w.id for w in people.written_since_merge(lens, world.merged)}

    assert row.id not in written(subject)
    assert row.id in written(staff(Role.HIM, facility=None))


def test_the_matrix_is_not_widened_by_glass(world: World) -> None:
    from throughcare.access import lenses

    opened = lenses.make(UUID(int=7), "Demo", Role.RN, facilities=None, opened=frozenset({world.here}))
    for cls in (DataClass.GRIEVANCE, DataClass.AUDIT_LOG, DataClass.PEER_REVIEW):
        assert not opened.may(Verb.READ, cls, person_id=world.here), cls
    assert opened.may(Verb.READ, DataClass.MENTAL_HEALTH, person_id=world.here)
