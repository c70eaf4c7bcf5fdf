"""Intake in a real browser: a healthy person by keyboard, questions that answers call up, axe, pictures."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.desk import SIZES, WALL, Keys, become, chromium, sound, watched
from tests.care.intake.test_thread import HEALTHY_LOOK
from throughcare.care.intake import actions
from throughcare.care.intake.models import Arrival
from throughcare.chart.models import FormResponse
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.duties.models import Duty
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import Demographics, register

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.database_copy]


def hartford() -> Facility:
    return Facility.objects.get(short_name__istartswith="Hartford")


def nurse() -> Actor:
    return Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, hartford().id)


def arrive(
    family: str = "Sample-Ortiz", given: str = "Luis", born: date = date(1990, 2, 3), sex: str = "male"
) -> Arrival:
    """Have custody book somebody at Hartford."""
    feed = Actor.feed("custody")
    person = register(actor=feed, demographics=Demographics(family, given, born, sex))
    custody.admit(actor=feed, person_id=person, to=custody.Spot(hartford().id))
    return Arrival.objects.get(person_id=person)


def looked(arrival: Arrival, **changes: list[str]) -> Arrival:
    """Do the quick look of a healthy man, or with other answers."""
    posted = HEALTHY_LOOK | changes
    actions.finish_quick_look(actor=nurse(), person_id=arrival.person_id, arrival_id=arrival.id, posted=posted)
    return arrival


@pytest.fixture
def desk(database_copy: str, serve, monkeypatch) -> Iterator[tuple[BrowserContext, str]]:
    """Sign in as a nurse at Hartford, before a served site."""
    address, place = serve(database_copy), hartford().id
    with chromium(monkeypatch) as browser:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        become(context, address, "rn", place)
        yield context, address


def test_a_healthy_person_takes_45_keys_or_fewer(desk: tuple[BrowserContext, str]) -> None:
    context, site = desk
    arrival = arrive()
    page, said = watched(context)
    base = f"{site}/people/{arrival.person_id}/intake/{arrival.id}/"
    page.goto(f"{base}look/")
    look = Keys(page)
    look.press("11n1n11n")
    look.press("Enter")
    page.wait_for_url(base)
    page.wait_for_function("document.activeElement !== document.body")
    assert look.count == 9
    keys = Keys(page)
    keys.press("1yn", wait="illness-section")
    keys.press("nnn", wait="symptoms-section")
    keys.press("n", wait="mind-section")
    keys.press("n", wait="substances-section")
    keys.press("n", wait="medicines-section")
    keys.press("nn", wait="injury-section")
    keys.press("n", wait="needs-section")
    keys.press("n")
    keys.press("Enter", wait="observe-section")
    keys.press("nn", wait="measure-section")
    for value in ("122", "78", "70", "14", "982", "98", "177"):
        keys.press(value)
    keys.press("70", wait="disposition-section")
    keys.press("a", wait="c-ssrs-screener")
    keys.press("nnn")
    keys.press("Enter", wait="phq-2")
    keys.press("11")
    keys.press("Enter", wait="review")
    keys.press("e")
    page.wait_for_selector("text=Signed by")
    arrival.refresh_from_db()
    assert Duty.objects.get(person_id=arrival.person_id, rule="INT-07").outcome == "done", (
        "signed and explained by one key"
    )
    assert arrival.state == "signed"
    answers = FormResponse.objects.get(id=arrival.screening_id).posted
    assert (answers["temperature"], answers["bp-diastolic"], answers["weight"]) == (["98.2"], ["78"], ["177"])
    print(f"\na healthy person: quick look {look.count} keys, screening to signature {keys.count} keys")
    assert keys.count <= 45, keys.count
    assert said == []


def shown(page: Page) -> list[str]:
    """Name the questions that stand on the page now."""
    return page.eval_on_selector_all(
        "[data-question]:not([hidden]):has(input, select, textarea)", "all => all.map(q => q.dataset.question)"
    )


def test_answers_call_up_questions_at_once_and_as_the_server_would(desk: tuple[BrowserContext, str]) -> None:
    context, site = desk
    arrival = looked(arrive())
    page, said = watched(context)
    base = f"{site}/people/{arrival.person_id}/intake/{arrival.id}/"
    page.goto(f"{base}?section=substances-section")
    assert "alcohol-last" not in shown(page)
    page.keyboard.press("1")
    assert {"alcohol-last", "alcohol-often", "withdrawal-history"} <= set(shown(page)), "before any save"
    page.wait_for_selector("text=Saved")
    with page.expect_response("**/save/"):
        page.keyboard.press("2")
    calls_up = shown(page)
    page.goto(f"{base}?section=substances-section")
    assert shown(page) == calls_up
    page.focus("#f-substances")
    page.keyboard.press("n")
    page.wait_for_url("**medicines-section")
    page.keyboard.press("y")
    with page.expect_response("**/save/"):
        page.locator("[name='medicine.drug:0']").fill("Insulin glargine")
    assert "medicine.drug:1" in shown(page), "an empty line stands ready"
    with page.expect_request("**/save/", timeout=1000), page.expect_response("**/save/"):
        page.locator("[name='medicine.drug:1']").fill("Lisinopril")
    page.goto(f"{base}?section=medicines-section")
    assert page.locator("[name='medicine.drug:1']").input_value() == "Lisinopril"
    page.locator("[name='medicine.dose:1']").fill("10 mg once a day")
    page.click("text=Where to")
    page.wait_for_selector("[name=disposition]")
    page.goto(f"{base}?section=medicines-section")
    assert page.locator("[name='medicine.dose:1']").input_value() == "10 mg once a day", "the link waited for the save"
    assert said == []


SECTIONS = (
    "illness",
    "symptoms",
    "mind",
    "substances",
    "medicines",
    "injury",
    "needs",
    "observe",
    "measure",
    "disposition",
)


def test_every_page_of_intake_is_sound_in_each_size_and_theme(desk: tuple[BrowserContext, str]) -> None:
    """Who waits, the quick look, each section, what answers did, and a signature that is refused: axe, widths, light and dark."""
    context, site = desk
    page, said = watched(context)
    page.goto(f"{site}/intake/")
    sound(page, "intake-nobody-waits", SIZES | WALL)
    arrival = arrive()
    for n, (family, sex) in enumerate((("Test-Rivera", "female"), ("Demo-Lee", "male"), ("Sample-Young", "male"))):
        arrive(family, f"Specimen{n}", date(2009 if n == 2 else 1970 + n, 5, 6), sex)
    page.goto(f"{site}/intake/")
    assert page.locator("main a[href*='/intake/']").count() >= 4
    sound(page, "intake-queue", SIZES | WALL)
    base = f"{site}/people/{arrival.person_id}/intake/{arrival.id}/"
    page.goto(f"{base}look/")
    sound(page, "intake-look")
    page.locator("form button[type=submit]").last.click()
    page.wait_for_selector(".error-summary")
    sound(page, "intake-look-refused")
    looked(arrival)
    page.goto(base)
    sound(page, "intake-screening")
    for section in SECTIONS:
        page.goto(f"{base}?section={section}-section")
        sound(page, f"intake-{section}")
    page.goto(f"{base}?section=mind-section")
    page.locator("main [data-question] input[type=checkbox]").nth(2).check()
    page.wait_for_selector("text=Saved")
    page.goto(f"{base}?section=mind-section")
    sound(page, "intake-positive")
    page.goto(f"{base}?section=review")
    sound(page, "intake-review")
    assert said == []


def test_the_desk_takes_a_pregnancy_test_by_keys(desk: tuple[BrowserContext, str]) -> None:
    """The link beside what was ordered, a no that needs its words, a result: axe, widths, light and dark."""
    context, site = desk
    arrival = looked(arrive("Sample-Vega", "Luz", sex="female"), **{"can-be-pregnant": ["yes"]})
    page, said = watched(context)
    page.goto(f"{site}/people/{arrival.person_id}/intake/{arrival.id}/?section=illness-section")
    page.keyboard.press("n")
    page.wait_for_selector("text=Saved")
    page.click("text=Enter the result")
    page.wait_for_url("**/pregnancy-test/")
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    page.locator("form button[type=submit]").last.click()
    page.wait_for_selector(".error-summary")
    sound(page, "intake-pregnancy-test-refused")
    page.goto(f"{site}/people/{arrival.person_id}/pregnancy-test/")
    sound(page, "intake-pregnancy-test")
    page.focus("[name='pregnancy-test']")
    page.keyboard.press("1")
    page.locator("form button[type=submit]").last.click()
    page.wait_for_url(lambda url: "pregnancy-test" not in url)
    assert Duty.objects.get(person_id=arrival.person_id, rule="INT-06").outcome == "done"
    page.goto(f"{site}/people/{arrival.person_id}/care-information/")
    sound(page, "intake-care-information")
    assert said == []


def test_what_waits_is_reached_and_begun_by_keys_alone(desk: tuple[BrowserContext, str]) -> None:
    """From the list by Tab and Enter to the quick look: the focus is always on something that can be seen."""
    context, site = desk
    arrival = arrive()
    page, said = watched(context)
    page.goto(f"{site}/intake/")
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(() => { const e = document.activeElement, b = e.getBoundingClientRect(), s = getComputedStyle(e);"
            " return {href: e.getAttribute('href') || '', wide: b.width, ring: s.outlineStyle !== 'none' ||"
            " s.boxShadow !== 'none'} })()"
        )
        assert seen["wide"] > 0 and seen["ring"], seen
        if str(arrival.id) in seen["href"]:
            break
    else:
        raise AssertionError("Tab never came to who waits")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{arrival.id}/**")
    assert said == []
