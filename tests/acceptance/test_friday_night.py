"""Friday night, arriving on methadone: from the wire to the officer's round, with the clock moved and every joint closed."""

import html
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.acceptance.house import house
from tests.browser.desk import chromium
from tests.care.intake.test_thread import HEALTHY_LOOK, healthy, reads_instruments
from tests.care.medications.test_observed_screens import STEPS
from tests.care.medications.test_programme import METHADONE
from tests.exchange.messages import ZONE, Arrival, message
from throughcare.access.models import User
from throughcare.care.intake.models import Arrival as Coming
from throughcare.care.medications import sealed_orders
from throughcare.care.medications.models import Dose, ProgrammeEntry, ProgrammeOrder
from throughcare.care.mental_health.models import Watch, WatchCheck
from throughcare.chart import actions as chart
from throughcare.custody.models import Facility
from throughcare.duties.models import Duty, Escalation
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.people.models import MergeProposal, Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.database_copy]
PROGRAMME = {"programme": "Demo-Programme", "number": "555-0100"}
COUNSELLOR = Actor("staff", derived("test", "sud"), "Demo-Counsellor, Sol", Role.SUD)
REASONS = re.compile(
    r"methadone|opioid|suicid|C-SSRS|withdrawal|COWS|MOUD|heroin|fentanyl|programme|risk", re.IGNORECASE
)

# What leads away, ends the session, is no page, or is everybody's: the public numbers are of nobody.
NO_PAGE = re.compile(r"/(static|demo|sign-out|account|gallery|public)\b")


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
    assert MergeProposal.objects.filter(state="open").exists(), "it is put before a person"

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

    the_first_round(night, person, watch)

    order = the_programme_is_closed(night, person, begins)
    the_answer_on_saturday(night, person, order, begins)
    dose = the_cell_mate_answers(night, person, tonight)
    the_three_days_end(night, person, dose)
    no_drug_on_any_officers_screen(night, person)

    # Everything adds up.
    assert night.run("duties", "--audit").returncode == 0
    assert night.run("messages", "--audit").returncode == 0
    verified = night.run("verify")
    assert verified.returncode == 0, verified.stdout


def the_first_round(night, person: UUID, watch: Watch) -> None:
    """An officer walks it at once, with a phone: what to do, first aid, whom to call; two touches; the house's own time."""
    officer = night.as_("custody", hartford().id, size=(390, 844))
    page = officer.open("/rounds/")
    page.locator("#rounds-people a", has_text="Luis S.").click()
    page.locator(".rounds-one").wait_for()
    told = page.inner_text("body")
    for words in ("Check at random", "start CPR", "Call nurse"):
        assert words in told
    before = night.now()
    page.get_by_role("button", name="Awake, calm").click()
    page.locator(".rounds-done").wait_for()
    page.close()
    (check,) = WatchCheck.objects.filter(watch=watch)
    assert check.behaviour == "calm"
    assert before - timedelta(seconds=5) < check.at < night.now() + timedelta(seconds=5), (
        "the house's time, not the phone's"
    )
    watch.refresh_from_db()
    assert timedelta(minutes=4) <= watch.next_check_at - check.at <= timedelta(minutes=14), "the next is drawn"
    assert watch.state == "preliminary", "and still nobody signed"
    assert "SUI-02" in open_rules(person)


def the_programme_is_closed(night, person: UUID, begins: datetime) -> UUID:
    """Friday 22:00: nobody answers; treatment goes on under the three-day rule, with the dose that he named."""
    night.sleep_until(begins + timedelta(minutes=30))
    sud = night.as_("sud", hartford().id)
    assert "MOU-06" in open_rules(person)
    closed = sud.send(f"/people/{person}/outside-doses/", **PROGRAMME, outcome="closed")
    assert closed.status == 303, closed.text()
    assert "MOU-06" in open_rules(person), "it is called again when it opens"
    assert {"MOU-01-DECIDE", "MOU-01-DOSE"} <= open_rules(person)
    order = ordered(night, person, amount="8", continues="yes")
    assert "MOU-01-DECIDE" not in open_rules(person), "decided with the order"
    assert "MOU-01-DOSE" in open_rules(person), "and not yet given"
    return order


