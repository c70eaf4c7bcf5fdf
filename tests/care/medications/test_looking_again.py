"""What the chart says after an order was placed is compared with it, and a prescriber decides anew (MED-ANEW)."""

from datetime import date, timedelta

import pytest

from tests.care.medications.test_checks_at_the_order import (  # noqa: F401
    FILTRATION,
    LOINC,
    METFORMIN,
    NOW,
    PER,
    STATUS,
    VALPROATE,
    asked,
    doctor,
    measure,
    woman,
)
from tests.care.medications.test_checks_at_the_order import _now as _now
from tests.care.medications.test_programme import sealed_order
from tests.care.sick_call.test_screens import become
from tests.fixtures_lenses import lens_of
from throughcare.care.medications import actions, checking
from throughcare.care.medications.actions.looking_again import BROKE
from throughcare.care.medications.models import MedicationOrder, OrderOverride
from throughcare.care.medications.reads.alerting import heard
from throughcare.chart import actions as chart
from throughcare.chart.models import Allergy
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Stale
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import Demographics, merge, register
from throughcare.people.models import MergeProposal

GATES = {
    "history_taken": "yes", "medicines_reviewed": "yes", "diagnosis": "F31.9", "emergency_plan": "n/a", "consent": "given",
}  # fmt: skip
pytestmark = pytest.mark.django_db
AMOXICILLIN, PROPRANOLOL, CITALOPRAM = "308191", "856448", "200371"


def place(doctor, person, product):  # noqa: F811
    order = asked(product, gates=GATES)
    seen = actions.check_order(actor=doctor, person_id=person, asked=order).must_answer
    order = asked(product, gates=GATES, reasons={a.key: "Known." for a in seen})
    return MedicationOrder.objects.get(id=actions.place_order(actor=doctor, person_id=person, asked=order))


def duties(person, *, closed=False) -> list[Duty]:
    return list(Duty.objects.filter(person_id=person, rule="MED-ANEW", closed_at__isnull=not closed).order_by("id"))


def allergic(doctor, person, text, reaction="anaphylaxis"):  # noqa: F811
    return chart.add_allergy(actor=doctor, person_id=person, text=text, reaction=reaction)


def told(order) -> list[str]:
    order.refresh_from_db()
    return [one["key"] for one in order.found_since if not one["reason"]]


@pytest.mark.parametrize(
    ("product", "say", "stops"),
    [
        (AMOXICILLIN, lambda d, p: allergic(d, p, "Amoxicillin"), True),
        (AMOXICILLIN, lambda d, p: allergic(d, p, "Penicillin"), True),
        (AMOXICILLIN, lambda d, p: allergic(d, p, "Penicillin", "mild itching"), None),
        (AMOXICILLIN, lambda d, p: allergic(d, p, "Peanuts"), None),
        (AMOXICILLIN, lambda d, p: allergic(d, p, "Zzyzxol"), False),
        (PROPRANOLOL, lambda d, p: chart.add_condition(actor=d, person_id=p, text="Asthma"), True),
        (PROPRANOLOL, lambda d, p: chart.add_condition(actor=d, person_id=p, text="Asthma", verification="refuted"), None),
        (PROPRANOLOL, lambda d, p: allergic(d, p, "Penicillin"), None),
        (VALPROATE, lambda d, p: measure(d, p, STATUS, text="pregnant"), True),
        (VALPROATE, lambda d, p: chart.add_condition(actor=d, person_id=p, text="Pregnant, 20 weeks"), True),
        (METFORMIN, lambda d, p: measure(d, p, FILTRATION, 29, unit=PER), True),
        (METFORMIN, lambda d, p: measure(d, p, FILTRATION, 44, unit=PER), None),
        (METFORMIN, lambda d, p: measure(d, p, "8867-4", 70, unit="/min"), None),
    ],
)  # fmt: skip
def test_what_is_new_opens_one_duty_where_it_interrupts(doctor, woman, product, say, stops) -> None:  # noqa: F811
    measure(doctor, woman, STATUS, text="not pregnant", days=1)
    order = place(doctor, woman, product)
    with clock.frozen(NOW + timedelta(hours=1)):
        say(doctor, woman)
    found = duties(woman)
    assert [(d.about, d.facts["stop"]) for d in found] == ([] if stops is None else [(order.id, stops)])
    if stops:
        assert (found[0].due_at - found[0].opened_at, found[0].lane, found[0].owner_role) == (
            timedelta(hours=2),
            "now",
            "provider",
        )
    assert bool(told(order)) is (stops is not None)


