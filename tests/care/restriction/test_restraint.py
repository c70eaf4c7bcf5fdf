"""Restraints: what opens, who may do what, what custody is told, at every edge (RST-01, RST-02)."""

from datetime import timedelta

import pytest

from tests.care.mental_health.makers import (  # noqa: F401
    MINUTE,
    NIGHT,
    nurse,
    officer,
    person,
    place,
    psych,
    somebody,
    staff,
)
from tests.care.restriction.test_apart import told
from throughcare.care.restriction import actions, rules
from throughcare.care.restriction.models import Restraint, RestraintStep
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import formats, verify

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ALL_CARE = ("limbs", "vitals", "fluids", "toilet")


@pytest.fixture
def doctor(place):  # noqa: F811
    return staff("Doctor", Role.PROVIDER, place)


def apply(by, person, device="wrists", **more) -> Restraint:  # noqa: F811
    actions.apply_restraint(actor=by, person_id=person, device=device, **more)
    return Restraint.objects.get(person_id=person, until=None)


def step(by, row, kind, *items, words=""):
    about = {"actor": by, "person_id": row.person_id, "restraint_id": row.id}
    return actions.record_step(**about, kind=kind, items=items, words=words)


def due(person, rule):  # noqa: F811
    return Duty.objects.get(person_id=person, rule=rule, closed_at=None).due_at


def mine(person) -> set[str]:  # noqa: F811
    rows = Duty.objects.filter(person_id=person, closed_at=None, rule__startswith="RST")
    return set(rows.values_list("rule", flat=True))


WHY = {"why": "Strikes the wall with the head.", "tried": "Talked, medicine offered, one to one."}


def test_a_clinical_order_runs_four_clocks(nurse, doctor, officer, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        with pytest.raises(Invalid, match="danger"):
            apply(nurse, person, tried="Talked.")
        row = apply(nurse, person, "seclusion", **WHY)
    assert mine(person) == {"RST-01-CHECK", "RST-01-FACE", "RST-01-CARE", "RST-01-RENEW"}
    assert told(person) == {"restrained"}
    assert (row.ordered_by, row.order_until) == ("", NIGHT + 4 * HOUR)
    assert due(person, "RST-01-CHECK") == NIGHT + 15 * MINUTE
    assert due(person, "RST-01-FACE") == NIGHT + HOUR
    with clock.frozen(NIGHT + 14 * MINUTE):
        with pytest.raises(Invalid, match="what you saw"):
            step(nurse, row, "check")
        step(nurse, row, "check", "well")
    assert due(person, "RST-01-CHECK") == NIGHT + 29 * MINUTE
    with clock.frozen(NIGHT + 40 * MINUTE):
        with pytest.raises(NotAllowed):
            step(nurse, row, "face", "well", words="Still needed.")
        with pytest.raises(Invalid, match="nothing milder"):
            step(doctor, row, "face", "well")
        step(doctor, row, "face", "well", words="Still strikes; nothing milder held.")
    assert "RST-01-FACE" not in mine(person)
    with clock.frozen(NIGHT + 2 * HOUR):
        with pytest.raises(Invalid, match="why something was not"):
            step(nurse, row, "care", "limbs")
        step(nurse, row, "care", *ALL_CARE)
    assert due(person, "RST-01-CARE") == NIGHT + 4 * HOUR
    with clock.frozen(NIGHT + 3 * HOUR):
        actions.end_restraint(actor=officer, person_id=person, restraint_id=row.id)
    assert (mine(person), told(person)) == (set(), set())
    with pytest.raises(Invalid, match="came off"):
        step(nurse, row, "check", "well")
    assert RestraintStep.objects.count() == 4
    assert verify.run().broken == []
    assert formats.turn().faults == []


def test_an_order_is_renewed_within_the_whole_and_never_past_it(doctor, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        row = apply(doctor, person, **WHY)
    with clock.frozen(NIGHT + 11 * HOUR):
        step(doctor, row, "renew", words="Strikes again when freed.")
    row.refresh_from_db()
    assert row.order_until == NIGHT + 12 * HOUR
    with clock.frozen(NIGHT + 12 * HOUR), pytest.raises(Invalid, match="12 hours are over"):
        step(doctor, row, "renew", words="Strikes again when freed.")


@pytest.mark.parametrize(("hours", "may"), [(0, True), (11.99, True), (12, False)])
def test_the_whole_is_a_hard_edge(hours, may) -> None:
    assert rules.may_renew(NIGHT + hours * HOUR, NIGHT, 12 * HOUR) is may


def test_custody_tells_and_a_nurse_reviews_at_once(officer, nurse, doctor, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        with pytest.raises(Invalid, match="what is used"):
            apply(officer, person, "seclusion")
        row = apply(officer, person)
        assert mine(person) == {"RST-02-TOLD", "RST-02-CHECK"}
        assert due(person, "RST-02-TOLD") == NIGHT + 15 * MINUTE
        with pytest.raises(Invalid, match="in restraints already"):
            apply(doctor, person, **WHY)
        with pytest.raises(NotAllowed):
            step(officer, row, "check", "well")
        with pytest.raises(Invalid, match="no order to renew"):
            step(doctor, row, "renew", words="Goes on.")
        step(nurse, row, "review", words="Nothing speaks against it.")
        assert told(person) == {"restrained"}
        assert mine(person) == {"RST-02-CHECK"}
        step(nurse, row, "review", "breathing")
    assert told(person) == {"restraint_off"}


def test_danger_in_a_look_tells_custody_to_take_it_off(officer, nurse, person) -> None:  # noqa: F811
    row = apply(officer, person)
    step(nurse, row, "check", "loosened")
    assert told(person) == {"restrained"}
    step(nurse, row, "check", "danger", words="Lips blue; code called.")
    assert told(person) == {"restraint_off"}
