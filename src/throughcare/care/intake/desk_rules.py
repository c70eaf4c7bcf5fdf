"""What is done at the desk beside the screening: what a pregnancy test means, how care was explained. Pure; INT-06, INT-07, PRG-01."""

from dataclasses import dataclass

from throughcare.chart.forms import Answers

TEST_FORM, CARE_FORM = "pregnancy-test", "care-information"
TEST = "2106-3"  # LOINC: choriogonadotropin (pregnancy test), presence in urine
POSITIVE, NEGATIVE = "positive", "negative"
SNOMED = {POSITIVE: "10828004", NEGATIVE: "260385009"}
OWED = ("INT-06", "INT-06-NOW")
ORDERED = frozenset({"pregnancy-test-now", "pregnancy-test"})
OPIOIDS = "opioid-use"  # the meaning of forms/intake-rules.toml


NOT_FOR = (
    "Nothing says that this person can be pregnant: neither the record, nor an answer at intake, nor an order. Nothing was recorded. "
    "If that is wrong, correct the answer in the screening or order a pregnancy test: this page then opens."
)


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


def may_be_tested(sex: str, said: bool | None, *, asked: bool) -> bool:
    """Tell whether a pregnancy test is for this person (INT-06): by what was `said` of whether they can be pregnant, else by the record.

    Sex on record is a letter, not anatomy: an answer wins over it both ways, and where a test was `asked` for (an order, a
    duty), there is a need whatever else stands.
    """
    return asked or (sex != "male" if said is None else said)


def correction(before: bool, now: bool | None) -> str:
    """Say what the clock is told where an answer corrects what was taken of whether somebody can be pregnant (INT-06); else nothing."""
    if now is None or now == before:
        return ""
    return "pregnancy_possible" if now else "pregnancy_ruled_out"


def can_explain(answers: Answers) -> bool:
    """Tell whether care can have been explained in a language that the person speaks: not where no interpreter was found."""
    return "none-found" not in answers.codes("interpreter") and bool(answers.codes("interpreter"))


def explained_in(language: str, answers: Answers) -> str:
    """Give how care was explained, by the screening's own language: through its interpreter, else in Spanish or English (INT-07)."""
    if answers.codes("interpreter") & {"phone", "present"}:
        return "interpreter"
    return "spanish" if language == "es" else "english"
