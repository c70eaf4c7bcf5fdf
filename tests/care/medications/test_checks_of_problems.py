"""A problem counts in the checks of an order as it stands on the list: by its code, or by the words in which somebody typed it."""

import pytest

from tests.care.medications.test_checks_at_the_order import VALPROATE, alerts, doctor, measure, woman  # noqa: F401
from tests.care.medications.test_checks_at_the_order import _now as _now
from throughcare.care.medications.rules.check_words import names
from throughcare.chart import actions as chart
from throughcare.kernel.actor import Actor
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db
PROPRANOLOL, BUPROPION, SUMATRIPTAN = "856448", "993541", "313161"
ICD, SNOMED = "http://hl7.org/fhir/sid/icd-10-cm", "http://snomed.info/sct"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Asthma", True), ("asma desde niño", True), ("Severe asmática", True), ("Asthma, no attack since May", True),
        ("No asthma", False), ("denies history of asthma", False), ("Family history: asthma", False), ("Plasma donor", False),
    ],
)  # fmt: skip
def test_words_of_a_problem(text: str, said: bool) -> None:
    assert names(text, ("asthma", "asma"), ("no", "denies", "family")) is said


@pytest.mark.parametrize(
    ("product", "about", "rule"),
    [
        (PROPRANOLOL, {"text": "Asthma"}, "CON-ASTHMA"),
        (PROPRANOLOL, {"text": "Asma"}, "CON-ASTHMA"),
        (PROPRANOLOL, {"text": "Asthma (disorder)", "system": SNOMED, "code": "195967001"}, "CON-ASTHMA"),
        (PROPRANOLOL, {"text": "see letter", "system": ICD, "code": "J45.909"}, "CON-ASTHMA"),
        (PROPRANOLOL, {"text": "No asthma"}, ""),
        (PROPRANOLOL, {"text": "Asthma", "verification": "refuted"}, ""),
        (BUPROPION, {"text": "Seizures since 2019"}, "CON-SEIZURE"),
        (BUPROPION, {"text": "Convulsiones"}, "CON-SEIZURE"),
        (SUMATRIPTAN, {"text": "Heart attack 2021"}, "CON-CORONARY"),
        (SUMATRIPTAN, {"text": "CAD"}, "CON-CORONARY"),
        (SUMATRIPTAN, {"text": "Cadence of gait"}, ""),
    ],
)
def test_a_problem_without_a_code_counts_by_its_words(doctor, woman, product, about, rule) -> None:  # noqa: F811
    chart.add_condition(actor=doctor, person_id=woman, **about)
    found = {key for key in alerts(doctor, woman, product) if key.startswith("CON-")}
    assert found == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("text", "grade"),
    [("Pregnant, 20 weeks", "stop"), ("Embarazada", "stop"), ("Past pregnancy", None), ("Pregnancy test", None)],
)
def test_a_pregnancy_that_somebody_typed_counts(doctor, woman, text, grade) -> None:  # noqa: F811
    chart.add_condition(actor=doctor, person_id=woman, text=text)
    assert alerts(doctor, woman, VALPROATE).get("PRG-40254") == grade


@pytest.mark.parametrize("code", ["80384-1", "2110-5", "2118-8"])
def test_a_test_in_blood_or_by_a_rapid_kit_is_one_too(doctor, woman, code) -> None:  # noqa: F811
    measure(doctor, woman, "2106-3", days=10, text="negative")
    measure(doctor, woman, code, days=1, text="positive")
    assert alerts(doctor, woman, VALPROATE).get("PRG-40254") == "stop"


def test_whoever_was_ever_tested_may_be_pregnant_whatever_letter_the_record_has(doctor) -> None:  # noqa: F811
    man = register(actor=Actor.feed("custody"), demographics=Demographics("Sample-King", "Sam", None, "male"))
    chart.no_known_allergies(actor=doctor, person_id=man)
    unknown = "could-not-run:pregnancy:40254"
    assert unknown not in alerts(doctor, man, VALPROATE)
    measure(doctor, man, "2106-3", days=90, text="negative")
    assert unknown in alerts(doctor, man, VALPROATE)
