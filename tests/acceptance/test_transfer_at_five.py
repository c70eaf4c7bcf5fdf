"""Transfer at 05:00 with seizure medicines: both ends see it the evening before, the van leaves early without the bag's scan,
the receiver has no network, custody's system repeats itself, the server dies in the middle; everything stands once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page

from tests.acceptance.house import House, house
from tests.acceptance.test_a_living_day import screen
from tests.browser.desk import chromium
from tests.browser.test_pass import scan
from tests.browser.test_pass_offline import SECRET, unlock
from tests.browser.test_sync_killed import IDS, Server, _sync_unanswered
from tests.exchange.messages import ZONE, Arrival, message
from throughcare.care.medications import actions as medications
from throughcare.care.medications.actions.bags import bag_code
from throughcare.care.medications.models import Crossing, Dose
from throughcare.chart import actions as chart
from throughcare.custody.models import Facility, Stay
from throughcare.devices.models import DeviceEvent
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.ledger.models import Version
from throughcare.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.database_copy]
SEIZURES, HIV = "311289", "1999667"
TWICE = {"kind": "passes", "passes": ["morning", "evening"]}
DAILY = {"kind": "passes", "passes": ["morning"]}


def evening() -> datetime:
    """Give tomorrow, twenty to nine in the evening: the evening pass is over."""
    day = datetime.now(ZONE).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, 20, 40, tzinfo=ZONE)


class Places:
    """The two ends."""

    def __init__(self) -> None:
        self.hartford = Facility.objects.get(short_name__istartswith="Hartford")
        self.osborn = Facility.objects.get(short_name__istartswith="Osborn")


@pytest.fixture
def night(database_copy, monkeypatch, tmp_path) -> Iterator[tuple[House, Server]]:
    """Have a house whose server can be killed."""
    with (
        chromium(monkeypatch) as browser,
        killable() as (serve, servers),
        house(browser, serve, database_copy, tmp_path / "home", evening()) as found,
    ):
        yield found, servers[0]


@contextmanager
def killable() -> Iterator[tuple[Callable[..., str], list[Server]]]:
    """Give a way to serve, and the servers that it began."""
    servers: list[Server] = []

    def serve(database: str, **told: str) -> str:
        servers.append(Server(database, Path(told["THROUGHCARE_HOME"])))
        return servers[0].address

    try:
        yield serve, servers
    finally:
        for server in servers:
            if server.process.poll() is None:
                server.kill()


def test_transfer_at_five_with_seizure_medicines(night: tuple[House, Server]) -> None:
    told, server = night
    places, begins = Places(), evening()
    luis = Arrival(at=begins - timedelta(hours=5))
    assert b"MSA|AA" in told.tell(message("A01", luis, control_id="T1"))
    person = Person.objects.get().id
    with clock.frozen(luis.at + timedelta(minutes=30)):
        screen(person, Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, places.hartford.id))
    order_medicines(person, places.hartford, begins - timedelta(minutes=10))
    van = (begins + timedelta(days=1)).replace(hour=5, minute=0)

    crossing = the_evening_before(told, places, person, van)
    tablet = the_tablet_at_the_other_end(told, places, van)
    moved = the_van_leaves_early(told, places, person, luis)
    screening = Duty.objects.get(person_id=person, rule="TRN-01", closed_at=None)
    assert (screening.facility_id, screening.due_at) == (places.osborn.id, moved.at + timedelta(hours=12))

    given = the_morning_without_a_network(told, tablet, person, van)
    custody_repeats_itself(told, luis, moved)
    the_network_is_back(told, tablet, server, places, van)
    the_paper(told, tablet, places)

    # Everything once; what was owed is done, and the screening is due when it was.
    doses = {d.order.code: d for d in Dose.objects.filter(person_id=person, due_at__lt=van + timedelta(hours=8))}
    assert {code: d.status for code, d in doses.items()} == {SEIZURES: "given", HIV: "given"}
    assert doses[SEIZURES].detail["event"] == given
    for dose in doses.values():
        assert Version.objects.filter(type="MedicationAdministration", resource_id=dose.id).count() == 1
    assert Stay.objects.filter(person_id=person).count() == 1
    crossing.refresh_from_db()
    assert (crossing.state, crossing.uncovered, crossing.bag_told) == ("under_way", 0, False)
    assert crossing.arrived_at is not None
    assert crossing.bag_in_at == crossing.arrived_at
    again = Duty.objects.get(person_id=person, rule="TRN-01")
    assert (again.id, again.due_at, again.closed_at) == (screening.id, screening.due_at, None)
    open_doors = Duty.objects.filter(person_id=person, closed_at=None, rule__startswith="DOOR")
    assert list(open_doors.values_list("rule", flat=True)) == []
    assert told.run("duties", "--audit").returncode == 0
    assert told.run("messages", "--audit").returncode == 0
    verified = told.run("verify")
    assert verified.returncode == 0, verified.stdout


def order_medicines(person: UUID, place: Facility, at: datetime) -> None:
    """One medicine against seizures, morning and evening, and one for the morning alone."""
    doctor = Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, place.id)
    with clock.frozen(at):
        chart.no_known_allergies(actor=doctor, person_id=person)
        for code, timing, why in ((SEIZURES, TWICE, "Seizures"), (HIV, DAILY, "HIV")):
            asked = medications.Prescription(
                product=code, timing=timing, indication=why, amount=Decimal(1), days=90, reasons=Any_()
            )
            medications.place_order(actor=doctor, person_id=person, asked=asked)


class Any_(dict[str, str]):
    """Answers every alert: this story is not about alerts."""

    def get(self, key: str, default: object = "") -> str:
        """Give the same reason to each."""
        return "Known and wanted"


def the_evening_before(told: House, places: Places, person: UUID, van: datetime) -> Crossing:
    """Transport plans the van; both ends see what is uncovered; the sending nurse names supply and receiver."""
    transport = told.as_("transport", places.hartford.id)
    planned = transport.send(
        f"/people/{person}/custody/plan/",
        kind="transfer",
        starts_at=f"{van:%Y-%m-%dT%H:%M}",
        to_facility=str(places.osborn.id),
    )
    assert planned.status == 303, planned.text()
    for place in (places.hartford, places.osborn):
        nurse = told.as_("rn", place.id)
        board = nurse.read("/medications/doors/")
        assert "Sample-Ortiz" in board, place.short_name
        assert "2 medicines lack something" in board
        assert "Medicines uncovered" in nurse.read("/work/")
    crossing = Crossing.objects.get(person_id=person)
    page = f"/people/{person}/medications/doors/"
    hartford = told.as_("rn", places.hartford.id)
    lines = {f"way-{x.id}": "send_with" for x in crossing.lines.all()}
    covered = hartford.send(
        f"{page}{crossing.id}/", version=str(crossing.version), receiver="Demo-Nurse, Bea, Osborn", **lines
    )
    assert covered.status == 303, covered.text()
    summary = hartford.read(f"{page}{crossing.id}/summary/")
    assert bag_code(crossing.id) in summary
    assert "Demo-Nurse, Bea, Osborn" in summary
    assert not Duty.objects.filter(person_id=person, rule__startswith="DOOR", closed_at=None).exists()
    return crossing


def the_tablet_at_the_other_end(told: House, places: Places, van: datetime) -> Page:
    """Before the night is over Osborn's nurse takes the line along; then their network goes."""
    told.sleep_until(van - timedelta(minutes=30))
    context = told.as_("rn", places.osborn.id, size=(1024, 768), also="tablet").context
    page = context.new_page()
    take(page, told.address)
    context.set_offline(True)
    return page


