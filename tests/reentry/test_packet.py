"""The packet: everything a person needs in their hands, in two languages, as page, PDF and paper; kept word for word."""

import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.access.test_consents import give as give_consent
from tests.access.test_consents import release
from tests.care.medications.test_doors import give, seizure
from tests.care.medications.test_ordering_and_giving import MORNING, doctor, nurse, person, place  # noqa: F401
from tests.care.medications.test_programme import sealed_order
from tests.care.sick_call.test_screens import become
from tests.fixtures_lenses import lens_of
from throughcare.chart import actions as chart
from throughcare.chart.models import Condition
from throughcare.custody import actions as custody
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import formats, verify
from throughcare.reentry import actions, paper
from throughcare.reentry.models import Packet
from throughcare.reentry.reads import handed
from throughcare.reentry.reads.packet import packet

pytestmark = pytest.mark.django_db
FEED = Actor.feed("custody")


def section(found, key):
    return next(s for s in found.sections if s.key == key)


def ready(doctor, nurse, person):  # noqa: F811
    row = seizure(doctor, person)
    give(nurse, person, row, MORNING)
    with clock.frozen(MORNING - timedelta(days=2)):
        chart.add_condition(actor=doctor, person_id=person, text="Hypertension")
    return row


def test_the_packet_is_ready_at_any_moment_in_both_languages(doctor, nurse, person) -> None:  # noqa: F811
    row = ready(doctor, nurse, person)
    with clock.frozen(MORNING):
        found = packet(lens_of(Role.RN), person, "en")
        spanish = packet(lens_of(Role.RN), person, "es")
    line = section(found, "medicines").rows[0]
    assert line[0] == row.text
    assert line[1] == "Seizures"
    assert line[3].startswith("Nov 19, 2026")
    assert section(spanish, "medicines").rows[0][1] == "Convulsiones"
    assert section(found, "problems").words == ("High blood pressure",)
    assert section(spanish, "problems").words == ("Presión alta",)
    assert section(found, "allergies").words == ("You told us you have none.",)
    assert any("988" in w for w in section(found, "help").words)
    assert [s.key for s in found.sections] == [s.key for s in spanish.sections]
    assert {s.title for s in found.sections}.isdisjoint(s.title for s in spanish.sections)


def test_what_a_label_hides_from_the_person_is_said_in_their_language(doctor, nurse, person) -> None:  # noqa: F811
    """A problem in a clinician's own words is not read at the kiosk: the page says that there is more, and whom to ask."""
    ready(doctor, nurse, person)
    mine = lens_of(Role.PATIENT, person_id=person)
    with clock.frozen(MORNING):
        assert section(packet(mine, person, "es"), "problems").words == (
            "Hay más en nuestra lista. Pregunte a una enfermera.",
        )
        assert section(packet(mine, person, "en"), "problems").words == ("There is more on our list. Ask a nurse.",)


def test_a_few_queries_make_the_packet_however_much_there_is(doctor, nurse, person) -> None:  # noqa: F811
    ready(doctor, nurse, person)

    def queries() -> int:
        with (
            clock.frozen(MORNING),
            CaptureQueriesContext(
                connection,
            ) as asked,
        ):
            packet(lens_of(Role.RN), person, "en")
        return len(asked)

    before = queries()
    with clock.frozen(MORNING - timedelta(days=1)):
        for n in range(12):
            chart.add_condition(actor=doctor, person_id=person, text=f"Problem {n}")
    assert queries() == before
    assert before <= 40


def test_the_paper_is_a_pdf_that_can_be_read_aloud(doctor, nurse, person) -> None:  # noqa: F811
    pytest.importorskip("typst", reason="typst, which typesets the PDF, is not installed here")
    ready(doctor, nurse, person)
    with clock.frozen(MORNING):
        found = packet(lens_of(Role.RN), person, "es")
    made = paper.pdf(found)
    assert made.startswith(b"%PDF-")
    assert made == paper.pdf(found), "the same words give the same bytes"
    assert b"/StructTreeRoot" in made
    assert str(person).encode() not in made
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", "-", "-"], input=made, capture_output=True, check=True).stdout.decode()
        assert "Mis medicinas" in text
        assert "Convulsiones" in text


def test_what_is_handed_over_is_kept_word_for_word(doctor, nurse, person) -> None:  # noqa: F811
    ready(doctor, nurse, person)
    lens = lens_of(Role.RN)
    with clock.frozen(MORNING):
        custody.schedule_event(actor=FEED, person_id=person, kind="release", starts_at=MORNING + timedelta(hours=4))
        assert Duty.objects.filter(rule="REL-02", person=person, closed_at=None).exists()
        found = packet(lens, person, "en")
        with pytest.raises(Invalid, match="signs"):
            actions.hand_over_packet(actor=nurse, person_id=person, packet=found)
        about = {"actor": nurse, "person_id": person, "packet": found, "intent": uuid7()}
        done = actions.hand_over_packet(**about, signed=True, printed=found.digest)
        assert actions.hand_over_packet(**about, signed=True, printed=found.digest) == done
    assert Duty.objects.get(rule="REL-02", person=person).outcome == "done"
    Condition.objects.filter(person=person).update(text="Something else")
    row, kept = handed.one(lens, (person,), done)
    assert [(s.key, s.title, s.words, s.columns, s.rows) for s in kept.sections] == [
        (s.key, s.title, s.words, s.columns, s.rows) for s in found.sections
    ]
    assert not row.differs
    with pytest.raises(DatabaseError), transaction.atomic():
        Packet.objects.filter(id=done).update(witness="x")
    assert verify.run().sound


