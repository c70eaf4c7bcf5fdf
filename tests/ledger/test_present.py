"""The present state made anew, entries compared with rows, and the one thing that may go: a body, by order of law."""

from uuid import UUID

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from throughcare import ledger
from throughcare.access import actions as access
from throughcare.access import labels
from throughcare.app import rendering
from throughcare.kernel import db
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Refused
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import append, formats, present, reads, verify
from throughcare.ledger.models import Version
from throughcare.people import actions as people
from throughcare.people.actions import Demographics
from throughcare.people.models import Person

CLERK = Actor.system("test")
HIM = Actor("staff", derived("test", "him"), "Demo-Keeper, Ina", Role.HIM)
AUTHORITY = "Superior Court, Hartford, order of 2026-02-03"
REASON = "Erasure of a record that belongs to another person."


def write(*, cls: DataClass = DataClass.CLINICAL, code: str = "", id_: UUID | None = None, **body: object) -> UUID:
    """Keep a version of a condition in a transaction of its own."""
    id_ = id_ or uuid7()
    coded = {"code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]}} if code else {}
    with db.writing(CLERK):
        ledger.record(
            type="Condition",
            id=id_,
            person_id=derived("test", "person"),
            data_class=cls,
            body={"resourceType": "Condition", "id": str(id_), **coded, **body},
        )
    return id_


def present_rows() -> list[tuple]:
    with db.writing(CLERK), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_current UNION ALL SELECT * FROM ledger_sealed_current ORDER BY 1, 2")
        return cursor.fetchall()


def entries_of_all_kinds() -> UUID:
    """Write what makes the present state differ from its last version's header."""
    labelled = write(code="B20")
    write(code="I10")
    corrected = write(code="I10")
    write(id_=corrected, code="I10", verificationStatus={"coding": [{"code": "entered-in-error"}]})
    moved = write(code="I10")
    write(id_=moved, code="B20")
    by_hand = write()
    access.say_label(actor=CLERK, kind="Condition", id=by_hand, label="SDV")
    taken_back = write()
    access.say_label(actor=CLERK, kind="Condition", id=taken_back, label="SDV")
    access.take_label_back(actor=CLERK, kind="Condition", id=taken_back, label="SDV", why="Wrong person")
    write(id_=by_hand)
    write(cls=DataClass.PREA)
    people.register(actor=CLERK, demographics=Demographics(family="Sample-Reyes", given="Luis", synthetic=True))
    return labelled


@pytest.mark.database_copy
def test_made_anew_it_is_the_same_row_for_row(owner_dsn: str) -> None:
    entries_of_all_kinds()
    before = present_rows()
    assert present.rebuild(labels.bit_of()) == 0, "nothing differed"
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute("DELETE FROM ledger_current WHERE type = 'Condition'")
        owner.execute("UPDATE ledger_current SET labels = 7, live = false, code = 'x', status = 'y'")
        owner.execute("UPDATE ledger_sealed_current SET version = 9, person_id = NULL")
        owner.execute(
            "INSERT INTO ledger_current SELECT type, gen_random_uuid(), version, position, subject, person_id, "
            "data_class, labels, code, status, happened_at, live FROM ledger_current LIMIT 1"
        )
    assert not verify.run().sound
    assert present.rebuild(labels.bit_of()) > 0
    assert present_rows() == before
    assert verify.run().broken == []


@pytest.mark.django_db
@pytest.mark.parametrize("cls", [DataClass.CLINICAL, DataClass.PREA])
@pytest.mark.parametrize("portion", [2, 200])
def test_of_several_versions_in_one_transaction_the_last_is_present_with_the_labels_of_all(
    cls: DataClass, portion: int, monkeypatch
) -> None:
    """Three transactions write 3, 2 and 1 versions of one thing, another's between them; only the first version is of HIV."""
    monkeypatch.setattr(append, "PORTION", portion)
    one, other, places = uuid7(), uuid7(), []
    for codes in (("B20", "I10", "I11"), ("I10", "I12"), ("I13",)):
        with db.writing(CLERK) as unit:
            for n, code in enumerate(codes):
                write_more(one, code, cls)
                if n == 0:
                    write_more(other, "E11", cls)
        places += [(kept.entry.id, kept.version, kept.labels, kept.position) for kept in unit.kept]
    bits = places[0][2]  # what is sealed has the label of its class alone
    assert cls is DataClass.PREA or bits == labels.bits_of(["HIV"])
    assert [(version, of_it) for id_, version, of_it, _ in places if id_ == one] == [(n, bits) for n in range(1, 7)]
    assert [version for id_, version, _, _ in places if id_ == other] == [1, 2, 3]
    found = {row[1]: row for row in present_rows()}
    last = max(place for id_, _, _, place in places if id_ == one)
    assert (found[one][2], found[one][3], found[one][7], found[one][8]) == (6, last, bits, "I13")
    assert found[other][2] == 3
    assert present.rebuild(labels.bit_of()) == 0, "nothing differed"
    assert verify.run().broken == []


def write_more(id_: UUID, code: str, cls: DataClass) -> None:
    ledger.record(
        type="Condition",
        id=id_,
        person_id=derived("test", "person"),
        data_class=cls,
        body={
            "resourceType": "Condition",
            "id": str(id_),
            "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]},
        },
    )


@pytest.mark.django_db
def test_a_fact_that_gets_a_narrower_code_moves_to_its_class_and_still_verifies() -> None:
    id_ = write(code="I10")
    write(id_=id_, code="B20")
    with connection.cursor() as cursor:
        cursor.execute("SELECT data_class, labels FROM ledger_current WHERE id = %s", [id_])
        assert cursor.fetchone() == ("infection", labels.bits_of(["HIV"]))
    assert verify.run().broken == []


# --- entries and rows -------------------------------------------------------------------------------------------------------


@pytest.mark.database_copy
def test_an_entry_that_its_row_does_not_bear_out_is_found_and_names_no_value(owner_dsn: str) -> None:
    id_ = people.register(actor=CLERK, demographics=Demographics(family="Sample-Reyes", given="Luis", synthetic=True))
    assert formats.check().faults == []
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute("UPDATE people_person SET family = 'Sample-Other' WHERE id = %s", [id_])
    (fault,) = formats.check().faults
    assert str(fault) == f"Patient/{id_}: name"


@pytest.mark.database_copy
def test_each_turn_looks_at_what_changed_and_a_share_of_the_rest_and_a_round_sees_everything(monkeypatch) -> None:
    monkeypatch.setattr(formats, "PORTION", 5)
    formats.turn()
    known = [
        people.register(actor=CLERK, demographics=Demographics(family=f"Sample-{n}", given="Luis", synthetic=True))
        for n in range(12)
    ]
    assert formats.turn().compared >= len(known), "what was written since the last turn"
    assert formats.turn().compared <= 5
    everything = formats.check().compared
    turns = [formats.turn().compared for _ in range(2 * (everything // 5 + 2))]
    assert sum(turns) >= everything


@pytest.mark.django_db
def test_a_mapper_that_changed_gives_a_new_version_with_the_reason_format(monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = people.register(actor=CLERK, demographics=Demographics(family="Sample-Reyes", given="Luis", synthetic=True))
    before = Person.objects.get(id=id_)
    monkeypatch.setattr(formats, "RENDERER", 99)
    monkeypatch.setattr("throughcare.ledger.append.RENDERER", 99)
    renders = dict(formats._renderers)
    monkeypatch.setitem(
        formats._renderers,
        "Patient",
        [lambda ids: {k: {**v, "multipleBirthBoolean": False} for k, v in renders["Patient"][0](ids).items()}],
    )
    report = formats.check()
    assert report.renewed >= 1 and report.faults == []
    last = Version.objects.filter(type="Patient", resource_id=id_).order_by("-version")[0]
    assert (last.reason, last.action, last.actor, last.version) == ("format", "ledger.format", "ledger check", 2)
    assert Person.objects.get(id=id_).version == before.version, "the row is what it was"
    assert formats.check().renewed == 0
    assert verify.run().broken == []


@pytest.mark.django_db
def test_every_type_that_rooms_keep_has_a_renderer_or_is_kept_as_signed() -> None:
    kept = set(Version.objects.values_list("type", flat=True))
    assert kept <= set(formats._renderers) | rendering.KEPT_AS_SIGNED


# --- by order of law ------------------------------------------------------------------------------------------------------------


def destroyed(id_: UUID, versions: list[int], actor: Actor = HIM, **more: str) -> list[int]:
    words = {"authority": AUTHORITY, "reason": REASON, **more}
    return access.destroy_bodies(actor=actor, kind="Condition", id=id_, versions=versions, **words)


@pytest.mark.django_db
@pytest.mark.parametrize("cls", [DataClass.CLINICAL, DataClass.PREA])
def test_a_destroyed_body_leaves_header_and_digest_and_everything_verifies(cls: DataClass, rn_lens, prea_lens) -> None:
    id_ = write(cls=cls, note="first")
    write(id_=id_, cls=cls, note="second")
    lens = prea_lens if cls is DataClass.PREA else rn_lens
    before = reads.history(lens, "Condition", id_)
    (place,) = destroyed(id_, [1])
    after = reads.history(lens, "Condition", id_)
    assert [row.body is None for row in after] == [False, True]
    assert [row.hash for row in after] == [row.hash for row in before]
    assert verify.run().broken == []
    order = Version.objects.get(type="Destruction")
    assert order.subject == derived("test", "person")
    assert place == before[1].position
    assert present.rebuild(labels.bit_of()) == 0


@pytest.mark.django_db
def test_it_needs_an_authority_a_reason_and_who_keeps_the_records() -> None:
    id_ = write()
    write(id_=id_)
    for words in ({"authority": "order"}, {"reason": "because"}):
        with pytest.raises(Invalid):
            destroyed(id_, [1], **words)
    with pytest.raises(NotAllowed):
        destroyed(id_, [1], actor=Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN))
    with pytest.raises(Refused, match="present"):
        destroyed(id_, [1, 2])
    with pytest.raises(Refused):
        destroyed(uuid7(), [1])
    assert not Version.objects.filter(type="Destruction").exists()


@pytest.mark.django_db
def test_what_was_entered_in_error_may_go_whole() -> None:
    id_ = write()
    write(id_=id_, verificationStatus={"coding": [{"code": "entered-in-error"}]})
    assert len(destroyed(id_, [1, 2])) == 2
    assert verify.run().broken == []


@pytest.mark.database_copy
def test_a_body_that_went_without_an_order_is_found(owner_dsn: str) -> None:
    id_ = write()
    write(id_=id_)
    with db.writing(CLERK), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_destroy(false, 'Condition', %s, ARRAY[1])", [id_])
    assert "no order to destroy it" in verify.run().broken[0]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["body = NULL", "body = '\\x00'", "reason = 'x', body = NULL"])
def test_the_serving_role_can_take_nothing_away_by_itself(statement: str) -> None:
    write()
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE ledger_version SET {statement}")


@pytest.mark.database_copy
def test_not_even_the_owner_changes_more_than_the_body_so(owner_dsn: str) -> None:
    write()
    with psycopg.connect(owner_dsn) as owner, pytest.raises(psycopg.errors.IntegrityError):
        place = owner.execute("SELECT max(position) FROM ledger_version").fetchone()
        owner.execute("SELECT set_config('throughcare.destroying', %s, true)", [str(place[0] if place else 0)])
        owner.execute("UPDATE ledger_version SET body = NULL, reason = 'x' WHERE position = %s", place)
