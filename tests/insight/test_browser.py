"""Insight's pages in a real browser: axe finds nothing, nothing is cut off on a phone, charts are drawn and have their table."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from bench import made_warehouse
from tests.browser.desk import LOOKS, SHOTS, axe_says
from throughcare.duties import clock_table

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = (
    "/insight/",
    "/insight/measures/T-MHS-01/",
    "/insight/measures/S-SH/",
    "/insight/measures/T-MHS-01/behind/?month=2026-09",
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
        for width, _, scheme in LOOKS:
            page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()  # type: ignore[arg-type]
            assert page.request.post(f"{site}/demo/become", form={"role": "hsa"}).ok
            for number, address in enumerate(PAGES):
                page.goto(site + address)
                assert axe_says(page) == [], address
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} at {width}"
                if SHOTS:
                    page.screenshot(path=f"{SHOTS}/{number}-{width}-{scheme}.png", full_page=True)
            page.goto(site + PAGES[1])
            assert page.locator("figure.trend svg .mark").count() > 12
            assert page.locator("figure.trend details table tbody tr").count() >= 13
