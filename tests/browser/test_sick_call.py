"""Sick call in a real browser: forty requests at seven, triage by keys, the visit, the clinic's day, the kiosk in both languages."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from time import monotonic
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.desk import SIZES, WALL, Keys, become, chromium, sound, watched
from tests.browser.test_intake import hartford, nurse
from tests.care.medications.test_ordering_and_giving import asked
from tests.care.medications.test_programme import AnyReason
from throughcare.access import actions as access
from throughcare.access.kinds import Agreement
from throughcare.access.models import User
from throughcare.care.medications import actions as medicines
from throughcare.care.sick_call import actions
from throughcare.care.sick_call.models import CareRequest
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.people.actions import Demographics, register

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.database_copy]
ASKED = (
    ("sick", "My back hurts since Monday when I bend"),
    ("dental", "My tooth hurts, I can't chew on the left"),
    ("mental", "I can't sleep, I worry all night"),
    ("missed-dose", "I did not get my blood pressure pill today"),
)


TABLET = {"390": (390, 844), "1024": (1024, 768)}
OWN = (
    ("/kiosk/medicines/", "Mis medicinas"),
    ("/kiosk/results/", "Mis resultados"),
    ("/kiosk/health/", "Mi salud"),
    ("/kiosk/appointments/", "Mis citas"),
    ("/my/consents/", "Lo que acepté"),
)


def asking(n: int, words: str = "", kind: str = "", language: str = "en") -> UUID:
    """Have somebody at Hartford who asks; give the request."""
    feed, place = Actor.feed("custody"), hartford()
    who = register(actor=feed, demographics=Demographics(f"Sample-Ortiz{n:02}", "Luis", date(1990, 2, 3), "male"))
    custody.admit(actor=feed, person_id=who, to=custody.Spot(place.id))
    by = Actor("patient", who, "the person", Role.PATIENT, place.id)
    usual = ASKED[n % len(ASKED)]
    done = actions.submit_request(
        actor=by, person_id=who, kind=kind or usual[0], words=words or usual[1], language=language
    )
    return done.request_id


def recorded(person: UUID) -> None:
    """Have something on each page that a person reads of themselves."""
    by, doctor = nurse(), Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, hartford().id)
    chart.add_condition(actor=doctor, person_id=person, text="Hypertension", system="urn:test", code="I10")
    line = chart.Measured("http://loinc.org", "2823-3", "Potassium", Decimal("5.9"), "mmol/L", category="laboratory",
                          interpretation="H", reference_range="3.5 to 5.1", data_class=DataClass.RESULT)  # fmt: skip
    for plan in ("letter", "discuss"):
        result = chart.file_result(actor=doctor, person_id=person, text=f"Panel, {plan}", lines=[line][plan == "letter":],
                                   words="as written")  # fmt: skip
        chart.review_report(actor=doctor, person_id=person, report_id=result, plan=plan, words="said")
        chart.tell_result(actor=doctor, person_id=person, report_id=result)
    medicines.place_order(actor=doctor, person_id=person, asked=asked(reasons=AnyReason()))
    yes = Agreement(kind="treatment", form_version="T-1", agreed=True, language="es")
    access.give_consent(actor=by, person_id=person, agreement=yes)


@pytest.fixture
def desk(database_copy: str, serve, monkeypatch) -> Iterator[tuple[BrowserContext, str]]:
    """Sign in as a nurse at Hartford, before a served site."""
    address, place = serve(database_copy), hartford().id
    with chromium(monkeypatch) as browser:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        become(context, address, "rn", place)
        yield context, address


def test_forty_requests_at_seven_by_keys(desk: tuple[BrowserContext, str], record_property) -> None:
    """The seven o'clock walk: from her home over all forty, the red flag first, until nobody waits untriaged."""
    context, site = desk
    flagged = asking(0, words="chest pain and my left arm is numb", kind="sick")
    for n in range(1, 40):
        asking(n)
    page, said = watched(context)
    page.goto(f"{site}/sick-call/")
    sound(page, "sick-call-queue", SIZES | WALL)
    page.goto(site)
    sound(page, "home-at-seven", SIZES | WALL)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("nav a[href='/sick-call/']").first.click()
    page.wait_for_url("**/sick-call/")
    assert page.locator(".duty").count() == 40
    keys = Keys(page)
    keys.press("j")
    keys.press("Enter")
    page.wait_for_url(f"**/{flagged}/")
    sound(page, "sick-call-red-flag")
    page.set_viewport_size({"width": 1440, "height": 900})
    began = monotonic()
    for key in ("e", *("d", "m", "u", "r") * 9, "d", "m", "u"):
        here = page.url
        keys.press(key)
        page.wait_for_url(lambda url, here=here: url != here)
    each = (monotonic() - began) / 40
    record_property("keys", keys.count)
    print(f"\nforty requests: 1 click, {keys.count} keys, {each:.2f} s of machine a request")
    assert keys.count == 2 + 40, "one key a request, and the next stands open"
    triaged = CareRequest.objects.exclude(triaged_at=None)
    assert (triaged.count(), triaged.get(id=flagged).priority) == (40, "emergent")
    assert page.url == f"{site}/sick-call/", "nobody is left: back on the list"
    sound(page, "sick-call-after-forty", SIZES | WALL)
    assert said == []


