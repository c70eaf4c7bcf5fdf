"""Kept apart: what opens, who closes it, what custody is told, what changes at each edge (RHU-01 to RHU-05)."""

from datetime import date, timedelta

import pytest

from tests.care.mental_health.makers import (  # noqa: F401
    NIGHT,
    nurse,
    officer,
    person,
    place,
    psych,
    somebody,
    staff,
)
from throughcare.care.mental_health.models import Watch
from throughcare.care.restriction import actions, rules
from throughcare.care.restriction.models import Confinement, ConfinementVisit
from throughcare.custody import actions as custody
from throughcare.custody.models import OperationalAlert, Unit
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import formats, verify

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(person) -> set[str]:  # noqa: F811
    return set(OperationalAlert.objects.filter(person_id=person, ended_at=None).values_list("template", flat=True))


def mine(person) -> set[str]:  # noqa: F811
    rows = Duty.objects.filter(person_id=person, closed_at=None, rule__startswith="RHU")
    return set(rows.values_list("rule", flat=True))


def tell(by, person, tier="limited", **more) -> Confinement:  # noqa: F811
    actions.tell_placement(actor=by, person_id=person, tier=tier, **more)
    return Confinement.objects.exclude(state="ended").get(person_id=person)


def visit(by, row, kind, *items, words="Calm, sleeps, eats."):
    about = {"actor": by, "person_id": row.person_id, "confinement_id": row.id}
    return actions.record_visit(**about, kind=kind, items=items or ("well",), words=words)


