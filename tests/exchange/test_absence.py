"""What says that there is none is never charted as the thing that it denies, whichever standard says it; one table for all."""

import pytest

from throughcare.exchange import absence, bundles
from throughcare.exchange.documents import messages

SNOMED = absence.SNOMED


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("716186003", "", "No known allergy"),
        ("160244002", "NKA", "No known allergy"),
        ("409137002", "x", "No known drug allergy"),
        ("428607008", "", "No known environmental allergy"),
        ("1003774007", "", "No known latex allergy"),
        ("716184000", "", "No known latex allergy"),
        ("428197003", "", "No known insect allergy"),
        ("no-known-medication-allergies", "", "No known drug allergy"),
        ("nkda", "", "No known drug allergy"),
        ("", "NKDA", "No known drug allergy"),
        ("", "NKA (verified)", "No known allergy"),
        ("", "No Known Drug Allergies", "No known drug allergy"),
        ("X1", "no known medication allergy", "No known drug allergy"),
        ("", "No known food allergies", "No known food allergy"),
        ("", "No reported allergies", "No known allergy"),
        ("", "Patient denies any allergies", "No known allergy"),
        ("", "Sin alergias conocidas", "No known allergy"),
        # Things that are there.
        ("7980", "Penicillin", ""),
        ("", "No known reaction to codeine, allergic to penicillin", ""),
        ("", "Naked ladies (lily)", ""),
        ("", "NKAmine", ""),
        ("", "Nonoxynol", ""),
    ],
)
def test_an_absence_is_known_by_code_or_words_and_an_allergy_is_never_taken_for_one(code, text, said):
    assert absence.of_allergies(code, text) == said


ABSENT = {
    "AllergyIntolerance": ["716186003", "1003774007", "no-known-allergies", "no-allergy-info"],
    "Condition": ["160245001", "no-known-problems", "no-problem-info"],
    "MedicationStatement": ["787481004", "no-known-medications", "no-medication-info"],
}


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in ABSENT.items() for code in codes])
def test_a_resource_that_says_none_is_kept_and_not_charted(kind, code):
    system = SNOMED if code.isdigit() else absence.IPS
    field = "medicationCodeableConcept" if kind == "MedicationStatement" else "code"
    one = {"resourceType": kind, "status": "active", field: {"coding": [{"system": system, "code": code}]}}
    facts = bundles.Facts()
    assert bundles.read_into(kind, one, facts, {}) == bundles.NONE_KNOWN
    assert not facts.any


NOT_SO = [
    ({"resourceType": "AllergyIntolerance", "code": {"text": "No known allergies"}}, bundles.NONE_KNOWN),
    (
        {"resourceType": "AllergyIntolerance", "code": {"text": "Latex"}, "verificationStatus": {"coding": [{"code": "refuted"}]}},
        "refuted where it came from",
    ),
    (
        {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "doNotPerform": True,
         "medicationCodeableConcept": {"text": "Ibuprofen"}},
        "says not to give it",
    ),
    (
        {"resourceType": "MedicationRequest", "status": "active", "intent": "proposal",
         "medicationCodeableConcept": {"text": "Ibuprofen"}},
        "only proposed",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("one", "why"), NOT_SO)
def test_what_is_denied_or_only_thought_of_is_not_charted(one, why):
    facts = bundles.Facts()
    assert bundles.read_into(one["resourceType"], one, facts, {}) == why


@pytest.mark.parametrize(
    ("al1", "negated"),
    [
        ("AL1|1||NKDA^No Known Drug Allergies", True),
        ("AL1|1||409137002^x^SCT", True),
        ("AL1|1|DA|7980^Penicillin^RXNORM", False),
    ],
)
def test_a_message_denies_as_a_document_does(al1, negated):
    (item,) = messages.read(f"MSH|^~\\&|A|B|C|D|20261122||ADT^A08|1|T|2.5.1\r{al1}\r".encode()).items
    assert item.negated is negated
