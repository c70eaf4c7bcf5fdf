"""What the signed answers add to the chart: allergies, home medicines, problems as told, flags of history."""

from datetime import datetime
from uuid import UUID

from throughcare.care.intake import effects, next_dose
from throughcare.care.intake.models import Arrival
from throughcare.chart import actions as chart
from throughcare.chart import forms
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor

CRITICALITY = {"mild": "low", "severe": "high", "danger": "high"}
FLAGS = {
    ("mind", "attempt-custody"): ("suicide_attempt_in_custody", "Suicide attempt in custody, as told"),
    ("mind", "attempt-community"): ("suicide_attempt", "Suicide attempt, as told"),
    ("withdrawal-history", "seizure"): ("withdrawal_seizure_or_dt", "Seizure in withdrawal, as told"),
    ("withdrawal-history", "dt"): ("withdrawal_seizure_or_dt", "Delirium tremens, as told"),
    ("substances", "treatment"): ("opioid_treatment", "In an opioid treatment programme on arrival, as told"),
}


def record_facts(actor: Actor, arrival: Arrival, form: forms.Form, answers: forms.Answers) -> None:
    """Write into the chart what the person said and the nurse signed."""
    _allergies(actor, arrival, form, answers)
    _medicines(actor, arrival, form, answers)
    _problems(actor, arrival, form, answers)
    for (item, code), (flag, text) in FLAGS.items():
        if code in answers.codes(item):
            chart.raise_flag(actor=actor, person_id=arrival.person_id, code=flag, text=text)


def _allergies(actor: Actor, arrival: Arrival, form: forms.Form, answers: forms.Answers) -> None:
    person, encounter = arrival.person_id, arrival.encounter_id
    if answers.value("has-allergies") is False:
        known = chart_has_allergies(person)
        if not known:
            chart.no_known_allergies(actor=actor, person_id=person, encounter_id=encounter)
        return
    for row in answers.rows(form.item("allergy")):
        substance = _words(answers, "allergy.substance", row)
        if substance:
            severity = next(iter(answers.codes("allergy.severity", row)), "")
            chart.add_allergy(
                actor=actor,
                person_id=person,
                text=substance,
                reaction=_words(answers, "allergy.reaction", row),
                criticality=CRITICALITY.get(severity, ""),
                encounter_id=encounter,
            )


def _medicines(actor: Actor, arrival: Arrival, form: forms.Form, answers: forms.Answers) -> None:
    told: dict[UUID, effects.Told] = {}
    intervals = next_dose.load_intervals()
    programme = {code.split("-")[0] for code in answers.codes("programme-medicine")}
    for row in answers.rows(form.item("medicine")):
        drug = _words(answers, "medicine.drug", row)
        if not drug:
            continue
        critical = answers.codes("medicine.critical", row) - {"none"}
        often = next(iter(answers.codes("medicine.often", row)), "")
        medicine = chart.report_medicine(
            actor=actor,
            person_id=arrival.person_id,
            text=drug,
            dose=_with_often(form, _words(answers, "medicine.dose", row), often),
            last_taken=_words(answers, "medicine.last", row),
            prescriber=_words(answers, "medicine.prescriber", row),
            pharmacy=_words(answers, "medicine.pharmacy", row),
            critical=bool(critical),
            encounter_id=arrival.encounter_id,
            announce=False,  # told below: its clock runs since the answer, not since the signature (ruling 2)
        )
        if not any(name in drug.casefold() for name in programme):  # a programme's medicine has its own clock (MOU-01)
            following = next_dose.of_medicine(_moment(answers, "medicine.last", row), often, critical, intervals)
            before = told.get(medicine)
            told[medicine] = effects.Told(bool(critical) or (before is not None and before.critical), following)
        how = next(iter(answers.codes("medicine.verified", row)), "not-yet")
        if how != "not-yet":
            chart.verify_medicine(actor=actor, person_id=arrival.person_id, medicine_id=medicine, found=True, how=how)
    effects.medicines_listed(arrival, told)
    last = _moment(answers, "programme-last")
    for medicine_name in answers.codes("programme-medicine"):
        effects.programme_dose_told(arrival, next_dose.of_programme(last, medicine_name, intervals))


def _problems(actor: Actor, arrival: Arrival, form: forms.Form, answers: forms.Answers) -> None:
    for item_id in ("illness",):
        item = form.item(item_id)
        for code in sorted(answers.codes(item_id) - {"none", "other"}):
            option = item.option(code)
            if option is not None:
                chart.add_condition(
                    actor=actor,
                    person_id=arrival.person_id,
                    text=option.text.en,
                    verification="unconfirmed",
                    source="told at intake",
                    encounter_id=arrival.encounter_id,
                )


def chart_has_allergies(person_id: UUID) -> bool:
    """Tell whether an allergy stands on the chart: then `none` said today is for a clinician to settle."""
    from throughcare.chart.models import Allergy

    return Allergy.objects.filter(person_id=person_id, status="active", none_known=False).exists()


def _with_often(form: forms.Form, dose: str, often: str) -> str:
    """Write the dose with how often it is taken, as one line of the chart."""
    option = form.item("medicine.often").option(often) if often not in ("", "unknown") else None
    return ", ".join(words for words in (dose[:80], option.text.en.lower() if option else "") if words)


def _moment(answers: forms.Answers, link_id: str, row: int | None = None) -> datetime | None:
    """Give the moment that was told; a day alone says no hour, and then none is known."""
    value = answers.value(link_id, row)
    return value if isinstance(value, datetime) else None


def _words(answers: forms.Answers, link_id: str, row: int) -> str:
    value = answers.value(link_id, row)
    if isinstance(value, datetime):
        at = clock.local(value)
        return f"{at.day} {at:%b %Y %H:%M}"
    return "" if value is None else str(value)
