"""The pages of going home over HTTP: the planner's day, the parole officer's page without a clinical word, the code on paper."""
# ruff: noqa: F811

import re
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.care.medications.test_doors import seizure
from tests.care.medications.test_ordering_and_giving import MORNING, doctor, nurse, person, place  # noqa: F401
from tests.care.sick_call.test_screens import become
from tests.pages import flat
from tests.reentry.test_after_the_door import gone, planner  # noqa: F401
from throughcare.access import actions as access
from throughcare.access.kinds import Agreement
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.custody.models import LegalStatus
from throughcare.kernel import clock, content
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.people.models import Identifier
from throughcare.reentry import actions
from throughcare.reentry.actions import Visit
from throughcare.reentry.models import Appointment, Contact, Packet, PacketLink, ReleasePlan

pytestmark = pytest.mark.django_db
FEED = Actor.feed("custody")
CLINICAL = re.compile(
    r"medic|seizure|convuls|levetiracetam|tablet|dose|diagnos|opioid|methadone|treatment|counsel|mental|depress|clinic\b|"
    r"pharmac|allerg|allergic|nurse|naloxone|hepatitis|HIV",
    re.IGNORECASE,
)


def number(person):
    found = Identifier.objects.filter(person_id=person).values_list("value", flat=True).first()
    if found is None:
        Identifier.objects.create(person_id=person, system="urn:test", value="T7654321", since=MORNING)
        found = "T7654321"
    return found


def test_the_planner_s_day(client, doctor, person, place) -> None:
    seizure(doctor, person)
    with clock.frozen(MORNING):
        custody.schedule_event(
            actor=FEED, person_id=person, kind="release", starts_at=MORNING + timedelta(days=40), confidence="likely"
        )
        become(client, "planner", place)
        assert "Sample-Ortiz" in client.get("/releases/").content.decode()
        base = f"/people/{person}/release/"
        assert "Begin the plan" in client.get(base).content.decode()
        begun = client.post(base + "plan/", {"intent": str(uuid7()), "act": "begin"})
        assert begun.status_code == 303
        plan = ReleasePlan.objects.get()
        about = {"act": "step", "plan": str(plan.id), "step": "coverage"}
        wrong = client.post(base + "plan/", {"intent": str(uuid7()), **about, "outcome-coverage": "not_needed"})
        assert wrong.status_code == 422
        note = {"outcome-coverage": "not_needed", "note-coverage": "Has Medicare."}
        assert client.post(base + "plan/", {"intent": str(uuid7()), **about, **note}).status_code == 303
        reach = {"act": "reach", "plan": str(plan.id), "version": "1", "phone": "860-555-0199", "town": "Hartford"}
        assert client.post(base + "plan/", {"intent": str(uuid7()), **reach}).status_code == 303
        visit = {"act": "visit", "kind": "primary_care", "partner": "sample_clinic_hartford", "day": "2027-01-04"}
        assert client.post(base + "plan/", {"intent": str(uuid7()), **visit, "time": "10:30"}).status_code == 303
        assert client.post(base + "plan/", {"intent": str(uuid7()), "act": "visit", "kind": "other"}).status_code == 422
        page = client.get(base).content.decode()
        assert "Has Medicare." in page and "Sample Family Clinic" in page and "860-555-0199" in page
        assert "Sample Family Clinic" in client.get(base + "packet/").content.decode()
        assert client.get("/releases/docket/").status_code == 200
        assert client.get("/releases/after/").status_code == 200
    found = client.get("/partners/", {"accepts": "methadone_walk_in", "town": "New Haven"}).content.decode()
    assert "Sample Opioid Treatment Programme, Shore" in found and "Sample Recovery Clinic" not in found


