"""Observed doses: every step asked, the gate, the watch, missed days to a prescriber's duty, and a treatment nobody ends by itself."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.care.medications.test_ordering_and_giving import MORNING, doctor, nurse, person, place  # noqa: F401
from tests.care.medications.test_programme import AnyReason, counsellor, sealed_order  # noqa: F401
from tests.fixtures_lenses import lens_of
from throughcare.care.medications import actions, sealed_orders
from throughcare.care.medications.actions import Charted, Observed, Prescription, Second
from throughcare.care.medications.models import Dose, MedicationOrder, ProgrammeEntry
from throughcare.care.medications.reads import opioid_treatment as reads
from throughcare.chart import actions as chart
from throughcare.duties.models import Duty
from throughcare.kernel import clock, db
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db
FILM = "1010604"
BO = Second(derived("test", "second"), "Demo-Second, Bo", "rn")
DAY = timedelta(days=1)


def open_rules(person) -> set[str]:  # noqa: F811
    return set(Duty.objects.filter(person_id=person, closed_at=None).values_list("rule", flat=True))


def own_order(doctor, person) -> MedicationOrder:  # noqa: F811
    asked = Prescription(
        product=FILM,
        timing={"kind": "passes", "passes": ["morning"]},
        indication="Treatment",
        amount=Decimal(1),
        reasons=AnyReason(),
        gates={"monitoring_checked_at": (MORNING - DAY).isoformat()},
    )
    return MedicationOrder.objects.get(id=actions.place_order(actor=doctor, person_id=person, asked=asked))


def answers(dose, **more) -> Observed:
    fields = {
        "dose_id": dose.id, "sedation": "awake", "bottle": "B-17", "second": BO, "photo_seen": True,
        "number_said": True, "basis": "programme", "swallowed": True, "spoke": True,
    }  # fmt: skip
    return Observed(**{**fields, **more})


def due(order) -> list[Dose]:
    own = order.id if isinstance(order, MedicationOrder) else order
    return list((Dose.objects.filter(order_id=own) | Dose.objects.filter(programme_order_id=own)).order_by("due_at"))


@pytest.mark.parametrize(
    ("lacks", "field"),
    [
        ({"second": None}, "identity"),
        ({"second": Second(derived("test", "nurse"), "Demo-Nurse, Ada", "rn")}, "identity"),
        ({"photo_seen": False}, "identity"),
        ({"sedation": ""}, "sedation_unanswered"),
        ({"sedation": "drowsy"}, "sedation_hold"),
        ({"basis": ""}, "basis"),
        ({"bottle": ""}, "bottle"),
        ({"spoke": False}, "swallowed"),
    ],
)
def test_no_step_is_left_out(counsellor, nurse, person, lacks, field) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        order = sealed_order(counsellor, person, continues=True)
    with clock.frozen(MORNING), pytest.raises(Invalid) as refused:
        actions.give_observed_dose(actor=nurse, person_id=person, observed=answers(due(order)[0], **lacks))
    assert field in refused.value.fields
    assert due(order)[0].status == "expected"


def test_a_sealed_dose_is_given_once_and_says_nothing_in_the_open(counsellor, nurse, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        order = sealed_order(counsellor, person, continues=True)
    with clock.frozen(MORNING):
        intent, said = uuid7(), answers(due(order)[0])
        about = {"actor": nurse, "person_id": person, "observed": said, "intent": intent}
        assert actions.give_observed_dose(**about) == actions.give_observed_dose(**about)
        with pytest.raises((Invalid, Stale)):
            actions.give_observed_dose(actor=nurse, person_id=person, observed=said)
    row = due(order)[0]
    assert (row.status, row.amount, row.detail) == ("given", None, None)
    assert verify.run().sound
    with clock.frozen(MORNING + timedelta(hours=2)):
        (one,) = reads.treatments_of(lens_of(Role.SUD), [person])
        assert one.standing.last.amount == "8 mL"
        assert reads.treatments_of(lens_of(Role.RN), [person]) == [], "no consent, no programme"
        (cut,) = reads.treatments_of(lens_of(Role.LPN), [person])
        assert not cut.whole
        assert cut.entries == []


@pytest.mark.parametrize("sealed", [True, False], ids=["a programme's", "the agency's own"])
def test_a_first_dose_at_the_line_in_error_is_owed_again(counsellor, doctor, nurse, person, sealed) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        chart.report_medicine(actor=nurse, person_id=person, text="methadone", critical=True, opioid_treatment=True)
        found = sealed_order(counsellor, person, continues=True) if sealed else own_order(doctor, person)
    assert "MOU-01-DOSE" in open_rules(person)
    dose = due(found)[0] if sealed else Dose.objects.filter(order=found).earliest("due_at")
    with clock.frozen(MORNING):
        given = actions.give_observed_dose(actor=nurse, person_id=person, observed=answers(dose))
        assert "MOU-01-DOSE" not in open_rules(person)
        about = {"actor": nurse, "person_id": person, "dose_id": dose.id}
        actions.correct_observed_dose(**about, version=given.version, why="Wrong person")
    assert "MOU-01-DOSE" in open_rules(person)


def test_an_error_at_the_line_keeps_what_was_written_sealed(counsellor, nurse, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        order = sealed_order(counsellor, person, continues=True)
    dose = due(order)[0]
    about = {"actor": nurse, "person_id": person, "dose_id": dose.id}
    with clock.frozen(MORNING):
        with pytest.raises(Invalid, match="Nothing is charted"):
            actions.correct_observed_dose(**about, version=1, why="Wrong person")
        given = actions.give_observed_dose(actor=nurse, person_id=person, observed=answers(dose))
        with pytest.raises(Stale):
            actions.correct_observed_dose(**about, version=given.version - 1, why="Wrong person")
        assert actions.correct_observed_dose(**about, version=given.version, why="Wrong person").status == "expected"
    row = due(order)[0]
    assert (row.status, row.by, row.reason, row.detail) == ("expected", None, None, None)
    with db.reading(lens_of(Role.SUD)):
        kept = [sealed_orders.opened(e) for e in ProgrammeEntry.objects.filter(dose_id=dose.id).order_by("happened_at")]
    assert [k["status"] for k in kept] == ["given", "charted-in-error"]
    assert (kept[1]["was"], kept[1]["why"]) == ("given", "Wrong person")
    with clock.frozen(MORNING + timedelta(hours=1)):
        (one,) = reads.treatments_of(lens_of(Role.SUD), [person])
        assert one.standing.last is None, "an entry in error is no last dose"
    assert verify.run().sound


def test_a_film_is_watched_for_ten_minutes(doctor, nurse, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        order = own_order(doctor, person)
    dose = due(order)[0]
    with clock.frozen(MORNING):
        with pytest.raises(Invalid, match="Observed doses"):
            actions.record_doses(actor=nurse, person_id=person, charted=[Charted(dose.id, "given")])
        actions.give_observed_dose(actor=nurse, person_id=person, observed=answers(dose, basis=""))
    about = {"actor": nurse, "person_id": person, "dose_id": dose.id, "result": "dissolved"}
    with clock.frozen(MORNING + timedelta(minutes=6)), pytest.raises(Invalid, match="4 minutes"):
        actions.finish_watch(**about)
    with clock.frozen(MORNING + timedelta(minutes=11)):
        actions.finish_watch(**about)
    assert due(order)[0].detail["watch"] == "dissolved"
    with clock.frozen(MORNING + timedelta(hours=20)), pytest.raises(Invalid, match=r"reason|soon"):
        actions.give_observed_dose(actor=nurse, person_id=person, observed=answers(due(order)[1], basis=""))


def test_the_third_missed_day_blocks_and_a_prescriber_decides_anew(doctor, nurse, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        order = own_order(doctor, person)
    with clock.frozen(MORNING):
        actions.give_observed_dose(actor=nurse, person_id=person, observed=answers(due(order)[0], basis=""))
    with clock.frozen(MORNING + 3 * DAY):
        assert actions.tell_missed_treatment(actor=actions.CLOCK) == 0
        actions.lay_doses(actor=actions.CLOCK)
    late = MORNING + 4 * DAY
    with clock.frozen(late):
        actions.lay_doses(actor=actions.CLOCK)
        assert actions.tell_missed_treatment(actor=actions.CLOCK) == 1
        assert "MOU-02" in open_rules(person)
        dose = next(d for d in due(order) if d.due_at == late)
        with pytest.raises(Invalid, match="3 days"):
            actions.give_observed_dose(actor=nurse, person_id=person, observed=answers(dose, basis=""))
        order.refresh_from_db()
        assert order.status == "active", "the order stands"
        new = actions.reassess_treatment(
            actor=doctor, person_id=person, order_id=order.id, version=order.version, amount=Decimal("0.5"), why="Seen"
        )
        assert "MOU-02" not in open_rules(person)
        assert actions.tell_missed_treatment(actor=actions.CLOCK) == 0
    with clock.frozen(late + DAY):
        actions.give_observed_dose(
            actor=nurse,
            person_id=person,
            observed=answers(next(d for d in due(new) if d.due_at == late + DAY), basis=""),
        )


def test_diversion_never_stops_a_treatment(doctor, counsellor, nurse, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        order, sealed = own_order(doctor, person), sealed_order(counsellor, person)
        before = len(due(order)), len(due(sealed))
        for one in (order.id, sealed):
            actions.report_diversion(
                actor=nurse, person_id=person, order_id=one, seen="observed", words="Film in the hand", response="Talk"
            )
        order.refresh_from_db()
        assert order.status == "active"
        lines = reads.treatments_of(lens_of(Role.SUD), [person])
    assert (len(due(order)), len(due(sealed))) == before
    assert [e[0] for line in lines for e in line.entries] == ["diversion"]


def test_the_three_day_rule_begins_once_and_ends_for_good(counsellor, nurse, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        order = sealed_order(counsellor, person, basis="three-day", days=3, amount=Decimal(2))
    with clock.frozen(MORNING):
        said = answers(due(order)[0], basis="three-day")
        actions.give_observed_dose(actor=nurse, person_id=person, observed=said)
        assert "MOU-04" in open_rules(person)
    with clock.frozen(MORNING + timedelta(hours=73)):
        follow = sealed_order(counsellor, person, amount=Decimal(2), starts_at=MORNING + timedelta(hours=71))
        with pytest.raises(Invalid, match="three days"):
            actions.give_observed_dose(
                actor=nurse, person_id=person, observed=answers(due(follow)[0], basis="three-day", early_why="clinical")
            )
        actions.arrange_source(actor=counsellor, person_id=person, order_id=order, source="Demo-Programme from today")
        assert "MOU-04" not in open_rules(person)
