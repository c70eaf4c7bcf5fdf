"""The chart in a real browser: axe finds nothing, nothing scrolls sideways, a draft keeps itself."""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.desk import SIZES, sound
from tests.chart.chart_makers import LOINC, NURSE, charted, hartford, housed
from throughcare.chart import actions
from throughcare.kernel import clock
from throughcare.people import actions as people

pytestmark = [pytest.mark.browser, pytest.mark.database_copy]
SHOTS = os.environ.get("CHART_SHOTS", "")
PAGES = {
    "summary": "",
    "results": "results/",
    "trend": "trends/29463-7/",
    "timeline": "timeline/",
    "notes": "notes/",
    "problems": "problems/",
    "medicines": "medicines/",
    "allergies": "allergies/",
    "vaccines": "vaccines/",
    "vitals": "vitals/",
    "forms": "forms/",
    "form": "forms/phq-9/",
    "documents": "documents/",
    "orders": "orders/",
}


@pytest.fixture
def chart(database_copy: str, serve) -> Iterator[tuple[BrowserContext, str]]:
    """Serve a full chart with a possible earlier one beside it, and sign in as a nurse."""
    person, other = housed(), housed("Sample-Ortiz", "Luis")
    charted(person, times=12)
    charted(other, times=2)
    proposed = people.propose_merge(actor=NURSE, a=person, b=other, reasons=["same name and birth date"], source="test")
    assert proposed is None or proposed
    taken = [
        actions.Measured(
            LOINC, "2823-3", "Potassium", Decimal("6.5"), "mmol/L", category="laboratory", interpretation="HH"
        )
    ]
    actions.file_result(actor=NURSE, person_id=person, text="Basic metabolic panel", lines=taken)
    actions.order_item(actor=NURSE, person_id=person, item="fingerstick", reason="thirsty")
    for one in (
        actions.Vaccine("Tdap", clock.now(), code="115", lot="A7-22", site="left arm"),
        actions.Vaccine("Influenza", clock.now(), code="140", primary=False, source="a card"),
        actions.Vaccine("HPV, 9-valent", clock.now(), code="165", status="not-done", why_not="Not today"),
    ):
        actions.record_immunization(actor=NURSE, person_id=person, given=one)
    place, address = str(hartford().id), serve(database_copy)
    system = Path("/usr/bin/chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(system) if system.exists() else None, args=["--no-sandbox"]
        )
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        context.request.post(f"{address}/demo/become", form={"role": "rn", "facility": place})
        yield context, f"{address}/people/{person}/"
        chromium.close()


def test_the_chart_stands_up_to_axe_and_to_a_phone(chart: tuple[BrowserContext, str]) -> None:
    context, base = chart
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    pages = {**PAGES, "history": history_of(page, base), "result": result_of(page, base), "inbox": inbox_of(base)}
    for name, path in pages.items():
        page.goto(base + path if not path.startswith("http") else path)
        sound(page, f"chart-{name}", SIZES | {"820": (820, 844)})
    assert said == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(base + "notes/")
    page.get_by_role("button", name="Write progress note").click()
    page.get_by_label("Note", exact=True).fill("Slept through the night.")
    page.get_by_text("Saved").first.wait_for()
    shoot(page, "note-1440")
    address = page.url
    page.goto(address)
    assert page.get_by_label("Note", exact=True).input_value() == "Slept through the night."
    page.get_by_role("button", name="Sign note").click()
    page.get_by_text("Note signed.").wait_for()
    assert page.get_by_label("Note", exact=True).count() == 0
    shoot(page, "note-signed-1440")


def inbox_of(base: str) -> str:
    """Give the address of the inbox."""
    return base.split("/people/")[0] + "/results/"


def result_of(page: Page, base: str) -> str:
    """Give the address of the result that waits."""
    page.goto(base + "results/")
    link = page.get_by_role("link", name="Basic metabolic panel").first.get_attribute("href")
    assert link
    return base.split("/people/")[0] + link


def history_of(page: Page, base: str) -> str:
    """Resolve a problem, and give the address of its history."""
    page.goto(base + "problems/")
    page.get_by_role("button", name="Resolve Asthma 0").click()
    page.goto(base + "problems/")
    link = page.locator("a[href*='/history/Condition/']").last.get_attribute("href")
    assert link
    return base.split("/people/")[0] + link


def shoot(page: Page, name: str) -> None:
    """Keep a picture where somebody asked for them."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_what_another_writes_stands_in_the_banner_within_seconds(chart: tuple[BrowserContext, str]) -> None:
    context, base = chart
    page, other = context.new_page(), context.new_page()
    page.goto(base + "vitals/")
    page.locator("input[name=systolic]").fill("12")
    other.goto(base + "allergies/")
    other.locator("input[name=text]").fill("Peanuts")
    other.locator("form:has(input[name=text]) button[type=submit]").first.click()
    page.bring_to_front()
    page.locator("section.banner", has_text="Peanuts").wait_for(timeout=10_000)
    assert page.locator("input[name=systolic]").input_value() == "12"
