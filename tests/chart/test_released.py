"""Readers outside the clinic: without a consent nothing opens, with one exactly what it names, and taken back nothing again."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.chart.chart_makers import DOCTOR, NURSE, hartford, housed
from throughcare.access import actions as access
from throughcare.access.kinds import Agreement
from throughcare.chart import actions
from throughcare.custody import actions as custody
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import DataClass, Role

pytestmark = pytest.mark.django_db
CLERK = Actor("staff", derived("test", "clerk"), "Demo-Clerk, Di", Role.HIM)
KINDS = {
    Role.PAROLE: "release_to_parole",
    Role.COMMUNITY: "release_to_provider",
    Role.OMBUDS: "release_to_ombuds",
}
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
ROLES = sorted(KINDS)
PAGES = ("", "problems/", "allergies/", "medicines/", "results/", "timeline/", "notes/", "forms/", "documents/")


@pytest.fixture
def luis() -> UUID:
    """Give somebody with something of each class on the chart, and an alert on the board."""
    person = housed()
    actions.add_condition(actor=DOCTOR, person_id=person, text="Asthma, mild", system=ICD, code="J45.20")
    actions.add_condition(actor=DOCTOR, person_id=person, text="HIV disease", system=ICD, code="B20")
    actions.report_medicine(actor=NURSE, person_id=person, text="Albuterol inhaler")
    for kind, words, of in (
        ("progress", "Wheeze is gone.", DataClass.CLINICAL),
        ("mental_health", "Sleeps badly since court.", DataClass.MENTAL_HEALTH),
    ):
        note = actions.draft_note(
            actor=DOCTOR, person_id=person, kind=kind, title=words[:-1], text=words, data_class=of
        )
        actions.sign_note(actor=DOCTOR, person_id=person, note_id=note)
    actions.raise_flag(actor=NURSE, person_id=person, code="suicide_attempt_in_custody", text="Attempt in custody")
    custody.raise_alert(actor=NURSE, person_id=person, template="bottom_bunk")
    return person


def become(client, role: Role) -> None:
    assert client.post("/demo/become", {"role": role.value, "facility": str(hartford().id)}).status_code == 302


def consent(person: UUID, role: Role, *classes: DataClass) -> UUID:
    agreement = Agreement(
        kind=KINDS[role],
        classes=classes,
        roles=(role,),
        form_version="R-1",
        agreed=True,
        language="en",
        purpose="care after release",
        expires_at=clock.now() + timedelta(days=90),
    )
    return access.give_consent(actor=CLERK, person_id=person, agreement=agreement)


def pages(client, person: UUID) -> dict[str, str]:
    found = {path: client.get(f"/people/{person}/{path}") for path in PAGES}
    assert {a.status_code for a in found.values()} <= {200, 403}
    return {path: a.content.decode() for path, a in found.items() if a.status_code == 200}


@pytest.mark.parametrize("role", ROLES)
def test_without_a_consent_no_page_opens_and_no_refusal_names_anybody(client, luis: UUID, role: Role) -> None:
    become(client, role)
    for path in PAGES:
        answer = client.get(f"/people/{luis}/{path}")
        assert answer.status_code == 403
        assert "Sample-Ortiz" not in answer.content.decode()
    if role is not Role.OMBUDS:
        assert "Sample-Ortiz" not in client.get("/find/", {"q": "Ortiz"}).content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_a_consent_opens_the_banner_and_exactly_what_it_names(client, luis: UUID, role: Role) -> None:
    consent(luis, role, DataClass.DEMOGRAPHICS, DataClass.CLINICAL)
    become(client, role)
    opened = pages(client, luis)
    assert set(opened) == set(PAGES) - {"medicines/"}
    everything = " ".join(opened.values())
    for shown in ("Sample-Ortiz", "Asthma", "Wheeze is gone"):
        assert shown in everything
    for hidden in ("HIV", "B20", "Sleeps badly", "Albuterol", "Attempt in custody", "No home medicine"):
        assert hidden not in everything
    assert ("Bottom bunk" in everything) is (role is not Role.COMMUNITY), "an alert is a class of its own"
    assert "Add" not in opened["problems/"], "nobody outside writes"


@pytest.mark.parametrize("role", ROLES)
def test_each_class_opens_by_its_name_alone(client, luis: UUID, role: Role) -> None:
    consent(luis, role, DataClass.MEDICATION)
    become(client, role)
    opened = pages(client, luis)
    assert set(opened) == {"medicines/"}
    assert "Albuterol" in opened["medicines/"]
    assert ("Sample-Ortiz" in opened["medicines/"]) is (role is Role.OMBUDS)
    assert ("Identity not released" in opened["medicines/"]) is (role is not Role.OMBUDS)
    consent(luis, role, DataClass.CLINICAL, DataClass.INFECTION, DataClass.MENTAL_HEALTH)
    everything = " ".join(pages(client, luis).values())
    assert "HIV disease" in everything and "Sleeps badly" in everything and "Attempt in custody" in everything


@pytest.mark.parametrize("role", ROLES)
def test_taken_back_it_is_closed_again_and_another_s_stays_closed(client, luis: UUID, role: Role) -> None:
    other = housed("Demo-Reyes", "Ana")
    given = consent(luis, role, DataClass.DEMOGRAPHICS, DataClass.CLINICAL)
    become(client, role)
    assert client.get(f"/people/{luis}/").status_code == 200
    assert client.get(f"/people/{other}/").status_code == 403
    access.revoke_consent(actor=CLERK, consent_id=given, person_id=luis, version=1, how="said so to the nurse")
    assert client.get(f"/people/{luis}/").status_code == 403
