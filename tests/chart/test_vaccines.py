"""The page of vaccines: what is recorded and by whom it is told, what is refused of it, and who may."""

import html
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest

from tests.chart.chart_makers import NURSE, hartford, housed
from tests.pages import flat
from throughcare.chart import actions, vaccines
from throughcare.chart.models import Immunization
from throughcare.kernel import clock
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
FLU = "140"


@pytest.fixture
def person():
    return housed()


@pytest.fixture
def nurse(as_role):
    return as_role("rn")


@pytest.fixture
def as_role(client):
    def become(role: str):
        assert client.post("/demo/become", {"role": role, "facility": str(hartford().id)}).status_code == 302
        return client

    return become


def today():
    return clock.local(clock.now()).date()


def send(client, person, path="", **fields):
    return client.post(f"/people/{person}/vaccines/{path}", {"intent": str(uuid7()), **fields})


def page_of(client, person) -> str:
    return html.unescape(client.get(f"/people/{person}/vaccines/").content.decode())


def test_a_dose_given_here_stands_in_the_list_and_can_be_taken_back(nurse, person) -> None:
    assert "No vaccine is recorded" in page_of(nurse, person)
    done = send(nurse, person, vaccine=FLU, day=today().isoformat(), lot="L-7", site="left arm")
    assert done.status_code == 303
    row = Immunization.objects.get()
    assert (row.code, row.system, row.primary, row.lot, row.site) == (FLU, actions.CVX, True, "L-7", "left arm")
    page = page_of(nurse, person)
    assert vaccines.titles()[FLU] in page
    assert "here, " in page
    answer = nurse.post(f"/people/{person}/entries/Immunization/{row.id}/take-back/", {"intent": str(uuid7())})
    assert answer.status_code == 303
    assert answer["Location"].split("?")[0].endswith("/vaccines/")
    row.refresh_from_db()
    assert row.status == "entered-in-error"
    assert "No vaccine is recorded" in page_of(nurse, person)


def test_what_papers_tell_says_so_and_the_same_dose_is_one(nurse, person) -> None:
    day = (today() - timedelta(days=400)).isoformat()
    for _ in range(2):
        said = send(nurse, person, text="Yellow fever", day=day, elsewhere="on", source="yellow card")
        assert said.status_code == 303
    row = Immunization.objects.get()
    assert (row.text, row.code, row.system, row.primary, row.source) == ("Yellow fever", "", "", False, "yellow card")
    assert clock.local(row.given_at).date().isoformat() == day
    assert "yellow card" in page_of(nurse, person)


def test_a_refusal_is_kept_with_the_persons_words_and_counts_as_no_dose(nurse, person) -> None:
    assert send(nurse, person, "refused/", refused_vaccine=FLU, why_not="It made me ill").status_code == 303
    row = Immunization.objects.get()
    assert (row.status, row.why_not) == ("not-done", "It made me ill")
    assert "not given: It made me ill" in flat(page_of(nurse, person))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"day": "2026-01-05"}, "Choose the vaccine, or write which it was."),
        ({"vaccine": FLU}, "Write the day on which it was given."),
        ({"vaccine": FLU, "day": "yesterday"}, "Write a date."),
        ({"vaccine": "99999", "day": "2026-01-05"}, "Choose one of the list."),
        ({"vaccine": FLU, "day": "2999-01-05"}, "This day lies ahead."),
        ({"vaccine": FLU, "day": "2026-01-05", "elsewhere": "on"}, "Say who tells it"),
    ],
)
def test_what_cannot_be_right_comes_back_with_what_was_typed(nurse, person, fields, says) -> None:
    answer = send(nurse, person, lot="KEPT-1", **fields)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert says in page
    assert "KEPT-1" in page
    assert Immunization.objects.count() == 0


def test_a_refusal_without_its_reason_is_asked_again(nurse, person) -> None:
    assert send(nurse, person, "refused/", refused_vaccine=FLU, why_not="").status_code == 422
    assert Immunization.objects.count() == 0


def test_who_reads_a_summary_sees_what_and_when_and_no_more(as_role, person) -> None:
    given = actions.Vaccine("Influenza", clock.now(), code=FLU, lot="L-7")
    actions.record_immunization(actor=NURSE, person_id=person, given=given)
    lpn = as_role("lpn")
    page = page_of(lpn, person)
    assert "Influenza" in page
    assert "L-7" not in page
    assert send(lpn, person, vaccine=FLU, day=today().isoformat()).status_code == 403


@pytest.mark.parametrize("role", ["custody", "transport"])
def test_custody_gets_nothing(as_role, person, role) -> None:
    assert as_role(role).get(f"/people/{person}/vaccines/").status_code in (403, 404)


def test_a_registry_that_is_not_connected_says_so_and_is_not_asked(nurse, person) -> None:
    assert "not connected here yet" in page_of(nurse, person)
    answer = send(nurse, person, "registry/")
    assert answer.status_code == 422
    assert "Nothing was sent." in html.unescape(answer.content.decode())


def test_every_code_is_one_that_the_schedule_knows(shared) -> None:
    tree = ET.parse(shared / "corpora/cdsi/supporting_data_4.64/ScheduleSupportingData.xml")
    known = {node.findtext("cvx") for node in tree.getroot().iter("cvxMap")}
    assert {code for code in vaccines.titles() if code not in known} == set()