def test_time_that_went_opens_nothing(doctor, woman) -> None:  # noqa: F811
    measure(doctor, woman, STATUS, text="not pregnant")
    order = place(doctor, woman, VALPROATE)
    with clock.frozen(NOW + timedelta(days=29)):
        chart.add_condition(actor=doctor, person_id=woman, text="Hay fever")
        assert not duties(woman)
        measure(doctor, woman, STATUS, text="not sure", days=-29)
        assert [(d.about, d.facts["stop"]) for d in duties(woman)] == [(order.id, False)]


def test_each_of_two_orders_is_told_alone_and_only_where_it_concerns(doctor, woman) -> None:  # noqa: F811
    first, other = place(doctor, woman, AMOXICILLIN), place(doctor, woman, PROPRANOLOL)
    allergic(doctor, woman, "Penicillin")
    assert [d.about for d in duties(woman)] == [first.id]
    with clock.frozen(NOW + timedelta(hours=1)):
        chart.add_condition(actor=doctor, person_id=woman, text="Asthma")
    assert {d.about for d in duties(woman)} == {first.id, other.id}


def test_an_entry_in_error_makes_the_duty_void(doctor, woman) -> None:  # noqa: F811
    order = place(doctor, woman, AMOXICILLIN)
    entry = allergic(doctor, woman, "Penicillin")
    with clock.frozen(NOW + timedelta(hours=1)):
        chart.mark_error(
            actor=doctor, person_id=woman, kind="AllergyIntolerance", id=entry, version=1, why="Another person's"
        )
    assert not duties(woman)
    assert [d.outcome for d in duties(woman, closed=True)] == ["void"]
    assert not told(order)
    with clock.frozen(NOW + timedelta(hours=2)):
        allergic(doctor, woman, "Penicillin")
    assert len(duties(woman)) == 1


def test_what_was_answered_at_the_order_opens_nothing(doctor, woman) -> None:  # noqa: F811
    allergic(doctor, woman, "Penicillin")
    order = place(doctor, woman, AMOXICILLIN)
    chart.add_condition(actor=doctor, person_id=woman, text="Asthma")
    allergic(doctor, woman, "Peanuts")
    assert not duties(woman)
    assert not told(order)


def _doing(verb, doctor, woman, order):  # noqa: F811
    about = {"actor": doctor, "person_id": woman, "order_id": order.id, "version": order.version}
    if verb == "keep":
        actions.keep_as_it_is(**about, reasons=dict.fromkeys(told(order), "Tolerated it last year."))
    elif verb == "renew":
        actions.renew_order(**about, reasons=dict.fromkeys(told(order), "Tolerated it."))
    elif verb == "change":
        actions.change_order(**about, asked=asked(PROPRANOLOL), why="Allergy")
    else:
        getattr(actions, f"{verb}_order")(**about, why="Allergy")


@pytest.mark.parametrize("verb", ["stop", "hold", "change", "keep", "renew"])
def test_what_a_prescriber_decides_closes_it(doctor, woman, verb) -> None:  # noqa: F811
    order = place(doctor, woman, AMOXICILLIN)
    allergic(doctor, woman, "Penicillin")
    with clock.frozen(NOW + timedelta(hours=1)):
        _doing(verb, doctor, woman, order)
    assert not duties(woman)
    assert [d.outcome for d in duties(woman, closed=True)] == ["done"]
    with clock.frozen(NOW + timedelta(hours=2)):
        allergic(doctor, woman, "Zzyzxol" if verb == "hold" else "Peanuts")
    assert not duties(woman)


