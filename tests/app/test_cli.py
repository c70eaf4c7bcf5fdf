"""The console command: answers at once, says what is wrong in a sentence, ends with a code that means something."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.commands import throughcare
from throughcare.app import cli


def test_help_lists_every_command_without_loading_any():
    done = throughcare("--help")
    assert done.returncode == 0
    for name in cli.COMMANDS:
        assert f"  {name} " in done.stdout


def test_help_loads_neither_django_nor_the_database_driver():
    code = "import sys; sys.argv = ['throughcare', '--help']\nfrom throughcare.app.cli import main\ntry: main()\nexcept SystemExit: pass\nprint([m for m in ('django', 'psycopg', 'rich', 'granian') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_table_of_commands_says_what_the_commands_say(name: str):
    command = cli.throughcare.get_command(None, name)  # type: ignore[arg-type]
    assert command
    assert (command.help or "").splitlines()[0] == cli.COMMANDS[name]
    assert command.name == name


def test_an_unknown_command_is_wrong_use():
    done = throughcare("frobnicate")
    assert done.returncode == cli.WRONG_USE
    assert "No such command" in done.stderr
    assert "Traceback" not in done.stderr


def test_production_half_configured_is_told_what_is_missing(tmp_path: Path):
    done = throughcare("serve", THROUGHCARE_HOME=str(tmp_path))
    assert done.returncode == cli.WRONG_USE
    assert "DATABASE_URL" in done.stderr
    assert "THROUGHCARE_HOSTS" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_setup_in_production_needs_both_addresses(tmp_path: Path):
    done = throughcare("setup", THROUGHCARE_HOME=str(tmp_path / "home"))
    assert done.returncode == cli.WRONG_USE
    assert "OWNER_DATABASE_URL" in done.stderr


@pytest.mark.parametrize(
    "words", [["env"], ["world"], ["token", "--role", "rn"], ["tick", "--to", "2026-03-01T05:00:00Z"]]
)
def test_what_is_for_trying_is_refused_in_production(tmp_path: Path, words: list[str]):
    done = throughcare(*words, THROUGHCARE_HOME=str(tmp_path))
    assert done.returncode == cli.REFUSED
    assert "in production it is refused" in done.stderr
    assert done.stdout == ""


def test_the_demonstration_refuses_somebody_elses_database(tmp_path: Path):
    done = throughcare("demo", THROUGHCARE_HOME=str(tmp_path), DATABASE_URL="postgresql://a@b/c")
    assert done.returncode == cli.WRONG_USE
    assert "unset DATABASE_URL" in done.stderr


def test_the_demonstration_refuses_a_production_home(tmp_path: Path):
    done = throughcare("demo", THROUGHCARE_HOME=str(tmp_path), THROUGHCARE_MODE="production")
    assert done.returncode == cli.WRONG_USE


@pytest.mark.parametrize("to", ["tomorrow", "2026-03-01T05:00:00"])
def test_a_time_without_sense_or_zone_is_refused(tmp_path: Path, to: str):
    done = throughcare("tick", "--to", to, THROUGHCARE_HOME=str(tmp_path), THROUGHCARE_MODE="demo")
    assert done.returncode == cli.WRONG_USE
    assert f"[{to}]" in done.stderr


def test_env_before_there_is_a_database_says_what_to_do(tmp_path: Path):
    done = throughcare("env", THROUGHCARE_HOME=str(tmp_path), THROUGHCARE_MODE="demo")
    assert done.returncode == cli.WRONG_USE
    assert "throughcare demo" in done.stderr


def test_a_taken_port_is_one_sentence(tmp_path: Path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = throughcare("demo", THROUGHCARE_HOME=str(tmp_path), THROUGHCARE_PORT=str(taken.getsockname()[1]))
    assert done.returncode == cli.WRONG_USE
    assert "THROUGHCARE_PORT" in done.stderr
    assert "Traceback" not in done.stderr
