"""What a person reads of themselves at the kiosk: medicines, results, health, visits, consents; and what stays away."""

# ruff: noqa: F811

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tests.care.medications.test_ordering_and_giving import (  # noqa: F401
    MORNING,
    doctor,
    nurse,
    order,
    person,
    place,
)
from tests.care.medications.test_programme import counsellor, sealed_order  # noqa: F401
from throughcare import ledger
from throughcare.access import actions as access
from throughcare.access.kinds import Agreement
from throughcare.care.sick_call import actions as sick_call
from throughcare.chart import actions as chart
from throughcare.chart import resulting
from throughcare.chart.actions import Measured
from throughcare.exchange import fhir_rows
from throughcare.exchange.models import VisitOutside
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.people.actions import Demographics, register
from throughcare.reentry import actions as reentry
from throughcare.reentry.actions.planning import Visit

pytestmark = pytest.mark.django_db
PAGES = ("medicines", "results", "health", "appointments")


def be(client, place, person: UUID) -> None:
    answer = client.post("/demo/become", {"role": "patient", "facility": str(place.id), "person": str(person)})
    assert answer.status_code == 302


def read(client, page: str, lang: str = "en") -> str:
    address = "/my/consents/" if page == "consents" else f"/kiosk/{page}/"
    answer = client.get(address, {"lang": lang})
    assert answer.status_code == 200, page
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def test_what_they_take_what_for_and_when(client, doctor, person, place) -> None:
    order(doctor, person)
    be(client, place, person)
    page = read(client, "medicines")
    assert "isinopril" in page and "High blood pressure" in page and "Next dose" in page
    spanish = read(client, "medicines", "es")
    assert "Presión alta" in spanish and "Próxima dosis" in spanish and "What for" not in spanish


def test_a_programme_s_medicine_stands_there_for_the_person(client, counsellor, person, place) -> None:
    sealed_order(counsellor, person)
    be(client, place, person)
    page = read(client, "medicines")
    assert "ethadone" in page and "your treatment program" in page
    assert "Demo-Programme" not in page, "nobody who looks over a shoulder learns which"


@pytest.mark.parametrize(
    ("plan", "told", "opens"),
    [("", False, False), ("letter", False, True), ("letter", True, True), ("discuss", False, False),
     ("discuss", True, True), ("order", False, False), ("refer", False, False), ("no_change", True, True)],
)  # fmt: skip
def test_values_stand_there_once_told_or_where_a_letter_goes(plan: str, told: bool, opens: bool) -> None:
    assert resulting.stands_open(plan, told) is opens


def filed(doctor, person, title: str, value: str, mark: str, plan: str, words: str = "") -> UUID:
    line = Measured("http://loinc.org", "2823-3", "Potassium", Decimal(value), "mmol/L", category="laboratory",
                    interpretation=mark, reference_range="3.5 to 5.1", data_class=DataClass.RESULT)  # fmt: skip
    found: UUID = chart.file_result(actor=doctor, person_id=person, text=title, lines=[line])
    if plan:
        chart.review_report(actor=doctor, person_id=person, report_id=found, plan=plan, words=words)
    return found


def test_results_that_nobody_looked_at_or_told_give_no_value(client, doctor, person, place) -> None:
    filed(doctor, person, "Panel unread", "4.11", "", "")
    filed(doctor, person, "Panel plain", "4.22", "", "letter")
    waits = filed(doctor, person, "Panel odd", "5.93", "H", "discuss", "ECG next week")
    be(client, place, person)
    page = read(client, "results")
    assert "Panel unread" not in page and "4.11" not in page
    assert "4.22" in page and "The result is normal" in page and "usual: 3.5 to 5.1" in page
    assert "Panel odd" in page and "5.93" not in page and "Somebody talks with you first" in page
    assert "ECG next week" not in page, "a clinician's own words are said, not shown"
    chart.tell_result(actor=doctor, person_id=person, report_id=waits)
    told = read(client, "results")
    assert "5.93" in told and "above the usual range" in told
    assert "más alto de lo usual" in read(client, "results", "es")


