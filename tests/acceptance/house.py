"""A whole house for one story: pages, custody's wire and the clock's hand, each in a process of its own, as in an agency."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import APIResponse, Browser, BrowserContext, Page

from tests.serving import free_port
from throughcare.app.config import current
from throughcare.app.postgres import APP
from throughcare.exchange.hl7v2 import mllp
from throughcare.kernel.ids import uuid7


class House:
    """One running house on its own database and its own moved clock."""

    def __init__(self, browser: Browser, address: str, told: dict[str, str], home: Path, port: int) -> None:
        self.browser, self.address, self.port = browser, address, port
        self.environment, self._home = told, home
        self._people: dict[tuple[str, str, str], BrowserContext] = {}
        self._signed_in: dict[tuple[str, str, str], datetime] = {}

    def now(self) -> datetime:
        """Say what time it is in this house."""
        return datetime.now(UTC) + timedelta(seconds=float((self._home / "clock-offset").read_text()))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one command of the house."""
        command = [sys.executable, "-m", "throughcare.app", *words]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300, check=False)

    def until(self, moment: datetime) -> None:
        """Let time pass until `moment`; what falls due on the way is done."""
        done = self.run("tick", "--to", moment.isoformat())
        assert done.returncode == 0, done.stderr

    def sleep_until(self, moment: datetime) -> None:
        """Let quiet hours pass at one step; then what fell due is done, as by a hand that was away and comes back."""
        (self._home / "clock-offset").write_text(f"{(moment - datetime.now(UTC)).total_seconds()}\n")
        done = self.run("tick")
        assert done.returncode == 0, done.stderr

    def tell(self, message: bytes) -> bytes:
        """Send a message of custody's system over the wire; give the answer."""
        return mllp.send("127.0.0.1", self.port, message, 60)

    def as_(
        self, role: str, facility: object, person: object = "", size: tuple[int, int] = (1440, 900), also: str = ""
    ) -> "Hand":
        """Be somebody, in a browser of one's own; signed in again where time has passed. `also` tells two browsers apart."""
        key = (role, str(facility), f"{person}{also}")
        if key not in self._people:
            self._people[key] = self.browser.new_context(
                viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", has_touch=bool(also)
            )
        context, now = self._people[key], self.now()
        if now - self._signed_in.get(key, now - timedelta(days=1)) > timedelta(minutes=5):
            form = {"role": role, "facility": str(facility), "person": str(person)}
            answer = context.request.post(f"{self.address}/demo/become", form=form)
            assert answer.ok, answer.text()
            self._signed_in[key] = now
        return Hand(context, self.address)

    def close(self) -> None:
        """Close everybody's browser."""
        for context in self._people.values():
            context.close()


class Hand:
    """What one person does on the pages."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address

    def read(self, path: str) -> str:
        """Give the words of a page."""
        page = self.open(path)
        words = page.inner_text("body")
        page.close()
        return words

    def open(self, path: str) -> Page:
        """Open a page."""
        page = self.context.new_page()
        answer = page.goto(self.address + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        return page

    def status(self, path: str) -> int:
        """Give how the house answers to a path."""
        return self.context.request.get(self.address + path).status

    def send(self, path: str, **fields: str | list[str]) -> APIResponse:
        """Send a form as its page would; give the answer."""
        cookies = {c["name"]: c["value"] for c in self.context.cookies()}
        token = next(value for name, value in cookies.items() if name.startswith("throughcare_csrf"))
        data = [("intent", str(uuid7())), ("csrfmiddlewaretoken", token)]
        for name, value in fields.items():
            data += [(name, one) for one in (value if isinstance(value, list) else [value])]
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.address}
        return self.context.request.post(self.address + path, data=urlencode(data), headers=headers, max_redirects=0)


@contextmanager
def house(browser: Browser, serve: Callable[..., str], database: str, home: Path, begins: datetime) -> Iterator[House]:
    """Have a house whose clock stands at `begins`, with its wire open."""
    from tests.conftest import CLUSTER

    home.mkdir(mode=0o700, exist_ok=True)
    shutil.copytree(current().home / "keys", home / "keys", dirs_exist_ok=True)
    (home / "clock-offset").write_text(f"{(begins - datetime.now(UTC)).total_seconds()}\n")
    port = free_port()
    told = {"THROUGHCARE_HOME": str(home), "THROUGHCARE_MLLP_PORT": str(port)}
    address = serve(database, **told)
    environment = {**os.environ, **told, "DATABASE_URL": CLUSTER.url(APP, database)}
    listener = subprocess.Popen([sys.executable, "-m", "throughcare.app", "listen"], env=environment)
    try:
        _reachable(port)
        found = House(browser, address, environment, home, port)
        yield found
        found.close()
    finally:
        listener.terminate()
        listener.wait(20)


def _reachable(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the wire was not open in a minute")
