"""Friday night, arriving on methadone: from the wire to the officer's round, with the clock moved and every joint closed."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.acceptance.house import house
from tests.browser.desk import chromium
from tests.care.intake.test_thread import HEALTHY_LOOK, healthy, reads_instruments
from tests.exchange.messages import ZONE, Arrival, message
from throughcare.care.intake.models import Arrival as Coming
from throughcare.care.mental_health.models import Watch
from throughcare.chart import actions as chart
from throughcare.custody.models import Facility
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.database_copy]
REASONS = re.compile(
    r"methadone|opioid|suicid|C-SSRS|withdrawal|COWS|MOUD|heroin|fentanyl|programme|risk", re.IGNORECASE
)


def friday() -> datetime:
    """Give the next Friday, half past nine at night."""
    today = datetime.now(ZONE)
    day = today.date() + timedelta(days=(4 - today.weekday()) % 7 or 7)
    return datetime(day.year, day.month, day.day, 21, 30, tzinfo=ZONE)


@pytest.fixture
def night(database_copy, serve, monkeypatch, tmp_path):
    with chromium(monkeypatch) as browser, house(browser, serve, database_copy, tmp_path / "home", friday()) as found:
        yield found


def hartford() -> Facility:
    return Facility.objects.get(short_name__istartswith="Hartford")


def open_rules(person) -> set[str]:
    return set(Duty.objects.filter(person_id=person, closed_at=None).values_list("rule", flat=True))


def test_friday_night_arriving_on_methadone(night) -> None:
    place, begins = hartford(), friday()
    nurse = night.as_("rn", place.id)

    # He was here in spring, under his right birth date, and left.
    spring = Arrival(at=begins - timedelta(days=200))
    assert b"MSA|AA" in night.tell(message("A01", spring, control_id="S1"))
    left = replace(spring, at=begins - timedelta(days=190))
    assert b"MSA|AA" in night.tell(message("A03", left, control_id="S2"))
    prior = Person.objects.get()
    with clock.frozen(begins - timedelta(days=195)):
        before = Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, place.id)
        chart.add_allergy(actor=before, person_id=prior.id, text="Penicillin", reaction="Hives")

    # 21:30: booked under another number and a wrong birth date, with an officer's flag; the sender repeats itself.
    tonight = replace(spring, number="T0000999", birth="19900215", visit="V0000999", at=night.now())
    booked = message("A01", tonight, control_id="F1").replace(b"ZCU|accused", b"ZCU|accused|||||FALL")
    assert b"MSA|AA" in night.tell(booked)
    assert b"MSA|AA" in night.tell(booked)
    coming = Coming.objects.exclude(state="left").get()
    person = coming.person_id
    assert person != prior.id, "a likeness is shown, and never merged by itself"
    assert coming.officer_flags == ["fall"]
    assert {"INT-00", "INT-02"} <= open_rules(person)
    base = f"/people/{person}/intake/{coming.id}/"

    queue = nurse.read("/intake/")
    assert queue.count("Quick look") == 1, "a repeat is one arrival"
    assert "found down" in queue

    # The possible earlier chart stands there to read; linking waits for a person.
    prior_words = nurse.read(base + "?section=review")
    assert "Penicillin" in prior_words or "Penicillin" in nurse.read(f"/people/{person}/")
    assert Person.objects.get(id=person).survivor_id is None

    # The quick look: opioids today. The screening: on methadone, one attempt years ago.
    look = nurse.send(base + "look/", **{**HEALTHY_LOOK, "last-opioid": ["day"]})
    assert look.status == 302, look.text()
    said = healthy(
        substances=["opioids", "treatment"],
        **{
            "takes-medicines": ["yes"],
            "medicine.drug:0": ["methadone"],
            "medicine.dose:0": ["80 mg once a day"],
            "officer-report": ["fall"],
        },
    )
    saved = nurse.send(base + "save/", **said)
    assert saved.status in (200, 302), saved.text()
    yes, no = "LA33-6", "LA32-8"
    answers = {"cssrs-1": no, "cssrs-2": no, "cssrs-6": yes, "cssrs-6b": no}
    scored = nurse.send(base + "instrument/c-ssrs-screener/", sign="1", **answers)
    assert scored.status in (200, 302), scored.text()

    # A lifetime attempt is moderate: rounds begin, and nobody has signed anything.
    coming.refresh_from_db()
    assert coming.state != "signed"
    watch = Watch.objects.get(person_id=person, ended_at=None)
    assert (watch.level, watch.state) == ("staggered", "preliminary")
    assert "SUI-02" in open_rules(person)
    assert reads_instruments(coming)["c-ssrs-screener"].status == "completed"

    # The officer: what to do, first aid, whom to call. On no page why.
    officer = night.as_("custody", place.id, size=(390, 844))
    for path in ("/", "/custody/board/", "/rounds/", "/work/", "/custody/movements/"):
        if officer.status(path) == 200:
            words = officer.read(path)
            assert not REASONS.search(words), f"{path}: {REASONS.search(words)}"
    assert "Luis S." in officer.read("/rounds/")

    # Everything adds up.
    assert night.run("duties", "--audit").returncode == 0
    assert night.run("messages", "--audit").returncode == 0
    verified = night.run("verify")
    assert verified.returncode == 0, verified.stdout
