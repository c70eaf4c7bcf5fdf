"""Withdrawal checks in a real browser: the board, a check on one page by keys, what it called, the decision and the offer."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.desk import become, chromium, sound, watched
from tests.browser.test_intake import hartford, nurse
from tests.care.substance_use.makers import somebody_followed
from tests.care.substance_use.test_monitoring import ciwa, cows
from tests.care.substance_use.test_outside_and_programme import a_call as call
from tests.care.substance_use.test_outside_and_programme import agreed, enrolled, log
from tests.duties.makers import staff
from throughcare.care.substance_use import actions
from throughcare.care.substance_use.measures import read
from throughcare.care.substance_use.models import Check
from throughcare.kernel import clock
from throughcare.kernel.vocabulary import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.database_copy]


@pytest.fixture
def desk(database_copy: str, serve, monkeypatch) -> Iterator[tuple[BrowserContext, str]]:
    """Sign in as a nurse at Hartford, before a served site."""
    address, place = serve(database_copy), hartford().id
    with chromium(monkeypatch) as browser:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        become(context, address, "rn", place)
        yield context, address


def checked(who, episode, posted, ago: int, signs=(), **typed) -> None:
    vitals = {"systolic": "128", "diastolic": "80", "pulse": "88", "temperature": "98.6", "respiration": "16", **typed}
    with clock.frozen(clock.now() - timedelta(hours=ago)):
        actions.record_check(
            actor=nurse(), person_id=who, episode_id=episode, posted=posted, taken=read(vitals), signs=list(signs)
        )


def test_the_night_round(desk: tuple[BrowserContext, str]) -> None:
    context, site = desk
    with clock.frozen(clock.now() - timedelta(hours=26)):
        who, opioid = somebody_followed(nurse(), hartford(), 0, "opioid")
        drinker, alcohol = somebody_followed(nurse(), hartford(), 1, "alcohol")
        for n in range(2, 12):
            somebody_followed(nurse(), hartford(), n)
    checked(who, opioid, cows(pulse=2, gi=2, anxiety=2, yawning=1), 25)
    checked(who, opioid, cows(pulse=2, gi=3, anxiety=4, sweating=2), 18)
    checked(who, opioid, cows(pulse=1, gi=1, anxiety=1), 9)
    checked(drinker, alcohol, ciwa(tremor=4, sweats=3), 20)
    page, said = watched(context)
    page.goto(f"{site}/checks/")
    sound(page, "checks-board")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{site}/people/{who}/checks/{opioid}/")
    sound(page, "checks-one")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.fill("[name=systolic]", "124")
    page.get_by_role("button", name="Sign check").click()
    page.wait_for_selector(".error-summary, [role=alert]")
    sound(page, "checks-faults")
    page.goto(f"{site}/people/{who}/checks/")
    sound(page, "checks-person")
    page.goto(f"{site}/people/{drinker}/checks/screen/")
    sound(page, "checks-screen")
    checked(drinker, alcohol, ciwa(tremor=7, sweats=7, anxiety=7), 0, ["hallucinates"], systolic="186")
    become(context, site, "provider", hartford().id)
    page.goto(f"{site}/people/{drinker}/checks/")
    sound(page, "checks-decide")
    page.get_by_label("Medicate here").check()
    page.locator("form:has([value=decide]) [name=words]").fill("Lorazepam 2 mg now, again in an hour.")
    page.locator("form:has([value=decide]) button[type=submit]").click()
    page.wait_for_load_state()
    assert "Lorazepam 2 mg now" in page.content()
    assert Check.objects.filter(person_id=drinker, level="hospital").exists()
    assert said == []


def test_calls_and_the_programmes_record(desk: tuple[BrowserContext, str]) -> None:
    context, site = desk
    counsellor = staff(Role.SUD, "Demo-Counsellor, Sol", hartford().id)
    who, _ = somebody_followed(nurse(), hartford(), 0, "opioid")
    page, said = watched(context)
    page.goto(f"{site}/people/{who}/outside-doses/")
    sound(page, "outside-no-consent")
    agreed(who)
    enrolled(counsellor, who)
    log(counsellor, who, call("closed"), clock.now() - timedelta(hours=12))
    log(counsellor, who, call(), clock.now() - timedelta(hours=2))
    become(context, site, "sud", hartford().id)
    page.goto(f"{site}/people/{who}/outside-doses/")
    sound(page, "outside-calls")
    page.goto(f"{site}/people/{who}/programme/")
    sound(page, "programme-record")
    assert said == []
