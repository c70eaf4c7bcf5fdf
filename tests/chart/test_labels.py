"""A label on one row hides that row, on every page and from every count, from whom the label asks more than they have (7.2)."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest

from tests.chart.chart_makers import DOCTOR, LOINC, NURSE, hartford, housed
from tests.fixtures_lenses import lens_of
from throughcare.access.actions.labelling import say_label, take_label_back
from throughcare.chart import actions, reads
from throughcare.kernel.vocabulary import DataClass, Role

pytestmark = pytest.mark.django_db
SECRET = "Hushword"
PAGES = ("", "problems/", "allergies/", "medicines/", "results/", "timeline/", "notes/", "forms/", "documents/")


def condition(person: UUID) -> UUID:
    return actions.add_condition(actor=DOCTOR, person_id=person, text=SECRET)


def allergy(person: UUID) -> UUID:
    return actions.add_allergy(actor=DOCTOR, person_id=person, text=SECRET)


def medicine(person: UUID) -> UUID:
    return actions.report_medicine(actor=NURSE, person_id=person, text=SECRET, dose="daily")


def note(person: UUID) -> UUID:
    made = actions.draft_note(actor=DOCTOR, person_id=person, kind="progress", title=SECRET, text=SECRET)
    actions.sign_note(actor=DOCTOR, person_id=person, note_id=made)
    actions.addend_note(actor=DOCTOR, person_id=person, note_id=made, text=f"{SECRET} again")
    return made


def order(person: UUID) -> UUID:
    return actions.place_order(actor=DOCTOR, person_id=person, kind="lab", text=SECRET)


def observation(person: UUID) -> UUID:
    one = actions.Measured(LOINC, "29463-7", SECRET, value_text="seen")
    return actions.observe(actor=DOCTOR, person_id=person, measured=[one])[0]


def flag(person: UUID) -> UUID:
    return actions.raise_flag(actor=DOCTOR, person_id=person, code="hush", text=SECRET)


def document(person: UUID) -> UUID:
    png = b"\x89PNG\r\n\x1a\n" + b"0" * 64
    return actions.attach(actor=DOCTOR, person_id=person, content=png, kind="scan", title=SECRET)


KINDS: dict[str, Callable[[UUID], UUID]] = {
    "Condition": condition,
    "AllergyIntolerance": allergy,
    "Composition": note,
    "ServiceRequest": order,
    "Observation": observation,
    "Flag": flag,
    "DocumentReference": document,
}


@pytest.fixture
def luis() -> UUID:
    """Give somebody with one plain row of each kind, so that every list is there before and after."""
    person = housed()
    actions.add_condition(actor=DOCTOR, person_id=person, text="Asthma")
    actions.add_allergy(actor=DOCTOR, person_id=person, text="Penicillin")
    actions.report_medicine(actor=NURSE, person_id=person, text="Albuterol")
    actions.place_order(actor=DOCTOR, person_id=person, kind="lab", text="Spirometry")
    plain = actions.draft_note(actor=DOCTOR, person_id=person, kind="progress", title="Visit", text="Slept well.")
    actions.sign_note(actor=DOCTOR, person_id=person, note_id=plain)
    return person


def become(client, role: Role) -> None:
    assert client.post("/demo/become", {"role": role.value, "facility": str(hartford().id)}).status_code == 302


def shown(client, person: UUID) -> dict[str, tuple[str, int]]:
    """Give each page's words without what differs each time, and how many rows it has."""
    found = {}
    for path in PAGES:
        answer = client.get(f"/people/{person}/{path}")
        if answer.status_code == 200:
            page = answer.content.decode()
            main = page[page.index("<main") :]
            words = re.sub(r"<[^>]*>", " ", main).split()
            found[path] = (" ".join(words), main.count("<tr") + main.count("<li"))
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("role", "label"),
    [
        (Role.LPN, "HIV"),
        (Role.DENTAL, "SEX"),
        (Role.PHARMACY, "SDV"),
        (Role.SUD, "HIV"),
        (Role.RN, "42CFRPart2"),
        (Role.PROVIDER, "PSYTHPN"),
    ],
)
def test_a_labelled_row_leaves_no_trace(client, luis: UUID, kind: str, role: Role, label: str) -> None:
    become(client, role)
    before = shown(client, luis)
    id_ = KINDS[kind](luis)
    say_label(actor=DOCTOR, kind=kind, id=id_, label=label)
    assert shown(client, luis) == before, "not a word, not a count"
    history = client.get(f"/people/{luis}/history/{kind}/{id_}/")
    assert history.status_code in (403, 404)
    assert SECRET not in history.content.decode()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("role", "label"), [(Role.PROVIDER, "HIV"), (Role.PROVIDER, "SUD"), (Role.RN, "MH")])
def test_who_may_see_the_label_s_class_sees_the_row(client, luis: UUID, kind: str, role: Role, label: str) -> None:
    id_ = KINDS[kind](luis)
    say_label(actor=DOCTOR, kind=kind, id=id_, label=label)
    become(client, role)
    assert SECRET in " ".join(words for words, _ in shown(client, luis).values())


def test_a_label_taken_back_gives_the_row_back(client, luis: UUID) -> None:
    id_ = condition(luis)
    say_label(actor=DOCTOR, kind="Condition", id=id_, label="42CFRPart2")
    become(client, Role.RN)
    assert SECRET not in client.get(f"/people/{luis}/problems/").content.decode()
    take_label_back(actor=DOCTOR, kind="Condition", id=id_, label="42CFRPart2", why="another man's result")
    assert SECRET in client.get(f"/people/{luis}/problems/").content.decode()


def test_a_medicine_s_name_is_all_that_a_medicine_nurse_sees_of_a_labelled_one(luis: UUID) -> None:
    id_ = medicine(luis)
    say_label(actor=DOCTOR, kind="MedicationStatement", id=id_, label="HIV")
    seen, rows = reads.medicines(lens_of(Role.LPN), [luis])
    (row,) = [r for r in rows if r.id == id_]
    assert not seen.entire(row)
    assert all(seen.entire(r) for r in rows if r.id != id_)
    assert id_ not in [r.id for r in reads.medicines(lens_of(Role.PLANNER), [luis])[1]]


def test_outside_a_consent_must_name_what_the_label_says(client, luis: UUID) -> None:
    from tests.chart.test_released import consent

    id_ = condition(luis)
    say_label(actor=DOCTOR, kind="Condition", id=id_, label="MH")
    consent(luis, Role.COMMUNITY, DataClass.DEMOGRAPHICS, DataClass.CLINICAL)
    become(client, Role.COMMUNITY)
    page = client.get(f"/people/{luis}/problems/").content.decode()
    assert "Asthma" in page and SECRET not in page
    consent(luis, Role.COMMUNITY, DataClass.MENTAL_HEALTH)
    assert SECRET in client.get(f"/people/{luis}/problems/").content.decode()


def test_a_labelled_row_costs_no_query_more(luis: UUID, django_assert_max_num_queries) -> None:
    for _ in range(12):
        say_label(actor=DOCTOR, kind="Condition", id=condition(luis), label="HIV")
    with django_assert_max_num_queries(22):
        assert len(reads.summary(lens_of(Role.LPN), [luis]).problems) == 1
