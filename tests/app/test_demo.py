"""The demonstration: up with one command, alone in its home, gone within seconds however it is ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
import pytest

from tests.app.commands import bare_environment, throughcare
from tests.serving import free_port
from throughcare.app import cli
from throughcare.app.postgres import Cluster

pytestmark = pytest.mark.slow
SMALL = ("--people", "30", "--days", "2")


class Running:
    """A demonstration in a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home, self.port, self.mllp_port = home, free_port(), free_port()
        self.environment = {
            "THROUGHCARE_HOME": str(home),
            "THROUGHCARE_PORT": str(self.port),
            "THROUGHCARE_MLLP_PORT": str(self.mllp_port),
        }
        command = [sys.executable, "-m", "throughcare.app", "demo", *SMALL]
        self.log = (home.parent / f"{home.name}.log").open("wb")
        self.process = subprocess.Popen(
            command,
            env={**bare_environment(), **self.environment},
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self, seconds: float = 300) -> "Running":
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urlopen(f"{self.address}/readyz", timeout=3):
                    return self
            except (URLError, OSError):
                time.sleep(0.2)
        raise AssertionError(Path(self.log.name).read_text()[-2000:])

    def left(self) -> list[int]:
        """Whoever still lives of its session, or holds its home."""
        found = []
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdigit() and f"THROUGHCARE_HOME={self.home}\0" in (folder / "environ").read_text():
                    found.append(int(folder.name))
            except OSError:
                continue
        server = Cluster(self.home).process()
        return [*found, *([server] if server else [])]

    def gone_within(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None and not self.left():
                return True
            time.sleep(0.1)
        return False


@pytest.fixture
def start(tmp_path: Path) -> Iterator:
    running: list[Running] = []

    def start(name: str = "home") -> Running:
        running.append(Running(tmp_path / name))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.process.terminate()
            one.process.wait(20)
        one.log.close()


def test_it_lives_answers_starts_again_and_ends(start):
    demo = start().wait()
    with urlopen(f"{demo.address}/healthz", timeout=5) as answer:
        assert answer.status == 200
    said = dict(line.split("=", 1) for line in throughcare("env", **demo.environment).stdout.splitlines())
    with psycopg.connect(said["APP_DATABASE_URL"]) as connection:
        role, may_change = connection.execute(
            "select current_user, has_table_privilege('ledger_version', 'update, delete, truncate')"
        ).fetchone() or ("", True)
    assert (role, may_change) == ("throughcare_app", False)
    assert throughcare("verify", **demo.environment).returncode == 0
    with urlopen(f"{demo.address}/readyz", timeout=5) as answer:
        assert answer.status == 200, "a command beside it leaves its database alone"
    os.killpg(demo.process.pid, signal.SIGTERM)  # everybody at once, as a terminal or a supervisor does
    assert demo.gone_within(10)
    assert demo.process.returncode == 0
    again = start().wait()
    again.process.terminate()  # the supervisor alone
    assert again.gone_within(10)


@pytest.mark.long
def test_killed_it_leaves_nobody_behind_and_comes_back(start):
    demo = start().wait()
    demo.process.kill()
    assert demo.gone_within(15)
    start().wait()


@pytest.mark.long
def test_two_on_other_homes_and_ports_do_not_meet(start):
    one, other = start("one"), start("other")
    one.wait()
    other.wait()
    assert Cluster(one.home).process() != Cluster(other.home).process()
    second = throughcare(
        "demo", **{**one.environment, "THROUGHCARE_PORT": str(free_port()), "THROUGHCARE_MLLP_PORT": str(free_port())}
    )
    assert second.returncode == cli.WRONG_USE
    assert "already" in second.stderr
    one.process.terminate()
    assert one.gone_within(10)
    with urlopen(f"{other.address}/readyz", timeout=5) as answer:
        assert answer.status == 200


def test_told_to_end_while_it_is_still_being_made(start):
    demo = start()
    time.sleep(2)
    demo.process.terminate()
    assert demo.gone_within(10)