def test_who_has_left_is_called_and_handed_on(client, doctor, planner, person, place) -> None:
    with clock.frozen(MORNING - timedelta(days=2)):
        chart.add_condition(actor=doctor, person_id=person, text="Hepatitis C", data_class=DataClass.INFECTION)
    gone(person)
    with clock.frozen(MORNING + timedelta(days=1)):
        become(client, "planner", place)
        assert "Sample-Ortiz" in client.get("/releases/after/").content.decode()
        base = f"/people/{person}/release/"
        assert "without warning" in client.get(base).content.decode()
        call = {"act": "contact", "day": "1", "channel": "phone", "reached": "yes"}
        assert client.post(base + "follow/", {"intent": str(uuid7()), **call}).status_code == 422
        heard = {**call, "kept": "none_due", "taking": "yes", "words": "At my sister's."}
        assert client.post(base + "follow/", {"intent": str(uuid7()), **heard}).status_code == 303
        assert "At my sister&#39;s." in client.get(base).content.decode()
    assert Contact.objects.get().reached


def test_lists_cost_the_same_however_many_leave(client, doctor, nurse, person, place) -> None:
    from datetime import date

    from throughcare.people.actions import Demographics, register

    def leave(n: int) -> None:
        who = register(actor=FEED, demographics=Demographics(f"Sample-Many{n}", "Al", date(1990, 1, 1), "male"))
        with clock.frozen(MORNING - timedelta(days=3)):
            custody.admit(actor=FEED, person_id=who, to=custody.Spot(place.id))
            custody.schedule_event(actor=FEED, person_id=who, kind="court", starts_at=MORNING + timedelta(hours=20))
            chart.add_condition(actor=doctor, person_id=who, text="Asthma")
        if n % 2:
            gone(who)
        else:
            with clock.frozen(MORNING):
                custody.schedule_event(
                    actor=FEED, person_id=who, kind="release", starts_at=MORNING + timedelta(days=9, hours=n)
                )

    def queries() -> list[int]:
        with clock.frozen(MORNING + timedelta(hours=1)):
            become(client, "planner", place)
            found = []
            for address in ("/releases/", "/releases/docket/", "/releases/after/"):
                client.get(address)
                with CaptureQueriesContext(connection) as asked:
                    assert client.get(address).status_code == 200
                found.append(len(asked))
        return found

    for n in (2, 3):
        leave(n)
    before = queries()
    for n in range(4, 12):
        leave(n)
    assert queries() == before


def test_parole_reads_when_and_where_and_no_clinical_word(client, doctor, planner, person, place) -> None:
    seizure(doctor, person)
    with clock.frozen(MORNING - timedelta(days=1)):
        chart.add_condition(actor=doctor, person_id=person, text="Depression", data_class=DataClass.MENTAL_HEALTH)
        custody.raise_alert(actor=planner, person_id=person, template="hearing_aid")
        custody.raise_alert(actor=planner, person_id=person, template="watch_staggered")
        custody.raise_alert(actor=planner, person_id=person, template="mask_single_cell")
        for kind, partner in (
            ("opioid_treatment", "sample_opioid_hartford"),
            ("mental_health", "sample_mind_hartford"),
        ):
            visit = Visit(kind, partner=partner, at=MORNING + timedelta(days=2))
            actions.make_appointment(actor=planner, person_id=person, visit=visit)
        given = number(person)
        become(client, "parole", place)
        assert client.get("/parole/", {"number": given}).status_code == 404, "in custody: custody's, not parole's"
    with clock.frozen(MORNING):
        custody.release(actor=FEED, person_id=person, planned=True, destination="parole")
    with clock.frozen(MORNING + timedelta(hours=1)):
        become(client, "parole", place)
        answer = client.get("/parole/", {"number": given}, follow=True)
        main = answer.content.decode().split("<main", 1)[1].split("</main>")[0]
        words = re.sub(r"<[^>]+>", " ", main)
        assert "2 Sample Street, Hartford" in words
        assert "hearing aid" in words.casefold()
        assert "Wear a mask near this person" in words, "what keeps an officer from being infected, and not why"
        assert "cell" not in words.casefold()
        assert "Sample-Ortiz" not in words, "who they are was not released either"
        assert CLINICAL.findall(words) == []
        assert "random" not in words
        everything = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
        assert not re.search(r"levetiracetam|depress|Sample Opioid|Sample Counsel|mental", everything, re.IGNORECASE)
        for page in ("release/", "release/packet/", "release/packet/pdf/", "medications/", ""):
            assert client.get(f"/people/{person}/{page}").status_code in (403, 404)