def test_to_keep_it_needs_a_prescriber_and_a_reason_for_each_alert_and_is_counted(doctor, woman) -> None:  # noqa: F811
    order = place(doctor, woman, AMOXICILLIN)
    allergic(doctor, woman, "Penicillin")
    about = {"person_id": woman, "order_id": order.id, "version": 1}
    nurse = Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, doctor.facility_id)
    with pytest.raises(NotAllowed):
        actions.keep_as_it_is(actor=nurse, **about, reasons={told(order)[0]: "Fine."})
    with pytest.raises(Invalid) as refused:
        actions.keep_as_it_is(actor=doctor, **about, reasons={told(order)[0]: "  "})
    assert refused.value.fields.keys() == {f"reason-{told(order)[0]}"}
    _doing("keep", doctor, woman, order)
    row = OrderOverride.objects.get(order=order)
    assert (row.grade, row.reason) == ("stop", "Tolerated it last year.")
    with pytest.raises(Stale):
        actions.keep_as_it_is(actor=doctor, **about, reasons={})
    counted = heard(lens_of(Role.PHARMACY))
    assert (counted.orders, counted.interrupted) == (1, 0)
    assert [(r.shown, r.passed) for r in counted.rules if r.rule == row.rule] == [(1, 1)]


def test_a_renewal_is_decided_with_its_order_and_once(doctor, woman) -> None:  # noqa: F811
    order = place(doctor, woman, AMOXICILLIN)
    actions.renew_order(actor=doctor, person_id=woman, order_id=order.id, version=1)
    with clock.frozen(NOW + timedelta(hours=1)):
        allergic(doctor, woman, "Penicillin")
    assert [d.about for d in duties(woman)] == [order.id]
    with clock.frozen(NOW + timedelta(hours=2)):
        _doing("keep", doctor, woman, order)
    with clock.frozen(order.ends_at + timedelta(hours=1)):
        actions.end_orders(actor=doctor)
        chart.add_condition(actor=doctor, person_id=woman, text="Asthma")
        allergic(doctor, woman, "Peanuts")
        assert not duties(woman)


def test_a_held_order_is_looked_at_when_it_goes_on(doctor, woman) -> None:  # noqa: F811
    order = place(doctor, woman, AMOXICILLIN)
    about = {"actor": doctor, "person_id": woman, "order_id": order.id}
    actions.hold_order(**about, version=1, why="Fasting")
    allergic(doctor, woman, "Penicillin")
    assert not duties(woman)
    with clock.frozen(NOW + timedelta(hours=1)):
        actions.resume_order(**about, version=2)
    assert [d.about for d in duties(woman)] == [order.id]
    with clock.frozen(NOW + timedelta(hours=2)):
        actions.hold_order(**about, version=3, why="Asked")
        assert not duties(woman)
    with clock.frozen(NOW + timedelta(hours=3)):
        actions.resume_order(**about, version=4)
    assert [d.about for d in duties(woman)] == [order.id]


def test_a_medicine_that_nobody_can_look_up_is_told_of_each_new_allergy(doctor, woman) -> None:  # noqa: F811
    plain = asked("", text="Herbal mixture", unit="ml", route="oral", off_formulary_why="Brought along")
    reasons = {a.key: "Known." for a in actions.check_order(actor=doctor, person_id=woman, asked=plain).must_answer}
    named = asked("", text="Herbal mixture", unit="ml", route="oral", off_formulary_why="Brought", reasons=reasons)
    order = MedicationOrder.objects.get(id=actions.place_order(actor=doctor, person_id=woman, asked=named))
    measure(doctor, woman, FILTRATION, 29, unit=PER)
    assert not duties(woman)
    allergic(doctor, woman, "Penicillin")
    assert [(d.about, d.facts["stop"]) for d in duties(woman)] == [(order.id, False)]
    with clock.frozen(NOW + timedelta(hours=1)):
        _doing("keep", doctor, woman, order)
    with clock.frozen(NOW + timedelta(hours=2)):
        allergic(doctor, woman, "Latex")
    assert len(duties(woman)) == 1


