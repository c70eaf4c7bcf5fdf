"""Readers outside the clinic in a real browser: with a consent they find the person and see what it names, and axe finds nothing."""

from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.desk import axe_says
from tests.browser.test_chart import shoot
from tests.chart.chart_makers import charted, hartford, housed
from tests.chart.test_released import consent
from throughcare.kernel.vocabulary import DataClass, Role

pytestmark = [pytest.mark.browser, pytest.mark.database_copy]


def test_each_sees_what_the_consent_names(database_copy: str, serve) -> None:
    named, closed = housed(), housed("Demo-Reyes", "Ana")
    charted(named)
    charted(closed)
    for role in (Role.PAROLE, Role.COMMUNITY, Role.OMBUDS):
        consent(named, role, DataClass.DEMOGRAPHICS, DataClass.CLINICAL)
    place, address = str(hartford().id), serve(database_copy)
    system = Path("/usr/bin/chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(system) if system.exists() else None, args=["--no-sandbox"]
        )
        for role in (Role.PAROLE, Role.COMMUNITY, Role.OMBUDS):
            walk(chromium, address, place, role, named, closed)
        chromium.close()


def walk(browser: Browser, address: str, place: str, role: Role, named: UUID, closed: UUID) -> None:
    """Go where this reader may go, and try where they may not."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.request.post(f"{address}/demo/become", form={"role": role.value, "facility": place})
    page = context.new_page()
    page.goto(f"{address}/people/{named}/")
    text = page.inner_text("body")
    assert "Sample-Ortiz" in text and "Asthma" in text, role
    assert "Albuterol" not in text and "A1c" not in text, "neither medicines nor results were named"
    found = axe_says(page)
    assert [v["id"] for v in found] == [], role
    shoot(page, f"released-{role.value}")
    for tab in page.locator("main nav a").all():
        assert "edicines" not in tab.inner_text()
    page.goto(f"{address}/people/{named}/problems/")
    assert "Asthma" in page.inner_text("main") and page.locator("main form").count() == 0
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shoot(page, f"released-{role.value}-390")
    assert page.goto(f"{address}/people/{closed}/").status == 403
    assert "Demo-Reyes" not in page.inner_text("body")
    context.close()
