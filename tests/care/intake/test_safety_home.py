"""The PREA coordinator's home: what is owed by site, late first, and of a sealed screen only how much counts for housing."""

# ruff: noqa: F811

from datetime import timedelta

import pytest

from tests.care.sick_call.test_actions import nurse, person, place  # noqa: F401
from tests.fixtures_lenses import lens_of
from throughcare.care.intake import actions, safety_reads
from throughcare.chart import actions as chart
from throughcare.chart import forms
from throughcare.chart.forms.questionnaire import Kind
from throughcare.kernel import clock
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.vocabulary import Role
from throughcare.ui import wording

pytestmark = pytest.mark.django_db
YES = ("prea-d-victim", "prea-d-age")
ASKED = {
    i.link_id: ["yes" if i.link_id in YES else "no"] for i in forms.load("prea-risk").walk() if i.kind is Kind.BOOLEAN
}
ITEMS = ASKED | {"determination": ["victim"], "reason": ["He said why, and that stays here."]}


def be(client, role: str, place) -> None:
    assert client.post("/demo/become", {"role": role, "facility": str(place.id)}).status_code == 302


def test_what_is_owed_stands_by_site_and_a_screen_moves_it(client, nurse, person, place) -> None:
    lens = lens_of(Role.PREA)
    (before,) = [s for s in safety_reads.sites(lens) if s.id == place.id]
    assert (before.screens, before.offers, before.late) == (1, 0, 1), "admitted ninety days ago, never screened"
    assert [o.late for o in safety_reads.owed(lens, place.id)] == [True]
    actions.sign_sexual_safety(actor=nurse, person_id=person, posted=ITEMS)
    (after,) = [s for s in safety_reads.sites(lens) if s.id == place.id]
    assert (after.screens, after.offers) == (0, 1)
    (found,) = safety_reads.screened(lens, place.id)
    assert (found.who.person_id, found.victim, found.abuser) == (person, 2, 0)
    assert (found.finding, found.at_risk) == ("Heightened risk of victimization", True)
    assert found.signed_at <= clock.now() + timedelta(minutes=1)


def test_a_refusal_after_a_screen_takes_nothing_from_what_housing_needs(nurse, person, place) -> None:
    actions.sign_sexual_safety(actor=nurse, person_id=person, posted=ITEMS)
    actions.sign_sexual_safety(actor=nurse, person_id=person, posted={"form~unable": ["refuses"]})
    (found,) = safety_reads.screened(lens_of(Role.PREA), place.id)
    assert (found.finding, found.at_risk, found.victim) == ("Heightened risk of victimization", True, 2)


def test_a_screen_that_is_owed_after_what_was_told_stands_on_the_page(client, nurse, person, place) -> None:
    actions.sign_sexual_safety(actor=nurse, person_id=person, posted=ITEMS)
    chart.place_order(actor=nurse, person_id=person, kind="referral", code="prea-coordinator", text="Coordinator.")
    be(client, "prea", place)
    page = client.get("/sexual-safety/", {"site": str(place.id)})
    assert page.status_code == 200, "every rule that the page lists has its words"
    assert "Screen after what was told" in page.content.decode()
    assert {f"safety.rule.{rule}" for rule in safety_reads.RULES} <= set(wording.table("en")), "none falls over later"


def test_the_page_counts_and_names_no_answer(client, nurse, person, place) -> None:
    actions.sign_sexual_safety(actor=nurse, person_id=person, posted=ITEMS)
    be(client, "prea", place)
    assert client.get("/")["Location"] == "/sexual-safety/"
    page = client.get("/sexual-safety/", {"site": str(place.id)}).content.decode()
    assert "Of being harmed 2 of 10" in page and "Follow-up to be offered" in page
    assert "Heightened risk of victimization" in page
    assert "He said why" not in page and "Prior" not in page, "what was answered, and why, stays sealed"
    assert "Choose a site" in client.get("/sexual-safety/", {"site": "all"}).content.decode()
    assert client.get("/sexual-safety/", {"site": "nonsense"}).status_code == 200


def test_nobody_else_passes(client, person, place) -> None:
    for role in (Role.RN, Role.PROVIDER, Role.CUSTODY, Role.HSA, Role.OMBUDS, Role.HIM):
        be(client, role, place)
        assert client.get("/sexual-safety/").status_code == 403, role
    for role in (Role.RN, Role.CUSTODY, Role.OMBUDS):
        with pytest.raises(NotAllowed):
            safety_reads.sites(lens_of(role))