def test_told_before_it_begins_the_record_is_read_and_custody_hears_what_to_do(officer, nurse, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        row = tell(officer, person, planned=True)
        assert (row.state, mine(person)) == ("planned", {"RHU-01"})
        about = {"person_id": person, "confinement_id": row.id}
        with pytest.raises(NotAllowed, match="registered nurse"):
            actions.review_placement(actor=officer, **about, words="Nothing.")
        with pytest.raises(Invalid, match="what you read"):
            actions.review_placement(actor=nurse, **about)
    with clock.frozen(NIGHT + HOUR):
        actions.review_placement(actor=nurse, **about, items=["serious_mental_illness"])
    assert mine(person) == set()
    assert told(person) == {"housing_not_alone"}
    with clock.frozen(NIGHT + 2 * HOUR):
        actions.end_placement(actor=officer, **about)
    assert told(person) == set()
    assert Confinement.objects.get().since is None
    assert verify.run().broken == []
    assert formats.turn().faults == []


def test_not_placed_after_all_leaves_no_review_open(officer, person) -> None:  # noqa: F811
    row = tell(officer, person, planned=True)
    actions.end_placement(actor=officer, person_id=person, confinement_id=row.id)
    assert mine(person) == set()
    again = tell(officer, person)
    assert again.id != row.id


@pytest.mark.parametrize(
    ("tier", "rounds"),
    [("extreme", {"RHU-02-MEDICAL", "RHU-02-MENTAL"}), ("limited", {"RHU-03"}), ("separated", {"RHU-04"})],
)
def test_the_rounds_follow_the_contact(tier, rounds, officer, person) -> None:  # noqa: F811
    tell(officer, person, tier)
    assert mine(person) == {"RHU-01", *rounds}


def test_a_round_closes_its_own_and_the_next_stands_on_the_grid(officer, nurse, psych, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        row = tell(officer, person, "extreme")
    first = Duty.objects.get(person_id=person, rule="RHU-02-MEDICAL", closed_at=None)
    with clock.frozen(NIGHT + 12 * HOUR):
        with pytest.raises(NotAllowed):
            visit(officer, row, "medical")
        with pytest.raises(NotAllowed):
            visit(nurse, row, "mental_health")
        with pytest.raises(Invalid, match="what you saw"):
            actions.record_visit(actor=nurse, person_id=person, confinement_id=row.id, kind="medical")
        with pytest.raises(Invalid, match="what you found"):
            visit(nurse, row, "medical", "worse", words="")
        visit(nurse, row, "medical")
    then = Duty.objects.get(person_id=person, rule="RHU-02-MEDICAL", closed_at=None)
    assert then.due_at == first.due_at + DAY
    assert Duty.objects.filter(person_id=person, rule="RHU-02-MENTAL", closed_at=None).exists()
    visit(psych, row, "mental_health")
    assert ConfinementVisit.objects.count() == 2


def test_another_contact_begins_other_rounds_and_isolation_its_own(officer, nurse, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        row = tell(officer, person, "limited")
        due = Duty.objects.get(person_id=person, rule="RHU-03", closed_at=None).due_at
    with clock.frozen(NIGHT + 5 * HOUR):
        actions.set_contact(actor=nurse, person_id=person, confinement_id=row.id, tier="limited", isolated=True)
    assert Duty.objects.get(person_id=person, rule="RHU-03", closed_at=None).due_at == due, "a round keeps its time"
    isolated = {"RHU-05-EXAM", "RHU-05-MENTAL", "RHU-05-DAILY", "RHU-05-OUT", "RHU-05-CAP"}
    assert mine(person) == {"RHU-01", "RHU-03", *isolated}
    exam = Duty.objects.get(person_id=person, rule="RHU-05-EXAM")
    assert exam.due_at == NIGHT + 29 * HOUR
    with clock.frozen(NIGHT + 6 * HOUR):
        actions.set_contact(actor=nurse, person_id=person, confinement_id=row.id, tier="separated", isolated=False)
    assert mine(person) == {"RHU-01", "RHU-04"}


def test_isolation_is_examined_evaluated_spoken_with_and_let_out(officer, psych, place, person) -> None:  # noqa: F811
    doctor = staff("Doctor", Role.PROVIDER, place)
    with clock.frozen(NIGHT):
        row = tell(officer, person, "extreme", isolated=True)
    with clock.frozen(NIGHT + 9 * HOUR):
        with pytest.raises(NotAllowed):
            visit(psych, row, "exam")
        visit(doctor, row, "exam")
        visit(psych, row, "evaluation")
        assert not mine(person) & {"RHU-05-EXAM", "RHU-05-MENTAL"}
        daily = Duty.objects.get(person_id=person, rule="RHU-05-DAILY", closed_at=None)
        visit(psych, row, "check_in")
        assert not Duty.objects.filter(id=daily.id, closed_at=None).exists()
        out = {"person_id": person, "confinement_id": row.id}
        today = Duty.objects.get(person_id=person, rule="RHU-05-OUT", closed_at=None)
        actions.record_out_of_cell(actor=officer, **out, minutes=119)
        assert Duty.objects.filter(id=today.id, closed_at=None).exists(), "a minute short is not the minimum"
        actions.record_out_of_cell(actor=officer, **out, minutes=1)
        assert not Duty.objects.filter(id=today.id, closed_at=None).exists()
        with pytest.raises(Invalid):
            actions.record_out_of_cell(actor=officer, **out, minutes=0)
    with clock.frozen(NIGHT + 3 * DAY):
        actions.end_placement(actor=officer, **out)
    assert mine(person) == set()
    assert Duty.objects.get(person_id=person, rule="RHU-05-CAP").outcome == "done"


def test_days_of_an_earlier_stretch_bring_the_last_day_forward(officer, person) -> None:  # noqa: F811
    with clock.frozen(NIGHT):
        row = tell(officer, person, isolated=True)
    with clock.frozen(NIGHT + 24 * DAY):
        actions.end_placement(actor=officer, person_id=person, confinement_id=row.id)
        tell(officer, person, isolated=True)
    cap = Duty.objects.get(person_id=person, rule="RHU-05-CAP", closed_at=None)
    assert NIGHT + 28 * DAY < cap.due_at < NIGHT + 31 * DAY


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        ([], None),
        ([(date(2026, 1, 1), date(2026, 1, 30))], None),  # older than sixty days at the start
        ([(date(2026, 3, 1), date(2026, 3, 29))], date(2026, 4, 1)),  # twenty-nine days: the first day is the thirtieth
        ([(date(2026, 3, 1), date(2026, 3, 15))], date(2026, 4, 15)),
        ([(date(2026, 2, 1), date(2026, 2, 15))], None),  # they leave the span as fast as new ones come
    ],
)
def test_the_thirtieth_of_sixty_days(earlier, expected) -> None:
    assert rules.cap_day(date(2026, 4, 1), earlier, most=30, span=60) == expected


def test_words_of_dying_begin_constant_observation_before_anything_else(officer, nurse, person) -> None:  # noqa: F811
    row = tell(officer, person)
    visit(nurse, row, "medical", "suicidal", words="Says he will not see the morning.")
    assert Watch.objects.get(person_id=person).level == "constant"
    assert "watch_constant" in told(person)


def test_the_move_itself_begins_and_ends_it(nurse, person, place) -> None:  # noqa: F811
    feed = Actor.feed("custody")
    units = list(Unit.objects.filter(facility=place, kind="housing").order_by("code")[:3])
    Unit.objects.filter(id=units[2].id).update(kind="restricted")
    custody.move_within(actor=feed, person_id=person, unit_id=units[2].id)
    row = Confinement.objects.get(person_id=person)
    assert (row.state, row.origin, row.tier) == ("running", "unit", "extreme")
    assert mine(person) == {"RHU-01", "RHU-02-MEDICAL", "RHU-02-MENTAL"}
    custody.move_within(actor=feed, person_id=person, unit_id=units[1].id)
    assert mine(person) == set()
    assert Confinement.objects.get(person_id=person).state == "ended"


def test_a_release_ends_it(officer, person) -> None:  # noqa: F811
    tell(officer, person, isolated=True)
    custody.release(actor=Actor.feed("custody"), person_id=person)
    assert mine(person) == set()
    assert Confinement.objects.get(person_id=person).state == "ended"
    assert told(person) == set()