def test_a_visit_from_the_day_to_the_answer(desk: tuple[BrowserContext, str]) -> None:
    context, site = desk
    row = asking(0, words="Me duele la espalda desde el lunes", kind="sick", language="es")
    asked = CareRequest.objects.get(id=row)
    actions.triage_request(actor=nurse(), person_id=asked.person_id, request_id=row, priority="routine")
    page, said = watched(context)
    address = f"{site}/people/{asked.person_id}/sick-call/{row}/"
    page.goto(address)
    sound(page, "sick-call-visit")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("button[name=slot]").first.click()
    page.wait_for_selector("text=Officers see when", timeout=8000)
    at = CareRequest.objects.get(id=row).scheduled_for
    assert at is not None
    page.goto(f"{site}/sick-call/day/?day={clock.local(at, 'America/New_York').date()}")
    assert "Sample-Ortiz00" in page.inner_text("table")
    sound(page, "sick-call-day")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(address)
    page.fill("#f-findings", "Tender over L4. No red flags.")
    page.fill("#f-systolic", "128")
    page.click("text=Sign visit")
    page.wait_for_selector("text=Write both values")
    assert page.input_value("#f-findings") == "Tender over L4. No red flags."
    sound(page, "sick-call-refused")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.fill("#f-diastolic", "82")
    page.click("text=Sign visit")
    page.wait_for_selector("text=Visit signed")
    page.fill("#f-answer_en", "Stretch twice a day; come back if it gets worse.")
    page.fill("#f-answer_es", "Estírese dos veces al día; vuelva si empeora.")
    page.click("text=Send answer and close")
    page.wait_for_url("**/sick-call/")
    assert said == []


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_kiosk_speaks_one_language_at_a_time(desk: tuple[BrowserContext, str], lang: str) -> None:
    context, site = desk
    row = CareRequest.objects.get(id=asking(0))
    past = clock.now() - timedelta(hours=2)
    CareRequest.objects.filter(id=row.id).update(
        state="scheduled", priority="routine", triaged_at=past, triaged_by="x", scheduled_for=past
    )
    become(context, site, "patient", hartford().id, row.person_id)
    page, said = watched(context)
    sizes = SIZES | WALL
    for name, path in (
        ("home", "/kiosk/?"),
        ("ask", "/kiosk/ask/?type=sick&"),
        ("requests", "/kiosk/requests/?"),
        ("receipt", f"/kiosk/requests/{row.id}/?"),
    ):
        page.goto(f"{site}{path}lang={lang}")
        assert page.locator("html").get_attribute("lang") == lang, name
        sound(page, f"kiosk-{name}-{lang}", sizes)
        text = page.inner_text("main").lower()
        foreign = ("the nurse", "what ", "your ") if lang == "es" else ("enfermería", "usted", " qué ")
        assert not [w for w in foreign if w in text], (name, text)
    page.goto(f"{site}/kiosk/ask/?type=sick&lang={lang}")
    assert page.locator("[data-question=worse]").is_visible()
    page.locator("[name=type][value=missed-dose]").check()
    assert page.locator("[data-question=missed-medicine]").is_visible(), "called up while answering"
    assert not page.locator("[data-question=worse]").is_visible()
    page.locator("button[type=submit]").first.click()
    page.wait_for_selector(".error-summary")
    sound(page, f"kiosk-refused-{lang}", sizes)
    assert said == []