def take(page: Page, address: str) -> None:
    """Take the line along, with whoever is expected."""
    page.goto(f"{address}/pass/")
    page.locator(".pass-row").first.wait_for()
    page.locator("[data-device]").click()
    page.locator("dialog input[type=text]").fill("Cart 1")
    for n in range(2):
        page.locator("dialog .tablet-secret").nth(n).fill(SECRET)
    page.locator("dialog button", has_text="Take along").click()
    page.locator(".toast", has_text="Taken along until").wait_for(timeout=30_000)


def the_van_leaves_early(told: House, places: Places, person: UUID, luis: Arrival) -> Arrival:
    """At 04:40 custody's system says that he is gone, and nobody scanned the bag: within a minute the supervisor sees it."""
    told.sleep_until(told.now() + timedelta(minutes=10))
    at = told.now().replace(microsecond=0)
    moved = replace(luis, facility="OSBORN CI", unit="B", cell="", bed="", at=at)
    assert b"MSA|AA" in told.tell(message("A02", moved, control_id="T2"))
    hsa = told.as_("hsa", places.hartford.id)
    assert "The bag did not go along" in hsa.read("/work/")
    assert told.now() - moved.at < timedelta(minutes=1), "on the page within a minute"
    bag = Duty.objects.get(person_id=person, rule="DOOR-BAG")
    assert (bag.facility_id, bag.owner_role, bag.closed_at) == (places.hartford.id, "hsa", None)
    assert told.as_("rn", places.hartford.id).read("/medications/doors/").count("Bag not scanned") == 1
    return moved


