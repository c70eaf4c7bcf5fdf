"""What is done at the desk beside the screening, closed by its own result: the pregnancy test, how to get care (INT-06, INT-07)."""

from uuid import UUID

from throughcare.care.intake import answering, desk_rules, effects, rules
from throughcare.care.intake.models import Arrival
from throughcare.care.intake.rule_table import load_table
from throughcare.care.intake.rules import History
from throughcare.chart import actions as chart
from throughcare.chart import forms
from throughcare.chart.models import Flag, Order
from throughcare.custody import actions as custody
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.fhir import LOINC
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.family import family

PURPOSE = "intake-desk"
SCT = "http://snomed.info/sct"


@action("intake.record_pregnancy_test")
def record_pregnancy_test(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, posted: dict[str, list[str]]
) -> UUID:
    """Record what a urine test showed, read by who signs, or that the person said no; a positive one acts at once (INT-06, PRG-01)."""
    if not answering.test_is_for(family(person_id), answering.sex_of(person_id)):
        raise Invalid(desk_rules.NOT_FOR)
    response = _signed(actor, person_id, desk_rules.TEST_FORM, posted, DataClass.REPRODUCTIVE)
    answers = answering.typed(forms.load(desk_rules.TEST_FORM), posted)
    meaning = desk_rules.meaning(next(iter(answers.codes("pregnancy-test")), ""))
    if meaning.result:
        chart.observe(
            actor=actor,
            person_id=person_id,
            measured=[
                chart.Measured(
                    LOINC,
                    desk_rules.TEST,
                    "Pregnancy test, urine",
                    value_text=meaning.result,
                    value_system=SCT,
                    value_code=desk_rules.SNOMED[meaning.result],
                    category="laboratory",
                    interpretation="A" if meaning.result == desk_rules.POSITIVE else "",
                    data_class=DataClass.REPRODUCTIVE,
                    remark=f"Lot {lot}" if (lot := answers.value("test-lot")) else "",
                )
            ],
            response_id=response,
        )
    if meaning.signal:
        _heed(actor, person_id, response, meaning)
    return response


@action("intake.heed_pregnancy_test")
def heed_pregnancy_test(*, actor: Actor, person_id: UUID, report_id: UUID, answer: str) -> None:
    """Act on a pregnancy test that came as a laboratory's result, or was entered at its order, as on one read at the desk."""
    meaning = desk_rules.meaning(answer.strip().casefold())
    if meaning.result:
        _heed(actor, person_id, report_id, meaning)


@action("intake.explain_care")
def explain_care(*, actor: Actor, intent: UUID | None = None, person_id: UUID, posted: dict[str, list[str]]) -> UUID:
    """Record how the person was told how to get care, by word and on paper (INT-07)."""
    response = _signed(actor, person_id, desk_rules.CARE_FORM, posted, DataClass.CLINICAL)
    effects.tell(person_id, actor.facility_id, response, "care_information_given")
    return response


def _signed(actor: Actor, person_id: UUID, form: str, posted: dict[str, list[str]], data_class: DataClass) -> UUID:
    response = chart.start_form(actor=actor, person_id=person_id, form=form, purpose=PURPOSE, data_class=data_class)
    chart.sign_form(actor=actor, person_id=person_id, response_id=response, posted=posted)
    return response


def _heed(actor: Actor, person_id: UUID, source: UUID, meaning: desk_rules.TestMeaning) -> None:
    kin = sorted(family(person_id))
    arrival = Arrival.objects.filter(person_id__in=kin).exclude(state="left").order_by("-arrived_at").first()
    effects.tell(person_id, actor.facility_id, source, meaning.signal)
    ordered = Order.objects.filter(person_id__in=kin, status="active")
    for order_id, owner in list(ordered.filter(code__in=desk_rules.ORDERED).values_list("id", "person_id")):
        verb = "complete" if meaning.result else "revoke"
        why = "" if meaning.result else "The person said no to the test."
        chart.end_order(actor=actor, person_id=owner, order_id=order_id, verb=verb, why=why)
    if meaning.result != desk_rules.POSITIVE:
        return
    chart.raise_flag(
        actor=actor,
        person_id=person_id,
        code="pregnant",
        text="Pregnant: a test was positive",
        data_class=DataClass.REPRODUCTIVE,
    )
    flagged = Flag.objects.filter(person_id__in=kin, code="opioid_treatment", until=None).exists()
    referred = ordered.filter(code="prenatal-visit").exists()
    form, answers = answering.said(arrival)
    record, table = History(pregnant=True, opioid_treatment=flagged), load_table()
    called = rules.of_history(form, answers, record, table)
    if arrival is not None:
        effects.call(actor, arrival, called)
    else:
        for alert in (one for one in called if one.kind == "alert"):
            custody.raise_alert(actor=actor, person_id=person_id, template=alert.key, reason_ref=source)
    facts = {"opioid_use": rules.means(desk_rules.OPIOIDS, form, answers, record, table), "visit_referred": referred}
    effects.tell(person_id, actor.facility_id, source, "pregnancy_confirmed", facts)
