"""Statements in one trip: each answers as alone, the first that fails ends them all, and a connection is as good as before."""

from uuid import UUID

import pytest
from django.db import IntegrityError, OperationalError, connection

from throughcare import ledger
from throughcare.chart.models import Observation
from throughcare.kernel import db, statement
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.models import Intent
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


MARK = "INSERT INTO kernel_intent (id, action, digest, result, at) VALUES (%s, 'test', '', '', now())"


def marked(id_: UUID) -> bool:
    return Intent.objects.filter(id=id_).exists()


def test_what_goes_later_is_found_by_whatever_is_asked_next(app_dsn: str):
    ids = [uuid7() for _ in range(4)]
    with db.writing(FEED):
        db.later(MARK, [ids[0]])
        assert statement.run("SELECT id FROM kernel_intent WHERE id = %s", [ids[0]]) == [(ids[0],)]
        db.later(MARK, [ids[1]])
        assert marked(ids[1]), "Django's own cursors send it first"
        db.later(MARK, [ids[2]])
        assert statement.run("SELECT count(*) FROM kernel_intent WHERE id = %s", [ids[2]], prepare=False) == [(1,)]
        db.later(MARK, [ids[3]])
    connection.close()
    assert all(map(marked, ids)), "and what nobody asked for is committed with the end"
    outside = uuid7()
    db.later(MARK, [outside])
    connection.close()
    assert marked(outside), "outside an action it is written at once"


def test_what_goes_later_goes_with_its_part_and_its_action(app_dsn: str):
    before, part, after, gone = (uuid7() for _ in range(4))
    with db.writing(FEED):
        db.later(MARK, [before])
        with pytest.raises(ZeroDivisionError, match="x"), db.apart():
            db.later(MARK, [part])
            raise ZeroDivisionError("x")
        db.later(MARK, [after])
    assert [marked(one) for one in (before, part, after)] == [True, False, True]
    with pytest.raises(ZeroDivisionError, match="x"), db.writing(FEED):
        db.later(MARK, [gone])
        raise ZeroDivisionError("x")
    with db.writing(FEED):
        pass
    assert not marked(gone), "nothing of it waits for the next action"


def test_an_error_of_what_went_later_is_raised_where_it_is_sent(app_dsn: str):
    id_, other = uuid7(), uuid7()
    with pytest.raises(IntegrityError), db.writing(FEED):
        db.later(MARK, [id_])
        db.later(MARK, [id_])
    with db.writing(FEED):
        with pytest.raises(IntegrityError), db.apart():
            db.later(MARK, [id_])
            db.later(MARK, [id_])
        db.later(MARK, [other])
    assert not marked(id_) and marked(other), "the part is undone, the rest stands"
    assert statement.idle()


@pytest.mark.django_db
def test_a_list_of_words_arrives_whatever_letters_it_has() -> None:
    for words in (["plain", ""], ['","', "a"], ['"', "b"], ["\\", "c"], ["x", None, "y"], ["NULL", "{}", "é,"]):
        assert statement.run("SELECT %s::text[]", [words]) == [(words,)]
