"""The doors in a real browser: an account is opened, used, handed over; axe finds nothing."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "seven-grey-herons-stand"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Have a Chromium of this machine."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield found
        found.close()


def become(page: Page, site: str, role: str) -> None:
    """Be somebody at Hartford, by the demonstration's own way in."""
    answer = page.request.post(
        f"{site}/demo/become", form={"role": role, "facility": "Hartford"}, headers={"Accept": "application/json"}
    )
    assert answer.ok, answer.text()


def sound(page: Page) -> None:
    """Have axe look at the page as it stands."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()


def opened_account(browser: Browser, site: str) -> tuple[str, str]:
    """Open an account as the administrator would; give its name and first password."""
    page = browser.new_page()
    become(page, site, "hsa")
    page.goto(f"{site}/accounts/")
    page.fill("#f-username", f"a.sample{page.evaluate('Date.now()')}")
    username = page.input_value("#f-username")
    page.fill("#f-name", "Sample-Nurse, Ada")
    sound(page)
    page.click("text=Open account")
    page.select_option("#f-role", "rn")
    page.click("text=Add posting")
    page.click("text=Give a first password")
    secret = page.inner_text(".note").split("only now: ")[1].split(". It must")[0]
    sound(page)
    page.close()
    return username, secret


def test_an_account_from_its_opening_to_the_switch_at_a_shared_workstation(browser: Browser, site: str) -> None:
    username, secret = opened_account(browser, site)
    page = browser.new_page()
    page.goto(f"{site}/sign-in/?next=/account/")
    sound(page)
    page.fill("#f-name", username)
    page.fill("#f-password", "not this one at all")
    page.click("button:has-text('Sign in')")
    assert "do not fit together" in page.inner_text("main")
    page.fill("#f-password", secret)
    page.click("button:has-text('Sign in')")
    assert page.url.endswith("/account/password/"), "a password that somebody else knows is changed first"
    sound(page)
    page.fill("#f-present", secret)
    page.fill("#f-password", PASSWORD)
    page.click("button:has-text('Change password')")
    assert page.url.endswith("/account/")
    page.fill("#f-present", PASSWORD)
    page.fill("#f-pin", "480271")
    page.click("button:has-text('Set PIN')")
    sound(page)

    page.goto(f"{site}/account/second-factor/")
    sound(page)
    become(page, site, "provider")
    began = page.evaluate("performance.now()")
    page.goto(f"{site}/switch/?next=/account/")
    sound_before = page.evaluate("performance.now()")
    page.fill("#f-name", username)
    page.fill("#f-secret", "480271")
    page.click("button:has-text('Take over')")
    page.wait_for_url("**/account/")
    assert page.evaluate("performance.now()") < 5000 and began >= 0 and sound_before >= 0
    assert username in page.inner_text("main")


def test_the_reviewer_s_list_says_that_nothing_waits(browser: Browser, site: str) -> None:
    page = browser.new_page()
    become(page, site, "him")
    page.goto(f"{site}/break-glass/")
    sound(page)
    assert "Nothing waits for review" in page.inner_text("main")


def test_a_passkey_from_its_making_to_signing_in_with_it(browser: Browser, site: str) -> None:
    named = site.replace("127.0.0.1", "localhost")
    username, secret = opened_account(browser, site)
    page = browser.new_page()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{named}/sign-in/")
    sound(page)
    page.fill("#f-name", username)
    page.fill("#f-password", secret)
    page.click("button:has-text('Sign in')")
    page.fill("#f-present", secret)
    page.fill("#f-password", PASSWORD)
    page.click("button:has-text('Change password')")
    page.goto(f"{named}/account/passkeys/")
    sound(page)
    page.fill("#f-name", "my phone")
    page.fill("#f-present", "not this one at all")
    page.click("button:has-text('Add a passkey')")
    page.wait_for_selector("[data-said]:has-text('not your present password')")
    page.fill("#f-present", PASSWORD)
    page.click("button:has-text('Add a passkey')")
    page.wait_for_selector("th:has-text('my phone')")
    sound(page)

    page.goto(f"{named}/sign-out/")
    page.click("main button")
    page.goto(f"{named}/sign-in/?next=/account/")
    page.click("button:has-text('Use a passkey')")
    page.wait_for_url("**/account/")
    assert "passkey" in page.inner_text("main table")

    page.goto(f"{named}/sign-out/")
    page.click("main button")
    page.fill("#f-name", username)
    page.fill("#f-password", PASSWORD)
    page.click("button:has-text('Sign in')")
    assert page.url.endswith("/second-factor/"), "a password alone no longer opens it"
    sound(page)
    page.click("button:has-text('Use a passkey')")
    page.wait_for_url("**/work/")