@pytest.mark.parametrize(
    ("segment", "parole", "officers"),
    [
        ("parole", True, False),
        ("special_parole", True, False),
        ("halfway_house_parole", True, False),
        ("halfway_house_transfer_parole", True, False),
        ("halfway_house_community_release", False, True),
        ("transitional_supervision", False, True),
        ("discharged", False, False),
    ],
)
def test_who_sees_somebody_outside_follows_the_segment_of_legal_status(
    client, planner, person, place, segment, parole, officers
) -> None:
    """Ruling 9: parole sees whom parole supervises; custody's view ends there, and not with community release."""
    with clock.frozen(MORNING):
        given = number(person)
        custody.release(actor=FEED, person_id=person, planned=True, destination=segment)
    with clock.frozen(MORNING + timedelta(hours=1)):
        become(client, "parole", place)
        assert client.get("/parole/", {"number": given}, follow=True).status_code == (200 if parole else 404)
        assert client.get(f"/parole/{person}/").status_code == (200 if parole else 404)
    running = LegalStatus.objects.filter(person_id=person, until=None).first()
    assert (running is not None and running.custody_sees) is officers


def test_a_consent_opens_to_parole_what_it_names_and_no_more(client, doctor, planner, person, place) -> None:
    seizure(doctor, person)
    with clock.frozen(MORNING):
        custody.release(actor=FEED, person_id=person, planned=True, destination="parole")
        access.give_consent(
            actor=planner,
            person_id=person,
            agreement=Agreement(
                kind="release_to_parole",
                form_version="1",
                agreed=True,
                language="en",
                classes=(DataClass.MEDICATION,),
                roles=(Role.PAROLE,),
                recipient="Parole",
                purpose="Medicines on trips",
                expires_event="end of parole",
                witness="Demo-Witness, Wim",
            ),
        )
    with clock.frozen(MORNING + timedelta(hours=1)):
        become(client, "parole", place)
        page = client.get("/parole/", {"number": number(person)}, follow=True).content.decode()
    assert "levetiracetam" in page
    assert "My health problems" not in page


def test_a_person_reads_their_own_packet_at_the_kiosk(client, doctor, person, place) -> None:
    seizure(doctor, person)
    with clock.frozen(MORNING):
        become(client, "patient", place, person)
        assert "/kiosk/packet/?lang=es" in client.get("/kiosk/", {"lang": "es"}).content.decode()
        page = client.get("/kiosk/packet/", {"lang": "es"}).content.decode()
    assert "Mis medicinas" in page and "levetiracetam" in page
    born = re.search(r" · (\d{1,2} \w{3} \d{4}|\w{3} \d{1,2}, \d{4}) · ", flat(page))
    assert born and born[1][0].isdigit(), "days are in the page's language too"


def test_a_sudden_release_has_its_papers_within_a_minute_and_waits_for_none(client, doctor, person, place) -> None:
    """Custody lets go at once; both languages as PDF, print and page, and the paper sent after them, inside sixty seconds."""
    pytest.importorskip("typst", reason="typst, which typesets the PDF, is not installed here")
    seizure(doctor, person)
    with clock.frozen(MORNING):
        begins = time.perf_counter()
        custody.release(actor=FEED, person_id=person, planned=False, destination="discharged")
        assert not Packet.objects.filter(person_id=person).exists(), "liberty waits for no paper"
        become(client, "rn", place)
        page = f"/people/{person}/release/packet/"
        for lang in ("en", "es"):
            assert "levetiracetam" in client.get(page, {"lang": lang}).content.decode()
            assert "levetiracetam" in client.get(page + "print/", {"lang": lang}).content.decode()
            assert client.get(page + "pdf/", {"lang": lang}).content.startswith(b"%PDF-")
        sent = {"intent": str(uuid7()), "act": "hand", "lang": "es", "sent_to": "The address they gave"}
        assert client.post(page, sent).status_code == 303
        assert time.perf_counter() - begins < 60
    assert Packet.objects.get(person_id=person).outcome == "sent"