def ordered(night, person: UUID, **said: str) -> UUID:
    """Write the programme's order on its page; what its checks ask is answered."""
    sud, page = night.as_("sud", hartford().id), f"/people/{person}/observed-doses/order/"
    fields = {"product": METHADONE, "basis": "three-day", "prescriber": "Demo-Doctor, Pat", "days": "3", **said}
    fields["programme"] = PROGRAMME["programme"]
    first = sud.send(page, **fields)
    if first.status == 422:
        asked = dict.fromkeys(re.findall(r'name="(reason-[^"]+)"', first.text()), "Known and wanted")
        first = sud.send(page, **fields, **asked)
    assert first.status == 303, first.text()
    with db.writing(COUNSELLOR):
        return ProgrammeOrder.objects.filter(person_id=person).latest("recorded_at").id


def the_answer_on_saturday(night, person: UUID, order: UUID, begins: datetime) -> None:
    """Saturday 07:00: another dose and four missed days. The old dose is blocked, the order stands, a new one is written."""
    seven = (begins + timedelta(days=1)).replace(hour=7, minute=0)
    night.sleep_until(seven)
    sud, provider = night.as_("sud", hartford().id), night.as_("provider", hartford().id)
    told = sud.send(
        f"/people/{person}/outside-doses/",
        **PROGRAMME,
        outcome="answered",
        spoke_with="Demo-Nurse, Kim",
        dose="60",
        last_on=f"{begins - timedelta(days=4):%Y-%m-%d}",
        missed="4",
    )
    assert told.status == 303, told.text()
    assert "MOU-07" in open_rules(person)
    (decide,) = Duty.objects.filter(person_id=person, rule="MOU-07", closed_at=None)
    assert (decide.owner_role, decide.lane) == ("provider", "now")
    assert "Sample-Ortiz" in provider.read("/work/").partition("This shift")[0], "in what is owed now"
    both_old_doses_are_blocked(night, person, order)
    with db.writing(COUNSELLOR):
        assert ProgrammeOrder.objects.get(id=order).status == "active", "blocked, and not cancelled"
    page = f"/people/{person}/observed-doses/"
    said = {"verb": "reassess", "order": str(order), "version": "1", "amount": "3", "why": "Four days missed: 30 mg"}
    decided = sud.send(page, **said)
    assert decided.status == 303, re.findall(r"error-summary.*?</div>", decided.text(), re.DOTALL)
    assert "MOU-07" not in open_rules(person)


def both_old_doses_are_blocked(night, person: UUID, order: UUID) -> None:
    """Neither what he said (80 mg, as ordered) nor what the programme says (60 mg) is given until a prescriber has decided."""
    with db.writing(COUNSELLOR):
        assert sealed_orders.programmed(ProgrammeOrder.objects.get(id=order)).amount == 8, "80 mg, as he said"
        block = ProgrammeEntry.objects.filter(person_id=person, kind="outside_report").latest("happened_at")
        assert sealed_orders.opened(block)["dose"].startswith("60")
    old = doses_of(person, order)
    assert len(old) >= 2
    for dose in old:
        refused = nurse_gives(night, person, dose.id)
        assert refused.status == 422
        assert "every old dose is blocked" in refused.text()
    assert [d.id for d in doses_of(person, order)] == [d.id for d in old], "and nothing was charted"


def doses_of(person: UUID, order: UUID) -> list[Dose]:
    with db.writing(COUNSELLOR):
        return list(Dose.objects.filter(programme_order_id=order, status="expected").order_by("due_at"))


def nurse_gives(night, person: UUID, dose: UUID, **said: str):
    """Give a dose at the line as the nurse does, with a second person who says the number."""
    night.as_("rn", hartford().id)
    second = User.objects.get(username__startswith="demo-rn").username
    steps = {**STEPS, "basis": "three-day", "second": second, **said}
    return night.as_("lpn", hartford().id).send(f"/people/{person}/observed-doses/{dose}/", **steps)


