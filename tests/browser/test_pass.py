"""The pass in a real browser, on a tablet and a phone: find, look, give, except, undo, stop at the wrong person, close."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.desk import axe_says
from tests.care.medications import line_makers as makers
from tests.care.medications.rules.test_windows import AS_NEEDED
from throughcare.chart import actions as chart
from throughcare.custody.models import Bed
from throughcare.kernel import clock

pytestmark = [pytest.mark.browser, pytest.mark.database_copy]
SHOTS = os.environ.get("PASS_SHOTS", "")
# From when the tablet's own script offers the next dose of each case.
FREE = """async (cases) => { const { freeFrom } = await import(new URL('asked.js', document.querySelector('script[src*="/pass."]').src));
  return cases.map(([given, minutes, most]) => freeFrom(given, minutes, most)); }"""
SIZES = {"tablet": (1024, 768), "phone": (390, 844), "desktop": (1440, 900)}


def next_morning() -> datetime:
    """Give the next 08:05 in Connecticut's winter: the morning pass has begun."""
    at = datetime.now(UTC).replace(hour=13, minute=5, second=0, microsecond=0)
    return at if at > datetime.now(UTC) else at + timedelta(days=1)


def make_line(at: datetime) -> None:
    """Make twelve people with what a line has: critical, controlled, held by a value, as needed, allergic."""
    due = at - timedelta(minutes=5)
    beds = list(Bed.objects.filter(unit__facility=makers.hartford()).order_by("cell__code", "code")[:12])
    for n in range(12):
        person = makers.housed(n, at=at, bed=beds[n] if n < len(beds) else None)
        makers.ordered(person, at=due, indication="High blood pressure")
        if n % 2:
            makers.ordered(person, at=due, product="861007", indication="Diabetes")
        if n % 3 == 0:
            makers.ordered(
                person, at=due, product="197361", indication="High blood pressure", holds=("Hold if pulse < 50",)
            )
        if n % 4 == 0:
            prn = {"kind": "prn", "min_interval_minutes": 360, "max_in_24h": 3}
            holds = ("Hold if pulse < 50",) if n == 4 else ()
            about = {"timing": prn, "as_needed_for": "Pain", "indication": "Pain", "holds": holds}
            makers.ordered(person, at=due, product="198440", **about)
        if n == 2:
            with clock.frozen(due):
                chart.add_allergy(actor=makers.nurse(), person_id=person, text="Penicillin", reaction="hives")


@pytest.fixture
def pass_page(database_copy: str, serve, tmp_path: Path) -> Iterator[tuple[BrowserContext, str]]:
    """Serve a morning's line and sign in as the nurse who gives it."""
    at = next_morning()
    with clock.frozen(at):
        make_line(at)
    (tmp_path / "clock-offset").write_text(f"{(at - datetime.now(UTC)).total_seconds()}\n")
    address = serve(
        database_copy, THROUGHCARE_HOME=str(tmp_path), THROUGHCARE_KEYS=f"{os.environ['THROUGHCARE_HOME']}/keys"
    )
    place, system = str(makers.hartford().id), Path("/usr/bin/chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(system) if system.exists() else None, args=["--no-sandbox"]
        )
        context = chromium.new_context(viewport={"width": 1024, "height": 768}, has_touch=True)
        answer = context.request.post(f"{address}/demo/become", form={"role": "rn", "facility": place})
        assert answer.ok, answer.text()
        yield context, address
        chromium.close()


def shoot(page: Page, name: str) -> None:
    """Keep a picture where they are wanted."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png")


def sound(page: Page, where: str) -> None:
    """Have axe look at the page as it stands."""
    found = axe_says(page)
    told = [(v["id"], [n["html"][:160] + n["failureSummary"][:200] for n in v["nodes"][:3]]) for v in found]
    assert told == [], where


def scan(page: Page, text: str) -> None:
    """Type as a scanner does: anywhere on the page, and Enter."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def ask_for(page: Page, number: str) -> None:
    """Give what somebody asks for: not at a pulse of 44, and at 62; then it is said from when the next may be given."""
    page.locator(".pass-row", has_text=number).click()
    asked = page.locator(".pass-asked .pass-dose")
    give = asked.get_by_role("button", name="Give")
    assert give.is_disabled(), "measured first"
    for pulse in ("44", "62"):
        asked.locator("input").fill(pulse)
        asked.locator("input").blur()
        if pulse == "44":
            asked.locator("[role=alert]", has_text="hold this dose").wait_for()
            assert give.is_disabled()
    shoot(page, "asked")
    give.click()
    page.locator("dialog button", has_text="Give").click()
    asked.get_by_text("not before 14:05").wait_for()
    assert give.is_disabled()


