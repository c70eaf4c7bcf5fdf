"""Blanks belong to one finding each, sealed doses among them; after a transfer the doses ahead follow the person's passes."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

import throughcare
from tests.care.medications.test_doors import FEED, elsewhere  # noqa: F401
from tests.care.medications.test_ordering_and_giving import (  # noqa: F401
    MORNING,
    TWICE,
    doctor,
    doses,
    nurse,
    open_rules,
    order,
    person,
    place,
)
from tests.care.medications.test_programme import counsellor, sealed_order  # noqa: F401
from throughcare.care.medications import actions, facility_passes
from throughcare.care.medications.actions import Charted
from throughcare.care.medications.models import Dose, MedicationPass
from throughcare.custody import actions as custody
from throughcare.duties.models import Duty
from throughcare.kernel import clock, content

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
PASSES = Path(throughcare.__file__).parent / "content" / "medications" / "passes.toml"
OVER = MORNING + 2 * HOUR + timedelta(minutes=1)


def blank_duties() -> int:
    return Duty.objects.filter(rule="MED-04", closed_at=None).count()


def test_a_unit_s_blanks_have_one_owner_whoever_finds_them_first(doctor, nurse, person, place) -> None:  # noqa: F811
    with clock.frozen(MORNING - HOUR):
        first, second = doses(order(doctor, person))[0], doses(order(doctor, person, product="197361"))[0]
    about = {"actor": nurse, "facility_id": place.id, "day": MORNING.date(), "code": "morning"}
    with clock.frozen(OVER):
        unit = actions.open_pass(**about, line="A")
        assert actions.close_pass(actor=nurse, pass_id=unit, waiting=[first.id]) == 1
        assert actions.find_blanks(actor=actions.CLOCK) == 1, "only the other one is new"
        assert blank_duties() == 2
        other = actions.open_pass(**about, line="B")
        assert actions.close_pass(actor=nurse, pass_id=other, waiting=[second.id]) == 1
        assert blank_duties() == 2
        for dose in (first, second):
            settled = Charted(dose.id, "no-show", reason="court")
            actions.record_doses(actor=nurse, person_id=person, charted=[settled])
    assert blank_duties() == 0


def test_a_sealed_dose_that_nobody_charted_is_a_finding_with_an_owner(counsellor, nurse, person) -> None:  # noqa: F811
    with clock.frozen(MORNING - HOUR):
        made = sealed_order(counsellor, person, continues=True)
    dose = Dose.objects.filter(programme_order_id=made).order_by("due_at").first()
    with clock.frozen(OVER):
        assert actions.find_blanks(actor=actions.CLOCK) == 1
        row = MedicationPass.objects.get()
        assert (row.line, row.blanks) == ("observed", [dose.id])
        assert open_rules(row.id) == {"MED-04"}
        actions.chart_observed_dose(
            actor=nurse, person_id=person, dose_id=dose.id, status="no-show", reason="court", detail={}
        )
    assert open_rules(row.id) == set()


@pytest.fixture
def other_passes(elsewhere, tmp_path, monkeypatch):  # noqa: F811
    """The other facility gives its medicines an hour earlier in the morning and an hour later in the evening."""
    (tmp_path / "medications").mkdir()
    own = "\n".join(
        f'[[facility]]\nid = "o-{code}"\nfacility = "{elsewhere.code}"\ncode = "{code}"\nat = {at:%H:%M:%S}\n'
        for code, at in (("morning", time(7)), ("evening", time(17)))
    )
    (tmp_path / "medications" / "passes.toml").write_text(PASSES.read_text().replace("facility = []", "") + own)
    monkeypatch.setenv("THROUGHCARE_CONTENT", str(tmp_path))
    content.forget()
    facility_passes._facility_passes.cache_clear()
    yield elsewhere
    monkeypatch.undo()
    content.forget()
    facility_passes._facility_passes.cache_clear()


def due(row) -> list[datetime]:
    return [d.due_at for d in Dose.objects.filter(order_id=row.id).order_by("due_at")]


def test_after_a_transfer_doses_follow_the_passes_there_and_none_is_lost_or_due_twice(
    doctor,  # noqa: F811
    nurse,  # noqa: F811
    person,  # noqa: F811
    other_passes,
) -> None:
    with clock.frozen(MORNING - HOUR * 2):
        row = order(doctor, person, timing=TWICE)
    before = due(row)
    day = timedelta(days=1)
    with clock.frozen(MORNING - timedelta(minutes=30)):
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(other_passes.id))
    after = due(row)
    assert len(after) == len(before)
    assert after[0] == MORNING, "07:00 over there is past, so it stays due at 08:00"
    assert after[1] == before[1] + HOUR
    assert after[2] == MORNING + day - HOUR
    with clock.frozen(MORNING + 2 * day):
        actions.lay_doses(actor=actions.CLOCK)
    laid = due(row)
    assert len(laid) == len(set(laid))
    assert {d.astimezone(UTC).hour for d in laid[2:]} == {12, 22}


def test_a_dose_given_before_the_van_is_not_due_again(doctor, nurse, person, other_passes) -> None:  # noqa: F811
    with clock.frozen(MORNING - HOUR * 2):
        row = order(doctor, person, timing=TWICE)
    evening = doses(row)[1]
    with clock.frozen(evening.due_at - timedelta(minutes=40)):
        actions.record_doses(actor=nurse, person_id=person, charted=[Charted(evening.id, "given")])
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(other_passes.id))
    same_day = [d for d in due(row) if d.date() == evening.due_at.date()]
    assert same_day == [MORNING, evening.due_at]
    assert Dose.objects.get(id=evening.id, due_at=evening.due_at).status == "given"


def test_the_last_day_that_is_laid_loses_no_dose_where_its_pass_comes_earlier(
    doctor,  # noqa: F811
    counsellor,  # noqa: F811
    person,  # noqa: F811
    other_passes,
) -> None:
    """Laid as far as 07:30 of the third day, before its 08:00; over there that day's pass is at 07:00, and lay behind."""
    day, start = timedelta(days=1), MORNING - timedelta(minutes=30)
    with clock.frozen(start):
        row, sealed = order(doctor, person, timing=TWICE), sealed_order(counsellor, person, continues=True)
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(other_passes.id))
    with clock.frozen(start + 2 * day):
        actions.lay_doses(actor=actions.CLOCK)
        actions.lay_programme_doses(actor=actions.CLOCK)
    assert next(d for d in due(row) if d.date() == (MORNING + 3 * day).date()) == MORNING + 3 * day - HOUR
    mornings = Dose.objects.filter(programme_order_id=sealed).order_by("due_at").values_list("due_at", flat=True)
    assert list(mornings) == [MORNING, *(MORNING + n * day - HOUR for n in range(1, 6))]


def test_a_transfer_that_was_none_leaves_the_doses_at_the_passes_here(doctor, person, other_passes) -> None:  # noqa: F811
    with clock.frozen(MORNING - HOUR * 4):
        row = order(doctor, person, timing=TWICE)
        before = due(row)
        custody.transfer(actor=FEED, person_id=person, to=custody.Spot(other_passes.id))
        assert due(row) != before
    with clock.frozen(MORNING - HOUR * 3.5):  # a dose of the next two hours stays where it is: it may be given already
        custody.cancel_transfer(actor=FEED, person_id=person, why="The wrong man")
    assert due(row)[: len(before)] == before


def test_in_a_house_of_ours_the_doses_follow_its_passes(doctor, person, other_passes) -> None:  # noqa: F811
    with clock.frozen(MORNING - HOUR * 4):
        row = order(doctor, person, timing=TWICE)
        before, house = due(row), custody.Spot(other_passes.id)
        about = {"actor": FEED, "person_id": person}
        custody.release(**about, destination="halfway_house_community_release", to=house)
        assert due(row)[0] == before[0] - HOUR
        custody.cancel_release(**about, why="Detainer")
    assert due(row)[: len(before)] == before
