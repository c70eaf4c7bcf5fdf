"""What came from outside, in a real browser: the list, a document beside the chart by keys, documents of nobody."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.desk import become, chromium, sound, watched
from tests.browser.test_intake import hartford, nurse
from tests.care.substance_use.makers import somebody_followed
from tests.exchange.documents.pages import MEDICINE, document, problem, section, whole
from throughcare.chart import actions as chart
from throughcare.chart.models import Condition
from throughcare.exchange.documents import actions
from throughcare.exchange.documents.models import Said

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.database_copy]


@pytest.fixture
def desk(database_copy: str, serve, monkeypatch) -> Iterator[tuple[BrowserContext, str]]:
    """Sign in as a nurse at Hartford, before a served site."""
    address, place = serve(database_copy), hartford().id
    with chromium(monkeypatch) as browser:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        become(context, address, "rn", place)
        yield context, address


def test_a_summary_is_read_by_keys(desk: tuple[BrowserContext, str]) -> None:
    context, site = desk
    who, _ = somebody_followed(nurse(), hartford(), 0, "alcohol")
    chart.add_allergy(actor=nurse(), person_id=who, text="Penicillin G")
    chart.report_medicine(actor=nurse(), person_id=who, text="lisinopril 20 mg", dose="daily", announce=False)
    sections = whole()
    sections[0] = section("11450-4", "5.1", "Problems", problem() + problem("Asthma", "195967001", more=' negationInd="true"'))  # fmt: skip
    sections.append(section("10183-2", "11", "Discharge medications", MEDICINE.format(code="866924", text="metoprolol tartrate 25 MG Oral Tablet")))  # fmt: skip
    words = "<paragraph>Came with chest pain; ruled out. Follow up in a week.</paragraph>"
    sections.append(section("8648-8", "5", "Hospital course", text=words))
    one = actions.receive(actor=nurse(), raw=document(*sections, root="1.2"), person_id=who, sure=True)
    actions.receive(actor=nurse(), raw=document(*whole(), root="1.3", number="Z9", family="Test-King"))
    page, said = watched(context)
    page.goto(f"{site}/people/{who}/outside/")
    sound(page, "documents-list")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{site}/people/{who}/outside/{one.id}/")
    sound(page, "documents-reconcile")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("a")
    assert Condition.objects.filter(person_id=who, text="Essential hypertension").exists()
    assert Said.objects.get(document_id=one.id, n=1).state == "accepted"
    page.goto(f"{site}/people/{who}/summary/?form=ccd")
    sound(page, "documents-send")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.fill("[name=recipient]", "Sample Clinic")
    page.get_by_role("button", name="Make and keep it").click()
    page.wait_for_url("**/summary/sent/**")
    sound(page, "documents-sent")
    page.goto(f"{site}/people/{who}/summary/print/?basis=treatment")
    sound(page, "documents-print")
    become(context, site, "him", hartford().id)
    page.goto(f"{site}/exceptions/documents/")
    sound(page, "documents-held")
    page.get_by_role("link", name="Summary of care").first.click()
    sound(page, "documents-held-one")
    assert said == []