def test_a_line_is_given_with_one_tap_a_person(pass_page: tuple[BrowserContext, str]) -> None:
    context, base = pass_page
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    page.goto(f"{base}/pass/")
    page.locator(".pass-row").nth(11).wait_for()
    sound(page, "list")
    shoot(page, "list-tablet")

    scan(page, "T9000001")
    page.locator(".pass-family", has_text="Sample-Reyes").wait_for()
    assert page.locator(".pass-compare").inner_text() == "badge scanned"
    give = page.locator(".pass-give")
    assert give.inner_text() == "Given, 2 of 2"
    for name, box in (("give", give.bounding_box()), ("tick", page.locator(".pass-dose-tick").first.bounding_box())):
        assert box and box["height"] >= 46, name
    sound(page, "person")
    shoot(page, "person-tablet")
    give.tap()
    page.locator(".toast", has_text="given").wait_for()
    assert page.locator(".pass-dose.is-over").count() == 2
    assert "1 of 12" in page.locator("[data-state]").inner_text()
    page.locator(".pass-dose.is-over button").first.tap()
    page.locator(".pass-give", has_text="Given, 1 of 1").wait_for()

    scan(page, "T9000002")
    page.locator("dialog.tablet-stop").wait_for()
    assert "Wrong person" in page.locator("dialog.tablet-stop").inner_text()
    sound(page, "stop")
    shoot(page, "stop-tablet")
    page.locator("dialog.tablet-stop button", has_text="Open").tap()
    assert "Penicillin" in page.locator(".pass-allergies").inner_text()

    page.locator(".pass-except").tap()
    page.locator("dialog.pass-sheet").wait_for()
    sound(page, "sheet")
    shoot(page, "sheet-tablet")
    page.locator("dialog.pass-sheet button", has_text="Gives no reason").tap()
    page.locator(".pass-dose.is-over", has_text="refused").or_(
        page.locator(".pass-dose.is-over", has_text="Refused")
    ).first.wait_for()

    scan(page, "T9000003")
    page.locator(".pass-measure input").wait_for()
    assert page.locator(".pass-give").inner_text() == "Given, 2 of 3"
    page.locator(".pass-measure input").fill("44")
    page.locator(".pass-measure input").blur()
    page.locator(".pass-hold").wait_for()
    assert page.locator(".pass-give").inner_text() == "Given, 2 of 3"
    shoot(page, "hold-tablet")
    page.locator(".pass-measure input").fill("62")
    page.locator(".pass-measure input").blur()
    page.locator(".pass-give", has_text="Given, 3 of 3").wait_for()
    ask_for(page, "T9000004")
    sound(page, "asked for")

    page.locator("[data-mode=lockdown]").check()
    assert "At the cells" in page.locator(".pass-modes").inner_text()
    shoot(page, "lockdown-tablet")
    page.locator("[data-close]").tap()
    page.locator(".pass-blanks li").first.wait_for()
    sound(page, "closing")
    shoot(page, "closing-tablet")
    page.locator("dialog button", has_text="Close with").tap()
    page.locator("[data-state]", has_text="Closed by").wait_for()
    assert len(loads) == 1, "no page is loaded for anybody"
    assert said == []


def at(page: Page, what: str) -> None:
    """Wait until the focus is on what is named."""
    page.wait_for_function("what => document.activeElement.matches(what)", arg=what)


def not_given_by_keys(page: Page) -> None:
    """Chart by keys that a dose is not given: the dialog asks for what it lacks, and no redraw drops the focus."""
    one = page.locator("[data-one]")
    page.locator(".pass-except").focus()
    page.keyboard.press("Enter")
    page.locator("dialog.pass-sheet").wait_for()
    page.keyboard.press("Escape")
    at(page, ".pass-except")
    page.keyboard.press("Enter")
    page.locator("dialog.pass-sheet button", has_text="Spat some out").focus()
    page.keyboard.press("Enter")
    at(page, "dialog input[required]")
    page.locator("dialog .button--main.pass-target").focus()
    page.keyboard.press("Enter")
    at(page, "dialog input[required][aria-invalid=true]")
    assert page.locator("dialog .tablet-lacks").inner_text() == "Write this first. Nothing was charted yet."
    sound(page, "a dialog that lacks something")
    page.keyboard.press("Escape")
    at(page, ".pass-except")
    tick = one.locator(".pass-dose-tick input").first
    tick.focus()
    page.keyboard.press("Space")
    at(page, ".pass-dose-tick input")
    assert not tick.is_checked(), "unticked by its key, and the focus stayed through the redraw"
    page.keyboard.press("Space")
    page.locator(".pass-row").nth(4).focus()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(500)
    at(page, ".pass-row")


def test_a_line_is_given_by_keyboard_alone(pass_page: tuple[BrowserContext, str]) -> None:
    context, base = pass_page
    page = context.new_page()
    page.goto(f"{base}/pass/")
    page.locator(".pass-row").nth(11).wait_for()
    page.keyboard.press("ArrowDown")
    page.locator(".pass-alike", has_text="Name alike on this line").wait_for()
    first = page.locator(".pass-facts").inner_text()
    page.keyboard.press("Enter")
    assert page.locator(".pass-dose.is-over").count() == 0, "a scanner's Enter gives nothing"
    page.keyboard.press("ArrowDown")
    second = page.locator(".pass-facts").inner_text()
    assert second != first
    page.keyboard.press("Control+Enter")
    page.locator(".toast", has_text="given").wait_for()
    page.wait_for_function("document.activeElement.matches('.pass-next')")
    page.keyboard.press("Enter")
    third = page.locator(".pass-facts").inner_text()
    assert third not in (first, second)
    not_given_by_keys(page)
    utc = [([f"{at}Z" for at in given], apart, most) for given, apart, most, _ in AS_NEEDED]
    told = [free and datetime.fromisoformat(free) for free in page.evaluate(FREE, utc)]
    assert told == [free and datetime.fromisoformat(f"{free}+00:00") for *_, free in AS_NEEDED]


def test_it_fits_a_phone_a_desk_and_the_night(pass_page: tuple[BrowserContext, str]) -> None:
    context, base = pass_page
    page = context.new_page()
    for name, (width, height) in SIZES.items():
        for theme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            page.goto(f"{base}/pass/")
            page.locator(".pass-row").first.wait_for()
            shoot(page, f"{name}-{theme}-list")
            page.locator(".pass-row").nth(3).click()
            page.locator(".pass-give").wait_for()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            sound(page, f"{name} {theme}")
            shoot(page, f"{name}-{theme}-person")
