"""Intake's pages over HTTP, as the nurse who is signed in."""

import re
from html.parser import HTMLParser

import pytest

from tests.care.intake.test_thread import HEALTHY_LOOK, arrival, hartford, healthy, nurse  # noqa: F401
from throughcare.care.intake.models import Arrival
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_nurse(client, hartford):  # noqa: F811
    answer = client.post("/demo/become", {"role": "rn", "facility": str(hartford.id)})
    assert answer.status_code == 302, answer.content.decode()
    return client


def test_the_first_page_offers_a_nurse(client) -> None:
    page = client.get("/", follow=True).content.decode()
    assert "Who do you want to be?" in page
    assert "Nurse" in page


def test_from_queue_to_signature(as_nurse, arrival) -> None:  # noqa: F811
    page = as_nurse.get("/intake/").content.decode()
    assert "Sample-Ortiz" in page
    base = f"/people/{arrival.person_id}/intake/{arrival.id}/"
    assert as_nurse.get(base + "look/").status_code == 200
    missing = as_nurse.post(base + "look/", {"intent": str(uuid7()), "awake": "alert"})
    assert missing.status_code == 422
    assert "error-summary" in missing.content.decode()
    done = as_nurse.post(base + "look/", {"intent": str(uuid7()), **HEALTHY_LOOK})
    assert done.status_code == 302
    page = as_nurse.get(base).content.decode()
    assert "Receiving screening" in page
    saved = as_nurse.post(base + "save/", {"intent": str(uuid7()), **healthy()}, headers={"X-Autosave": "1"})
    assert saved.status_code == 200
    assert "What your answers did" in saved.content.decode()
    for section in re.findall(r'\?section=([\w.-]+)"', page):
        assert as_nurse.get(base, {"section": section}).status_code == 200, section
    refused = as_nurse.post(base + "sign/", {"intent": str(uuid7())})
    assert refused.status_code == 422, "instruments are open"
    assert Arrival.objects.get(id=arrival.id).state == "looked"


def test_a_post_without_its_number_is_refused(as_nurse, arrival) -> None:  # noqa: F811
    base = f"/people/{arrival.person_id}/intake/{arrival.id}/"
    assert as_nurse.post(base + "save/", {"illness": "none"}).status_code == 422


def test_an_officer_gets_no_intake_page(client, hartford, arrival) -> None:  # noqa: F811
    client.post("/demo/become", {"role": "custody", "facility": str(hartford.id)})
    for path in ("/intake/", f"/people/{arrival.person_id}/intake/{arrival.id}/"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "Sample-Ortiz" not in answer.content.decode()


def test_the_downtime_pack_prints_who_waits_and_the_forms(as_nurse, arrival) -> None:  # noqa: F811
    page = as_nurse.get("/intake/downtime/").content.decode()
    assert "Sample-Ortiz" in page
    assert "Alcohol and drugs" in page


def test_answers_call_up_their_questions_before_the_page_goes_on(as_nurse, arrival) -> None:  # noqa: F811
    base = f"/people/{arrival.person_id}/intake/{arrival.id}/"
    section = "medicines-section"
    page = as_nurse.get(base, {"section": section}).content.decode()
    shown = re.search(r'name="shown" value="([^"]*)"', page).group(1)
    assert "medicine.drug" not in shown
    assert re.search(r'data-question="medicine.drug:0"[^>]* hidden disabled', page), "it stands ready for the script"
    post = {
        "section": section,
        "next": "injury-section",
        "shown": shown,
        "takes-medicines": "yes",
        "has-allergies": "no",
    }
    moved = as_nurse.post(base + "save/", {"intent": str(uuid7()), **post})
    assert moved.headers["Location"].endswith(f"?section={section}"), "the medicine's own questions come first"
    page = as_nurse.get(base, {"section": section}).content.decode()
    assert 'name="medicine.drug:0"' in page
    shown = re.search(r'name="shown" value="([^"]*)"', page).group(1)
    drug = {"medicine.drug:0": "Insulin glargine", "medicine.critical:0": "insulin", "medicine.verified:0": "not-yet"}
    moved = as_nurse.post(base + "save/", {"intent": str(uuid7()), **post, "shown": shown, **drug})
    assert moved.headers["Location"].endswith("?section=injury-section")
    assert 'name="medicine.drug:1"' in as_nurse.get(base, {"section": section}).content.decode()


class Loose(HTMLParser):
    """Finds buttons that send nothing: outside any form, and naming none."""

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.found = 0, []

    def handle_starttag(self, tag, attrs) -> None:
        self.depth += tag == "form"
        if tag == "button" and dict(attrs).get("type") == "submit" and not self.depth and "form" not in dict(attrs):
            self.found.append(dict(attrs))

    def handle_endtag(self, tag) -> None:
        self.depth -= tag == "form"


def test_every_button_sends_something(as_nurse, arrival) -> None:  # noqa: F811
    base = f"/people/{arrival.person_id}/intake/{arrival.id}/"
    as_nurse.post(base + "look/", {"intent": str(uuid7()), **HEALTHY_LOOK})
    for section in ("", "review"):
        loose = Loose()
        loose.feed(as_nurse.get(base, {"section": section}).content.decode())
        assert loose.found == [], section