def handed(client, place, person):
    become(client, "rn", place)
    client.post(
        f"/people/{person}/release/packet/", {"intent": str(uuid7()), "act": "hand", "lang": "es", "signed": "on"}
    )
    return Packet.objects.get()


def test_a_code_opens_nothing_until_an_address_is_named(client, doctor, nurse, person, place) -> None:
    from throughcare.kernel.errors import Invalid
    from throughcare.reentry import paper

    row = handed(client, place, person)
    with pytest.raises(Invalid, match="988"):
        actions.make_link(actor=nurse, person_id=person, packet_id=row.id)
    assert paper.code_of("") == "tel:988"


@pytest.fixture
def public(tmp_path, monkeypatch):
    (tmp_path / "reentry").mkdir()
    from pathlib import Path

    import throughcare

    shipped = Path(throughcare.__file__).parent / "content/reentry/rules.toml"
    text = shipped.read_text().replace('address = "" ', 'address = "https://example.org" ')
    (tmp_path / "reentry" / "rules.toml").write_text(text)
    monkeypatch.setenv("THROUGHCARE_CONTENT", str(tmp_path))
    content.forget()
    yield
    content.forget()


def test_a_code_is_opaque_expires_is_revoked_and_asks_who_holds_it(
    client, doctor, nurse, person, place, public
) -> None:
    seizure(doctor, person)
    row = handed(client, place, person)
    token = actions.make_link(actor=nurse, person_id=person, packet_id=row.id)
    assert str(person) not in token and len(token) >= 26
    assert PacketLink.objects.get().token_digest != token
    base = f"/people/{person}/release/packets/{row.id}/"
    assert "opens this page" in client.get(base).content.decode()
    assert client.post(base + "code/", {"intent": str(uuid7())}).content.startswith(b"%PDF-")
    assert client.post(base + "code/end/", {"intent": str(uuid7())}).status_code == 303
    assert PacketLink.objects.get().revoked_at is not None
    token = actions.make_link(actor=nurse, person_id=person, packet_id=row.id)
    client.logout()
    address = f"/papers/{token}/"
    asked = client.get(address).content.decode()
    assert "Sample-Ortiz" not in asked and "levetiracetam" not in asked
    assert client.post(address, {"born": "1990-02-04"}).status_code == 422
    opened = client.post(address, {"born": "1990-02-03"})
    assert opened.status_code == 200 and "levetiracetam" in opened.content.decode()
    assert client.get("/papers/nothing/").status_code == 404
    actions.revoke_link(actor=nurse, person_id=person, packet_id=row.id)
    assert client.post(address, {"born": "1990-02-03"}).status_code == 404
    again = actions.make_link(actor=nurse, person_id=person, packet_id=row.id)
    for _ in range(5):
        client.post(f"/papers/{again}/", {"born": "1980-01-01"})
    assert client.post(f"/papers/{again}/", {"born": "1990-02-03"}).status_code == 404
    last = actions.make_link(actor=nurse, person_id=person, packet_id=row.id)
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert client.get(f"/papers/{last}/").status_code == 404


def test_appointments_end_with_an_outcome(planner, person) -> None:
    visit = Visit("primary_care", partner="sample_clinic_hartford", walk_in="any morning")
    made = actions.make_appointment(actor=planner, person_id=person, visit=visit)
    actions.end_appointment(actor=planner, person_id=person, appointment_id=made, version=1, outcome="kept")
    assert Appointment.objects.get().state == "kept"
