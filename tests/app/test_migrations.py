"""Models and migrations say the same: whoever changes one is told of the other."""

from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from throughcare.app import migrating


@pytest.mark.django_db
def test_no_model_is_ahead_of_its_migrations() -> None:
    out = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1, stdout=out)
    except SystemExit:
        pytest.fail(out.getvalue())


def statements(first: int | None = None) -> list[str]:
    """Give what the first migrations of an empty database say to it, in order; all of them unless a number is given."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    executor.loader.applied_migrations = {}
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)[:first]
    state = executor._create_project_state()
    state.apps  # noqa: B018  (made before the first step, as `migrate` does)
    said: list[str] = []
    for migration, _ in plan:
        with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
            state = migration.apply(state, editor, collect_sql=True)
        said += editor.collected_sql
    return said


@pytest.mark.django_db
@pytest.mark.parametrize(
    "first", [pytest.param(35, id="the first"), pytest.param(None, id="all", marks=pytest.mark.long)]
)
def test_the_short_way_to_migrate_says_the_same_to_the_database(first: int | None) -> None:
    with time_machine.travel(datetime(2026, 11, 22, tzinfo=UTC), tick=False):  # some columns start out with today
        expected = statements(first)
        with migrating.only_what_changes():
            assert statements(first) == expected
    assert len(expected) > 300
