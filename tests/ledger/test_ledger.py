"""The ledger: kept once, chained, proved; what is changed behind its back is found; late commits are not lost."""

import re
import threading
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from throughcare import ledger
from throughcare.kernel import db
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import anchors, reads, verify

NURSE = Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada")
PERSON = derived("test", "person")


def write(person: UUID = PERSON, *, data_class: DataClass = DataClass.CLINICAL, value: str = "7.20") -> UUID:
    """Keep one observation in a transaction of its own."""
    id_ = uuid7()
    with db.writing(NURSE):
        ledger.record(
            type="Observation",
            id=id_,
            person_id=person,
            data_class=data_class,
            body={"resourceType": "Observation", "status": "final", "value": value},
        )
    return id_


@pytest.mark.django_db
def test_versions_count_up_and_chain() -> None:
    first = write()
    with db.writing(NURSE):
        for status in ("amended", "corrected"):
            ledger.record(
                type="Observation",
                id=first,
                person_id=PERSON,
                data_class=DataClass.CLINICAL,
                body={"resourceType": "Observation", "status": status},
            )
    with connection.cursor() as cursor:
        cursor.execute("SELECT n, version FROM ledger_version WHERE subject = %s ORDER BY n", [PERSON])
        assert cursor.fetchall() == [(1, 1), (2, 2), (3, 3)]
        cursor.execute("SELECT version, status FROM ledger_current WHERE id = %s", [first])
        assert cursor.fetchall() == [(3, "corrected")]
    assert verify.run().broken == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_version SET reason = 'x'",
        "DELETE FROM ledger_version",
        "TRUNCATE ledger_version",
        "INSERT INTO ledger_head VALUES (gen_random_uuid(), false, 1, '')",
        "UPDATE ledger_current SET version = 9",
        "DELETE FROM ledger_read",
        "UPDATE ledger_read SET user_name = 'somebody else'",
        "ALTER TABLE ledger_version DISABLE TRIGGER ALL",
    ],
)
def test_the_serving_role_cannot_change_the_ledger(statement: str) -> None:
    write()
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.database_copy
def test_even_the_owner_is_refused_by_the_trigger(owner_dsn: str) -> None:
    write()
    with psycopg.connect(owner_dsn) as owner, pytest.raises(psycopg.errors.IntegrityError):
        owner.execute("UPDATE ledger_version SET reason = 'x'")


TAMPERINGS = {
    "header": "UPDATE ledger_version SET reason = 'tampered' WHERE position = (SELECT min(position) FROM ledger_version)",
    "body": "UPDATE ledger_version SET body = '\\x00' WHERE position = (SELECT min(position) FROM ledger_version)",
    "digest": "UPDATE ledger_version SET digest = sha256('x') WHERE position = (SELECT min(position) FROM ledger_version)",
    "middle gone": "DELETE FROM ledger_version WHERE n = 2",
    "tail gone": "DELETE FROM ledger_version WHERE n = 3",
    "class": "UPDATE ledger_version SET data_class = 'demographics' WHERE n = 1",
    "present state": "UPDATE ledger_current SET version = version + 1",
    "read log": "UPDATE ledger_read SET user_name = 'nobody' WHERE id = (SELECT min(id) FROM ledger_read)",
    "read gone": "DELETE FROM ledger_read WHERE id = (SELECT min(id) FROM ledger_read)",
}


@pytest.mark.database_copy
@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_a_change_behind_its_back_is_found(owner_dsn: str, statement: str, rn_lens) -> None:
    for value in ("1.0", "2.0", "3.0"):
        write(value=value)
    with transaction.atomic():
        for _ in range(2):
            reads.log_read(rn_lens, route="chart", people=[PERSON], classes=[DataClass.CLINICAL])
    reads.close_block()
    assert verify.run().sound
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute("ALTER TABLE ledger_version DISABLE TRIGGER USER")
        owner.execute(statement)
    assert not verify.run().sound


@pytest.mark.database_copy
def test_anchors_find_one_who_chained_everything_again(owner_dsn: str, tmp_path: Path) -> None:
    file = tmp_path / "anchors.jsonl"
    for value in ("1.0", "2.0"):
        write(value=value)
    assert anchors.drop(file) is not None
    assert anchors.drop(file) is None, "nothing was written since"
    assert verify.run(file).broken == []
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute("ALTER TABLE ledger_version DISABLE TRIGGER USER")
        owner.execute(
            "DELETE FROM ledger_version WHERE n = 2 AND subject = %s", [PERSON]
        )  # the last of this chain alone
        owner.execute(
            "UPDATE ledger_head h SET n = v.n, hash = v.hash FROM ledger_version v WHERE v.subject = h.subject "
            "AND h.subject = %s",
            [PERSON],
        )
        owner.execute("DELETE FROM ledger_current c WHERE NOT EXISTS (SELECT FROM ledger_version v WHERE v.id = c.id)")
    assert verify.run().sound, "cut cleanly: the chains alone can't tell"
    assert not verify.run(file).sound
    file.write_text(re.sub(r'"subjects":\d+', '"subjects":2', file.read_text()))
    assert "signature" in verify.run(file).broken[0]


