"""What is done at the desk beside the screening: what a pregnancy test means, how care was explained. Pure; INT-06, INT-07, PRG-01."""

from dataclasses import dataclass

from throughcare.chart.forms import Answers

TEST_FORM, CARE_FORM = "pregnancy-test", "care-information"
TEST = "2106-3"  # LOINC: choriogonadotropin (pregnancy test), presence in urine
POSITIVE, NEGATIVE = "positive", "negative"
SNOMED = {POSITIVE: "10828004", NEGATIVE: "260385009"}
ORDERED = frozenset({"pregnancy-test-now", "pregnancy-test"})
OPIOIDS = {"substances": frozenset({"opioids", "treatment"}), "withdrawal-history": frozenset({"sick"})}


@dataclass(frozen=True, slots=True)
class TestMeaning:
    """What an answer about the test does: what the clock is told, and whether the chart gets a result."""

    signal: str
    result: str = ""


_NOTHING = TestMeaning("")
_MEANINGS = {
    POSITIVE: TestMeaning("pregnancy_test_read", POSITIVE),
    NEGATIVE: TestMeaning("pregnancy_test_read", NEGATIVE),
    "declined": TestMeaning("pregnancy_test_declined"),
}


def meaning(answer: str) -> TestMeaning:
    """Say what the test's answer does; one that can't be read closes nothing: the test is done again (INT-06)."""
    return _MEANINGS.get(answer, _NOTHING)


def uses_opioids(answers: Answers, *, flagged: bool) -> bool:
    """Tell of opioid use or withdrawal, by the screening's answers or by what the record is `flagged` with (PRG-01)."""
    return flagged or any(codes & answers.codes(item) for item, codes in OPIOIDS.items())


def can_explain(answers: Answers) -> bool:
    """Tell whether care can have been explained in a language that the person speaks: not where no interpreter was found."""
    return "none-found" not in answers.codes("interpreter") and bool(answers.codes("interpreter"))


def explained_in(language: str, answers: Answers) -> str:
    """Give how care was explained, by the screening's own language: through its interpreter, else in Spanish or English (INT-07)."""
    if answers.codes("interpreter") & {"phone", "present"}:
        return "interpreter"
    return "spanish" if language == "es" else "english"
