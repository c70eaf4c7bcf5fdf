"""The demonstration: one process that brings up a whole living agency on this machine, and takes it down in order.

It holds the database itself and everything else as children: pages, HL7 v2 listener, the clock's hand. It never loads
Django, so it stays small and hears TERM at any moment.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Never
from urllib.error import URLError
from urllib.request import urlopen

from throughcare.app import house, ports_in_use
from throughcare.app.config import Config, Misconfigured, Mode, make_home
from throughcare.app.postgres import OWNER, Cluster

PEOPLE, DAYS = 800, 30
NOT_BUILT = 2
PATIENCE = 6.0  # seconds that children have to end by themselves, and what they have begun with them
MOST_RESTARTS = 5
MOST_WAITED = 300  # seconds for the pages to be ready: a busy machine is no reason to give up


class Ended(Exception):
    """Raised when TERM or INT asks the demonstration to end."""


class Demo:
    """One running demonstration."""

    def __init__(self, config: Config) -> None:
        self.config = replace(
            config, mode=Mode.DEMO, listens=find_spec("throughcare.exchange.hl7v2.listener") is not None
        )
        self.cluster = Cluster(config.home)
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.restarts = 0
        self.ending = False

    def run(self, people: int = PEOPLE, days: int = DAYS) -> int:
        """Bring everything up, say where, keep it up until told to end, and take it down; give the exit code."""
        try:
            for signal_number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(signal_number, self._end)
            ports_in_use.require_free(self.config.address, self.config.port, "THROUGHCARE_PORT")
            ports_in_use.require_free(self.config.address, self.config.mllp_port, "THROUGHCARE_MLLP_PORT")
            make_home(self.config)
            with self._alone(), self.cluster.running(die_with_parent=True):
                try:
                    self._live(people, days)
                finally:
                    self.ending = True
                    self._take_down()
        except Ended:
            return 0

    def _live(self, people: int, days: int) -> Never:
        self._furnish(people, days)
        self._bring_up()
        house.say(
            f"Throughcare is ready: http://{self.config.address}:{self.config.port}/  "
            f"(HL7 v2 on port {self.config.mllp_port}; everybody in it is made up; Ctrl-C ends it)"
        )
        while True:
            self._look_after()
            time.sleep(0.3)

    def _furnish(self, people: int, days: int) -> None:
        """Make tables and content, and on first start the world; one that was interrupted is begun anew."""
        made = self.config.home / "world"
        if not made.exists():
            self.cluster.empty()
        self._finish("setup")
        if not made.exists():
            house.say(f"demo: making an agency of {people} people over {days} days (once)")
            if self._finish("world", "--people", str(people), "--days", str(days), may_be_missing=True):
                self.cluster.analyse()
                made.write_text(f"{people} people, {days} days\n")
        if not self.config.editions.exists():
            self._finish("editions", "invent")

    def _bring_up(self) -> None:
        for name, words in (("listen", []), ("tick", ["--every", "10"]), ("serve", [])):
            self.children[name] = self._start(name, *words)
        address = f"http://127.0.0.1:{self.config.port}/readyz"
        begun, said = time.monotonic(), False
        while not _answers(address):
            self._look_after()
            waited = time.monotonic() - begun
            if waited > MOST_WAITED:
                raise Misconfigured(f"The pages did not become ready in five minutes; ask {address} why.")
            if waited > 30 and not said:
                house.say("demo: the pages are still starting; this machine is busy")
                said = True
            time.sleep(0.1)

    def _look_after(self) -> None:
        """Start again what ended by itself; leave out what this house does not have yet."""
        for name, child in list(self.children.items()):
            code = child.poll()
            if code is None:
                continue
            del self.children[name]
            if code == NOT_BUILT and name != "serve":
                continue
            self.restarts += 1
            if self.restarts > MOST_RESTARTS:
                raise Misconfigured(f"`throughcare {name}` keeps ending (with {code}); what it said stands above.")
            house.say(f"demo: {name} ended with {code}; starting it again")
            time.sleep(0.5)
            self.children[name] = self._start(name, *(["--every", "10"] if name == "tick" else []))

    def _take_down(self) -> None:
        """End the children together, then the database they used."""
        for kind in (signal.SIGTERM, signal.SIGKILL):
            for child in self.children.values():
                if child.poll() is None:
                    child.send_signal(kind)
            end = time.monotonic() + PATIENCE
            while any(child.poll() is None for child in self.children.values()) and time.monotonic() < end:
                time.sleep(0.05)
        self.cluster.stop()

    def _finish(self, name: str, *words: str, may_be_missing: bool = False) -> bool:
        """Run a command to its end; raise if it failed, unless this house has no such thing yet."""
        child = self.children[name] = self._start(name, *words)
        code = child.wait()
        del self.children[name]
        if code and not (may_be_missing and code == NOT_BUILT):
            raise Misconfigured(f"`throughcare {name}` failed with {code}; what it said stands above.")
        return code == 0

    def _start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, **self.config.environ(), "DATABASE_URL": self.cluster.url()}
        if name == "setup":
            environment["OWNER_DATABASE_URL"] = self.cluster.url(OWNER)
        guard = shutil.which("setpriv")  # so that even a killed supervisor leaves nobody behind
        before = [guard, "--pdeathsig", "TERM", "--"] if guard else []
        return subprocess.Popen([*before, sys.executable, "-m", "throughcare.app", name, *words], env=environment)

    def _end(self, number: int, frame: FrameType | None) -> None:
        if not self.ending:
            self.ending = True
            raise Ended

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with Path(self.config.home / ".demo").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Misconfigured(
                    f"A demonstration runs in {self.config.home} already: end it, or name another THROUGHCARE_HOME."
                ) from None
            yield


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as answer:  # noqa: S310  (our own loopback address)
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
