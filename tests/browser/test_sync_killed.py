"""The server is killed (kill -9) again and again in the middle of a sync from a real browser; then device, rooms and ledger
are compared: nothing is lost, nothing is there twice.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Route

from tests.browser import desk
from tests.browser.test_pass import make_line, next_morning, scan
from tests.browser.test_pass_offline import take_along
from tests.care.medications import line_makers as makers
from tests.conftest import CLUSTER
from tests.serving import _wait, free_port
from throughcare.app.postgres import APP
from throughcare.care.medications.models import Dose
from throughcare.devices.models import DeviceEvent
from throughcare.kernel import clock
from throughcare.ledger import verify
from throughcare.ledger.models import Version

pytestmark = [pytest.mark.browser, pytest.mark.database_copy]
SYNC = "**/devices/sync/"
PEOPLE = ("T9000001", "T9000002", "T9000004", "T9000005", "T9000007", "T9000008", "T9000010", "T9000011")
IDS = """() => new Promise((done) => { const asked = indexedDB.open('throughcare-tablet', 1);
asked.onsuccess = () => { const all = asked.result.transaction('queue').objectStore('queue').getAll();
all.onsuccess = () => done(all.result.map((q) => q.id)); }; })"""


class Server:
    """A server with all its processes, which can be killed and begun again at the same address."""

    def __init__(self, database: str, home: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.told = {
            **os.environ,
            "DATABASE_URL": CLUSTER.url(APP, database),
            "THROUGHCARE_PORT": str(self.port),
            "THROUGHCARE_HOME": str(home),
            "THROUGHCARE_KEYS": f"{os.environ['THROUGHCARE_HOME']}/keys",
        }
        self.begin()

    def begin(self) -> None:
        """Serve; give back once it answers."""
        command = [sys.executable, "-m", "throughcare.app", "serve"]
        self.process = subprocess.Popen(command, env=self.told, start_new_session=True)
        _wait(self.process, f"{self.address}/readyz")

    def kill(self) -> None:
        """Kill every process of it at once, as a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def served(database: str, home: Path) -> Iterator[Server]:
    """Serve for a test, and end what is left."""
    server = Server(database, home)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()


def test_killed_in_the_middle_of_a_sync_nothing_is_lost_and_nothing_is_twice(
    database_copy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = next_morning()
    with clock.frozen(at):
        make_line(at)
    (tmp_path / "clock-offset").write_text(f"{(at - datetime.now(UTC)).total_seconds()}\n")
    with desk.chromium(monkeypatch) as browser, served(database_copy, tmp_path) as server:
        context = browser.new_context(viewport={"width": 1024, "height": 768}, has_touch=True)
        desk.become(context, server.address, "rn", makers.hartford().id)
        page = context.new_page()
        take_along(page, server.address)
        context.set_offline(True)
        for number in PEOPLE:
            scan(page, number)
            page.locator(".pass-give:enabled").tap()
            page.locator(".pass-dose.is-over").first.wait_for()
        charted = page.evaluate(IDS)
        assert len(charted) >= 8
        held = DeviceEvent.objects.count
        # Between the tries below nothing arrives: a quick server would leave nothing to kill.
        page.route(SYNC, lambda route: route.abort())
        context.set_offline(False)

        # Killed while it works on the parcel: all of it stands, or none.
        for after in (0.02, 0.08, 0.2):
            _sync_and_kill(page, server, after)
            assert held() in (0, len(charted))
            server.begin()
        # Killed when everything is written and nothing was answered: the tablet does not know, and asks again.
        _sync_unanswered(page, server)
        assert held() == len(charted) == len(page.evaluate(IDS))
        server.begin()

        page.unroute(SYNC)
        page.evaluate("window.dispatchEvent(new Event('online'))")
        for _ in range(600):
            if not page.evaluate(IDS):
                break
            page.wait_for_timeout(100)
        assert page.evaluate(IDS) == []
    _compare(charted)


def _sync_and_kill(page: Page, server: Server, after: float) -> None:
    killer = threading.Timer(after, server.kill)

    def sent(route: Route) -> None:
        if not killer.is_alive() and server.process.poll() is None:
            killer.start()
        with suppress(Error):
            route.fetch()  # an answer before the end never reaches the tablet
        with suppress(Error):
            route.abort()

    page.route(SYNC, sent)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    end = time.monotonic() + 60
    while server.process.poll() is None and time.monotonic() < end:
        page.wait_for_timeout(200)
        page.evaluate("window.dispatchEvent(new Event('online'))")  # as a network that comes and goes tells it
    assert server.process.poll() is not None
    page.unroute(SYNC, sent)


def _sync_unanswered(page: Page, server: Server) -> None:
    done: list[int] = []

    def cut(route: Route) -> None:
        if not done:
            done.append(route.fetch().status)
            server.kill()
        with suppress(Error):
            route.abort()

    page.route(SYNC, cut)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    end = time.monotonic() + 60
    while not done and time.monotonic() < end:
        page.wait_for_timeout(50)
    page.wait_for_timeout(500)
    assert done == [200]
    page.unroute(SYNC, cut)


def _compare(charted: list[str]) -> None:
    events = list(DeviceEvent.objects.all())
    assert sorted(str(e.event_id) for e in events) == sorted(charted)
    assert {(e.outcome, e.why) for e in events} == {("applied", "")}
    doses = {d.id: d for d in Dose.objects.filter(id__in=[e.about_id for e in events])}
    for event in events:
        dose = doses[event.about_id]
        assert (dose.status, dose.detail["event"], dose.version) == (event.said, str(event.event_id), 2)
    kept = Counter(Version.objects.filter(type="DeviceEntry").values_list("resource_id", flat=True))
    assert kept == {e.id: 1 for e in events}
    given = Counter(
        Version.objects.filter(type="MedicationAdministration", resource_id__in=doses).values_list(
            "resource_id", flat=True
        )
    )
    assert given == dict.fromkeys(doses, 1)
    assert verify.run().sound
