"""Of plentiful types the first version stands alone, without a row in `ledger_current`; a second, a label or an end brings it."""

from uuid import UUID

import psycopg
import pytest
from django.db import connection

from throughcare import ledger
from throughcare.access import actions as access
from throughcare.access import labels
from throughcare.kernel import db
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import labels as ledger_labels
from throughcare.ledger import present, reads, verify
from throughcare.ledger.entry import PLENTIFUL

CLERK = Actor.system("test")
KIND = "MedicationAdministration"


def dose(id_: UUID | None = None, *, first: bool = True, **said: object) -> UUID:
    """Keep a version of a dose in a transaction of its own."""
    id_ = id_ or uuid7()
    with db.writing(CLERK):
        ledger.record(
            type=KIND,
            id=id_,
            person_id=derived("test", "person"),
            data_class=DataClass.MEDICATION,
            body={"resourceType": KIND, "id": str(id_), "status": "completed", **said},
            first=first,
        )
    return id_


def rows(id_: UUID) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT version, status, labels, live FROM ledger_current WHERE id = %s", [id_])
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_sql_knows_the_same_types() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t FROM unnest(%s::text[]) t WHERE ledger_plentiful(t)", [[*PLENTIFUL, "Task", "Patient"]]
        )
        assert {t for (t,) in cursor.fetchall()} == PLENTIFUL


@pytest.mark.django_db
def test_the_first_stands_alone_and_the_second_brings_the_row() -> None:
    id_ = dose()
    assert rows(id_) == [] and ledger_labels.bits(KIND, id_) == 0
    header = reads.header(KIND, id_)
    assert header is not None and (header.version, header.live) == (1, True)
    assert header.person_id == derived("test", "person") and header.data_class is DataClass.MEDICATION
    dose(id_, first=False, status="entered-in-error")
    assert rows(id_) == [(2, "entered-in-error", 0, False)]
    dose(id_, first=False)
    assert rows(id_) == [(3, "completed", 0, True)]
    assert verify.run().broken == []


@pytest.mark.django_db
def test_what_nobody_called_the_first_has_its_row_at_once() -> None:
    assert rows(dose(first=False)) == [(1, "completed", 0, True)]
    assert rows(dose(status="entered-in-error")) == [(1, "entered-in-error", 0, False)], "it holds no more"


@pytest.mark.database_copy
def test_a_label_brings_the_row_and_made_anew_it_is_the_same(owner_dsn: str) -> None:
    alone, labelled, twice = dose(), dose(), dose()
    dose(twice, first=False)
    access.say_label(actor=CLERK, kind=KIND, id=labelled, label="SDV")
    assert rows(labelled) == [(1, "completed", labels.bits_of(["SDV"]), True)]
    assert present.rebuild(labels.bit_of()) == 0 and rows(alone) == []
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute("DELETE FROM ledger_current WHERE id = ANY (%s)", [[labelled, twice]])
    assert "present state" in verify.run().broken[0]
    assert present.rebuild(labels.bit_of()) == 2
    assert rows(twice)[0][0] == 2 and verify.run().broken == []


@pytest.mark.database_copy
def test_two_first_versions_of_one_dose_are_found() -> None:
    dose(dose())
    assert "not its last version" in verify.run().broken[0]