def the_cell_mate_answers(night, person: UUID, tonight: Arrival) -> datetime:
    """08:05 at the line: the man from the next bed answers to the name; his badge stops it. Then he himself is given his dose."""
    mate = replace(tonight, number="T0000777", family="Sample-Vega", birth="19850301", visit="V0000777", bed="2")
    assert b"MSA|AA" in night.tell(
        message("A01", replace(mate, at=night.now().replace(microsecond=0)), control_id="F7")
    )
    with db.writing(COUNSELLOR):
        order = ProgrammeOrder.objects.get(person_id=person, status="active")
        assert sealed_orders.programmed(order).basis == "three-day"
    dose = doses_of(person, order.id)[0]
    night.sleep_until(dose.due_at + timedelta(minutes=5))
    stopped = nurse_gives(night, person, dose.id, reading="T0000777")
    assert stopped.status == 422
    assert "this badge is of somebody else" in stopped.text()
    unsure = nurse_gives(night, person, dose.id, photo_seen="")
    assert unsure.status == 422, "a name is not enough either"
    assert doses_of(person, order.id)[0].id == dose.id, "nothing is charted"
    given = nurse_gives(night, person, dose.id, reading="T0000999")
    assert given.status == 303, given.text()
    assert "MOU-04" in open_rules(person)
    assert "MOU-01-DOSE" not in open_rules(person), (
        "the new order stands in the old one's place: its first dose answers"
    )
    return night.now()


def the_three_days_end(night, person: UUID, first: datetime) -> None:
    """Two days before the rule ends it is soon on the prescriber's list; at its end it is late."""
    duty = Duty.objects.get(person_id=person, rule="MOU-04", closed_at=None)
    assert duty.owner_role == "provider"
    assert abs(duty.due_at - first - timedelta(hours=72)) < timedelta(minutes=5), "it can't be renewed"
    night.sleep_until(first + timedelta(hours=24, minutes=30))
    assert duty.soon_at <= duty.due_at - timedelta(hours=48) < night.now(), "warned forty-eight hours ahead"
    provider = night.as_("provider", hartford().id)
    assert "Sample-Ortiz" in provider.read("/work/")
    # At its end it pages: it stands first of all, in what is owed now, and is told upwards until somebody is seen to act.
    night.sleep_until(duty.due_at + timedelta(minutes=2))
    assert (
        "Arrange where observed doses come from"
        in night.as_("provider", hartford().id).read("/work/").partition("This shift")[0]
    )
    told = Escalation.objects.filter(duty=duty, kind="late", cleared_at=None)
    assert told.exists(), "and it goes up"
    duty.refresh_from_db()
    assert duty.closed_at is None, "the end of the rule ends no duty"


def no_drug_on_any_officers_screen(night, person: UUID) -> None:
    """Whatever an officer may open says what to do, and nothing of why."""
    officer = night.as_("custody", hartford().id, size=(390, 844))
    # Every door of the role, and every page that one of those leads to; the bytes as sent, so what is folded or hidden too.
    to_see, seen = officers_pages(person), set()
    while to_see:
        route = to_see.pop()
        answer = officer.context.request.get(night.address + route)
        seen.add(route)
        if answer.status == 200 and "html" in answer.headers["content-type"]:
            found = REASONS.search(re.sub(r"/(?:people|work|static|rounds|custody)/[^\s\"]*", " ", answer.text()))
            assert not found, f"{route}: {found}"
            links = {html.unescape(one) for one in re.findall(r'href="(/[^"#]*)', answer.text())}
            to_see += sorted(one for one in links - seen - set(to_see) if not NO_PAGE.match(one))
    assert {f"/rounds/?watch={w}" for w in Watch.objects.filter(ended_at=None).values_list("id", flat=True)} <= seen
    assert len(seen) > 20


def officers_pages(person: UUID) -> list[str]:
    """Give every page that an officer's role lets pass, of the house and of this person."""
    lines = (Path(__file__).parents[1] / "security" / "listed.txt").read_text().splitlines()
    doors = [line.split(" · ") for line in lines if line.startswith("GET")]
    paths = [d[0].split()[1].replace("<uuid:person_id>", str(person)) for d in doors if "custody" in d[-1]]
    return [p for p in paths if "<" not in p and "sign-out" not in p]