def test_the_nightly_comparison_knows_that_a_packets_words_stand_in_the_ledger_alone(doctor, nurse, person) -> None:  # noqa: F811
    ready(doctor, nurse, person)
    with clock.frozen(MORNING):
        found = packet(lens_of(Role.RN), person, "en")
        part2 = replace(found.sections[0], key="programme", sealed=True)
        both = replace(found, sections=(*found.sections, part2))
        actions.hand_over_packet(actor=nurse, person_id=person, packet=both, intent=uuid7(), signed=True)
    assert formats.check().faults == []


def words_of(found) -> str:
    """Give every word of a packet."""
    return " ".join(
        word
        for one in found.sections
        for word in (one.title, *one.words, *one.columns, *(str(cell) for row in one.rows for cell in row))
    )


@pytest.mark.parametrize("role", [Role.RN, Role.PROVIDER, Role.PLANNER])
def test_the_paper_tells_of_a_programme_only_to_whom_the_person_lets_see_it(role: Role, person, place) -> None:  # noqa: F811
    counsellor = Actor("staff", derived("test", "sud"), "Demo-Counsellor, Sol", Role.SUD, place.id)
    with clock.frozen(MORNING):
        before = words_of(packet(lens_of(role), person, "en"))
        sealed_order(counsellor, person)
        assert words_of(packet(lens_of(role), person, "en")) == before, "the same sentence, whether there is one or not"
        assert "ethadone" not in before
        assert "ethadone" in words_of(packet(lens_of(Role.PATIENT, person_id=person), person, "en")), "theirs is whole"
        give_consent(person, release("part2_tpo", DataClass.PART2, to=role))
        assert "ethadone" in words_of(packet(lens_of(role), person, "en"))


def test_an_older_paper_is_handed_over_all_the_same_and_said_so(doctor, nurse, person) -> None:  # noqa: F811
    ready(doctor, nurse, person)
    lens = lens_of(Role.RN)
    with clock.frozen(MORNING):
        printed = packet(lens, person, "en")
        chart.add_condition(actor=doctor, person_id=person, text="Asthma")
        now = packet(lens, person, "en")
        done = actions.hand_over_packet(actor=nurse, person_id=person, packet=now, signed=True, printed=printed.digest)
    assert Packet.objects.get(id=done).differs


def test_the_person_may_refuse_and_the_planner_still_calls(client, doctor, nurse, person, place) -> None:  # noqa: F811
    ready(doctor, nurse, person)
    with clock.frozen(MORNING):
        become(client, "rn", place)
        custody.schedule_event(actor=FEED, person_id=person, kind="release", starts_at=MORNING + timedelta(hours=4))
        form = {"intent": str(uuid7()), "act": "refuse", "lang": "en", "capacity": "has", "signed": "on"}
        refused = client.post(f"/people/{person}/release/packet/", form)
        assert refused.status_code == 422
        told = {"risk_told": "Without your medicine you may have seizures.", "witness": "Demo-Officer, Jo"}
        done = client.post(f"/people/{person}/release/packet/", {**form, **told})
    assert done.status_code == 303
    assert Duty.objects.get(rule="REL-02", person=person).outcome == "refused"
    assert Duty.objects.filter(rule="REL-CONTACT-1", person=person, closed_at=None).exists()
    assert Packet.objects.get().outcome == "refused"


def test_pages_over_http(client, doctor, nurse, person, place) -> None:  # noqa: F811
    ready(doctor, nurse, person)
    become(client, "rn", place)
    base = f"/people/{person}/release/packet/"
    page = client.get(base, {"lang": "es"})
    assert page.status_code == 200
    assert "Convulsiones" in page.content.decode()
    printed = client.get(base + "print/").content.decode()
    assert "My medicines" in printed
    refused = client.post(base, {"intent": str(uuid7()), "act": "hand", "lang": "en"})
    assert refused.status_code == 422
    done = client.post(base, {"intent": str(uuid7()), "act": "hand", "lang": "en", "signed": "on"})
    assert done.status_code == 303
    kept = client.get(f"/people/{person}/release/packets/{Packet.objects.get().id}/")
    assert "word for word" in kept.content.decode()
    become(client, "planner", place)
    assert "your role reads" in client.get(base).content.decode()
    become(client, "custody", place)
    assert client.get(base).status_code in (403, 404)


def test_the_gate_in_one_call(nurse, person) -> None:  # noqa: F811
    from throughcare.reentry.one_call import give_packet

    done = give_packet(actor=nurse, person_id=person, lang="es")
    after = give_packet(actor=nurse, person_id=person, sent_to="The address they gave")
    assert [Packet.objects.get(id=i).outcome for i in (done, after)] == ["handed", "sent"]