def test_a_look_that_breaks_is_told_and_the_allergy_stands(doctor, woman, monkeypatch) -> None:  # noqa: F811
    order = place(doctor, woman, AMOXICILLIN)

    def broken(person_id):
        raise RuntimeError("unreadable")

    with monkeypatch.context() as during:
        during.setattr(checking, "situation_of", broken)
        allergic(doctor, woman, "Penicillin")
    assert Allergy.objects.filter(person_id=woman, text="Penicillin", status="active").exists()
    assert [d.facts["stop"] for d in duties(woman)] == [False]
    assert told(order)[0].startswith(BROKE)
    with clock.frozen(NOW + timedelta(hours=1)):
        allergic(doctor, woman, "Peanuts")
    assert [key.startswith("ALG-") for key in told(order)] == [True]
    assert [d.facts["stop"] for d in duties(woman)] == [True]


def test_whoever_has_no_orders_costs_two_questions(doctor, woman, django_assert_max_num_queries) -> None:  # noqa: F811
    from throughcare.care.medications import handlers
    from throughcare.chart.events import FactChanged
    from throughcare.kernel import db

    event = FactChanged(happened_at=NOW, person_id=woman, kind="allergy")
    pulse = FactChanged(happened_at=NOW, person_id=woman, kind="measurement", codes=frozenset({"8867-4"}))
    with db.writing(doctor):
        with django_assert_max_num_queries(2):
            handlers.fact_changed(event)
        with django_assert_max_num_queries(0):
            handlers.fact_changed(pulse)


def test_two_charts_that_are_one_person_are_compared(doctor, woman) -> None:  # noqa: F811
    twin = Demographics("Sample-Rivera", "Ana", date(1995, 2, 3), "female")
    other = register(actor=doctor, demographics=twin)
    allergic(doctor, other, "Penicillin")
    order = place(doctor, woman, AMOXICILLIN)
    proposal = MergeProposal.objects.get(a_id__in=[woman, other], b_id__in=[woman, other])
    merge(actor=doctor, proposal_id=proposal.id, survivor_id=other, why="Same person, by fingerprint card")
    assert [d.about for d in duties(woman)] == [order.id]


def test_a_sealed_medicine_takes_part_and_is_not_named(doctor, woman) -> None:  # noqa: F811
    measure(doctor, woman, "8636-3", 420, unit="ms")
    order = place(doctor, woman, CITALOPRAM)
    counsel = Actor("staff", derived("test", "counsellor"), "Demo-Counsellor, Cy", Role.SUD, doctor.facility_id)
    sealed_order(counsel, woman)
    with clock.frozen(NOW + timedelta(hours=1)):
        measure(doctor, woman, "8636-3", 520, unit="ms", days=-1 / 24)
    order.refresh_from_db()
    assert [d.about for d in duties(woman)] == [order.id]
    assert "methadone" not in str([order.found_since, duties(woman)[0].facts, duties(woman)[0].title]).casefold()


def test_the_order_s_page_says_what_is_new_and_keeps_it(client, doctor, woman) -> None:  # noqa: F811
    order = place(doctor, woman, AMOXICILLIN)
    path = f"/people/{woman}/medications/{order.id}/"
    place_ = Facility.objects.get(id=doctor.facility_id)
    custody.admit(actor=Actor.feed("custody"), person_id=woman, to=custody.Spot(place_.id))
    become(client, "provider", place_)
    assert "Decide anew" not in client.get(path).content.decode()
    allergic(doctor, woman, "Penicillin")
    page = client.get(path).content.decode()
    assert "Decide anew" in page
    assert "Allergy on file: Penicillin" in page
    (key,) = told(order)
    sent = {"verb": "keep", "version": "1", "intent": str(uuid7())}
    assert client.post(path + "change/", sent).status_code == 422
    kept = client.post(path + "change/", sent | {f"reason-{key}": "Tolerated it.", "intent": str(uuid7())})
    assert kept.status_code == 303
    page = client.get(path).content.decode()
    assert "Decide anew" not in page
    assert "Tolerated it." in page
    assert not duties(woman)
