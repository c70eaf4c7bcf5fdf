"""Staff files: what is owed from the first day, what ends by itself, and that a licence that is over owns nothing (STF-*)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from tests.fixtures_lenses import lens_of
from throughcare.access import actions as access
from throughcare.access.models import User
from throughcare.custody.models import Facility
from throughcare.duties import actions as duties
from throughcare.duties import cover, reads
from throughcare.duties.models import Duty
from throughcare.kernel import clock, content
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import formats, verify
from throughcare.people.actions import Demographics, register
from throughcare.workforce import reads as workforce
from throughcare.workforce import staff_files, staff_reads
from throughcare.workforce.models import StaffEntry
from throughcare.workforce.staff_files import Done

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


@pytest.fixture
def place() -> Facility:
    return Facility.objects.get(code="hartford")


@pytest.fixture
def boss(place) -> Actor:
    return Actor("staff", derived("test", "hsa"), "Demo-Boss, Ann", Role.HSA, place.id)


@pytest.fixture
def nurse(boss, place) -> UUID:
    """A nurse of Hartford with a file begun today."""
    found = hired(boss, place, Role.RN)
    with clock.frozen(NOON):
        staff_files.begin_file(actor=boss, user_id=found, started_on=TODAY)
    return found


def hired(boss: Actor, place: Facility, role: Role) -> UUID:
    user = User.objects.create(username=f"demo-{uuid7()}", name="Demo-Nurse, Ada")
    access.post(actor=boss, user_id=user.id, role=role, facility_id=place.id, since=NOON - 900 * DAY)
    return user.id


def owed(user: UUID) -> dict[str, Duty]:
    return {d.rule: d for d in Duty.objects.filter(subject_id=user, closed_at=None)}


def test_what_is_owed_from_the_first_day_and_what_closes_it(boss, nurse) -> None:
    mine = owed(nurse)
    assert set(mine) == {"STF-01", "STF-02", "STF-03", "STF-06", "STF-07"}
    assert {d.owner_role for d in mine.values()} == {"hsa"}
    with clock.frozen(NOON + DAY):
        did = [Done("basic_orientation", TODAY), Done("suicide_training_initial", TODAY + DAY, Decimal(8))]
        staff_files.record_all_done(actor=boss, user_id=nurse, done=did)
        assert set(owed(nurse)) == {"STF-02", "STF-03", "STF-06-YEARLY", "STF-07"}
        closed = Duty.objects.get(subject_id=nurse, rule="STF-01")
        assert (closed.outcome, closed.closed_at <= closed.due_at) == ("done", True), "on the day itself"
        with pytest.raises(Invalid, match="at least 8"):
            staff_files.record_done(actor=boss, user_id=nurse, done=Done("suicide_training_initial", TODAY, Decimal(4)))
    assert verify.run().sound


def test_a_licence_put_down_late_is_late_since_it_ended(boss, nurse) -> None:
    with clock.frozen(NOON):
        staff_files.record_credential(actor=boss, user_id=nurse, kind="licence", expires_on=TODAY - 9 * DAY)
        staff_files.record_credential(actor=boss, user_id=nurse, kind="cpr", expires_on=TODAY)
    ended = owed(nurse)["STF-08"]
    assert ended.due_at == ended.opened_at
    assert timedelta(days=8) < NOON - ended.due_at <= timedelta(days=9)
    assert owed(nurse)["STF-05"].opened_at == NOON, "what still holds is owed from the day it was put down"


def test_hours_of_a_year_add_up_and_the_next_year_begins_at_nought(boss, nurse) -> None:
    first = owed(nurse)["STF-03"].due_at
    for n, hours in enumerate((5, 6, 2, 3)):
        with clock.frozen(NOON + (n + 1) * DAY):
            staff_files.record_done(
                actor=boss, user_id=nurse, done=Done("continuing_education", TODAY + n * DAY, Decimal(hours))
            )
    assert list(StaffEntry.objects.order_by("id").values_list("met", flat=True)) == [False, False, True, False]
    assert Duty.objects.filter(subject_id=nurse, rule="STF-03", outcome="done").count() == 1
    assert owed(nurse)["STF-03"].due_at > first + 300 * DAY, "the next year's, on its grid"
    assert [str(fault) for fault in formats.check().faults] == [], "each entry says what its row says"


def test_a_licence_ends_is_renewed_and_over_it_owns_nothing(boss, place, nurse) -> None:
    with clock.frozen(NOON):
        about = {"actor": boss, "user_id": nurse}
        licence = staff_files.record_credential(**about, kind="licence", number="X1", expires_on=TODAY + 9 * DAY)
        staff_files.record_credential(**about, kind="cpr", expires_on=TODAY + 30 * DAY)
        with pytest.raises(Stale):
            staff_files.record_credential(**about, kind="licence", expires_on=TODAY)
        assert {"STF-05", "STF-08"} <= set(owed(nurse))
        person = register(actor=boss, demographics=Demographics("Sample-King", "Luis", sex="male", synthetic=True))
        open_ = {"actor": boss, "rule_id": "INT-02", "person_id": person, "facility_id": place.id}
        duty = duties.open_duty(**open_)
        duties.assign_duty(actor=boss, duty_id=duty, to=nurse)
        duties.assign_duty(actor=boss, duty_id=duty, to=None)
    with clock.frozen(NOON + 10 * DAY):
        with pytest.raises(Invalid, match=r"\[Licence\] of this person is over"):
            duties.assign_duty(actor=boss, duty_id=duty, to=nurse)
        assert staff_reads.members(lens_of(Role.HSA))[0].over == ["Licence"]
        assert staff_reads.over([nurse]) == {nurse}
        with pytest.raises(Invalid, match="later"):
            staff_files.renew_credential(**about, credential_id=licence, expires_on=TODAY)
        staff_files.renew_credential(**about, credential_id=licence, expires_on=TODAY + 700 * DAY)
        duties.assign_duty(actor=boss, duty_id=duty, to=nurse)
        assert owed(nurse)["STF-08"].due_at > NOON + 700 * DAY
        late = Duty.objects.get(subject_id=nurse, rule="STF-08", outcome="done")
        assert late.closed_at and late.closed_at > late.due_at
    with pytest.raises(DatabaseError), transaction.atomic():
        Duty.objects.filter(id=late.id).update(subject_id=uuid7())


def test_a_duty_beyond_a_licence_is_neither_given_nor_covered(boss, place, tmp_path, monkeypatch) -> None:
    """An agency's own row lets an LPN cover screening; the licence does not (scope.toml), so neither does the house."""
    (tmp_path / "clocks").mkdir()
    monkeypatch.setenv(content.OVERLAY_SETTING, str(tmp_path))
    (tmp_path / "clocks/intake.toml").write_text(
        'version = "ct-1"\n[[overrides]]\ntable = "rule"\nid = "INT-02"\ncover = ["lpn", "provider"]\n'
    )
    helper, doctor = hired(boss, place, Role.LPN), hired(boss, place, Role.PROVIDER)
    with clock.frozen(NOON):
        person = register(actor=boss, demographics=Demographics("Sample-King", "Luis", sex="male", synthetic=True))
        duty = duties.open_duty(actor=boss, rule_id="INT-02", person_id=person, facility_id=place.id)
        rule = duties._rule("INT-02", NOON)
        assert rule.cover == ("lpn", "provider") and cover.covering(rule) == {"provider"}
        with pytest.raises(Invalid, match="does not reach"):
            duties.assign_duty(actor=boss, duty_id=duty, to=helper)
        duties.assign_duty(actor=boss, duty_id=duty, to=doctor)
        duties.assign_duty(actor=boss, duty_id=duty, to=None)
        seen = reads.worklist(lens_of(Role.LPN), place.id)
        assert duty not in {i.id for held in seen.groups.values() for g in held for i in g.items}