def test_problems_in_plain_words_and_never_what_was_typed_beside(client, doctor, person, place) -> None:
    chart.add_condition(actor=doctor, person_id=person, text="Hypertension", system="urn:test", code="I10")
    chart.add_condition(actor=doctor, person_id=person, text="Says that his brother hears voices")
    be(client, place, person)
    page = read(client, "health")
    assert "High blood pressure" in page and "You told us that you have no allergy" in page
    assert "brother" not in page and "own words" in page


def test_a_visit_outside_has_no_day_and_one_here_has(client, doctor, nurse, person, place) -> None:
    with clock.frozen(MORNING):
        asked = sick_call.submit_request(
            actor=nurse, person_id=person, kind="other", words="A question", channel="staff"
        )
        sick_call.triage_request(
            actor=nurse, person_id=person, request_id=asked.request_id, priority="routine", version=1
        )
        at = MORNING + timedelta(days=3)
        sick_call.schedule_visit(actor=nurse, person_id=person, request_id=asked.request_id, at=at)
        home = Visit("mental_health", place="Demo-Clinic", at=MORNING + timedelta(days=40))
        reentry.make_appointment(actor=nurse, person_id=person, visit=home)
        with db.writing(doctor):
            outside = VisitOutside.objects.create(
                person_id=person, source="urn:test", number="V1", status="booked", place="Demo-Hospital",
                reason="Cardiology", starts_at=MORNING + timedelta(days=9), minutes=30, told_at=MORNING,
            )  # fmt: skip
            ledger.record(
                type="Appointment", id=outside.id, person_id=person, data_class=DataClass.APPOINTMENT,
                body=fhir_rows.visit(outside), happened_at=MORNING,
            )  # fmt: skip
        be(client, place, person)
        page = read(client, "appointments")
    assert [
        w for w in ("Visit here", "Staff will tell you when", "After you go home", "Counselor visit") if w not in page
    ] == []
    day = MORNING + timedelta(days=9)
    assert f"{day.day} {day:%b}" not in page and "Hospital" not in page and "Cardiology" not in page


def test_what_they_agreed_to_and_how_to_take_it_back(client, nurse, person, place) -> None:
    yes = Agreement(kind="treatment", form_version="T-1", agreed=True, language="en")
    access.give_consent(actor=nurse, person_id=person, agreement=yes)
    be(client, place, person)
    page = read(client, "consents")
    assert "Treatment" in page and "You said yes on" in page
    way = page.split('href="/kiosk/ask/')[1].split('"')[0].replace("&amp;", "&")
    assert "take back something" in client.get(f"/kiosk/ask/{way}").content.decode()
    assert "Tratamiento" in read(client, "consents", "es")


def test_nobody_else_s_and_no_staff(client, doctor, person, place) -> None:
    order(doctor, person)
    filed(doctor, person, "Panel plain", "4.22", "", "letter")
    other = register(actor=Actor.feed("custody"), demographics=Demographics("Test-King", "Ann"))
    be(client, place, other)
    assert "isinopril" not in read(client, "medicines")
    assert "4.22" not in read(client, "results")
    assert "signed nothing" in read(client, "consents")
    for role in (Role.PROVIDER, Role.RN, Role.CUSTODY, Role.HIM):
        client.post("/demo/become", {"role": role, "facility": str(place.id)})
        for page in PAGES:
            assert client.get(f"/kiosk/{page}/").status_code == 403, (role, page)


def test_the_first_page_leads_to_each_in_both_languages(client, person, place) -> None:
    be(client, place, person)
    for lang in ("en", "es"):
        page = client.get("/kiosk/", {"lang": lang}).content.decode()
        for to in (*(f"/kiosk/{p}/" for p in PAGES), "/my/consents/", "/my/who-looked/"):
            assert f'href="{to}?lang={lang}"' in page, to
