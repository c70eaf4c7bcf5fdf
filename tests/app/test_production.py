"""Production: set up on a server of the agency's own, served under its own name, and deaf to what is for trying."""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from tests.app.commands import bare_environment, throughcare
from tests.serving import free_port
from throughcare.app import cli
from throughcare.app.postgres import APP, OWNER, Cluster

pytestmark = pytest.mark.slow
HOST = "record.example.org"


@pytest.fixture
def installed(cluster: Cluster, database_copy: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a production installation that was set up."""
    environment = {
        "THROUGHCARE_HOME": str(tmp_path / "home"),
        "THROUGHCARE_HOSTS": HOST,
        "THROUGHCARE_BASE_URL": f"https://{HOST}",
        "THROUGHCARE_PORT": str(free_port()),
        "DATABASE_URL": cluster.url(APP, database_copy),
    }
    done = throughcare("setup", **environment, OWNER_DATABASE_URL=cluster.url(OWNER, database_copy))
    assert done.returncode == 0, done.stderr
    return environment


def ask(environment: dict[str, str], path: str, method: str = "GET", **headers: str) -> int:
    address = f"http://127.0.0.1:{environment['THROUGHCARE_PORT']}{path}"
    try:
        with urlopen(
            Request(address, headers={"Host": HOST, "X-Forwarded-Proto": "https", **headers}, method=method), timeout=5
        ) as answer:
            return answer.status
    except HTTPError as refused:
        return refused.code


def test_it_serves_under_its_own_name_alone(installed: dict[str, str]):
    command = [sys.executable, "-m", "throughcare.app", "serve"]
    server = subprocess.Popen(command, env={**bare_environment(), **installed})
    try:
        end = time.monotonic() + 90
        while time.monotonic() < end and server.poll() is None:
            try:
                if ask(installed, "/readyz") == 200:
                    break
            except (URLError, OSError):
                time.sleep(0.2)
        assert ask(installed, "/readyz") == 200
        assert ask(installed, "/sign-in/") == 200
        assert ask(installed, "/sign-in/", Host="elsewhere.example.org") == 400
        assert ask(installed, "/readyz", Host="10.0.0.7") == 200
        assert ask(installed, "/demo/become", method="POST") in (403, 404)
    finally:
        server.terminate()
        assert server.wait(15) == 0


def test_whoever_serves_pages_does_not_hold_the_owners_address(installed: dict[str, str]):
    assert "OWNER_DATABASE_URL" not in installed  # it is needed by setup alone
    done = throughcare("verify", "--rebuild", "--rows", **installed)
    assert done.returncode == 0, done.stderr
    assert "0 present rows" in done.stdout and "compared with their rows" in done.stdout


def test_setup_does_nothing_twice_and_everything_when_content_changed(
    installed: dict[str, str], cluster: Cluster, database_copy: str, tmp_path: Path
):
    environment = {**installed, "OWNER_DATABASE_URL": cluster.url(OWNER, database_copy)}
    assert "setup: tables" not in throughcare("setup", **environment).stderr
    (tmp_path / "content/wording").mkdir(parents=True)
    (tmp_path / "content/wording/own.toml").write_text('version = "1"\n')
    environment["THROUGHCARE_CONTENT"] = str(tmp_path / "content")
    assert "setup: tables" in throughcare("setup", **environment).stderr
    assert "setup: tables" not in throughcare("setup", **environment).stderr
    assert "setup: tables" in throughcare("setup", "--again", **environment).stderr


def test_what_is_for_trying_is_refused_there_too(installed: dict[str, str]):
    for words in (
        ["env"],
        ["token", "--role", "rn"],
        ["tick", "--to", "2030-01-01T00:00:00Z"],
        ["world", "--people", "1", "--days", "1"],
    ):
        done = throughcare(*words, **installed)
        assert done.returncode == cli.REFUSED, words
        assert "postgresql://" not in done.stdout + done.stderr


def test_no_secret_comes_with_the_package(installed: dict[str, str], tmp_path: Path):
    key = (tmp_path / "home/keys/django.key").read_text().strip()
    assert len(key) >= 50
    assert os.stat(tmp_path / "home/keys/django.key").st_mode & 0o077 == 0


def test_the_first_account_is_opened_once_at_the_console(installed: dict[str, str]):
    first = throughcare("account", "--username", "first.last", "--name", "Sample-Last, First", **installed)
    assert first.returncode == 0, first.stderr
    assert len(first.stdout.strip()) == 23, "the first password, alone"
    assert first.stdout.strip() not in first.stderr
    words = ("account", "--username", "second.last", "--name", "Sample-Last, Second")
    again = throughcare(*words, **installed)
    assert again.returncode == cli.REFUSED
    assert "/accounts/" in again.stderr and again.stdout == ""
    other = throughcare(*words, "--another", "Nobody of the three can sign in.", **installed)
    assert other.returncode == 0, other.stderr


def test_an_account_needs_a_role_and_a_place_that_there_are(installed: dict[str, str]):
    words = ("account", "--username", "first.last", "--name", "Sample-Last, First")
    assert "[nurse] is no role" in throughcare(*words, "--role", "nurse", **installed).stderr
    assert "[nowhere] is no open facility" in throughcare(*words, "--facility", "nowhere", **installed).stderr
    assert throughcare(*words, "--role", "rn", **installed).returncode == cli.REFUSED
    wrong = throughcare("account", "--username", "a b", "--name", "Sample-Last, First", **installed)
    assert wrong.returncode == cli.WRONG_USE and "without a space" in wrong.stderr