def test_who_leaves_owes_nothing_more(boss, nurse) -> None:
    with clock.frozen(NOON + DAY):
        staff_files.record_credential(actor=boss, user_id=nurse, kind="licence", expires_on=TODAY + 9 * DAY)
        access.leave(actor=boss, user_id=nurse, why="Left")
    assert owed(nurse) == {}
    assert set(Duty.objects.filter(subject_id=nurse).values_list("outcome", flat=True)) == {"void"}


def test_the_pages(client, boss, place) -> None:
    worker = hired(boss, place, Role.RN)
    assert client.post("/demo/become", {"role": "hsa", "facility": str(place.id)}).status_code == 302
    assert "Demo-Nurse, Ada" in client.get("/staff/").content.decode()
    one = f"/staff/{worker}/"
    today = clock.today()

    def post(part: str, **said: str) -> int:
        return client.post(one + part, {"intent": str(uuid7()), **said}).status_code

    assert post("begin/", started_on=str(today + 3 * DAY)) == 422
    assert post("begin/", started_on=str(today - 30 * DAY)) == 303
    assert "Basic orientation" in client.get(one).content.decode()
    bad = client.post(
        one + "entries/", {"intent": str(uuid7()), "kind": "continuing_education", "on": str(today), "words": "xyz"}
    )
    assert bad.status_code == 422
    assert 'value="xyz"' in bad.content.decode()
    assert post("entries/", kind="basic_orientation", on=str(today)) == 303
    assert post("credentials/", credential="licence", number="X1", expires_on=str(today - DAY)) == 303
    page = client.get(one).content.decode()
    assert "Licence is over" in page
    licence = staff_reads.file(lens_of(Role.HSA), worker).endings[0].row
    assert post("credentials/", renews=str(licence.id), expires_on=str(today + 900 * DAY)) == 303
    assert client.post("/demo/become", {"role": "rn", "facility": str(place.id)}).status_code == 302
    assert client.get("/staff/").status_code == 403