def answered(context: BrowserContext, site: str, said: list[str]) -> None:
    """Have an administrator log and answer the complaint, at a desk of their own."""
    browser = context.browser
    assert browser is not None
    desk = browser.new_context(viewport={"width": 1440, "height": 900})
    become(desk, site, "hsa", hartford().id)
    page, also = watched(desk)
    page.goto(f"{site}/grievances/")
    sound(page, "complaints-board")
    page.click("tbody th a")
    sound(page, "complaint-to-log")
    page.click('button:has-text("Log it in my name")')
    page.wait_for_selector("text=Logged in your name")
    become(desk, site, "provider", hartford().id)
    doctor = User.objects.filter(name="Demo-Doctor, Eve").latest("id").username
    become(desk, site, "hsa", hartford().id)
    page.reload()
    page.fill("#f-staff", doctor)
    page.fill("#f-question", "What did you see and do on Monday?")
    page.click('button:has-text("Ask for their words")')
    page.wait_for_selector("text=Asked. They find it")
    become(desk, site, "provider", hartford().id)
    page.goto(f"{site}/grievances/replies/")
    sound(page, "complaint-asked")
    page.fill("textarea[name=words]", "I cleaned the wound and said it heals well.")
    page.click('button:has-text("Send your reply")')
    page.wait_for_selector("text=It stays as you wrote it")
    become(desk, site, "hsa", hartford().id)
    page.go_back()
    page.goto(f"{site}/grievances/")
    page.click("tbody th a")
    page.wait_for_selector("text=it heals well")
    page.check("input[value=upheld]")
    page.fill("#f-answer_en", "You are right. We changed the list.")
    page.fill("#f-answer_es", "Tiene razón. Cambiamos la lista.")
    sound(page, "complaint-to-answer")
    page.click('button:has-text("Answer the person")')
    page.wait_for_selector("text=Answered. The person reads it")
    sound(page, "complaint-answered")
    page.goto(f"{site}/grievances/slip/?who=ortiz")
    sound(page, "complaint-slip")
    become(desk, site, "ombuds", hartford().id)
    page.goto(f"{site}/")
    page.wait_for_selector("text=Charts that people opened to you")
    sound(page, "ombuds-home")
    become(desk, site, "prea", hartford().id)
    page.goto(f"{site}/")
    page.wait_for_selector("text=Open, what is due first")
    sound(page, "safety-home")
    assert also == said
    desk.close()


def test_in_at_the_kiosk_with_a_code_on_paper(desk: tuple[BrowserContext, str]) -> None:
    """The nurse gives the code; the person comes in with it, sees the choices in Spanish, and the next one finds the door."""
    context, site = desk
    person = CareRequest.objects.get(id=asking(0)).person_id
    recorded(person)
    page, said = watched(context)
    page.goto(f"{site}/people/{person}/consents/paper/?kind=part2_tpo&lang=es")
    sound(page, "consent-paper")
    page.goto(f"{site}/people/{person}/consents/")
    sound(page, "consents")
    page.click("text=Way in at the kiosk")
    sound(page, "kiosk-access")
    page.fill("#f-number", "Z0004711")
    page.click("text=Give a code")
    sound(page, "kiosk-code")
    code = page.locator("#code dd").last.inner_text()
    context.clear_cookies()
    page.goto(f"{site}/kiosk/")
    assert page.url.endswith("/kiosk/sign-in/")
    sound(page, "kiosk-door", SIZES | WALL)
    page.click("text=Español")
    page.keyboard.press("Tab")
    page.fill("#f-number", "Z0004711")
    page.fill("#f-code", "000 000 0000")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=no van juntos")
    sound(page, "kiosk-wrong")
    page.fill("#f-code", code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/kiosk/?lang=es")
    sound(page, "kiosk-choices")
    page.click("text=Mi salida")
    sound(page, "kiosk-packet")
    for there, words in OWN:
        page.goto(f"{site}{there}")
        assert page.locator("h1").inner_text() == words
        sound(page, "kiosk" + there.replace("/", "-"), TABLET)
    page.goto(f"{site}/kiosk/complaints/new/")
    sound(page, "complaint-new", TABLET)
    page.keyboard.press("Tab")
    page.check("input[value=waiting]")
    page.fill("#f-words", "Nadie contesta mis peticiones")
    page.click("main button[type=submit]")
    page.wait_for_selector("text=Su queja tiene el número")
    sound(page, "complaint-sent", TABLET)
    page.goto(f"{site}/kiosk/complaints/")
    sound(page, "complaints-own", TABLET)
    answered(context, site, said)
    page.goto(f"{site}/kiosk/?lang=es")
    page.click("footer button")
    page.wait_for_url("**/kiosk/sign-in/**")
    assert said == []
