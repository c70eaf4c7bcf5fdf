"""Improvement and resources in a real browser: axe finds nothing, nothing is cut off, each chart has its table and its words."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from bench import made_warehouse
from tests.browser.desk import LOOKS, SHOTS, axe_says
from throughcare.duties import clock_table
from throughcare.kernel.ids import derived

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HOME = "/insight/improvement/"
PAGES = (
    HOME,
    HOME + "charts/T-MHS-01/",
    HOME + "charts/S-SH/",
    HOME + "equity/T-MHS-01/",
    "/insight/resources/",
    f"/insight/resources/{derived('facility', 'hartford')}/",
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Path]:
    """A made agency's warehouse where the served site looks for it."""
    from django.conf import settings

    folder = Path(settings.WAREHOUSE)
    shutil.rmtree(folder, ignore_errors=True)
    rules = list(clock_table.rules(date(2026, 11, 1)))[:12]
    made_warehouse.make(folder, people=120, months=made_warehouse.months("2025-09", 14), rules=rules)
    yield tmp_path
    shutil.rmtree(folder)


def test_pages_hold_in_a_browser(warehouse: Path, serve: Callable[..., str]) -> None:
    site = serve()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for width, _, scheme in (*LOOKS, (2560, 900, "light")):
            page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()  # type: ignore[arg-type]
            assert page.request.post(f"{site}/demo/become", form={"role": "hsa"}).ok
            if width == 1440 and scheme == "light":
                _begin(page, site)
            for number, address in enumerate(PAGES):
                page.goto(site + address)
                if width < 2000:
                    assert axe_says(page) == [], address
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} at {width}"
                if SHOTS:
                    page.screenshot(path=f"{SHOTS}/{number}-{width}-{scheme}.png", full_page=True)
            page.goto(site + PAGES[1])
            assert page.locator("figure.chart svg.drawing:visible").count() >= 2
            assert page.locator("figure.chart details table tbody tr").count() >= 13


def _begin(page, site: str) -> None:
    """A project is begun and its first turn is planned, as somebody would at the page."""
    page.goto(site + HOME)
    page.get_by_text("Begin a project").click()
    page.get_by_label("Name of the project").fill("Screens by day three")
    page.get_by_label("Aim").fill("Nine of ten screened by day three at Hartford, by June.")
    page.get_by_label("Measure").select_option("T-MHS-01")
    page.get_by_label("Process: what we do").check()
    page.get_by_label("By when").fill("2031-06-01")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("What is changed").fill("A list at eight every morning, in one unit, for two weeks.")
    page.get_by_label("What do you predict?").fill("From seven of ten to nine of ten.")
    page.get_by_label("By when").fill("2031-05-01")
    page.get_by_role("button", name="Plan").click()
    assert page.get_by_text("Do it, then say what was done").count()
    page.goto(f"{site}{HOME}charts/T-MHS-01/")
    page.get_by_text("Write on the chart what was changed").click()
    page.get_by_label("Since").first.fill("2026-05-04")
    page.get_by_label("What was changed").fill("A list at eight every morning")
    page.get_by_role("button", name="Write it").click()
    assert page.get_by_text("A list at eight every morning").count()
