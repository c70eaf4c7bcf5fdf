"""The reference is what code and content make of it, and leaves nothing out."""

import re
from pathlib import Path

import pytest

from docs import build
from throughcare.access import doors
from throughcare.access.matrix import load_matrix
from throughcare.app import cli, reference
from throughcare.app.config import SETTINGS
from throughcare.app.jobs import JOBS
from throughcare.app.reference import writing
from throughcare.chart.forms import library
from throughcare.duties import clock_table
from throughcare.exchange.hl7v2 import rules as hl7
from throughcare.kernel import content
from throughcare.kernel.actions import REGISTRY
from throughcare.kernel.events import Event

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    writing.load_rooms()
    return reference.files()


def test_what_is_committed_is_what_is_made() -> None:
    assert build.stale(build.made()) == [], "run `make docs`"


def test_every_setting_command_and_job_is_there(pages: dict[str, str]) -> None:
    assert all(f"`{setting.name}`" in pages["settings.md"] for setting in SETTINGS)
    assert all(f"## {name}\n" in pages["commands.md"] for name in cli.COMMANDS)
    assert all(job.name in pages["jobs.md"] for job in JOBS)


def test_every_door_is_there(pages: dict[str, str]) -> None:
    for row in doors.table():
        assert f"`{row['method']} {row['path']}`" in pages["routes.md"]


def test_every_action_is_there_and_says_what_it_guarantees(pages: dict[str, str]) -> None:
    for name, registered in REGISTRY.items():
        if registered.function.__module__.startswith("throughcare."):
            assert f"| `{name}` |" in pages["actions.md"]
            assert registered.function.__doc__, f"[{name}] says nothing"


def test_every_event_is_there_and_says_what_it_means(pages: dict[str, str]) -> None:
    for event in writing._kinds(Event):
        assert f"| `{event.__name__}` |" in pages["events.md"]
        assert event.__doc__, event.__name__


def test_every_clock_in_force_is_there(pages: dict[str, str]) -> None:
    for rule in clock_table.rules(reference.IN_FORCE):
        assert f"**{rule}**" in pages["clocks.md"], rule


def test_every_cell_of_the_matrix_is_there(pages: dict[str, str]) -> None:
    for title in load_matrix().titles.values():
        assert f"| {title.english} |" in pages["access-matrix.md"]


def test_every_form_and_alert_is_there(pages: dict[str, str]) -> None:
    assert all(f"| `{name}` |" in pages["forms.md"] for name in library.names())
    assert all(f"| `{row['id']}` |" in pages["alerts.md"] for row in content.rows("custody/alerts.toml", "alert"))


def test_officers_sentences_are_there_without_their_reason(pages: dict[str, str]) -> None:
    for row in content.rows("custody/alerts.toml", "alert"):
        assert f"gloss = {row['gloss']}" not in pages["alerts.md"]
    assert "gloss" not in pages["alerts.md"]


@pytest.mark.django_db
def test_every_table_is_there(pages: dict[str, str]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        )
        ours = re.compile(
            r"(access|bulk|chart|custody|devices|duties|emergency|exchange|gate|grievances|improvement|insight|intake|kernel|ledger|medications|mental_health|people|reentry|restriction|smart|sick_call|substance_use|workforce)_"
        )
        there = {name for (name,) in cursor.fetchall() if ours.match(name)}
    told = set(re.findall(r"^### (\w+)$", pages["tables.md"], re.M))
    # Twins of told tables, the parent of monthly parts, and one row that counts (docs/decisions/0032).
    untold = {"ledger_sealed_version", "ledger_sealed_current", "medications_dose", "access_epoch"}
    assert there - told <= untold
    assert told <= there


def test_every_message_we_act_on_is_there(pages: dict[str, str]) -> None:
    assert all(f"| `{event}` |" in pages["hl7v2.md"] for event in hl7.EVENTS)
    assert {need.__name__ for needs in hl7._NEEDS.values() for need in needs} <= set(reference.exchange.NEEDS)
