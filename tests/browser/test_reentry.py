"""Going home in a real browser: the packet before a nurse, in both languages, wide and narrow, light and dark; axe finds nothing."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.desk import become, chromium, sound, watched
from tests.browser.test_intake import hartford
from tests.care.medications.test_medication_screens import ANY_REASON
from tests.care.medications.test_ordering_and_giving import TWICE, order
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import Demographics, register
from throughcare.reentry import actions
from throughcare.reentry.actions import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.database_copy]
FEED = Actor.feed("custody")


def leaving() -> UUID:
    """Have somebody at Hartford with medicines, problems and an expected release."""
    place = hartford()
    doctor = Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, place.id)
    who = register(actor=FEED, demographics=Demographics("Sample-Ortiz", "Luis", date(1990, 2, 3), "male"))
    custody.admit(actor=FEED, person_id=who, to=custody.Spot(place.id))
    chart.no_known_allergies(actor=doctor, person_id=who)
    for problem in ("Epilepsy", "Hypertension"):
        chart.add_condition(actor=doctor, person_id=who, text=problem)
    order(doctor, who)
    order(doctor, who, product="311289", timing=TWICE, indication="Seizures", reasons=ANY_REASON)
    custody.schedule_event(
        actor=FEED, person_id=who, kind="release", starts_at=clock.now() + timedelta(days=20), confidence="likely"
    )
    return who


@pytest.fixture
def desk(database_copy: str, serve, monkeypatch) -> Iterator[tuple[BrowserContext, str]]:
    """Sign in as a nurse at Hartford, before a served site."""
    address, place = serve(database_copy), hartford().id
    with chromium(monkeypatch) as browser:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        become(context, address, "rn", place)
        yield context, address


def test_the_packet_before_the_nurse(desk: tuple[BrowserContext, str]) -> None:
    context, site = desk
    who = leaving()
    page, said = watched(context)
    page.goto(f"{site}/people/{who}/release/packet/")
    sound(page, "packet")
    page.goto(f"{site}/people/{who}/release/packet/?lang=es")
    assert "Mis medicinas" in page.inner_text("main")
    sound(page, "packet-es")
    page.goto(f"{site}/people/{who}/release/packet/print/")
    sound(page, "packet-print")
    answer = context.request.get(f"{site}/people/{who}/release/packet/pdf/")
    assert answer.ok and answer.body().startswith(b"%PDF-")
    assert said == []


def test_the_planner_s_and_the_officer_s_pages(desk: tuple[BrowserContext, str]) -> None:
    context, site = desk
    who, place = leaving(), hartford()
    planner = Actor("staff", derived("test", "planner"), "Demo-Planner, Pia", Role.PLANNER, place.id)
    actions.begin_plan(actor=planner, person_id=who)
    at = clock.now() + timedelta(days=22)
    actions.make_appointment(
        actor=planner, person_id=who, visit=Visit("primary_care", partner="sample_clinic_hartford", at=at)
    )
    custody.schedule_event(actor=FEED, person_id=who, kind="court", starts_at=clock.now() + timedelta(hours=20))
    gone = leaving()
    custody.release(actor=FEED, person_id=gone, planned=False, destination="parole")
    actions.make_appointment(actor=planner, person_id=gone, visit=Visit("other", place="x", address="1 Road", at=at))
    become(context, site, "planner", place.id)
    page, said = watched(context)
    for name, address in (
        ("releases", "/releases/"),
        ("docket", "/releases/docket/"),
        ("docket-print", "/releases/docket/print/"),
        ("after", "/releases/after/"),
        ("plan", f"/people/{who}/release/"),
        ("plan-left", f"/people/{gone}/release/"),
        ("partners", "/partners/"),
    ):
        assert page.goto(f"{site}{address}").ok, address
        sound(page, f"reentry-{name}")
    become(context, site, "parole", place.id)
    page.goto(f"{site}/parole/")
    sound(page, "reentry-parole-find")
    page.goto(f"{site}/parole/{gone}/")
    assert "1 Road" in page.inner_text("main")
    sound(page, "reentry-parole")
    become(context, site, "patient", place.id, who)
    page.goto(f"{site}/kiosk/packet/?lang=es")
    sound(page, "reentry-kiosk")
    page.goto(f"{site}/papers/nothing/")
    sound(page, "reentry-papers")
    assert said == []
