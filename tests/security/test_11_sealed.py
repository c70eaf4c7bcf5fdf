"""D3-11, a path that skips the policy: sealed rows by raw SQL, as the role that serves, with and without a lens."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from tests.access.makers import CLERK
from throughcare.kernel import db
from throughcare.kernel.ids import uuid7
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import AUTHOR_ALONE, SEALED, DataClass, Role, Verb
from throughcare.ledger import record

COUNT = "SELECT count(*) FROM ledger_sealed_version WHERE data_class = %s"


def lens_of(role: Role) -> Lens:
    from throughcare.access import lenses

    return lenses.make(uuid4(), f"Demo-{role}", role, facilities=None)


def seal(cls: DataClass) -> None:
    id_ = uuid7()
    with db.writing(CLERK) as work:
        work.action = "test.seal"
        body = {"resourceType": "QuestionnaireResponse", "id": str(id_), "status": "completed"}
        record(type="QuestionnaireResponse", id=id_, person_id=uuid7(), data_class=cls, body=body)


def rows(cls: DataClass) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [cls.value])
        return int(cursor.fetchone()[0])


@pytest.mark.database_copy
def test_without_a_lens_there_is_nothing_and_with_the_wrong_one_neither() -> None:
    for cls in SEALED:
        seal(cls)
    assert {cls: rows(cls) for cls in SEALED} == dict.fromkeys(SEALED, 0), "no lens, no rows"
    for role in Role:
        lens = lens_of(role)
        with db.reading(lens):
            seen = {cls for cls in SEALED if rows(cls)}
        assert seen == lens.sealed_classes(Verb.READ) - AUTHOR_ALONE, role
    with db.reading(lens_of(Role.CUSTODY)):
        assert not any(rows(cls) for cls in SEALED)
    with db.reading(lens_of(Role.PREA)):
        assert {cls for cls in SEALED if rows(cls)} == {DataClass.PREA}


@pytest.mark.database_copy
def test_one_connection_carries_nothing_from_one_reader_to_the_next() -> None:
    seal(DataClass.PREA)
    for _ in range(3):
        with db.reading(lens_of(Role.PREA)):
            assert rows(DataClass.PREA) == 1
        assert rows(DataClass.PREA) == 0
        with pytest.raises(ZeroDivisionError), db.reading(lens_of(Role.PREA)):
            raise ZeroDivisionError
        with db.reading(lens_of(Role.CUSTODY)):
            assert rows(DataClass.PREA) == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(current_setting('throughcare.sealed_read', true), '')")
            assert cursor.fetchone() == ("",)


@pytest.mark.database_copy
def test_a_pool_of_one_gives_the_next_reader_a_clean_connection(app_dsn: str) -> None:
    from psycopg_pool import ConnectionPool

    seal(DataClass.PREA)
    with ConnectionPool(app_dsn, min_size=1, max_size=1) as pool:
        with pool.connection() as first, first.transaction():
            first.execute("SELECT set_config('throughcare.sealed_read', 'prea', true)")
            assert first.execute(COUNT, ["prea"]).fetchone() == (1,)
        with pool.connection() as second:
            assert second.execute(COUNT, ["prea"]).fetchone() == (0,)


@pytest.mark.database_copy
def test_sealed_bodies_are_not_readable_in_the_database(owner_dsn: str) -> None:
    import psycopg

    seal(DataClass.PREA)
    with psycopg.connect(owner_dsn) as owner:
        stored = owner.execute("SELECT body FROM ledger_sealed_version").fetchall()
    for (body,) in stored:
        assert b"QuestionnaireResponse" not in bytes(body) and bytes(body)[:4] != b"\x28\xb5\x2f\xfd"


@pytest.mark.django_db
def test_the_serving_role_is_nobody_special() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
            "AND relname ~ 'sealed' AND NOT (relrowsecurity AND relforcerowsecurity)"
        )
        assert cursor.fetchall() == [], "every sealed table forces row-level security on its owner too"


@pytest.mark.django_db
def test_a_partition_is_not_a_way_round() -> None:
    for table in ("ledger_sealed_version_rest", "ledger_version_rest"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")
