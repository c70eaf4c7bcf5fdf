"""What a draft already says and whose it is: allergies on the banner, taking over, minors, and why something acts in words."""

from datetime import date

import pytest

from tests.care.intake.test_thread import arrival, hartford, healthy, nurse  # noqa: F401
from throughcare.care.intake import actions, answering, reads, sources
from throughcare.care.intake.models import Arrival, Effect
from throughcare.chart import banner, forms
from throughcare.chart.models import FormResponse
from throughcare.custody import actions as custody
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Stale
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import reads as ledger
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(hartford):  # noqa: F811
    return Actor("staff", derived("test", "second"), "Demo-Nurse, Bea", Role.RN, hartford.id)


def save(by, arrival, posted):  # noqa: F811
    return actions.save_screening(actor=by, person_id=arrival.person_id, arrival_id=arrival.id, posted=posted)


def test_an_allergy_stands_on_the_banner_before_the_signature(nurse, arrival, rn_lens) -> None:  # noqa: F811
    assert banner.of(rn_lens, arrival.person_id).allergies_state == "not_asked"
    save(nurse, arrival, {"has-allergies": ["yes"]})
    assert banner.of(rn_lens, arrival.person_id).allergies_said == ("something, not named yet",)
    save(nurse, arrival, {"has-allergies": ["yes"], "allergy.substance:0": ["Penicillin"]})
    shown = banner.of(rn_lens, arrival.person_id)
    assert (shown.allergies_said, list(shown.allergies)) == (("Penicillin",), [])
    save(nurse, arrival, {"has-allergies": ["no"]})
    assert banner.of(rn_lens, arrival.person_id).allergies_state == "said_none"


def test_nobody_goes_on_with_another_s_draft_unknowingly(nurse, second, arrival, rn_lens) -> None:  # noqa: F811
    save(nurse, arrival, healthy())
    draft = Arrival.objects.get(id=arrival.id).screening_id
    with pytest.raises(Stale, match="began this form"):
        save(second, arrival, {"illness": ["none"]})
    actions.take_over(actor=second, person_id=arrival.person_id, arrival_id=arrival.id)
    save(second, arrival, {"illness": ["none"]})
    row = FormResponse.objects.get(id=draft)
    assert ([s["from"] for s in row.taken_over], row.recorder_id) == ([nurse.label()], second.id)
    with pytest.raises(Stale):
        save(nurse, arrival, {})
    from tests.care.intake.test_thread import answer_instruments

    answer_instruments(second, arrival)
    actions.sign_screening(actor=second, person_id=arrival.person_id, arrival_id=arrival.id)
    kept = ledger.history(rn_lens, "QuestionnaireResponse", draft)[0].body
    named = next(e for e in kept["extension"] if e["url"].endswith("taken-over"))
    assert {p["url"] for p in named["extension"]} == {"from", "to", "at"}


def test_an_empty_draft_belongs_to_whoever_begins_to_answer(nurse, second, arrival) -> None:  # noqa: F811
    save(nurse, arrival, healthy())
    phq = FormResponse.objects.get(ref=arrival.id, form="phq-2")
    actions.sign_instrument(
        actor=second, person_id=arrival.person_id, arrival_id=arrival.id, form="phq-2", posted={}, sign=False
    )
    phq.refresh_from_db()
    assert phq.recorder_id == second.id


def test_a_minor_is_asked_about_guardian_consent_and_assent(nurse, hartford) -> None:  # noqa: F811
    feed = Actor.feed("custody")
    young = register(actor=feed, demographics=Demographics("Sample-Young", "Ty", date(2010, 2, 3), "male"))
    custody.admit(actor=feed, person_id=young, to=custody.Spot(hartford.id))
    found = Arrival.objects.get(person_id=young)
    assert answering.known(found, "male")["under-18"] == ["yes"]
    form = forms.load(answering.SCREENING)
    asked = forms.missing(form, answering.typed(form, answering.known(found, "male")))
    assert {"guardian", "guardian-told", "minor-consent", "assent"} <= set(asked)
    save(nurse, found, {"guardian-told": ["not-reached"], "minor-consent": ["not-yet"], "assent": ["no"]})
    keys = set(Effect.objects.filter(arrival=found, state="acted").values_list("key", flat=True))
    assert {"guardian-reach", "minor-consent-review", "assent-again"} <= keys


def test_an_adult_is_not(arrival) -> None:  # noqa: F811
    form = forms.load(answering.SCREENING)
    asked = forms.missing(form, answering.typed(form, answering.known(arrival, "male")))
    assert "assent" not in asked


def test_every_source_and_reason_has_words(nurse, arrival, rn_lens) -> None:  # noqa: F811
    from throughcare.care.intake.rule_table import load_table

    table = load_table()
    doings = [d for r in (*table.positive.values(), *table.combination, *table.history) for d in (*r.auto, *r.offer)]
    for doing in (*doings, *table.always):
        words = sources.said(doing.source)
        assert words and "clinical.md" not in words, doing.source
    assert "(INT-05)" in sources.said("INT-05")
    save(nurse, arrival, healthy(symptoms=["cough", "blood"]))
    work = reads.work(rn_lens, arrival.person_id, arrival.id)
    for effect in work.effects:
        assert sources.because(work.asked.form, effect.because), effect.because