def the_morning_without_a_network(told: House, tablet: Page, person: UUID, van: datetime) -> str:
    """He comes, with the bag in the van after all; his dose is due, and is given: all of it on the tablet alone."""
    later(told, tablet, van + timedelta(hours=1))
    unlock(tablet, SECRET)
    find(tablet, "Sample-Ortiz")
    assert "Expected 05:00 from Hartford CC" in tablet.inner_text("main"), "when, and from where"
    tablet.locator("button", has_text="Is here, with the bag").click()
    tablet.locator(".toast", has_text="is here, with the bag").wait_for()
    later(told, tablet, van + timedelta(hours=3, minutes=5))
    unlock(tablet, SECRET)
    find(tablet, "Sample-Ortiz")
    hiv = Dose.objects.get(person_id=person, order__code=HIV, due_at__lt=van + timedelta(hours=8))
    tablet.locator(f"[data-keep='tick-{hiv.id}']").uncheck()
    tablet.locator(".pass-give:enabled", has_text="1 of 2").click()
    tablet.locator(".pass-dose.is-over").first.wait_for()
    queued = tablet.evaluate(IDS)
    assert len(queued) == 2, "he came, and one dose"
    assert DeviceEvent.objects.count() == 0
    sheet = (Path(told.environment["THROUGHCARE_HOME"]) / "downtime" / "osborn.html").read_text()
    assert "Sample-Ortiz" in sheet, "who came is on the paper of the place where they are"
    return str(queued[1])


def later(told: House, page: Page, moment: datetime) -> None:
    """Let time pass, for the tablet too: its own clock goes on as far as the house's does."""
    before = told.now()
    told.sleep_until(moment)
    at = datetime.fromtimestamp(page.evaluate("Date.now()") / 1000, UTC)
    page.clock.set_system_time(at + (told.now() - before))


def find(page: Page, name: str) -> None:
    """Type a name, as one does who has no badge to scan."""
    page.locator(".pass-row").first.wait_for()
    scan(page, name)
    page.locator(".pass-family", has_text=name).wait_for()


def custody_repeats_itself(told: House, luis: Arrival, moved: Arrival) -> None:
    """The same move twice more, once under another number, and the cancellation of a move that was never made."""
    assert b"MSA|AA" in told.tell(message("A02", moved, control_id="T2"))
    assert b"MSA|AA" in told.tell(message("A02", moved, control_id="T3"))
    stale = replace(luis, at=moved.at - timedelta(hours=6))
    told.tell(message("A12", stale, control_id="T4", prior=moved))
    person = Person.objects.get().id
    assert Crossing.objects.filter(person_id=person).exclude(state="cancelled").count() == 1
    assert Duty.objects.filter(person_id=person, rule="TRN-01").count() == 1


def the_network_is_back(told: House, tablet: Page, server: Server, places: Places, van: datetime) -> None:
    """The server dies when it has taken the entries in and nobody heard; the tablet asks again, and all is there once."""
    later(told, tablet, van + timedelta(hours=3, minutes=40))
    unlock(tablet, SECRET)
    told.as_("rn", places.osborn.id, also="tablet")
    tablet.context.set_offline(False)
    _sync_unanswered(tablet, server)
    assert DeviceEvent.objects.count() == len(tablet.evaluate(IDS)) == 2, "written, and the tablet does not know"
    server.begin()
    tablet.evaluate("window.dispatchEvent(new Event('online'))")
    for _ in range(600):
        if not tablet.evaluate(IDS):
            break
        tablet.wait_for_timeout(100)
    assert tablet.evaluate(IDS) == []
    assert {(e.outcome, e.why) for e in DeviceEvent.objects.all()} == {("applied", "")}


def the_paper(told: House, tablet: Page, places: Places) -> None:
    """The other dose was given by a colleague who wrote it on paper: it is entered late, at its own time."""
    tablet.reload()
    unlock(tablet, SECRET)
    find(tablet, "Sample-Ortiz")
    tablet.locator("[data-mode=paper]").check()
    tablet.locator("#pass-time").fill("08:10")
    tablet.locator(".pass-give:enabled").click()
    tablet.locator(".toast", has_text="given").wait_for()
