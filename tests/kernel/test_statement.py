"""Statements in one trip: each answers as alone, the first that fails ends them all, and a connection is as good as before."""

from uuid import UUID

import pytest
from django.db import IntegrityError, OperationalError, connection

from throughcare import ledger
from throughcare.chart.models import Observation
from throughcare.kernel import db, statement
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger.models import Version

FEED = Actor.feed("test")


@pytest.mark.django_db
def test_each_answers_as_it_would_alone():
    id_ = uuid7()
    asked = [
        ("SELECT %s::uuid, 1", [id_]),
        ("SELECT n, n * n FROM generate_series(1, 3) n", []),
        ("SELECT 1 WHERE false", []),
    ]
    for _ in range(2):  # prepared, and prepared already
        assert statement.together(asked) == [[(id_, 1)], [(1, 1), (2, 4), (3, 9)], []]
        assert statement.together(asked) == [statement.run(*one) for one in asked]
    assert statement.together([]) == []


def test_the_first_that_fails_ends_them_all(app_dsn: str):
    with pytest.raises(ZeroDivisionError, match="x"), db.writing(FEED):
        raise ZeroDivisionError("x")
    from django.db import DataError

    for _ in range(2):
        with pytest.raises(DataError):
            statement.together([("SELECT 1", []), ("SELECT 1 / %s::int", [0]), ("SELECT 2", [])])
        assert statement.run("SELECT 3", []) == [(3,)], "the connection goes on"


def entry(id_: UUID) -> None:
    ledger.record(
        type="Observation", id=id_, person_id=derived("whom"), data_class=DataClass.CLINICAL, body={"resourceType": "Observation"}
    )  # fmt: skip


def test_an_action_is_committed_with_what_is_kept_and_says_where(app_dsn: str):
    id_ = uuid7()
    with db.writing(FEED, asks=[("SELECT 7", [])]) as unit:
        assert unit.told == [[(7,)]]
        entry(id_)
        entry(id_)
    assert connection.get_autocommit() and statement.idle()
    connection.close()  # what stands, stands for another connection as well
    rows = list(Version.objects.filter(resource_id=id_).order_by("version"))
    said = [(k.version, k.position, k.written_at, k.labels) for k in unit.kept]
    assert said == [(row.version, row.position, row.written_at, 0) for row in rows] and len(said) == 2


def test_a_check_at_the_end_undoes_all_of_it(app_dsn: str):
    id_ = uuid7()
    with pytest.raises(IntegrityError), db.writing(FEED) as unit:
        entry(id_)
        # A measurement of nobody: its person is looked for when all is done.
        Observation.objects.create(
            id=uuid7(), person_id=uuid7(), system="s", code="c", text="t", effective_at=unit.now, recorded_at=unit.now,
            recorder_id=uuid7(), recorded_by="test", data_class="clinical",
        )  # fmt: skip
    assert statement.idle() and not Version.objects.filter(resource_id=id_).exists()


def test_a_database_that_goes_away_is_said_and_come_back_to(app_dsn: str):
    import psycopg

    with pytest.raises(OperationalError), db.writing(FEED):
        pid = statement.run("SELECT pg_backend_pid()", [])[0][0]
        with psycopg.connect(app_dsn, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])
        entry(uuid7())
    connection.close()
    assert statement.together([("SELECT 1", [])]) == [[(1,)]]
