"""Documents taken in: kept byte for byte, given to whom their numbers name, held where that can't be said."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from tests.exchange.documents.pages import document, problem, section, whole
from throughcare.chart.models import Allergy, Condition, HomeMedicine
from throughcare.duties.models import Duty
from throughcare.exchange import intake_files
from throughcare.exchange.documents import actions, whose
from throughcare.exchange.documents.models import Received, Said
from throughcare.exchange.models import Imported
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.people import actions as people
from throughcare.people.reads import NUMBER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]
CLERK = Actor("staff", derived("test", "clerk"), "Demo-Clerk, Bo", Role.HIM)
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _then():
    with clock.frozen(AT):
        yield


@pytest.fixture
def luis():
    who = people.Demographics(family="Sample-Ortiz", given="Luis", birth_date=datetime(1990, 2, 14).date(), sex="male", synthetic=True)  # fmt: skip
    return people.register(actor=CLERK, demographics=who, numbers=[people.Number(NUMBER, "T0000001")], source="test")


def ours(*sections, **more):
    return document(*sections, root=whose.OWN_ROOT, **more)


def take(raw):
    return actions.receive(actor=CLERK, raw=raw, name="summary.xml")


def test_it_is_kept_as_it_came_and_proposes_without_charting(luis):
    raw = ours(*whole())
    receipt = take(raw)
    row = Received.objects.get(id=receipt.id)
    assert (receipt.state, row.person_id) == ("open", luis)
    assert bytes(row.raw) == raw
    assert set(row.items.values_list("kind", flat=True)) == {
        "problem", "allergy", "medicine", "immunization", "result", "procedure",
    }  # fmt: skip
    assert not Condition.objects.exists()
    assert not Allergy.objects.exists()
    assert not HomeMedicine.objects.exists()
    assert Duty.objects.get(rule="DOC-01", closed_at=None).person_id == luis


def test_the_same_bytes_are_kept_once(luis):
    first, second = take(ours(*whole())), take(ours(*whole()))
    assert second.again
    assert second.id == first.id
    assert Received.objects.count() == 1


def test_bytes_and_items_never_change(luis):
    row = Received.objects.get(id=take(ours(*whole())).id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Received.objects.filter(id=row.id).update(raw=b"x", digest=b"x" * 32)
    with pytest.raises(IntegrityError), transaction.atomic():
        Said.objects.filter(document=row).update(item={})


@pytest.mark.parametrize(
    ("more", "hold"),
    [
        ({"number": "T0000009"}, "unknown_person"),
        ({"family": "Test-King", "birth": "19710101"}, "other_person"),
    ],
)
def test_whose_it_is_is_never_guessed(luis, more, hold):
    receipt = take(ours(*whole(), **more))
    assert (receipt.state, receipt.hold) == ("waiting", hold)
    assert not Said.objects.exists()
    assert Duty.objects.filter(rule="EXC-06", closed_at=None).count() == 1


def test_a_person_says_whose_it_is(luis):
    receipt = take(ours(*whole(), number="T0000009"))
    done = actions.assign(actor=CLERK, document_id=receipt.id, person_id=luis)
    assert done.state == "open"
    assert Said.objects.filter(person_id=luis).count() == 6
    assert not Duty.objects.filter(rule="EXC-06", closed_at=None).exists()
    with pytest.raises(Stale):
        actions.assign(actor=CLERK, document_id=receipt.id, person_id=luis)


def test_it_is_set_aside_only_with_a_reason(luis):
    receipt = take(ours(*whole(), number="T0000009"))
    with pytest.raises(Invalid):
        actions.set_aside(actor=CLERK, document_id=receipt.id, why=" ")
    actions.set_aside(actor=CLERK, document_id=receipt.id, why="Nobody of ours")
    assert Received.objects.get().state == "set_aside"
    assert not Duty.objects.filter(rule="EXC-06", closed_at=None).exists()


def test_by_hand_another_persons_document_is_refused_unless_somebody_is_sure(luis):
    raw = ours(*whole(), number="X1", family="Test-King", birth="19710101")
    with pytest.raises(Invalid, match="Neither name nor birth date"):
        actions.receive(actor=CLERK, raw=raw, person_id=luis)
    assert actions.receive(actor=CLERK, raw=raw, person_id=luis, sure=True).state == "open"


def test_a_notice_of_part_2_protects_it(luis):
    notice = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
    receipt = take(ours(section("11450-4", "5.1", "Problems", problem(), text=notice)))
    assert Received.objects.get(id=receipt.id).protected


def test_the_import_command_takes_it_in_and_counts(luis, tmp_path):
    (tmp_path / "a.xml").write_bytes(ours(*whole()))
    (tmp_path / "b.xml").write_bytes(ours(*whole(), number="T0000009"))
    (tmp_path / "c.xml").write_bytes(b"<!DOCTYPE x [<!ENTITY a 'b'>]><ClinicalDocument/>")
    lines = intake_files.run([tmp_path]).lines()
    assert (
        "a.xml: clinical document: 1 allergies, 1 medicines, 1 problems, 1 procedures, 1 results, 1 vaccines"
        in lines[0]
    )
    assert "whose it is, is not known: see the exceptions board" in lines[1]
    assert "declares a document type" in lines[2]
    assert Imported.objects.get().kind == "xml"
