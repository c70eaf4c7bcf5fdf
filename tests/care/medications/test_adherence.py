"""How medicines are taken: the page keeps whose miss it was apart, and the prescriber's duty opens once and closes (MED-09)."""

from datetime import timedelta

import pytest

from tests.care.medications.test_medication_screens import post
from tests.care.medications.test_ordering_and_giving import (  # noqa: F401
    DAILY,
    MORNING,
    doctor,
    doses,
    nurse,
    open_rules,
    order,
    person,
    place,
)
from tests.care.sick_call.test_screens import become
from throughcare.care.medications import actions
from throughcare.care.medications.actions import Charted
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotAllowed

pytestmark = pytest.mark.django_db
ARIPIPRAZOLE = "349545"
GATES = {"history_taken": "yes", "medicines_reviewed": "yes", "diagnosis": "F20.9", "consent": "given"}
DAY = timedelta(days=1)
AS_NEEDED = {"kind": "prn", "min_interval_minutes": 360, "max_in_24h": 4}
REFUSED = {"status": "refused", "reason": "side-effects", "detail": {"capacity": "yes"}}


def live(nurse, person, row, fates) -> None:  # noqa: F811
    """Chart a dose a day: given, refused, not here, or nothing at all."""
    for n, fate in enumerate(fates):
        with clock.frozen(MORNING + n * DAY + timedelta(minutes=5)):
            actions.lay_doses(actor=actions.CLOCK)
            if fate == "-":
                continue
            said = {"g": {"status": "given"}, "r": REFUSED, "n": {"status": "not-available", "reason": "out-of-stock"}}
            actions.record_doses(actor=nurse, person_id=person, charted=[Charted(doses(row)[n].id, **said[fate])])


@pytest.fixture
def antipsychotic(doctor, person):  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        return order(doctor, person, product=ARIPIPRAZOLE, gates=GATES, days=90)


def test_the_page_keeps_the_person_s_misses_and_the_system_s_apart(
    client,
    nurse,  # noqa: F811
    person,  # noqa: F811
    place,  # noqa: F811
    antipsychotic,
) -> None:
    live(nurse, person, antipsychotic, "ggggrrrn-")
    with clock.frozen(MORNING + 9 * DAY - timedelta(hours=1)):
        become(client, "rn", place)
        page = client.get(f"/people/{person}/medications/adherence/").content.decode()
    assert "4 of 9 doses taken in 30 days; 3 missed by the person, 2 by the system" in page
    assert "by the system" in page


def test_a_month_below_four_fifths_is_the_prescriber_s_once_and_closes_with_words(
    client,
    nurse,  # noqa: F811
    doctor,  # noqa: F811
    person,  # noqa: F811
    place,  # noqa: F811
    antipsychotic,
) -> None:
    live(nurse, person, antipsychotic, "gggrrgg")
    with clock.frozen(MORNING + 7 * DAY):
        assert actions.look_at_taking(actor=actions.CLOCK) == 1
        assert actions.look_at_taking(actor=actions.CLOCK) == 0
        assert "MED-09" in open_rules(antipsychotic.id)
        with pytest.raises(NotAllowed):
            actions.review_taking(actor=nurse, person_id=person, order_id=antipsychotic.id, words="x")
        with pytest.raises(Invalid, match="what follows"):
            actions.review_taking(actor=doctor, person_id=person, order_id=antipsychotic.id, words=" ")
        become(client, "provider", place)
        base = f"/people/{person}/medications/adherence/"
        assert "71 % taken in 30 days" in client.get(base).content.decode()
        assert post(client, base, order=str(antipsychotic.id), words="A depot was offered.").status_code == 303
        assert "MED-09" not in open_rules(antipsychotic.id)
    with clock.frozen(MORNING + 9 * DAY):
        assert actions.look_at_taking(actor=actions.CLOCK) == 0


def test_an_as_needed_medicine_on_four_days_of_seven_is_told(nurse, doctor, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        row = order(doctor, person, timing=AS_NEEDED, as_needed_for="pain")
    for n in range(4):
        with clock.frozen(MORNING + n * DAY):
            actions.look_at_taking(actor=actions.CLOCK)
            assert "MED-09" not in open_rules(row.id)
            actions.give_as_needed(actor=nurse, person_id=person, order_id=row.id, reason="Back pain")
    with clock.frozen(MORNING + 4 * DAY - timedelta(hours=1)):
        actions.look_at_taking(actor=actions.CLOCK)
    assert "MED-09" not in open_rules(row.id)
    with clock.frozen(MORNING + 4 * DAY + timedelta(hours=1)):
        actions.look_at_taking(actor=actions.CLOCK)
    assert "MED-09" in open_rules(row.id)


def test_a_dose_missed_away_without_supply_counts_for_the_talk(nurse, doctor, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        row = order(doctor, person)
    away = {"status": "away", "reason": "court", "detail": {"supply": "no"}}
    for n in range(3):
        with clock.frozen(MORNING + n * DAY + timedelta(minutes=5)):
            actions.lay_doses(actor=actions.CLOCK)
            actions.record_doses(actor=nurse, person_id=person, charted=[Charted(doses(row)[n].id, **away)])
    assert "MED-03" in open_rules(row.id)


def test_an_order_that_follows_another_is_the_same_medicine(nurse, doctor, person, antipsychotic) -> None:  # noqa: F811
    live(nurse, person, antipsychotic, "rrg")
    with clock.frozen(MORNING + 3 * DAY - timedelta(hours=1)):
        asked = actions.ordering.as_prescription(MedicationOrder.objects.get(id=antipsychotic.id))
        version = MedicationOrder.objects.get(id=antipsychotic.id).version
        new = actions.change_order(
            actor=doctor, person_id=person, order_id=antipsychotic.id, version=version, asked=asked, why="Dose"
        )
    with clock.frozen(MORNING + 3 * DAY + timedelta(minutes=5)):
        dose = Dose.objects.filter(order_id=new).order_by("due_at").first()
        actions.record_doses(actor=nurse, person_id=person, charted=[Charted(dose.id, "given")])
    with clock.frozen(MORNING + 4 * DAY - timedelta(hours=1)):
        actions.look_at_taking(actor=actions.CLOCK)
    assert "MED-09" in open_rules(new)
