"""Sealed orders of a programme: who sees them, what stands in the open, and that the checks know them without naming them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from tests.access.test_consents import give, release
from tests.care.medications.test_ordering_and_giving import MORNING, asked, doctor, nurse, person, place  # noqa: F401
from tests.fixtures_lenses import lens_of
from throughcare.care.medications import actions
from throughcare.care.medications.actions import Charted, ProgrammePrescription
from throughcare.care.medications.models import Dose, ProgrammeOrder
from throughcare.care.medications.reads import opioid_treatment as reads
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db
METHADONE = "991147"
NALTREXONE = "1483744"


class AnyReason(dict):
    """Answers every alert: for tests that are not about alerts."""

    def get(self, key, default=""):
        return "Known and wanted"

    def __missing__(self, key):
        return "Known and wanted"


@pytest.fixture
def counsellor(place):  # noqa: F811
    return Actor("staff", derived("test", "sud"), "Demo-Counsellor, Sol", Role.SUD, place.id)


def wanted(**more) -> ProgrammePrescription:
    fields = {
        "product": METHADONE,
        "amount": Decimal(8),
        "programme": "Demo-Programme",
        "basis": "programme",
        "prescriber": "Demo-Doctor, Pat",
        "reasons": AnyReason(),
    }
    return ProgrammePrescription(**{**fields, **more})


def sealed_order(counsellor, person, **more):  # noqa: F811
    return actions.place_programme_order(actor=counsellor, person_id=person, asked=wanted(**more))


def test_its_doses_name_nothing_in_the_open(counsellor, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        order = sealed_order(counsellor, person)
    rows = list(Dose.objects.filter(programme_order_id=order).order_by("due_at"))
    assert len(rows) == 3
    assert rows[0].due_at == MORNING
    assert {(r.amount, r.order_id, r.detail) for r in rows} == {(None, None, None)}
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SELECT set_config('throughcare.sealed_read', 'part2', true)")
        cursor.execute("SELECT body FROM medications_programmeorder")
        (body,) = cursor.fetchone()
    assert b"ethadone" not in bytes(body)
    assert verify.run().sound
    with pytest.raises(DatabaseError), transaction.atomic():
        Dose.objects.filter(id=rows[0].id).update(amount=80)


def test_only_the_programme_writes_and_intents_count_once(counsellor, doctor, person) -> None:  # noqa: F811
    with pytest.raises(NotAllowed):
        sealed_order(doctor, person)
    intent = uuid7()
    about = {"actor": counsellor, "person_id": person, "asked": wanted(reasons={"SEALED": "x"})}
    first = actions.place_programme_order(**about, intent=intent)
    assert actions.place_programme_order(**about, intent=intent) == first
    with pytest.raises(Invalid):
        sealed_order(counsellor, person, basis="three-day", days=4)
    with pytest.raises(Invalid, match="legal basis"):
        sealed_order(counsellor, person, basis="")


def test_the_database_itself_shows_it_to_no_wrong_reader(counsellor, person) -> None:  # noqa: F811
    order = sealed_order(counsellor, person)
    assert ProgrammeOrder.objects.count() == 0, "no lens, no row"
    for role in (Role.CUSTODY, Role.TRANSPORT, Role.SCHEDULER, Role.DENTAL, Role.PREA, Role.OPERATOR):
        with db.reading(lens_of(role)):
            assert ProgrammeOrder.objects.count() == 0, role
        assert reads.programme_orders(lens_of(role), [person]) == []
    (seen,) = reads.programme_orders(lens_of(Role.SUD), [person])
    assert (seen.id, seen.programme, seen.whole) == (order, "Demo-Programme", True)
    with pytest.raises(DatabaseError), transaction.atomic(), db.reading(lens_of(Role.SUD)):
        ProgrammeOrder.objects.create(
            person_id=person, recorded_at=MORNING, recorded_by="x", recorder_id=uuid7(), body=b"x",
            starts_at=MORNING, ends_at=MORNING + timedelta(days=1),
        )  # fmt: skip


def test_a_provider_sees_it_by_consent_and_the_line_sees_the_dose_alone(counsellor, person) -> None:  # noqa: F811
    sealed_order(counsellor, person)
    assert reads.programme_orders(lens_of(Role.PROVIDER), [person]) == []
    give(person, release("part2_tpo", DataClass.PART2, to=Role.PROVIDER))
    (seen,) = reads.programme_orders(lens_of(Role.PROVIDER), [person])
    assert (seen.programme, seen.basis) == ("Demo-Programme", "programme")
    for role in (Role.LPN, Role.PHARMACY):
        (cut,) = reads.programme_orders(lens_of(role), [person])
        assert cut.amount == "8 mL"
        assert (cut.programme, cut.basis, cut.prescriber, cut.whole) == ("", "", "", False)


def test_the_checks_know_it_and_do_not_name_it(counsellor, doctor, person) -> None:  # noqa: F811
    sealed_order(counsellor, person)
    blocker = asked(product=NALTREXONE, indication="Asked for")
    found = actions.check_order(actor=doctor, person_id=person, asked=blocker)
    (alert,) = [a for a in found.alerts if a.rule == "SEALED"]
    assert alert.must_answer
    assert "ethadone" not in repr(found)
    with pytest.raises(Invalid) as refused:
        actions.place_order(actor=doctor, person_id=person, asked=blocker)
    assert "ethadone" not in refused.value.sentence + repr(refused.value.fields)


def test_a_sealed_dose_is_not_charted_in_the_open(counsellor, nurse, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        order = sealed_order(counsellor, person)
    row = Dose.objects.filter(programme_order_id=order).first()
    with clock.frozen(MORNING):
        for status in ("given", "refused"):
            with pytest.raises(Invalid, match="Observed doses"):
                actions.record_doses(actor=nurse, person_id=person, charted=[Charted(row.id, status)])


def test_stopping_takes_back_what_is_not_due(counsellor, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        order = sealed_order(counsellor, person)
    with clock.frozen(MORNING + timedelta(hours=1)):
        actions.stop_programme_order(actor=counsellor, person_id=person, order_id=order, version=1, why="Moved away")
    assert Dose.objects.filter(programme_order_id=order).count() == 1


def test_doses_are_laid_on(counsellor, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        order = sealed_order(counsellor, person, days=5)
    with clock.frozen(MORNING + timedelta(days=2)):
        assert actions.lay_programme_doses(actor=actions.CLOCK) == 1
        assert actions.lay_programme_doses(actor=actions.CLOCK) == 0
    assert Dose.objects.filter(programme_order_id=order).count() == 5
    with clock.frozen(MORNING + timedelta(days=6)):
        actions.lay_programme_doses(actor=actions.CLOCK)
        (line,) = reads.programme_orders(lens_of(Role.SUD), [person], over=True)
    assert line.status == "completed"