@pytest.mark.parametrize("hours", ["NaN", "Infinity", "1e9", "-2", "0", "0.01", "two"])
def test_hours_that_are_no_number_of_hours_are_asked_again(client, boss, place, nurse, hours: str) -> None:
    assert client.post("/demo/become", {"role": "hsa", "facility": str(place.id)}).status_code == 302
    for kind in ("continuing_education", "basic_orientation"):
        said = {"kind": kind, "on": clock.today().isoformat(), "hours": hours}
        answer = client.post(f"/staff/{nurse}/entries/", {"intent": str(uuid7()), **said})
        assert answer.status_code == 422
        assert StaffEntry.objects.count() == 0


def test_a_float_is_put_on_a_page_and_seen_there(client, boss, place) -> None:
    york = Facility.objects.get(code="york")
    worker = hired(boss, place, Role.RN)
    assert client.post("/demo/become", {"role": "hsa", "facility": str(place.id)}).status_code == 302
    at = clock.local(clock.now())
    said = {"who": f"{worker} rn", "phone": "555-0100", "site-0": str(place.id), "site-1": str(york.id)}
    hours = {"from-0": f"{at:%H:%M}", "until-0": f"{at + timedelta(hours=4):%H:%M}"}
    wrong = client.post("/floats/", {"intent": str(uuid7()), **said, **hours, "until-1": "soon"})
    assert wrong.status_code == 422
    assert "555-0100" in wrong.content.decode()
    hours["until-1"] = f"{at + timedelta(hours=8):%H:%M}"
    refused = client.post("/floats/", {"intent": str(uuid7()), **said, **hours})
    assert refused.status_code == 422 and "York" in refused.text, "at York they would cover a role and see nothing"
    access.post(actor=boss, user_id=worker, role=Role.RN, facility_id=york.id)
    assert client.post("/floats/", {"intent": str(uuid7()), **said, **hours}).status_code == 303
    (found,) = staff_reads.floats(lens_of(Role.HSA))
    assert [(s.site, s.on_call) for s in found.stretches if not s.on_call] == [
        (place.short_name, False),
        (york.short_name, False),
    ]
    assert "Demo-Nurse, Ada" in client.get("/floats/").content.decode()
    assert workforce.tonight(lens_of(Role.HSA))