@pytest.mark.database_copy
def test_a_reader_by_horizon_loses_no_late_commit(app_dsn: str) -> None:
    """Two transactions commit in reverse order while a consumer runs (design.md 6)."""
    slow_wrote, may_commit = threading.Event(), threading.Event()
    _, before = reads.feed(0)

    def slow() -> None:
        try:
            with db.writing(NURSE):
                ledger.record(
                    type="Observation",
                    id=derived("slow"),
                    person_id=derived("someone", "else"),
                    data_class=DataClass.CLINICAL,
                    body={"resourceType": "Observation"},
                )
                from throughcare.ledger.append import keep_now

                keep_now(db.unit())
                slow_wrote.set()
                may_commit.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert slow_wrote.wait(10)
    fast = write()
    seen, cursor = reads.feed(before)
    assert seen == [], "nothing from beyond the horizon of a transaction still open"
    may_commit.set()
    thread.join()
    seen, _ = reads.feed(cursor)
    assert {row[2] for row in seen} == {derived("slow"), fast}


@pytest.mark.django_db
def test_sealed_entries_are_invisible_without_the_class_and_unreadable_without_the_key(rn_lens, prea_lens) -> None:
    sealed = write(data_class=DataClass.PREA, value="secret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_sealed_version")
        assert cursor.fetchone() == (0,), "no lens, no row"
    with db.reading(rn_lens), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_sealed_version WHERE data_class = 'psychotherapy'")
        assert cursor.fetchone() == (0,)
    with db.reading(prea_lens), connection.cursor() as cursor:
        cursor.execute("SELECT body FROM ledger_sealed_version WHERE id = %s", [sealed])
        assert b"secret" not in bytes(cursor.fetchone()[0])
    assert reads.history(prea_lens, "Observation", sealed)[0].body["value"] == "secret"
    assert verify.run().broken == []


@pytest.mark.database_copy
def test_writers_in_opposite_orders_never_deadlock() -> None:
    people = [derived("p", str(i)) for i in range(6)]
    failures: list[BaseException] = []
    before = verify.run().entries

    def worker(order: list[UUID]) -> None:
        try:
            for _ in range(15):
                with db.writing(NURSE):
                    for person in order:
                        ledger.record(
                            type="Observation",
                            id=uuid7(),
                            person_id=person,
                            data_class=DataClass.CLINICAL,
                            body={"resourceType": "Observation"},
                        )
        except BaseException as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker, args=(order,)) for order in (people, people[::-1], people[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert verify.run().entries == before + 3 * 15 * 6
    assert verify.run().sound


@pytest.mark.django_db
def test_nobody_sets_the_database_s_own_time() -> None:
    from throughcare.kernel import clock

    with clock.frozen(datetime(2020, 1, 1, tzinfo=UTC)):
        id_ = write()
    with connection.cursor() as cursor:
        cursor.execute("SELECT recorded_at, written_at FROM ledger_version WHERE id = %s", [id_])
        recorded, written = cursor.fetchone()
    assert recorded.year == 2020 and written.year >= 2026


@pytest.mark.django_db
def test_a_constraint_broken_at_the_end_leaves_no_entry() -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), db.writing(NURSE):
        ledger.record(
            type="Observation",
            id=derived("never"),
            person_id=PERSON,
            data_class=DataClass.CLINICAL,
            body={"resourceType": "Observation"},
            media="not a media",
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_version WHERE id = %s", [derived("never")])
        assert cursor.fetchone() == (0,)


@pytest.mark.database_copy
def test_months_are_made_ahead_and_hold_what_is_written() -> None:
    reads.make_months(14)
    reads.make_months(14)
    write()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'ledger_version'::regclass")
        assert cursor.fetchone()[0] >= 15
        cursor.execute("SELECT tableoid::regclass::text FROM ledger_version LIMIT 1")
        assert cursor.fetchone()[0] != "ledger_version_rest"
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_sealed_version_rest")


@pytest.mark.django_db
def test_words_can_t_move_the_borders_of_a_header() -> None:
    id_ = uuid7()
    with db.writing(NURSE, reason="one\x1ftwo"):
        ledger.record(
            type="Observation",
            id=id_,
            person_id=PERSON,
            data_class=DataClass.CLINICAL,
            body={"resourceType": "Observation"},
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM ledger_version WHERE id = %s", [id_])
        assert cursor.fetchone() == ("one two",)
