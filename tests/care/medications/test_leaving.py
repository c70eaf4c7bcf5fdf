"""What becomes of orders at the end of custody: no dose for who is gone, nothing runs at the next booking, nothing lost when undone."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from tests.care.medications.test_doors import FEED, LEVETIRACETAM, VAN, elsewhere, open_rules, seizure  # noqa: F401
from tests.care.medications.test_observed_doses import answers, due, own_order
from tests.care.medications.test_ordering_and_giving import (  # noqa: F401
    AMLODIPINE,
    DAILY,
    LISINOPRIL,
    MORNING,
    TWICE,
    doctor,
    nurse,
    order,
    person,
    place,
)
from tests.care.medications.test_programme import AnyReason, counsellor, sealed_order  # noqa: F401
from tests.care.sick_call.test_screens import become
from tests.fixtures_lenses import lens_of
from throughcare.care.medications import actions
from throughcare.care.medications.actions.laying import expected
from throughcare.care.medications.models import Crossing, Dose, MedicationOrder, MedicationPass, ProgrammeOrder
from throughcare.care.medications.reads import doors as doors_read
from throughcare.care.medications.reads import opioid_treatment as observed
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.custody.homes import facilities_now, way_out
from throughcare.custody.models import Facility
from throughcare.duties.models import Duty
from throughcare.exchange.documents.summaries import gathering
from throughcare.exchange.documents.summaries.lines import cells
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify
from throughcare.people.actions import Demographics, record_death, register
from throughcare.reentry.actions import propose_bridge

pytestmark = pytest.mark.django_db


def waiting(people, since: datetime) -> int:
    return Dose.objects.filter(person_id=people, status="expected", due_at__gte=since).count()


def stands(row: MedicationOrder) -> tuple[str, str]:
    row.refresh_from_db()
    return row.status, row.ended_why or row.held_why


def sealed_stands(order_id) -> str:
    with db.writing(FEED):
        return ProgrammeOrder.objects.get(id=order_id).status


def test_a_cancelled_release_brings_back_what_it_stopped_and_nothing_else(doctor, person, place) -> None:  # noqa: F811
    earlier = seizure(doctor, person, at=MORNING - timedelta(days=20), days=90)
    about = {"actor": FEED, "person_id": person}
    with clock.frozen(MORNING - timedelta(days=10)):
        custody.release(**about, planned=False)
    with clock.frozen(MORNING - timedelta(days=8)):
        custody.admit(**about, to=custody.Spot(place.id))
        assert waiting(person, clock.now()) == 0, "nothing of the earlier stay runs"
        held, stopped, runs = (order(doctor, person, product=p) for p in (LISINOPRIL, AMLODIPINE, LEVETIRACETAM))
        actions.hold_order(actor=doctor, person_id=person, order_id=held.id, version=held.version, why="Dizzy")
        actions.stop_order(actor=doctor, person_id=person, order_id=stopped.id, version=stopped.version, why="Swollen")
    with clock.frozen(VAN):
        custody.release(**about, planned=False)
    assert stands(held) == ("stopped", "Left custody")
    with clock.frozen(VAN + timedelta(hours=2)):
        custody.cancel_release(**about, why="The wrong man")
        assert stands(runs) == ("active", "")
        assert stands(held) == ("on-hold", "Dizzy")
        assert stands(stopped) == ("stopped", "Swollen")
        assert stands(earlier) == ("stopped", "Left custody")
        assert set(Dose.objects.filter(person_id=person, due_at__gte=VAN).values_list("order_id", flat=True)) == {
            runs.id
        }
    assert verify.run().sound


def test_custody_s_word_comes_late_and_nothing_was_due_meanwhile(doctor, nurse, person) -> None:  # noqa: F811
    row = seizure(doctor, person)
    with clock.frozen(MORNING + timedelta(hours=3)):
        assert actions.find_blanks(actor=nurse) > 0
        assert Dose.objects.filter(order=row, due_at=MORNING).exists()
        custody.release(actor=FEED, person_id=person, planned=False, happened_at=VAN)
        assert waiting(person, VAN) == 0
    assert stands(row) == ("stopped", "Left custody")
    row.refresh_from_db()
    assert row.ended_at == VAN
    open_passes = MedicationPass.objects.filter(settled_at=None).values_list("blanks", flat=True)
    owned = {dose for blanks in open_passes for dose in blanks}
    assert owned <= set(Dose.objects.filter(person_id=person, status="expected").values_list("id", flat=True))
    assert Duty.objects.filter(rule="MED-04", closed_at=None).count() == len(open_passes)


def test_death_ends_everything_and_nothing_brings_it_back(doctor, counsellor, person, elsewhere) -> None:  # noqa: F811
    row, about = seizure(doctor, person), {"actor": FEED, "person_id": person}
    with clock.frozen(VAN - timedelta(hours=5)):
        sealed = sealed_order(counsellor, person, continues=True)
        custody.schedule_event(**about, kind="transfer", starts_at=VAN, to_facility_id=elsewhere.id)
        custody.release(**about, planned=False)
    with clock.frozen(VAN):
        record_death(**about, at=VAN)
        custody.cancel_release(**about, why="He died here")
        assert (stands(row)[0], sealed_stands(sealed), waiting(person, VAN - timedelta(hours=5))) == (
            "stopped",
            "stopped",
            0,
        )
        assert not Crossing.objects.filter(state__in=("planned", "under_way", "returned")).exists()


def test_death_in_custody_ends_everything(doctor, counsellor, person) -> None:  # noqa: F811
    row = seizure(doctor, person)
    with clock.frozen(VAN):
        sealed = sealed_order(counsellor, person, continues=True)
        custody.send_out(actor=FEED, person_id=person, kind="hospital", place="Hospital")
        assert Crossing.objects.filter(state="under_way").count() == 2
        record_death(actor=FEED, person_id=person, at=VAN)
    assert (stands(row), sealed_stands(sealed), waiting(person, VAN)) == (("stopped", "Died"), "stopped", 0)
    assert not Crossing.objects.exclude(state="cancelled").exists()


@pytest.mark.parametrize(("hours", "goes_on"), [(1, True), (72, True), (73, False)])
def test_back_from_an_escape_it_goes_on_or_is_decided_anew(
    doctor, counsellor, person, place, hours, goes_on  # noqa: F811
) -> None:  # fmt: skip
    about = {"actor": FEED, "person_id": person}
    row = seizure(doctor, person, at=VAN - timedelta(hours=1))
    with clock.frozen(VAN):
        sealed = sealed_order(counsellor, person, continues=True)
        custody.record_escape(**about)
        assert (stands(row), sealed_stands(sealed), waiting(person, VAN)) == (("stopped", "Escaped"), "stopped", 0)
        assert not Duty.objects.filter(rule="MED-01", about=row.id, closed_at=None).exists()
    back = VAN + timedelta(hours=hours)
    with clock.frozen(back):
        actions.lay_doses(actor=actions.CLOCK)
        actions.lay_programme_doses(actor=actions.CLOCK)
        assert waiting(person, VAN) == 0
        custody.return_in(**about, to=custody.Spot(place.id))
        assert (waiting(person, back) > 0) is goes_on
        assert waiting(person, VAN) == waiting(person, back), "nothing was due while nobody could give it"
        assert Duty.objects.filter(rule="MED-01", about=row.id, closed_at=None).exists() is goes_on
        assert Duty.objects.filter(rule="INT-04-BACK", closed_at=None).exists() is not goes_on
    assert (sealed_stands(sealed) == "active") is goes_on


def test_an_escape_that_was_none_and_a_return_that_was_none(doctor, nurse, person, place) -> None:  # noqa: F811
    about, row = {"actor": FEED, "person_id": person}, seizure(doctor, person)
    with clock.frozen(VAN):
        before = waiting(person, VAN)
        custody.record_escape(**about)
    with clock.frozen(MORNING + timedelta(hours=3)):
        custody.cancel_transfer(**about, why="Asleep in the laundry")
        assert stands(row) == ("active", "")
        assert waiting(person, VAN) >= before, "what fell due meanwhile is owed after all"
        assert actions.find_blanks(actor=nurse) > 0
        custody.record_escape(**about)
    with clock.frozen(MORNING + timedelta(hours=5)):
        custody.return_in(**about, to=custody.Spot(place.id))
        assert stands(row) == ("active", "")
        custody.cancel_transfer(**about, why="Another man")
        assert stands(row)[0] == "stopped"
        assert waiting(person, clock.now()) == 0


def test_in_the_community_it_ends_and_in_a_house_of_ours_it_goes_on(doctor, person, place, elsewhere) -> None:  # noqa: F811
    about, row = {"actor": FEED, "person_id": person}, seizure(doctor, person)
    with clock.frozen(VAN):
        house = custody.Spot(elsewhere.id)
        custody.release(**about, destination="halfway_house_community_release", to=house)
        assert stands(row) == ("active", "")
        assert waiting(person, VAN) > 0
    with clock.frozen(VAN + timedelta(hours=1)):
        custody.change_legal_status(**about, kind="parole")
        assert stands(row) == ("stopped", "Left custody")
        assert waiting(person, VAN + timedelta(hours=1)) == 0
        assert "REL-MED" in open_rules(person), "what they need is owed as at any release"
    other = register(actor=FEED, demographics=Demographics("Sample-Home", "Al", date(1990, 1, 1), "male"))
    about = {"actor": FEED, "person_id": other}
    with clock.frozen(VAN - timedelta(days=2)):
        custody.admit(**about, to=custody.Spot(place.id))
        chart.no_known_allergies(actor=doctor, person_id=other)
        row = order(doctor, other)
    with clock.frozen(VAN):
        custody.release(**about, destination="home_confinement")
        assert (stands(row)[0], waiting(other, VAN)) == ("stopped", 0)
    with clock.frozen(VAN + timedelta(days=30)):
        custody.return_in(**about, to=custody.Spot(place.id))
        assert (stands(row)[0], waiting(other, VAN)) == ("stopped", 0)
        assert Duty.objects.filter(rule="INT-04-BACK", person_id=other, closed_at=None).exists()


def test_an_admission_that_was_none_ends_what_was_ordered_in_it(doctor, person, place) -> None:  # noqa: F811
    about = {"actor": FEED, "person_id": person}
    with clock.frozen(VAN - timedelta(days=9)):
        custody.release(**about)
    with clock.frozen(VAN):
        custody.admit(**about, to=custody.Spot(place.id))
        row = order(doctor, person)
    with clock.frozen(MORNING + timedelta(hours=1)):
        custody.cancel_admission(**about, why="Booked twice")
        assert (stands(row), waiting(person, VAN)) == (("stopped", "The admission was cancelled"), 0)
        assert doors_read.take_home(lens_of(Role.RN), [person], "en") == [], "it was not what they left with"
        custody.admit(**about, to=custody.Spot(place.id))
        assert (stands(row)[0], waiting(person, VAN)) == ("stopped", 0)
        assert Duty.objects.filter(rule="INT-04-BACK", closed_at=None).exists(), "a booking put right: somebody decides"


def test_what_is_ordered_for_somebody_who_is_gone_is_due_when_they_are_here(
    doctor, counsellor, person, place  # noqa: F811
) -> None:  # fmt: skip
    about = {"actor": FEED, "person_id": person}
    with clock.frozen(VAN - timedelta(days=1)):
        custody.release(**about)
    with clock.frozen(VAN):
        row, sealed = order(doctor, person), sealed_order(counsellor, person, continues=True)
        assert waiting(person, VAN) == 0
        assert actions.lay_doses(actor=actions.CLOCK) == 0, "and the clock's hand is not kept busy by it"
    with clock.frozen(VAN + timedelta(hours=1)):
        custody.admit(**about, to=custody.Spot(place.id))
    assert {d.order_id or d.programme_order_id for d in Dose.objects.filter(person_id=person)} == {row.id, sealed}


def test_a_sealed_dose_after_a_release_stays_owned_and_the_letter_tells_the_last_one(
    counsellor, nurse, person  # noqa: F811
) -> None:  # fmt: skip
    with clock.frozen(MORNING - timedelta(days=1, hours=1)):
        sealed = sealed_order(counsellor, person, continues=True)
    with clock.frozen(MORNING - timedelta(days=1)):
        actions.give_observed_dose(actor=nurse, person_id=person, observed=answers(due(sealed)[0]))
    with clock.frozen(MORNING - timedelta(hours=1)):
        custody.release(actor=FEED, person_id=person, planned=False)
        assert waiting(person, clock.now()) == 0
        crossing = Crossing.objects.get()
        assert (crossing.sealed, crossing.state, crossing.uncovered) == (True, "under_way", 1)
    with clock.frozen(MORNING + timedelta(days=2)):
        (told,) = observed.treatments_told(lens_of(Role.SUD), [person])
        assert told.standing.last.at == MORNING - timedelta(days=1)
        assert told.standing.missed.days == 0, "of a day outside we know nothing"
        assert observed.treatments_of(lens_of(Role.SUD), [person]) == []
        custody.cancel_release(actor=FEED, person_id=person, why="Detainer")
        (stands_now,) = observed.treatments_of(lens_of(Role.SUD), [person])
        assert stands_now.standing.missed.days == 2
        assert waiting(person, MORNING + timedelta(days=1, hours=1)) > 0
    assert verify.run().sound


def test_who_left_takes_along_what_they_took_and_not_what_was_held(doctor, person, place) -> None:  # noqa: F811
    row, about = seizure(doctor, person), {"actor": FEED, "person_id": person}
    with clock.frozen(VAN - timedelta(hours=1)):
        held = order(doctor, person, product=AMLODIPINE)
        actions.hold_order(actor=doctor, person_id=person, order_id=held.id, version=held.version, why="Dizzy")
    with clock.frozen(VAN):
        custody.release(**about)
        rn = lens_of(Role.RN)
        assert [t.order.id for t in doors_read.take_home(rn, [person], "en")] == [row.id]
        propose_bridge(actor=doctor, person_id=person)
    with clock.frozen(VAN + timedelta(days=4)):
        custody.admit(**about, to=custody.Spot(place.id))
        assert doors_read.take_home(rn, [person], "en") == []
        with pytest.raises(Refused, match="over"):
            actions.renew_order(actor=doctor, person_id=person, order_id=row.id, version=row.version + 1)


def test_two_charts_one_person_one_stay_too_many(doctor, nurse, person, place) -> None:  # noqa: F811
    """A booking doubled on a linked chart is ended: the person is here all the same, and their medicines go on."""
    from throughcare.people import actions as people

    row = seizure(doctor, person)
    with clock.frozen(VAN):
        double = register(actor=FEED, demographics=Demographics("Sample-Ortiz", "Luis", date(1990, 2, 3), "male"))
        custody.admit(actor=FEED, person_id=double, to=custody.Spot(place.id))
        asked = people.propose_merge(actor=nurse, a=person, b=double, reasons=["same name"], source="person")
        people.merge(actor=nurse, proposal_id=asked, survivor_id=person, why="Same man")
        custody.release(actor=FEED, person_id=double)
        left = way_out([person, double])
        assert (left is None, stands(row)[0], waiting(person, VAN) > 0) in (
            (True, "active", True),
            (False, "stopped", False),
        )


# --- any sequence ---------------------------------------------------------------------------------------------------------


class Life:
    """One invented person whose custody goes any way; beside the record an oracle that knows how each order must stand."""

    def __init__(self, chance: random.Random, n: int, doctor: Actor, sud: Actor, place: Facility) -> None:  # noqa: F811
        self.chance, self.doctor, self.sud, self.place = chance, doctor, sud, place
        self.at = MORNING - timedelta(days=60)
        self.id = register(actor=FEED, demographics=Demographics(f"Sample-Any{n}", "Al", date(1990, 1, 1), "male"))
        self.about = {"actor": FEED, "person_id": self.id}
        self.oracle: dict = {}  # order -> how it must stand
        self.left: dict = {}  # way out -> how each order stood that it stopped
        self.dead, self.took_place = False, 0
        with clock.frozen(self.at):
            chart.no_known_allergies(actor=doctor, person_id=self.id)
            custody.admit(**self.about, to=custody.Spot(place.id))

    def steps(self) -> dict[str, Callable[[], object]]:
        spot, about = custody.Spot(self.place.id), self.about
        return {
            "admit": lambda: custody.admit(**about, to=spot),
            "release": lambda: self.out(custody.release(**about, planned=False).move_id),
            "home": lambda: self.out(custody.release(**about, destination="home_confinement").move_id),
            "escape": lambda: self.out(custody.record_escape(**about).move_id),
            "court": lambda: custody.send_out(**about, kind="court"),
            "back": self.back,
            "cancel_release": lambda: self.restored(custody.cancel_release(**about, why="Wrong").move_id),
            "cancel_move": lambda: self.undone(custody.cancel_transfer(**about, why="Wrong").move_id),
            "cancel_admission": lambda: self.out(custody.cancel_admission(**about, why="Wrong").move_id),
            "order": self.order,
            "sealed": self.sealed,
            "stop": self.stop,
            "hold": self.hold,
            "die": self.die,
        }

    def step(self) -> None:
        self.at += timedelta(minutes=self.chance.choice((5, 90, 600, 1500, 5000)))
        often = [
            "order",
            "release",
            "cancel_release",
            "admit",
            "escape",
            "back",
            "home",
            "cancel_move",
            "sealed",
            "hold",
        ]
        what = self.chance.choice(
            [*often, *often, "stop", "court", "cancel_admission", *(["die"] if self.at > MORNING else [])]
        )
        with clock.frozen(self.at):
            try:
                self.steps()[what]()
                self.took_place += 1
            except Refused:
                return
            actions.lay_doses(actor=actions.CLOCK)
            actions.lay_programme_doses(actor=actions.CLOCK)
            actions.end_orders(actor=actions.CLOCK)
            self.holds(what)

    def gone(self) -> bool:
        return way_out([self.id]) is not None

    def out(self, way) -> None:
        if self.dead or (way_out([self.id]) is None and not self._no_stay()):
            return
        live = {o: s for o, s in self.oracle.items() if s in ("active", "on-hold")}
        self.left[way] = live
        self.oracle.update(dict.fromkeys(live, "stopped"))

    def _no_stay(self) -> bool:
        return not facilities_now([self.id])

    def undone(self, way) -> None:
        """A way out that is taken back; or a way back that is, after which the person is out as before."""
        out = way_out([self.id])
        if out is not None:
            self.out(out.id)
        else:
            self.restored(way)

    def restored(self, way) -> None:
        if not self.dead:
            self.oracle.update(self.left.pop(way, {}))

    def back(self) -> None:
        before = way_out([self.id])
        custody.return_in(**self.about, to=custody.Spot(self.place.id))
        if before is not None and self.at - before.since <= timedelta(hours=72) and not self.dead:
            self.oracle.update(self.left.pop(before.id, {}))

    def order(self) -> None:
        product, timing = self.chance.choice(((LISINOPRIL, DAILY), (AMLODIPINE, TWICE), (LEVETIRACETAM, TWICE)))
        row = order(self.doctor, self.id, product=product, timing=timing, reasons=AnyReason(), days=120)
        self.oracle[row.id] = "active"

    def sealed(self) -> None:
        if not any(isinstance(k, str) and s == "active" for k, s in self.oracle.items()):
            self.oracle[str(sealed_order(self.sud, self.id, continues=True, days=120))] = "active"

    def _one(self, *states: str):
        mine = [o for o, s in self.oracle.items() if s in states and not isinstance(o, str)]
        return MedicationOrder.objects.get(id=self.chance.choice(mine)) if mine else None

    def stop(self) -> None:
        row = self._one("active", "on-hold")
        if row is not None:
            actions.stop_order(actor=self.doctor, person_id=self.id, order_id=row.id, version=row.version, why="Rash")
            self.oracle[row.id] = "stopped"

    def hold(self) -> None:
        row = self._one("active")
        if row is not None:
            actions.hold_order(actor=self.doctor, person_id=self.id, order_id=row.id, version=row.version, why="Dizzy")
            self.oracle[row.id] = "on-hold"

    def die(self) -> None:
        if not self.dead:
            record_death(**self.about, at=self.at)
            self.dead = True
            self.oracle = dict.fromkeys(self.oracle, "stopped")

    def holds(self, what: str) -> None:
        """Every order stands as the oracle says; nothing is due of who is gone; of who is here exactly what is ordered."""
        with db.writing(FEED):
            own = {r.id: r for r in MedicationOrder.objects.filter(person_id=self.id)}
            sealed = dict(ProgrammeOrder.objects.filter(person_id=self.id).values_list("id", "status"))
        found = {**{k: r.status for k, r in own.items()}, **{str(k): s for k, s in sealed.items()}}
        assert found == self.oracle, what
        out = way_out([self.id])
        if out is not None or self.dead:
            assert waiting(self.id, out.since if out else self.at) == 0, what
            return
        home = facilities_now([self.id]).get(self.id)
        for row in own.values():
            laid = set(
                Dose.objects.filter(order=row, due_at__gte=self.at, due_at__lt=self.at + timedelta(hours=24))
                .exclude(status="cancelled").values_list("due_at", flat=True)
            )  # fmt: skip
            due = {at for at, *_ in expected(row, self.at, self.at + timedelta(hours=24), home)}
            assert laid == (due if row.status == "active" else set()), (what, row.text, row.status)


def live(lives: int, steps: int, seed: int, doctor: Actor, sud: Actor, place: Facility) -> int:  # noqa: F811
    chance, done = random.Random(seed), 0
    for n in range(lives):
        one = Life(chance, n, doctor, sud, place)
        for _ in range(steps):
            one.step()
        done += one.took_place
    return done


def test_any_sequence_leaves_no_dose_for_who_is_gone_and_loses_none_when_undone(doctor, counsellor, place) -> None:  # noqa: F811
    assert live(4, 40, 7, doctor, counsellor, place) >= 60


@pytest.mark.long
def test_a_thousand_sequences(doctor, counsellor, place) -> None:  # noqa: F811
    assert live(100, 60, 8, doctor, counsellor, place) >= 2000


def test_the_page_shows_what_was_taken_before_until_it_is_ordered_again(client, doctor, person, place) -> None:  # noqa: F811
    row = seizure(doctor, person)
    with clock.frozen(VAN):
        custody.release(actor=FEED, person_id=person)
    with clock.frozen(VAN + timedelta(days=3)):
        custody.admit(actor=FEED, person_id=person, to=custody.Spot(place.id))
        become(client, "provider", place)
        base = f"/people/{person}/medications/"
        assert "Taken before, until" in client.get(base).content.decode()
        page = client.get(f"{base}{row.id}/").content.decode()
        assert "Left custody" in page
        assert 'value="resume"' not in page, "nothing of the earlier stay is started by a click"
        seizure(doctor, person, at=clock.now())
        assert "Taken before, until" not in client.get(base).content.decode()


def test_a_summary_names_what_they_took_along_while_they_are_gone(doctor, person, place) -> None:  # noqa: F811
    row = seizure(doctor, person)

    def told() -> list[str]:
        with db.reading(lens_of(Role.PROVIDER)):
            _, kept, _ = gathering.gather(lens_of(Role.PROVIDER), doctor, [person])
        return [cells("medicines", one)[3] for one in kept if one.id == str(row.id)]

    assert told() == ["given here"]
    with clock.frozen(VAN):
        custody.release(actor=FEED, person_id=person)
        assert told() == ["given here until 20 Nov 2026"]
        custody.cancel_release(actor=FEED, person_id=person, why="Detainer")
        assert told() == ["given here"]
        custody.release(actor=FEED, person_id=person)
    with clock.frozen(VAN + timedelta(days=1)):
        custody.admit(actor=FEED, person_id=person, to=custody.Spot(place.id))
        assert told() == [], "what an earlier stay gave says nothing of today"


@pytest.mark.parametrize("days", [2, 3])
def test_days_on_hold_are_days_missed(doctor, nurse, person, days) -> None:  # noqa: F811
    """Ruling 4: the old dose is blocked from the third day missed, whyever nobody laid it."""
    with clock.frozen(MORNING - timedelta(days=1)):
        row = own_order(doctor, person)
        first = Dose.objects.filter(order=row).earliest("due_at")
    with clock.frozen(first.due_at):
        actions.give_observed_dose(actor=nurse, person_id=person, observed=answers(first))
        row.refresh_from_db()
        actions.hold_order(actor=doctor, person_id=person, order_id=row.id, version=row.version, why="Drowsy")
    with clock.frozen(first.due_at + timedelta(days=days + 1)):
        row.refresh_from_db()
        actions.resume_order(actor=doctor, person_id=person, order_id=row.id, version=row.version)
        (one,) = observed.treatments_of(lens_of(Role.RN), [person])
        assert (one.standing.missed.days, one.standing.missed.blocks) == (days, days >= 3)


def test_the_third_day_is_missed_once_its_dose_is(doctor, nurse, person) -> None:  # noqa: F811
    """Ruling 4: from the third missed day, in its own shift, and not from the midnight after it."""
    with clock.frozen(MORNING - timedelta(hours=2)):
        row = own_order(doctor, person)
    due_here = Dose.objects.filter(order=row).order_by("due_at")
    with clock.frozen(MORNING):
        actions.give_observed_dose(actor=nurse, person_id=person, observed=answers(due_here[0]))
    for day in (1, 2, 3):
        with clock.frozen(MORNING + timedelta(days=day)):
            actions.lay_doses(actor=actions.CLOCK)
            (before,) = observed.treatments_of(lens_of(Role.RN), [person])
            assert (before.standing.missed.days, before.standing.missed.blocks) == (day - 1, False)
            dose = due_here.filter(due_at=MORNING + timedelta(days=day)).get()
            about = {"actor": nurse, "person_id": person, "dose_id": dose.id, "detail": {}}
            actions.chart_observed_dose(**about, status="no-show", reason="court")
            (after,) = observed.treatments_of(lens_of(Role.RN), [person])
            assert (after.standing.missed.days, after.standing.missed.blocks) == (day, day == 3)
            assert actions.tell_missed_treatment(actor=actions.CLOCK) == (day == 3)
