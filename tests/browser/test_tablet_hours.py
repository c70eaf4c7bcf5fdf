"""The hours of a tablet, with the page's clock moved: five idle minutes lock it, the twelfth hour wipes it, the queue stays."""

import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_pass import pass_page, scan  # noqa: F401
from tests.browser.test_pass_offline import SECRET, lines, take_along, unlock

pytestmark = [pytest.mark.browser, pytest.mark.database_copy]
MINUTE = 60_000
STORED = """name => new Promise((done) => { const asked = indexedDB.open('throughcare-tablet', 1);
asked.onsuccess = () => { const all = asked.result.transaction(name).objectStore(name).getAll();
all.onsuccess = () => done(all.result.length); }; })"""


def written(page: Page) -> str:
    """Give everything that stands on the page: its text, and what is typed in its fields."""
    fields = page.evaluate("[...document.querySelectorAll('input')].map((i) => i.value).join(' ')")
    return f"{page.content()} {fields}"


def test_five_idle_minutes_drop_what_is_in_the_clear_and_the_secret_brings_back_the_place(
    pass_page: tuple[BrowserContext, str],  # noqa: F811
) -> None:
    context, base = pass_page
    page = context.new_page()
    page.clock.install()
    take_along(page, base)
    context.set_offline(True)
    scan(page, "T9000003")
    page.locator(".pass-measure input").fill("61.5")
    name = page.locator(".pass-family").inner_text()
    page.clock.fast_forward(4 * MINUTE)
    assert page.locator("dialog.tablet-locked").count() == 0
    page.locator("#pass-find").focus()
    page.keyboard.type("Sample-")
    page.clock.fast_forward(4 * MINUTE)
    assert page.locator("dialog.tablet-locked").count() == 0, "a touch begins the five minutes anew"
    page.clock.fast_forward(2 * MINUTE)
    page.locator("dialog.tablet-locked").wait_for()
    page.locator(".pass-row").first.wait_for(state="detached")
    assert "Sample-" not in page.locator("main").inner_text()
    assert name not in written(page) and "61.5" not in written(page) and "lisinopril" not in written(page).lower()

    began = time.monotonic()
    unlock(page, SECRET)
    page.locator(".pass-family", has_text=name).wait_for()
    print(f"back after the lock in {time.monotonic() - began:.2f} s (budget 3 s)")
    expect(page.locator(".pass-measure input")).to_have_value("61.5")


def test_the_twelfth_hour_wipes_what_was_taken_along_and_never_what_was_charted(
    pass_page: tuple[BrowserContext, str],  # noqa: F811
) -> None:
    context, base = pass_page
    page = context.new_page()
    page.clock.install()
    take_along(page, base)
    context.set_offline(True)
    scan(page, "T9000001")
    page.locator(".pass-give", has_text="Given, 2 of 2").tap()
    page.locator("[data-state]", has_text="to be sent: 2").wait_for()
    assert (page.evaluate(STORED, "bundle"), page.evaluate(STORED, "queue")) == (1, 2)
    page.clock.fast_forward(12 * 60 * MINUTE + MINUTE)
    page.locator(".toast", has_text="gone from this tablet").wait_for()
    for _ in range(50):
        if page.evaluate(STORED, "bundle") == 0:
            break
        page.wait_for_timeout(100)
    assert (page.evaluate(STORED, "bundle"), page.evaluate(STORED, "queue")) == (0, 2)
    assert "Sample-" not in page.locator("main").inner_text()
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    for _ in range(300):
        if page.evaluate(STORED, "queue") == 0:
            break
        page.wait_for_timeout(100)
    assert lines(context, base)["T9000001"] == ["given", "given"]
